"""Broken, deep and very long SQL of PostgreSQL: one problem for what is wrong, and facts for all else."""

import subprocess
import sys
from textwrap import dedent

import pytest

from crowsfoot.facts.sql import Insert
from crowsfoot.frontends.sql import read

from ..sql_facts import clean, shown


def seen(text: str) -> tuple[list[str], list[tuple[str, str, str]]]:
    """The verbs of the statements that could be read, and each problem with the text at its place."""
    file = read(text, "postgresql")
    problems = [(shown(it.range, text), it.message, it.kind) for it in file.problems]
    return [it.verb for it in file.statements], problems


def test_a_broken_statement_costs_only_itself() -> None:
    text = dedent("""\
        -- ü
        CREATE TABLE a (b int);
        CREATE INDEX ON a ("ü" mode mode); -- one
        DROP TABEL c;
        DROP TABLE d
        """)
    assert seen(text) == (
        ["CREATE TABLE", "DROP TABLE"],
        [
            ("mode", 'syntax error at or near "mode"', "syntax"),
            ("TABEL", 'syntax error at or near "TABEL"', "syntax"),
        ],
    )
    file = read(text, "postgresql")
    assert [shown(it.range, text) for it in file.statements] == ["CREATE TABLE a (b int)", "DROP TABLE d"]


BROKEN = {
    "DROP TABLE a; FOO; DROP TABLE b;": ("FOO", 'syntax error at or near "FOO"', 2),
    "DROP TABLE a; CREATE TABLE b (c int; DROP TABLE b;": ("int", "syntax error at end of input", 2),
    "DROP TABLE a; ALTER TABLE b DROP;": ("DROP", "syntax error at end of input", 1),
    "DROP TABLE a; SELECT 'x; DROP TABLE b;": ("'", "unterminated quoted string at or near \"'x; DROP", 1),
    'DROP TABLE a; SELECT "x; DROP TABLE b;': ('"', "unterminated quoted identifier", 1),
    "DROP TABLE a; SELECT $a$x; DROP TABLE b;": ("$", "unterminated dollar-quoted string", 1),
    "DROP TABLE a; /* x; DROP TABLE b;": ("/", "unterminated /* comment", 1),
    "DROP TABLE a; SELECT E'\\'; DROP TABLE b;": ("E", "unterminated quoted string", 1),
    "SELECT 'a\nb' FROM FROM;": ("FROM", 'syntax error at or near "FROM"', 0),
    "DROP TABLE a; SELECT 1 \0; DROP TABLE b;": ("\0", "a NUL character cannot stand in SQL", 2),
    "SELECT '\ud800'; DROP TABLE b;": ("\ud800", "this character cannot be encoded", 1),
    "SELECT 1)); DROP TABLE b;": (")", 'syntax error at or near ")"', 1),
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_problem_has_a_place_and_the_reason_of_postgresql(text: str) -> None:
    place, reason, others = BROKEN[text]
    verbs, problems = seen(text)
    assert len(verbs) == others
    ((where, message, kind),) = problems
    assert where.startswith(place)
    assert message.startswith(reason)
    assert kind == "syntax"


def test_a_reason_is_one_short_line() -> None:
    _, ((_, message, _),) = seen("SELECT 'first\nsecond" + " and so on" * 100)
    assert message.startswith("unterminated quoted string")
    assert len(message) < 100
    assert "\n" not in message


def test_semicolons_in_bodies_divide_nothing() -> None:
    text = dedent("""\
        CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
        CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2);
        DO $$ BEGIN NULL; END $$;
        FOO;
        """)
    verbs, problems = seen(text)
    assert verbs == ["CREATE FUNCTION", "CREATE RULE", "DO"]
    assert [where for where, _, _ in problems] == ["FOO"]


def test_of_very_many_problems_the_first_are_told() -> None:
    _, problems = seen("FOO;\n" * 250)
    assert len(problems) == 101
    assert problems[-1][1] == "150 more statements could not be read"


def test_an_unknown_kind_of_statement_is_no_problem() -> None:
    verbs, problems = seen(
        "LISTEN a; CREATE CAST (a AS b) WITHOUT FUNCTION; SECURITY LABEL ON TABLE t IS 'x'"
    )
    assert (len(verbs), problems) == (3, [])


# --- deep --------------------------------------------------------------------------------------------------

DEEP = {
    "brackets": ("SELECT " + "(" * 10_000 + "1" + ")" * 10_000),
    "queries": ("SELECT " + "(SELECT " * 10_000 + "1" + ")" * 10_000),
    "calls": ("SELECT " + "f(" * 10_000 + "1" + ")" * 10_000),
    "operators": "SELECT " + "1+" * 60_000 + "1",
    "casts": "SELECT 1" + "::int" * 60_000,
    "not": "SELECT " + "NOT " * 10_000 + "true",
    "cases": "SELECT " + "CASE WHEN a THEN " * 10_000 + "1" + " END" * 10_000,
    "joins": "SELECT 1 FROM a" + " CROSS JOIN b" * 60_000,
    "unions": "SELECT 1" + " UNION ALL SELECT 1" * 30_000,
    "ctes": "WITH a AS (" * 5_000 + "SELECT 1" + ") SELECT 1" * 5_000,
    "checks": "ALTER TABLE t ADD CHECK (" + "a||" * 100_000 + "b)",
    "comments": "/*" * 100_000,
    "signs": "SELECT 1" + "+-" * 100_000 + "1",
    "dollars": "".join(f"$a{number}$ " for number in range(50_000)),
    "bodies": "DO $$ BEGIN " + "IF a THEN " * 2_000 + "END IF; " * 2_000 + " END $$",
    "open bodies": "DO $$ BEGIN " + "BEGIN " * 20_000 + " $$",
    "comments in a body": "DO $$ BEGIN " + "/*" * 50_000 + " $$",
}


def test_what_is_nested_deeply_never_ends_the_process() -> None:
    # In a process of its own, because what is tested is that C code does not use up its stack.
    script = dedent("""\
        import sys
        from crowsfoot.frontends.sql import read

        for text in sys.stdin.read().split("\\f"):
            file = read(text + "; DROP TABLE t", "postgresql")
            kinds = sorted({it.kind for it in file.problems})
            print(len(text), len(file.statements) > 0 or len(file.problems) == 1, kinds)
        """)
    run = subprocess.run(
        [sys.executable, "-c", script],
        input="\f".join(DEEP.values()),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert len(lines) == len(DEEP)
    assert all(" True " in line for line in lines), run.stdout


@pytest.mark.parametrize("levels", [40, 400, 4_000])
def test_a_chain_as_long_as_real_ones_is_read(levels: int) -> None:
    (statement,) = clean("SELECT " + "'a' || " * levels + "b FROM t").statements
    assert len(statement.does) == 1


# --- long --------------------------------------------------------------------------------------------------


def rows(count: int) -> str:
    return ",\n".join(f"({number}, 'it''s number {number}, (so)', NULL)" for number in range(count))


def test_an_insert_of_very_many_rows_is_read() -> None:
    text = f"-- seed\nINSERT INTO t (a, b, c) VALUES {rows(20_000)}\nON CONFLICT DO NOTHING;\nDROP TABLE u;"
    file = clean(text)
    insert, drop = file.statements
    assert shown(drop.range, text) == "DROP TABLE u"
    assert shown(insert.range, text).endswith("ON CONFLICT DO NOTHING")
    (operation,) = insert.does
    assert isinstance(operation, Insert)
    assert (operation.rows, len(operation.values), operation.on_conflict) == (20_000, 20, "nothing")
    assert shown(operation.values[19][1].range, text) == "'it''s number 19, (so)'"


@pytest.mark.parametrize(
    ("written", "instead", "place"),
    [
        ("(15000,", "(15000 oops,", "oops"),
        ("(15000,", "15000,", "15000"),
        ("NOTHING", "EVERYTHING", "EVERYTHING"),
        ("(3,", "(3 oops,", "oops"),
    ],
)
def test_a_broken_row_among_very_many_is_found(written: str, instead: str, place: str) -> None:
    text = f"INSERT INTO t VALUES {rows(20_000)} ON CONFLICT DO NOTHING;\nDROP TABLE u;"
    broken = text.replace(written, instead, 1)
    file = read(broken, "postgresql")
    assert [it.verb for it in file.statements] == ["DROP TABLE"]
    (problem,) = file.problems
    assert problem.message == f'syntax error at or near "{place}"'
    assert broken.startswith(place, problem.range.start)


def test_a_row_that_is_not_closed_among_very_many_is_found() -> None:
    text = f"INSERT INTO t VALUES {rows(20_000)};".replace("(15000,", "((15000,", 1)
    (problem,) = read(text, "postgresql").problems
    assert text.startswith("((15000,", problem.range.start)


def test_a_long_file_is_read_in_portions() -> None:
    statements = [f'ALTER TABLE t{number} ADD "größe" int' for number in range(6_000)]
    text = ";\n".join(statements)
    file = clean(text)
    assert [shown(it.range, text) for it in file.statements] == statements
