"""The tokens of CREATE, ALTER, DROP and RENAME of all but tables to operations, for the generic dialects."""

from __future__ import annotations

from typing import Final

from crowsfoot.facts.sql import (
    AlterOther,
    CreateIndex,
    CreateOther,
    CreateRole,
    CreateSchema,
    CreateSequence,
    CreateTrigger,
    CreateType,
    CreateView,
    DropObject,
    Expression,
    Grant,
    Kind,
    Maintain,
    ObjectName,
    Operation,
    RenameObject,
    TypeName,
    Unknown,
)
from crowsfoot.frontends.sql import generic_columns as columns
from crowsfoot.frontends.sql import generic_expressions as expressions
from crowsfoot.frontends.sql.generic_cursor import RESERVED, Cursor
from crowsfoot.source import Range

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
_EVENTS: Final = frozenset(("INSERT", "UPDATE", "DELETE"))


# --- indexes -----------------------------------------------------------------------------------------------


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
    keys = columns.index_keys(cur) if cur.key == "(" or method != "columnstore" else ()
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


# --- views, triggers, types, schemas -----------------------------------------------------------------------


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


# --- DROP, RENAME, GRANT -----------------------------------------------------------------------------------


def drop(cur: Cursor) -> list[Operation]:
    first = cur.at
    cur.take()
    cur.accept("TEMPORARY")
    if cur.accept("PREPARE"):
        cur.at = cur.stop
        return [Unknown(cur.range_from(first))]
    word = cur.take().key
    kind = KINDS.get(word, "other")
    if kind == "other" and word in (
        "FULLTEXT",
        "SPATIAL",
        "XML",
        "EXTERNAL",
        "PARTITION",
        "SECURITY",
        "SERVER",
    ):
        word = f"{word} {cur.take().key}"
    if cur.done:
        raise cur.unexpected("what is to be dropped")
    if word == "DATABASE" and cur.dialect == "mysql":
        kind = "schema"
    if_exists = cur.accept("IF", "EXISTS")
    if kind == "other" and cur.peek().kind not in ("word", "name"):
        cur.at = cur.stop
        return [Unknown(cur.range_from(first))]
    found: list[Operation] = []
    parts = cur.split()
    cur.at = cur.stop
    for number, part in enumerate(parts):
        start = first if number == 0 else part.at
        if kind == "role" and part.peek().kind == "string":
            token = part.take()
            name = ObjectName(token.text, Range(token.start, token.end))
        else:
            name = part.object_name("a name")
        table: ObjectName | None = None
        if kind == "index":
            name, table = _index_of(part, name)
        cascade = part.accept("CASCADE")
        if (
            part.dialect == "sqlserver"
        ):  # WITH (...), and the arguments that tell statistics and functions apart
            part.at = part.stop
        if not part.accept("RESTRICT") and part.dialect == "mysql":
            if part.accept("WAIT"):
                part.take()
            part.accept("NOWAIT")
            if part.key in ("ALGORITHM", "LOCK"):
                part.at = part.stop
        part.end("the end of the statement")
        place = Range(part.tokens[start].start, part.tokens[part.stop - 1].end)
        text = word.lower() if kind == "other" else None
        found.append(DropObject(place, kind, name, table, if_exists, cascade, text=text))
    return found


def _index_of(part: Cursor, name: ObjectName) -> tuple[ObjectName, ObjectName | None]:
    """An index and its table: ON table, or SQL Server's old table.index."""
    if part.accept("ON"):
        return name, part.object_name("a table")
    if part.dialect != "sqlserver" or name.schema is None:
        return name, None
    at = part.at
    names = [it for it in part.tokens[:at] if it.kind in ("word", "name") and it.start >= name.range.start]
    index = ObjectName(names[-1].text, Range(names[-1].start, names[-1].end))
    schema = names[-3].text if len(names) > 2 else None
    return index, ObjectName(names[-2].text, Range(names[0].start, names[-2].end), schema)


def rename(cur: Cursor) -> list[Operation]:
    """MySQL: RENAME TABLE a TO b, c TO d."""
    first = cur.at
    cur.take()
    if cur.accept("USER"):
        cur.at = cur.stop
        return [Unknown(cur.range_from(first))]
    if not cur.accept("TABLE"):
        cur.expect("TABLES")
    found: list[Operation] = []
    parts = cur.split()
    if not parts:
        raise cur.unexpected("a table")
    for number, part in enumerate(parts):
        start = first if number == 0 else part.at
        part.accept("IF", "EXISTS")
        old = part.object_name("a table")
        if part.accept("WAIT"):
            part.take()
        else:
            part.accept("NOWAIT")
        part.expect("TO")
        new = part.object_name("a name")
        part.end("a comma")
        found.append(RenameObject(part.range_from(start), "table", old, new.name))
    cur.at = cur.stop
    return found


def grant(cur: Cursor) -> list[Operation]:
    """GRANT, REVOKE and DENY of privileges on something, or of roles."""
    first = cur.at
    revoke = cur.take().key != "GRANT"
    cur.accept("GRANT", "OPTION", "FOR")
    on = cur.find("ON")
    to = cur.find("TO", "FROM")
    end = to if on < 0 else on
    if end < 0:
        cur.at = cur.stop
        return [Unknown(cur.range_from(first))]
    privileges = tuple(
        [
            part.written(part.at, part.stop).lower()
            for part in Cursor(cur.text, cur.dialect, cur.tokens, cur.at, end).split()
        ]
    )
    if privileges and privileges[0].startswith("all"):
        privileges = ()
    names: tuple[ObjectName, ...] = ()
    kind: Kind = "role" if on < 0 else "table"
    if on >= 0:
        cur.at = on + 1
        word = cur.accept_any(frozenset(KINDS))
        kind = KINDS.get(word, "table")
        cur.accept(":")
        cur.accept(":")
        if cur.peek().kind in ("word", "name"):
            names = _granted(cur)
    grantees: list[str] = []
    if to >= 0:
        stop = Cursor(cur.text, cur.dialect, cur.tokens, to + 1, cur.stop).find(
            "WITH", "REQUIRE", "IDENTIFIED", "AS"
        )
        granted = Cursor(cur.text, cur.dialect, cur.tokens, to + 1, cur.stop if stop < 0 else stop)
        grantees = [part.peek().text for part in granted.split()]
    cur.at = cur.stop
    return [Grant(cur.range_from(first), kind, names, privileges, tuple(grantees), revoke)]


def _granted(cur: Cursor) -> tuple[ObjectName, ...]:
    token = cur.name()
    if cur.accept(".", "*"):
        return (ObjectName("*", Range(token.start, cur.tokens[cur.at - 1].end), token.text),)
    cur.at -= 1
    return (cur.object_name(),)


# --- which of them -----------------------------------------------------------------------------------------


def noun(cur: Cursor) -> int:
    """Where the word for what CREATE or ALTER is about stands, behind OR REPLACE, DEFINER = x@y and such."""
    for at in range(cur.at + 1, min(cur.stop, cur.at + 16)):
        key = cur.tokens[at].key
        if key in KINDS or key in _OTHERS or key == "VIRTUAL":
            return at
        if key in RESERVED[cur.dialect] and key not in _MODIFIERS:
            break
    return cur.at + 1


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
