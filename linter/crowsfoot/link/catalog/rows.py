"""Queries and changes of rows: they leave the catalog as it is, and fail where it lacks what they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    ColumnUse,
    Constant,
    Delete,
    ObjectName,
    Query,
    Select,
    Truncate,
    TypeName,
    Update,
)
from crowsfoot.link.catalog.builtin import SYSTEM_COLUMNS, is_known
from crowsfoot.link.catalog.constants import check_label, check_value
from crowsfoot.link.catalog.draft import Draft, UnclearError
from crowsfoot.link.catalog.model import MOST, Enum, Table
from crowsfoot.link.catalog.results import results
from crowsfoot.link.catalog.types import is_brought
from crowsfoot.source import Range

_CONVERSIONS = frozenset({"set_config"})


def check_query(draft: Draft, query: Query, target: Table | None = None) -> None:
    """Refuses tables, columns and constants that there are not.

    target is the table that the statement writes to, whose columns the query sees too.
    """
    if not draft.postgres:
        return
    for name in query.tables:
        try:
            readable(draft, name)
        except UnclearError:
            return
    for cast in query.casts:
        check_cast(draft, cast, query.range)
    if query.columns:
        check_columns(draft, query, target)
    for constant in query.literals:
        check_constant(draft, query, constant, target)


def check_cast(draft: Draft, name: str, range: Range) -> None:
    """Refuses a cast to a type that there is in no schema."""
    if is_known(TypeName(name, range)) or is_brought(draft, name):
        return
    catalog = draft.catalog
    if catalog.type(name) is not None or catalog.outside or len(catalog.types) > MOST:
        return
    if not any(key[1] == name for key in (*catalog.types, *catalog.names)):
        draft.refuse("42704", f'type "{name}" does not exist', range, name)


def readable(draft: Draft, name: ObjectName) -> None:
    catalog = draft.catalog
    if catalog.number_of(name) is None:
        if catalog.index_table(name) is not None:
            draft.refuse("42809", f'cannot open relation "{name}"', name.range, name.name)
        if not draft.is_other_relation(name):  # a sequence can be read
            draft.refuse_table(name, read=True)


def written(draft: Draft, name: ObjectName) -> Table:
    """The table whose rows a statement changes."""
    readable(draft, name)
    found = draft.catalog.table(name)
    if found is None:
        message = f'cannot change sequence "{name.name}"'
        draft.refuse("42809", message, name.range, name.name)
    return found


def check_columns(draft: Draft, query: Query, target: Table | None) -> None:
    known: dict[str | None, Table | None] = {None: only_table(draft, query, target)}
    for use in query.columns:
        if use.table not in known:
            known[use.table] = source(draft, query, use.table)
        table = known[use.table]
        if table is None or not table.complete or use.name in table.columns:
            continue
        if use.name in SYSTEM_COLUMNS or use.name == "*":
            continue
        if use.table is None and use.name in (table.name, query.alias):
            continue  # the whole row
        refuse_use(draft, table, use)


def refuse_use(draft: Draft, table: Table, use: ColumnUse) -> None:
    name = f'"{use.name}"' if use.table is None else f"{use.table}.{use.name}"
    draft.refuse("42703", f"column {name} does not exist", use.range, use.name, table.name)


def only_table(draft: Draft, query: Query, target: Table | None) -> Table | None:
    """The table that an unqualified column must be of, where there is but one."""
    if not query.simple or len(query.tables) > 1:
        return None
    found = draft.catalog.table(query.tables[0]) if query.tables else None
    if target is None or found is target:
        return found
    return target if found is None else None


def source(draft: Draft, query: Query, qualifier: str | None) -> Table | None:
    """The table that the qualifier stands for, where that is certain."""
    if qualifier is None:
        return only_table(draft, query, None)
    for alias, name in query.aliases:
        if alias == qualifier:
            return draft.catalog.table(name)
    if query.simple and query.alias == qualifier and query.tables:
        return draft.catalog.table(query.tables[0])
    return None


def outputs(draft: Draft, query: Query) -> list[tuple[str, TypeName]] | None:
    """The names and types of the columns that the query gives, None where they are not all known.

    A type that is not known has an empty name.
    """
    if query.result is not None:
        names = results(draft.catalog, query)
        if names is None or "*" in {it.name for it in query.outputs} or len(names) != len(query.outputs):
            return names
        # The frontend knows best what a column without a name is called.
        return [(it.name, type) for it, (_, type) in zip(query.outputs, names, strict=True)]
    if not query.outputs:
        return None
    found: list[tuple[str, TypeName]] = []
    for output in query.outputs:
        table = source(draft, query, output.table)
        if output.name == "*":
            if table is None or not table.complete:
                return None
            found.extend((it.name, it.type) for it in table.columns.values())
            continue
        type = output.type or TypeName("", output.range)
        if output.type is None and output.column is not None and table is not None:
            column = draft.catalog.column(table, output.column)
            if column is not None:
                type = column.type
        found.append((output.name, type))
    return found


def check_constant(draft: Draft, query: Query, constant: Constant, target: Table | None) -> None:
    """A constant that is cast to an enum, or compared with a column of one, must be a value of it."""
    catalog = draft.catalog
    if constant.type is not None:
        found = catalog.type(constant.type)
        if isinstance(found, Enum):
            check_label(draft, found, constant.text, constant.range)
        return
    if constant.column is None:
        return
    table = (
        only_table(draft, query, target) if constant.table is None else source(draft, query, constant.table)
    )
    column = catalog.column(table, constant.column) if table is not None else None
    if column is not None and not column.type.dimensions:
        check_value(draft, column.type, constant.text, constant.range)


def select(draft: Draft, change: Select) -> None:
    query = change.query
    check_query(draft, query)
    if not query.functions:
        return
    if "set_config" in query.functions:
        from crowsfoot.link.catalog.sessions import set_search_path

        texts = [it.text for it in query.literals]
        if len(texts) > 1 and texts[0] == "search_path":
            set_search_path(draft, texts[1], local=False)
        return
    run_functions(draft, query.functions)
    if draft.catalog.extensions and not _HARMLESS.issuperset(query.functions):
        # AddGeometryColumn('place', 'at'), create_hypertable('measure', ...)
        draft.doubt(name for it in query.literals for name in named_after(draft, it.text))


def named_after(draft: Draft, text: str) -> Iterator[str]:
    """The names in doubt after a call with that text: it may have made indexes and triggers of a table.

    create_hypertable('measure', 'at') makes the index measure_at_idx.
    Source: https://docs.timescale.com/api/latest/hypertable/create_hypertable/
    """
    yield text
    if not draft.may_be_brought():
        return
    table = text.rpartition(".")[2].strip('"')
    if draft.catalog.number_of(ObjectName(table, Range(0, 0))) is not None:
        yield table
        yield f"{table}_*"


def run_functions(draft: Draft, names: Iterable[str]) -> None:
    """Leaves nothing certain where a function that is called, or one that it calls, changes the schema."""
    waiting = list(names)
    seen = set(waiting)
    while waiting and draft.catalog.functions:
        name = waiting.pop()
        for schema in draft.catalog.search_path:
            for it in draft.catalog.functions.get((schema, name), ()):
                if it.changes_schema or len(seen) > _MOST_CALLED:
                    draft.catalog = replace(draft.catalog, certain=False)
                    return
                called = {inner for query in it.body for inner in query.functions} - seen
                seen |= called
                waiting.extend(called)


def fire(draft: Draft, table: Table, event: str) -> None:
    """The functions of the triggers that a statement on the table fires."""
    run_functions(
        draft, [it.function for it in table.triggers.values() if it.function and event in it.events]
    )


_MOST_CALLED = 50
_HARMLESS = frozenset({"setval", "nextval", "count", "now", "max", "min", "coalesce", "pg_notify"})


# --- UPDATE, DELETE, TRUNCATE ------------------------------------------------------------------------------


def update(draft: Draft, change: Update) -> None:
    table = written(draft, change.table)
    for name in change.columns:
        if draft.catalog.column(table, name) is None:
            draft.refuse_column(table, name, change.range)
    if not draft.postgres:
        return
    if change.query is not None:
        check_query(draft, change.query, table)
        run_functions(draft, change.query.functions)
    fire(draft, table, "update")
    for name, expression in change.sets:
        run_functions(draft, expression.functions)
        column = table.columns.get(name)
        if column is not None and expression.value is not None and not expression.casts:
            check_value(draft, column.type, expression.value, expression.range)


def delete(draft: Draft, change: Delete) -> None:
    table = written(draft, change.table)
    if change.query is not None:
        check_query(draft, change.query, table)
        run_functions(draft, change.query.functions)
    fire(draft, table, "delete")


def truncate(draft: Draft, change: Truncate) -> None:
    tables = [draft.table(name) for name in change.tables]
    for table in tables:
        if table.kind != "table" and draft.postgres:
            draft.refuse("42809", f'"{table.name}" is not a table', change.range, table.name)
    numbers = {it.number for it in tables}
    if not change.cascade:
        for table in tables:
            for referrer, fk in draft.catalog.referring(table):
                if referrer.number not in numbers:
                    draft.refuse(
                        "0A000",
                        "cannot truncate a table referenced in a foreign key constraint",
                        change.range,
                        table.name,
                        referrer.name,
                        fk.name,
                        others=(fk.span,),
                    )
    for table in tables:
        if table.filled:
            draft.put(replace(table, filled=False))
