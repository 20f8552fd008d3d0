"""What ADD is followed by to an operation, and changes of a table that are no more than their text."""

from __future__ import annotations

from typing import Literal

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterTable,
    Constraint,
    CreateIndex,
    ObjectName,
    Operation,
)
from crowsfoot.frontends.sql import generic_columns as columns
from crowsfoot.frontends.sql.generic_constraints import table_constraint
from crowsfoot.frontends.sql.generic_cursor import Cursor

TableChange = Literal["engine", "force", "convert charset", "set options", "other"]


def added(cur: Cursor, table: ObjectName, first: int, not_valid: bool = False) -> list[Operation]:
    """The column, constraint or index that is added; first is where its action begins."""
    if columns.is_column(cur):
        column = columns.column(cur)
        return [AddColumn(cur.range_from(first), table, column)]
    it = table_constraint(cur, table)
    place = cur.range_from(first)
    if isinstance(it, CreateIndex):
        return [
            CreateIndex(
                place,
                table,
                it.keys,
                it.name,
                it.name_range,
                it.unique,
                it.method,
                clustered=it.clustered,
            )
        ]
    if it is not None:
        if not_valid and it.kind in ("foreign", "check"):
            it = _not_valid(it)
        return [AddConstraint(place, table, it)]
    cur.at = cur.stop
    return [AlterTable(cur.range_from(first), table, "other")]


def _not_valid(it: Constraint) -> Constraint:
    return Constraint(
        it.kind, it.range, it.name, it.columns, it.check, it.references, not_valid=True, enforced=it.enforced
    )


def table_change(cur: Cursor, first: int, table: ObjectName, change: TableChange) -> AlterTable:
    text = cur.written(cur.at, cur.stop)
    cur.at = cur.stop
    return AlterTable(cur.range_from(first), table, change, text=text)
