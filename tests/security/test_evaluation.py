"""What a term is said to come to, held against what PostgreSQL makes of it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crowsfoot.link.security.contexts import contexts_of
from crowsfoot.link.security.evaluation import EMPTY, UNSET, Other, Session, evaluate

from ..postgres import Postgres
from .leaks import security

TABLE = """
CREATE TABLE doc (id int PRIMARY KEY, org text NOT NULL, flag boolean NOT NULL);
CREATE TABLE member (org text NOT NULL, name text);
CREATE FUNCTION org() RETURNS text LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.a', true), '') $$;
CREATE FUNCTION no_org() RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN org() IS NULL; END $$;
ALTER TABLE doc ENABLE ROW LEVEL SECURITY;
"""

texts = st.recursive(
    st.sampled_from(
        [
            "current_setting('app.a', true)",
            "current_setting('app.b', true)",
            "org()",
            "org",
            "doc.org",
            "id::text",
            "'x'",
            "''",
            "'1'",
            "'off'",
            "NULL::text",
        ]
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda it: f"coalesce({it[0]}, {it[1]})"),
        st.tuples(inner, inner).map(lambda it: f"nullif({it[0]}, {it[1]})"),
        st.tuples(inner, inner).map(lambda it: f"({it[0]} || {it[1]})"),
        inner.map(lambda it: f"lower({it})"),
        inner.map(lambda it: f"(SELECT {it})"),
        inner.map(lambda it: f"(SELECT m.name FROM member m WHERE m.org = {it})"),
        inner.map(lambda it: f"({it})::int::text"),
    ),
    max_leaves=4,
)
compared = st.tuples(texts, st.sampled_from(["=", "<>", "<", ">="]), texts).map(" ".join)
tested = st.tuples(texts, st.sampled_from(["IS NULL", "IS NOT NULL"])).map(" ".join)
conditions = st.recursive(
    st.one_of(
        compared,
        tested,
        st.tuples(texts, texts).map(lambda it: f"{it[0]} IS DISTINCT FROM {it[1]}"),
        st.tuples(texts, texts, texts).map(lambda it: f"{it[0]} IN ({it[1]}, {it[2]})"),
        st.tuples(texts, texts).map(lambda it: f"{it[0]} = ANY (ARRAY[{it[1]}, 'y'])"),
        st.tuples(texts, texts).map(lambda it: f"{it[0]} NOT IN ({it[1]}, 'y')"),
        st.tuples(texts, texts).map(
            lambda it: f"{it[0]} IN (SELECT m.name FROM member m WHERE m.org = {it[1]})"
        ),
        st.sampled_from(["true", "false", "NULL::boolean", "flag", "no_org()", "1 = 1", "'t'::boolean"]),
        texts.map(lambda it: f"({it})::boolean"),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda it: f"({it[0]} AND {it[1]})"),
        st.tuples(inner, inner).map(lambda it: f"({it[0]} OR {it[1]})"),
        inner.map(lambda it: f"NOT ({it})"),
        st.tuples(inner, st.sampled_from(["IS TRUE", "IS NOT TRUE", "IS FALSE", "IS UNKNOWN"])).map(
            lambda it: f"({it[0]}) {it[1]}"
        ),
        st.tuples(inner, inner, inner).map(lambda it: f"CASE WHEN {it[0]} THEN {it[1]} ELSE {it[2]} END"),
        st.tuples(inner, inner).map(lambda it: f"coalesce({it[0]}, {it[1]})"),
        inner.map(lambda it: f"EXISTS (SELECT 1 FROM member m WHERE {it})"),
        inner.map(lambda it: f"(SELECT {it})"),
    ),
    max_leaves=5,
)


@pytest.fixture
def rows(postgres: Postgres) -> Postgres:
    for statement in TABLE.strip().split(";\n"):
        postgres.run(statement)
    postgres.run("INSERT INTO doc VALUES (1, 'x', true), (2, '', false), (3, 'off', true)")
    postgres.run("INSERT INTO member VALUES ('x', NULL), ('y', 'x'), ('z', '1')")
    return postgres


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=conditions)
def test_what_is_foretold_is_what_postgresql_says(rows: Postgres, condition: str) -> None:
    for session in (UNSET, EMPTY):
        foretold = what(condition, session)
        if isinstance(foretold, Other):
            continue
        connection = rows.another() if session is UNSET else rows
        try:
            if session is EMPTY:
                connection.run("SET app.a = ''")
                connection.run("SET app.b = ''")
            if connection.refusal(f"SELECT ({condition}) FROM doc") is not None:
                continue  # it fails, which lets nothing through either
            said = connection.run(f"SELECT coalesce(({condition})::text, 'null') FROM doc")
        finally:
            if connection is not rows:
                connection.close()
        assert set(said) == {"null" if foretold is None else str(foretold).lower()}, (session, condition)


def what(condition: str, session: Session) -> object:
    guarded = security(f"{TABLE}CREATE POLICY p ON doc USING ({condition});")
    (policy,) = next(it for it in guarded.tables if it.table.name == "doc").policies
    assert policy.using is not None
    return evaluate(policy.using, session, contexts_of(guarded))
