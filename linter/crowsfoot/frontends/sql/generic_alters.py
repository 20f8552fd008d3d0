"""The tokens of ALTER TABLE to operations, for MySQL, SQLite and SQL Server."""

from __future__ import annotations

from typing import Literal

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    Constraint,
    DropColumn,
    DropConstraint,
    ObjectName,
    Operation,
    RenameObject,
)
from crowsfoot.frontends.sql import generic_columns as columns
from crowsfoot.frontends.sql.generic_alters_mysql import Mysql
from crowsfoot.frontends.sql.generic_alters_sqlserver import Sqlserver
from crowsfoot.frontends.sql.generic_constraints import table_constraint
from crowsfoot.frontends.sql.generic_cursor import Cursor, UnreadableError
from crowsfoot.source import Range


def alter_table(cur: Cursor) -> tuple[list[Operation], bool, str | None, str | None]:
    """From ALTER on: operations, whether IF EXISTS is written, and MySQL's ALGORITHM and LOCK."""
    cur.take()
    cur.accept("ONLINE")
    cur.accept("OFFLINE")
    cur.accept("IGNORE")
    cur.expect("TABLE")
    if_exists = cur.accept("IF", "EXISTS")
    table = cur.object_name("a table")
    if cur.done and cur.dialect != "mysql":  # which takes it for a change of nothing
        raise cur.unexpected("what is to change")
    if cur.dialect == "sqlserver":
        return Sqlserver(cur, table).read(), if_exists, None, None
    if cur.dialect == "sqlite":
        does = _sqlite(cur, table)
        cur.end("the end of the statement")
        return does, if_exists, None, None
    mysql = Mysql(table)
    if cur.accept("WAIT"):
        cur.take()
    else:
        cur.accept("NOWAIT")
    for part in cur.split():
        mysql.action(part)
    return mysql.done, if_exists, mysql.algorithm, mysql.lock


def _sqlite(cur: Cursor, table: ObjectName) -> list[Operation]:
    """The one action that SQLite takes. Source: https://sqlite.org/lang_altertable.html"""
    first = cur.at
    key = cur.take().key
    if key == "RENAME":
        if cur.accept("TO"):
            token = cur.name("a name")
            return [RenameObject(cur.range_from(first), "table", table, token.text)]
        cur.accept("COLUMN")
        token = cur.name("a column")
        cur.expect("TO")
        new = cur.name("a name").text
        column = ObjectName(token.text, Range(token.start, token.end))
        return [RenameObject(cur.range_from(first), "column", column, new, table)]
    if key == "ADD":
        if not cur.accept("COLUMN") and cur.key in ("CONSTRAINT", "CHECK", "UNIQUE", "FOREIGN", "PRIMARY"):
            return _sqlite_constraint(cur, table, first)
        column_def = columns.column(cur)
        return [AddColumn(cur.range_from(first), table, column_def)]
    if key == "DROP":
        if cur.accept("CONSTRAINT"):
            name = cur.name("the name of a constraint").text
            return [DropConstraint(cur.range_from(first), table, name)]
        cur.accept("COLUMN")
        name = cur.name("a column").text
        return [DropColumn(cur.range_from(first), table, name)]
    if key == "ALTER":
        cur.accept("COLUMN")
        column_name = cur.name("a column").text
        verb = cur.take().key
        if verb in ("SET", "DROP") and cur.accept("NOT", "NULL"):
            change: Literal["set not null", "drop not null"] = (
                "set not null" if verb == "SET" else "drop not null"
            )
            return [AlterColumn(cur.range_from(first), table, column_name, change)]
    token = cur.tokens[first]
    raise UnreadableError(
        Range(token.start, token.end), "expected RENAME, ADD or DROP; nothing else can be altered in SQLite"
    )


def _sqlite_constraint(cur: Cursor, table: ObjectName, first: int) -> list[Operation]:
    """ADD CONSTRAINT, which SQLite knows for checks from 3.53 on."""
    at = cur.peek()
    if cur.key == "CHECK" or (cur.key == "CONSTRAINT" and cur.peek(2).key == "CHECK"):
        it = table_constraint(cur, table)
        if isinstance(it, Constraint):
            return [AddConstraint(cur.range_from(first), table, it)]
    raise UnreadableError(
        Range(at.start, at.end),
        "SQLite cannot add this constraint to a table that exists; make the table anew",
    )
