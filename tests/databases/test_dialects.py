"""Words and texts to dialects."""

import pytest

from crowsfoot.databases.dialects import dialect_in_path, sniff


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("db/postgres/migrations", "postgresql"),
        ("migrations/pg", "postgresql"),
        ("prisma/mysql-migrations", "mysql"),
        ("migrations-sqlite3", "sqlite"),
        ("mssql/up", "sqlserver"),
        ("mysql/to/postgres", "postgresql"),
        ("x/sqlite3", "sqlite"),
        ("x/mysql", "mysql"),
        ("migrations/sqlite", "sqlite"),
        ("db/mysql/versions", "mysql"),
        ("migrations/mysql8", "mysql"),
        ("mysqlMigrations", "mysql"),
        ("pkg/sqlitestore/migrations", "sqlite"),
        ("migrations/tidb", "mysql"),
        ("migrations/clickhouse", "other"),
        ("db/migrations", None),
        ("pages/migrations", None),
        ("", None),
    ],
)
def test_the_last_word_that_names_one_counts(path: str, dialect: str | None) -> None:
    assert dialect_in_path(path) == dialect


def test_a_text_may_be_of_any_dialect() -> None:
    assert sniff(["CREATE TABLE a (id int);", "SELECT 1;"]) is None
    assert sniff([]) is None


def test_a_later_text_may_tell() -> None:
    assert sniff(["SELECT 1;", "PRAGMA foreign_keys=OFF;"]) == "sqlite"


def test_the_sign_of_a_database_that_is_not_read_goes_before_others() -> None:
    assert sniff(["CREATE TABLE `a` (x UInt8) ENGINE = MergeTree();"]) == "other"
