"""Paths of SQL files to the folders of migrations that tools would run."""

from collections.abc import Mapping
from typing import Any

import pytest

from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import SqlFile
from crowsfoot.frontends import read
from crowsfoot.link.layouts import Chosen, Layout, find_layouts, sort_out
from crowsfoot.link.project import File
from crowsfoot.source import Range, Source

POSTGRES = 'datasource db {\n  provider = "postgresql"\n}\n'
MYSQL = 'datasource db {\n  provider = "mysql"\n}\n'
LOCK = 'provider = "postgresql"\n'


def layouts(
    project: Mapping[str, str | None], bare: tuple[str, ...] = (), **chosen: Any
) -> tuple[Layout, ...]:
    """The layouts among files, given as path -> text; None is a file that could not be read."""
    texts = {path: text for path, text in project.items() if path.endswith(".sql")}
    others = [Source(path, text) for path, text in project.items() if text is not None and path not in texts]
    facts = [(it.path, read(it)) for it in others]
    return find_layouts(texts, [File(path, it) for path, it in facts if it], Chosen(**chosen), bare)


def only(project: Mapping[str, str | None], **chosen: Any) -> Layout:
    (found,) = layouts(project, **chosen)
    return found


def names(*folders: str, text: str = "SELECT 1;\n") -> dict[str, str]:
    return dict.fromkeys(folders, text)


def run_order(layout: Layout) -> list[str]:
    return [it.name for it in layout.entries]


# Prisma


def test_prisma_has_a_folder_for_each_migration() -> None:
    found = only(
        {
            "prisma/schema.prisma": POSTGRES,
            "prisma/migrations/migration_lock.toml": LOCK,
            **names("prisma/migrations/2_b/migration.sql", "prisma/migrations/10_c/migration.sql"),
            **names("prisma/migrations/1_a/migration.sql", "prisma/migrations/1_a/rollback.sql"),
            **names("prisma/seed.sql", "prisma/programs/views.sql"),
        }
    )
    assert (found.tool, found.folder, found.dialect) == ("prisma", "prisma/migrations", "postgresql")
    assert run_order(found) == ["10_c", "1_a", "2_b"]
    assert [it.path for it in found.entries][1] == "prisma/migrations/1_a/migration.sql"
    assert (found.schema, found.lock_file) == (
        "prisma/schema.prisma",
        "prisma/migrations/migration_lock.toml",
    )
    assert not found.guessed


def test_newer_versions_of_prisma_sort_as_people_do() -> None:
    files = {
        "migrations/migration_lock.toml": LOCK,
        **names("migrations/1_b/migration.sql", "migrations/10_a/migration.sql"),
        **names("migrations/1_B/migration.sql", "migrations/1_a/migration.sql"),
    }
    older = only({**files, "package.json": '{"dependencies": {"prisma": "6.4.0"}}'})
    newer = only({**files, "package.json": '{"dependencies": {"prisma": "6.8.0"}}'})
    assert run_order(older) == ["10_a", "1_B", "1_a", "1_b"]
    assert run_order(newer) == ["1_a", "1_b", "1_B", "10_a"]


@pytest.mark.parametrize(
    ("folder", "others"),
    [
        ("db/history", {"db/history/migration_lock.toml": LOCK}),
        ("db/history", {"db/schema.prisma": POSTGRES}),
        ("db/history", {"db/models/schema.prisma": POSTGRES}),
        ("packages/database/migration", {}),
        ("prisma/postgresql-migrations", {}),
        ("build/x", {"prisma.config.ts": "export default { migrations: { path: 'build/x' } }"}),
        ("a/b", {"a/prisma.config.ts": "export default { migrations: { path: './b' } }"}),
    ],
)
def test_a_lock_file_a_schema_a_name_or_a_setting_makes_a_folder_prismas(
    folder: str, others: dict[str, str]
) -> None:
    found = only({f"{folder}/1_a/migration.sql": "SELECT 1;", **others})
    assert (found.tool, found.folder) == ("prisma", folder)


def test_a_migration_sql_anywhere_else_is_none() -> None:
    assert layouts(names("docs/example/migration.sql", "migration.sql")) == ()


def test_a_folder_may_be_called_like_a_file() -> None:
    found = only({"migrations/migration_lock.toml": LOCK, **names("migrations/1_a.sql/migration.sql")})
    assert run_order(found) == ["1_a.sql"]


def test_what_lies_deeper_than_prisma_looks_is_none() -> None:
    found = only(
        {
            "migrations/migration_lock.toml": LOCK,
            **names("migrations/1_a/migration.sql", "migrations/old/migrations/1_x/migration.sql"),
        }
    )
    assert run_order(found) == ["1_a"]


def test_each_of_two_databases_has_its_own_migrations() -> None:
    first, second = layouts(
        {
            "apps/a/prisma/schema.prisma": POSTGRES,
            "apps/b/prisma/schema.prisma": MYSQL,
            **names(
                "apps/a/prisma/migrations/1_x/migration.sql", "apps/b/prisma/migrations/1_x/migration.sql"
            ),
        }
    )
    assert (first.schema, first.dialect) == ("apps/a/prisma/schema.prisma", "postgresql")
    assert (second.schema, second.dialect) == ("apps/b/prisma/schema.prisma", "mysql")


def test_of_schemas_side_by_side_the_migrations_are_called_after_theirs() -> None:
    first, second = layouts(
        {
            "prisma/mysql-schema.prisma": MYSQL,
            "prisma/postgresql-schema.prisma": POSTGRES,
            **names("prisma/mysql-migrations/1_x/migration.sql"),
            **names("prisma/postgresql-migrations/1_x/migration.sql"),
        }
    )
    assert (first.schema, first.dialect) == ("prisma/mysql-schema.prisma", "mysql")
    assert (second.schema, second.dialect) == ("prisma/postgresql-schema.prisma", "postgresql")


def test_the_usual_name_decides_between_copies_of_a_schema() -> None:
    found = only(
        {
            "prisma/schema.full.prisma": POSTGRES,
            "prisma/schema.prisma": POSTGRES,
            **names("prisma/migrations/1_x/migration.sql"),
        }
    )
    assert found.schema == "prisma/schema.prisma"


def test_where_nothing_decides_no_schema_is_taken() -> None:
    found = only(
        {
            "prisma/a.prisma": POSTGRES,
            "prisma/b.prisma": POSTGRES,
            **names("prisma/migrations/1_x/migration.sql"),
        }
    )
    assert found.schema is None


def test_settings_join_a_schema_and_its_migrations() -> None:
    config = "export default { schema: 'db/models', migrations: { path: 'sql/steps' } }"
    found = only(
        {
            "prisma.config.ts": config,
            "db/models/base.prisma": POSTGRES,
            "db/models/user.prisma": "model User {\n  id Int @id\n}\n",
            **names("sql/steps/1_x/migration.sql"),
        }
    )
    assert (found.folder, found.schema) == ("sql/steps", "db/models/base.prisma")


def test_the_lock_file_decides_on_the_dialect() -> None:
    found = only({"m/migration_lock.toml": 'provider = "sqlserver"', **names("m/1_x/migration.sql")})
    assert (found.dialect, found.provider) == ("sqlserver", "sqlserver")


def test_cockroachdb_is_told_apart() -> None:
    found = only({"m/migration_lock.toml": 'provider = "cockroachdb"', **names("m/1_x/migration.sql")})
    assert (found.dialect, found.provider) == ("postgresql", "cockroachdb")


def test_a_folder_without_its_migration_is_a_problem() -> None:
    (found,) = layouts(
        {"m/migration_lock.toml": LOCK, **names("m/1_x/migration.sql")}, bare=("m/2_y", "elsewhere/3_z")
    )
    assert [(it.span.path, it.kind) for it in found.problems] == [("m/2_y/migration.sql", "unreadable")]
    assert "P3015" in found.problems[0].message


def test_a_migration_that_cannot_be_read_keeps_its_place() -> None:
    found = only({"m/migration_lock.toml": LOCK, "m/1_x/migration.sql": None, **names("m/2_y/migration.sql")})
    assert run_order(found) == ["1_x", "2_y"]


# Other tools


def test_supabase_runs_what_begins_with_a_version_by_name() -> None:
    found = only(
        names(
            "supabase/migrations/20240102000000_b.sql",
            "supabase/migrations/20240101000000_a.sql",
            "supabase/migrations/notes.sql",
            "supabase/seed.sql",
        )
    )
    assert (found.tool, run_order(found)) == ("supabase", ["20240101000000_a", "20240102000000_b"])


def test_supabase_is_postgresql_whatever_its_texts_look_like() -> None:
    sql = "-- MySQL has AUTO_INCREMENT, ENGINE=InnoDB and UNSIGNED\nCREATE TABLE a (id int);"
    found = only({"supabase/migrations/1_a.sql": sql, "supabase/migrations/2_b.sql": sql})
    assert found.dialect == "postgresql"


def test_what_an_old_supabase_made_first_is_passed_over() -> None:
    folder = "supabase/migrations"
    old = only(names(f"{folder}/20211208000000_init.sql", f"{folder}/20240101000000_a.sql"))
    assert run_order(old) == ["20240101000000_a"]
    new = only(names(f"{folder}/20211209000000_init.sql", f"{folder}/20240101000000_a.sql"))
    assert run_order(new) == ["20211209000000_init", "20240101000000_a"]


def test_flyway_counts_versions_part_by_part_and_repeats_last() -> None:
    folder = "src/main/resources/db/migration"
    files = (
        "V10__c.sql",
        "V2__b.sql",
        "V1.9__a.sql",
        "V1_10__a.sql",
        "R__views.sql",
        "U2__b.sql",
        "notes.sql",
    )
    found = only(names(*(f"{folder}/{it}" for it in files)))
    assert found.tool == "flyway"
    assert run_order(found) == ["V1.9__a", "V1_10__a", "V2__b", "V10__c", "R__views"]


def test_golang_migrate_runs_the_way_up_by_number() -> None:
    files = ("9_a.up.sql", "9_a.down.sql", "10_b.up.sql", "10_b.down.sql", "README.sql")
    found = only(names(*(f"db/migrations/{it}" for it in files)))
    assert (found.tool, run_order(found)) == ("golang-migrate", ["9_a", "10_b"])


def test_sqlx_is_known_by_its_comment() -> None:
    found = only(
        {"migrations/1_a.sql": "SELECT 1;", "migrations/2_b.sql": "-- no-transaction\nVACUUM;"},
    )
    assert (found.tool, run_order(found)) == ("sqlx", ["1_a", "2_b"])


def test_goose_and_dbmate_are_known_by_their_comments_whatever_the_folder() -> None:
    goose = only(names("sql/schema/002_b.sql", "sql/schema/01_a.sql", text="-- +goose Up\nSELECT 1;"))
    assert (goose.tool, run_order(goose)) == ("goose", ["01_a", "002_b"])
    dbmate = only(names("sql/steps/2_b.sql", "sql/steps/10_a.sql", text="-- migrate:up\nSELECT 1;"))
    assert (dbmate.tool, run_order(dbmate)) == ("dbmate", ["10_a", "2_b"])


def test_drizzle_runs_what_its_journal_lists() -> None:
    journal = '{"version": "7", "dialect": "%s", "entries": [{"idx": 0, "tag": "0000_b"}, {"idx": 1, "tag": "0001_a"}]}'
    files = names("drizzle/0000_b.sql", "drizzle/0001_a.sql", "drizzle/0002_later.sql")
    found = only({**files, "drizzle/meta/_journal.json": journal % "sqlite"})
    assert (found.tool, found.dialect, run_order(found)) == ("drizzle", "sqlite", ["0000_b", "0001_a"])
    assert layouts({**files, "drizzle/meta/_journal.json": journal % "gel"})[0].dialect == "postgresql"


def test_drizzle_may_have_a_folder_for_each_migration_too() -> None:
    text = "CREATE TABLE a (x int);--> statement-breakpoint\nCREATE TABLE b (x int);"
    found = only(names("migrations/20240101_a/migration.sql", text=text))
    assert (found.tool, run_order(found)) == ("drizzle", ["20240101_a"])


def test_files_that_all_begin_with_a_number_are_migrations_in_a_folder_called_so() -> None:
    assert run_order(
        only(names("db/migrations/2_b.sql", "db/migrations/10_c.sql", "db/migrations/001.sql"))
    ) == [
        "001",
        "2_b",
        "10_c",
    ]
    assert layouts(names("db/migrations/2_b.sql", "db/migrations/notes.sql")) == ()
    assert layouts(names("queries/1_a.sql", "queries/2_b.sql")) == ()


def test_the_folder_of_one_database_may_lie_in_that_of_migrations() -> None:
    first, second = layouts(names("migrations/postgres/1_a.sql", "migrations/sqlite/1_a.sql"))
    assert (first.dialect, second.dialect) == ("postgresql", "sqlite")
    assert layouts(names("migrations/clustered/1_a.sql")) == ()


def test_pairs_of_up_and_down_in_folders_are_migrations() -> None:
    found = only(names("migrations/2024-01-01-000000_a/up.sql", "migrations/2024-01-01-000000_a/down.sql"))
    assert (found.tool, run_order(found)) == ("plain", ["2024-01-01-000000_a"])


@pytest.mark.parametrize(
    ("files", "tool"),
    [
        (("migrations/1_a.up.sql", "migrations/01_b.up.sql"), "golang-migrate"),
        (("db/V1__a.sql", "db/V1.0__b.sql"), "flyway"),
        (("supabase/migrations/1_a.sql", "supabase/migrations/1_b.sql"), "supabase"),
    ],
)
def test_two_files_of_one_version_are_a_problem_where_the_tool_refuses_them(
    files: tuple[str, ...], tool: str
) -> None:
    found = only(names(*files))
    assert found.tool == tool
    assert [it.kind for it in found.problems] == ["duplicate"]
    assert {found.problems[0].span.path, *(it.path for it in found.problems[0].others)} == set(files)


def test_names_may_tell_the_dialects_of_one_folder_apart() -> None:
    files = ("1_a.up.sql", "1_a.down.sql", "2_b.up.sql", "2_b.mysql.up.sql", "3_c.postgres.up.sql")
    found = only(names(*(f"m/{it}" for it in files), "m/2_b.mysql.down.sql", "m/3_c.cockroach.up.sql"))
    assert (found.dialect, found.problems) == ("postgresql", ())
    assert [it.path[2:] for it in found.entries] == ["1_a.up.sql", "2_b.up.sql", "3_c.postgres.up.sql"]
    found = only(names(*(f"m/{it}" for it in files[:-1])))
    assert found.dialect == "mysql"
    assert [it.path[2:] for it in found.entries] == ["1_a.up.sql", "2_b.mysql.up.sql"]


# What the user says


def test_a_configured_folder_holds_migrations_whatever_it_is_called() -> None:
    files = names("sql/b.sql", "sql/2_a.sql", "sql/a.down.sql", "other/1_a.sql")
    assert run_order(only(files, folders=("sql",))) == ["2_a", "b"]
    assert run_order(only(files, folders=("./sql/",))) == ["2_a", "b"]


def test_a_configured_folder_may_be_of_any_tool() -> None:
    assert only(names("x/V1__a.sql"), folders=("x",)).tool == "flyway"
    assert only(names("x/1_a/migration.sql"), folders=("x",)).tool == "prisma"


def test_a_file_that_is_named_is_a_migration_of_its_own() -> None:
    found = only(names("dump.sql", "other.sql"), files=frozenset({"dump.sql"}))
    assert (found.tool, run_order(found), found.alone) == ("plain", ["dump"], True)


def test_a_named_file_that_a_tool_runs_stays_among_the_others() -> None:
    files = names("supabase/migrations/1_a.sql", "supabase/migrations/2_b.sql")
    found = only(files, files=frozenset({"supabase/migrations/2_b.sql"}))
    assert (found.tool, run_order(found), found.alone) == ("supabase", ["1_a", "2_b"], False)


def test_the_configured_dialect_counts_where_nothing_else_says_one() -> None:
    assert only(names("migrations/1_a.sql"), dialect="mysql").dialect == "mysql"
    files = {"m/migration_lock.toml": LOCK, **names("m/1_x/migration.sql")}
    assert only(files, dialect="mysql").dialect == "postgresql"


# Dialects


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("CREATE TABLE `a` (`id` INT AUTO_INCREMENT) ENGINE=InnoDB;", "mysql"),
        ("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);", "sqlite"),
        ("CREATE TABLE [dbo].[a] (id INT IDENTITY(1,1), n NVARCHAR(10));\nGO\n", "sqlserver"),
        ("CREATE TABLE a (id serial PRIMARY KEY);", "postgresql"),
    ],
)
def test_the_text_tells_the_dialect_where_nothing_else_does(text: str, dialect: str) -> None:
    assert only({"migrations/1_a.sql": text}).dialect == dialect


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (a UInt8) ENGINE = ReplicatedMergeTree ORDER BY a;",
        "ALTER TABLE t ON CLUSTER default ADD COLUMN b LowCardinality(String);",
        "CREATE TABLE t (a VARCHAR2(10));",
    ],
)
def test_migrations_of_other_databases_are_left_alone(text: str) -> None:
    assert layouts({"migrations/1_a.up.sql": "SELECT 1;", "migrations/2_b.up.sql": text}) == ()


def test_a_folder_of_another_database_is_left_alone() -> None:
    assert layouts({"clickhouse/migrations/1_a.up.sql": "SELECT 1;"}) == ()


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("x/sqlite3/1_a.up.sql", "sqlite"),
        ("x/mysql/V1__a.sql", "mysql"),
        ("migrations/sqlite/1_a.sql", "sqlite"),
        ("db/mysql/prisma/migrations/1_a/migration.sql", "mysql"),
        ("migrations/mysql8/1_a/up.sql", "mysql"),
        ("mysqlMigrations/1_a.up.sql", "mysql"),
    ],
)
def test_the_folder_tells_the_dialect(path: str, dialect: str) -> None:
    found = only(names(path))
    assert (found.dialect, found.guessed) == (dialect, False)


def test_the_name_of_a_single_file_tells_the_dialect() -> None:
    (found,) = find_layouts(
        {"db/schema_mysql.sql": ""}, chosen=Chosen(files=frozenset({"db/schema_mysql.sql"}))
    )
    assert found.dialect == "mysql"


def test_mongodb_has_no_sql() -> None:
    assert layouts({"m/migration_lock.toml": 'provider = "mongodb"', **names("m/1_x/migration.sql")}) == ()


def test_a_guess_that_fails_is_told_once() -> None:
    guess = only(names(*(f"migrations/{number}_a.sql" for number in range(1, 6))))
    assert guess.guessed
    broken = SqlFile("postgresql", problems=(Problem(Range(0, 1), "syntax error"),))
    fine = SqlFile("postgresql")
    paths = [it.path for it in guess.entries]
    kept, foreign = sort_out([guess], dict(zip(paths, (broken, broken, broken, fine, fine), strict=True)))
    assert kept == ()
    assert [(path, it.kind) for path, it in foreign] == [("migrations/1_a.sql", "unsupported")]
    # One or two broken migrations are a matter of their own.
    few = dict(zip(paths, (broken, broken, fine, fine, fine), strict=True))
    assert sort_out([guess], few) == ((guess,), [])


def test_what_is_known_to_be_the_dialect_stays_however_broken() -> None:
    known = only(names("migrations/postgres/1_a.sql", "migrations/postgres/2_b.sql"))
    broken = SqlFile("postgresql", problems=(Problem(Range(0, 1), "syntax error"),))
    assert sort_out([known], {it.path: broken for it in known.entries}) == ((known,), [])


def test_long_files_of_blanks_are_sniffed_in_linear_time() -> None:
    text = "\n" * 200_000 + " " * 100_000
    assert only({"migrations/1_a.sql": text}).guessed
