"""A migration -> what it does to one table, so that no rule goes through all of it for each statement."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from crowsfoot.facts.sql import (
    AddColumn,
    Change,
    CreateTable,
    Delete,
    DropColumn,
    Insert,
    ObjectName,
    Truncate,
    Update,
)
from crowsfoot.link.history import Migration, Step

Kind = TypeVar("Kind", bound=Change)


def touching(kind: type[Kind], table: int, migration: Migration) -> Sequence[tuple[Step, Kind]]:
    """The operations of that kind on the table of that number, in their order, each with its statement.

    kind is AddColumn, CreateTable, Delete, DropColumn, Insert, Truncate or Update.
    """
    kept: Any = migration.__dict__
    if "touching" not in kept:
        found: dict[tuple[type[Change], int | None], list[tuple[Step, Change]]] = {}
        for step, change, number in _touches(migration):
            found.setdefault((type(change), number), []).append((step, change))
        kept["touching"] = found
    touches: Sequence[tuple[Step, Kind]] = kept["touching"].get((kind, table), ())
    return touches


def _touches(migration: Migration) -> Iterator[tuple[Step, Change, int | None]]:
    for step in migration.steps:
        for change in step.does:
            # A new table has its number only once it is there.
            catalog = step.after if isinstance(change, CreateTable) else step.before
            for name in _tables(change):
                yield step, change, catalog.number_of(name)


def _tables(change: Change) -> Iterable[ObjectName]:
    if isinstance(change, Truncate):
        return change.tables
    return (change.table,) if isinstance(change, _KEPT) else ()


_KEPT = (AddColumn, CreateTable, Delete, DropColumn, Insert, Update)
