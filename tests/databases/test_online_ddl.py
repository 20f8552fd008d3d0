import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crowsfoot.databases import online_ddl_sqlite, online_ddl_sqlserver
from crowsfoot.databases.online_ddl import Cost, online_ddl
from crowsfoot.facts.sql import AddColumn, Dialect, DropColumn, Statement
from crowsfoot.frontends.sql.generic import read
from crowsfoot.link.catalog.draft import Session
from crowsfoot.link.catalog.execute import execute
from crowsfoot.link.catalog.model import Catalog, empty
from crowsfoot.link.project import File

MEASURED: dict[str, Any] = json.loads((Path(__file__).parent / "mariadb_alters.json").read_text())
MARIADB = (10, 11, 18)

# The server says INSTANT and copies the rows into the other engine all the same.
COPIES = "ALTER TABLE t ENGINE=MyISAM"
# An index on a virtual column that is added in the same statement: the lock is not foreseen.
UNFORESEEN = "ALTER TABLE t ADD COLUMN z int AS (a+1) VIRTUAL, ADD INDEX k (z)"


def statements(sql: str, dialect: Dialect) -> tuple[Statement, ...]:
    facts = read(sql, dialect)
    assert not facts.problems, (sql, facts.problems)
    return facts.statements


def catalog(dialect: Dialect, *texts: str) -> Catalog:
    """What is there after the statements of texts."""
    found = empty(dialect)
    for text in texts:
        file = File("setup.sql", read(text, dialect))
        for statement in statements(text, dialect):
            outcome = execute(found, statement, file=file, migration=0, session=Session())
            assert outcome.failure is None, (text, outcome.failure)
            found = outcome.after
    return found


def mariadb(sql: str, before: list[str], *, foreign_key_checks: bool = True) -> Cost | None:
    return online_ddl(
        statements(sql, "mysql")[0],
        catalog("mysql", *MEASURED["setup"], *before),
        "mariadb",
        MARIADB,
        foreign_key_checks=foreign_key_checks,
    )


@pytest.mark.parametrize(
    "it", MEASURED["measured"], ids=lambda it: "; ".join([*it["before"], it["sql"]])[-90:]
)
def test_what_mariadb_does_is_what_it_did_when_it_was_measured(it: dict[str, Any]) -> None:
    cost = mariadb(it["sql"], it["before"], foreign_key_checks=it["foreign_key_checks"])
    if cost is None:
        assert it["sql"] in {
            "ALTER TABLE t ALTER INDEX ia IGNORED",
            "ALTER TABLE t DISABLE KEYS",
            "ALTER TABLE t ADD SYSTEM VERSIONING",
        }
    elif it["sql"] == COPIES:
        assert (cost.algorithm, cost.lock) == ("COPY", "SHARED")
    elif it["sql"] == UNFORESEEN:
        assert (cost.algorithm, cost.lock) == ("NOCOPY", "NONE")  # the lock is SHARED
    else:
        assert (cost.algorithm, cost.lock) == (it["algorithm"], it["lock"]), cost.why


def test_every_operation_of_the_oracle_is_foretold(corpus: Path) -> None:
    oracle = json.loads((corpus / "oracle" / "mariadb_algorithms.json").read_text())
    assert len(oracle["ops"]) > 50
    wrong = {}
    for name, it in oracle["ops"].items():
        before = []
        if name == "drop_fk":
            before = ["ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (pid) REFERENCES p(id)"]
        cost = mariadb(it["sql"], before, foreign_key_checks=name != "add_fk_checks_off")
        if cost is None or [cost.algorithm, cost.lock] != it["best"]:
            wrong[name] = cost
    assert not wrong


# --- MySQL -------------------------------------------------------------------------------------------------

TABLE = (
    "CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int, b varchar(20), big varchar(100), nn int NOT NULL, "
    "e enum('x','y'), d int, KEY ia (a), KEY id2 (d)) DEFAULT CHARSET=utf8mb4"
)
PARENT = "CREATE TABLE p (id int PRIMARY KEY)"
V57, V8011, V8012, V8027, V8028, V8029, V84 = (
    (5, 7, 44),
    (8, 0, 11),
    (8, 0, 12),
    (8, 0, 27),
    (8, 0, 28),
    (8, 0, 29),
    (8, 4, 0),
)


def mysql(sql: str, version: tuple[int, ...], *before: str, foreign_key_checks: bool = True) -> Cost | None:
    return online_ddl(
        statements(sql, "mysql")[0],
        catalog("mysql", PARENT, TABLE, *before),
        "mysql",
        version,
        foreign_key_checks=foreign_key_checks,
    )


# Rows of the tables of the manual: the statement, the version, the algorithm, the lock, whether it rebuilds.
MANUAL = [
    ("ADD INDEX k (nn)", V57, "INPLACE", "NONE", False),
    ("ADD INDEX k (nn)", V84, "INPLACE", "NONE", False),
    ("DROP INDEX ia", V84, "INPLACE", "NONE", False),
    ("RENAME INDEX ia TO ib", V84, "INPLACE", "NONE", False),
    ("ADD FULLTEXT INDEX f (b)", V84, "INPLACE", "SHARED", True),
    ("DROP PRIMARY KEY", V84, "COPY", "SHARED", True),
    ("DROP PRIMARY KEY, ADD PRIMARY KEY (nn)", V84, "INPLACE", "NONE", True),
    ("ADD COLUMN z int", V57, "INPLACE", "NONE", True),
    ("ADD COLUMN z int", V8011, "INPLACE", "NONE", True),
    ("ADD COLUMN z int", V8012, "INSTANT", "NONE", False),
    ("ADD COLUMN z int FIRST", V8028, "INPLACE", "NONE", True),
    ("ADD COLUMN z int FIRST", V8029, "INSTANT", "NONE", False),
    ("ADD COLUMN z int AFTER a", V84, "INSTANT", "NONE", False),
    ("ADD COLUMN z int NOT NULL AUTO_INCREMENT UNIQUE", V84, "INPLACE", "SHARED", True),
    ("ADD COLUMN z varchar(36) DEFAULT (uuid())", V84, "INPLACE", "NONE", True),
    ("ADD COLUMN z datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)", V84, "INSTANT", "NONE", False),
    ("DROP COLUMN b", V8028, "INPLACE", "NONE", True),
    ("DROP COLUMN b", V8029, "INSTANT", "NONE", False),
    ("DROP COLUMN a", V84, "INPLACE", "NONE", True),  # an index goes with it
    ("RENAME COLUMN a TO aa", V8027, "INPLACE", "NONE", False),
    ("RENAME COLUMN a TO aa", V8028, "INSTANT", "NONE", False),
    ("MODIFY b varchar(20) FIRST", V84, "INPLACE", "NONE", True),
    ("ALTER COLUMN a SET DEFAULT 1", V57, "INPLACE", "NONE", False),
    ("ALTER COLUMN a SET DEFAULT 1", V84, "INSTANT", "NONE", False),
    ("ALTER COLUMN a DROP DEFAULT", V84, "INSTANT", "NONE", False),
    ("MODIFY a bigint", V84, "COPY", "SHARED", True),
    ("MODIFY a int unsigned", V84, "COPY", "SHARED", True),
    ("MODIFY b varchar(63)", V84, "INPLACE", "NONE", False),
    ("MODIFY b varchar(64)", V84, "COPY", "SHARED", True),
    ("MODIFY b varchar(10)", V84, "COPY", "SHARED", True),
    ("MODIFY big varchar(191)", V84, "INPLACE", "NONE", False),
    ("MODIFY a int NOT NULL", V84, "INPLACE", "NONE", True),
    ("MODIFY nn int NULL", V84, "INPLACE", "NONE", True),
    ("MODIFY e enum('x','y','z')", V57, "INPLACE", "NONE", False),
    ("MODIFY e enum('x','y','z')", V84, "INSTANT", "NONE", False),
    ("MODIFY e enum('y','x')", V84, "COPY", "SHARED", True),
    ("AUTO_INCREMENT = 100", V84, "INPLACE", "NONE", False),
    ("ADD COLUMN z int AS (a + 1) STORED", V84, "COPY", "SHARED", True),
    ("ADD COLUMN z int AS (a + 1) VIRTUAL", V84, "INSTANT", "NONE", False),
    ("ADD CONSTRAINT fk FOREIGN KEY (d) REFERENCES p (id)", V84, "COPY", "SHARED", True),
    ("ROW_FORMAT = COMPRESSED", V84, "INPLACE", "NONE", True),
    ("CONVERT TO CHARACTER SET latin1", V84, "COPY", "SHARED", True),
    ("FORCE", V84, "INPLACE", "NONE", True),
    ("ENGINE = InnoDB", V84, "INPLACE", "NONE", True),
    ("RENAME TO u", V57, "INPLACE", "NONE", False),
    ("RENAME TO u", V84, "INSTANT", "NONE", False),
]


@pytest.mark.parametrize(("action", "version", "algorithm", "lock", "rebuilds"), MANUAL)
def test_what_mysql_does_is_what_its_manual_says(
    action: str, version: tuple[int, ...], algorithm: str, lock: str, rebuilds: bool
) -> None:
    cost = mysql(f"ALTER TABLE t {action}", version)
    assert cost is not None
    assert (cost.algorithm, cost.lock, cost.rebuilds) == (algorithm, lock, rebuilds), cost.why


def test_a_foreign_key_is_taken_on_trust_where_checks_are_off() -> None:
    cost = mysql("ALTER TABLE t ADD FOREIGN KEY (d) REFERENCES p (id)", V84, foreign_key_checks=False)
    assert cost is not None
    assert (cost.algorithm, cost.lock, cost.rebuilds) == ("INPLACE", "NONE", False)


def test_what_is_instant_alone_rebuilds_with_an_index() -> None:
    cost = mysql("ALTER TABLE t ADD COLUMN z int, ADD INDEX k (nn)", V84)
    assert cost is not None
    assert (cost.algorithm, cost.lock, cost.rebuilds) == ("INPLACE", "NONE", True)
    assert cost.why == "the column `z` is added, which is instant only on its own, and an index is built"


def test_the_weakest_of_several_actions_is_to_blame() -> None:
    sql = "ALTER TABLE t ADD COLUMN z int, MODIFY a bigint, ADD INDEX k (nn)"
    cost = mysql(sql, V84)
    assert cost is not None
    assert (cost.algorithm, cost.lock) == ("COPY", "SHARED")
    assert sql[cost.range.start : cost.range.end] == "MODIFY a bigint"
    assert cost.why == "the type of `a` changes from int to bigint, so the table is copied"


def test_a_full_text_index_takes_the_instant_out_of_a_new_column() -> None:
    cost = mysql("ALTER TABLE t ADD COLUMN z int", V84, "CREATE FULLTEXT INDEX f ON t (b)")
    assert cost is not None
    assert (cost.algorithm, cost.rebuilds) == ("INPLACE", True)


def test_an_algorithm_that_is_too_good_is_refused() -> None:
    cost = mysql("ALTER TABLE t MODIFY a bigint, ALGORITHM=INPLACE, LOCK=NONE", V84)
    assert cost is not None
    assert (cost.algorithm, cost.refused) == ("COPY", True)
    cost = mysql("ALTER TABLE t ADD COLUMN z int, ALGORITHM=INSTANT", V84)
    assert cost is not None
    assert not cost.refused


def test_an_algorithm_that_is_written_is_taken_where_it_is_worse() -> None:
    cost = mysql("ALTER TABLE t ADD INDEX k (nn), ALGORITHM=COPY", V84)
    assert cost is not None
    assert (cost.algorithm, cost.lock, cost.refused) == ("COPY", "SHARED", False)
    cost = mysql("ALTER TABLE t ADD INDEX k (nn), LOCK=EXCLUSIVE", V84)
    assert cost is not None
    assert (cost.algorithm, cost.lock) == ("INPLACE", "EXCLUSIVE")


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE unknown ADD COLUMN z int",
        "ALTER TABLE t MODIFY unknown int",
        "UPDATE t SET a = 1",
        "CREATE TABLE u (id int)",
        "ALTER TABLE t DISABLE KEYS",
    ],
)
def test_nothing_is_said_of_what_is_not_known(sql: str) -> None:
    assert mysql(sql, V84) is None


# --- SQLite ------------------------------------------------------------------------------------------------

SQLITE = [
    "CREATE TABLE p (id INTEGER PRIMARY KEY)",
    """CREATE TABLE t (
        id INTEGER PRIMARY KEY, a INT, b INT UNIQUE, c INT CHECK (c > 0), d INT REFERENCES p (id), e INT, f INT,
        g INT AS (k + 1), h INT, i INT, j INT, k INT, l INT, m INT, UNIQUE (e, f), CHECK (h > 0),
        FOREIGN KEY (i) REFERENCES p (id))""",
    "CREATE INDEX ia ON t (a)",
    "CREATE INDEX il ON t (lower(l)) WHERE m > 1",
    "CREATE VIEW v AS SELECT j FROM t",
    "CREATE TABLE alone (a INT)",
]
ADDED = [
    "z INT",
    "z INT PRIMARY KEY",
    "z INT UNIQUE",
    "z INT NOT NULL",
    "z INT NOT NULL DEFAULT 1",
    "z INT NOT NULL DEFAULT NULL",
    "z INT NOT NULL DEFAULT -1",
    "z INT DEFAULT (-1)",
    "z INT DEFAULT (1 + 1)",
    "z INT DEFAULT (random())",
    "z TEXT DEFAULT CURRENT_TIMESTAMP",
    "z TEXT DEFAULT (datetime('now'))",
    "z TEXT DEFAULT 'x'",
    "z BLOB DEFAULT x'00'",
    "z INT DEFAULT true",
    "z INT REFERENCES p (id)",
    "z INT REFERENCES p (id) DEFAULT 1",
    "z INT AS (a + 1)",
    "z INT AS (a + 1) STORED",
]
CHANGES = [
    *(f"ALTER TABLE t ADD COLUMN {it}" for it in ADDED),
    *(
        f"ALTER TABLE t DROP COLUMN {it}"
        for it in ["id", "a", "b", "c", "d", "e", "f", "h", "i", "j", "k", "l", "m"]
    ),
    "ALTER TABLE alone DROP COLUMN a",
]


def sqlite_says(sql: str, *, rows: bool) -> Iterator[str]:
    """Why the sqlite3 module refuses the statement, if it does."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    for it in SQLITE:
        connection.execute(it)
    if rows:
        connection.execute("INSERT INTO t (a) VALUES (1)")
    try:
        connection.execute(sql)
    except sqlite3.OperationalError as error:
        yield str(error)
    finally:
        connection.close()


@pytest.mark.skipif(
    sqlite3.sqlite_version_info < (3, 37), reason="DROP COLUMN and STRICT are of 3.35 and 3.37"
)
@pytest.mark.parametrize("sql", CHANGES)
def test_what_sqlite_refuses_is_foretold_in_its_words(sql: str) -> None:
    statement = statements(sql, "sqlite")[0]
    change = statement.does[0]
    assert isinstance(change, AddColumn | DropColumn)
    refused = online_ddl_sqlite.refusal(change, catalog("sqlite", *SQLITE))
    with_rows, without = list(sqlite_says(sql, rows=True)), list(sqlite_says(sql, rows=False))
    assert with_rows == ([refused.message] if refused else [])
    assert without == ([refused.message] if refused and refused.sure else [])


# --- SQL Server --------------------------------------------------------------------------------------------

SQLSERVER = [
    "CREATE TABLE dbo.p (id int NOT NULL CONSTRAINT p_pk PRIMARY KEY)",
    "CREATE TABLE dbo.t (id int NOT NULL, a int NULL, b nvarchar(50), CONSTRAINT t_pk PRIMARY KEY CLUSTERED (id))",
]


@pytest.mark.parametrize(
    ("sql", "lock", "time"),
    [
        ("CREATE INDEX i ON dbo.t (a)", "S", "build"),
        ("CREATE INDEX i ON dbo.t (a) WITH (ONLINE = ON)", "", "build"),
        ("CREATE CLUSTERED INDEX i ON dbo.t (a)", "Sch-M", "rewrite"),
        ("ALTER TABLE dbo.t ADD z int NULL", "Sch-M", "instant"),
        ("ALTER TABLE dbo.t ADD z int NOT NULL CONSTRAINT z_df DEFAULT 0", "Sch-M", "instant"),
        ("ALTER TABLE dbo.t ADD z datetime2 NOT NULL DEFAULT getdate()", "Sch-M", "instant"),
        ("ALTER TABLE dbo.t ADD z uniqueidentifier NOT NULL DEFAULT newid()", "Sch-M", "rewrite"),
        ("ALTER TABLE dbo.t ADD z nvarchar(max) NOT NULL DEFAULT ''", "Sch-M", "rewrite"),
        ("ALTER TABLE dbo.t ADD z int IDENTITY(1,1)", "Sch-M", "rewrite"),
        ("ALTER TABLE dbo.t ALTER COLUMN a bigint", "Sch-M", "rewrite"),
        ("ALTER TABLE dbo.t ALTER COLUMN a int NOT NULL", "Sch-M", "scan"),
        ("ALTER TABLE dbo.t ALTER COLUMN b nvarchar(100)", "Sch-M", "instant"),
        ("ALTER TABLE dbo.t ALTER COLUMN b nvarchar(20)", "Sch-M", "rewrite"),
        ("ALTER TABLE dbo.t ADD CONSTRAINT c CHECK (a > 0)", "Sch-M", "scan"),
        ("ALTER TABLE dbo.t WITH NOCHECK ADD CONSTRAINT c CHECK (a > 0)", "Sch-M", "instant"),
        ("ALTER TABLE dbo.t ADD CONSTRAINT u UNIQUE NONCLUSTERED (a)", "Sch-M", "build"),
        ("ALTER TABLE dbo.t WITH CHECK CHECK CONSTRAINT c", "Sch-M", "scan"),
        ("ALTER TABLE dbo.t DROP COLUMN a", "Sch-M", "instant"),
        ("EXEC sp_rename 'dbo.t.a', 'z', 'COLUMN'", "Sch-M", "instant"),
    ],
)
def test_what_sql_server_locks_is_what_its_manual_says(sql: str, lock: str, time: str) -> None:
    cost = online_ddl_sqlserver.cost(statements(sql, "sqlserver")[0], catalog("sqlserver", *SQLSERVER))
    assert cost is not None
    assert (cost.lock, cost.time) == (lock, time)


def test_the_standard_edition_writes_the_default_into_every_row_and_builds_indexes_under_a_lock() -> None:
    before = catalog("sqlserver", *SQLSERVER)
    added = statements("ALTER TABLE dbo.t ADD z int NOT NULL DEFAULT 0", "sqlserver")[0]
    index = statements("CREATE INDEX i ON dbo.t (a) WITH (ONLINE = ON)", "sqlserver")[0]
    costs = [online_ddl_sqlserver.cost(it, before, enterprise=False) for it in (added, index)]
    assert [(it.lock, it.time) for it in costs if it] == [("Sch-M", "rewrite"), ("S", "build")]


def test_a_foreign_key_locks_the_other_table_too() -> None:
    sql = "ALTER TABLE dbo.t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES dbo.p (id)"
    cost = online_ddl_sqlserver.cost(statements(sql, "sqlserver")[0], catalog("sqlserver", *SQLSERVER))
    assert cost is not None
    assert (cost.time, [str(it) for it in cost.also]) == ("scan", ["dbo.p"])
