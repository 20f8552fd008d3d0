"""DO blocks and functions of PostgreSQL to the statements in them."""

from typing import Any

import pytest

from crowsfoot.facts.sql import Block, CreateFunction, Select, Statement
from crowsfoot.frontends.sql import read

from ..sql_facts import clean, one, shown


def block(body: str, declared: str = "") -> Block:
    """What a DO block does."""
    (statement,) = clean(f"DO $$ {declared} BEGIN {body} END $$;").statements
    (operation,) = statement.does
    assert isinstance(operation, Block)
    return operation


def inside(body: str, declared: str = "") -> list[tuple[str, str, bool]]:
    """The statements of a DO block: what each does, its text, and whether it may stay undone."""
    text = f"DO $$ {declared} BEGIN {body} END $$;"
    return [listed(it, text) for it in block(body, declared).body]


def listed(statement: Statement, text: str) -> tuple[str, str, bool]:
    (operation,) = statement.does
    return type(operation).__name__, shown(statement.range, text), statement.conditional


def function(text: str) -> CreateFunction:
    (operation,) = clean(text).statements[0].does
    assert isinstance(operation, CreateFunction)
    return operation


# --- what runs ---------------------------------------------------------------------------------------------


def test_the_statements_of_a_block_stand_where_they_are_written() -> None:
    assert inside('ALTER TABLE t ADD a int; -- ; so\n DROP TABLE "über" /* ; */;') == [
        ("AddColumn", "ALTER TABLE t ADD a int", False),
        ("DropObject", 'DROP TABLE "über"', False),
    ]


def test_names_inside_of_a_block_stand_where_they_are_written() -> None:
    text = '/* ü */ DO LANGUAGE plpgsql $x$BEGIN ALTER TABLE s."T" ADD c int; END$x$'
    (statement,) = clean(text).statements
    (operation,) = statement.does
    assert isinstance(operation, Block)
    assert shown(operation.body[0].does[0], text) == {
        "": "AddColumn",
        "range": "ADD c int",
        "table": "s.T",
        "column": {
            "": "ColumnDef",
            "name": "c",
            "name_range": "c",
            "range": "c int",
            "type": "integer",
        },
    }


@pytest.mark.parametrize(
    "body",
    [
        "IF true THEN {} END IF;",
        "IF false THEN NULL; ELSIF (CASE WHEN a THEN b END) THEN {} END IF;",
        "IF false THEN NULL; ELSE {} END IF;",
        "CASE 1 WHEN 2, 3 THEN {} ELSE NULL; END CASE;",
        "CASE WHEN x > 1 THEN NULL; ELSE {} END CASE;",
        "LOOP {} EXIT; END LOOP;",
        "<<here>> WHILE x < (SELECT 2) LOOP {} END LOOP here;",
        "FOR i IN REVERSE 1 .. 3 LOOP {} END LOOP;",
        "FOREACH i SLICE 1 IN ARRAY b LOOP {} END LOOP;",
        "BEGIN {} EXCEPTION WHEN duplicate_object THEN NULL; END;",
        "BEGIN NULL; EXCEPTION WHEN others THEN {} END;",
        "BEGIN NULL; EXCEPTION WHEN a OR b THEN NULL; WHEN c THEN {} END;",
        "IF a THEN RETURN; END IF; {}",
    ],
)
def test_what_may_stay_undone_is_conditional(body: str) -> None:
    statement = "ALTER TABLE t ADD a int"
    assert inside(body.format(f"{statement};")) == [("AddColumn", statement, True)]


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "IF a THEN NULL; END IF; {}",
        "BEGIN {} END;",
        "<<here>> DECLARE x int; BEGIN {} END here;",
        "BEGIN NULL; EXCEPTION WHEN others THEN NULL; END; {}",
        "LOOP EXIT; END LOOP; {}",
        "IF a THEN RAISE EXCEPTION 'no'; END IF; {}",
        "x := CASE WHEN a THEN 1 ELSE 2 END; r.x = 1; y[1] := 2; {}",
        "IF a THEN RETURN NEXT b; END IF; {}",
    ],
)
def test_what_runs_in_any_case_is_not_conditional(body: str) -> None:
    statement = "ALTER TABLE t ADD a int"
    assert inside(body.format(f"{statement};"), "DECLARE r record; x int := 1; y int[];") == [
        ("AddColumn", statement, False)
    ]


def test_queries_are_read_too() -> None:
    found = inside(
        "PERFORM f(a) FROM t; SELECT b INTO STRICT x, r.y FROM u; INSERT INTO v (c) VALUES (1) RETURNING c INTO x;"
        " FOR r IN SELECT * FROM w LOOP NULL; END LOOP; OPEN cur FOR SELECT 1 FROM z;",
        "DECLARE r record; x int; cur refcursor;",
    )
    assert found == [
        ("Select", "PERFORM f(a) FROM t", False),
        ("Select", "SELECT b INTO STRICT x, r.y FROM u", False),
        ("Insert", "INSERT INTO v (c) VALUES (1) RETURNING c", False),
        ("Select", "SELECT * FROM w", False),
        ("Select", "SELECT 1 FROM z", False),
    ]


def test_variables_are_no_columns() -> None:
    body = block(
        "UPDATE t SET a = x WHERE b = x AND c = r.d AND e = new.f; FOR i IN 1 .. 2 LOOP DELETE FROM t WHERE g = i;"
        " END LOOP;",
        "DECLARE x int := 1; r record;",
    ).body
    update, delete = [it.does[0] for it in body]
    assert [it.name for it in update.query.columns] == ["b", "c", "e"]  # type: ignore[union-attr]
    assert [it.name for it in delete.query.columns] == ["g"]  # type: ignore[union-attr]


# --- EXECUTE -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "stands"),
    [
        ("'DROP TABLE a'", "DROP TABLE a"),
        ("('DROP TABLE a')", "DROP TABLE a"),
        ("$x$DROP TABLE a$x$", "DROP TABLE a"),
        ("E'DROP TABLE a'", "DROP TABLE a"),
        ("E'DROP\\tTABLE \\x61'", "E'DROP\\tTABLE \\x61'"),
        ("'DROP ' || 'TABLE a'", "'DROP ' || 'TABLE a'"),
        ("format('DROP TABLE a')", "DROP TABLE a"),
        ("'DROP TABLE a' USING b", "DROP TABLE a"),
    ],
)
def test_execute_of_a_constant_is_read(written: str, stands: str) -> None:
    found = block(f"EXECUTE {written};")
    assert found.dynamic is False
    (statement,) = found.body
    assert shown(statement.range, f"DO $$  BEGIN EXECUTE {written}; END $$;") == stands
    assert shown(statement.does[0], "")["name"] == "a"


@pytest.mark.parametrize(
    "body",
    [
        "EXECUTE x;",
        "EXECUTE 'DROP TABLE ' || x;",
        "EXECUTE format('DROP TABLE %I', x);",
        "EXECUTE 'DROP TABLE ' || quote_ident('a');",
        "FOR r IN EXECUTE x LOOP NULL; END LOOP;",
        "RETURN QUERY EXECUTE x;",
        "OPEN c FOR EXECUTE x;",
    ],
)
def test_what_is_made_at_run_time_is_unknown(body: str) -> None:
    found = block(body, "DECLARE c refcursor; r record;")
    assert (found.dynamic, found.body) == (True, ())


def test_a_body_in_a_body_is_read() -> None:
    found = block("EXECUTE $a$DO $b$BEGIN DROP TABLE t; END$b$ $a$;")
    inner = found.body[0].does[0]
    assert isinstance(inner, Block)
    assert [it.verb for it in inner.body] == ["DROP TABLE"]


def test_bodies_are_read_to_a_depth() -> None:
    text = "DROP TABLE t"
    for depth in range(20):
        text = f"DO $a{depth}$BEGIN EXECUTE $b{depth}${text}$b{depth}$; END$a{depth}$"
    (statement,) = clean(text).statements
    operation: Any = statement.does[0]
    levels = 0
    while operation.body:
        operation = operation.body[0].does[0]
        levels += 1
    assert 3 <= levels < 20
    assert operation.dynamic is True


def test_a_block_in_another_language_is_unknown() -> None:
    assert one("DO LANGUAGE plperl $$ spi_exec_query('DROP TABLE t'); $$") == {"": "Block", "dynamic": True}


def test_a_body_in_plain_quotes_is_read() -> None:
    text = "DO 'BEGIN DROP TABLE a; END'; DO 'BEGIN EXECUTE ''DROP TABLE b''; END'"
    plain, doubled = clean(text).statements
    assert isinstance(plain.does[0], Block)
    assert isinstance(doubled.does[0], Block)
    assert shown(plain.does[0].body[0].range, text) == "DROP TABLE a"
    # Where quotes are doubled the text does not stand in the file as it is: its place is that of the string.
    assert shown(doubled.does[0].body[0].range, text) == "'BEGIN EXECUTE ''DROP TABLE b''; END'"


# --- functions ---------------------------------------------------------------------------------------------


def test_a_function_says_what_it_is() -> None:
    text = (
        "CREATE OR REPLACE FUNCTION s.f(a int, OUT b int, VARIADIC c text[] DEFAULT NULL) RETURNS SETOF record"
        " LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = s, pg_temp AS $$BEGIN RETURN; END$$"
    )
    it = function(text)
    assert (str(it.function), it.language, it.arguments) == ("s.f", "plpgsql", ("integer", "text[]"))
    assert (it.returns, it.replace, it.volatility) == ("setof record", True, "stable")
    assert (it.security_definer, it.search_path, it.procedure) == (True, "s, pg_temp", False)
    assert it.body_text == "BEGIN RETURN; END"
    assert it.body_range is not None
    assert shown(it.body_range, text) == it.body_text


def test_a_function_holds_what_its_body_does() -> None:
    text = """CREATE FUNCTION f(z int) RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      new.a = 1;
      IF tg_op = 'INSERT' THEN INSERT INTO t VALUES (new.a, z); END IF;
      RETURN new;
    END $$"""
    it = function(text)
    assert [listed(each, text) for each in it.body] == [
        ("Insert", "INSERT INTO t VALUES (new.a, z)", True),
    ]


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        (
            "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS $$ UPDATE t SET b = a; SELECT c FROM t $$",
            ["UPDATE t SET b = a", "SELECT c FROM t"],
        ),
        (
            "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC UPDATE t SET b = CASE WHEN a > 1 THEN 2 END;"
            " SELECT c FROM t; END",
            ["UPDATE t SET b = CASE WHEN a > 1 THEN 2 END", "SELECT c FROM t"],
        ),
        ("CREATE FUNCTION f(a int) RETURNS int RETURN (SELECT c FROM t)", ["RETURN (SELECT c FROM t)"]),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib', 'symbol'", []),
    ],
)
def test_a_function_of_another_language_holds_what_its_body_does(text: str, statements: list[str]) -> None:
    it = function(text)
    assert [shown(each.range, text) for each in it.body] == statements
    assert it.dynamic is False


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN RETURN EXISTS (SELECT 1 FROM t); END",
        "BEGIN IF (SELECT count(*) FROM t) > 1 THEN NULL; END IF; END",
        "BEGIN IF n = 1 THEN NULL; ELSIF n IN (SELECT a FROM t) THEN NULL; END IF; END",
        "BEGIN WHILE n < (SELECT max(a) FROM t) LOOP n := n + 1; END LOOP; END",
        "BEGIN n := (SELECT max(a) FROM t); END",
        "BEGIN n = (SELECT max(a) FROM t) + 1; END",
        "BEGIN r.a[1] := (SELECT max(a) FROM t); END",
        "DECLARE m int := (SELECT max(a) FROM t); BEGIN END",
        "DECLARE m int DEFAULT (SELECT max(a) FROM t); BEGIN END",
    ],
)
def test_what_a_function_works_out_by_itself_is_read(body: str) -> None:
    made = function(f"CREATE FUNCTION f(n int) RETURNS int LANGUAGE plpgsql AS $$ {body} $$;")
    tables = [
        str(name)
        for statement in made.body
        for operation in statement.does
        if isinstance(operation, Select)
        for name in operation.query.tables
    ]
    assert tables == ["t"]
    assert not made.dynamic


def test_what_a_block_works_out_by_itself_is_left_to_the_run() -> None:
    assert inside("IF EXISTS (SELECT 1 FROM t) THEN DROP TABLE t; END IF;") == [
        ("DropObject", "DROP TABLE t", True)
    ]


def test_a_procedure_is_called_one() -> None:
    it = function("CREATE PROCEDURE p() LANGUAGE plpgsql AS $$BEGIN COMMIT; END$$")
    assert it.procedure is True
    assert [each.verb for each in it.body] == ["COMMIT"]


# --- what PostgreSQL refuses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("DO $$ BEGIN ALTER TABLE; END $$", "TABLE", "syntax error at end of input"),
        ("DO $$ BEGIN\n  FOO BAR;\nEND $$", "FOO", 'syntax error at or near "FOO"'),
        ("DO $$ BEGIN\n IF a THEN\n NULL;\nEND $$", "END", "syntax error at end of input"),
        ("DO $$ DECLARE x int; BEGIN\n x := 1;\n y := x; END $$", "y", '"y" is not a known variable'),
        ("DO $$ BEGIN EXECUTE 'DROP TABEL t'; END $$", "TABEL", 'syntax error at or near "TABEL"'),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM FROM'", "FROM", "syntax error"),
        (
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SELECT; DELETE t; END $$",
            "t",
            'syntax error at or near "t"',
        ),
    ],
)
def test_a_body_that_postgresql_refuses_is_a_problem(text: str, place: str, reason: str) -> None:
    whole = f"{text}; DROP TABLE t"
    file = read(whole, "postgresql")
    assert [it.verb for it in file.statements] == ["DROP TABLE"]
    (problem,) = file.problems
    assert shown(problem.range, whole) == place
    assert problem.message.startswith(reason)


@pytest.mark.parametrize(
    "body",
    [
        "DECLARE r t%ROWTYPE; BEGIN r.a := 1; END;",
        "PERFORM unknown(1); RAISE NOTICE '%';",
        "IF a THEN EXECUTE 'DROP TABEL t'; END IF;",
    ],
)
def test_what_postgresql_may_accept_is_no_problem(body: str) -> None:
    assert read(f"DO $$ BEGIN {body} END $$", "postgresql").problems == ()
