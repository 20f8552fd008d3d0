"""The tokens of a column type to the type, for MySQL, SQLite and SQL Server."""

from __future__ import annotations

from typing import Final

from crowsfoot.facts.sql import (
    TypeName,
)
from crowsfoot.frontends.sql.generic_cursor import Cursor
from crowsfoot.source import Range


def type_name(cur: Cursor) -> TypeName:
    if cur.dialect == "sqlite":
        return _sqlite_type(cur)
    first = cur.at
    token = cur.take() if cur.key == "SET" and cur.dialect == "mysql" else cur.name("a type")
    schema = None
    while cur.accept("."):
        schema, token = token.text, cur.name("a type")
    name = token.text
    if token.kind == "word" or cur.dialect == "sqlserver":
        spelled = [token.text.lower()]
        while cur.key and cur.key in _TYPE_HEADS.get(spelled[-1].upper(), ()):
            spelled.append(cur.take().key.lower())
        name = " ".join(spelled)
    args = _arguments(cur) if cur.key == "(" else ()
    if cur.dialect == "sqlserver":
        if schema in ("sys", None):
            return TypeName(_SQLSERVER_TYPES.get(name, name), cur.range_from(first), args)
        return TypeName(token.text, cur.range_from(first), args, schema)
    if name in ("bool", "boolean"):
        name, args = "tinyint", ("1",)
    unsigned = name == "serial"
    charset = (
        "utf8" if name.startswith(("n", "national")) and name in _MYSQL_TYPES and name != "numeric" else None
    )
    name = _MYSQL_TYPES.get(name, name)
    while True:
        if cur.accept("UNSIGNED") or cur.accept("ZEROFILL"):
            unsigned = True
        elif cur.accept("CHARACTER", "SET") or cur.accept("CHARSET") or cur.accept("CHAR", "SET"):
            cur.accept("=")
            charset = cur.take().text.lower()
        elif cur.accept("ASCII"):
            charset = "latin1"
        elif cur.accept("UNICODE"):
            charset = "ucs2"
        elif cur.key not in ("SIGNED", "BINARY", "BYTE"):
            break
        else:
            cur.take()
    return TypeName(name, cur.range_from(first), args, unsigned=unsigned, charset=charset)


def _sqlite_type(cur: Cursor) -> TypeName:
    first = cur.at
    words: list[str] = []
    while cur.peek().kind in ("word", "name", "string") and cur.key not in _SQLITE_TYPE_ENDS:
        words.append(cur.take().text.lower())
    if not words:
        return TypeName("", Range(cur.peek().start, cur.peek().start))
    args = _arguments(cur) if cur.key == "(" else ()
    return TypeName(" ".join(words), cur.range_from(first), args)


def _arguments(cur: Cursor) -> tuple[str, ...]:
    return tuple([_argument(part) for part in cur.parts()])


def _argument(part: Cursor) -> str:
    token = part.peek()
    if token.kind == "string":
        return token.text
    return part.written(part.at, part.stop).lower()


# Source: https://dev.mysql.com/doc/refman/8.4/en/other-vendor-data-types.html
_MYSQL_TYPES: Final = {
    "integer": "int",
    "int1": "tinyint",
    "int2": "smallint",
    "int3": "mediumint",
    "int4": "int",
    "int8": "bigint",
    "middleint": "mediumint",
    "dec": "decimal",
    "numeric": "decimal",
    "fixed": "decimal",
    "float4": "float",
    "float8": "double",
    "real": "double",
    "double precision": "double",
    "character": "char",
    "nchar": "char",
    "national char": "char",
    "national character": "char",
    "character varying": "varchar",
    "char varying": "varchar",
    "varcharacter": "varchar",
    "nvarchar": "varchar",
    "national varchar": "varchar",
    "national char varying": "varchar",
    "national character varying": "varchar",
    "long": "mediumtext",
    "long varchar": "mediumtext",
    "long varbinary": "mediumblob",
}


# Source: https://learn.microsoft.com/sql/t-sql/data-types/data-type-synonyms-transact-sql
_SQLSERVER_TYPES: Final = {
    "integer": "int",
    "dec": "decimal",
    "numeric": "decimal",
    "double precision": "float",
    "character": "char",
    "character varying": "varchar",
    "char varying": "varchar",
    "national char": "nchar",
    "national character": "nchar",
    "national char varying": "nvarchar",
    "national character varying": "nvarchar",
    "national text": "ntext",
    "binary varying": "varbinary",
    "rowversion": "timestamp",
}


_TYPE_HEADS: Final = {
    "DOUBLE": frozenset(("PRECISION",)),
    "CHARACTER": frozenset(("VARYING",)),
    "CHAR": frozenset(("VARYING",)),
    "BINARY": frozenset(("VARYING",)),
    "NATIONAL": frozenset(("CHAR", "CHARACTER", "VARCHAR", "TEXT", "VARYING")),
    "LONG": frozenset(("VARCHAR", "VARBINARY")),
}


_SQLITE_TYPE_ENDS: Final = frozenset(
    (
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
    )
)
