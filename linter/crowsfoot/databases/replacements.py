"""What a migration drops -> what it makes in its place: a rename that was written as drop and create."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from crowsfoot.facts.sql import AddColumn, CreateTable, DropColumn, Insert, Update
from crowsfoot.link.catalog.model import Column, Table
from crowsfoot.link.history import Step

_LEAST_COLUMNS = 3  # id and createdAt alone make no likeness


def replacement_of(table: Table, step: Step) -> Table | None:
    """The table of the same migration that is nearly the one which the step drops.

    It has the same name, or at least four in five of the columns, with their types.
    """
    catalog = step.migration.steps[-1].after
    for other in step.migration.steps:
        for change in other.does:
            if not isinstance(change, CreateTable) or change.temporary:
                continue
            number = other.after.number_of(change.table)
            new = None if number is None else catalog.tables.get(number)
            if new is None or new.number == table.number:
                continue
            if (new.schema, new.name) == (table.schema, table.name) or _alike(table, new):
                return new
    return None


def _alike(old: Table, new: Table) -> bool:
    if len(old.columns) < _LEAST_COLUMNS:
        return False
    shared = sum(
        1
        for name, column in old.columns.items()
        if name in new.columns and str(new.columns[name].type) == str(column.type)
    )
    return shared >= _LEAST_COLUMNS and shared * 5 >= 4 * max(len(old.columns), len(new.columns))


def is_filled_table(new: Table, step: Step) -> bool:
    """Whether the migration puts rows into the table, so that it does not begin empty."""
    return any(
        other.after.number_of(change.table) == new.number
        for other in step.migration.steps
        for change in other.does
        if isinstance(change, Insert) or (isinstance(change, CreateTable) and change.query is not None)
    )


def successor(drop: DropColumn, table: Table, step: Step) -> Column | None:
    """The column that is likely to be the dropped one: added anew, or under another name.

    It has the same name; or the same type, a name that is alike, and nothing in the migration fills it. Of
    several such columns each dropped one has the likest, and none is the successor of two.
    """
    dropped = _dropped_from(table, step)
    added = [it for it in _added_to(table, step) if it.name in dropped or not is_filled(it, table, step)]
    pairs = sorted(
        (
            (-likeness(old, new.name), old, new.name, new)
            for old in dropped
            for new in added
            if old == new.name or _may_be(dropped[old], new)
        ),
        key=lambda it: it[:3],
    )
    taken: set[str] = set()
    for _, old, name, new in pairs:
        if old in taken or f"+{name}" in taken:
            continue
        taken |= {old, f"+{name}"}
        if old == drop.column:
            return new
    return None


def _may_be(old: Column, new: Column) -> bool:
    return str(new.type) == str(old.type) and likeness(old.name, new.name) >= _ALIKE


def _dropped_from(table: Table, step: Step) -> dict[str, Column]:
    return {
        change.column: table.columns[change.column]
        for other in step.migration.steps
        for change in other.does
        if isinstance(change, DropColumn)
        and change.column in table.columns
        and other.before.number_of(change.table) == table.number
    }


def _added_to(table: Table, step: Step) -> Iterator[Column]:
    for other in step.migration.steps:
        for change in other.does:
            if isinstance(change, AddColumn) and other.before.number_of(change.table) == table.number:
                here = other.after.tables.get(table.number)
                new = here.columns.get(change.column.name) if here else None
                if new is not None:
                    yield new


def is_filled(column: Column, table: Table, step: Step) -> bool:
    """Whether an UPDATE of the migration writes the column of the table."""
    return any(
        isinstance(change, Update)
        and column.name in change.columns
        and other.before.number_of(change.table) == table.number
        for other in step.migration.steps
        for change in other.does
    )


def likeness(one: str, two: str) -> float:
    """How likely two names are of one thing, from 0 to 1: by the words that say more than a kind."""
    a, b = ("".join(_words(it)) for it in (one, two))
    if not a or not b:
        return 0.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def _words(name: str) -> list[str]:
    words = [it.lower() for it in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]
    return [it for it in words if it not in _KINDS] if len(words) > 1 else words


_KINDS = frozenset({"id", "at", "is", "has", "date", "time", "count", "on", "by", "the"})
_ALIKE = 0.6  # of the letters, in order
