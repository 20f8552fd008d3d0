"""Sequences, types and tables under another name or in another schema, with all that follows them."""

from __future__ import annotations

import re

from msgspec.structs import replace

from crowsfoot.facts.sql import Expression, MoveObject, ObjectName, TypeName
from crowsfoot.link.catalog.column_renames import substituted
from crowsfoot.link.catalog.draft import Draft
from crowsfoot.link.catalog.model import MOST, Check, Column, Index, Name, Table
from crowsfoot.link.catalog.types import own_type
from crowsfoot.source import Range


def move_sequence(draft: Draft, key: Name, schema: str, name: str) -> None:
    """The sequence under another name; the defaults that draw from it follow."""
    catalog = draft.catalog
    sequence = catalog.sequences[key]
    drawn = sorted(catalog.users.get(("sequence", *key), ()))
    for number in drawn:
        table = draft.catalog.tables[number]
        columns = dict(table.columns)
        for column in table.columns.values():
            if column.sequence == key[1] and (column.sequence_schema or table.schema) == key[0]:
                columns[column.name] = replace(
                    column, sequence=name, sequence_schema=None if schema == table.schema else schema
                )
        draft.put(replace(table, columns=columns))
    draft.remove_sequence(sequence)
    draft.put_sequence(replace(sequence, schema=schema, name=name))


def move_type(draft: Draft, key: Name, schema: str, name: str) -> None:
    """The type under another name; the columns, domains and new values of it follow."""
    type = draft.catalog.types[key]
    for number in sorted(draft.catalog.users.get(("type", *key), ())):
        table = draft.catalog.tables[number]
        columns: dict[str, Column] = {}
        for column in table.columns.values():
            if column.type.name == key[1] and column.type.schema == key[0]:
                column = replace(column, type=retyped(column.type, schema, name))
                column = replace(column, default=cast_renamed(column.default, key[1], name))
            columns[column.name] = column
        checks: dict[str, Check] = {}
        for check in table.checks.values():
            expression = cast_renamed(check.expression, key[1], name)
            checks[check.name] = check if expression is None else replace(check, expression=expression)
        indexes: dict[str, Index] = {}
        for index in table.indexes.values():
            predicate = cast_renamed(index.predicate, key[1], name)
            indexes[index.name] = replace(index, predicate=predicate)
        draft.put(replace(table, columns=columns, checks=checks, indexes=indexes))
    for other, it in draft.catalog.types.items() if len(draft.catalog.types) <= MOST else ():
        base = getattr(it, "type", None)
        if base is not None and (base.schema, base.name) == key:
            draft.put_type(replace(draft.catalog.types[other], type=retyped(base, schema, name)))
    draft.remove_type(type)
    draft.put_type(replace(type, schema=schema, name=name))
    session = draft.session
    for value in [it for it in session.new_values if it[:2] == key]:
        session.new_values.discard(value)
        session.new_values.add((schema, name, value[2]))
    if key in session.new_types:
        session.new_types.discard(key)
        session.new_types.add((schema, name))


def retyped(type: TypeName, schema: str, name: str) -> TypeName:
    return TypeName(name, type.range, type.args, schema, type.dimensions)


def cast_renamed(expression: Expression | None, old: str, new: str) -> Expression | None:
    """The expression, where its constants are cast to a type that has another name now."""
    if expression is None or old not in expression.casts:
        return expression
    quoted = re.compile(rf'(?<=::)\s*"?{re.escape(old)}"?(?![\w$"])')
    return replace(
        expression,
        text=quoted.sub(f'"{new}"', expression.text),
        casts=substituted(expression.casts, old, new),
        literals=tuple([replace(it, type=new) if it.type == old else it for it in expression.literals]),
    )


def move_object(draft: Draft, change: MoveObject) -> None:
    """SET SCHEMA; indexes and owned sequences go along."""
    catalog = draft.catalog
    schema = change.schema
    if change.kind in ("table", "view", "materialized view"):
        number = catalog.number_of(change.name)
        if number is None:
            if change.if_exists:
                return
            draft.refuse_table(change.name)
        check_target(draft, change)
        move_table(draft, catalog.tables[number], schema, change.range)
    elif change.kind in ("type", "domain"):
        type = own_type(draft, change.name)
        check_target(draft, change)
        if type.schema != schema:
            if draft.has_relation(schema, type.name) or (schema, type.name) in catalog.types:
                message = f'type "{type.name}" already exists in schema "{schema}"'
                draft.refuse("42710", message, change.range, type.name)
            move_type(draft, (type.schema, type.name), schema, type.name)
    elif change.kind == "sequence":
        key = sequence_key(draft, change.name)
        if key is not None and key[0] != schema:
            draft.claim_relation(schema, key[1], change.range)
            move_sequence(draft, key, schema, key[1])
    elif change.kind == "function":
        for home in (change.name.schema,) if change.name.schema is not None else catalog.search_path:
            overloads = catalog.functions.get((home, change.name.name))
            if overloads:
                functions = catalog.functions.discard((home, change.name.name))
                moved = tuple([replace(it, schema=schema) for it in overloads])
                functions = functions.insert((schema, change.name.name), moved)
                draft.catalog = replace(catalog, functions=functions)
                return


def check_target(draft: Draft, change: MoveObject) -> None:
    """Refuses a schema that there is not."""
    schema = change.schema
    if draft.catalog.fold(schema) not in draft.catalog.schemas and not draft.is_foreign(schema):
        draft.refuse("3F000", f'schema "{schema}" does not exist', change.range, schema)


def move_table(draft: Draft, table: Table, schema: str, range: Range) -> None:
    if table.schema == schema:
        return
    if draft.has_relation(schema, table.name):
        draft.refuse(
            "42P07", f'relation "{table.name}" already exists in schema "{schema}"', range, table.name
        )
    owned = draft.catalog.owned.get(table.number, frozenset())
    old = table.schema
    draft.put(replace(table, schema=schema, columns=with_sequence_schema(table, old)))
    for key in owned:
        move_sequence(draft, key, schema, key[1])


def with_sequence_schema(table: Table, schema: str) -> dict[str, Column]:
    """The columns, each with the schema of its sequence written out."""
    return {
        name: replace(it, sequence_schema=it.sequence_schema or schema) if it.sequence else it
        for name, it in table.columns.items()
    }


def sequence_key(draft: Draft, name: ObjectName) -> Name | None:
    for schema in (name.schema,) if name.schema is not None else draft.catalog.search_path:
        if (schema, name.name) in draft.catalog.sequences:
            return schema, name.name
    return None
