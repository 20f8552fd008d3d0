"""Whether what a case really sends for 1, 10 and 100 rows grows, and whether we say so.

Of a case with a bare `yield`, what it does before that is not counted.
"""

import ast
import inspect
from collections.abc import Callable, Sequence
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
    begins = _begins(code if isinstance(code, str) else code[path])
    return {
        name
        for line, group in sent(code, path=path).repeated.items()
        for it in group
        if it.query.likely and line > begins.get(name := it.function.partition(".")[0], 0)
    }


def _begins(code: str) -> dict[str, int]:
    """By the name of a case: the line of the `yield` that counting begins with."""
    return {
        case.name: it.lineno
        for case in ast.parse(code).body
        if isinstance(case, ast.FunctionDef)
        for it in case.body
        if isinstance(it, ast.Expr) and isinstance(it.value, ast.Yield)
    }


def prepared(case: Callable[..., object], *given: object, **named: object) -> Callable[[], object]:
    """What is to be counted of the case; what it does before its `yield` has been done."""
    if not inspect.isgeneratorfunction(case):
        return lambda: case(*given, **named)
    rest = case(*given, **named)
    next(rest)
    return lambda: list(rest)


def assert_as_said(name: str, counts: Sequence[int], growing: set[str]) -> None:
    one, ten, hundred = counts
    grows = hundred - ten >= 90 and ten - one >= 9
    assert grows or hundred == ten, f"neither constant nor linear: {one}, {ten}, {hundred}"
    assert (name in growing) == grows, f"{one}, {ten}, {hundred} statements for 1, 10, 100 rows"
