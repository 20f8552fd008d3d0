"""What the rules on SQLite say of their fixtures, asked of SQLite itself, through Python's sqlite3 module."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent / "fixtures"

pytestmark = pytest.mark.skipif(
    sqlite3.sqlite_version_info < (3, 35), reason="generated columns and DROP COLUMN are of 3.31 and 3.35"
)


def migrations(rule: str, case: str) -> list[str]:
    folder = FIXTURES / rule / case
    paths = sorted(folder.rglob("migration.sql")) or sorted(folder.glob("drizzle/*.sql"))
    return [path.read_text() for path in paths]


def statements(text: str) -> Iterator[str]:
    """The statements of a text, as SQLite divides it."""
    gathered = ""
    for piece in text.split(";")[:-1]:
        gathered += piece + ";"
        if sqlite3.complete_statement(gathered):
            yield gathered
            gathered = ""


def migrated(rule: str, case: str, *, rows: str = "", framed: bool = False) -> sqlite3.Connection:
    """A database after the migrations of a case, with rows from before the last one, and foreign keys."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys=ON")
    *first, last = migrations(rule, case)
    for text in (*first, rows):
        for statement in statements(text):
            connection.execute(statement)
    if framed:
        connection.execute("BEGIN")
    for statement in statements(last):
        connection.execute(statement)
    if framed:
        connection.execute("COMMIT")
    return connection


ROWS = """
INSERT INTO "Berth" ("id", "name") VALUES ('b', NULL);
INSERT INTO "Crane" ("id", "berthId") VALUES ('c', 'b');
INSERT INTO "Ship" ("id", "berthId") VALUES ('s', 'b');
"""


@pytest.mark.parametrize(
    ("case", "framed"), [("in-a-transaction", False), ("never-turned-off", False), ("drizzle", True)]
)
def test_dropping_the_old_table_deletes_what_refers_to_it(case: str, framed: bool) -> None:
    connection = migrated("children-lost-on-redefine", case, rows=ROWS, framed=framed)
    assert connection.execute('SELECT count(*) FROM "Berth"').fetchone() == (1,)
    assert connection.execute('SELECT count(*) FROM "Crane"').fetchone() == (0,)
    assert connection.execute('SELECT "berthId" FROM "Ship"').fetchone() == (None,)


def test_nothing_is_deleted_where_foreign_keys_are_off() -> None:
    connection = migrated(
        "lost-on-redefine", "check", rows="INSERT INTO \"Berth\" VALUES ('b', NULL, 1, NULL);"
    )
    assert connection.execute('SELECT count(*) FROM "Berth"').fetchone() == (1,)
    connection = migrated("view-breaks-redefine", "of-another-table", rows=ROWS)
    assert connection.execute('SELECT count(*) FROM "Crane"').fetchone() == (1,)
    assert connection.execute('SELECT "berthId" FROM "Ship"').fetchone() == ("b",)


def test_indexes_and_triggers_go_with_the_old_table() -> None:
    connection = migrated("lost-on-redefine", "lost", rows=ROWS)
    left = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert left.isdisjoint({"Berth_open_name", "Berth_lower_name", "Berth_log"})
    assert "Berth_depth_idx" in left


@pytest.mark.parametrize(
    ("case", "fails"),
    [("required", True), ("given", False), ("filled-before", False), ("only-those-that-have-one", False)],
)
def test_copying_null_into_a_required_column_fails(case: str, fails: bool) -> None:
    if not fails:
        migrated("required-on-redefine", case, rows=ROWS)
        return
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL constraint failed"):
        migrated("required-on-redefine", case, rows=ROWS)


@pytest.mark.parametrize(
    ("case", "fails"),
    [("read", True), ("dropped-before", False), ("legacy", False), ("of-another-table", False)],
)
def test_a_rename_fails_while_a_view_reads_what_is_gone(case: str, fails: bool) -> None:
    if not fails:
        migrated("view-breaks-redefine", case)
        return
    with pytest.raises(sqlite3.OperationalError, match="error in view Open: no such table"):
        migrated("view-breaks-redefine", case)


@pytest.mark.parametrize(("case", "on"), [("left-off", 0), ("on-again", 1)])
def test_foreign_keys_stay_as_a_migration_leaves_them(case: str, on: int) -> None:
    connection = migrated("foreign-keys-left-off", case)
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (on,)


def test_every_column_that_is_reported_is_refused_and_no_other() -> None:
    for case, refused in (("refused", True), ("taken", False)):
        first, last = migrations("column-sqlite-refuses", case)
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.execute("PRAGMA foreign_keys=ON")
        for statement in statements(first + ROWS):
            connection.execute(statement)
        for statement in statements(re.sub(r"--.*", "", last).strip()):
            if '"code" TEXT NOT NULL' in statement:  # which another rule reports
                continue
            if refused:
                with pytest.raises(sqlite3.OperationalError):
                    connection.execute(statement)
            else:
                connection.execute(statement)
