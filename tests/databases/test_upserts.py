"""Which unique index decides on the conflicts of an upsert: what PostgreSQL and SQLite take, and what they refuse."""

import sqlite3
from functools import cache
from pathlib import Path

import pytest

from crowsfoot.config import Config
from crowsfoot.databases.index_use import Asked
from crowsfoot.databases.tools import Dialect
from crowsfoot.databases.upserts import refused
from crowsfoot.discover import Discovery, standard_input
from crowsfoot.link.project import Table
from crowsfoot.link.wanted import Wanted
from crowsfoot.run import analyse

from ..postgres import Postgres

TABLE = "CREATE TABLE account (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL, gone int, live boolean);"
LIVE = "CREATE UNIQUE INDEX live_a_b ON account (a, b) WHERE gone IS NULL;"
ALL = "CREATE UNIQUE INDEX all_a_b ON account (b, a);"
ON = "CREATE UNIQUE INDEX on_a_b ON account (a, b) WHERE live AND gone IS NULL;"

# Indexes, the columns of ON CONFLICT, and its WHERE.
CASES = [
    (indexes, target, where)
    for indexes in ((LIVE,), (LIVE, ALL), (ON,), (LIVE, ON))
    for target in (("a", "b"), ("b", "a"))
    for where in (None, "gone IS NULL", "gone IS NULL AND live", "live", "gone IS NOT NULL")
]


@cache
def account(indexes: tuple[str, ...], dialect: Dialect) -> Table:
    sql = "\n".join((TABLE, *indexes)).encode()
    found = standard_input(Discovery(root=Path.cwd()), sql, Path("migrations/0001_account.sql"))
    (database,) = analyse(found, Config(migrations=("migrations",), dialect=dialect)).databases
    return database.tables["account"]


def is_refused(
    indexes: tuple[str, ...], target: tuple[str, ...], where: str | None, dialect: Dialect = "postgresql"
) -> bool:
    nothing: frozenset[str] = frozenset()
    shape = Wanted(
        account(indexes, dialect), Asked(), nothing, False, True, (), target=target, target_where=where
    )
    return refused(shape) is not None


def upsert(target: tuple[str, ...], where: str | None) -> str:
    arbiter = f"({', '.join(target)})" + (f" WHERE {where}" if where is not None else "")
    return f"INSERT INTO account VALUES (1, 1, 1, NULL, true) ON CONFLICT {arbiter} DO UPDATE SET gone = 1"


def test_postgresql_refuses_the_same_upserts(postgres: Postgres) -> None:
    postgres.run(TABLE)
    differ = []
    for indexes, target, where in CASES:
        for it in indexes:
            postgres.run(it)
        state = postgres.refusal(f"EXPLAIN {upsert(target, where)}")
        assert state in (None, "42P10")
        if is_refused(indexes, target, where) is (state is None):
            differ.append((indexes, target, where, state))
        postgres.run("DROP INDEX IF EXISTS live_a_b, all_a_b, on_a_b")
    assert differ == []


def test_sqlite_refuses_the_same_upserts() -> None:
    differ = []
    for indexes, target, where in CASES:
        connection = sqlite3.connect(":memory:")
        connection.executescript("\n".join((TABLE, *indexes)))
        try:
            connection.execute(upsert(target, where))
            taken = True
        except sqlite3.OperationalError as error:
            taken = "does not match" not in str(error)
        if is_refused(indexes, target, where, "sqlite") is taken:
            differ.append((indexes, target, where, taken))
        connection.close()
    assert differ == []


@pytest.mark.parametrize("where", [None, "gone IS NULL"])
def test_columns_without_a_unique_index_are_another_matter(where: str | None) -> None:
    assert not is_refused((LIVE,), ("a",), where)
