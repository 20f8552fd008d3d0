"""Renames: of every kind of object, with all that speaks of it by name."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from crowsfoot.facts.sql import ObjectName, RenameObject
from crowsfoot.link.catalog import access, not_null
from crowsfoot.link.catalog.column_renames import column_renamed
from crowsfoot.link.catalog.constraint_names import claim_constraint, claim_index, names_on
from crowsfoot.link.catalog.draft import Draft, edited, heirs, renamed
from crowsfoot.link.catalog.model import MOST, Index, Table
from crowsfoot.link.catalog.moves import move_sequence, move_type, sequence_key
from crowsfoot.link.catalog.policy_names import rename_table_in_policies


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
        if change.if_exists or (catalog.dialect == "sqlserver" and rename_any_constraint(draft, change)):
            return
        draft.refuse_table(change.name)
    table = catalog.tables[number]
    claim_new(draft, table.schema, table.name, change)
    if draft.postgres:
        rename_table_in_policies(draft, number, change.new_name)
        table = draft.catalog.tables[number]
    draft.put(replace(table, name=change.new_name))


def rename_any_constraint(draft: Draft, change: RenameObject) -> bool:
    """sp_rename of SQL Server takes a constraint by its name alone. Whether there is one."""
    catalog = draft.catalog
    schema = catalog.fold(change.name.schema or catalog.search_path[0])
    wanted = change.name.name.lower()
    for table in catalog.tables_in_order() if len(catalog.tables) <= MOST else ():
        if catalog.fold(table.schema) != schema:
            continue
        for column in table.columns.values():
            if (column.default_constraint or "").lower() == wanted:
                named = replace(column, default_constraint=change.new_name)
                draft.put(replace(table, columns=edited(table.columns, column.name, named)))
                return True
        old = min((it for it in names_on(table) if it.lower() == wanted), default=None)
        if old is not None:
            name = ObjectName(old, change.name.range)
            of = ObjectName(table.name, change.name.range, table.schema)
            rename_constraint(draft, RenameObject(change.range, "constraint", name, change.new_name, of))
            return True
    return False


def claim_new(draft: Draft, schema: str, old: str, change: RenameObject) -> None:
    dialect = draft.catalog.dialect
    if (
        dialect in ("mysql", "sqlserver")
        and old != change.new_name
        and old.lower() == change.new_name.lower()
    ):
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
        claim_index(draft, table, change.new_name, change.range)
    put_index(draft, table, index, change.new_name)


def claim_index_name(draft: Draft, table: Table, index: Index, change: RenameObject) -> None:
    draft.claim_relation(table.schema, change.new_name, change.range)
    if index.constraint:
        claim_constraint(draft, table, change.new_name, change.range)


def index_in(draft: Draft, table: Table, name: str) -> str | None:
    if name in table.indexes or draft.postgres:
        return name if name in table.indexes else None
    return next((it for it in table.indexes if it.lower() == name.lower()), None)


def put_index(draft: Draft, table: Table, index: Index, name: str) -> None:
    indexes = renamed(table.indexes, index.name, name, replace(index, name=name))
    draft.put(replace(table, indexes=indexes))


def rename_sequence(draft: Draft, change: RenameObject) -> None:
    key = sequence_key(draft, change.name)
    if key is None:
        if change.if_exists:
            return
        draft.refuse_missing("42P01", "relation", change.name)
    draft.claim_relation(key[0], change.new_name, change.range)
    move_sequence(draft, key, key[0], change.new_name)


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
    for heir in heirs(draft.catalog, table):
        if old in heir.columns:
            draft.put(column_renamed(draft, heir, old, change.new_name))


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
    if old not in names_on(table):
        if not table.complete:
            return
        if (column := not_null.called(draft, table, old)) is not None:
            claim_constraint(draft, table, new, change.range)
            not_null.rename_not_null(draft, table, column, new)
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
    claim_constraint(draft, table, new, change.range)
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
    if getattr(type, "composite", False):
        draft.claim_relation(type.schema, change.new_name, change.range)
    claim_type(draft, type.schema, change.new_name, change.range)
    move_type(draft, (type.schema, type.name), type.schema, change.new_name)


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
            for table in catalog.tables.values() if len(catalog.tables) <= MOST else ():
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
    """The role under another name, with its members, its grants and what it owns."""
    old, new = change.name.name, change.new_name
    catalog = draft.catalog
    roles = catalog.roles
    if (role := roles.get(old)) is not None:
        roles = roles.discard(old).insert(new, replace(role, name=new))
    for it in list(roles.values()):
        if old in it.member_of:
            members = tuple([new if name == old else name for name in it.member_of])
            inherits = tuple([(new if name == old else name, kept) for name, kept in it.inherits])
            without = tuple([new if name == old else name for name in it.without_set])
            roles = roles.insert(
                it.name, replace(it, member_of=members, inherits=inherits, without_set=without)
            )
    grants = catalog.grants
    if any(it.grantee == old for it in grants):
        kept = [replace(it, grantee=new) if it.grantee == old else it for it in grants]
        grants = type(grants)(kept)
    draft.catalog = replace(catalog, roles=roles, grants=grants)
    access.reassign(draft, old, new)
    for table in draft.catalog.tables_in_order():
        if any(old in it.roles for it in table.policies.values()):
            policies = {
                name: replace(it, roles=tuple([new if role == old else role for role in it.roles]))
                for name, it in table.policies.items()
            }
            draft.put(replace(table, policies=policies))


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
