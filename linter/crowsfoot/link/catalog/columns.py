"""Columns: as they are defined, added, changed and dropped."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AddColumn,
    AlterColumn,
    ColumnDef,
    DropColumn,
    Expression,
    ObjectName,
    RedefineColumn,
    TypeName,
)
from crowsfoot.link.catalog import constraints, drops, names, not_null, retyping
from crowsfoot.link.catalog.builtin import SERIALS, SYSTEM_COLUMNS, printed
from crowsfoot.link.catalog.column_parts import put_column, refuse_key
from crowsfoot.link.catalog.column_renames import column_renamed
from crowsfoot.link.catalog.constants import check_default
from crowsfoot.link.catalog.draft import Draft, UnclearError, edited, heirs
from crowsfoot.link.catalog.identity import (
    add_identity,
    check_identity,
    drop_expression,
    drop_identity,
    refuse_generated,
    refuse_identity,
    set_expression,
    set_identity,
)
from crowsfoot.link.catalog.model import Column, Sequence, Table
from crowsfoot.link.catalog.types import resolved
from crowsfoot.source import Range


def new_column(draft: Draft, number: int, it: ColumnDef, sequence: str | None, type: TypeName) -> Column:
    """The column as the database keeps it: serial is an integer with a sequence. Its default comes later."""
    if draft.postgres and it.name in SYSTEM_COLUMNS:
        draft.refuse("42701", f'column name "{it.name}" conflicts with a system column name', it.name_range)
    identity = it.identity in ("always", "by default")
    serial = draft.postgres and sequence is not None and not identity
    return Column(
        it.name,
        type,
        draft.span(it.range),
        it.not_null or identity or serial,
        called_for(sequence, it.range) if serial and sequence is not None else None,
        sequence if serial else None,
        it.generated,
        it.stored,
        it.identity,
        it.collation,
        it.on_update,
        draft.migration,
        default_constraint=it.default_constraint,
    )


def type_of_column(draft: Draft, it: ColumnDef) -> TypeName:
    if draft.postgres and it.type.schema is None and it.type.name in SERIALS:
        return TypeName(SERIALS[it.type.name], it.type.range)
    return resolved(draft, it.type)


def new_sequence(draft: Draft, number: int, schema: str, table: str, it: ColumnDef) -> str | None:
    """The name of the sequence that serial and identity columns have; it is made."""
    if not draft.postgres:
        return None
    serial = it.type.name in SERIALS and it.type.schema is None
    if not serial and it.identity not in ("always", "by default"):
        return None
    if not serial:
        check_identity(draft, it.type, it.range)
    name = names.relation_name(draft, schema, table, it.name, "seq")
    draft.put_sequence(Sequence(schema, name, draft.span(it.range), (number, it.name)))
    return name


def own_defaults(draft: Draft, table: Table, new: Iterable[ColumnDef]) -> Table:
    """The table with the defaults of its new columns; what they are generated from is checked."""
    changed: dict[str, Column] = {}
    for it in new:
        if it.generated is not None:
            check_generated(draft, table, it.generated)
        if it.default is not None:
            column = table.columns[it.name]
            default, sequence, schema = kept_default(draft, it.default, column.type, table.schema, it.name)
            changed[it.name] = replace(column, default=default, sequence=sequence, sequence_schema=schema)
    return replace(table, columns={**table.columns, **changed}) if changed else table


def check_generated(draft: Draft, table: Table, expression: Expression) -> None:
    if not draft.postgres:
        return
    for name in expression.columns:
        other = table.columns.get(name)
        if other is None and name not in SYSTEM_COLUMNS:
            draft.refuse_column(table, name, expression.range, bare=True)
        if other is not None and other.generated is not None:
            draft.refuse(
                "42P17",
                f'cannot use generated column "{name}" in column generation expression',
                expression.range,
            )


def called_for(sequence: str, range: Range) -> Expression:
    quoted = printed(sequence).replace("'", "''")
    return Expression(range, f"nextval('{quoted}'::regclass)", functions=("nextval",))


def kept_default(
    draft: Draft, default: Expression, type: TypeName, schema: str, column: str
) -> tuple[Expression | None, str | None, str | None]:
    """The default as it is stored, and the sequence that it draws from, with its schema."""
    if default.null and draft.postgres:
        return None, None, None
    if not draft.postgres:
        return default, None, None
    check_default(draft, default, type, column)
    if "nextval" in default.functions and default.literals:
        name = sequence_name(default.literals[0].text, default.literals[0].range)
        found = sequence_called(draft, name)
        if found is not None:
            return default, found.name, None if found.schema == schema else found.schema
    return default, None, None


def sequence_called(draft: Draft, name: ObjectName) -> Sequence | None:
    catalog = draft.catalog
    for schema in (name.schema,) if name.schema is not None else catalog.search_path:
        found = catalog.sequences.get((schema, name.name))
        if found is not None:
            return found
    if catalog.number_of(name) is None and not any(draft.is_foreign(it) for it in catalog.search_path):
        draft.refuse_missing("42P01", "relation", name)
    return None


def sequence_name(text: str, range: Range) -> ObjectName:
    """The name in a text such as 'public."User_id_seq"'."""
    parts = [part[1:-1].replace('""', '"') if part[:1] == '"' else part.lower() for part in text.split(".")]
    return ObjectName(parts[-1], range, parts[-2] if len(parts) > 1 else None)


# --- adding and dropping -----------------------------------------------------------------------------------


def add_column(draft: Draft, change: AddColumn) -> None:
    table = draft.alterable(change.table, "ADD COLUMN", ("table",))
    it = change.column
    if draft.catalog.column(table, it.name) is not None:
        if change.if_not_exists:
            draft.left_out += it.constraints
            return
        draft.refuse(
            "42701",
            f'column "{it.name}" of relation "{table.name}" already exists',
            it.name_range,
            it.name,
            table.name,
            others=(table.columns[it.name].span,) if it.name in table.columns else (),
        )
    if table.partition_of is not None:
        draft.refuse("42809", "cannot add column to a partition", change.range, table.name)
    sequence = new_sequence(draft, table.number, table.schema, table.name, it)
    column = new_column(draft, table.number, it, sequence, type_of_column(draft, it))
    table = own_defaults(draft, replace(table, columns=placed(table, column, it.position)), (it,))
    draft.put(table)
    column = table.columns[it.name]
    for heir in heirs(draft.catalog, table):
        if it.name not in heir.columns:
            draft.put(replace(heir, columns=edited(heir.columns, it.name, column)))


def placed(table: Table, column: Column, position: str | None) -> dict[str, Column]:
    """The columns with a new one: at the end, or where MySQL is told to put it."""
    if position is None:
        return edited(table.columns, column.name, column)
    if position == "first":
        return {column.name: column, **table.columns}
    after = position.removeprefix("after ").strip('`"').lower()
    found: dict[str, Column] = {}
    for name, it in table.columns.items():
        found[name] = it
        if name.lower() == after:
            found[column.name] = column
    return {**found, column.name: column}


def drop_column(draft: Draft, change: DropColumn) -> None:
    table = draft.alterable(change.table, "DROP COLUMN", ("table",))
    found = draft.catalog.column(table, change.column)
    if found is None:
        if change.if_exists or not table.complete:
            return
        draft.refuse_column(table, change.column, change.range)
    name = found.name
    if name in table.partition_keys:
        refuse_key(draft, table, name, "drop", change.range)
    if draft.catalog.dialect == "mysql":
        drops.refuse_needed(draft, [("column", table.number, name)], change.range)
        drop_from_keys(draft, table, name)
        return
    drops.drop(draft, [("column", table.number, name)], change.cascade, change.range)
    for heir in heirs(draft.catalog, table):
        if name in heir.columns:
            drops.drop(draft, [("column", heir.number, name)], change.cascade, change.range)


def drop_from_keys(draft: Draft, table: Table, name: str) -> None:
    """MySQL takes the column out of every index; an index that has no other column goes.

    Source: https://dev.mysql.com/doc/refman/8.4/en/alter-table.html
    """
    indexes = {}
    for index in table.indexes.values():
        keys = tuple(key for key in index.keys if key.column != name)
        if keys:
            indexes[index.name] = replace(index, keys=keys)
    draft.put(
        replace(table, indexes=indexes, columns={key: it for key, it in table.columns.items() if key != name})
    )


# --- changing ----------------------------------------------------------------------------------------------


def alter_column(draft: Draft, change: AlterColumn) -> None:
    what = change.change
    table = draft.alterable(change.table, "ALTER COLUMN", KINDS.get(what, ("table",)))
    column = draft.column(table, change.column, change.range)
    if what == "type":
        retyping.change_type(draft, table, column, change)
    elif what == "set not null":
        not_null.set_not_null(draft, table.number, column.name, change.range)
    else:
        handler = CHANGES.get(what)
        if handler is not None:
            changed = handler(draft, table, column, change)
            if changed is not column:
                put_column(draft, table, changed)
                for heir in heirs(draft.catalog, table):
                    if column.name in heir.columns and what in ("set default", "drop default"):
                        own = replace(heir.columns[column.name], default=changed.default)
                        put_column(draft, heir, own)


KINDS = {
    "set default": ("table", "view"),
    "add identity": ("table", "view"),
    "set identity": ("table", "view"),
    "drop identity": ("table", "view"),
    "drop default": ("table", "view"),
    "set statistics": ("table", "materialized view"),
    "set storage": ("table", "materialized view"),
    "set options": ("table", "materialized view"),
    "set compression": ("table", "materialized view"),
}


def drop_not_null(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    if column.identity is not None:
        refuse_identity(draft, table, column, change.range)
    key = table.primary_key
    if key is not None and column.name in key.columns:
        draft.refuse("42P16", f'column "{column.name}" is in a primary key', change.range, column.name)
    return not_null.without(column) if column.not_null else column


def set_default(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    if column.identity is not None:
        refuse_identity(draft, table, column, change.range)
    if column.generated is not None:
        refuse_generated(draft, table, column, change.range)
    if change.expression is None:
        return column
    default, sequence, schema = kept_default(draft, change.expression, column.type, table.schema, column.name)
    name = change.text if draft.catalog.dialect == "sqlserver" else None
    return replace(
        column, default=default, sequence=sequence, sequence_schema=schema, default_constraint=name
    )


def drop_default(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    if column.identity is not None:
        refuse_identity(draft, table, column, change.range)
    if column.generated is not None:
        refuse_generated(draft, table, column, change.range)
    return replace(column, default=None, sequence=None, sequence_schema=None)


CHANGES = {
    "drop not null": drop_not_null,
    "set default": set_default,
    "drop default": drop_default,
    "add identity": add_identity,
    "set identity": set_identity,
    "drop identity": drop_identity,
    "set expression": set_expression,
    "drop expression": drop_expression,
}


# --- types -------------------------------------------------------------------------------------------------


# --- MySQL and SQL Server ----------------------------------------------------------------------------------


def redefine_column(draft: Draft, change: RedefineColumn) -> None:
    """The definition replaces the old one; what it does not say is lost, but keys stay."""
    table = draft.table(change.table)
    old = draft.column(table, change.column, change.range)
    it = change.definition
    new = replace(new_column(draft, table.number, it, None, it.type), default=it.default)
    key = table.primary_key
    if draft.catalog.dialect == "sqlserver":
        # Default, identity and constraints are not part of ALTER COLUMN there.
        new = replace(new, default=old.default, identity=old.identity, generated=old.generated)
    if key is not None and old.name in key.columns:
        new = replace(new, not_null=True)
    if new.name != old.name:
        table = column_renamed(draft, table, old.name, new.name)
    columns = edited(table.columns, new.name, replace(new, added_in=old.added_in))
    if change.definition.position is not None:
        rest = {name: it for name, it in columns.items() if name != new.name}
        columns = placed(replace(table, columns=rest), columns[new.name], change.definition.position)
    draft.put(replace(table, columns=columns))
    for constraint in change.definition.constraints:
        try:
            constraints.add(draft, table.number, constraint)
        except UnclearError:
            continue
