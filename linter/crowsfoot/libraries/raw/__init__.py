"""Drivers that are given SQL: those of the DB-API, asyncpg, aiosqlite, aiomysql, databases."""

from typing import Final

from crowsfoot.libraries.calls import string
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import Args, At, Built, Class, Library, Object
from crowsfoot.libraries.raw.connections import (
    BATCHES,
    EXECUTES,
    ONE,
    ROWS,
    Connection,
    Cursor,
    in_one,
    sent,
    statement_of,
)
from crowsfoot.libraries.raw.queries import Sql, is_statement, query_of, text_of

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
_MAKES_POOLS: Final = ("pool", "Pool", "PooledDB")
_MAKES_CONNECTIONS: Final = ("connect", "Connect", "connect_async", "Database")


class Raw:
    """SQL in the program's own words."""

    PACKAGES: tuple[str, ...] = _DRIVERS

    def called(self, name: str, args: Args, at: At) -> Object | None:
        package, _, rest = name.partition(".")
        last = name.rpartition(".")[2]
        if package not in _DRIVERS:
            return None
        if last in _MAKES_CONNECTIONS or last.endswith(("Connection", *_MAKES_POOLS)):
            return Connection(package)
        if last == "SQL" and "sql" in rest:
            text = string(args.get(0))
            return None if text is None else Sql(text)
        if last in ("execute_values", "execute_batch"):
            at.runs(in_one(query_of(args.get(1, "sql") or Built(name, args), f"{last}()", package)))
        return None

    def instance(self, name: str) -> Object | None:
        package = name.partition(".")[0]
        last = name.rpartition(".")[2]
        if package not in _DRIVERS:
            return None
        if "cursor" in last.lower():
            return Cursor(package)
        if last.lower().endswith(("connection", "pool", "connectionproxy")) or last in ("Database", "Core"):
            return Connection(package)
        return None

    def received(self, chain: tuple[str, ...], method: str, args: Args, at: At) -> Object | None:
        """What a method of an unknown receiver gives; None where it may be anyone's.

        The statement is the evidence: nothing but a database is given a text that begins as SQL does.
        """
        if method == "cursor" and len(args.positional) <= 1 and not args.spread:
            return Cursor("sql")
        if method not in ONE | ROWS | EXECUTES | BATCHES or method == "cursor":
            return None
        sql = statement_of(args)
        if sql is None or not is_statement(sql):
            return None
        # Search engines and services are asked by query() too.
        return sent("", "sql", method, args, at, likely=method not in ("query", "select"))

    def model(self, cls: Class, at: At) -> Model | None:
        return None

    def instance_of(self, cls: Class, at: At) -> Object | None:
        """Connections of the program's own that derive from a driver's."""
        for base in at.bases(cls):
            if isinstance(base, str) and (found := self.instance(base)) is not None:
                return found
        return None

    def row(self, model: Model) -> Object:
        raise NotImplementedError

    def class_attribute(self, model: Model, name: str, at: At) -> Object | None:
        return None

    def review(self, cls: Class, at: At) -> None:
        return None


LIBRARY: Library = Raw()

__all__ = ["LIBRARY", "Raw", "is_statement", "query_of", "text_of"]
