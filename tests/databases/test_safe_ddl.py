"""The advice is run on a real PostgreSQL, as a migration tool would: it comes to what the change itself does."""

from collections.abc import Iterator

import pytest

from crowsfoot.databases.locks import effects
from crowsfoot.databases.safe_ddl import Advice, lock_timeout, safe_ddl, safe_sequence
from crowsfoot.databases.tools import Tool, Transport
from crowsfoot.facts.sql import Change
from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog import execute, model
from crowsfoot.link.project import File

from ..postgres import Postgres, Server
from . import locks_seen

MAJOR = 16

TABLES = """
CREATE TABLE "Parent"(id int PRIMARY KEY, name text);
CREATE TABLE t(id int PRIMARY KEY, a int, b varchar(50), c text, n int NOT NULL DEFAULT 4, parent_id int);
INSERT INTO "Parent" SELECT g, 'p' || g FROM generate_series(1, 100) g;
INSERT INTO t SELECT g, g, 'b' || g, 'c' || g, g, 1 + g % 100 FROM generate_series(1, 2500) g;
CREATE INDEX t_b_idx ON t(b);
CREATE MATERIALIZED VIEW mv AS SELECT id, a FROM t;
CREATE UNIQUE INDEX mv_u ON mv(id);
CREATE TABLE bare(id int, v int);
INSERT INTO bare SELECT g, g FROM generate_series(1, 2500) g;
CREATE TABLE watched(id int PRIMARY KEY, a int CHECK (a > 0), b int, c int);
CREATE POLICY p ON watched USING (b > 0);
CREATE VIEW seen AS SELECT id, c FROM watched;
CREATE TABLE pt(id int, k int) PARTITION BY RANGE (k);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (1000);
CREATE TABLE pt2 PARTITION OF pt FOR VALUES FROM (1000) TO (2000);
INSERT INTO pt SELECT g, g FROM generate_series(1, 1900) g;
"""

CHANGES = [
    "CREATE INDEX i ON t(a)",
    """CREATE INDEX "Odd name" ON t(lower(c) text_pattern_ops DESC NULLS LAST, a) WHERE a > 3""",
    "CREATE UNIQUE INDEX i ON t USING btree (a) INCLUDE (b, c) NULLS NOT DISTINCT",
    "CREATE INDEX i ON pt(id)",
    "DROP INDEX t_b_idx",
    'ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (parent_id) REFERENCES "Parent"(id) ON DELETE CASCADE',
    'ALTER TABLE t ADD FOREIGN KEY (parent_id) REFERENCES "Parent" DEFERRABLE INITIALLY DEFERRED',
    "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0 AND b <> 'x')",
    "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a, n) DEFERRABLE",
    "ALTER TABLE t ADD UNIQUE (a)",
    "ALTER TABLE bare ADD PRIMARY KEY (id)",
    "ALTER TABLE bare ADD CONSTRAINT own PRIMARY KEY (id, v)",
    "ALTER TABLE t ALTER COLUMN n TYPE bigint",
    "ALTER TABLE t ALTER COLUMN c TYPE int USING (length(c) + 1)",
    "ALTER TABLE bare ALTER COLUMN v TYPE numeric(10,2)",
    "ALTER TABLE t ADD COLUMN x uuid NOT NULL DEFAULT gen_random_uuid()",
    "ALTER TABLE t ADD COLUMN x timestamptz DEFAULT clock_timestamp()",
    "ALTER TABLE t ADD COLUMN x int CHECK (x > 0)",
    "ALTER TABLE t ADD COLUMN x int UNIQUE",
    'ALTER TABLE t ADD COLUMN x int DEFAULT 1 REFERENCES "Parent"(id)',
    "REINDEX TABLE t",
    "REINDEX INDEX t_b_idx",
    "REFRESH MATERIALIZED VIEW mv",
    "ALTER TABLE pt DETACH PARTITION pt1",
]

TRANSPORTS: list[Transport] = ["batch", "split", "transaction", "adapter"]

SCHEMA = """
SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
    || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || ' ' || convalidated
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT indrelid::regclass || ' ' || CASE WHEN p.inhrelid IS NULL THEN pg_get_indexdef(indexrelid) ELSE '' END
    || ' ' || indisvalid
FROM pg_index JOIN pg_class c ON c.oid = indexrelid LEFT JOIN pg_inherits p ON p.inhrelid = indexrelid
WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT inhrelid::regclass || ' of ' || inhparent::regclass FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
WHERE c.relkind = 'r'
"""


@pytest.fixture(scope="module")
def connection(postgres_server: Server) -> Iterator[Postgres]:
    """One database for all tests here, which each of them empties: to make one takes longer than that."""
    made = postgres_server.database()
    yield made
    made.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("statement", CHANGES)
def test_the_advice_comes_to_what_the_change_does(
    statement: str, transport: Transport, connection: Postgres
) -> None:
    advice = _advice(statement, transport)
    assert advice is not None
    locks_seen.start(connection, TABLES)
    connection.run(statement)
    wanted = sorted(connection.run(SCHEMA))
    locks_seen.start(connection, TABLES)
    for script in advice.scripts:
        _run(script.statements, transport, bool(script.marker), connection)
    found = sorted(connection.run(SCHEMA))
    # DETACH ... CONCURRENTLY leaves a CHECK that says what the bounds of the partition were.
    assert [it for it in found if not it.startswith("pt1 pt1_k_check CHECK")] == wanted


def _run(statements: tuple[str, ...], transport: Transport, marked: bool, connection: Postgres) -> None:
    """One file, as the tool hands it over. A batched UPDATE is run until it changes nothing."""
    if statements[-1].startswith("UPDATE"):
        for statement in statements[:-1]:
            connection.run(statement)
        while connection.run(f"WITH x AS ({statements[-1]} RETURNING 1) SELECT count(*) FROM x") != ["0"]:
            pass
    elif transport == "batch":
        connection.run(" \\; ".join(statements))
    elif transport == "transaction" and not marked:
        for statement in ("BEGIN", *statements, "COMMIT"):
            connection.run(statement)
    else:
        for statement in statements:
            connection.run(statement)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("statement", CHANGES)
def test_no_step_of_the_advice_keeps_writers_waiting_while_rows_are_read(
    statement: str, transport: Transport
) -> None:
    advice = _advice(statement, transport)
    assert advice is not None
    now = _start()
    for script in advice.scripts:
        for each in read(str(script), "postgresql").statements:
            ran = execute.run(
                now,
                [each],
                file=File("x.sql", read(str(script), "postgresql")),
                migration=1,
                in_block=False,
                postgres=MAJOR,
            )
            assert ran.failure is None, ran.failure
            does = effects(each, now, ran.catalog, MAJOR)
            for lock in does.locks:
                if lock.mode.blocks_writes and lock.table is not None and lock.kind == "table":
                    assert does.time(lock.table) == "instant", (str(script), lock)
            now = ran.catalog


@pytest.mark.parametrize("statement", CHANGES)
def test_what_is_advised_needs_no_advice(statement: str) -> None:
    advice = _advice(statement, "batch")
    assert advice is not None
    for script in advice.scripts:
        for each in read(str(script), "postgresql").statements:
            for change in each.does:
                found = safe_ddl(change, _start(), MAJOR, "batch")
                assert found is None or "SET NOT NULL" in str(script)


def test_what_must_be_alone_is_alone_wherever_a_file_is_one_text() -> None:
    for statement in CHANGES:
        for transport in TRANSPORTS[::2]:
            advice = _advice(statement, transport)
            assert advice is not None
            for script in advice.scripts:
                if "CONCURRENTLY" in str(script) and "REFRESH" not in str(script):
                    assert len(script.statements) == 1


def test_what_one_statement_does_at_once_is_taken_apart() -> None:
    (statement,) = read(
        "ALTER TABLE t ADD UNIQUE (a), ADD UNIQUE (b), ADD CHECK (n > 0)", "postgresql"
    ).statements
    advice = safe_sequence(statement.does, _start(), MAJOR, "batch")
    assert advice is not None
    assert [len(it.statements) for it in advice.scripts] == [1, 1, 1, 3]
    assert [it.statements[0][:30] for it in advice.scripts] == [
        "CREATE UNIQUE INDEX CONCURRENT",
        "CREATE UNIQUE INDEX CONCURRENT",
        'ALTER TABLE "t" ADD CONSTRAINT',
        'ALTER TABLE "t" ADD CONSTRAINT',
    ]
    assert safe_sequence((*statement.does, _change("DROP TABLE t")), _start(), MAJOR, "batch") is None


def test_prisma_cannot_split_a_file_that_drops_an_index_concurrently() -> None:
    for statement in ("DROP INDEX t_b_idx", "REINDEX TABLE t"):
        advice = _advice(statement, "split")
        assert advice is not None
        assert [len(it.statements) for it in advice.scripts] == [1]
        assert "alone in its file" in advice.scripts[0].purpose


def test_one_file_is_enough_where_each_statement_is_a_transaction() -> None:
    advice = _advice("ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0)", "split")
    assert advice is not None
    assert len(advice.scripts) == 1
    advice = _advice("ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0)", "batch")
    assert advice is not None
    assert len(advice.scripts) == 2


def test_a_tool_is_told_not_to_open_a_transaction() -> None:
    change = _change("CREATE INDEX i ON t(a)")
    advice = safe_ddl(change, _start(), MAJOR, "transaction", "goose")
    assert advice is not None
    assert str(advice.scripts[0]).startswith("-- +goose NO TRANSACTION\nCREATE INDEX CONCURRENTLY")


@pytest.mark.parametrize(
    ("statement", "postgres"),
    [
        ("CREATE INDEX CONCURRENTLY i ON t(a)", 16),
        ("DROP INDEX IF EXISTS nope", 16),
        ("ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0) NOT VALID", 16),
        ("ALTER TABLE t ADD COLUMN x int NOT NULL DEFAULT 0", 16),
        ("ALTER TABLE t ALTER COLUMN b TYPE text", 16),
        ("ALTER TABLE t ADD COLUMN x int NOT NULL", 16),
        ("ALTER TABLE t ADD COLUMN x serial", 16),
        ("ALTER TABLE bare ADD PRIMARY KEY (id)", 11),
        ("ALTER TABLE t ALTER COLUMN id TYPE bigint", 16),
        ("ALTER TABLE watched ALTER COLUMN a TYPE bigint", 16),
        ("ALTER TABLE watched ALTER COLUMN b TYPE bigint", 16),
        ("ALTER TABLE watched ALTER COLUMN c TYPE bigint", 16),
        ("ALTER TABLE pt DETACH PARTITION pt1", 13),
        ("REINDEX TABLE t", 11),
        ("DROP INDEX t_pkey", 16),
        ("ALTER TABLE nope ADD CHECK (a > 0)", 16),
    ],
)
def test_there_is_no_advice_where_none_is_needed_or_known(statement: str, postgres: int) -> None:
    assert safe_ddl(_change(statement), _start(), postgres, "batch") is None


def test_set_local_ends_with_the_file() -> None:
    assert lock_timeout("batch") == ("SET LOCAL lock_timeout = '5s'", None)
    assert lock_timeout("split", 3) == ("SET lock_timeout = '3s'", "RESET lock_timeout")


def _advice(statement: str, transport: Transport) -> Advice | None:
    tool: Tool = "goose" if transport == "transaction" else "prisma"
    return safe_ddl(_change(statement), _start(), MAJOR, transport, tool)


def _change(statement: str) -> Change:
    ((change,),) = [it.does for it in read(statement, "postgresql").statements]
    return change


def _start() -> model.Catalog:
    catalog = model.empty("postgresql")
    facts = read(TABLES, "postgresql")
    for statement in facts.statements:
        ran = execute.run(
            catalog,
            [statement],
            file=File("x.sql", facts),
            migration=0,
            in_block=False,
            postgres=MAJOR,
        )
        assert ran.failure is None, ran.failure
        catalog = ran.catalog
    return catalog
