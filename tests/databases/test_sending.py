"""What a tool makes of what only it, or only psql, understands."""

from pathlib import Path

import pytest

from crowsfoot.config import Config
from crowsfoot.discover import Discovery
from crowsfoot.rule import load
from crowsfoot.run import check
from crowsfoot.source import Source

RULES = {
    name: rule
    for name, rule in load().items()
    if name in ("failing-migration", "syntax-error", "unsupported-schema", "index-without-concurrently")
}
LOCK = Source("m/migration_lock.toml", 'provider = "postgresql"\n')


def said(texts: dict[str, str]) -> list[str]:
    """What is said of the files at these paths, each with the text that it is said of."""
    sources = [LOCK, *(Source(path, text) for path, text in texts.items())]
    report = check(Discovery(Path(), tuple(sources)), Config(), RULES)
    assert not report.failures
    return [
        f"{texts[it.span.path][it.span.start : it.span.end]}: {it.message}"
        for it in (diagnostic.finding for diagnostic in report.kept)
    ]


def flyway(*texts: str) -> list[str]:
    return said({f"db/migration/V{number}__m.sql": text for number, text in enumerate(texts)})


# Placeholders of Flyway


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE ${schema}.lost ADD COLUMN x int;",
        "SET search_path TO ${schema}; ALTER TABLE lost ADD COLUMN x int;",
        "INSERT INTO berth VALUES (${number});",
        "INSERT INTO berth (kind) VALUES ('${kind}');",
        "ALTER TABLE berth ADD COLUMN k kind DEFAULT '${kind}';",
        "ALTER TYPE kind ADD VALUE '${kind}'; ALTER TABLE berth ALTER kind SET DEFAULT 'slip';",
        "ALTER TABLE berth DROP COLUMN ${column};",
        "GRANT SELECT ON berth TO ${role};",
        "DO $$ BEGIN ALTER TABLE ${schema}.lost ADD COLUMN x int; END $$;",
    ],
)
def test_what_stands_for_an_unknown_text_is_not_accused(text: str) -> None:
    made = "CREATE TYPE kind AS ENUM ('quay'); CREATE TABLE berth (id int, kind kind);"
    assert flyway(made, text) == []


def test_what_a_placeholder_names_may_be_anything() -> None:
    assert flyway("CREATE TABLE ${prefix}_berth (id int);", "DROP TABLE port_berth;") == []
    assert flyway("CREATE TABLE ${schema}.berth (id int);", "DROP TABLE berth;") == []
    assert flyway("ALTER TABLE ${schema}.berth RENAME TO ${name};", "DROP TABLE quay;") == []


def test_beside_placeholders_what_is_not_there_is_still_missed() -> None:
    (only,) = flyway("CREATE TABLE ${schema}.berth (id int); CREATE TABLE a (x int);", "DROP TABLE b;")
    assert only == 'b: this migration fails: table "b" does not exist (42P01)'


def test_a_table_in_a_schema_that_is_not_known_is_followed_all_the_same() -> None:
    (only,) = flyway("CREATE TABLE ${schema}.berth (id int);", "CREATE INDEX i ON ${schema}.berth (id);")
    assert only.startswith("i: this index locks")


def test_what_only_a_placeholder_makes_readable_is_not_called_broken() -> None:
    (only,) = flyway("CREATE TABLE a (x int) ${options}; CREATE TABLE b (x int);", "DROP TABLE c;")
    assert only == "${options}: this cannot be read without what Flyway puts in for the placeholder"
    (broken,) = flyway("CREATE TABLE ${schema}.a (x int); CREATE TABEL b (x int);")
    assert broken.startswith('TABEL: syntax error at or near "TABEL"')


# Commands of psql


SENT = {
    "prisma": "m/1_m/migration.sql",
    "supabase": "supabase/migrations/20240101000000_m.sql",
    "golang-migrate": "migrations/1_m.up.sql",
    "flyway": "db/migration/V1__m.sql",
}


@pytest.mark.parametrize("path", SENT.values(), ids=SENT)
@pytest.mark.parametrize("command", [r"\connect quay", r"\i more.sql", r"\set x 1", r"\copy a FROM 'a.csv'"])
def test_whoever_sends_a_command_of_psql_gets_an_error_of_syntax(path: str, command: str) -> None:
    (only,) = said({path: f"CREATE TABLE a (x int);\n{command}\n"})
    assert only == (
        f'{command}: syntax error at or near "\\": '
        "only psql knows this, and the migrations here are sent without it"
    )


def test_the_data_of_copy_is_for_psql_and_for_flyway() -> None:
    text = "CREATE TABLE a (x int);\nCOPY a FROM stdin;\n17\t4\n\\.\n"
    (only,) = said({"m/1_m/migration.sql": text})
    assert 'syntax error at or near "17"' in only
    assert flyway(text) == []
    assert said({"migrations/001_m.sql": text}) == []


def test_in_a_plain_folder_psql_may_run_its_commands() -> None:
    assert said({"migrations/001_m.sql": "\\set x 1\nCREATE TABLE a (x int);\n\\echo done\n"}) == []
    (only,) = said({"migrations/001_m.sql": "\\i more.sql\n"})
    assert "is not known" in only
