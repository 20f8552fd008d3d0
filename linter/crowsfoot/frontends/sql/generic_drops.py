"""The tokens of DROP, RENAME, GRANT and REVOKE to operations, for the generic dialects."""

from __future__ import annotations

from crowsfoot.facts.sql import (
    DropObject,
    Grant,
    Kind,
    ObjectName,
    Operation,
    RenameObject,
    Unknown,
)
from crowsfoot.frontends.sql.generic_cursor import Cursor
from crowsfoot.frontends.sql.generic_objects import KINDS
from crowsfoot.source import Range


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
