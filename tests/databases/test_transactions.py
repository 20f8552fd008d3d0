"""How tools run a file, and which of its statements share a transaction."""

import pytest

from crowsfoot.databases.tools import Engine, Tool, Transport, Version
from crowsfoot.databases.transactions import Group, groups, transport_of
from crowsfoot.facts.sql import Dialect, SqlFile
from crowsfoot.frontends.sql import read

CONCURRENTLY = "CREATE INDEX CONCURRENTLY i ON t (a);"


def cut(sql: str, transport: Transport, dialect: Dialect = "postgresql", tool: Tool = "prisma") -> str:
    """The groups, as numbers of statements: explicit ones in [], blocks in (), others bare."""
    facts = read(sql, dialect)
    assert not facts.problems
    return " ".join(map(_shown, groups(facts, tool, transport)))


def _shown(group: Group) -> str:
    numbers = ",".join(str(it + 1) for it in range(group.first, group.end))
    return f"[{numbers}]" if group.explicit else f"({numbers})" if group.block else numbers


def transport(
    sql: str,
    tool: Tool = "prisma",
    dialect: Dialect = "postgresql",
    prisma: Version | None = None,
    engine: Engine = "classic",
) -> Transport:
    return transport_of(tool, dialect, read(sql, dialect), prisma, engine)


# PostgreSQL


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("", ""),
        ("SELECT 1;", "1"),
        ("SELECT 1;;", "1"),
        ("SELECT 1; SELECT 2;", "(1,2)"),
        ("SELECT 1; COMMIT; SELECT 3;", "(1,2) (3)"),
        ("SELECT 1; ROLLBACK; SELECT 3; SELECT 4;", "(1,2) (3,4)"),
        ("BEGIN; SELECT 2; COMMIT; SELECT 4;", "[1,2,3] (4)"),
        ("SELECT 1; BEGIN; SELECT 3; COMMIT; SELECT 5;", "[1,2,3,4] (5)"),
        ("SELECT 1; BEGIN; SELECT 3;", "[1,2,3]"),
        ("SELECT 1; SAVEPOINT a; ROLLBACK TO a; SELECT 4;", "(1,2,3,4)"),
    ],
)
def test_one_text_is_one_transaction_but_for_what_it_says_itself(sql: str, shown: str) -> None:
    assert cut(sql, "batch") == shown


@pytest.mark.parametrize("transport", ["split", "adapter"])
@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("", ""),
        ("SELECT 1; SELECT 2;", "1 2"),
        ("SELECT 1; BEGIN; SELECT 3; COMMIT; SELECT 5;", "1 [2,3,4] 5"),
        ("BEGIN; SELECT 2; BEGIN; SELECT 4; END;", "[1,2,3,4,5]"),
        ("COMMIT; SELECT 2;", "1 2"),
        ("SELECT 1; BEGIN; SELECT 3;", "1 [2,3]"),
    ],
)
def test_single_statements_are_transactions_outside_of_begin_and_commit(
    sql: str, shown: str, transport: Transport
) -> None:
    assert cut(sql, transport) == shown


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("", ""),
        ("SELECT 1;", "(1)"),
        ("SELECT 1; SELECT 2;", "(1,2)"),
        ("SELECT 1; BEGIN; SELECT 3;", "(1,2,3)"),
        ("SELECT 1; COMMIT; SELECT 3; SELECT 4;", "(1,2) 3 4"),
        ("BEGIN; SELECT 2; COMMIT; BEGIN; SELECT 5; COMMIT;", "(1,2,3) [4,5,6]"),
    ],
)
def test_what_the_tool_begins_the_file_can_end(sql: str, shown: str) -> None:
    assert cut(sql, "transaction") == shown


def test_the_first_of_a_pipeline_is_committed_at_once_where_it_must_be_alone() -> None:
    assert cut(f"{CONCURRENTLY} SELECT 2; SELECT 3;", "batch", tool="supabase") == "1 (2,3)"
    assert cut(f"SELECT 1; {CONCURRENTLY}", "batch", tool="supabase") == "(1,2)"
    assert cut(f"{CONCURRENTLY} SELECT 2;", "batch", tool="golang-migrate") == "(1,2)"


# Others


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("INSERT INTO a VALUES (1); UPDATE a SET b = 1;", "1 2"),
        ("START TRANSACTION; INSERT INTO a VALUES (1); UPDATE a SET b = 1; COMMIT; SELECT 1;", "[1,2,3,4] 5"),
        ("START TRANSACTION; INSERT INTO a VALUES (1); DROP TABLE b; UPDATE a SET b = 1;", "[1,2] 3 4"),
        ("START TRANSACTION; UPDATE a SET b = 1; START TRANSACTION; UPDATE a SET b = 2;", "[1,2] [3,4]"),
    ],
)
def test_a_definition_commits_what_came_before_it_in_mysql(sql: str, shown: str) -> None:
    assert cut(sql, "batch", "mysql") == shown


def test_a_definition_ends_the_transaction_of_the_tool_in_mysql() -> None:
    sql = "INSERT INTO a VALUES (1); INSERT INTO a VALUES (2); DROP TABLE b; UPDATE a SET b = 1; UPDATE a SET b = 2;"
    assert cut(sql, "transaction", "mysql") == "1,2 3 4 5"


@pytest.mark.parametrize("dialect", ["sqlite", "sqlserver"])
def test_only_postgresql_makes_a_transaction_of_a_text(dialect: Dialect) -> None:
    assert cut("UPDATE a SET b = 1; UPDATE a SET b = 2;", "batch", dialect) == "1 2"
    begin = "BEGIN" if dialect == "sqlite" else "BEGIN TRAN"
    assert cut(f"{begin}; UPDATE a SET b = 1; COMMIT; UPDATE a SET b = 2;", "batch", dialect) == "[1,2,3] 4"


@pytest.mark.parametrize("transport", ["batch", "split", "transaction", "adapter"])
@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "sqlite"])
def test_every_statement_is_in_one_group(transport: Transport, dialect: Dialect) -> None:
    words = ("BEGIN", "COMMIT", "ROLLBACK", "DROP TABLE a", "UPDATE a SET b = 1")
    for first in words:
        for second in words:
            for third in words:
                facts = read(f"{first}; {second}; {third};", dialect)
                found = groups(facts, "prisma", transport)
                covered = [index for it in found for index in range(it.first, it.end)]
                assert covered == list(range(len(facts.statements))), (first, second, third)
                assert all(it.first < it.end for it in found)


# Tools


def test_prisma_sends_one_text_until_7_4() -> None:
    sql = "SELECT 1; SELECT 2;"
    assert transport(sql, prisma=(7, 3)) == "batch"
    assert transport(sql, prisma=(7, 4)) == "split"
    assert transport(sql, prisma=(8, 0)) == "split"
    assert transport(sql) == "batch"


@pytest.mark.parametrize(
    "statement",
    [
        "DO $$ BEGIN NULL; END $$",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX INDEX i",
        "REFRESH MATERIALIZED VIEW v",
        "ALTER TABLE t ATTACH PARTITION p DEFAULT",
    ],
)
def test_prisma_sends_one_text_where_it_cannot_cut(statement: str) -> None:
    assert transport(f"SELECT 1; {statement}; SELECT 3;", prisma=(7, 8)) == "batch"


def test_a_driver_adapter_cuts_at_semicolons() -> None:
    assert transport("SELECT 1; SELECT 2;", prisma=(6, 19), engine="js") == "adapter"


def test_prisma_sends_one_text_to_other_databases() -> None:
    for dialect in ("mysql", "sqlite", "sqlserver"):
        assert transport("SELECT 1;", dialect=dialect, prisma=(7, 8), engine="js") == "batch"


@pytest.mark.parametrize(
    ("tool", "sql", "expected"),
    [
        ("supabase", "SELECT 1;", "batch"),
        ("golang-migrate", "SELECT 1;", "batch"),
        ("dbmate", "-- migrate:up\nSELECT 1;", "transaction"),
        ("dbmate", "-- migrate:up transaction:false\nSELECT 1;", "batch"),
        ("sqlx", "SELECT 1;", "transaction"),
        ("sqlx", "-- no-transaction\nSELECT 1;", "batch"),
        ("goose", "-- +goose Up\nSELECT 1;", "transaction"),
        ("goose", "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;", "split"),
        ("flyway", "SELECT 1;", "transaction"),
        ("flyway", "VACUUM t;", "split"),
        ("flyway", CONCURRENTLY, "split"),
        ("drizzle", "SELECT 1;", "transaction"),
        ("plain", "SELECT 1;", "split"),
    ],
)
def test_each_tool_has_its_way(tool: Tool, sql: str, expected: Transport) -> None:
    assert transport(sql, tool) == expected


def test_a_file_that_could_not_be_read_has_a_transport_too() -> None:
    assert transport_of("goose", "postgresql", None, None, "classic") == "transaction"
    assert groups(SqlFile("postgresql"), "prisma", "batch") == ()
