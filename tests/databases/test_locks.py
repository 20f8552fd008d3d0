"""What statements lock, by cases that need no server; test_locks_oracle and test_locks_live compare with one."""

import msgspec
import pytest

from crowsfoot.databases.locks import Effects, Mode, effects
from crowsfoot.facts.sql import Statement, TypeName
from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog import execute, model
from crowsfoot.link.project import File
from crowsfoot.source import Range, Span

TABLES = """
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int PRIMARY KEY, parent_id int REFERENCES parent, email text);
INSERT INTO child VALUES (1, NULL, 'a');
CREATE TABLE fresh (id int PRIMARY KEY, parent_id int);
"""


def _effects(script: str, setup: str = TABLES, postgres: int = 16, deploy_start: int = 1) -> Effects:
    """What the last statement of the script does, after the others."""
    catalog = _replay(model.empty("postgresql"), setup, 0, postgres)
    *earlier, last = read(script, "postgresql").statements
    for statement in earlier:
        catalog = _run(catalog, statement, 1, postgres)
    return effects(last, catalog, _run(catalog, last, 1, postgres), postgres, deploy_start=deploy_start)


def _replay(catalog: model.Catalog, text: str, migration: int, postgres: int) -> model.Catalog:
    for statement in read(text, "postgresql").statements:
        catalog = _run(catalog, statement, migration, postgres)
    return catalog


def _run(catalog: model.Catalog, statement: Statement, migration: int, postgres: int) -> model.Catalog:
    facts = read("", "postgresql")
    ran = execute.run(
        catalog,
        [statement],
        file=File("x.sql", facts),
        migration=migration,
        in_block=False,
        postgres=postgres,
    )
    return ran.catalog


def _said(found: Effects) -> list[str]:
    return [f"{lock.mode} on {lock}, because {lock.why}" for lock in found.locks]


def test_a_mode_prints_as_postgresql_writes_it() -> None:
    assert f"{Mode.SHARE_ROW_EXCLUSIVE}" == "SHARE ROW EXCLUSIVE"
    assert str(max(Mode)) == "ACCESS EXCLUSIVE"


def test_readers_wait_for_one_mode_and_writers_for_four() -> None:
    assert [mode for mode in Mode if mode.blocks_reads] == [Mode.ACCESS_EXCLUSIVE]
    assert [str(mode) for mode in Mode if mode.blocks_writes] == [
        "SHARE",
        "SHARE ROW EXCLUSIVE",
        "EXCLUSIVE",
        "ACCESS EXCLUSIVE",
    ]


def test_every_lock_says_why() -> None:
    assert _said(_effects("ALTER TABLE child DROP CONSTRAINT child_parent_id_fkey")) == [
        "ACCESS EXCLUSIVE on child, because it loses a constraint",
        "ACCESS EXCLUSIVE on parent, because the dropped foreign key child_parent_id_fkey refers to it",
    ]


def test_every_action_has_its_own_place() -> None:
    text = "ALTER TABLE child ADD COLUMN a int, ADD COLUMN b int DEFAULT random()"
    found = _effects(text)
    first, second = found.asked
    assert text[first.range.start : first.range.end] == "ADD COLUMN a int"
    (work,) = found.work
    assert work.range == second.range
    assert work.why == "random() is volatile, so each row gets its own value"


def test_the_strongest_lock_of_a_table_counts() -> None:
    found = _effects("ALTER TABLE child VALIDATE CONSTRAINT child_parent_id_fkey, DROP COLUMN email")
    assert [str(lock.mode) for lock in found.asked if str(lock) == "child"] == [
        "SHARE UPDATE EXCLUSIVE",
        "ACCESS EXCLUSIVE",
    ]
    assert [str(lock.mode) for lock in found.locks] == ["ACCESS EXCLUSIVE"]


def test_what_a_statement_makes_is_new() -> None:
    found = _effects("CREATE TABLE x (id serial PRIMARY KEY, parent_id int REFERENCES parent)")
    assert {(lock.kind, lock.name) for lock in found.asked if lock.new} == {
        ("table", "x"),
        ("index", "x_pkey"),
        ("sequence", "x_id_seq"),
    }
    assert [(str(lock), lock.mode) for lock in found.locks] == [("parent", Mode.SHARE_ROW_EXCLUSIVE)]


@pytest.mark.parametrize(
    ("statement", "time"),
    [
        ("ALTER TABLE child ADD COLUMN x int", "instant"),
        ("ALTER TABLE child ALTER email SET NOT NULL", "scan"),
        ("CREATE INDEX i ON child (email)", "index build"),
        ("ALTER TABLE child ALTER id TYPE bigint, ALTER email SET NOT NULL", "rewrite"),
        ("TRUNCATE child", "instant"),
    ],
)
def test_the_longest_work_on_a_table_is_its_time(statement: str, time: str) -> None:
    found = _effects(statement)
    (table,) = {lock.table for lock in found.locks if lock.name == "child"}
    assert table is not None
    assert found.time(table) == time


def test_a_table_of_the_same_deploy_without_rows_costs_its_parent_no_scan() -> None:
    key = "ADD FOREIGN KEY (parent_id) REFERENCES parent"
    made = "CREATE TABLE new (parent_id int);"
    assert _effects(f"{made} ALTER TABLE new {key}").scanned == ()
    filled = "INSERT INTO new VALUES (1);"
    assert {it.name for it in _effects(f"{made} {filled} ALTER TABLE new {key}").scanned} == {"new", "parent"}
    assert {it.name for it in _effects(f"ALTER TABLE fresh {key}").scanned} == {"fresh", "parent"}
    assert _effects(f"ALTER TABLE fresh {key}", deploy_start=0).scanned == ()


def test_a_required_column_is_refused_where_rows_are_known() -> None:
    refused = _effects("ALTER TABLE child ADD COLUMN x int NOT NULL").refused
    assert refused is not None
    assert refused.code == "23502"
    assert refused.message == 'column "x" of relation "child" contains null values'
    assert _effects("ALTER TABLE fresh ADD COLUMN x int NOT NULL").refused is None


@pytest.mark.parametrize(
    ("statement", "command"),
    [
        ("CREATE INDEX CONCURRENTLY i ON child (email)", "CREATE INDEX CONCURRENTLY"),
        ("DROP INDEX CONCURRENTLY IF EXISTS nope", "DROP INDEX CONCURRENTLY"),
        ("REINDEX TABLE CONCURRENTLY child", "REINDEX CONCURRENTLY"),
        ("REINDEX SCHEMA CONCURRENTLY public", "REINDEX CONCURRENTLY"),
        ("REINDEX SCHEMA public", "REINDEX SCHEMA"),
        ("VACUUM ANALYZE child", "VACUUM"),
        ("CLUSTER", "CLUSTER"),
        ("CREATE DATABASE x", "CREATE DATABASE"),
        ("DROP DATABASE IF EXISTS x", "DROP DATABASE"),
        ("ALTER SYSTEM SET work_mem = '4MB'", "ALTER SYSTEM"),
        ("REINDEX TABLE child", None),
        ("CLUSTER child USING child_pkey", None),
        ("ANALYZE", None),
        ("SELECT 1", None),
    ],
)
def test_some_commands_run_outside_of_transactions_only(statement: str, command: str | None) -> None:
    found = _effects(statement)
    assert found.alone == command
    assert found.in_transaction == (command is None)


def test_an_enum_grows_in_a_transaction_since_postgresql_12() -> None:
    for postgres, command in ((11, "ALTER TYPE ... ADD"), (12, None)):
        found = _effects("CREATE TYPE e AS ENUM ('a'); ALTER TYPE e ADD VALUE 'b'", postgres=postgres)
        assert found.alone == command


def test_a_block_does_what_its_statements_do_even_under_an_if() -> None:
    found = _effects(
        "DO $$ BEGIN IF true THEN DROP TABLE child; END IF; EXECUTE 'TRUNCATE ' || tg_name; END $$"
    )
    assert [str(lock) for lock in found.locks] == ["child", "parent"]
    assert not found.certain


def test_an_unknown_statement_is_not_certain() -> None:
    assert not _effects("CHECKPOINT").certain
    assert _effects("SET search_path = public").certain


def test_names_that_nothing_is_known_of_lock_nothing() -> None:
    for statement in (
        "ALTER TABLE nope ADD COLUMN x int, DROP COLUMN y, ALTER z SET NOT NULL, ADD CHECK (a > 0)",
        "ALTER TABLE nope ADD FOREIGN KEY (a) REFERENCES nope2, DROP CONSTRAINT x, ENABLE TRIGGER ALL",
        "CREATE INDEX i ON nope (a)",
        "CREATE TRIGGER x AFTER INSERT ON nope EXECUTE FUNCTION f()",
        "DROP TABLE nope",
        "TRUNCATE nope",
        "UPDATE nope SET a = 1",
        "INSERT INTO nope SELECT * FROM nope2",
        "REFRESH MATERIALIZED VIEW nope",
        "ALTER SEQUENCE nope RESTART",
        "COMMENT ON COLUMN nope.a IS 'x'",
        "ALTER TABLE nope ATTACH PARTITION nope2 DEFAULT",
        "REINDEX INDEX nope",
    ):
        found = _effects(statement)
        assert found.locks == ()
        assert found.work == ()


def test_a_domain_that_is_made_of_itself_is_no_endless_one() -> None:
    domain = model.Domain("public", "d", TypeName("d", Range(0, 1)), Span("x.sql", 0, 1))
    catalog = _replay(model.empty("postgresql"), TABLES, 0, 16)
    catalog = msgspec.structs.replace(catalog, types=catalog.types.insert(("public", "d"), domain))
    (statement,) = read("ALTER TABLE child ADD COLUMN x d, ALTER email TYPE d", "postgresql").statements
    assert effects(statement, catalog, catalog, 16).locks


def test_many_statements_share_one_answer_where_nothing_is_locked() -> None:
    assert _effects("SET a.b = 'c'") is _effects("BEGIN")


def test_a_not_null_that_is_not_valid_leaves_the_reading_to_who_validates_it() -> None:
    later = "ALTER TABLE child ADD CONSTRAINT n NOT NULL email NOT VALID;"
    assert not _effects(later, postgres=18).work
    validated = _effects(f"{later} ALTER TABLE child VALIDATE CONSTRAINT n;", postgres=18)
    assert len(validated.work) == 1
    assert max(it.mode for it in validated.locks) == Mode.SHARE_UPDATE_EXCLUSIVE
    assert len(_effects(f"{later} ALTER TABLE child ALTER email SET NOT NULL;", postgres=18).work) == 1
    both = f"{later} ALTER TABLE child VALIDATE CONSTRAINT n;"
    assert not _effects(f"{both} ALTER TABLE child ALTER email SET NOT NULL;", postgres=18).work
    assert not _effects(f"{both} ALTER TABLE child VALIDATE CONSTRAINT n;", postgres=18).work
