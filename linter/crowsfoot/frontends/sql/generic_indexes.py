"""The tokens of CREATE INDEX and ALTER INDEX to operations, for the generic dialects."""

from __future__ import annotations

from crowsfoot.facts.sql import (
    AlterOther,
    CreateIndex,
    Expression,
    Maintain,
    ObjectName,
    Operation,
)
from crowsfoot.frontends.sql import generic_expressions as expressions
from crowsfoot.frontends.sql.generic_constraints import index_keys
from crowsfoot.frontends.sql.generic_cursor import Cursor
from crowsfoot.source import Range


def create_index(cur: Cursor) -> tuple[list[Operation], str | None, str | None]:
    """From CREATE on: the operation, and MySQL's ALGORITHM and LOCK."""
    first = cur.at
    cur.take()
    unique = False
    clustered: bool | None = None
    method = "btree"
    while not cur.done and cur.key != "INDEX":
        key = cur.take().key
        if key == "UNIQUE":
            unique = True
        elif key in ("CLUSTERED", "NONCLUSTERED"):
            clustered = key == "CLUSTERED"
        elif key in ("COLUMNSTORE", "FULLTEXT", "SPATIAL", "XML", "VECTOR"):
            method = key.lower()
    cur.expect("INDEX")
    if_not_exists = cur.accept("IF", "NOT", "EXISTS")
    name: str | None = None
    name_range: Range | None = None
    schema: str | None = None
    if cur.key != "ON" or cur.dialect != "sqlserver":  # a full text index has no name there
        it = cur.object_name("the name of an index")
        name, name_range, schema = it.name, it.range, it.schema
    if cur.accept("USING") or cur.accept("TYPE"):
        method = cur.name().text.lower()
    cur.expect("ON")
    table = cur.object_name("a table")
    if schema is not None and table.schema is None:  # SQLite writes it before the index
        table = ObjectName(table.name, table.range, schema)
    keys = index_keys(cur) if cur.key == "(" or method != "columnstore" else ()
    include: tuple[str, ...] = ()
    predicate: Expression | None = None
    online = False
    algorithm = lock = None
    while not cur.done:
        if cur.accept("INCLUDE"):
            include = cur.names()
        elif cur.accept("WHERE"):
            stop = cur.find("WITH", "ON") if cur.dialect == "sqlserver" else -1
            stop = cur.stop if stop < 0 else stop
            predicate = expressions.expression(Cursor(cur.text, cur.dialect, cur.tokens, cur.at, stop))
            cur.at = stop
        elif cur.sees("WITH", "("):
            cur.take()
            for part in cur.parts():
                if part.accept("ONLINE"):
                    part.accept("=")
                    online = part.key == "ON"
        elif cur.accept("USING"):
            method = cur.name().text.lower()
        elif cur.key in ("ALGORITHM", "LOCK"):
            which = cur.take().key
            cur.accept("=")
            value = cur.take().text.upper()
            algorithm, lock = (value, lock) if which == "ALGORITHM" else (algorithm, value)
        else:
            cur.skip()
    index = CreateIndex(
        cur.range_from(first),
        table,
        keys,
        name,
        name_range,
        unique,
        method,
        online=online,
        if_not_exists=if_not_exists,
        include=include,
        predicate=predicate,
        clustered=clustered,
    )
    return [index], algorithm, lock


def alter_index(cur: Cursor) -> list[Operation]:
    """SQL Server: ALTER INDEX name ON table REBUILD, REORGANIZE, DISABLE, SET (...)."""
    first = cur.at
    cur.at += 2
    index = cur.object_name("an index")
    cur.expect("ON")
    table = cur.object_name("a table")
    verb = cur.key
    text = cur.written(cur.at, cur.stop).lower()
    cur.at = cur.stop
    place = cur.range_from(first)
    if verb == "REBUILD":
        online = "online = on" in text or "online=on" in text
        if index.name.upper() == "ALL":
            return [Maintain(place, "reindex", "table", (table,), concurrently=online)]
        return [Maintain(place, "reindex", "index", (index,), concurrently=online)]
    return [AlterOther(place, "index", index, table, text)]
