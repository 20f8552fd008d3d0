"""The tokens of statements that read and write rows to operations, for MySQL, SQLite and SQL Server."""

import re
from typing import Final, Literal

from crowsfoot.facts.sql import (
    Constant,
    CreateTable,
    Delete,
    Dialect,
    Expression,
    Insert,
    ObjectName,
    Operation,
    Query,
    Select,
    Truncate,
    Unknown,
    Update,
)
from crowsfoot.frontends.sql import generic_expressions as expressions
from crowsfoot.frontends.sql.generic_cursor import Cursor, UnreadableError
from crowsfoot.source import Range

ROWS_KEPT: Final = 20
_INSERT_WORDS: Final = frozenset(("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE", "INTO"))
_CONFLICTS: Final = frozenset(("ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"))
_UPDATE_WORDS: Final = frozenset(("LOW_PRIORITY", "IGNORE", "QUICK"))


def insert(cur: Cursor, cut: Range | None = None) -> list[Operation]:
    """INSERT or REPLACE. cut is the end of a long one, which has not been made tokens."""
    first = cur.at
    replace = cur.take().key == "REPLACE"
    on_conflict: Literal["none", "nothing", "update"] = "none"
    if cur.accept("OR"):
        word = cur.accept_any(_CONFLICTS)
        replace = replace or word == "REPLACE"
        on_conflict = "nothing" if word == "IGNORE" else "none"
    _top(cur)
    while word := cur.accept_any(_INSERT_WORDS):
        if word == "IGNORE":
            on_conflict = "nothing"
    if cur.peek().kind == "variable":
        return _of_variable(cur, first)
    table = cur.object_name("a table")
    _hints(cur)
    if cur.accept("PARTITION"):
        cur.skip()
    if cur.accept("AS"):
        cur.name()
    columns: tuple[str, ...] = ()
    if cur.key == "(" and cur.peek(1).key == ")":
        cur.at += 2
    elif cur.key == "(" and cur.peek(1).key not in ("SELECT", "WITH", "("):
        columns = tuple([_column(part) for part in cur.parts()])
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


def update(cur: Cursor) -> list[Operation]:
    first = cur.at
    start = cur.find("UPDATE")
    cur.at = start + 1
    _top(cur)
    limited = cur.at > start + 1
    if cur.accept("OR"):
        cur.take()
    while cur.accept_any(_UPDATE_WORDS):
        pass
    if cur.peek().kind == "variable":
        return _of_variable(cur, first)
    target = cur.object_name("a table")
    if cur.dialect != "mysql":
        _hints(cur)
    set_at = cur.find("SET")
    if set_at < 0:
        cur.at = cur.stop
        raise cur.unexpected("SET")
    cur.at = set_at + 1
    end = cur.find("FROM", "WHERE", "ORDER", "LIMIT", "RETURNING", "OUTPUT", "OPTION")
    sets = [
        assignment
        for part in Cursor(cur.text, cur.dialect, cur.tokens, cur.at, cur.stop if end < 0 else end).split()
        if (assignment := _assignment(part)) is not None
    ]
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
    _top(cur)
    limited = cur.at > start + 1
    while cur.accept_any(_UPDATE_WORDS):
        pass
    cur.accept("FROM")
    if cur.peek().kind == "variable":
        return _of_variable(cur, first)
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
            return _insert_with(cur, first)
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
    _top(cur)
    cur.accept("INTO")
    if cur.peek().kind == "variable":
        return _of_variable(cur, first)
    table = cur.object_name("a table")
    whole = Cursor(cur.text, cur.dialect, cur.tokens, first, cur.stop)
    read, _ = expressions.query(whole)
    place = Range(cur.tokens[first].start, cur.tokens[cur.stop - 1].end)
    found: list[Operation] = []
    while (then := cur.find("THEN")) >= 0:
        cur.at = then + 1
        key = cur.take().key
        if key == "INSERT":
            columns = tuple([_column(part) for part in cur.parts()]) if cur.key == "(" else ()
            found.append(Insert(place, table, columns, query=read, source="merge"))
        elif key == "UPDATE":
            cur.accept("SET")
            end = cur.find("WHEN", "OUTPUT", "OPTION")
            part = Cursor(cur.text, cur.dialect, cur.tokens, cur.at, cur.stop if end < 0 else end)
            sets = [it for each in part.split() if (it := _assignment(each)) is not None]
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


# --- INSERT ------------------------------------------------------------------------------------------------


def _insert_with(cur: Cursor, first: int) -> list[Operation]:
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


def _column(part: Cursor) -> str:
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
    sets = [it for part in parts if (it := _assignment(part)) is not None]
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


# --- UPDATE and DELETE -------------------------------------------------------------------------------------


def _assignment(part: Cursor) -> tuple[str, str, Expression] | None:
    """The qualifier, column and value of one assignment; None for that of a variable."""
    if part.peek().kind == "variable":
        return None
    if part.key == "(":  # SQLite: (a, b) = (SELECT ...)
        columns = part.parts()
        part.at += 1
        return "", columns[0].name("a column").text, expressions.expression(part)
    name = part.object_name("a column")
    if part.done:
        raise part.unexpected("`=`")
    sign = part.take()
    if sign.kind != "sign" or not sign.key.endswith("="):
        part.at -= 1
        raise part.unexpected("`=`")
    start = part.at
    value = expressions.expression(part)
    part.at = start
    return name.schema or "", name.name, value


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


def _of_variable(cur: Cursor, first: int) -> list[Operation]:
    """SQL Server: what changes the rows of a variable, which ends with its batch."""
    cur.at = cur.stop
    return [Unknown(cur.range_from(first))]


def _top(cur: Cursor) -> None:
    """SQL Server: TOP (10) PERCENT."""
    if cur.dialect == "sqlserver" and cur.accept("TOP"):
        cur.skip()
        cur.accept("PERCENT")


def _hints(cur: Cursor) -> None:
    """SQL Server: WITH (TABLOCK)."""
    if cur.dialect == "sqlserver" and cur.sees("WITH", "("):
        cur.take()
        cur.skip()
