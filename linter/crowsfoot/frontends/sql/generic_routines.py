"""The tokens of CREATE PROCEDURE and CREATE FUNCTION to an operation with the statements of the body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from crowsfoot.facts.sql import Block, CreateFunction, Operation, Statement
from crowsfoot.frontends.sql.generic_cursor import Cursor, UnreadableError, words
from crowsfoot.frontends.sql.generic_types import type_name
from crowsfoot.source import Range

if TYPE_CHECKING:
    from crowsfoot.frontends.sql.generic_statements import Reader

_DIRECTIONS: Final = frozenset(("IN", "OUT", "INOUT"))
_CHARACTERISTICS: Final = words(
    "DETERMINISTIC NOT LANGUAGE SQL COMMENT CONTAINS NO READS MODIFIES DATA SECURITY DEFINER INVOKER"
)


def create_routine(reader: Reader, cur: Cursor, at: int) -> list[Operation]:
    """CREATE or ALTER; at is where FUNCTION or PROCEDURE stands."""
    first = cur.at
    before = [it.key for it in cur.tokens[first:at]]
    procedure = cur.tokens[at].key in ("PROCEDURE", "PROC")
    cur.at = at + 1
    cur.accept("IF", "NOT", "EXISTS")
    name = cur.object_name("a name")
    arguments = _arguments(cur)
    returns: str | None = None
    if cur.accept("RETURNS"):
        returns = _returns(cur)
    language, definer = "sql", False
    if cur.dialect == "sqlserver":
        body_at = cur.find("AS")
        cur.at = cur.stop if body_at < 0 else body_at + 1
    else:
        while cur.key in _CHARACTERISTICS:
            key = cur.take().key
            if key == "LANGUAGE":
                language = cur.take().text.lower()
            elif key == "COMMENT":
                cur.take()
            elif key == "SECURITY":
                definer = cur.key == "DEFINER"
    body_place: Range | None = None
    statements: tuple[Statement, ...] = ()
    text = ""
    if not cur.done:
        body_place = Range(cur.peek().start, cur.tokens[cur.stop - 1].end)
        text = cur.text[body_place.start : body_place.end]
        statements = _body(reader, Cursor(cur.text, cur.dialect, cur.tokens, cur.at, cur.stop))
    cur.at = cur.stop
    return [
        CreateFunction(
            cur.range_from(first),
            name,
            language,
            arguments,
            returns,
            replace="REPLACE" in before or "ALTER" in before,
            security_definer=definer,
            body=statements,
            body_text=text,
            body_range=body_place,
            dynamic=any(is_dynamic(it) for it in statements),
            procedure=procedure,
        )
    ]


def is_dynamic(statement: Statement) -> bool:
    """Whether it runs SQL that it makes at run time, at any depth."""
    blocks = [it for it in statement.does if isinstance(it, Block)]
    return any(it.dynamic or any(map(is_dynamic, it.body)) for it in blocks)


def _arguments(cur: Cursor) -> tuple[str, ...]:
    """The types of what is handed in."""
    if cur.key == "(":
        if cur.peek(1).key == ")":
            cur.at += 2
            return ()
        parts = cur.parts()
    elif cur.dialect == "sqlserver" and cur.peek().kind == "variable":
        end = cur.find("AS", "WITH")
        parts = Cursor(cur.text, cur.dialect, cur.tokens, cur.at, cur.stop if end < 0 else end).split()
        cur.at = cur.stop if end < 0 else end
    else:
        return ()
    found: list[str] = []
    for part in parts:
        direction = part.accept_any(_DIRECTIONS)
        part.take()
        part.accept("AS")
        try:
            kind = str(type_name(part))
        except UnreadableError:
            continue  # what is known of the others is still true
        if direction != "OUT":
            found.append(kind)
    return tuple(found)


def _returns(cur: Cursor) -> str:
    if cur.peek().kind == "variable":  # SQL Server: RETURNS @t TABLE (...)
        cur.take()
    if cur.accept("TABLE"):
        return "table"
    return str(type_name(cur))


def _body(reader: Reader, cur: Cursor) -> tuple[Statement, ...]:
    """What the body holds, as far as it can be read; a broken statement in it is not reported."""
    if reader.dialect == "sqlserver":
        from crowsfoot.frontends.sql import generic_sqlserver

        return tuple(generic_sqlserver.body(reader, cur))
    inner = type(reader)(reader.text, reader.dialect)
    return tuple(
        [it for part, conditional in _mysql(cur) if (it := inner.statement(part, None, conditional))]
    )


def _mysql(cur: Cursor) -> Iterator[tuple[Cursor, bool]]:
    """Each statement of a compound, and whether it may not run.

    Source: https://dev.mysql.com/doc/refman/8.4/en/sql-compound-statements.html
    """
    depth = 0  # of what is conditional
    start = cur.at
    for at in range(cur.at, cur.stop + 1):
        if at < cur.stop and cur.tokens[at].key != ";":
            continue
        part = Cursor(cur.text, cur.dialect, cur.tokens, start, at)
        start = at + 1
        while not part.done:
            key = part.key
            if key == "END":
                depth -= part.peek(1).key in ("IF", "CASE", "LOOP", "WHILE", "REPEAT")
                part.at = part.stop
            elif key in (
                "DECLARE",
                "UNTIL",
                "LEAVE",
                "ITERATE",
                "OPEN",
                "CLOSE",
                "FETCH",
                "RETURN",
                "SIGNAL",
            ):
                part.at = part.stop
            elif key in ("BEGIN", "ELSE"):
                part.take()
            elif key in ("LOOP", "REPEAT"):
                part.take()
                depth += 1
            elif key in ("IF", "ELSEIF", "WHEN", "WHILE"):
                depth += key in ("IF", "WHILE")
                then = part.find("DO" if key == "WHILE" else "THEN")
                part.at = part.stop if then < 0 else then + 1
            elif key == "CASE":
                depth += 1
                when = part.find("WHEN")
                part.at = part.stop if when < 0 else when
            elif part.peek(1).key == ":":
                part.at += 2
            else:
                break
        if not part.done:
            yield part, depth > 0
