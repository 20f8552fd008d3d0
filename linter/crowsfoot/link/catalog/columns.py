"""Columns: as they are defined, added, changed and dropped."""

from __future__ import annotations

from typing import NoReturn

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AddColumn,
    AlterColumn,
    ColumnDef,
    Constant,
    DropColumn,
    Expression,
    ObjectName,
    RedefineColumn,
    TypeName,
)
from crowsfoot.link.catalog import constraints, drops, names, renames
from crowsfoot.link.catalog.builtin import SERIALS, SYSTEM_COLUMNS, converts, kind_of, printed
from crowsfoot.link.catalog.draft import Draft, UnclearError, edited, heirs
from crowsfoot.link.catalog.model import Column, Sequence, Table
from crowsfoot.link.catalog.types import check_expression, resolved
from crowsfoot.source import Range


def built(draft: Draft, number: int, schema: str, table: str, it: ColumnDef) -> Column:
    """The column as the database keeps it: serial is an integer and a sequence, a default of NULL is none."""
    if draft.postgres and it.name in SYSTEM_COLUMNS:
        draft.refuse("42701", f'column name "{it.name}" conflicts with a system column name', it.name_range)
    default = it.default
    sequence: str | None = None
    sequence_schema: str | None = None
    not_null = it.not_null or it.identity in ("always", "by default")
    if draft.postgres and it.type.name in SERIALS and it.type.schema is None:
        type = TypeName(SERIALS[it.type.name], it.type.range)
        sequence = new_sequence(draft, number, schema, table, it)
        default = called_for(sequence, it.range)
        not_null = True
    else:
        type = resolved(draft, it.type)
        if it.identity in ("always", "by default"):
            new_sequence(draft, number, schema, table, it)
        if default is not None:
            default, sequence, sequence_schema = kept_default(draft, default, type, schema)
    return Column(
        it.name,
        type,
        draft.span(it.range),
        not_null,
        default,
        sequence,
        it.generated,
        it.stored,
        it.identity,
        it.collation,
        it.on_update,
        draft.migration,
        sequence_schema,
    )


def new_sequence(draft: Draft, number: int, schema: str, table: str, it: ColumnDef) -> str:
    name = names.relation_name(draft, schema, table, it.name, "seq")
    draft.put_sequence(Sequence(schema, name, draft.span(it.range), (number, it.name)))
    return name


def called_for(sequence: str, range: Range) -> Expression:
    quoted = printed(sequence).replace("'", "''")
    return Expression(range, f"nextval('{quoted}'::regclass)", functions=("nextval",))


def kept_default(
    draft: Draft, default: Expression, type: TypeName, schema: str
) -> tuple[Expression | None, str | None, str | None]:
    """The default as it is stored, and the sequence that it draws from, with its schema."""
    if default.null and draft.postgres:
        return None, None, None
    if not draft.postgres:
        return default, None, None
    check_default(draft, default)
    check_expression(draft, default, type)
    if "nextval" in default.functions and default.literals:
        name = sequence_name(default.literals[0].text, default.literals[0].range)
        found = sequence_called(draft, name)
        if found is not None:
            return default, found.name, None if found.schema == schema else found.schema
    return default, None, None


def check_default(draft: Draft, default: Expression) -> None:
    if default.columns and not default.has_query:
        draft.refuse("0A000", "cannot use column reference in DEFAULT expression", default.range)
    if default.has_query:
        draft.refuse("0A000", "cannot use subquery in DEFAULT expression", default.range)


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
    parts: list[str] = []
    for part in text.split("."):
        parts.append(part[1:-1].replace('""', '"') if part[:1] == '"' else part.lower())
    return ObjectName(parts[-1], range, parts[-2] if len(parts) > 1 else None)


# --- adding and dropping -----------------------------------------------------------------------------------


def add_column(draft: Draft, change: AddColumn) -> None:
    table = draft.alterable(change.table, "ADD COLUMN", ("table",))
    it = change.column
    if draft.catalog.column(table, it.name) is not None:
        if change.if_not_exists:
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
    column = built(draft, table.number, table.schema, table.name, it)
    draft.put(replace(table, columns=placed(table, column, it.position)))
    for heir in list(heirs(draft.catalog, table)):
        if it.name not in heir.columns:
            draft.put(replace(heir, columns=edited(heir.columns, it.name, column)))
    for constraint in it.constraints:
        try:
            constraints.add(draft, table.number, constraint)
        except UnclearError:
            continue


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
        drop_from_keys(draft, table, name)
        return
    drops.drop(draft, [("column", table.number, name)], change.cascade, change.range)
    for heir in list(heirs(draft.catalog, table)):
        if name in heir.columns:
            drops.drop(draft, [("column", heir.number, name)], change.cascade, change.range)


def refuse_key(draft: Draft, table: Table, column: str, verb: str, range: Range) -> NoReturn:
    draft.refuse(
        "42P16",
        f'cannot {verb} column "{column}" because it is part of the partition key of relation "{table.name}"',
        range,
        column,
        table.name,
    )


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
        change_type(draft, table, column, change)
    elif what == "set not null":
        constraints.set_not_null(draft, table.number, column.name, change.range)
    else:
        handler = CHANGES.get(what)
        if handler is not None:
            changed = handler(draft, table, column, change)
            if changed is not column:
                put_column(draft, table, changed)
                for heir in list(heirs(draft.catalog, table)):
                    if column.name in heir.columns and what in ("set default", "drop default"):
                        own = replace(heir.columns[column.name], default=changed.default)
                        put_column(draft, heir, own)


KINDS = {
    "set default": ("table", "view"),
    "drop default": ("table", "view"),
    "set statistics": ("table", "materialized view"),
    "set storage": ("table", "materialized view"),
    "set options": ("table", "materialized view"),
    "set compression": ("table", "materialized view"),
}


def put_column(draft: Draft, table: Table, column: Column) -> None:
    draft.put(replace(table, columns=edited(table.columns, column.name, column)))


def drop_not_null(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    if column.identity is not None:
        refuse_identity(draft, table, column, change.range)
    key = table.primary_key
    if key is not None and column.name in key.columns:
        draft.refuse("42P16", f'column "{column.name}" is in a primary key', change.range, column.name)
    return replace(column, not_null=False) if column.not_null else column


def set_default(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    if column.identity is not None:
        refuse_identity(draft, table, column, change.range)
    if column.generated is not None:
        refuse_generated(draft, table, column, change.range)
    if change.expression is None:
        return column
    default, sequence, schema = kept_default(draft, change.expression, column.type, table.schema)
    return replace(column, default=default, sequence=sequence, sequence_schema=schema)


def drop_default(draft: Draft, table: Table, column: Column, change: AlterColumn) -> Column:
    if column.identity is not None:
        refuse_identity(draft, table, column, change.range)
    if column.generated is not None:
        refuse_generated(draft, table, column, change.range)
    return replace(column, default=None, sequence=None, sequence_schema=None)


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


def change_type(draft: Draft, table: Table, column: Column, change: AlterColumn) -> None:
    if change.type is None:
        return
    if not draft.postgres:
        put_column(draft, table, replace(column, type=change.type))
        return
    name = column.name
    if change.type.schema is None and change.type.name in SERIALS:
        draft.refuse("42704", f'type "{change.type.name}" does not exist', change.type.range)
    new = resolved(draft, change.type)
    catalog = draft.catalog
    if change.expression is None and converts(catalog, column.type, new) is False:
        what = "generated column" if column.generated is not None else "column"
        draft.refuse(
            "42804",
            f'{what} "{name}" cannot be cast automatically to type {type_text(new)}',
            change.range,
            name,
            table.name,
        )
    if name in table.partition_keys:
        refuse_key(draft, table, name, "alter", change.range)
    if (
        column.default is not None
        and column.default.value is not None
        and not set(column.default.casts) - {column.type.name}
        and converts(catalog, column.type, new) is False
    ):
        draft.refuse(
            "42804",
            f'default for column "{name}" cannot be cast automatically to type {type_text(new)}',
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


def type_text(type: TypeName) -> str:
    """The type as messages print it: without its arguments."""
    if type.schema is not None:
        return printed(type.name) + "[]" * bool(type.dimensions)
    return type.name + "[]" * bool(type.dimensions)


def refuse_dependents(draft: Draft, table: Table, column: Column, range: Range) -> None:
    """Refuses where something uses the column that PostgreSQL does not rebuild."""
    name = column.name
    catalog = draft.catalog
    for view in catalog.readers.get(table.number, ()):
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
        if drops.mentions(policy.using, name) or drops.mentions(policy.check, name):
            draft.refuse(
                "0A000",
                "cannot alter type of a column used in a policy definition",
                range,
                name,
                policy.name,
                others=(policy.span,),
            )
    for other in table.columns.values():
        if other.name != name and drops.mentions(other.generated, name):
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
            constraints.check_types(draft, table, catalog.tables[fk.target], fk, range)
    for referrer, fk in catalog.referring(table):
        if name in fk.target_columns:
            constraints.check_types(draft, referrer, table, fk, range)
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
            f"operator does not exist: {type_text(new)} = {type_text(old)}",
            range,
            column,
        )


# --- MySQL and SQL Server ----------------------------------------------------------------------------------


def redefine_column(draft: Draft, change: RedefineColumn) -> None:
    """The definition replaces the old one; what it does not say is lost, but keys stay."""
    table = draft.table(change.table)
    old = draft.column(table, change.column, change.range)
    new = built(draft, table.number, table.schema, table.name, change.definition)
    key = table.primary_key
    if draft.catalog.dialect == "sqlserver":
        # Default, identity and constraints are not part of ALTER COLUMN there.
        new = replace(new, default=old.default, identity=old.identity, generated=old.generated)
    if key is not None and old.name in key.columns:
        new = replace(new, not_null=True)
    if new.name != old.name:
        table = renames.column_renamed(draft, table, old.name, new.name)
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
