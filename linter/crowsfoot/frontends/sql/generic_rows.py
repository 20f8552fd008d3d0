"""The tokens of SELECT, UPDATE, DELETE, MERGE and TRUNCATE to operations, for the generic dialects."""

from __future__ import annotations

from typing import Final

from crowsfoot.facts.sql import (
    CreateTable,
    Delete,
    Expression,
    Insert,
    ObjectName,
    Operation,
    Query,
    Select,
    Truncate,
    Update,
)
from crowsfoot.frontends.sql import generic_expressions as expressions
from crowsfoot.frontends.sql.generic_assignments import assignment, hints, of_variable, top
from crowsfoot.frontends.sql.generic_cursor import Cursor
from crowsfoot.frontends.sql.generic_inserts import column_name, insert_with
from crowsfoot.source import Range

_UPDATE_WORDS: Final = frozenset(("LOW_PRIORITY", "IGNORE", "QUICK"))


def update(cur: Cursor) -> list[Operation]:
    first = cur.at
    start = cur.find("UPDATE")
    cur.at = start + 1
    top(cur)
    limited = cur.at > start + 1
    if cur.accept("OR"):
        cur.take()
    while cur.accept_any(_UPDATE_WORDS):
        pass
    if cur.peek().kind == "variable":
        return of_variable(cur, first)
    target = cur.object_name("a table")
    if cur.dialect != "mysql":
        hints(cur)
    set_at = cur.find("SET")
    if set_at < 0:
        cur.at = cur.stop
        raise cur.unexpected("SET")
    cur.at = set_at + 1
    end = cur.find("FROM", "WHERE", "ORDER", "LIMIT", "RETURNING", "OUTPUT", "OPTION")
    assigned = Cursor(cur.text, cur.dialect, cur.tokens, cur.at, cur.stop if end < 0 else end)
    sets = [it for part in assigned.split() if (it := assignment(part)) is not None]
    if not sets:
        raise cur.unexpected("a column and its value")
    whole = Cursor(cur.text, cur.dialect, cur.tokens, first, cur.stop)
    read, named = expressions.query(whole)
    filtered = limited or read.filtered
    cur.at = cur.stop
    tables = {} if named is None else named.aliases
    found: list[Operation] = []
    by_table: dict[str, list[tuple[str, Expression]]] = {}
    for qualifier, column, value in sets:
        by_table.setdefault(qualifier.lower() if len(tables) > 1 else "", []).append((column, value))
    for qualifier, assignments in by_table.items():
        table = (
            tables.get(qualifier or target.name.lower(), target)
            if target.schema is None or qualifier
            else target
        )
        found.append(
            Update(
                cur.range_from(first),
                table,
                tuple([column for column, _ in assignments]),
                filtered,
                read,
                tuple(assignments),
            )
        )
    return found


def delete(cur: Cursor) -> list[Operation]:
    first = cur.at
    start = cur.find("DELETE")
    cur.at = start + 1
    top(cur)
    limited = cur.at > start + 1
    while cur.accept_any(_UPDATE_WORDS):
        pass
    cur.accept("FROM")
    if cur.peek().kind == "variable":
        return of_variable(cur, first)
    targets = [_target(cur)]
    while cur.accept(","):
        targets.append(_target(cur))
    whole = Cursor(cur.text, cur.dialect, cur.tokens, first, cur.stop)
    read, named = expressions.query(whole)
    cur.at = cur.stop
    tables = {} if named is None else named.aliases
    place = cur.range_from(first)
    return [
        Delete(
            place,
            tables.get(it.name.lower(), it) if it.schema is None else it,
            limited or read.filtered,
            read,
        )
        for it in targets
    ]


def select(cur: Cursor) -> list[Operation]:
    """SELECT; WITH, whatever follows its CTEs; SELECT INTO a new table."""
    first = cur.at
    if cur.key == "WITH":
        verb = _after_with(cur)
        if verb == "UPDATE":
            return update(cur)
        if verb == "DELETE":
            return delete(cur)
        if verb in ("INSERT", "REPLACE"):
            return insert_with(cur, first)
        if verb == "MERGE":
            return merge(cur)
    into = cur.find("INTO")
    read, _ = expressions.query(cur)
    if cur.dialect == "sqlserver" and into >= 0 and cur.tokens[into + 1 : into + 2]:
        cur.at = into + 1
        if cur.peek().kind in ("word", "name"):
            table = cur.object_name("a table")
            cur.at = cur.stop
            tables = tuple([it for it in read.tables if it.range != table.range])
            return [
                CreateTable(
                    cur.range_from(first),
                    table,
                    temporary=table.name.startswith("#"),
                    query=Query(
                        read.range,
                        tables,
                        read.columns,
                        read.functions,
                        read.literals,
                        read.casts,
                        filtered=read.filtered,
                        locking=read.locking,
                        star=read.star,
                    ),
                )
            ]
    cur.at = cur.stop
    return [Select(cur.range_from(first), read)]


def merge(cur: Cursor) -> list[Operation]:
    """SQL Server's MERGE: an INSERT, UPDATE or DELETE for each that it can do."""
    first = cur.at
    cur.at = cur.find("MERGE") + 1
    top(cur)
    cur.accept("INTO")
    if cur.peek().kind == "variable":
        return of_variable(cur, first)
    table = cur.object_name("a table")
    whole = Cursor(cur.text, cur.dialect, cur.tokens, first, cur.stop)
    read, _ = expressions.query(whole)
    place = Range(cur.tokens[first].start, cur.tokens[cur.stop - 1].end)
    found: list[Operation] = []
    while (then := cur.find("THEN")) >= 0:
        cur.at = then + 1
        key = cur.take().key
        if key == "INSERT":
            columns = tuple([column_name(part) for part in cur.parts()]) if cur.key == "(" else ()
            found.append(Insert(place, table, columns, query=read, source="merge"))
        elif key == "UPDATE":
            cur.accept("SET")
            end = cur.find("WHEN", "OUTPUT", "OPTION")
            part = Cursor(cur.text, cur.dialect, cur.tokens, cur.at, cur.stop if end < 0 else end)
            sets = [it for each in part.split() if (it := assignment(each)) is not None]
            found.append(Update(place, table, tuple([column for _, column, _ in sets]), True, read))
        elif key == "DELETE":
            found.append(Delete(place, table, True, read))
    cur.at = cur.stop
    return found


def truncate(cur: Cursor) -> list[Operation]:
    first = cur.at
    cur.take()
    cur.accept("TABLE")
    table = cur.object_name("a table")
    cur.at = cur.stop
    return [Truncate(cur.range_from(first), (table,))]


def _target(cur: Cursor) -> ObjectName:
    """The table of a DELETE, with MySQL's `.*` passed over."""
    token = cur.name("a table")
    schema = None
    start = token.start
    while cur.accept("."):
        if cur.accept("*"):
            break
        if cur.key == ".":
            continue
        schema, token = token.text, cur.name("a table")
    return ObjectName(token.text, Range(start, token.end), schema)


def _after_with(cur: Cursor) -> str:
    """The verb that follows the CTEs."""
    at = cur.find("SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "MERGE", "VALUES")
    return cur.tokens[at].key if at >= 0 else ""
