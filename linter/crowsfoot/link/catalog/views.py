"""Views and materialized views: what they give, and what they read."""

from __future__ import annotations

from msgspec.structs import replace

from crowsfoot.facts.sql import AlterOther, CreateView, Query, RefreshView, TypeName
from crowsfoot.link.catalog import rows
from crowsfoot.link.catalog.draft import Draft, UnclearError
from crowsfoot.link.catalog.model import Catalog, Column, Table
from crowsfoot.link.catalog.rows import outputs


def create_view(draft: Draft, change: CreateView) -> None:
    catalog = draft.catalog
    clear = True
    try:
        rows.check_query(draft, change.query)
    except UnclearError:
        clear = False  # the view is there, and not all is known of what it reads
    temporary = change.temporary or change.view.schema == "pg_temp" or reads_temporary(draft, change)
    schema = "pg_temp" if temporary and draft.postgres else draft.schema_for(change.view)
    name = change.view.name
    kind = "materialized view" if change.materialized else "view"
    number = catalog.names.get((catalog.fold(schema), catalog.fold(name)))
    old = None if number is None else catalog.tables[number]
    if change.if_not_exists and draft.has_relation(schema, name):
        return
    columns = columns_of(draft, change) if clear else None
    if old is not None and change.replace:
        if old.kind != "view":
            draft.refuse("42809", f'"{name}" is not a view', change.view.range, name)
        if columns is not None and draft.postgres:
            columns = check_replaced(draft, change, old, columns)
    else:
        draft.claim_relation(schema, name, change.view.range)
        key = (catalog.fold(schema), catalog.fold(name))
        if key in catalog.types:
            draft.refuse("42710", f'type "{name}" already exists', change.view.range, name)
        old = None
    reads, used = read_by(draft, change.query)
    new = Table(
        old.number if old is not None else draft.new_number(),
        schema,
        name,
        "materialized view" if kind == "materialized view" else "view",
        draft.span(change.range),
        {it.name: it for it in columns or ()},
        indexes=old.indexes if old is not None else {},
        triggers=old.triggers if old is not None else {},
        owner=old.owner if old is not None else catalog.role,
        creator=old.creator if old is not None else catalog.role,
        accesses=old.accesses if old is not None else catalog.accesses,
        temporary=temporary,
        query=change.query,
        reads=reads,
        reads_columns=used,
        options=change.options,
        created_in=old.created_in if old is not None else draft.migration,
        complete=columns is not None,
    )
    draft.put(new)
    if temporary:
        draft.see_temporary()


def reads_temporary(draft: Draft, change: CreateView) -> bool:
    """Whether the view reads something temporary, which makes it temporary too."""
    if "pg_temp" not in draft.catalog.search_path:
        return False
    for name in change.query.tables:
        table = draft.catalog.table(name)
        if table is not None and table.temporary:
            if change.materialized:
                message = "materialized views must not use temporary tables or views"
                draft.refuse("0A000", message, change.range, table.name)
            return True
    return False


def columns_of(draft: Draft, change: CreateView) -> list[Column] | None:
    """The columns of the view, None where they are not all known."""
    span = draft.span(change.range)
    found = outputs(draft, change.query)
    if found is None:
        if not change.columns:
            return None
        found = [(name, TypeName("", change.range)) for name in change.columns]
    else:
        for place, name in enumerate(change.columns[: len(found)]):
            found[place] = (name, found[place][1])
    seen: set[str] = set()
    for name, _ in found:
        if name in seen:
            draft.refuse("42701", f'column "{name}" specified more than once', change.range)
        seen.add(name)
    return [Column(name, type, span, added_in=draft.migration) for name, type in found]


def check_replaced(
    draft: Draft, change: CreateView, old: Table, columns: list[Column]
) -> list[Column] | None:
    """The columns, None where those of before do not fit, and may not have been what they are taken for."""
    try:
        refuse_others(draft, change, old, columns)
    except UnclearError:
        return None
    return columns


def refuse_others(draft: Draft, change: CreateView, old: Table, columns: list[Column]) -> None:
    """CREATE OR REPLACE may add columns at the end, and nothing else."""
    if not old.complete:
        return
    if len(columns) < len(old.columns):
        draft.refuse("42P16", "cannot drop columns from view", change.range, old.name)
    for before, after in zip(old.columns.values(), columns, strict=False):
        if before.name != after.name:
            draft.refuse(
                "42P16",
                f'cannot change name of view column "{before.name}" to "{after.name}"',
                change.range,
                old.name,
            )
        known = before.type.name and after.type.name
        if known and same_type(before.type) != same_type(after.type):
            draft.refuse(
                "42P16",
                f'cannot change data type of view column "{before.name}" from {before.type} to {after.type}',
                change.range,
                old.name,
            )


def same_type(type: TypeName) -> tuple[object, ...]:
    return type.name, type.schema, bool(type.dimensions), type.args


def read_by(draft: Draft, query: Query) -> tuple[frozenset[int], frozenset[tuple[int, str]]]:
    """The tables that the query reads, and those of their columns that it certainly does."""
    catalog: Catalog = draft.catalog
    reads: set[int] = set()
    for name in query.tables:
        number = catalog.number_of(name)
        if number is not None:
            reads.add(number)
    used: set[tuple[int, str]] = set()
    known: dict[str | None, Table | None] = {}
    for use in query.columns:
        if use.table not in known:
            known[use.table] = rows.source(draft, query, use.table)
        table = known[use.table]
        if table is not None and use.name in table.columns:
            used.add((table.number, use.name))
    for output in query.outputs:
        if output.name == "*":
            table = rows.source(draft, query, output.table)
            if table is not None:
                used.update((table.number, it) for it in table.columns)
    return frozenset(reads), frozenset(used)


def refresh_view(draft: Draft, change: RefreshView) -> None:
    if draft.is_other_relation(change.view):
        message = f'"{change.view.name}" is not a table or materialized view'
        draft.refuse("42809", message, change.range, change.view.name)
    view = draft.table(change.view)
    if view.kind == "view":
        message = f'"{view.name}" is not a table or materialized view'
        draft.refuse("42809", message, change.range, view.name)
    if view.kind == "table":
        draft.refuse("0A000", f'"{view.name}" is not a materialized view', change.range, view.name)
    if change.concurrently and not any(
        it.unique and it.predicate is None and None not in it.columns for it in view.indexes.values()
    ):
        draft.refuse(
            "55000",
            f'cannot refresh materialized view "{view.schema}.{view.name}" concurrently',
            change.range,
            view.name,
        )


def alter_options(draft: Draft, view: Table, change: AlterOther) -> None:
    """SET and RESET of a view; the reading gives ("reset", name)."""
    if not change.options:
        return
    options = dict(view.options)
    for key, value in change.options:
        if key == "reset":
            options.pop(value, None)
        else:
            options[key] = value
    draft.put(replace(view, options=tuple(options.items())))
