"""Connections, cursors and pools of the drivers: which of their methods send the SQL that they are given."""

import re
from typing import Final

import msgspec

from crowsfoot.libraries.calls import Asked, is_text
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Many, Object
from crowsfoot.libraries.query import Query
from crowsfoot.libraries.raw.queries import query_of
from crowsfoot.libraries.standard import Coroutine

# What sends the SQL that it is given first, and what comes back.
ONE: Final = frozenset(("fetchrow", "fetchval", "fetch_one", "fetch_val", "fetch_row", "execute_insert"))
ROWS: Final = frozenset(("fetch", "fetch_all", "execute_fetchall", "iterate", "select", "cursor"))
EXECUTES: Final = frozenset(("execute", "execute_query", "execute_query_dict", "execute_sql", "query"))
# A statement for many rows, in as few messages as the driver can.
BATCHES: Final = frozenset(("executemany", "execute_many"))
# What functions of a program are called that send the SQL which they are given, and what else they may say.
_OF_SQL: Final = frozenset(("sql", "query", "execute", "exec"))
_ALONGSIDE: Final = _OF_SQL | frozenset(
    ("db", "run", "do", "select", "fetch", "one", "all", "row", "rows", "safe")
)
_WORDS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# What the statement is called where it is given by name.
_ARGUMENTS: Final = ("query", "sql", "operation", "statement", "command")


class Connection(Asked, frozen=True):
    """A connection to a database, or a pool of them, which can be asked as well; library is its driver.

    made is the last word of what has made it, where that is known: "connect", "ConnectionPool".
    """

    library: str
    made: str = ""
    autocommit: bool = False  # each statement is a transaction of its own, as the program says

    def ask(self, name: str, args: Args, at: At) -> Object:
        if name == "cursor" and not is_text(args.get(0, "query")):
            return Cursor(self.library, self.made, self.autocommit)
        if name in (
            "acquire",
            "connection",
            "getconn",
            "get_connection",
            "transaction",
            "begin",
            "connect",
            "pipeline",
        ):
            return self
        if name == "prepare":
            return Prepared(self.library, args.get(0, "query") or UNKNOWN)
        return sent("connection", self.library, name, args, at)

    def entered(self, at: At) -> Object:
        return self

    def awaited(self, at: At) -> Object:
        return self


class Cursor(Asked, frozen=True):
    """A cursor: rows that an execute() has asked for are there, or come as they are fetched."""

    library: str
    made: str = ""  # what its connection is, as of that
    autocommit: bool = False

    def ask(self, name: str, args: Args, at: At) -> Object:
        if name in ("fetchall", "fetchmany"):
            return Many(UNKNOWN)
        if name in ("fetchone", "fetchval") or (name == "fetch" and not args.positional):
            return UNKNOWN
        if name in ("execute", "executemany"):
            sent("cursor", self.library, name, args, at)
            # That of sqlite3 and psycopg gives itself, others a count of rows.
            return self
        return sent("cursor", self.library, name, args, at)

    def element(self, at: At) -> Object:
        return UNKNOWN

    def entered(self, at: At) -> Object:
        return self

    def awaited(self, at: At) -> Object:
        return self


class Interactions(Asked, frozen=True):
    """A pool of Twisted's adbapi: it calls functions in its threads, with a connection or a transaction.

    Source: https://docs.twisted.org/en/stable/core/howto/rdbms.html
    """

    def ask(self, name: str, args: Args, at: At) -> Object:
        if name in ("runInteraction", "runWithConnection") and args.positional:
            given = Cursor("adbapi") if name == "runInteraction" else Connection("adbapi")
            return Coroutine(at.call(args.positional[0], args.rest.behind(given)))
        if name in ("runQuery", "runOperation"):
            sent("pool", "adbapi", "execute", args, at)
        return Coroutine(Many(UNKNOWN)) if name == "runQuery" else UNKNOWN


class Prepared(Asked, frozen=True):
    """A prepared statement of asyncpg."""

    library: str
    sql: Object

    def ask(self, name: str, args: Args, at: At) -> Object:
        if name in ("fetch", "fetchrow", "fetchval", "executemany"):
            return sent("statement", self.library, name, Args((self.sql, *args.positional)), at)
        return UNKNOWN

    def awaited(self, at: At) -> Object:
        return self


def sent(receiver: str, library: str, method: str, args: Args, at: At, likely: bool = True) -> Object:
    """What comes of a method of a connection or cursor; a statement is sent where it is given one."""
    sql = statement_of(args)
    if sql is None or method not in ONE | ROWS | EXECUTES | BATCHES:
        return UNKNOWN
    query = query_of(sql, f"{receiver}.{method}()" if receiver else f"{method}()", library, likely)
    if method in BATCHES:
        query = in_one(query)
    at.runs(query)
    if method in ROWS:
        return Many(UNKNOWN)
    return UNKNOWN if method in ONE else Cursor(library)


def is_named_for_sql(name: str) -> bool:
    """Whether a function or a method of the program's own is called after that: `sqlQuery`, `run_sql`."""
    words = [it.lower() for it in _WORDS.findall(name)]
    return not _OF_SQL.isdisjoint(words) and _ALONGSIDE.issuperset(words)


def in_one(query: Query) -> Query:
    """The query of a call that hands over many rows: another one for them all is seldom to be had."""
    return msgspec.structs.replace(query, likely=False)


def statement_of(args: Args) -> Object | None:
    """The argument that is the statement."""
    if args.positional:
        return args.positional[0]
    return next((args.get(None, name) for name in _ARGUMENTS if args.get(None, name) is not None), None)
