"""The names of constraints and indexes: which are taken, and what is refused for it."""

from __future__ import annotations

from collections.abc import Container

from crowsfoot.link.catalog.draft import Draft
from crowsfoot.link.catalog.model import Table
from crowsfoot.source import Range


def names_on(table: Table) -> set[str]:
    """The names of the constraints of the table."""
    return {
        *table.foreign_keys,
        *table.checks,
        *(name for name, it in table.indexes.items() if it.constraint),
    }


def claim_constraint(draft: Draft, table: Table, name: str, range: Range) -> None:
    """Refuses a name that a constraint of the table has."""
    taken = names_on(table)
    if name in taken or (not draft.postgres and name.lower() in {it.lower() for it in taken}):
        draft.refuse("42710", f'constraint "{name}" for relation "{table.name}" already exists', range, name)


def claim_index(draft: Draft, table: Table, name: str, range: Range) -> None:
    """Refuses a name that an index of the same table has (in PostgreSQL and SQLite: of the schema)."""
    if draft.catalog.dialect in ("postgresql", "sqlite"):
        draft.claim_relation(table.schema, name, range)
    elif any(it.lower() == name.lower() for it in table.indexes):
        message = f'index "{name}" of table "{table.name}" already exists'
        draft.refuse("42P07", message, range, name)


def numbered(name: str, taken: Container[str]) -> str:
    """MySQL's way: a, a_2, a_3."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def missing_constraint(draft: Draft, table: Table, name: str, range: Range) -> None:
    if table.complete and draft.postgres:
        draft.refuse(
            "42704",
            f'constraint "{name}" of relation "{table.name}" does not exist',
            range,
            name,
            table.name,
        )
