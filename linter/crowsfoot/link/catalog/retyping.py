"""ALTER COLUMN ... TYPE: what becomes of the column, and what stands in the way."""

from __future__ import annotations

from msgspec.structs import replace

from crowsfoot.facts.sql import AlterColumn, Constant, Expression, TypeName
from crowsfoot.link.catalog import foreign_keys
from crowsfoot.link.catalog.builtin import SERIALS, converts, kind_of
from crowsfoot.link.catalog.column_parts import put_column, refuse_key
from crowsfoot.link.catalog.constants import printed_type, type_of
from crowsfoot.link.catalog.dependents import mentions
from crowsfoot.link.catalog.draft import Draft, heirs
from crowsfoot.link.catalog.model import Column, Table
from crowsfoot.link.catalog.types import resolved
from crowsfoot.source import Range


def check_type(draft: Draft, change: AlterColumn) -> TypeName | None:
    """What ALTER TYPE refuses before the statement does anything; the new type otherwise."""
    if change.type is None or not draft.postgres:
        return change.type
    table = draft.alterable(change.table, "ALTER COLUMN ... SET DATA TYPE", ("table",))
    if change.expression is not None:
        check_cast_types(draft, change.expression)
    column = draft.column(table, change.column, change.range)
    if change.type.schema is None and change.type.name in SERIALS:
        draft.refuse("42704", f'type "{change.type.name}" does not exist', change.type.range)
    if column.name in table.partition_keys:
        refuse_key(draft, table, column.name, "alter", change.range)
    new = resolved(draft, change.type)
    if change.expression is None and converts(draft.catalog, column.type, new) is False:
        draft.refuse(
            "42804",
            f'column "{column.name}" cannot be cast automatically to type {printed_type(draft, new)}',
            change.range,
            column.name,
            table.name,
        )
    return new


def check_cast_types(draft: Draft, expression: Expression) -> None:
    for name in expression.casts:
        resolved(draft, TypeName(name, expression.range))


def change_type(draft: Draft, table: Table, column: Column, change: AlterColumn) -> None:
    new = check_type(draft, change)
    if new is None:
        return
    if not draft.postgres:
        put_column(draft, table, replace(column, type=new))
        return
    name = column.name
    catalog = draft.catalog
    if (table.number, name) in draft.retyped:
        draft.refuse("0A000", f'cannot alter type of column "{name}" twice', change.range)
    draft.retyped.add((table.number, name))
    given = None if column.default is None else (type_of(column.default) or constant_type(column))
    if given is not None and converts(catalog, given, new) is False:
        draft.refuse(
            "42804",
            f'default for column "{name}" cannot be cast automatically to type {printed_type(draft, new)}',
            change.range,
            name,
            table.name,
        )
    refuse_dependents(draft, table, column, change.range)
    collation = change.collation if change.collation is not None else column.collation
    for one in [table, *heirs(catalog, table)]:
        if name in one.columns:
            put_column(draft, one, replace(one.columns[name], type=new, collation=collation))
    check_rebuilt(draft, draft.catalog.tables[table.number], column, new, change.range)


def constant_type(column: Column) -> TypeName | None:
    """The type of a default that is a string constant: that of the column."""
    default = column.default
    if default is None or default.value is None or set(default.casts) - {column.type.name}:
        return None
    return column.type


def refuse_dependents(draft: Draft, table: Table, column: Column, range: Range) -> None:
    """Refuses where something uses the column that PostgreSQL does not rebuild."""
    name = column.name
    catalog = draft.catalog
    for view in sorted(catalog.readers.get(table.number, ())):
        if (table.number, name) in catalog.tables[view].reads_columns:
            draft.refuse(
                "0A000",
                "cannot alter type of a column used by a view or rule",
                range,
                name,
                table.name,
                catalog.tables[view].name,
                others=(catalog.tables[view].span,),
            )
    for trigger in table.triggers.values():
        if name in trigger.columns:
            draft.refuse(
                "0A000",
                "cannot alter type of a column used in a trigger definition",
                range,
                name,
                trigger.name,
                others=(trigger.span,),
            )
    for policy in table.policies.values():
        if mentions(policy.using, name) or mentions(policy.check, name):
            draft.refuse(
                "0A000",
                "cannot alter type of a column used in a policy definition",
                range,
                name,
                policy.name,
                others=(policy.span,),
            )
    for other in table.columns.values():
        if other.name != name and mentions(other.generated, name):
            draft.refuse(
                "0A000",
                "cannot alter type of a column used by a generated column",
                range,
                name,
                other.name,
                others=(other.span,),
            )


def check_rebuilt(draft: Draft, table: Table, old: Column, new: TypeName, range: Range) -> None:
    """Refuses a type with which a foreign key or an index of the column cannot be made again."""
    catalog = draft.catalog
    name = old.name
    for fk in table.foreign_keys.values():
        if name in fk.columns:
            foreign_keys.check_types(draft, table, catalog.tables[fk.target], fk, range)
    for referrer, fk in catalog.referring(table):
        if name in fk.target_columns:
            foreign_keys.check_types(draft, referrer, table, fk, range)
    # PostgreSQL prints the predicate and reads it again: 'A'::"Old" meets a column of the new type.
    before = kind_of(catalog, old.type)
    if before is None or not before.startswith("enum ") or old.type.dimensions:
        return
    if kind_of(catalog, new) == before:
        return
    for index in table.indexes.values():
        if index.predicate is not None:
            compared(draft, index.predicate.literals, name, old.type, new, range)
    for check in table.checks.values():
        compared(draft, check.expression.literals, name, old.type, new, range)


def compared(
    draft: Draft,
    literals: tuple[Constant, ...],
    column: str,
    old: TypeName,
    new: TypeName,
    range: Range,
) -> None:
    if any(it.column == column and it.type in (None, old.name) for it in literals):
        draft.refuse(
            "42883",
            f"operator does not exist: {printed_type(draft, new)} = {printed_type(draft, old)}",
            range,
            column,
        )
