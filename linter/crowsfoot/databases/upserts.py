"""The columns of ON CONFLICT -> the unique index that decides, or the partial one that does not.

The database wants a unique index over just these columns, in any order. A partial one counts with PostgreSQL
if its predicate follows from the WHERE behind the columns, and with SQLite if that is the same (measured on
PostgreSQL 16 and SQLite 3.40).
Source: https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT
Source: https://www.sqlite.org/lang_upsert.html
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from crowsfoot.databases.index_predicates import conjuncts_of
from crowsfoot.link.project import Index
from crowsfoot.link.wanted import Wanted

HAVE_ON_CONFLICT: Final = frozenset({"postgresql", "cockroachdb", "sqlite"})


def refused(shape: Wanted) -> Index | None:
    """The partial unique index over the columns of an upsert, where none decides on conflicts."""
    target = set(shape.target)
    if not target:
        return None
    over = [it for it in shape.table.indexes if it.unique and _columns(it) == target]
    if not over or any(_decides(it, shape.target_where) for it in over):
        return None
    return over[0]


def _columns(index: Index) -> set[str] | None:
    """The columns of the index; None where an expression is among its keys."""
    return {it.name for it in index.columns} if len(index.columns) == len(index.keys) else None


def _decides(index: Index, where: str | None) -> bool:
    """Whether the index is one that the database may take, as far as that can be told."""
    if index.predicate is None:
        return True
    if where is None:
        return False
    wanted, said = conjuncts_of(index), conjuncts_of(replace(index, predicate=where))
    if wanted is None or said is None:
        return True
    return wanted == said if index.table.database.provider == "sqlite" else set(wanted) <= set(said)
