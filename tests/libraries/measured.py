"""Whether what a case really sends for 1, 10 and 100 rows grows, and whether we say so."""

import inspect
from collections.abc import Sequence
from types import ModuleType

from .sending import sent

ROWS = (1, 10, 100)


def cases_of(module: ModuleType) -> list[str]:
    """The functions of an application that are cases: those that it defines, in its order."""
    return [
        name
        for name, it in vars(module).items()
        if inspect.isfunction(it) and it.__module__ == module.__name__ and not name.startswith("_")
    ]


def said_to_grow(code: str | dict[str, str], *, path: str = "app.py") -> set[str]:
    """The functions of which we say that they, or functions within them, likely send a statement per row."""
    found = sent(code, path=path).repeated.values()
    return {it.function.partition(".")[0] for group in found for it in group if it.query.likely}


def assert_as_said(name: str, counts: Sequence[int], growing: set[str]) -> None:
    one, ten, hundred = counts
    grows = hundred - ten >= 90 and ten - one >= 9
    assert grows or hundred == ten, f"neither constant nor linear: {one}, {ten}, {hundred}"
    assert (name in growing) == grows, f"{one}, {ten}, {hundred} statements for 1, 10, 100 rows"
