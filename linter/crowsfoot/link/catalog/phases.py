"""The actions of one ALTER TABLE, to the order in which the database does them."""

from __future__ import annotations

from collections.abc import Sequence

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterTable,
    Change,
    DropColumn,
    DropConstraint,
    RenameObject,
    ValidateConstraint,
)
from crowsfoot.link.catalog import columns, retyping, table_changes
from crowsfoot.link.catalog.draft import Draft


def in_phases(changes: Sequence[Change], sort: bool) -> Sequence[Change]:
    """What ALTER TABLE does, in the order in which it does it; the constraints of a new column come later.

    Source: AT_PASS_* of https://github.com/postgres/postgres/blob/REL_16_STABLE/src/backend/commands/tablecmds.c
    """
    if len(changes) == 1 and not (isinstance(changes[0], AddColumn) and changes[0].column.constraints):
        return changes
    apart: list[Change] = []
    for change in changes:
        apart.append(change)
        if isinstance(change, AddColumn):
            apart += [AddConstraint(it.range, change.table, it) for it in change.column.constraints]
    return sorted(apart, key=phase) if sort else apart


def named_last(changes: Sequence[Change]) -> Sequence[Change]:
    """MySQL's ALTER TABLE speaks of the table by its old name throughout, wherever RENAME TO stands."""
    return sorted(changes, key=lambda it: isinstance(it, RenameObject) and it.kind == "table")


def prepare(draft: Draft, change: Change) -> None:
    """What ALTER TABLE looks at before it does anything, for all of its actions."""
    if isinstance(change, AlterColumn):
        draft.alterable(change.table, "ALTER COLUMN", columns.KINDS.get(change.change, ("table",)))
        if change.change == "type":
            retyping.check_type(draft, change)
    elif isinstance(change, AlterTable):
        table_changes.check_kind(draft, change)
    elif isinstance(change, AddColumn | DropColumn | AddConstraint | DropConstraint | ValidateConstraint):
        draft.alterable(change.table, PREPARED[type(change)], ("table",))


PREPARED: dict[type[Change], str] = {
    AddColumn: "ADD COLUMN",
    DropColumn: "DROP COLUMN",
    AddConstraint: "ADD CONSTRAINT",
    DropConstraint: "DROP CONSTRAINT",
    ValidateConstraint: "VALIDATE CONSTRAINT",
}


def phase(change: Change) -> int:
    if isinstance(change, AlterColumn):
        return COLUMN_PHASES.get(change.change, 8)
    if isinstance(change, AddConstraint):
        return CONSTRAINT_PHASES.get(change.constraint.kind, 7)
    return PHASES.get(type(change), 8)


IN_PHASES = (
    AddColumn,
    DropColumn,
    AlterColumn,
    AddConstraint,
    DropConstraint,
    ValidateConstraint,
    AlterTable,
)


PHASES: dict[type[Change], int] = {DropColumn: 0, DropConstraint: 0, AddColumn: 2}


COLUMN_PHASES = {
    "drop not null": 0,
    "drop default": 0,
    "drop identity": 0,
    "drop expression": 0,
    "type": 1,
    "set not null": 4,
    "set default": 6,
    "add identity": 6,
}


CONSTRAINT_PHASES = {"not null": 4, "primary": 5, "unique": 5, "exclude": 5}
