"""The tokens of INSERT and REPLACE to operations, for the generic dialects."""

from __future__ import annotations

import re
from typing import Final, Literal

from crowsfoot.facts.sql import (
    Constant,
    Dialect,
    Expression,
    Insert,
    Operation,
    Query,
)
from crowsfoot.frontends.sql import generic_expressions as expressions
from crowsfoot.frontends.sql.generic_assignments import assignment, hints, of_variable, top
from crowsfoot.frontends.sql.generic_cursor import Cursor, UnreadableError
from crowsfoot.source import Range

ROWS_KEPT: Final = 20


_INSERT_WORDS: Final = frozenset(("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"))


_CONFLICTS: Final = frozenset(("ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"))


def insert(cur: Cursor, cut: Range | None = None) -> list[Operation]:
    """INSERT or REPLACE. cut is the end of a long one, which has not been made tokens."""
    first = cur.at
    replace = cur.take().key == "REPLACE"
    on_conflict: Literal["none", "nothing", "update"] = "none"
    if cur.accept("OR"):
        word = cur.accept_any(_CONFLICTS)
        replace = replace or word == "REPLACE"
        on_conflict = "nothing" if word == "IGNORE" else "none"
    top(cur)
    while word := cur.accept_any(_INSERT_WORDS):
        if word == "IGNORE":
            on_conflict = "nothing"
    if cur.peek().kind == "variable":
        return of_variable(cur, first)
    table = cur.object_name("a table")
    hints(cur)
    if cur.accept("PARTITION"):
        cur.skip()
    if cur.accept("AS"):
        cur.name()
    columns: tuple[str, ...] = ()
    if cur.key == "(" and cur.peek(1).key == ")":
        cur.at += 2
    elif cur.key == "(" and cur.peek(1).key not in ("SELECT", "WITH", "("):
        columns = tuple([column_name(part) for part in cur.parts()])
    if cur.accept("OUTPUT"):
        at = cur.find("VALUES", "SELECT", "EXEC", "EXECUTE", "DEFAULT", "WITH")
        cur.at = at if at >= 0 else cur.stop
    source: Literal["insert", "copy", "merge", "replace"] = "replace" if replace else "insert"
    rows: int | None = None
    values: list[tuple[Expression, ...]] = []
    read: Query | None = None
    if cur.accept("DEFAULT", "VALUES"):
        rows = 1
    elif cur.accept("VALUES") or cur.accept("VALUE"):
        rows = _values(cur, values, columns, cut)
    elif cur.accept("SET"):
        columns, values, rows = _set_row(cur)
    elif cur.key in ("SELECT", "WITH", "(", "TABLE", "FROM"):
        on = _upsert_at(cur)
        part = Cursor(cur.text, cur.dialect, cur.tokens, cur.at, on)
        read = expressions.with_items(part, expressions.query(part, columns)[0])
        cur.at = on
    elif cur.key not in ("EXEC", "EXECUTE"):
        raise cur.unexpected("VALUES or a SELECT")
    upsert = _upsert(cur)
    cur.at = cur.stop
    return [
        Insert(
            cur.range_from(first),
            table,
            columns,
            rows,
            read,
            tuple([literal for row in values for value in row for literal in value.literals]),
            tuple(values),
            upsert or on_conflict,
            source,
        )
    ]


def insert_with(cur: Cursor, first: int) -> list[Operation]:
    """WITH ... INSERT: the CTEs belong to what is read."""
    found = insert(Cursor(cur.text, cur.dialect, cur.tokens, cur.find("INSERT", "REPLACE"), cur.stop))
    read, _ = expressions.query(Cursor(cur.text, cur.dialect, cur.tokens, first, cur.stop))
    cur.at = cur.stop
    it = found[0]
    if not isinstance(it, Insert):
        return found
    tables = tuple([table for table in read.tables if table.range != it.table.range])
    read = Query(read.range, tables, read.columns, read.functions, read.literals, read.casts, star=read.star)
    return [Insert(cur.range_from(first), it.table, it.columns, query=read, on_conflict=it.on_conflict)]


def column_name(part: Cursor) -> str:
    part.name("a column")
    while part.accept("."):  # MySQL: t.c
        part.name("a column")
    return part.tokens[part.at - 1].text


def _values(
    cur: Cursor, values: list[tuple[Expression, ...]], columns: tuple[str, ...], cut: Range | None
) -> int:
    """Read the first rows into values; how many there are."""
    if cur.done and cut is not None:
        return _rows_in(cur.text, cut, cur.dialect)
    if cur.key != "(" and cur.key != "ROW":
        raise cur.unexpected("`(`")
    rows = 0
    while not cur.done:
        cur.accept("ROW")
        if cur.key != "(":
            break
        if cut is not None and (rows == ROWS_KEPT or not _closes(cur)):
            rest = Range(cur.peek().start, cut.end)
            cur.at = cur.stop
            return rows + _rows_in(cur.text, rest, cur.dialect)
        if rows < ROWS_KEPT:
            values.append(tuple([_value(part, columns, i) for i, part in enumerate(_cells(cur))]))
        else:
            cur.skip()
        rows += 1
        if not cur.accept(","):
            break
    return rows


def _closes(cur: Cursor) -> bool:
    try:
        cur.closing(cur.at)
    except UnreadableError:
        return False
    return True


def _cells(cur: Cursor) -> list[Cursor]:
    if cur.peek(1).key == ")":
        cur.at += 2
        return []
    return cur.parts()


def _value(part: Cursor, columns: tuple[str, ...], number: int) -> Expression:
    it = expressions.expression(part)
    if it.value is not None and it.literals and number < len(columns):
        only = it.literals[0]
        literals = (Constant(only.text, only.range, only.type, columns[number]),)
        return Expression(it.range, it.text, literals=literals, value=it.value)
    return it


_PIECES: Final[dict[Dialect, re.Pattern[str]]] = {
    "mysql": re.compile(
        r"""'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|/\*[^*]*(?:\*(?!/)[^*]*)*\*/|--\s[^\n]*|\#[^\n]*|[()]""",
        re.DOTALL,
    ),
    "sqlite": re.compile(r"""'[^']*'|"[^"]*"|/\*[^*]*(?:\*(?!/)[^*]*)*\*/|--[^\n]*|[()]"""),
    "sqlserver": re.compile(r"""'[^']*'|\[[^\]]*\]|/\*[^*]*(?:\*(?!/)[^*]*)*\*/|--[^\n]*|[()]"""),
}


def _rows_in(text: str, place: Range, dialect: Dialect) -> int:
    """How many rows stand there."""
    rows = depth = 0
    for m in _PIECES[dialect].finditer(text, place.start, place.end):
        piece = m[0]
        if piece == "(":
            rows += depth == 0
            depth += 1
        elif piece == ")":
            depth -= 1
    return rows


def _set_row(cur: Cursor) -> tuple[tuple[str, ...], list[tuple[Expression, ...]], int]:
    """MySQL: INSERT INTO t SET a = 1, b = 2."""
    end = cur.find("ON", "AS")
    parts = Cursor(cur.text, cur.dialect, cur.tokens, cur.at, cur.stop if end < 0 else end).split()
    sets = [it for part in parts if (it := assignment(part)) is not None]
    cur.at = cur.stop if end < 0 else end
    return tuple([column for _, column, _ in sets]), [tuple([value for *_, value in sets])], 1


def _upsert_at(cur: Cursor) -> int:
    """Where ON DUPLICATE KEY or ON CONFLICT begins, or the end."""
    at = Cursor(cur.text, cur.dialect, cur.tokens, cur.at, cur.stop)
    while (on := at.find("ON")) >= 0:
        if cur.tokens[on + 1 : on + 2] and cur.tokens[on + 1].key in ("DUPLICATE", "CONFLICT"):
            return on
        at.at = on + 1
    return cur.stop


def _upsert(cur: Cursor) -> Literal["nothing", "update"] | None:
    cur.at = _upsert_at(cur)
    if cur.done:
        return None
    if cur.tokens[cur.at + 1].key == "DUPLICATE":
        return "update"
    nothing = False
    for at in range(cur.at, cur.stop - 1):
        if cur.tokens[at].key == "DO":
            nothing = cur.tokens[at + 1].key == "NOTHING"
    return "nothing" if nothing else "update"
