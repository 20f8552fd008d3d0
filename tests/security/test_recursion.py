"""Policies that come back to their table: the algorithm, and the rule, against a real PostgreSQL.

Each shape is a script. Every statement on every table of it is tried by two roles, and PostgreSQL has to refuse
exactly what is foretold, with the SQLSTATE that is.
"""

import pytest

from crowsfoot.link.security.definer_helper import definer_helper
from crowsfoot.link.security.expansion import STATEMENTS, Expansion, Statement
from crowsfoot.link.security.recursion import Circle, circles, refusal

from ..postgres import Postgres
from .leaks import found, refusal_as, roles, rows_as, run, security

ROLES = {"reader": "", "writer": "", "third": "", "keeper": "", "exempt": "BYPASSRLS"}

# a leads to b by b.a_id, b to c by c.b_id; all have an owner and rows, so that functions are run.
TABLES = """
CREATE TABLE a (id int PRIMARY KEY, owner text);
CREATE TABLE b (id int PRIMARY KEY, a_id int, owner text);
CREATE TABLE c (id int PRIMARY KEY, b_id int, owner text);
INSERT INTO a VALUES (1, 'reader'), (2, 'writer');
INSERT INTO b VALUES (1, 1, 'reader'), (2, 2, 'writer');
INSERT INTO c VALUES (1, 1, 'reader'), (2, 2, 'writer');
ALTER TABLE a ENABLE ROW LEVEL SECURITY;
ALTER TABLE b ENABLE ROW LEVEL SECURITY;
ALTER TABLE c ENABLE ROW LEVEL SECURITY;
GRANT ALL ON a, b, c TO PUBLIC;
"""
GRANTS = "GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;\n"

SELF = "EXISTS (SELECT 1 FROM a x WHERE x.owner = current_user)"
INVOKER = """
CREATE FUNCTION f() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT 1 FROM a) $$;
"""
DEFINER = """
CREATE FUNCTION f() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
AS $$ SELECT EXISTS (SELECT 1 FROM public.a) $$;
"""
PLPGSQL = """
CREATE FUNCTION f() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  many int;
BEGIN
  SELECT count(*) INTO many FROM a;
  RETURN many > 0;
END $$;
"""
RETURNS = """
CREATE FUNCTION f() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM a);
END $$;
"""
CONDITION = """
CREATE FUNCTION f() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM a) THEN
    RETURN true;
  END IF;
  RETURN false;
END $$;
"""
ASSIGNED = """
CREATE FUNCTION f() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  many int := 0;
BEGIN
  many := (SELECT count(*) FROM a);
  RETURN many > 0;
END $$;
"""
USES_F = "CREATE POLICY p ON a USING (f());\n"

SHAPES = {
    # by itself
    "itself in IN": "CREATE POLICY p ON a USING (id IN (SELECT x.id FROM a x));",
    "itself in = ANY": "CREATE POLICY p ON a USING (id = ANY (SELECT x.id FROM a x));",
    "itself in EXISTS": f"CREATE POLICY p ON a USING ({SELF});",
    "itself in NOT EXISTS": f"CREATE POLICY p ON a USING (NOT {SELF});",
    "itself in ARRAY": "CREATE POLICY p ON a USING (id = ANY (ARRAY(SELECT x.id FROM a x)));",
    "itself as a value": "CREATE POLICY p ON a USING (id = (SELECT min(x.id) FROM a x));",
    "itself in a CTE": "CREATE POLICY p ON a USING (id IN (WITH w AS (SELECT x.id FROM a x) SELECT id FROM w));",
    "a CTE of the table's name": (
        "CREATE POLICY p ON a USING (id IN (WITH a AS (SELECT 1 AS id) SELECT id FROM a));"
    ),
    "itself below a subquery": (
        "CREATE POLICY p ON a USING (id IN (SELECT s.id FROM (SELECT x.id FROM a x) s));"
    ),
    "itself in a join": "CREATE POLICY p ON a USING (id IN (SELECT b.a_id FROM b LEFT JOIN a x ON x.id = b.a_id));",
    "itself in a UNION": "CREATE POLICY p ON a USING (id IN (SELECT 1 UNION SELECT x.id FROM a x));",
    "itself in CASE": f"CREATE POLICY p ON a USING (CASE WHEN owner = 'x' THEN {SELF} ELSE true END);",
    "itself behind false": f"CREATE POLICY p ON a USING (false AND {SELF});",
    "itself behind true": f"CREATE POLICY p ON a USING (true OR {SELF});",
    # by others
    "two tables": (
        "CREATE POLICY p ON a USING (id IN (SELECT a_id FROM b));\n"
        "CREATE POLICY q ON b USING (a_id IN (SELECT id FROM a));"
    ),
    "three tables": (
        "CREATE POLICY p ON a USING (id IN (SELECT a_id FROM b));\n"
        "CREATE POLICY q ON b USING (id IN (SELECT b_id FROM c));\n"
        "CREATE POLICY r ON c USING (b_id IN (SELECT id FROM a));"
    ),
    "a way that ends": (
        "CREATE POLICY p ON a USING (id IN (SELECT a_id FROM b));\n"
        "CREATE POLICY q ON b USING (id IN (SELECT b_id FROM c));\n"
        "CREATE POLICY r ON c USING (owner = current_user);"
    ),
    "a table on the way to a circle": (
        "CREATE POLICY p ON a USING (id IN (SELECT a_id FROM b));\n"
        "CREATE POLICY q ON b USING (id IN (SELECT b_id FROM c));\n"
        "CREATE POLICY r ON c USING (id IN (SELECT x.id FROM c x));"
    ),
    "one table twice, but no circle": (
        "CREATE POLICY p ON a USING (id IN (SELECT a_id FROM b) OR id IN (SELECT b_id FROM c));\n"
        "CREATE POLICY q ON b USING (id IN (SELECT b_id FROM c));\n"
        "CREATE POLICY r ON c USING ((SELECT true));"
    ),
    "no row-level security on the way": (
        "ALTER TABLE b DISABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY p ON a USING (id IN (SELECT a_id FROM b));\n"
        "CREATE POLICY q ON b USING (a_id IN (SELECT id FROM a));"
    ),
    # by views
    "a view of the user's": (
        "CREATE VIEW v WITH (security_invoker) AS SELECT * FROM a;\n"
        f"{GRANTS}CREATE POLICY p ON a USING (id IN (SELECT id FROM v));"
    ),
    "a view of the owner's": (
        f"CREATE VIEW v AS SELECT * FROM a;\n{GRANTS}CREATE POLICY p ON a USING (id IN (SELECT id FROM v));"
    ),
    "a view of the owner's, who is forced": (
        "ALTER TABLE a FORCE ROW LEVEL SECURITY;\nALTER TABLE a OWNER TO keeper;\n"
        "CREATE VIEW v AS SELECT * FROM a;\nALTER VIEW v OWNER TO keeper;\n"
        f"{GRANTS}CREATE POLICY p ON a USING (id IN (SELECT id FROM v));"
    ),
    "a view of a third role's": (
        "CREATE VIEW v AS SELECT * FROM a;\nALTER VIEW v OWNER TO third;\n"
        f"{GRANTS}CREATE POLICY p ON a USING (id IN (SELECT id FROM v));"
    ),
    "a view of a third role's, to which a plain policy applies": (
        "CREATE VIEW v AS SELECT * FROM a;\nALTER VIEW v OWNER TO third;\n"
        f"{GRANTS}CREATE POLICY p ON a TO reader, writer USING (id IN (SELECT id FROM v));\n"
        "CREATE POLICY q ON a TO third USING (owner = current_user);"
    ),
    "a view of a third role's, to which a policy with a subquery applies": (
        "CREATE VIEW v AS SELECT * FROM a;\nALTER VIEW v OWNER TO third;\n"
        f"{GRANTS}CREATE POLICY p ON a TO reader, writer USING (id IN (SELECT id FROM v));\n"
        "CREATE POLICY q ON a TO third USING (owner = (SELECT current_user));"
    ),
    "a view of the owner's over one of the user's": (
        "CREATE VIEW v WITH (security_invoker) AS SELECT * FROM a;\nCREATE VIEW w AS SELECT * FROM v;\n"
        f"{GRANTS}CREATE POLICY p ON a USING (id IN (SELECT id FROM w));"
    ),
    "a materialized view": (
        "CREATE MATERIALIZED VIEW v AS SELECT * FROM a;\n"
        f"{GRANTS}CREATE POLICY p ON a USING (id IN (SELECT id FROM v));"
    ),
    # by functions
    "a function": INVOKER + USES_F,
    "a function in a subquery": INVOKER + "CREATE POLICY p ON a USING ((SELECT f()));",
    "a function among rows": (
        "CREATE FUNCTION f() RETURNS SETOF int LANGUAGE sql STABLE AS $$ SELECT id FROM a $$;\n"
        "CREATE POLICY p ON a USING (id IN (SELECT * FROM f()));"
    ),
    "a function of PL/pgSQL": PLPGSQL + USES_F,
    "a function of PL/pgSQL that returns it": RETURNS + USES_F,
    "a function of PL/pgSQL that decides by it": CONDITION + USES_F,
    "a function of PL/pgSQL that keeps it": ASSIGNED + USES_F,
    "a function of the owner's": DEFINER + USES_F,
    "a function of PL/pgSQL of the owner's": RETURNS.replace("STABLE", "STABLE SECURITY DEFINER") + USES_F,
    "a function of an exempt role's": DEFINER + "ALTER FUNCTION f() OWNER TO exempt;\n" + USES_F,
    "a function of a third role's": DEFINER + "ALTER FUNCTION f() OWNER TO third;\n" + USES_F,
    "a function of the table's owner": (
        f"{DEFINER}ALTER FUNCTION f() OWNER TO keeper;\nALTER TABLE a OWNER TO keeper;\n{USES_F}"
    ),
    "a function of the table's owner, who is forced": (
        f"{DEFINER}ALTER FUNCTION f() OWNER TO keeper;\nALTER TABLE a OWNER TO keeper;\n"
        f"ALTER TABLE a FORCE ROW LEVEL SECURITY;\n{USES_F}"
    ),
    "a function that calls a function": (
        f"{INVOKER}CREATE FUNCTION g() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT f() $$;\n"
        "CREATE POLICY p ON a USING (g());"
    ),
    "a function that calls one of the owner's": (
        f"{DEFINER}CREATE FUNCTION g() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT f() $$;\n"
        "CREATE POLICY p ON a USING (g());"
    ),
    "a function that reads a circle": (
        "CREATE POLICY q ON b USING (id IN (SELECT x.id FROM b x));\n"
        "CREATE FUNCTION f() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT 1 FROM b) $$;\n"
        "CREATE POLICY p ON a USING (f());"
    ),
    "a function on the way back": (
        f"{INVOKER}CREATE POLICY p ON a USING (id IN (SELECT a_id FROM b));\n"
        "CREATE POLICY q ON b USING (f());"
    ),
    "a function that reads another table": (
        "CREATE FUNCTION f() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT EXISTS (SELECT 1 FROM b) $$;\n"
        "CREATE POLICY q ON b USING (owner = current_user);\nCREATE POLICY p ON a USING (f());"
    ),
    "a function that calls itself": (
        "CREATE FUNCTION f(n int) RETURNS boolean LANGUAGE plpgsql STABLE AS $$\nBEGIN\n"
        "  IF n = 0 THEN\n    RETURN true;\n  END IF;\n  RETURN f(n - 1);\nEND $$;\n"
        "CREATE POLICY p ON a USING (f(2));"
    ),
    # by commands
    "only SELECT, by itself": f"CREATE POLICY p ON a FOR SELECT USING ({SELF});",
    "UPDATE by its own table": (
        "CREATE POLICY s ON a FOR SELECT USING (owner = current_user);\n"
        f"CREATE POLICY p ON a FOR UPDATE USING ({SELF});"
    ),
    "DELETE by its own table": (
        "CREATE POLICY s ON a FOR SELECT USING (owner = current_user);\n"
        f"CREATE POLICY p ON a FOR DELETE USING ({SELF});"
    ),
    "INSERT by its own table": (
        "CREATE POLICY s ON a FOR SELECT USING (true);\n"
        f"CREATE POLICY p ON a FOR INSERT WITH CHECK (NOT {SELF} OR true);"
    ),
    "INSERT by its own table, and SELECT with a subquery": (
        "CREATE POLICY s ON a FOR SELECT USING (owner = (SELECT current_user));\n"
        f"CREATE POLICY p ON a FOR INSERT WITH CHECK (NOT {SELF} OR true);"
    ),
    "UPDATE by its own table, and SELECT with a subquery": (
        "CREATE POLICY s ON a FOR SELECT USING (owner = (SELECT current_user));\n"
        f"CREATE POLICY p ON a FOR UPDATE USING ({SELF});"
    ),
    "DELETE by its own table, and SELECT by another": (
        "CREATE POLICY s ON a FOR SELECT USING (id IN (SELECT a_id FROM b));\n"
        "CREATE POLICY t ON b FOR SELECT USING (owner = current_user);\n"
        f"CREATE POLICY p ON a FOR DELETE USING ({SELF});"
    ),
    "INSERT by its own table, and SELECT in a circle": (
        "CREATE POLICY s ON a FOR SELECT USING (id IN (SELECT x.id FROM a x));\n"
        f"CREATE POLICY p ON a FOR INSERT WITH CHECK ({SELF});"
    ),
    "INSERT of each by the other": (
        "CREATE POLICY s ON a FOR SELECT USING (true);\nCREATE POLICY t ON b FOR SELECT USING (true);\n"
        "CREATE POLICY p ON a FOR INSERT WITH CHECK (id IN (SELECT a_id FROM b) OR true);\n"
        "CREATE POLICY q ON b FOR INSERT WITH CHECK (a_id IN (SELECT id FROM a) OR true);"
    ),
    "INSERT by another, whose SELECT comes back": (
        "CREATE POLICY s ON a FOR SELECT USING (owner = (SELECT current_user));\n"
        "CREATE POLICY t ON b FOR SELECT USING (a_id IN (SELECT id FROM a));\n"
        "CREATE POLICY p ON a FOR INSERT WITH CHECK (id IN (SELECT a_id FROM b) OR true);"
    ),
    "a check that is not asked, by its own table": (
        f"CREATE POLICY p ON a USING (owner = current_user) WITH CHECK ({SELF});"
    ),
    "INSERT by a function": (
        f"{INVOKER}CREATE POLICY s ON a FOR SELECT USING (owner = (SELECT current_user));\n"
        "CREATE POLICY p ON a FOR INSERT WITH CHECK (f() OR true);"
    ),
    # by roles and kinds
    "for one role only": (
        f"CREATE POLICY p ON a TO reader USING ({SELF});\n"
        "CREATE POLICY q ON a TO writer USING (owner = current_user);"
    ),
    "for a role through another": (
        f"CREATE POLICY p ON a TO crew USING ({SELF});\nCREATE POLICY q ON a USING (owner = current_user);"
    ),
    "half for one role, half for another": (
        "CREATE POLICY p ON a TO reader USING (id IN (SELECT a_id FROM b));\n"
        "CREATE POLICY q ON b TO writer USING (a_id IN (SELECT id FROM a));"
    ),
    "a restrictive policy beside a permissive one": (
        "CREATE POLICY s ON a USING (owner = current_user);\n"
        f"CREATE POLICY p ON a AS RESTRICTIVE USING ({SELF});"
    ),
    "a restrictive policy alone": f"CREATE POLICY p ON a AS RESTRICTIVE USING ({SELF});",
    "a restrictive policy beside one for INSERT": (
        "CREATE POLICY s ON a FOR INSERT WITH CHECK (true);\n"
        f"CREATE POLICY p ON a AS RESTRICTIVE FOR SELECT USING ({SELF});"
    ),
    "forced": f"ALTER TABLE a FORCE ROW LEVEL SECURITY;\nCREATE POLICY p ON a USING ({SELF});",
    "policies that are switched off": (
        f"CREATE POLICY p ON a USING ({SELF});\nALTER TABLE a DISABLE ROW LEVEL SECURITY;"
    ),
    "altered into a circle": (
        "CREATE POLICY p ON a USING (owner = current_user);\n"
        "ALTER POLICY p ON a USING (id IN (SELECT x.id FROM a x));"
    ),
    "altered out of a circle": (
        f"CREATE POLICY p ON a USING ({SELF});\nALTER POLICY p ON a USING (owner = current_user);"
    ),
    "renamed on the way": (
        "CREATE POLICY p ON a USING (id IN (SELECT a_id FROM b));\n"
        "CREATE POLICY q ON b USING (a_id IN (SELECT id FROM a));\n"
        "ALTER TABLE b RENAME TO d;"
    ),
}
# What the roles may do elsewhere is no business of these tests: membership is made on the server.
MEMBERS = "GRANT crew TO writer;\n"

WRITTEN: dict[Statement, str] = {
    "select": "SELECT * FROM {0}",
    "insert": "INSERT INTO {0} (id) VALUES (9)",
    "insert returning": "INSERT INTO {0} (id) VALUES (9) RETURNING id",
    "update": "UPDATE {0} SET owner = 'x'",
    "update where": "UPDATE {0} SET owner = 'x' WHERE id = 1",
    "delete": "DELETE FROM {0}",
    "delete where": "DELETE FROM {0} WHERE id = 1",
}


def script(shape: str) -> str:
    made = "".join(f"CREATE ROLE {name} {options};\n" for name, options in ROLES.items())
    return f"{made}CREATE ROLE crew;\n{MEMBERS}{TABLES}{SHAPES[shape]}\n"


def prepared(postgres: Postgres, shape: str) -> None:
    roles(postgres, {**ROLES, "crew": ""})
    postgres.run("GRANT crew TO writer")
    run(postgres, TABLES + SHAPES[shape])


@pytest.mark.parametrize("shape", SHAPES)
def test_postgres_refuses_exactly_what_is_foretold(emptied: Postgres, shape: str) -> None:
    prepared(emptied, shape)
    guards = security(script(shape))
    expansion = Expansion(guards)
    wrong = []
    for table in guards.tables:
        for role in ("reader", "writer"):
            for statement in STATEMENTS:
                foretold = refusal(expansion, statement, table.table.number, role)
                # That a row is not let through is another matter.
                seen = refusal_as(emptied, role, WRITTEN[statement].format(table))
                if (seen if seen in ("42P17", "54001") else None) != foretold:
                    wrong.append((str(table), role, statement, seen, foretold))
    assert wrong == []


@pytest.mark.parametrize("shape", SHAPES)
def test_a_circle_is_told_exactly_where_a_statement_is_refused(shape: str) -> None:
    guards = security(script(shape))
    expansion = Expansion(guards)
    refused = {
        str(table)
        for table in guards.tables
        for role in ("reader", "writer", "third")
        for statement in STATEMENTS
        if refusal(expansion, statement, table.table.number, role)
    }
    told = set()
    for circle in circles(guards):
        # Others can be read, where only what begins at the table comes back to it.
        around = [circle.table] if circle.inner else [hop.policy.table for hop in circle.hops]
        told |= {str(it) for it in (*around, *circle.others)}
    assert bool(told) == bool(refused)
    assert told <= refused


def test_there_are_shapes_that_are_refused_and_shapes_that_are_not() -> None:
    told = {shape: len(found("policy-recursion", script(shape))) for shape in SHAPES}
    assert sum(1 for it in told.values() if it == 0) >= 15
    assert sum(1 for it in told.values() if it == 1) >= 30
    assert max(told.values()) <= 2


HELPED = [
    "itself in IN",
    "itself in EXISTS",
    "itself behind false",
    "two tables",
    "for one role only",
]


@pytest.mark.parametrize("shape", HELPED)
def test_the_function_that_is_shown_ends_the_circle(emptied: Postgres, shape: str) -> None:
    prepared(emptied, shape)
    helper = next(it for it in map(helped, circles(security(script(shape)))) if it)
    assert refusal_as(emptied, "reader", "SELECT * FROM a") == "42P17"
    run(emptied, helper)
    assert refusal_as(emptied, "reader", "SELECT * FROM a") is None
    assert circles(security(script(shape) + helper)) == ()


def helped(circle: Circle) -> str | None:
    return definer_helper(circle.hops[0].policy)


def ring(count: int, role: str = "") -> str:
    """Tables each of which is guarded by the next, and the last one by the first."""
    made = "".join(
        f"CREATE TABLE t{it} (id int PRIMARY KEY);\nALTER TABLE t{it} ENABLE ROW LEVEL SECURITY;\n"
        for it in range(count)
    )
    return made + "".join(
        f"CREATE POLICY p ON t{it}{role} USING (id IN (SELECT id FROM t{(it + 1) % count}));\n"
        for it in range(count)
    )


def test_a_ring_of_many_tables_is_one_circle() -> None:
    (circle,) = circles(security(ring(500)))
    assert len(circle.hops) == 500
    (message,) = found("policy-recursion", ring(500))
    assert "and so on by 495 more" in message


def test_many_policies_that_lead_on_and_end_are_no_circle() -> None:
    made = ring(600).replace("FROM t0", "FROM t599 WHERE false UNION SELECT 1")
    assert len(circles(security(made))) == 1  # t599 by itself
    made = ring(600).replace("USING (id IN (SELECT id FROM t0))", "USING (id = (SELECT 1))")
    assert circles(security(made)) == ()


def test_members_of_each_other_see_one_circle() -> None:
    made = "CREATE ROLE one;\nCREATE ROLE two;\nGRANT one TO two;\nGRANT two TO one;\n"
    (circle,) = circles(security(made + ring(2, " TO one")))
    assert {"one", "two"} <= {*circle.roles}


def test_policies_on_what_is_not_known_are_no_circle() -> None:
    made = "CREATE POLICY p ON missing USING (id IN (SELECT id FROM missing));\n"
    made += "CREATE TABLE t (id int);\nALTER TABLE t ENABLE ROW LEVEL SECURITY;\n"
    made += "CREATE POLICY q ON t USING (id IN (SELECT id FROM missing));\n"
    assert circles(security(made)) == ()


TREE = """
CREATE TABLE folder (id int PRIMARY KEY, parent_id int REFERENCES folder, owner text);
INSERT INTO folder VALUES (1, NULL, 'reader'), (2, 1, NULL), (3, 2, NULL), (4, NULL, 'writer'), (5, 4, NULL);
ALTER TABLE folder ENABLE ROW LEVEL SECURITY;
GRANT ALL ON folder TO PUBLIC;
CREATE FUNCTION visible(it int) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM folder WHERE id = it)
$$;
CREATE POLICY p ON folder USING (owner = current_user OR visible({0}));
"""


@pytest.mark.parametrize(("handed", "ends"), [("parent_id", True), ("id", False)])
def test_a_function_that_climbs_a_tree_comes_to_an_end(emptied: Postgres, handed: str, ends: bool) -> None:
    roles(emptied, ROLES)
    run(emptied, TREE.format(handed))
    assert refusal_as(emptied, "reader", "SELECT * FROM folder") == (None if ends else "54001")
    if ends:
        assert rows_as(emptied, "reader", "SELECT id FROM folder ORDER BY id") == ["1", "2", "3"]
    (circle,) = circles(security(TREE.format(handed)))
    assert circle.climbs == ends
