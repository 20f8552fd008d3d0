"""What a migration drops -> what it makes in its place: a rename that was written as drop and create."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from crowsfoot.databases.touched import touching
from crowsfoot.facts.sql import AddColumn, CreateTable, DropColumn, Insert, Update
from crowsfoot.link.catalog.model import Column, Table
from crowsfoot.link.history import Migration, Step

_LEAST_COLUMNS = 3  # id and createdAt alone make no likeness
# Each is compared with each: where one migration makes more tables than that, or drops and adds more columns,
# only a name that is the same counts.
_MOST_ALIKE = 50


def replacement_of(table: Table, step: Step) -> Table | None:
    """The table of the same migration that is nearly the one which the step drops.

    It has the same name, or at least four in five of the columns, with their types.
    """
    created = _created(step.migration)
    few = len(created) <= _MOST_ALIKE
    for new in created.values():
        same = (new.schema, new.name) == (table.schema, table.name)
        if new.number != table.number and (same or (few and _alike(table, new))):
            return new
    return None


def _created(migration: Migration) -> Mapping[int, Table]:
    """The tables that it makes and leaves behind, by their numbers."""
    kept: Any = migration.__dict__
    if "created" not in kept:
        end = migration.steps[-1].after
        numbers = (
            step.after.number_of(change.table)
            for step in migration.steps
            for change in step.does
            if isinstance(change, CreateTable) and not change.temporary
        )
        kept["created"] = {it: end.tables[it] for it in numbers if it is not None and it in end.tables}
    created: Mapping[int, Table] = kept["created"]
    return created


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
    made = touching(CreateTable, new.number, step.migration)
    inserts = touching(Insert, new.number, step.migration)
    return bool(inserts) or any(change.query is not None for _, change in made)


def successor(drop: DropColumn, table: Table, step: Step) -> Column | None:
    """The column that is likely to be the dropped one: added anew, or under another name.

    It has the same name; or the same type, a name that is alike, and nothing in the migration fills it. Of
    several such columns each dropped one has the likest, and none is the successor of two.
    """
    kept: Any = step.migration.__dict__
    known: dict[int, Mapping[str, Column]] = kept.setdefault("successors", {})
    if table.number not in known:
        known[table.number] = _successors(table.number, step.migration)
    return known[table.number].get(drop.column)


def _successors(table: int, migration: Migration) -> Mapping[str, Column]:
    """Of each column that is dropped from the table, by its name."""
    dropped = _dropped_from(table, migration)
    added = _added_to(table, migration) if dropped else {}
    few = len(dropped) * len(added) <= _MOST_ALIKE**2
    filled = _filled(table, migration)
    pairs = [(old, new) for old in dropped.values() for new in added.values()] if few else ()
    like = [
        (-likeness(old.name, new.name), old.name, new.name)
        for old, new in pairs
        if new.name not in filled and new.name not in dropped and str(new.type) == str(old.type)
    ]
    found = {name: added[name] for name in dropped if name in added}
    taken: set[str] = set()
    for unlikeness, old, name in sorted(like):
        if -unlikeness >= _ALIKE and old not in found and name not in taken:
            found[old] = added[name]
            taken.add(name)
    return found


def _dropped_from(table: int, migration: Migration) -> dict[str, Column]:
    """The columns by their names, as they are when they are dropped."""
    dropped: dict[str, Column] = {}
    for step, change in touching(DropColumn, table, migration):
        here = step.before.tables.get(table)
        old = here.columns.get(change.column) if here else None
        if old is not None:
            dropped.setdefault(old.name, old)
    return dropped


def _added_to(table: int, migration: Migration) -> dict[str, Column]:
    added: dict[str, Column] = {}
    for step, change in touching(AddColumn, table, migration):
        here = step.after.tables.get(table)
        new = here.columns.get(change.column.name) if here else None
        if new is not None:
            added[new.name] = new
    return added


def is_filled(column: Column, table: Table, step: Step) -> bool:
    """Whether an UPDATE of the migration writes the column of the table."""
    return column.name in _filled(table.number, step.migration)


def _filled(table: int, migration: Migration) -> frozenset[str]:
    return frozenset(name for _, it in touching(Update, table, migration) for name in it.columns)


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
