"""Layouts and facts to histories: what each statement meets, and which migrations are new."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from crowsfoot.frontends import read
from crowsfoot.link import link
from crowsfoot.link.assumed import Assumed, Changes
from crowsfoot.link.history import History
from crowsfoot.link.layouts import Chosen, find_layouts
from crowsfoot.link.project import File, Project
from crowsfoot.source import Source

LOCK = 'provider = "postgresql"\n'
SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\n\nmodel a {\n  id Int @id\n}\n'


def project(
    given: Mapping[str, str | None],
    assumed: Assumed = Assumed(),
    **chosen: Any,
) -> Project:
    """The project of files, given as path -> text; None is a file that could not be read."""
    texts = {path: text for path, text in given.items() if path.endswith(".sql")}
    others = [Source(path, text) for path, text in given.items() if text is not None and path not in texts]
    facts = [(it.path, said) for it in others if (said := read(it))]
    layouts = find_layouts(texts, [File(path, it) for path, it in facts], Chosen(**chosen))
    for layout in layouts:
        for entry in layout.entries:
            text = texts[entry.path]
            if text is not None and (said := read(Source(entry.path, text), layout.dialect)):
                facts.append((entry.path, said))
    return link(facts, layouts=layouts, assumed=assumed)


def prisma(*texts: str | None, assumed: Assumed = Assumed(), package: str = "{}") -> History:
    """The history of migrations of Prisma, called a, b, c, ...; package is the text of package.json."""
    files: dict[str, str | None] = {"m/migration_lock.toml": LOCK, "package.json": package}
    files |= {f"m/{'abcdefgh'[at]}/migration.sql": text for at, text in enumerate(texts)}
    (history,) = project(files, assumed).histories
    return history


def tables(history: History) -> set[str]:
    return {it.name for it in history.final.tables.values()}


# Replaying


def test_each_step_knows_what_it_meets_and_what_it_leaves() -> None:
    history = prisma("CREATE TABLE a (id int);", "DROP TABLE a; CREATE TABLE b (id int);")
    first, second = history.migrations
    assert [str(it) for it in (*first.steps, *second.steps)] == [
        "a: CREATE TABLE",
        "b: DROP TABLE",
        "b: CREATE TABLE",
    ]
    drop, create = second.steps
    assert [len(it.tables) for it in (drop.before, drop.after, create.after)] == [1, 0, 1]
    assert second.number == 1
    assert second.history is history
    assert drop.migration is second
    assert drop.transaction is create.transaction
    assert drop.in_transaction
    assert not first.steps[0].in_transaction
    assert tables(history) == {"b"}


def test_a_migration_that_fails_leaves_nothing_and_the_next_one_runs() -> None:
    history = prisma(
        "CREATE TABLE a (id int); DROP TABLE x; CREATE TABLE b (id int);", "CREATE TABLE c (id int);"
    )
    failed, after = history.migrations
    assert failed.failure
    assert failed.failure.code == "42P01"
    assert [it.failure is not None for it in failed.steps] == [False, True, False]
    assert after.failure is None
    assert tables(history) == {"c"}


def test_what_was_committed_before_a_failure_stays() -> None:
    history = prisma("BEGIN; CREATE TABLE a (id int); COMMIT; DROP TABLE x; CREATE TABLE b (id int);")
    assert tables(history) == {"a"}


def test_a_text_that_is_broken_anywhere_does_nothing() -> None:
    history = prisma("CREATE TABLE a (id int); CREATE TABEL b (id int);", "CREATE TABLE c (id int);")
    failure = history.migrations[0].failure
    assert failure
    assert (failure.code, failure.span.path) == ("42601", "m/a/migration.sql")
    assert tables(history) == {"c"}
    assert history.final.certain


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE a ADD COLUMN x int;",
        'CREATE INDEX i ON "B" (id);',
        "DROP TYPE mood;",
        "INSERT INTO c VALUES (1);",
        "DROP INDEX c_id;",
        "ALTER TABLE d DROP COLUMN added;",
    ],
)
def test_only_the_first_of_what_a_broken_text_entails_is_said(text: str) -> None:
    broken = (
        "CREATE TABLE a (id int); CREATE TABEL \"B\" (id int); CREATE TYPE mood AS ENUM ('ok');"
        "/* c */ -- d\n CREATE TABLE c (id int,); ALTER TABLE d ADD COLUMN IF NOT EXISTS added int;"
        "DO $$ BEGIN CREATE INDEX c_id ON c (id); END $$;"
    )
    history = prisma("CREATE TABLE d (id int);", broken, text, "DROP TABLE nowhere;")
    assert [it.failure is not None for it in history.migrations] == [False, True, False, True]


def test_what_a_broken_text_makes_is_known_once_another_makes_it() -> None:
    history = prisma("CREATE TABLE a (id int,);", "CREATE TABLE a (id int);", "CREATE TABLE a (id int);")
    assert [it.failure is not None for it in history.migrations] == [True, False, True]


def test_only_the_first_of_what_fails_for_want_of_a_table_is_said() -> None:
    history = prisma(
        "CREATE TABLE a (id int); DROP TABLE x;", "ALTER TABLE a ADD COLUMN y int;", "DROP TABLE z;"
    )
    assert [it.failure is not None for it in history.migrations] == [True, False, True]


def test_statement_by_statement_what_stands_before_a_broken_one_runs() -> None:
    (history,) = project(
        {"migrations/postgres/1_a.sql": "CREATE TABLE a (id int); CREATE TABEL b (id int);"}
    ).histories
    assert history.migrations[0].failure is None
    assert tables(history) == {"a"}
    assert not history.final.certain


def test_after_a_migration_that_cannot_be_read_nothing_is_certain() -> None:
    history = prisma("CREATE TABLE a (id int);", None, "DROP TABLE b;")
    assert [it.name for it in history.migrations] == ["a", "b", "c"]
    assert history.migrations[0].steps[0].after.certain
    assert not history.migrations[2].steps[0].before.certain
    assert history.migrations[2].failure is None, "the second one may have created it"


def test_before_a_file_that_is_named_alone_anything_may_have_run() -> None:
    (history,) = project({"x.sql": "DROP TABLE a;"}, files=frozenset({"x.sql"})).histories
    assert history.migrations[0].failure is None


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("ALTER TABLE b ADD COLUMN x int;", None),
        ("INSERT INTO b VALUES (1);", None),
        ("ALTER TABLE a ADD COLUMN id int;", "42701"),
    ],
)
def test_migrations_of_a_database_that_others_have_begun_may_speak_of_its_tables(
    sql: str, code: str | None
) -> None:
    files = {"migrations/postgres/1_a.sql": "CREATE TABLE a (id int);", "migrations/postgres/2_b.sql": sql}
    (history,) = project(files).histories
    failure = history.migrations[1].failure
    assert (failure.code if failure else None) == code


def test_a_new_migration_of_a_whole_history_may_not() -> None:
    files = {
        "migrations/postgres/1_a.sql": "CREATE TABLE a (id int);",
        "migrations/postgres/2_b.sql": "ALTER TABLE b ADD COLUMN x int;",
    }
    (history,) = project(files, Assumed(after="1_a")).histories
    failure = history.migrations[1].failure
    assert failure
    assert failure.code == "42P01"


def test_prisma_makes_every_database_from_nothing() -> None:
    failure = prisma("ALTER TABLE b ADD COLUMN x int;").migrations[0].failure
    assert failure
    assert failure.code == "42P01"


def test_the_version_of_prisma_decides_what_fails() -> None:
    sql = "SET lock_timeout = '1s'; CREATE INDEX CONCURRENTLY i ON a (id);"
    table = "CREATE TABLE a (id int);"
    older = prisma(table, sql, package='{"dependencies": {"prisma": "7.3.0"}}')
    newer = prisma(table, sql, package='{"dependencies": {"prisma": "7.4.0"}}')
    assert (older.prisma, newer.prisma) == ((7, 3), (7, 4))
    assert (older.migrations[1].transport, newer.migrations[1].transport) == ("batch", "split")
    assert older.migrations[1].failure
    assert older.migrations[1].failure.code == "25001"
    assert newer.migrations[1].failure is None


def test_the_major_version_of_postgresql_decides_too() -> None:
    sql = "ALTER TYPE e ADD VALUE 'b'; SELECT 1;"
    for major, code in ((11, "25001"), (12, None)):
        history = prisma("CREATE TYPE e AS ENUM ('a');", sql, assumed=Assumed(postgres=major))
        failure = history.migrations[1].failure
        assert (failure.code if failure else None) == code


def test_what_supabase_itself_has_made_is_not_missed() -> None:
    sql = (
        "CREATE TABLE a (id uuid REFERENCES auth.users (id)); CREATE EXTENSION pgcrypto WITH SCHEMA extensions;"
        "GRANT SELECT ON a TO anon, authenticated; CREATE POLICY p ON a TO service_role USING (id = auth.uid());"
        "ALTER PUBLICATION supabase_realtime ADD TABLE a; SELECT cron.schedule('x', '* * * * *', 'SELECT 1');"
    )
    (history,) = project({"supabase/migrations/1_a.sql": sql}).histories
    assert history.migrations[0].failure is None


def test_a_foreign_key_to_what_supabase_has_made_can_be_changed() -> None:
    sql = (
        "CREATE TABLE a (id uuid REFERENCES auth.users); ALTER TABLE a DROP CONSTRAINT a_id_fkey;"
        "ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES auth.users (id) NOT VALID;"
        "ALTER TABLE a VALIDATE CONSTRAINT f; ALTER TABLE a DROP CONSTRAINT f;"
    )
    (history,) = project({"supabase/migrations/1_a.sql": sql}).histories
    assert history.migrations[0].failure is None


# Which are new


def test_without_a_word_of_the_user_all_are_new_and_deployed_one_by_one() -> None:
    history = prisma("CREATE TABLE a (id int);", "DROP TABLE a;", "SELECT 1;")
    assert [(it.is_new, it.deploy_start) for it in history.migrations] == [(True, 0), (True, 1), (True, 2)]
    (drop,) = history.migrations[1].steps
    table = next(iter(drop.before.tables.values()))
    assert not drop.is_new(table)


def test_what_is_new_since_a_revision_is_deployed_together() -> None:
    changes = Changes(new=frozenset({"m/b/migration.sql", "m/c/migration.sql", "m/e/migration.sql"}))
    history = prisma(*(f"CREATE TABLE t{it} (id int);" for it in range(5)), assumed=Assumed(changes=changes))
    assert [(it.is_new, it.deploy_start) for it in history.migrations] == [
        (False, 0),
        (True, 1),
        (True, 1),
        (False, 3),
        (True, 4),
    ]
    (step,) = history.migrations[2].steps
    assert [step.is_new(it) for _, it in sorted(step.before.tables.items())] == [False, True]


@pytest.mark.parametrize(
    ("after", "new"),
    [("b", "c"), ("m", ""), ("a", "bc"), ("", "abc"), ("bb", "c"), ("B", "abc")],
)
def test_what_comes_after_a_name_is_new(after: str, new: str) -> None:
    history = prisma("SELECT 1;", "SELECT 2;", "SELECT 3;", assumed=Assumed(after=after))
    assert "".join(it.name for it in history.migrations if it.is_new) == new


@pytest.mark.parametrize(
    ("files", "after", "new"),
    [
        (("migrations/9_a.up.sql", "migrations/10_b.up.sql"), "9_a", ["10_b"]),
        (("migrations/9_a.up.sql", "migrations/10_b.up.sql"), "9", ["10_b"]),
        (("db/V9__a.sql", "db/V10__b.sql"), "V9__a", ["V10__b"]),
        (("db/V9__a.sql", "db/V10__b.sql"), "V9", ["V10__b"]),
        (
            ("m/20240101000000_a/migration.sql", "m/20240102000000_b/migration.sql"),
            "20240101000000",
            ["20240102000000_b"],
        ),
    ],
)
def test_names_are_compared_as_the_tool_compares_them(
    files: tuple[str, ...], after: str, new: list[str]
) -> None:
    texts = {"m/migration_lock.toml": LOCK, **dict.fromkeys(files, "SELECT 1;")}
    (history,) = project(texts, Assumed(after=after)).histories
    assert [it.name for it in history.migrations if it.is_new] == new


def test_edited_and_deleted_migrations_are_known() -> None:
    changes = Changes(
        edited=frozenset({"m/a/migration.sql"}),
        deleted=("m/0/migration.sql", "m/0/rollback.sql", "other/1/migration.sql"),
    )
    history = prisma("SELECT 1;", "SELECT 2;", assumed=Assumed(changes=changes))
    assert [it.edited for it in history.migrations] == [True, False]
    assert not any(it.is_new for it in history.migrations)
    assert history.deleted == ("0",)


def test_migrations_of_cockroachdb_are_replayed_and_not_reported_on() -> None:
    files = {
        "m/migration_lock.toml": 'provider = "cockroachdb"',
        "m/a/migration.sql": "CREATE TABLE a (id int);",
    }
    (history,) = project(files).histories
    assert tables(history) == {"a"}
    assert not history.migrations[0].is_new


def test_drizzle_runs_all_that_is_new_in_one_transaction() -> None:
    tags = ("0000_a", "0001_b", "0002_c")
    sql = ("CREATE TYPE e AS ENUM ('a');", "ALTER TYPE e ADD VALUE 'b';", "CREATE TABLE t (x e DEFAULT 'b');")
    files = {f"drizzle/{tag}.sql": text for tag, text in zip(tags, sql, strict=True)}
    entries = ", ".join(f'{{"tag": "{it}"}}' for it in tags)
    files["drizzle/meta/_journal.json"] = f'{{"dialect": "postgresql", "entries": [{entries}]}}'
    for after, code in (("0000_a", "55P04"), ("0001_b", None)):
        (history,) = project(files, Assumed(after=after)).histories
        failure = history.migrations[2].failure
        assert (failure.code if failure else None) == code


# Databases


def test_a_database_and_its_history_know_each_other() -> None:
    found = project(
        {
            "prisma/schema.prisma": SCHEMA,
            "prisma/migrations/1_a/migration.sql": "CREATE TABLE a (id int); CREATE INDEX i ON a (id) WHERE id > 0;",
        }
    )
    (database,), (history,) = found.databases, found.histories
    assert database.history is history
    assert history.database is database
    assert "i" in [it.name for it in database.tables["a"].indexes], "what only a migration creates counts"


def test_migrations_without_a_schema_are_a_database_of_their_own() -> None:
    found = project({"supabase/migrations/1_a.sql": "CREATE TABLE a (id int PRIMARY KEY);"})
    (database,) = found.databases
    assert list(database.tables) == ["a"]
    assert database.history is found.histories[0]
    assert found.histories[0].database is database


def test_what_only_migrations_make_stands_in_their_order() -> None:
    sql = "".join(f"CREATE TYPE e{it} AS ENUM ('a'); CREATE TABLE t{it} (x e{it});" for it in range(50))
    (database,) = project({"migrations/1_a.sql": sql}).databases
    assert list(database.enums) == [f"e{it}" for it in range(50)]
    assert list(database.tables) == [f"t{it}" for it in range(50)]


def test_migrations_of_a_schema_that_is_not_known_make_no_second_one() -> None:
    found = project(
        {
            "a/schema.prisma": SCHEMA,
            "b/deep/migrations/migration_lock.toml": LOCK,
            "b/deep/migrations/1_a/migration.sql": "CREATE TABLE a (id int);",
        }
    )
    assert [it.path for it in found.databases] == ["a/schema.prisma"]
    assert found.histories[0].database is None


# What real servers said

SETUP = (
    "CREATE TYPE mood AS ENUM ('x'); CREATE TABLE t (id int PRIMARY KEY, a int, m text);"
    "CREATE TABLE e (id int, m mood); INSERT INTO t VALUES (1, 1, 'x');"
)
# What rows do is not known without rows.
HANGS_ON_ROWS = {"partial_failure_rolls_back", "explicit_begin_commit_then_failure"}
# It is not known yet that rows have been written whose foreign keys are checked at the end (55006).
NOT_KNOWN = {"dml_then_ddl_with_deferred_fk_events"}


def test_31_files_end_as_prisma_saw_them_end_on_nine_versions(corpus: Path) -> None:
    cases = json.loads((corpus / "oracle/prisma_transactions.json").read_text())
    for name, case in cases.items():
        for major, said in case["pg"].items():
            history = prisma(SETUP, case["sql"], assumed=Assumed(postgres=int(major)))
            assert history.migrations[0].failure is None
            failure = history.migrations[1].failure
            code = failure.code if failure else "ok"
            expected = (
                "ok" if name in HANGS_ON_ROWS | NOT_KNOWN else said.partition(" | ")[0].partition(":")[0]
            )
            assert code == expected, f"{name} on {major}"


def test_what_a_failing_statement_takes_with_it_is_in_its_transaction(corpus: Path) -> None:
    cases = json.loads((corpus / "oracle/prisma_transactions.json").read_text())
    for name in HANGS_ON_ROWS:
        history = prisma(cases[name]["sql"])
        (failing,) = [it for it in history.migrations[0].steps if it.statement.verb == "SELECT"]
        kept = "CREATE TABLE" not in [it.statement.verb for it in failing.transaction.steps]
        assert all(it.endswith(f"kept={kept}") for it in cases[name]["pg"].values()), name
