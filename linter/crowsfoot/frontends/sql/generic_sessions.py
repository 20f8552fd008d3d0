"""The tokens of SET, PRAGMA, transactions, locks and maintenance to operations, for the generic dialects."""

from typing import Final, Literal

from crowsfoot.facts.sql import (
    Block,
    LockTable,
    Maintain,
    ObjectName,
    Operation,
    SetVariable,
    Transaction,
    Unknown,
)
from crowsfoot.frontends.sql.generic_cursor import Cursor
from crowsfoot.source import Range

Action = Literal["begin", "commit", "rollback", "savepoint", "release", "rollback to"]

_SCOPES: Final = {
    "GLOBAL": False,
    "SESSION": False,
    "LOCAL": False,
    "PERSIST": False,
    "PERSIST_ONLY": False,
}
_TRANSACTION_WORDS: Final = frozenset(
    ("WORK", "TRAN", "TRANSACTION", "DEFERRED", "IMMEDIATE", "EXCLUSIVE", "DISTRIBUTED")
)


def transaction(cur: Cursor) -> list[Operation]:
    """BEGIN, START TRANSACTION, COMMIT, END, ROLLBACK, SAVEPOINT, RELEASE, SAVE TRANSACTION."""
    first = cur.at
    key = cur.take().key
    name = None
    action: Action
    if key in ("BEGIN", "START"):
        action = "begin"
    elif key in ("COMMIT", "END"):
        action = "commit"
    elif key in ("SAVEPOINT", "SAVE"):
        action = "savepoint"
    elif key == "RELEASE":
        action = "release"
        cur.accept("SAVEPOINT")
    else:
        action = "rollback"
    while cur.accept_any(_TRANSACTION_WORDS):
        pass
    if action == "rollback" and cur.accept("TO"):
        action = "rollback to"
        cur.accept("SAVEPOINT")
    if cur.peek().kind in ("word", "name", "variable") and action not in ("begin", "commit"):
        name = cur.take().text
    cur.at = cur.stop
    return [Transaction(cur.range_from(first), action, name)]


def set_variable(cur: Cursor) -> list[Operation]:
    first = cur.at
    cur.take()
    if cur.done:
        raise cur.unexpected("a variable")
    if cur.dialect == "sqlserver":
        return [_sqlserver_set(cur, first)]
    if cur.key in ("NAMES", "CHARACTER", "CHARSET"):
        name = cur.take().key.lower()
        if name == "character":
            name = "names" if cur.accept("SET") else name
        charset = cur.take().text
        cur.at = cur.stop
        return [SetVariable(cur.range_from(first), "names" if name == "charset" else name, charset)]
    if cur.key in ("PASSWORD", "ROLE", "RESOURCE", "STATEMENT") or cur.sees("DEFAULT", "ROLE"):
        name = cur.take().key.lower()
        cur.at = cur.stop
        return [SetVariable(cur.range_from(first), name)]
    found: list[Operation] = []
    parts = cur.split()
    cur.at = cur.stop
    for number, part in enumerate(parts):
        start = first if number == 0 else part.at
        if part.key in _SCOPES:
            part.take()
        if part.accept("TRANSACTION"):
            text = part.written(part.at, part.stop).lower()
            part.at = part.stop
            found.append(SetVariable(part.range_from(start), "transaction", text))
            continue
        token = part.take()
        name = token.text
        while part.accept("."):
            name = part.take().text
        name = _variable(name)
        value = part.written(part.at + 1, part.stop) if part.key in ("=", ":=") else None
        place = Range(part.tokens[start].start, part.tokens[part.stop - 1].end)
        found.append(SetVariable(place, name, None if value is None else _unquoted(value)))
    return found


def use(cur: Cursor) -> list[Operation]:
    """USE database."""
    first = cur.at
    cur.take()
    name = cur.name("a database").text
    cur.at = cur.stop
    return [SetVariable(cur.range_from(first), "database", name)]


def _variable(name: str) -> str:
    """A variable in lower case, without @@ and its scope."""
    name = name.lower()
    if name.startswith("@@"):
        name = name[2:]
        scope, dot, rest = name.partition(".")
        if dot and scope.upper() in _SCOPES:
            name = rest
    return name


def _unquoted(value: str) -> str | None:
    if value.upper() == "DEFAULT":
        return None
    if len(value) > 1 and value[0] in "'\"" and value[-1] == value[0] and value[0] not in value[1:-1]:
        return value[1:-1]
    return value


def _sqlserver_set(cur: Cursor, first: int) -> SetVariable:
    """SET IDENTITY_INSERT dbo.t ON, SET @x = 1, SET LOCK_TIMEOUT 1000."""
    name = cur.take().text.lower()
    if name == "transaction":
        text = cur.written(cur.at, cur.stop).lower()
        cur.at = cur.stop
        return SetVariable(cur.range_from(first), name, text)
    while cur.accept(","):  # SET ANSI_NULLS, QUOTED_IDENTIFIER ON
        name += ", " + cur.take().text.lower()
    if cur.peek().kind == "sign" and cur.peek().key.endswith("="):
        cur.take()
    text = cur.written(cur.at, cur.stop)
    cur.at = cur.stop
    return SetVariable(cur.range_from(first), name, text)


def pragma(cur: Cursor) -> list[Operation]:
    """SQLite: PRAGMA [schema.]name, name = value, name(value)."""
    first = cur.at
    cur.take()
    name = cur.object_name("a pragma").name.lower()
    value = None
    if cur.accept("="):
        value = cur.written(cur.at, cur.stop)
        cur.at = cur.stop
    elif cur.key == "(":
        opening = cur.at
        cur.skip()
        value = cur.written(opening + 1, cur.at - 1)
    cur.end("`=`, `(` or the end of the statement")
    return [SetVariable(cur.range_from(first), name, None if value is None else _unquoted(value))]


def lock_tables(cur: Cursor) -> list[Operation]:
    """MySQL: LOCK TABLES a READ, b AS c WRITE."""
    first = cur.at
    cur.take()
    if not cur.accept("TABLES") and not cur.accept("TABLE"):
        cur.at = cur.stop
        return [Unknown(cur.range_from(first))]
    by_mode: dict[str, list[ObjectName]] = {}
    for part in cur.split():
        table = part.object_name("a table")
        mode = "WRITE" if part.find("WRITE") >= 0 else "READ"
        by_mode.setdefault(mode, []).append(table)
    cur.at = cur.stop
    place = cur.range_from(first)
    return [LockTable(place, tuple(tables), mode) for mode, tables in by_mode.items()]


def maintain(cur: Cursor) -> list[Operation]:
    """ANALYZE, OPTIMIZE, VACUUM, REINDEX, UPDATE STATISTICS."""
    first = cur.at
    key = cur.take().key
    cur.accept("NO_WRITE_TO_BINLOG")
    cur.accept("LOCAL")
    if not cur.accept("TABLE") and not cur.accept("TABLES"):
        cur.accept("STATISTICS")
    command: Literal["vacuum", "analyze", "reindex", "optimize"]
    if key == "VACUUM":
        cur.at = cur.stop
        return [Maintain(cur.range_from(first), "vacuum")]
    command = "analyze" if key in ("ANALYZE", "UPDATE") else "optimize" if key == "OPTIMIZE" else "reindex"
    names = tuple([part.object_name() for part in cur.split() if part.peek().kind in ("word", "name")])
    cur.at = cur.stop
    return [Maintain(cur.range_from(first), command, "table", names)]


def unknown(cur: Cursor) -> list[Operation]:
    first = cur.at
    cur.at = cur.stop
    return [Unknown(cur.range_from(first))]


def dynamic(cur: Cursor) -> list[Operation]:
    """A statement that runs SQL which is made at run time."""
    first = cur.at
    cur.at = cur.stop
    return [Block(cur.range_from(first), dynamic=True)]
