"""The tokens of CREATE TABLE to an operation, for MySQL, SQLite and SQL Server."""

from __future__ import annotations

from typing import Final

from crowsfoot.facts.sql import (
    ColumnDef,
    Constraint,
    CreateIndex,
    CreateTable,
    ObjectName,
    Operation,
    Query,
    TypeName,
)
from crowsfoot.frontends.sql import generic_columns as columns
from crowsfoot.frontends.sql.generic_constraints import table_constraint
from crowsfoot.frontends.sql.generic_cursor import RESERVED, Cursor, words
from crowsfoot.frontends.sql.generic_expressions import expression, query
from crowsfoot.source import Range

_MODIFIERS: Final = frozenset(("TEMP", "TEMPORARY", "OR", "REPLACE", "EXTERNAL"))


_CHARSET_KEYS: Final = {"CHARSET": "charset", "COLLATE": "collate"}


_NO_OPTIONS: Final = RESERVED["mysql"] - words("INDEX UNION WITH TO") | words("CHARACTER")


_PARTITIONINGS: Final = frozenset(("RANGE", "LIST", "HASH", "KEY"))


def create_table(cur: Cursor) -> list[Operation]:
    """From CREATE to the last option."""
    first = cur.at
    cur.take()
    temporary = False
    while key := cur.accept_any(_MODIFIERS):
        temporary = temporary or key.startswith("TEMP")
    if cur.accept("VIRTUAL"):
        return [_virtual(cur, first)]
    cur.expect("TABLE")
    if_not_exists = cur.accept("IF", "NOT", "EXISTS")
    table = cur.object_name("a table")
    temporary = temporary or (cur.dialect == "sqlserver" and table.name.startswith("#"))
    like = _like(cur)
    elements: tuple[list[ColumnDef], list[Constraint], list[CreateIndex]] = ([], [], [])
    if not like and cur.key == "(" and cur.peek(1).key not in ("SELECT", "WITH"):
        if cur.peek(1).key == "LIKE":
            cur.take()
            like = _like(cur)
            cur.take()
        else:
            for part in cur.parts():
                _element(part, table, elements)
    options, partition_by, partition_keys = _table_options(cur)
    read: Query | None = None
    for word in ("IGNORE", "REPLACE", "AS"):
        cur.accept(word)
    if cur.key in ("SELECT", "WITH", "(", "VALUES", "TABLE"):
        read, _ = query(cur)
    elif not like and not elements[0] and not elements[1]:
        raise cur.unexpected("columns" if cur.dialect == "sqlserver" else "columns or a SELECT")
    cur.at = cur.stop
    return [
        CreateTable(
            cur.range_from(first),
            table,
            tuple(elements[0]),
            tuple(elements[1]),
            tuple(elements[2]),
            if_not_exists,
            temporary,
            partition_by=partition_by,
            partition_keys=partition_keys,
            like=like,
            query=read,
            options=options,
        )
    ]


def _element(
    part: Cursor, table: ObjectName, found: tuple[list[ColumnDef], list[Constraint], list[CreateIndex]]
) -> None:
    if columns.is_column(part):
        column = columns.column(part)
        found[0].append(column)
        return
    while True:
        it = table_constraint(part, table)
        if isinstance(it, CreateIndex):
            found[2].append(it)
        elif it is not None:
            found[1].append(it)
        # SQLite lets constraints follow one another without a comma ("conslist" of its grammar).
        # Source: https://github.com/sqlite/sqlite/blob/master/src/parse.y
        if part.dialect != "sqlite" or part.done:
            return
        if part.key not in ("CONSTRAINT", "PRIMARY", "FOREIGN", "CHECK", "UNIQUE"):
            raise part.unexpected("a comma or another constraint")


def _virtual(cur: Cursor, first: int) -> CreateTable:
    """SQLite: CREATE VIRTUAL TABLE t USING fts5(title, body, tokenize = 'porter')."""
    cur.expect("TABLE")
    if_not_exists = cur.accept("IF", "NOT", "EXISTS")
    table = cur.object_name("a table")
    cur.expect("USING")
    module = cur.name("a module").text.lower()
    found: list[ColumnDef] = []
    if cur.key == "(" and cur.peek(1).key != ")":
        for part in cur.parts():
            if module.startswith("fts") and part.find("=") < 0 and part.peek().kind in ("word", "name"):
                token = part.peek()
                place = Range(token.start, token.end)
                found.append(ColumnDef(token.text, place, place, TypeName("", Range(place.end, place.end))))
    cur.at = cur.stop
    return CreateTable(
        cur.range_from(first), table, tuple(found), if_not_exists=if_not_exists, options=(("using", module),)
    )


def _like(cur: Cursor) -> tuple[tuple[ObjectName, tuple[str, ...]], ...]:
    return ((cur.object_name("a table"), ("all",)),) if cur.accept("LIKE") else ()


def _table_options(cur: Cursor) -> tuple[tuple[tuple[str, str], ...], str | None, tuple[str, ...]]:
    """What follows the columns: ENGINE=InnoDB, STRICT, ON a filegroup; and how the table is partitioned."""
    options: list[tuple[str, str]] = []
    partition_by: str | None = None
    partition_keys: tuple[str, ...] = ()
    while not cur.done and cur.key not in ("AS", "SELECT", "IGNORE", "REPLACE", "("):
        if cur.key == "WITH" and cur.dialect == "mysql" and cur.peek(1).key != "SYSTEM":
            break  # of a CTE
        if cur.accept("PARTITION", "BY"):
            cur.accept("LINEAR")
            partition_by = cur.accept_any(_PARTITIONINGS).lower() or None
            cur.accept("COLUMNS")
            if cur.key == "(":
                partition_keys = _partition_keys(cur)
            cur.at = cur.stop
        elif cur.dialect == "sqlite" and cur.accept("WITHOUT", "ROWID"):
            options.append(("without rowid", "true"))
        elif cur.dialect == "sqlite" and cur.accept("STRICT"):
            options.append(("strict", "true"))
        elif (option := _option(cur)) is not None:
            options.append(option)
        elif cur.dialect == "sqlserver":
            cur.skip()
        elif cur.accept(","):
            continue
        else:
            raise cur.unexpected("an option of the table, or a semicolon")
    return tuple(options), partition_by, partition_keys


def _partition_keys(cur: Cursor) -> tuple[str, ...]:
    opening = cur.at
    cur.skip()
    if cur.at - opening == 2:  # KEY ()
        return ()
    return expression(Cursor(cur.text, cur.dialect, cur.tokens, opening + 1, cur.at - 1)).columns


def _option(cur: Cursor) -> tuple[str, str] | None:
    """One option of a MySQL table: its name in lower case, and its value as written, without quotes."""
    if cur.dialect != "mysql":
        return None
    cur.accept("DEFAULT")
    if cur.accept("CHARACTER", "SET") or cur.accept("CHAR", "SET"):
        name = "charset"
    elif cur.peek().kind != "word" or cur.key in _NO_OPTIONS:
        return None
    else:
        key = cur.take().key
        name = _CHARSET_KEYS.get(key, key.lower())
        if cur.key == "DIRECTORY":
            name += " " + cur.take().text.lower()
    cur.accept("=")
    if cur.done or cur.key in (",", "("):
        value = ""
        if cur.key == "(":
            cur.skip()
    else:
        value = cur.take().text
    cur.accept(",")
    return name, value
