"""NOT NULL, which is a constraint with a name in PostgreSQL 18 and a property of the column before.

Measured on PostgreSQL 18.
"""

from __future__ import annotations

from msgspec.structs import replace

from crowsfoot.facts.sql import Constraint
from crowsfoot.link.catalog.constraint_names import claim_constraint
from crowsfoot.link.catalog.draft import Draft, UnclearError, edited, heirs
from crowsfoot.link.catalog.model import Column, Table
from crowsfoot.link.catalog.names import composed
from crowsfoot.source import Range

_NAMED = 18  # the first version that knows them by name


def add_not_null(draft: Draft, number: int, it: Constraint) -> None:
    for name in it.columns:
        table = draft.catalog.tables[number]
        column = draft.column(table, name, it.range)
        if column.not_null and not it.not_valid:
            refuse_unvalidated(draft, table, column, it.range)
        if it.name is not None and it.name != column.not_null_name:
            claim_constraint(draft, table, it.name, it.range)
            if (other := called(draft, table, it.name)) is not None and other.name != column.name:
                message = f'constraint "{it.name}" for relation "{table.name}" already exists'
                draft.refuse("42710", message, it.range, it.name)
        own = it.name or composed(table.name, column.name, "not_null")
        set_not_null(draft, number, name, it.range, called=own, valid=not it.not_valid)


def set_not_null(
    draft: Draft, number: int, name: str, range: Range, *, called: str | None = None, valid: bool = True
) -> None:
    """The column forbids NULL from now on; called is the name of a constraint that is written out."""
    table = draft.catalog.tables[number]
    if called is None and draft.session.postgres >= _NAMED:
        called = composed(table.name, name, "not_null")
    for one in [table, *heirs(draft.catalog, table)]:
        column = draft.column(one, name, range)
        if not column.not_null or (valid and not column.not_null_valid):
            column = replace(
                column, not_null=True, not_null_name=column.not_null_name or called, not_null_valid=valid
            )
            draft.put(replace(one, columns=edited(one.columns, column.name, column)))


def called(draft: Draft, table: Table, name: str) -> Column | None:
    """The column whose NOT NULL has that name.

    Raises UnclearError where one may have it: the name that it got with its column is not kept.
    """
    unnamed = False
    for column in table.columns.values():
        if column.not_null:
            if column.not_null_name == name:
                return column
            unnamed = unnamed or column.not_null_name is None
    if not unnamed or not draft.postgres or draft.session.postgres < _NAMED:
        return None
    for column in table.columns.values():
        own = composed(table.name, column.name, "not_null")
        if column.not_null and column.not_null_name is None and own == name:
            return column
    raise UnclearError


def validate_not_null(draft: Draft, table: Table, column: Column, range: Range) -> None:
    set_not_null(draft, table.number, column.name, range)


def drop_not_null(draft: Draft, table: Table, column: Column, range: Range) -> None:
    """DROP CONSTRAINT of that column's NOT NULL."""
    key = table.primary_key
    if key is not None and column.name in key.columns:
        draft.refuse("42P16", f'column "{column.name}" is in a primary key', range, column.name)
    if column.identity is not None:
        message = f'column "{column.name}" of relation "{table.name}" is an identity column'
        draft.refuse("55000", message, range, column.name)
    for one in [table, *heirs(draft.catalog, table)]:
        own = one.columns.get(column.name)
        if own is not None:
            draft.put(replace(one, columns=edited(one.columns, own.name, without(own))))


def rename_not_null(draft: Draft, table: Table, column: Column, name: str) -> None:
    for one in [table, *heirs(draft.catalog, table)]:
        own = one.columns.get(column.name)
        if own is not None:
            draft.put(replace(one, columns=edited(one.columns, own.name, replace(own, not_null_name=name))))


def without(column: Column) -> Column:
    """The column, which takes NULL."""
    return replace(column, not_null=False, not_null_name=None, not_null_valid=True)


def refuse_unvalidated(draft: Draft, table: Table, column: Column, range: Range) -> None:
    if not column.not_null_valid:
        own = column.not_null_name
        message = f'incompatible NOT VALID constraint "{own}" on relation "{table.name}"'
        draft.refuse("55000", message, range, own)


def refuse_in_key(draft: Draft, column: Column, range: Range) -> None:
    """A primary key needs more than a NOT NULL that is NOT VALID."""
    if column.not_null and not column.not_null_valid:
        message = f'cannot create primary key on column "{column.name}"'
        draft.refuse("55000", message, range, column.name)
