"""CREATE INDEX: to an index of its table, and of the partitions of that."""

from __future__ import annotations

from msgspec.structs import replace

from crowsfoot.facts.sql import CreateIndex, IndexKey
from crowsfoot.link.catalog import names
from crowsfoot.link.catalog.builtin import SYSTEM_COLUMNS, UNSORTABLE
from crowsfoot.link.catalog.constraint_names import claim_index, numbered
from crowsfoot.link.catalog.constraints import check_partition_keys, stored
from crowsfoot.link.catalog.draft import Draft, edited
from crowsfoot.link.catalog.foreign_keys import without_implied
from crowsfoot.link.catalog.model import Index, Table

# Operator classes that only an extension brings.
_EXTENSION_CLASSES = {
    "gin_trgm_ops": "pg_trgm",
    "gist_trgm_ops": "pg_trgm",
    "vector_l2_ops": "vector",
    "vector_cosine_ops": "vector",
    "vector_ip_ops": "vector",
}


def create_index(draft: Draft, change: CreateIndex) -> None:
    if change.concurrently and draft.session.in_block and draft.postgres:
        draft.refuse("25001", "CREATE INDEX CONCURRENTLY cannot run inside a transaction block", change.range)
    table = indexed(draft, change)
    if draft.postgres:
        check_expressions(draft, table, change)
    if table.kind == "view" and draft.postgres:
        draft.refuse("42809", f'cannot create index on relation "{table.name}"', change.range, table.name)
    if change.concurrently and table.partition_by is not None:
        draft.refuse(
            "0A000",
            f'cannot create index on partitioned table "{table.name}" concurrently',
            change.range,
            table.name,
        )
    make_index(draft, table.number, change)
    if not change.only:
        waiting = [table.number]
        while waiting:  # partitions can have partitions, as deep as anybody likes
            number = waiting.pop()
            children = draft.catalog.partitions.get(number, ())
            partitions = [it for it in children if draft.catalog.tables[it].partition_of == number]
            for child in partitions:
                make_index(draft, child, replace(change, name=None, name_range=None))
            waiting += reversed(partitions)


def indexed(draft: Draft, change: CreateIndex) -> Table:
    """The table that is to have the index."""
    table = draft.catalog.table(change.table)
    if table is not None:
        return table
    if draft.is_other_relation(change.table):
        name = change.table.name
        draft.refuse("42809", f'cannot create index on relation "{name}"', change.range, name)
    return draft.refuse_table(change.table)


def check_expressions(draft: Draft, table: Table, change: CreateIndex) -> None:
    """What the parser refuses, before anybody looks at the table's kind or the index's name."""
    for expression in (change.predicate, *(key.expression for key in change.keys)):
        if expression is not None:
            for name in expression.columns:
                if draft.catalog.column(table, name) is None and name not in SYSTEM_COLUMNS:
                    draft.refuse_column(table, name, expression.range, bare=True)


def make_index(draft: Draft, number: int, change: CreateIndex) -> None:
    """The index on the table of that number, whatever table the statement names."""
    table = draft.catalog.tables[number]
    name = change.name
    per_table = draft.catalog.dialect in ("mysql", "sqlserver")
    taken = (name is not None and not per_table and draft.has_relation(table.schema, name)) or (
        name is not None and per_table and any(it.lower() == name.lower() for it in table.indexes)
    )
    if taken and change.if_not_exists and not draft.postgres:
        return
    keys = checked_keys(draft, table, change)
    if taken and change.if_not_exists:
        return
    if change.unique:
        check_partition_keys(draft, table, [key.column for key in keys], change.range)
    if name is None:
        name = (
            names.index_name(draft, table.schema, table.name, keys, change.include, None)
            if not per_table
            else numbered(keys[0].column or "functional_index" if keys else "index", table.indexes)
        )
    elif taken:
        claim_index(draft, table, name, change.name_range or change.range)
    index = Index(
        name,
        keys,
        draft.span(change.range),
        change.unique,
        method=change.method,
        include=change.include,
        predicate=change.predicate,
        nulls_distinct=change.nulls_distinct,
        clustered=change.clustered,
        added_in=draft.migration,
    )
    mysql = draft.catalog.dialect == "mysql"
    indexes = without_implied(table, index) if mysql else edited(table.indexes, name, index)
    draft.put(replace(table, indexes=indexes))


def checked_keys(draft: Draft, table: Table, change: CreateIndex) -> tuple[IndexKey, ...]:
    for key in change.keys:
        if key.column is not None:
            check_column(draft, table, key.column, key)
            if key.opclass is None and change.method == "btree" and draft.postgres:
                check_sortable(draft, table, key.column, key)
        extension = _EXTENSION_CLASSES.get(key.opclass or "")
        if extension is not None and not draft.catalog.extensions and draft.postgres:
            draft.refuse(
                "42704",
                f'operator class "{key.opclass}" does not exist for access method "{change.method}"',
                key.range,
                key.opclass,
            )
    for name in change.include:
        if draft.catalog.column(table, name) is None:
            draft.refuse_column(table, name, change.range, bare=True)
    if draft.postgres:
        return change.keys
    return tuple(
        key if key.column is None else replace(key, column=stored(draft, table, key.column))
        for key in change.keys
    )


def check_column(draft: Draft, table: Table, name: str, key: IndexKey) -> None:
    if name not in SYSTEM_COLUMNS and draft.catalog.column(table, name) is None:
        draft.refuse_column(table, name, key.range, bare=True)


def check_sortable(draft: Draft, table: Table, name: str, key: IndexKey) -> None:
    column = table.columns.get(name)
    if column is not None and column.type.name in UNSORTABLE and not column.type.dimensions:
        draft.refuse(
            "42704",
            f'data type {column.type.name} has no default operator class for access method "btree"',
            key.range,
            name,
        )
