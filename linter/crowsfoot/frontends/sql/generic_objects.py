"""The tokens of CREATE and ALTER of views, triggers, types, schemas and roles to operations."""

from __future__ import annotations

from typing import Final

from crowsfoot.facts.sql import (
    AlterOther,
    CreateOther,
    CreateRole,
    CreateSchema,
    CreateSequence,
    CreateTrigger,
    CreateType,
    CreateView,
    Kind,
    Operation,
    TypeName,
    Unknown,
)
from crowsfoot.frontends.sql import generic_columns as columns
from crowsfoot.frontends.sql import generic_expressions as expressions
from crowsfoot.frontends.sql.generic_cursor import RESERVED, Cursor

# Reserved words that stand between CREATE and what is created.
_MODIFIERS: Final = frozenset(("OR", "ALTER", "REPLACE", "UNIQUE", "FULLTEXT", "PRIMARY", "COLUMN"))


KINDS: Final[dict[str, Kind]] = {
    "TABLE": "table",
    "TABLES": "table",
    "VIEW": "view",
    "INDEX": "index",
    "SEQUENCE": "sequence",
    "TYPE": "type",
    "FUNCTION": "function",
    "PROCEDURE": "function",
    "PROC": "function",
    "AGGREGATE": "function",
    "TRIGGER": "trigger",
    "SCHEMA": "schema",
    "DATABASE": "database",
    "ROLE": "role",
    "USER": "role",
    "LOGIN": "role",
    "STATISTICS": "statistics",
}


_OTHERS: Final = frozenset(
    (
        "EVENT",
        "SERVER",
        "TABLESPACE",
        "SYNONYM",
        "RULE",
        "ASSEMBLY",
        "PARTITION",
        "PACKAGE",
        "CATALOG",
        "COLLECTION",
    )
)


_EVENTS: Final = frozenset(("INSERT", "UPDATE", "DELETE"))


def noun(cur: Cursor) -> int:
    """Where the word for what CREATE or ALTER is about stands, behind OR REPLACE, DEFINER = x@y and such."""
    for at in range(cur.at + 1, min(cur.stop, cur.at + 16)):
        key = cur.tokens[at].key
        if key in KINDS or key in _OTHERS or key == "VIRTUAL":
            return at
        if key in RESERVED[cur.dialect] and key not in _MODIFIERS:
            break
    return cur.at + 1


def create_view(cur: Cursor, at: int) -> list[Operation]:
    """CREATE or ALTER VIEW; at is where VIEW stands."""
    first = cur.at
    words = [it.key for it in cur.tokens[first:at]]
    cur.at = at + 1
    if_not_exists = cur.accept("IF", "NOT", "EXISTS")
    view = cur.object_name("a view")
    named = cur.names() if cur.key == "(" else ()
    options: list[tuple[str, str]] = []
    if "SECURITY" in words:
        options.append(("sql security", words[words.index("SECURITY") + 1].lower()))
    if cur.accept("WITH"):
        while not cur.done and cur.key != "AS":
            if cur.key != ",":
                options.append((cur.peek().text.lower(), "true"))
            cur.take()
    cur.expect("AS")
    if cur.done:
        raise cur.unexpected("a SELECT")
    stop = cur.stop
    for back in (3, 4):  # WITH [CASCADED | LOCAL] CHECK OPTION
        if (
            stop - back > cur.at
            and cur.tokens[stop - 1].key == "OPTION"
            and cur.tokens[stop - back].key == "WITH"
        ):
            stop -= back
            break
    body = Cursor(cur.text, cur.dialect, cur.tokens, cur.at, stop)
    read, parsed = expressions.query(body)
    cur.at = cur.stop
    return [
        CreateView(
            cur.range_from(first),
            view,
            read,
            named or expressions.outputs(body, read, parsed),
            replace="REPLACE" in words or "ALTER" in words,
            if_not_exists=if_not_exists,
            temporary="TEMP" in words or "TEMPORARY" in words,
            options=tuple(options),
        )
    ]


def create_trigger(cur: Cursor, at: int) -> list[Operation]:
    """CREATE or ALTER TRIGGER; at is where TRIGGER stands. What it does when it fires is not read."""
    first = cur.at
    words = [it.key for it in cur.tokens[first:at]]
    cur.at = at + 1
    if_not_exists = cur.accept("IF", "NOT", "EXISTS")
    name = cur.object_name("a trigger")
    if cur.accept("ON"):  # SQL Server has the table before the events
        if cur.key in ("DATABASE", "ALL"):
            cur.at = cur.stop
            return [CreateOther(cur.range_from(first), "trigger", name, replace="OR" in words)]
        table = cur.object_name("a table")
        while cur.accept("WITH"):
            while not cur.done and cur.key not in ("FOR", "AFTER", "INSTEAD"):
                cur.skip()
        timing = _timing(cur)
        events = [cur.accept_any(_EVENTS)]
        while cur.accept(","):
            events.append(cur.accept_any(_EVENTS))
    else:
        timing = _timing(cur)
        events = [cur.accept_any(_EVENTS)]
        if cur.accept("OF"):
            cur.name("a column")
            while cur.accept(","):
                cur.name("a column")
        cur.expect("ON")
        table = cur.object_name("a table")
    cur.at = cur.stop
    return [
        CreateTrigger(
            cur.range_from(first),
            name.name,
            table,
            None,
            timing,
            tuple([it.lower() for it in events if it]),
            replace="OR" in words or "ALTER" in words,
            if_not_exists=if_not_exists,
        )
    ]


def _timing(cur: Cursor) -> str:
    if cur.accept("INSTEAD", "OF"):
        return "instead of"
    if cur.accept("BEFORE"):
        return "before"
    if not cur.accept("AFTER"):
        cur.accept("FOR")
    return "after" if cur.dialect == "sqlserver" or cur.tokens[cur.at - 1].key == "AFTER" else "before"


def create_type(cur: Cursor) -> list[Operation]:
    """SQL Server: CREATE TYPE t FROM nvarchar(10) NOT NULL; CREATE TYPE t AS TABLE (...)."""
    first = cur.at
    cur.at += 2
    name = cur.object_name("a type")
    attributes: list[tuple[str, TypeName]] = []
    if cur.accept("AS", "TABLE"):
        for part in cur.parts():
            if columns.is_column(part):
                column = columns.column(part)
                attributes.append((column.name, column.type))
    cur.at = cur.stop
    return [CreateType(cur.range_from(first), name, tuple(attributes))]


def create_schema(cur: Cursor) -> list[Operation]:
    """MySQL's CREATE DATABASE and SCHEMA, which are one; SQL Server's CREATE SCHEMA."""
    first = cur.at
    cur.take()
    if cur.accept("OR"):
        cur.take()
    database = cur.take().key == "DATABASE"
    if_not_exists = cur.accept("IF", "NOT", "EXISTS")
    if cur.accept("AUTHORIZATION"):
        pass
    it = cur.object_name("a name")
    cur.at = cur.stop
    if database and cur.dialect == "sqlserver":
        return [CreateOther(cur.range_from(first), "database", it, if_not_exists=if_not_exists)]
    return [CreateSchema(cur.range_from(first), it.name, if_not_exists)]


def create_sequence(cur: Cursor, at: int) -> list[Operation]:
    first = cur.at
    cur.at = at + 1
    if_not_exists = cur.accept("IF", "NOT", "EXISTS")
    name = cur.object_name("a sequence")
    cur.at = cur.stop
    return [CreateSequence(cur.range_from(first), name, if_not_exists)]


def create_role(cur: Cursor, at: int) -> list[Operation]:
    first = cur.at
    alter = cur.key == "ALTER"
    cur.at = at + 1
    if not cur.accept("IF", "NOT", "EXISTS"):
        cur.accept("IF", "EXISTS")
    if cur.peek().kind not in ("word", "name", "string"):
        cur.at = cur.stop
        return [Unknown(cur.range_from(first))]
    name = cur.take().text
    cur.at = cur.stop
    return [CreateRole(cur.range_from(first), name, alter=alter)]


def create_other(cur: Cursor, at: int, kind: Kind) -> list[Operation]:
    """An object of which only the name matters; at is where the word for its kind stands."""
    first = cur.at
    text = cur.peek(at - first).text.lower() if kind == "other" else None
    cur.at = at + 1
    if_not_exists = cur.accept("IF", "NOT", "EXISTS")
    if cur.peek().kind not in ("word", "name"):
        cur.at = cur.stop
        return [Unknown(cur.range_from(first))]
    name = cur.object_name()
    cur.at = cur.stop
    return [CreateOther(cur.range_from(first), kind, name, if_not_exists=if_not_exists, text=text)]


def alter_other(cur: Cursor, at: int, kind: Kind) -> list[Operation]:
    first = cur.at
    cur.at = at + 1
    if cur.peek().kind not in ("word", "name"):
        cur.at = cur.stop
        return [Unknown(cur.range_from(first))]
    name = cur.object_name()
    text = cur.written(cur.at, cur.stop)
    cur.at = cur.stop
    return [AlterOther(cur.range_from(first), kind, name, text=text)]
