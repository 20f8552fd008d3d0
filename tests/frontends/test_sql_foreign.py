"""SQL of another database among the migrations of PostgreSQL."""

import pytest

from crowsfoot.frontends.sql import read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CREATE TABLE `User` (`id` INTEGER AUTO_INCREMENT);", "a backtick is MySQL's, and"),
        ("CREATE TABLE x (id INTEGER AUTO_INCREMENT);", "`AUTO_INCREMENT` is MySQL's, and"),
        ("CREATE TABLE x (id INTEGER) ENGINE=InnoDB;", "`ENGINE` is MySQL's, and"),
        ("CREATE TABLE x (id INTEGER unsigned);", "`unsigned` is MySQL's, and"),
        ('CREATE TABLE "x" ("id" INTEGER PRIMARY KEY AUTOINCREMENT);', "`AUTOINCREMENT` is SQLite's, and"),
        ("PRAGMA foreign_keys=OFF;\nSELECT 1;", "`PRAGMA` is SQLite's, and"),
        ("CREATE TABLE [dbo].[User] ([id] INT);", "`[dbo]` is SQL Server's, and"),
        ("CREATE TABLE x (id INT IDENTITY(1,1));", "`IDENTITY` is SQL Server's, and"),
    ],
)
def test_the_word_tells_whose_it_is(text: str, message: str) -> None:
    (problem,) = read(text, "postgresql").problems
    assert problem.message.startswith(message)
    assert problem.kind == "syntax"


def test_the_whole_file_is_one_problem() -> None:
    text = "SELEC 1;\nCREATE TABLE `a` (id int);\nCREATE TABLE `b` (id int);\n"
    (problem,) = read(text, "postgresql").problems
    assert text[problem.range.start] == "`"


@pytest.mark.parametrize(
    "text", ["CREATE TABEL x ();", "SELECT [1];", "CREATE TABLE x (engine int, identity int);"]
)
def test_what_nobody_says_stays_a_syntax_error_and_what_is_right_is_none(text: str) -> None:
    assert all(it.message.startswith("syntax error") for it in read(text, "postgresql").problems)


def test_what_is_said_in_strings_and_names_is_no_sign() -> None:
    text = 'CREATE TABLE "engine" ("`" text DEFAULT \'AUTO_INCREMENT\'); -- PRAGMA\n'
    assert read(text, "postgresql").problems == ()
