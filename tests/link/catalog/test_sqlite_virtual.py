"""Virtual tables of SQLite, and what they keep their data in, against SQLite itself."""

import sqlite3
from collections.abc import Iterator

import pytest

from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog.execute import run
from crowsfoot.link.catalog.model import empty
from crowsfoot.link.project import File


@pytest.fixture
def sqlite() -> Iterator[sqlite3.Connection]:
    with sqlite3.connect(":memory:", isolation_level=None) as connection:
        modules = {row[0] for row in connection.execute("SELECT name FROM pragma_module_list")}
        if "fts5" not in modules:
            pytest.skip("this SQLite is built without fts5")
        yield connection


def refused(connection: sqlite3.Connection, statements: list[str]) -> int | None:
    """The number of the statement that SQLite refuses."""
    for number, statement in enumerate(statements):
        try:
            connection.execute(statement)
        except sqlite3.OperationalError:
            return number
    return None


def accused(statements: list[str]) -> int | None:
    facts = read(";\n".join(statements), "sqlite")
    assert not facts.problems
    ran = run(
        empty("sqlite"), facts.statements, file=File("m.sql", facts), migration=0, in_block=False, postgres=0
    )
    return next((number for number, it in enumerate(ran.outcomes) if it.failure), None)


MADE = "CREATE VIRTUAL TABLE my_page USING fts5(title, body)"


@pytest.mark.parametrize(
    "statements",
    [
        [MADE, "INSERT INTO my_page (rowid, title) VALUES (1, 'a')"],
        [MADE, "INSERT INTO my_page (my_page) VALUES ('rebuild')"],
        [MADE, "INSERT INTO my_page (my_page, rank) VALUES ('merge', 16)"],
        [MADE, "SELECT * FROM my_page_content", "SELECT count(*) FROM my_page_docsize"],
        [MADE, "UPDATE my_page_config SET v = 4"],
        [MADE, "ALTER TABLE my_page RENAME TO page", "UPDATE page_config SET v = 4"],
        [MADE, "DROP TABLE my_page", "DROP TABLE my_page_data"],
        [MADE, "ALTER TABLE my_page RENAME TO page", "DROP TABLE my_page_data"],
        ["CREATE TABLE page (title text)", "DROP TABLE page_data"],
        [
            "CREATE VIRTUAL TABLE box USING rtree(id, low, high)",
            "INSERT INTO box (id, low, high) VALUES (1, 2, 3)",
        ],
        ["CREATE TABLE page (title text)", "INSERT INTO page (rowid, title) VALUES (1, 'a')"],
        ["CREATE TABLE page (title text)", "UPDATE page SET oid = 2 WHERE _rowid_ = 3"],
        ["CREATE TABLE page (title text)", "INSERT INTO page (row_id) VALUES (1)"],
    ],
)
def test_what_a_virtual_table_brings_is_not_missed(sqlite: sqlite3.Connection, statements: list[str]) -> None:
    assert accused(statements) == refused(sqlite, statements)
