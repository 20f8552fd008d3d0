"""What is done in another database leaves ours alone."""

import pytest

from crowsfoot.facts.sql import Dialect
from crowsfoot.frontends.sql import read
from crowsfoot.link import link
from crowsfoot.link.history import History
from crowsfoot.link.layouts import Entry, Layout

USES: list[Dialect] = ["mysql", "sqlserver"]


def history(dialect: Dialect, *texts: str) -> History:
    entries = tuple(Entry(str(number), f"m/{number}.sql") for number in range(len(texts)))
    # Prisma's are known to make a database from nothing.
    layout = Layout("m", "prisma", entries, dialect)
    facts = [(entry.path, read(text, dialect)) for entry, text in zip(entries, texts, strict=True)]
    assert not any(it.problems for _, it in facts)
    (found,) = link([], layouts=[layout], migrations=facts).histories
    return found


def tables(history: History) -> list[str]:
    return sorted(it.name for it in history.final.tables.values())


def failures(history: History) -> list[str | None]:
    return [it.failure.message if it.failure else None for it in history.migrations]


@pytest.mark.parametrize("dialect", USES)
def test_a_table_of_another_database_is_not_ours(dialect: Dialect) -> None:
    found = history(
        dialect,
        "CREATE TABLE a (x int);",
        "USE audit; CREATE TABLE a (x int); CREATE TABLE b (x int); DROP TABLE c;",
        "CREATE TABLE b (x int);",
        "ALTER TABLE lost ADD y int;",
    )
    assert tables(found) == ["a", "b"]
    assert [it is not None for it in failures(found)] == [False, False, False, True]


@pytest.mark.parametrize("dialect", USES)
def test_the_first_database_that_is_used_is_ours(dialect: Dialect) -> None:
    found = history(
        dialect,
        "CREATE DATABASE shop; USE shop; CREATE TABLE a (x int);",
        "USE shop; ALTER TABLE a ADD y int;",
        "ALTER TABLE a ADD z int;",
        "USE shop; ALTER TABLE a ADD z int;",
    )
    (table,) = found.final.tables.values()
    assert list(table.columns) == ["x", "y", "z"]
    assert [it is not None for it in failures(found)] == [False, False, False, True]


def test_what_every_server_has_is_never_ours() -> None:
    found = history(
        "sqlserver",
        "USE [master]\nGO\nCREATE DATABASE shop\nGO\nUSE shop\nGO\nCREATE TABLE dbo.a (x int)\nGO\n",
        "ALTER TABLE a ADD y int",
        "USE [shop]\nGO\nALTER TABLE dbo.a ADD z int\nGO\n",
    )
    assert tables(found) == ["a"]
    assert failures(found) == [None, None, None]


@pytest.mark.parametrize("dialect", USES)
def test_another_database_is_known_again_where_it_is_used_again(dialect: Dialect) -> None:
    found = history(
        dialect,
        "USE shop; CREATE TABLE a (x int);",
        "USE audit; CREATE TABLE b (x int); USE shop; ALTER TABLE a ADD y int; USE audit; DROP TABLE b;",
    )
    first, second = found.migrations[1].steps[1], found.migrations[1].steps[-1]
    assert [it.name for it in second.before.tables.values()] == ["b"]
    assert not first.before.tables
    assert list(next(iter(found.final.tables.values())).columns) == ["x", "y"]


@pytest.mark.parametrize("dialect", USES)
def test_where_the_name_of_ours_is_not_known_what_is_done_elsewhere_is_in_doubt(dialect: Dialect) -> None:
    found = history(
        dialect,
        "CREATE TABLE a (x int);",
        "USE shop; ALTER TABLE a ADD y int; CREATE TABLE b (x int);",
        "ALTER TABLE a DROP COLUMN y; DROP TABLE b;",
    )
    assert failures(found) == [None, None, None]


@pytest.mark.parametrize("name", ["audit.dbo.a", "audit..a", "[audit].[dbo].[a]", "far.audit.dbo.a"])
def test_a_name_of_three_parts_may_be_that_of_another_database(name: str) -> None:
    made, again = f"CREATE TABLE {name} (x int)", "CREATE TABLE dbo.b (x int)"
    found = history("sqlserver", "CREATE TABLE dbo.a (x int)", made, f"ALTER TABLE {name} ADD y int", again)
    assert failures(found) == [None] * 4
    ours = next(it for it in found.final.tables.values() if str(it) == "a")
    assert list(ours.columns) == ["x"]
    last = history("sqlserver", "CREATE TABLE dbo.a (x int)", f"DROP TABLE {name}", "DROP TABLE lost")
    assert [it is not None for it in failures(last)] == [False, False, True]


def test_a_name_of_three_parts_is_ours_where_that_is_told() -> None:
    found = history("sqlserver", "USE shop; CREATE TABLE a (x int)", "ALTER TABLE shop.dbo.a ADD y int")
    (table,) = found.final.tables.values()
    assert list(table.columns) == ["x", "y"]
    (table,) = history("mysql", "USE shop; CREATE TABLE shop.a (x int)").final.tables.values()
    assert (table.schema, table.name) == ("", "a")
