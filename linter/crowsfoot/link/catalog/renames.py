"""Renames: of every kind of object, with all that speaks of it by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from crowsfoot.facts.sql import Expression, IndexKey, MoveObject, ObjectName, RenameObject, TypeName
from crowsfoot.link.catalog import constraints
from crowsfoot.link.catalog.draft import Draft, heirs, renamed
from crowsfoot.link.catalog.model import Check, Column, ForeignKey, Index, Name, Table
from crowsfoot.source import Range


def rename_object(draft: Draft, change: RenameObject) -> None:
    handler = RENAMES.get(change.kind)
    if handler is not None:
        handler(draft, change)


# --- relations ---------------------------------------------------------------------------------------------


def rename_relation(draft: Draft, change: RenameObject) -> None:
    """A table or view; PostgreSQL lets ALTER TABLE rename every kind of relation."""
    catalog = draft.catalog
    number = catalog.number_of(change.name)
    if number is None:
        if draft.postgres and (catalog.index_table(change.name) or sequence_key(draft, change.name)):
            if catalog.index_table(change.name):
                rename_index(draft, change)
            else:
                rename_sequence(draft, change)
            return
        if change.if_exists:
            return
        draft.refuse_table(change.name)
    table = catalog.tables[number]
    claim_new(draft, table.schema, table.name, change)
    draft.put(replace(table, name=change.new_name))


def claim_new(draft: Draft, schema: str, old: str, change: RenameObject) -> None:
    if draft.catalog.fold(old) == draft.catalog.fold(change.new_name) and old != change.new_name:
        return  # only the case changes
    draft.claim_relation(schema, change.new_name, change.range)
    key = (draft.catalog.fold(schema), draft.catalog.fold(change.new_name))
    if key in draft.catalog.types:
        draft.refuse("42710", f'type "{change.new_name}" already exists', change.range, change.new_name)


def rename_index(draft: Draft, change: RenameObject) -> None:
    if change.table is not None:
        table: Table | None = draft.table(change.table)
    else:
        table = draft.catalog.index_table(change.name)
    name = None if table is None else index_in(draft, table, change.name.name)
    if table is None or name is None:
        if change.if_exists or (table is not None and not table.complete):
            return
        if draft.catalog.number_of(change.name) is not None:
            wrong = f'"{change.name.name}" is not an index'
            draft.refuse("42809", wrong, change.name.range, change.name.name)
        draft.refuse_missing("42P01", "relation", change.name)
    index = table.indexes[name]
    if draft.postgres:
        claim_index_name(draft, table, index, change)
    else:
        constraints.claim_index(draft, table, change.new_name, change.range)
    put_index(draft, table, index, change.new_name)


def claim_index_name(draft: Draft, table: Table, index: Index, change: RenameObject) -> None:
    draft.claim_relation(table.schema, change.new_name, change.range)
    if index.constraint:
        constraints.claim_constraint(draft, table, change.new_name, change.range)


def index_in(draft: Draft, table: Table, name: str) -> str | None:
    if name in table.indexes or draft.postgres:
        return name if name in table.indexes else None
    return next((it for it in table.indexes if it.lower() == name.lower()), None)


def put_index(draft: Draft, table: Table, index: Index, name: str) -> None:
    indexes = renamed(table.indexes, index.name, name, replace(index, name=name))
    draft.put(replace(table, indexes=indexes))


def sequence_key(draft: Draft, name: ObjectName) -> Name | None:
    for schema in (name.schema,) if name.schema is not None else draft.catalog.search_path:
        if (schema, name.name) in draft.catalog.sequences:
            return schema, name.name
    return None


def rename_sequence(draft: Draft, change: RenameObject) -> None:
    key = sequence_key(draft, change.name)
    if key is None:
        if change.if_exists:
            return
        draft.refuse_missing("42P01", "relation", change.name)
    draft.claim_relation(key[0], change.new_name, change.range)
    move_sequence(draft, key, key[0], change.new_name)


def move_sequence(draft: Draft, key: Name, schema: str, name: str) -> None:
    """The sequence under another name; the defaults that draw from it follow."""
    catalog = draft.catalog
    sequence = catalog.sequences[key]
    drawn = catalog.users.get(("sequence", *key), frozenset())
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


# --- parts of tables ---------------------------------------------------------------------------------------


def rename_column(draft: Draft, change: RenameObject) -> None:
    if change.table is None:
        return
    number = draft.catalog.number_of(change.table)
    if number is None:
        if change.if_exists or draft.catalog.type(change.table.name, change.table.schema) is not None:
            return  # an attribute of a composite type
        draft.refuse_table(change.table)
    table = draft.catalog.tables[number]
    found = draft.catalog.column(table, change.name.name)
    if found is None:
        draft.refuse_column(table, change.name.name, change.name.range, bare=True)
    new = draft.catalog.column(table, change.new_name)
    if new is not None and (new is not found or draft.postgres):
        draft.refuse(
            "42701",
            f'column "{change.new_name}" of relation "{table.name}" already exists',
            change.range,
            change.new_name,
            table.name,
            others=(new.span,),
        )
    old = found.name
    draft.put(column_renamed(draft, table, old, change.new_name))
    for heir in list(heirs(draft.catalog, table)):
        if old in heir.columns:
            draft.put(column_renamed(draft, heir, old, change.new_name))


def column_renamed(draft: Draft, table: Table, old: str, new: str) -> Table:
    """The table with a column of another name; what speaks of it elsewhere is renamed in the draft."""
    number = table.number
    for referrer, _ in list(draft.catalog.referring(table)):
        if referrer.number != number:
            now = draft.catalog.tables[referrer.number]
            draft.put(replace(now, foreign_keys=retargeted(now, number, old, new)))
    for view in draft.catalog.readers.get(number, ()):
        reader = draft.catalog.tables[view]
        if (number, old) in reader.reads_columns:
            read = (reader.reads_columns - {(number, old)}) | {(number, new)}
            draft.put(replace(reader, reads_columns=read))
    for key in draft.catalog.owned.get(number, frozenset()):
        sequence = draft.catalog.sequences[key]
        if sequence.owned_by == (number, old):
            draft.put_sequence(replace(sequence, owned_by=(number, new)))
    table = draft.catalog.tables[number]
    change = partial(column_in, old=old, new=new)
    columns = renamed(table.columns, old, new, replace(table.columns[old], name=new))
    return replace(
        table,
        columns={
            name: replace(it, generated=change(it.generated)) if it.generated else it
            for name, it in columns.items()
        },
        indexes={name: index_changed(it, old, new, change) for name, it in table.indexes.items()},
        foreign_keys={
            name: replace(it, columns=substituted(it.columns, old, new))
            for name, it in retargeted(table, number, old, new).items()
        },
        checks={
            name: replace(it, expression=change(it.expression)) if old in it.expression.columns else it
            for name, it in table.checks.items()
        },
        policies={
            name: replace(it, using=it.using and change(it.using), check=it.check and change(it.check))
            for name, it in table.policies.items()
        },
        triggers={
            name: replace(it, columns=substituted(it.columns, old, new))
            for name, it in table.triggers.items()
        },
        partition_keys=substituted(table.partition_keys, old, new),
    )


def retargeted(table: Table, target: int, old: str, new: str) -> dict[str, ForeignKey]:
    return {
        name: replace(it, target_columns=substituted(it.target_columns, old, new))
        if it.target == target
        else it
        for name, it in table.foreign_keys.items()
    }


def substituted(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple([new if it == old else it for it in names]) if old in names else names


def index_changed(index: Index, old: str, new: str, change: Callable[[Expression], Expression]) -> Index:
    keys = tuple([key_changed(key, old, new, change) for key in index.keys])
    predicate = index.predicate
    return replace(
        index,
        keys=keys,
        include=substituted(index.include, old, new),
        predicate=change(predicate) if predicate is not None else None,
    )


def key_changed(key: IndexKey, old: str, new: str, change: Callable[[Expression], Expression]) -> IndexKey:
    if key.column == old:
        return replace(key, column=new)
    if key.expression is not None and old in key.expression.columns:
        return replace(key, expression=change(key.expression))
    return key


def column_in(expression: Expression, old: str, new: str) -> Expression:
    """The expression with another name for the column."""
    if old not in expression.columns:
        return expression
    # Outside of string constants, as a whole word or quoted.
    pattern = re.compile(rf"""'(?:[^']|'')*'|"{re.escape(old)}"|(?<![\w$"]){re.escape(old)}(?![\w$"])""")
    quoted = f'"{new}"' if not re.fullmatch(r"[a-z_][a-z0-9_$]*", new) else new
    text = pattern.sub(lambda it: it[0] if it[0].startswith("'") else quoted, expression.text)
    return replace(expression, text=text, columns=substituted(expression.columns, old, new))


def rename_constraint(draft: Draft, change: RenameObject) -> None:
    if change.table is None:
        return
    number = draft.catalog.number_of(change.table)
    if number is None:
        if change.if_exists or draft.catalog.type(change.table.name, change.table.schema) is not None:
            return  # of a domain
        draft.refuse_table(change.table)
    table = draft.catalog.tables[number]
    old, new = change.name.name, change.new_name
    if old not in constraints.names_on(table):
        if not table.complete:
            return
        draft.refuse(
            "42704",
            f'constraint "{old}" for table "{table.name}" does not exist',
            change.name.range,
            old,
            table.name,
        )
    if old in table.indexes:
        claim_index_name(draft, table, table.indexes[old], change)
        put_index(draft, table, table.indexes[old], new)
        return
    constraints.claim_constraint(draft, table, new, change.range)
    for one in [table, *heirs(draft.catalog, table)]:
        if old in one.foreign_keys and (one is table or one.partition_of is not None):
            fk = replace(one.foreign_keys[old], name=new)
            draft.put(replace(one, foreign_keys=renamed(one.foreign_keys, old, new, fk)))
        elif old in one.checks:
            check = replace(one.checks[old], name=new)
            draft.put(replace(one, checks=renamed(one.checks, old, new, check)))


def rename_trigger(draft: Draft, change: RenameObject) -> None:
    if change.table is None:
        return
    table = draft.table(change.table)
    old, new = change.name.name, change.new_name
    found = table.triggers.get(old)
    if found is None:
        message = f'trigger "{old}" for table "{table.name}" does not exist'
        draft.refuse("42704", message, change.name.range, old, table.name)
    if new in table.triggers:
        message = f'trigger "{new}" for relation "{table.name}" already exists'
        draft.refuse("42710", message, change.range, new, table.name)
    draft.put(replace(table, triggers=renamed(table.triggers, old, new, replace(found, name=new))))


def rename_policy(draft: Draft, change: RenameObject) -> None:
    if change.table is None:
        return
    table = draft.table(change.table)
    old, new = change.name.name, change.new_name
    found = table.policies.get(old)
    if found is None:
        message = f'policy "{old}" for table "{table.name}" does not exist'
        draft.refuse("42704", message, change.name.range, old, table.name)
    if new in table.policies:
        message = f'policy "{new}" for table "{table.name}" already exists'
        draft.refuse("42710", message, change.range, new, table.name)
    draft.put(replace(table, policies=renamed(table.policies, old, new, replace(found, name=new))))


# --- types, functions, schemas, roles ----------------------------------------------------------------------


def rename_type(draft: Draft, change: RenameObject) -> None:
    from crowsfoot.link.catalog.types import claim_type, own_type

    type = own_type(draft, change.name)
    claim_type(draft, type.schema, change.new_name, change.range)
    move_type(draft, (type.schema, type.name), type.schema, change.new_name)


def move_type(draft: Draft, key: Name, schema: str, name: str) -> None:
    """The type under another name; the columns, domains and new values of it follow."""
    type = draft.catalog.types[key]
    for number in draft.catalog.users.get(("type", *key), frozenset()):
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
    for other, it in draft.catalog.types.items():
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


def rename_function(draft: Draft, change: RenameObject) -> None:
    catalog = draft.catalog
    for schema in (change.name.schema,) if change.name.schema is not None else catalog.search_path:
        overloads = catalog.functions.get((schema, change.name.name))
        if overloads:
            moved = tuple([replace(it, name=change.new_name) for it in overloads])
            functions = catalog.functions.discard((schema, change.name.name))
            kept = functions.get((schema, change.new_name), ())
            functions = functions.insert((schema, change.new_name), (*kept, *moved))
            draft.catalog = replace(catalog, functions=functions)
            for table in list(catalog.tables.values()):
                if any(it.function == change.name.name for it in table.triggers.values()):
                    triggers = {
                        name: replace(it, function=change.new_name) if it.function == change.name.name else it
                        for name, it in table.triggers.items()
                    }
                    draft.put(replace(table, triggers=triggers))
            return


def rename_schema(draft: Draft, change: RenameObject) -> None:
    catalog = draft.catalog
    old, new = change.name.name, change.new_name
    if catalog.fold(old) not in catalog.schemas:
        draft.refuse_missing("3F000", "schema", change.name)
    if catalog.fold(new) in catalog.schemas:
        draft.refuse("42P06", f'schema "{new}" already exists', change.range, new)
    span = catalog.schemas[catalog.fold(old)]
    draft.catalog = replace(
        catalog, schemas=catalog.schemas.discard(catalog.fold(old)).insert(catalog.fold(new), span)
    )
    for table in list(catalog.tables.values()):
        if table.schema == old:
            draft.put(replace(draft.catalog.tables[table.number], schema=new))
    for key in [it for it in catalog.types if it[0] == old]:
        move_type(draft, key, new, key[1])
    for key in [it for it in catalog.sequences if it[0] == old]:
        move_sequence(draft, key, new, key[1])
    functions = draft.catalog.functions
    for key in [it for it in functions if it[0] == old]:
        moved = tuple([replace(it, schema=new) for it in functions[key]])
        functions = functions.discard(key).insert((new, key[1]), moved)
    draft.catalog = replace(draft.catalog, functions=functions)


def rename_role(draft: Draft, change: RenameObject) -> None:
    role = draft.catalog.roles.get(change.name.name)
    if role is not None:
        roles = draft.catalog.roles.discard(role.name)
        roles = roles.insert(change.new_name, replace(role, name=change.new_name))
        draft.catalog = replace(draft.catalog, roles=roles)


def rename_other(draft: Draft, change: RenameObject) -> None:
    others = draft.catalog.others
    for key in list(others):
        if key[0] == change.kind and key[2] == change.name.name:
            span = others[key]
            others = others.discard(key).insert((key[0], key[1], change.new_name), span)
    draft.catalog = replace(draft.catalog, others=others)


RENAMES: dict[str, Callable[[Draft, RenameObject], None]] = {
    "table": rename_relation,
    "view": rename_relation,
    "materialized view": rename_relation,
    "index": rename_index,
    "sequence": rename_sequence,
    "column": rename_column,
    "constraint": rename_constraint,
    "trigger": rename_trigger,
    "policy": rename_policy,
    "type": rename_type,
    "domain": rename_type,
    "function": rename_function,
    "schema": rename_schema,
    "role": rename_role,
    "publication": rename_other,
    "statistics": rename_other,
    "rule": rename_other,
    "other": rename_other,
}


# --- to another schema -------------------------------------------------------------------------------------


def move_object(draft: Draft, change: MoveObject) -> None:
    """SET SCHEMA; indexes and owned sequences go along."""
    from crowsfoot.link.catalog.types import own_type

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
