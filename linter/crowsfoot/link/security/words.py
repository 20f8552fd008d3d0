"""Tables, functions, roles and privileges as findings say them: in prose, and as SQL to paste."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crowsfoot.databases.sql_names import plain
from crowsfoot.link.catalog import model as held
from crowsfoot.link.security.exposure import Reach

_CHANGES = ("insert", "update", "delete")


def listed(names: Iterable[object], most: int = 5) -> str:
    """The names, joined as in a sentence; of very many the first ones."""
    found = [str(it) for it in dict.fromkeys(names)]
    if len(found) > most:
        found = [*found[: most - 1], f"{len(found) - most + 1} more"]
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def sql_name(thing: held.Table | held.Function) -> str:
    """The name in SQL, with the schema unless that is public; quoted where it has to be."""
    name = plain(thing.name)
    return name if thing.schema in ("public", "") else f"{plain(thing.schema)}.{name}"


def signature(function: held.Function) -> str:
    """The function as ALTER FUNCTION and REVOKE name it."""
    return f"{sql_name(function)}({', '.join(function.arguments)})"


def who(reaches: Sequence[Reach]) -> str:
    """The roles: "anon and authenticated"."""
    return listed(it.role for it in reaches)


def may(reaches: Sequence[Reach]) -> str:
    """What they may do with rows: "read", "read and change", "change"."""
    names = {it.name for it in reaches}
    words = [*(["read"] if "select" in names else []), *(["change"] if names & {*_CHANGES} else [])]
    return " and ".join(words)
