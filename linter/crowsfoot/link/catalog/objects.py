"""DROP and COMMENT of every kind of object, and the kinds of which the catalog keeps the name alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AlterOther,
    AlterSequence,
    CreateExtension,
    CreateOther,
    CreateSchema,
    CreateSequence,
    DropObject,
    ObjectName,
    SetComment,
)
from crowsfoot.link.catalog import access, drops, functions, model, views
from crowsfoot.link.catalog.builtin import printed
from crowsfoot.link.catalog.dependents import Thing
from crowsfoot.link.catalog.draft import Draft, UnclearError
from crowsfoot.link.catalog.model import MOST
from crowsfoot.link.catalog.moves import sequence_key
from crowsfoot.link.catalog.renames import index_in
from crowsfoot.link.catalog.types import is_brought


def drop_objects(draft: Draft, changes: Sequence[DropObject]) -> None:
    """All that one DROP statement names: they go together, whatever depends on what among them."""
    things: list[Thing] = []
    for change in changes:
        finder = FINDERS.get(change.kind)
        if finder is None:
            drop_other(draft, change)
            continue
        try:
            found = finder(draft, change)
        except UnclearError:
            continue
        things.extend(it for it in found if it not in things)
    if things:
        try:
            drops.drop(draft, things, changes[0].cascade, changes[0].range)
        except UnclearError:
            drops.drop(draft, things, True, changes[0].range)


def find_table(draft: Draft, change: DropObject) -> list[Thing]:
    catalog = draft.catalog
    number = catalog.number_of(change.name)
    if number is None:
        other = catalog.index_table(change.name) or sequence_key(draft, change.name)
        if other is not None and draft.postgres:
            wrong_kind(draft, change)
        if change.if_exists:
            return []
        missing(draft, change, "42P01")
        return []
    kind = catalog.tables[number].kind
    if kind != change.kind and draft.postgres:
        wrong_kind(draft, change)
    return [("table", number)]


def wrong_kind(draft: Draft, change: DropObject) -> None:
    article = "an" if change.kind == "index" else "a"
    draft.refuse(
        "42809",
        f'"{change.name.name}" is not {article} {change.kind}',
        change.name.range,
        change.name.name,
    )


def missing(draft: Draft, change: DropObject, code: str, kind: str | None = None) -> None:
    catalog = draft.catalog
    name = change.name
    if name.schema is None and any(draft.is_foreign(it) for it in catalog.search_path):
        raise UnclearError
    draft.check_schema(name)
    draft.refuse_missing(code, kind or change.kind, name)


def find_index(draft: Draft, change: DropObject) -> list[Thing]:
    catalog = draft.catalog
    if change.concurrently and draft.session.in_block and draft.postgres:
        draft.refuse("25001", "DROP INDEX CONCURRENTLY cannot run inside a transaction block", change.range)
    table = catalog.index_table(change.name) if change.table is None else draft.table(change.table)
    name = None if table is None else index_in(draft, table, change.name.name)
    if table is None or name is None:
        if catalog.number_of(change.name) is not None and draft.postgres:
            wrong_kind(draft, change)
        if change.if_exists or (table is not None and not table.complete):
            return []
        missing(draft, change, "42704")
        return []
    index = table.indexes[name]
    if index.constraint and draft.postgres:
        draft.refuse(
            "2BP01",
            f"cannot drop index {printed(name)} because constraint {printed(name)} on table "
            f"{printed(table.name)} requires it",
            change.range,
            name,
        )
    return [("index", table.number, name)]


def find_sequence(draft: Draft, change: DropObject) -> list[Thing]:
    key = sequence_key(draft, change.name)
    if key is None:
        if draft.catalog.number_of(change.name) is not None:
            wrong_kind(draft, change)
        if not change.if_exists:
            missing(draft, change, "42P01")
        return []
    sequence = draft.catalog.sequences[key]
    if sequence.owned_by is not None:
        table = draft.catalog.tables.get(sequence.owned_by[0])
        column = table.columns.get(sequence.owned_by[1]) if table is not None else None
        if table is not None and column is not None and column.identity is not None:
            draft.refuse(
                "2BP01",
                f"cannot drop sequence {printed(key[1])} because column {printed(column.name)} of table "
                f"{printed(table.name)} requires it",
                change.range,
                key[1],
            )
    return [("sequence", *key)]


def find_type(draft: Draft, change: DropObject) -> list[Thing]:
    type = draft.catalog.type(change.name.name, change.name.schema)
    if type is None:
        if change.if_exists or is_brought(draft, change.name.name):
            return []
        missing(draft, change, "42704", "type")
        return []
    if change.kind == "domain" and not isinstance(type, model.Domain):
        wrong_kind(draft, change)
    return [("type", type.schema, type.name)]


def find_function(draft: Draft, change: DropObject) -> list[Thing]:
    catalog = draft.catalog
    name = change.name
    for schema in (name.schema,) if name.schema is not None else catalog.search_path:
        overloads = catalog.functions.get((catalog.fold(schema), catalog.fold(name.name)), ())
        fitting = [it for it in overloads if change.arguments is None or it.arguments == change.arguments]
        if len(fitting) > 1 and draft.postgres:
            draft.refuse("42725", f'function name "{name}" is not unique', name.range, name.name)
        if fitting:
            return [("function", schema, name.name, fitting[0].arguments)]
        if overloads and change.arguments != ():
            return []  # argument types can be written in many ways
    if change.if_exists or catalog.extensions or not draft.postgres:
        return []
    if any(draft.is_foreign(it) for it in catalog.search_path):
        return []
    if change.arguments is None:
        message = f'could not find a function named "{name}"'
    else:
        message = f"function {name}({', '.join(change.arguments)}) does not exist"
    if name.schema is None or not draft.is_foreign(name.schema):
        draft.refuse("42883", message, name.range, name.name)
    return []


def find_trigger(draft: Draft, change: DropObject) -> list[Thing]:
    if change.table is None:  # MySQL and SQLite
        catalog = draft.catalog
        for table in catalog.tables_in_order() if len(catalog.tables) <= MOST else ():
            if change.name.name in table.triggers:
                return [("trigger", table.number, change.name.name)]
        return []
    return find_part(draft, change, change.table, "trigger")


def find_policy(draft: Draft, change: DropObject) -> list[Thing]:
    return [] if change.table is None else find_part(draft, change, change.table, "policy")


def find_part(draft: Draft, change: DropObject, table_name: ObjectName, kind: str) -> list[Thing]:
    number = draft.catalog.number_of(table_name)
    if number is None:
        if draft.is_other_relation(table_name):
            message = f'"{table_name.name}" is not a table'
            draft.refuse("42809", message, table_name.range, table_name.name)
        if change.if_exists:
            return []
        draft.refuse_table(table_name)
    table = draft.catalog.tables[number]
    name = change.name.name
    if name not in (table.triggers if kind == "trigger" else table.policies):
        if not change.if_exists and table.complete:
            draft.refuse(
                "42704",
                f'{kind} "{name}" for table "{table.name}" does not exist',
                change.name.range,
                name,
                table.name,
            )
        return []
    return [(kind, number, name)]


def find_schema(draft: Draft, change: DropObject) -> list[Thing]:
    name = change.name.name
    if draft.catalog.fold(name) not in draft.catalog.schemas:
        if not change.if_exists and not draft.is_foreign(name):
            draft.refuse("3F000", f'schema "{name}" does not exist', change.name.range, name)
        return []
    return [("schema", draft.catalog.fold(name))]


FINDERS: dict[str, Callable[[Draft, DropObject], list[Thing]]] = {
    "table": find_table,
    "view": find_table,
    "materialized view": find_table,
    "index": find_index,
    "sequence": find_sequence,
    "type": find_type,
    "domain": find_type,
    "function": find_function,
    "trigger": find_trigger,
    "policy": find_policy,
    "schema": find_schema,
}


# --- objects that are names --------------------------------------------------------------------------------


def drop_other(draft: Draft, change: DropObject) -> None:
    catalog = draft.catalog
    name = change.name.name
    if change.kind == "extension":
        if name in catalog.extensions:
            draft.catalog = replace(catalog, extensions=catalog.extensions.discard(name))
        elif not change.if_exists and name != "plpgsql" and not catalog.outside:
            draft.refuse("42704", f'extension "{name}" does not exist', change.name.range, name)
    elif change.kind == "role":
        draft.catalog = replace(catalog, roles=catalog.roles.discard(name))
    elif change.text == "owned":
        access.disown(draft, name)
    elif change.kind == "database":
        if draft.session.in_block and draft.postgres:
            draft.refuse("25001", "DROP DATABASE cannot run inside a transaction block", change.range)
    else:
        keys = [it for it in catalog.others if it[0] == change.kind and it[2] == name]
        for key in keys:
            draft.catalog = replace(draft.catalog, others=draft.catalog.others.discard(key))
        if not keys and not change.if_exists and change.kind == "publication" and not catalog.outside:
            draft.refuse("42704", f'publication "{name}" does not exist', change.name.range, name)


def create_other(draft: Draft, change: CreateOther) -> None:
    catalog = draft.catalog
    if change.kind == "database" and draft.session.in_block and draft.postgres:
        draft.refuse("25001", "CREATE DATABASE cannot run inside a transaction block", change.range)
    if change.table is not None:
        draft.table(change.table)
    if change.text == "event trigger" and any(
        it.returns == "event_trigger" and it.changes_schema
        for overloads in catalog.functions.values()
        for it in overloads
    ):
        # From now on any statement may do more than it says.
        catalog = replace(catalog, certain=False)
    key = (change.kind, change.name.schema or "", change.name.name)
    if key in catalog.others and change.kind == "publication":
        draft.refuse("42710", f'publication "{key[2]}" already exists', change.name.range, key[2])
    draft.catalog = replace(catalog, others=catalog.others.insert(key, draft.span(change.range)))


def alter_other(draft: Draft, change: AlterOther) -> None:
    """Options of a view and settings of a function; of others nothing that the catalog holds changes."""
    if not draft.postgres or change.if_exists:
        return
    catalog = draft.catalog
    name = change.name
    if change.kind in ("table", "view", "materialized view"):
        views.alter_options(draft, draft.table(name), change)
    elif change.kind == "function":
        functions.alter_function(draft, change)
    elif change.kind == "index":
        if catalog.index_table(name) is None and catalog.number_of(name) is None:
            draft.refuse_table(name)
    elif change.kind == "publication" and not catalog.outside:
        known = any(key[0] == "publication" and key[2] == name.name for key in catalog.others)
        if not known:
            draft.refuse_missing("42704", "publication", name)


def create_schema(draft: Draft, change: CreateSchema) -> None:
    catalog = draft.catalog
    name = catalog.fold(change.name)
    if name in catalog.schemas:
        if not change.if_not_exists:
            draft.refuse("42P06", f'schema "{change.name}" already exists', change.range, change.name)
        return
    draft.catalog = replace(catalog, schemas=catalog.schemas.insert(name, draft.span(change.range)))


def create_extension(draft: Draft, change: CreateExtension) -> None:
    catalog = draft.catalog
    if change.name in catalog.extensions or change.name == "plpgsql":
        if not change.if_not_exists and not catalog.outside:
            draft.refuse("42710", f'extension "{change.name}" already exists', change.range, change.name)
        return
    extensions = catalog.extensions.insert(change.name, draft.span(change.range))
    draft.catalog = replace(catalog, extensions=extensions)


def create_sequence(draft: Draft, change: CreateSequence) -> None:
    schema = "pg_temp" if change.temporary else draft.schema_for(change.sequence)
    name = change.sequence.name
    if change.if_not_exists and draft.has_relation(schema, name):
        return
    draft.claim_relation(schema, name, change.sequence.range)
    owner = owned_by(draft, change.owned_by)
    draft.put_sequence(model.Sequence(schema, name, draft.span(change.range), owner))


def owned_by(draft: Draft, owner: tuple[ObjectName, str] | None) -> tuple[int, str] | None:
    if owner is None:
        return None
    table = draft.table(owner[0])
    return table.number, draft.column(table, owner[1], owner[0].range).name


def alter_sequence(draft: Draft, change: AlterSequence) -> None:
    key = sequence_key(draft, change.sequence)
    if key is None:
        if not change.if_exists:
            draft.refuse_table(change.sequence)
        return
    sequence = draft.catalog.sequences[key]
    if change.owned_by is not None:
        draft.put_sequence(replace(sequence, owned_by=owned_by(draft, change.owned_by)))
    elif change.owned_by_none:
        draft.put_sequence(replace(sequence, owned_by=None))


def set_comment(draft: Draft, change: SetComment) -> None:
    """A comment changes nothing here, and needs something to stand at."""
    if not draft.postgres:
        return
    of = change.table
    if change.kind == "column" and of is not None and draft.catalog.type(of.name, of.schema) is None:
        draft.column(draft.table(of), change.name.name, change.name.range)
    elif change.kind in ("table", "view", "materialized view"):
        other = draft.is_other_relation(change.name)
        if other or draft.table(change.name).kind != change.kind:
            article = f'"{change.name.name}" is not a {change.kind}'
            draft.refuse("42809", article, change.name.range, change.name.name)
