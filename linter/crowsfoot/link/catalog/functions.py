"""Functions and triggers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AlterOther,
    Block,
    Change,
    CreateFunction,
    CreateTrigger,
    Delete,
    Insert,
    ObjectName,
    Query,
    Select,
    SetVariable,
    Statement,
    Truncate,
    TypeName,
    Update,
)
from crowsfoot.link.catalog import rows
from crowsfoot.link.catalog.access import function_named, put_function
from crowsfoot.link.catalog.draft import Draft, RefusalError, edited
from crowsfoot.link.catalog.model import MOST, Function, Table, Trigger
from crowsfoot.link.catalog.types import resolved

# Trigger functions that PostgreSQL brings.
_BUILTIN = frozenset(
    {"suppress_redundant_updates_trigger", "tsvector_update_trigger", "tsvector_update_trigger_column"}
)
_ROWS = (Insert, Update, Delete, Select, Truncate, SetVariable)


def create_function(draft: Draft, change: CreateFunction) -> None:
    schema = draft.schema_for(change.function)
    key = (draft.catalog.fold(schema), draft.catalog.fold(change.function.name))
    overloads = draft.catalog.functions.get(key, ())
    if len(overloads) > MOST:
        draft.leave_out()
    old = next((it for it in overloads if it.arguments == change.arguments), None)
    if old is not None and not change.replace:
        if draft.postgres:
            draft.refuse(
                "42723",
                f'function "{key[1]}" already exists with same argument types',
                change.function.range,
                key[1],
            )
        return
    if (
        old is not None
        and draft.postgres
        and old.returns is not None
        and change.returns is not None
        and old.returns != change.returns
    ):
        draft.refuse("42P13", "cannot change return type of existing function", change.function.range, key[1])
    if draft.postgres:
        for type in (*change.arguments, change.returns):
            check_type(draft, change, type)
    queries: list[Query] = []
    writes: list[ObjectName] = []
    changes_schema = change.dynamic or (draft.postgres and change.language not in _READ)
    for it in operations(change.body):
        query = getattr(it, "query", None)
        if isinstance(query, Query):
            queries.append(query)
        if isinstance(it, Insert | Update | Delete):
            writes.append(it.table)
        if not isinstance(it, _ROWS):
            changes_schema = True
    if draft.postgres and change.language == "sql" and draft.catalog.check_bodies:
        check_body(draft, change)
    new = Function(
        schema,
        change.function.name,
        change.arguments,
        draft.span(change.range),
        change.language,
        change.returns,
        change.security_definer,
        change.search_path,
        change.volatility,
        tuple(queries),
        change.body_text,
        changes_schema,
        old.owner if old is not None else draft.catalog.role,
        old.number if old is not None else draft.new_number(),
        old.accesses if old is not None else draft.catalog.accesses,
        old.creator if old is not None else draft.catalog.role,
        old.created_in if old is not None else draft.migration,
        tuple(writes),
    )
    rest = tuple([it for it in overloads if it is not old])
    draft.catalog = replace(draft.catalog, functions=draft.catalog.functions.insert(key, (*rest, new)))


_READ = frozenset({"sql", "plpgsql", "internal"})  # languages whose bodies are read, or known
_PLAIN = re.compile(r"[A-Za-z_][\w$]*")


def check_type(draft: Draft, change: CreateFunction, type: str | None) -> None:
    """Refuses an argument or result of a type that there is not, where it is a plain name."""
    if type is not None and _PLAIN.fullmatch(type) and type not in ("setof", "table"):
        try:
            resolved(draft, TypeName(type, change.function.range))
        except RefusalError:
            # It is printed without its schema, which may be one that is not in the search_path.
            catalog = draft.catalog
            if not any(name == type for names in (catalog.names, catalog.types) for _, name in names):
                raise


def operations(statements: tuple[Statement, ...]) -> Iterator[Change]:
    for statement in statements:
        for it in statement.does:
            if isinstance(it, Block):
                yield from operations(it.body)
            else:
                yield it


def check_body(draft: Draft, change: CreateFunction) -> None:
    """SQL bodies are checked when the function is made; arguments look like columns there."""
    for it in operations(change.body):
        query = getattr(it, "query", None)
        if isinstance(query, Query):
            for name in query.tables:
                rows.readable(draft, name)
        if isinstance(it, Insert | Update | Delete):
            rows.readable(draft, it.table)


def alter_function(draft: Draft, change: AlterOther) -> None:
    """What PostgreSQL lets change without a new body, as far as it matters here."""
    function = function_named(draft.catalog, change.name, change.arguments)
    if function is None:
        return
    definer, search_path, volatility = function.security_definer, function.search_path, function.volatility
    for key, value in change.options:
        if key == "security":
            definer = value == "true"
        elif key == "search_path":
            search_path = value
        elif key == "reset" and value in ("search_path", "all"):
            search_path = None
        elif key == "volatility":
            volatility = value
    put_function(
        draft,
        replace(function, security_definer=definer, search_path=search_path, volatility=volatility),
    )


def create_trigger(draft: Draft, change: CreateTrigger) -> None:
    table = triggered(draft, change)
    if change.function is not None and draft.postgres:
        check_function(draft, change, change.function)
    if change.name in table.triggers and not change.replace:
        if change.if_not_exists:
            return
        draft.refuse(
            "42710",
            f'trigger "{change.name}" for relation "{table.name}" already exists',
            change.range,
            change.name,
            table.name,
        )
    for name in change.columns:
        draft.column(table, name, change.range)
    trigger = Trigger(
        change.name,
        draft.span(change.range),
        change.function.name if change.function is not None else None,
        change.timing,
        change.events,
        columns=change.columns,
    )
    draft.put(replace(table, triggers=edited(table.triggers, change.name, trigger)))


def triggered(draft: Draft, change: CreateTrigger) -> Table:
    """The table or view that is to have the trigger."""
    name = change.table
    table = draft.catalog.table(name)
    if (table is None and draft.is_other_relation(name)) or (
        table is not None and table.kind == "materialized view"
    ):
        draft.refuse("42809", f'relation "{name.name}" cannot have triggers', name.range, name.name)
    if table is None:
        return draft.refuse_table(name)
    for_rows = change.for_each_row or "truncate" in change.events
    if draft.postgres and table.kind == "view" and change.timing != "instead of" and for_rows:
        draft.refuse("42809", f'"{table.name}" is a view', name.range, table.name)
    if draft.postgres and table.kind == "table" and change.timing == "instead of":
        draft.refuse("42809", f'"{table.name}" is a table', name.range, table.name)
    return table


def check_function(draft: Draft, change: CreateTrigger, name: ObjectName) -> None:
    catalog = draft.catalog
    for schema in (name.schema,) if name.schema is not None else catalog.search_path:
        overloads = catalog.functions.get((schema, name.name))
        if overloads:
            bare = next((it for it in overloads if not it.arguments), None)
            if bare is None:
                break
            if bare.returns not in (None, "trigger"):
                draft.refuse("42P17", f"function {name} must return type trigger", name.range, name.name)
            return
    foreign = any(draft.is_foreign(it) for it in catalog.search_path)
    if name.name in _BUILTIN or catalog.extensions or foreign:
        return
    if name.schema is not None and draft.is_foreign(name.schema):
        return
    draft.refuse("42883", f"function {name}() does not exist", name.range, name.name)
