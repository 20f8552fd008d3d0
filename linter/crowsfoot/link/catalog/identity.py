"""Identity and generated columns: added, changed, dropped."""

from __future__ import annotations

from typing import NoReturn

from msgspec.structs import replace

from crowsfoot.facts.sql import AlterColumn, TypeName
from crowsfoot.link.catalog import names
from crowsfoot.link.catalog.draft import Draft
from crowsfoot.link.catalog.model import Column, Sequence, Table
from crowsfoot.source import Range


def refuse_identity(draft: Draft, table: Table, column: Column, range: Range) -> NoReturn:
    draft.refuse(
        "42601",
        f'column "{column.name}" of relation "{table.name}" is an identity column',
        range,
        column.name,
    )


def refuse_generated(draft: Draft, table: Table, column: Column, range: Range) -> NoReturn:
    draft.refuse(
        "42601",
        f'column "{column.name}" of relation "{table.name}" is a generated column',
        range,
        column.name,
    )


def add_identity(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    where = f'column "{column.name}" of relation "{table.name}"'
    check_identity(draft, column.type, change.range)
    if not column.not_null:
        draft.refuse(
            "55000",
            f"{where} must be declared NOT NULL before identity can be added",
            change.range,
            column.name,
        )
    if column.identity is not None:
        draft.refuse("55000", f"{where} is already an identity column", change.range, column.name)
    if column.default is not None:
        draft.refuse("55000", f"{where} already has a default value", change.range, column.name)
    name = names.relation_name(draft, table.schema, table.name, column.name, "seq")
    draft.put_sequence(Sequence(table.schema, name, draft.span(change.range), (table.number, column.name)))
    return replace(column, identity=change.text or "by default")


def check_identity(draft: Draft, type: TypeName, range: Range) -> None:
    if type.name not in ("smallint", "integer", "bigint", "") or type.dimensions:
        draft.refuse("22023", "identity column type must be smallint, integer, or bigint", range)


def set_identity(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    if column.identity is None:
        no_identity(draft, table, column, change.range)
    return replace(column, identity=change.text) if change.text else column


def drop_identity(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    if column.identity is None:
        if change.if_exists:
            return column
        no_identity(draft, table, column, change.range)
    for key in draft.catalog.owned.get(table.number, frozenset()):
        sequence = draft.catalog.sequences[key]
        if sequence.owned_by == (table.number, column.name):
            draft.remove_sequence(sequence)
    return replace(column, identity=None)


def no_identity(draft: Draft, table: Table, column: Column, range: Range) -> NoReturn:
    draft.refuse(
        "55000",
        f'column "{column.name}" of relation "{table.name}" is not an identity column',
        range,
        column.name,
    )


def set_expression(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    if column.generated is None:
        not_generated(draft, table, column, change.range)
    return replace(column, generated=change.expression)


def drop_expression(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    if column.generated is None:
        if change.if_exists:
            return column
        not_generated(draft, table, column, change.range)
    return replace(column, generated=None, stored=False)


def not_generated(draft: Draft, table: Table, column: Column, range: Range) -> NoReturn:
    kind = "generated" if draft.session.postgres >= 18 else "stored generated"
    draft.refuse(
        "55000",
        f'column "{column.name}" of relation "{table.name}" is not a {kind} column',
        range,
        column.name,
    )
