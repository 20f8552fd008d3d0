"""Drivers that are given SQL: those of the DB-API, asyncpg, aiosqlite, aiomysql, databases."""

from typing import Final

from crowsfoot.libraries.calls import entries, is_true, string
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, Class, Object
from crowsfoot.libraries.raw.connections import (
    BATCHES,
    EXECUTES,
    ONE,
    ROWS,
    Connection,
    Cursor,
    Interactions,
    in_one,
    is_named_for_sql,
    sent,
    statement_of,
)
from crowsfoot.libraries.raw.queries import (
    Sql,
    has_parameters,
    has_placeholders,
    is_statement,
    query_of,
    text_of,
)

_DRIVERS: Final = (
    *(
        "sqlite3",
        "psycopg",
        "psycopg2",
        "psycopg_pool",
        "pymysql",
        "MySQLdb",
        "mysql",
        "cx_Oracle",
        "oracledb",
    ),
    *("pyodbc", "asyncpg", "aiosqlite", "aiomysql", "aiopg", "asyncmy", "databases", "pg8000", "mariadb"),
    *("pymssql", "sqlcipher3", "pysqlite3", "aioodbc", "apsw", "snowflake", "duckdb"),
)
_INTERACTIONS: Final = "twisted.enterprise.adbapi.ConnectionPool"
_SENDING: Final = (ONE | ROWS | EXECUTES | BATCHES) - {"cursor"}
_MAKES_POOLS: Final = ("pool", "Pool", "PooledDB")
_MAKES_CONNECTIONS: Final = ("connect", "Connect", "connect_async", "Database")


class Raw(Library):
    """SQL in the program's own words."""

    PACKAGES = (*_DRIVERS, "twisted")
    WRAPPED = True

    def called(self, name: str, args: Args, at: At) -> Object | None:
        package, _, rest = name.partition(".")
        last = name.rpartition(".")[2]
        if name == _INTERACTIONS:
            return Interactions()
        if package not in _DRIVERS:
            return None
        if last in _MAKES_CONNECTIONS or last.endswith(("Connection", *_MAKES_POOLS)):
            # psycopg_pool hands kwargs on to each connection.
            options = {**dict(args.keywords), **entries(args.get(None, "kwargs"))}
            return Connection(package, last, is_true(options.get("autocommit")))
        if last == "SQL" and "sql" in rest:
            text = string(args.get(0))
            return None if text is None else Sql(text)
        if last in ("execute_values", "execute_batch"):
            at.runs(in_one(query_of(args.get(1, "sql") or Built(name, args), f"{last}()", package)))
        return None

    def instance(self, name: str) -> Object | None:
        package = name.partition(".")[0]
        last = name.rpartition(".")[2]
        if name == _INTERACTIONS:
            return Interactions()
        if package not in _DRIVERS:
            return None
        if "cursor" in last.lower():
            return Cursor(package)
        if last.lower().endswith(("connection", "pool", "connectionproxy")) or last in ("Database", "Core"):
            return Connection(package, last if last.lower().endswith("pool") else "")
        return None

    def receives(self, method: str) -> bool:
        return method in ONE | ROWS | EXECUTES | BATCHES or is_named_for_sql(method)

    def received(self, chain: tuple[str, ...], method: str, args: Args, at: At) -> Object | None:
        """What a method of an unknown receiver gives; None where it may be anyone's.

        The statement is the evidence: nothing but a database is given a text that begins as SQL does.
        """
        if method == "cursor" and len(args.positional) <= 1 and not args.spread:
            return Cursor("sql")
        own = method not in ONE | ROWS | EXECUTES | BATCHES
        if method not in _SENDING and not own:
            return None
        sql = statement_of(args)
        if sql is None or not is_statement(sql):
            return None
        if own:  # of the program: sql_query("...", key)
            is_sure = len(args.all) > 1 and has_placeholders(sql)
            at.runs(query_of(sql, f"{method}()", "sql", likely=is_sure))
            return UNKNOWN
        # Search engines and services are asked by query() too, but not with a list of parameters.
        is_sure = method not in ("query", "select") or has_parameters(sql, args)
        return sent("", "sql", method, args, at, likely=is_sure)

    def instance_of(self, cls: Class, at: At) -> Object | None:
        """Connections of the program's own that derive from a driver's."""
        for base in at.bases(cls):
            if isinstance(base, str) and (found := self.instance(base)) is not None:
                return found
        return None


LIBRARY: Final = Raw()

__all__ = ["LIBRARY", "Raw", "is_statement", "query_of", "text_of"]
