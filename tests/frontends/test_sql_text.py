"""What SQL files say to tools: directives, sections, markers, psql, Prisma's warnings."""

from textwrap import dedent

import pytest

from crowsfoot.facts.sql import Dialect, SqlFile
from crowsfoot.frontends.sql import read
from crowsfoot.frontends.sql.text import prepare

from ..sql_facts import clean, shown


def verbs(text: str) -> list[str]:
    return [it.verb for it in clean(text).statements]


def test_a_byte_order_mark_is_no_sql() -> None:
    text = "\ufeffDROP TABLE t;"
    (statement,) = clean(text).statements
    assert shown(statement.range, text) == "DROP TABLE t"


@pytest.mark.parametrize(
    "text", ["", " \r\n", "-- nothing\n/* here */ ; ;", "-- migrate:down\nDROP TABLE t;"]
)
def test_a_file_without_statements_is_empty(text: str) -> None:
    file = clean(text)
    assert (file.empty, file.statements) == (True, ())


def test_a_broken_file_is_not_empty() -> None:
    assert read("FOO", "postgresql").empty is False


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("-- migrate:up", "-- migrate:down"),
        ("-- +goose Up", "-- +goose Down"),
        (
            "-- +goose Up\n-- +goose StatementBegin",
            "-- +goose StatementEnd\n-- +goose Down\n-- +goose StatementBegin",
        ),
        ("-- +migrate Up", "--+migrate Down"),
        ("-- Up Migration", "-- Down Migration"),
    ],
)
def test_only_what_goes_forward_is_read(up: str, down: str) -> None:
    text = f"{up}\nALTER TABLE a ADD b int;\n{down}\nDROP TABLE 'broken;\n"
    assert verbs(text) == ["ALTER TABLE"]
    again = f"{text}{up}\nCREATE INDEX ON a (b);\n"
    file = clean(again)
    assert [it.verb for it in file.statements] == ["ALTER TABLE", "CREATE INDEX"]
    assert shown(file.statements[1].range, again) == "CREATE INDEX ON a (b)"


def test_words_about_migrations_divide_nothing() -> None:
    assert verbs("-- a down migration would drop it\nSELECT 1; -- then migrate:down\nSELECT 2;") == [
        "SELECT",
        "SELECT",
    ]


@pytest.mark.parametrize(
    "marker",
    [
        "-- +goose NO TRANSACTION",
        "-- migrate:up transaction:false",
        "-- +migrate Up notransaction",
        "-- no-transaction",
        "--! no-transaction",
        "-- atlas:txmode none",
    ],
)
def test_a_marker_says_that_no_transaction_is_open(marker: str) -> None:
    assert clean(f"{marker}\nSELECT 1;").runs_in_transaction is False


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1;",
        "-- this needs no transaction\nSELECT 1;",
        "-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false\n",
        "-- atlas:txmode file\nSELECT 1;",
    ],
)
def test_without_a_marker_nothing_is_said(text: str) -> None:
    assert clean(text).runs_in_transaction is None


def test_a_statement_breakpoint_is_a_comment() -> None:
    assert verbs("SELECT 1;\n--> statement-breakpoint\nSELECT 2;") == ["SELECT", "SELECT"]


# --- psql --------------------------------------------------------------------------------------------------


def test_commands_of_psql_are_passed_over() -> None:
    text = dedent("""\
        \\restrict abc
        \\set ON_ERROR_STOP on
        CREATE TABLE "\\a" (b text DEFAULT '
        \\c not one');
        \\echo it's done
        SELECT E'it\\'s; \\\\' AS c, $$ \\d $$ \\gset
        ; DROP TABLE t; \\q
        """)
    file = clean(text)
    assert [it.verb for it in file.statements] == ["CREATE TABLE", "SELECT", "DROP TABLE"]
    assert shown(file.statements[1].range, text) == "SELECT E'it\\'s; \\\\' AS c, $$ \\d $$"


def test_data_of_copy_is_passed_over() -> None:
    text = dedent("""\
        -- Data.
        COPY public.t (a, b) FROM stdin WITH (FORMAT text);
        1\tit's
        2\t; DROP TABLE u; "
        \\.

        ALTER TABLE t ADD c int;
        copy u from STDIN;
        3
        """)
    file = clean(text)
    assert [it.verb for it in file.statements] == ["COPY", "ALTER TABLE", "COPY"]
    assert shown(file.statements[1].range, text) == "ALTER TABLE t ADD c int"


# --- directives --------------------------------------------------------------------------------------------


def test_a_comment_speaks_of_the_statement_below() -> None:
    text = dedent("""\
        -- crowsfoot: allow a-rule -- because
        -- more prose
        DROP TABLE t;
        DROP TABLE u; -- crowsfoot: allow b-rule, c-rule
        -- crowsfoot: allow-file d-rule
        SELECT '
        -- crowsfoot: allow e-rule
        ';
        """)
    file = clean(text)
    assert [(it.rules, it.reason) for it in file.comments] == [
        (("a-rule",), "because"),
        (("b-rule", "c-rule"), ""),
        (("d-rule",), ""),
    ]
    assert [None if it.covers is None else shown(it.covers, text) for it in file.comments] == [
        "DROP TABLE t;",
        "DROP TABLE u; -- crowsfoot: allow b-rule, c-rule",
        None,
    ]


def test_a_misspelt_directive_is_a_problem() -> None:
    text = "-- crowsfoot: alow a-rule\nSELECT 1;"
    file = read(text, "postgresql")
    assert len(file.statements) == 1
    (problem,) = file.problems
    assert "did you mean `allow`?" in problem.message


@pytest.mark.parametrize("dialect", ["postgresql", "mysql", "sqlite", "sqlserver"])
def test_directives_are_heard_in_every_dialect(dialect: Dialect) -> None:
    script = prepare('-- crowsfoot: allow a-rule\nDROP TABLE "t";', dialect)
    assert [it.rules for it in script.comments] == [("a-rule",)]


# --- Prisma ------------------------------------------------------------------------------------------------

WARNED = """\
/*
  Warnings:

  - You are about to drop the column `a` on the `T` table. All the data in the column will be lost.
  - A unique constraint covering the columns `[b]` on the table `T` will be added. If there are existing\
 duplicate values, this will fail.

*/
-- AlterTable
ALTER TABLE "T" DROP COLUMN "a";
"""


def warned(text: str) -> SqlFile:
    file = clean(text)
    assert file.warnings is not None
    return file


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_warnings_of_prisma_are_read(line_end: str) -> None:
    text = WARNED.replace("\n", line_end)
    file = warned(text)
    assert shown(file.warnings, text).startswith("/*")
    assert shown(file.warnings, text).endswith("*/")
    assert [shown(where, text) for where, _ in file.warned] == [words for _, words in file.warned]
    first, second = [words for _, words in file.warned]
    assert first.startswith("You are about to drop the column `a`")
    assert second.endswith("this will fail.")
    assert [it.verb for it in file.statements] == ["ALTER TABLE"]


def test_a_file_without_warnings_has_none() -> None:
    file = clean("-- Warnings: none\n/* no Warnings: here */ SELECT '/* Warnings:'")
    assert (file.warnings, file.warned) == (None, ())
