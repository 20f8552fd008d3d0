"""What rules say of policies' predicates, held against a real PostgreSQL.

Each case is tried twice: the rule reads the SQL, and the server runs it with the rows of two tenants. The leak,
or the refusal, is seen exactly where the rule speaks.
"""

from typing import NamedTuple

import pytest

from ..postgres import Postgres
from .leaks import found, refusal_as, roles, rows_as, run

TABLES = """
CREATE TABLE doc (
  id int PRIMARY KEY,
  org_id int NOT NULL,
  user_id uuid NOT NULL,
  title text,
  is_public boolean NOT NULL DEFAULT false,
  deleted_at timestamp
);
CREATE TABLE member (org_id int NOT NULL, user_id uuid NOT NULL, PRIMARY KEY (org_id, user_id));
CREATE TABLE banned (user_id uuid PRIMARY KEY);
ALTER TABLE doc ENABLE ROW LEVEL SECURITY;
"""
# Two tenants, with one user and two rows each.
ROWS = """
INSERT INTO doc (id, org_id, user_id, title)
SELECT it, 1 + it % 2, format('00000000-0000-0000-0000-%s', lpad((1 + it % 2)::text, 12, '0'))::uuid, 'x'
FROM generate_series(1, 4) it;
INSERT INTO member SELECT DISTINCT org_id, user_id FROM doc;
INSERT INTO banned SELECT gen_random_uuid();
"""
# What Supabase brings. Source: https://supabase.com/docs/guides/database/postgres/row-level-security
AUTH = """
CREATE SCHEMA auth;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT (auth.jwt() ->> 'sub')::uuid $$;
CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE AS $$ SELECT auth.jwt() ->> 'role' $$;
GRANT USAGE ON SCHEMA auth TO PUBLIC;
"""
RIGHTS = "GRANT ALL ON ALL TABLES IN SCHEMA public TO app_user, authenticated, anon, app_admin;"
USERS = dict.fromkeys(("app_user", "authenticated", "anon", "app_admin"), "NOLOGIN")

ORG = "org_id = nullif(current_setting('app.org', true), '')::int"
OWN = f"CREATE POLICY own ON doc USING ({ORG});"
FIRST = {"app.org": "1"}  # the session of the first tenant
LOGGED_IN = {
    "request.jwt.claims": '{"sub": "00000000-0000-0000-0000-000000000001", "role": "authenticated",'
    ' "app_metadata": {"org": 1}, "user_metadata": {"org": 2}}'
}
NOBODY: dict[str, str] = {}
LEFT_EMPTY = {"app.org": "", "app.mode": ""}  # as a connection is after SET LOCAL


class Case(NamedTuple):
    rule: str
    policies: str
    settings: dict[str, str]
    leaks: bool  # rows of the second tenant are seen
    role: str = "app_user"


LEAKS = [
    # true, however it is said; and where a restrictive policy narrows it
    Case("policy-always-true", OWN + "CREATE POLICY a ON doc FOR SELECT USING (true);", FIRST, True),
    Case("policy-always-true", OWN + "CREATE POLICY a ON doc FOR SELECT USING (id = id);", FIRST, True),
    Case("policy-always-true", OWN + "CREATE POLICY a ON doc FOR SELECT USING (NOT false);", FIRST, True),
    Case(
        "policy-always-true",
        OWN + "CREATE POLICY a ON doc FOR SELECT USING (1 = 1 OR user_id IS NULL);",
        FIRST,
        True,
    ),
    Case("policy-always-true", OWN + "CREATE POLICY a ON doc FOR SELECT USING (1 = 2);", FIRST, False),
    Case(
        "policy-always-true", OWN + "CREATE POLICY a ON doc FOR SELECT USING (NULL OR false);", FIRST, False
    ),
    Case("policy-always-true", OWN + "CREATE POLICY a ON doc TO app_admin USING (true);", FIRST, False),
    Case(
        "policy-always-true",
        f"CREATE POLICY a ON doc USING (true); CREATE POLICY b ON doc AS RESTRICTIVE USING ({ORG});",
        FIRST,
        False,
    ),
    Case(
        "policy-always-true",
        "CREATE POLICY a ON doc USING (EXISTS (SELECT 1 FROM member WHERE member.org_id = org_id"
        " AND member.user_id = auth.uid()));",
        LOGGED_IN,
        True,
    ),
    Case(
        "policy-always-true",
        "CREATE POLICY a ON doc USING (EXISTS (SELECT 1 FROM member WHERE member.org_id = doc.org_id"
        " AND member.user_id = auth.uid()));",
        LOGGED_IN,
        False,
    ),
    # only whether there is a user
    Case(
        "policy-checks-only-login",
        "CREATE POLICY a ON doc FOR SELECT USING (user_id = auth.uid());"
        "CREATE POLICY b ON doc FOR SELECT USING (auth.uid() IS NOT NULL);",
        LOGGED_IN,
        True,
    ),
    Case(
        "policy-checks-only-login",
        "CREATE POLICY a ON doc FOR SELECT USING (user_id = auth.uid());"
        "CREATE POLICY b ON doc FOR SELECT USING ((SELECT auth.role()) = 'authenticated');",
        LOGGED_IN,
        True,
    ),
    Case(
        "policy-checks-only-login",
        "CREATE POLICY a ON doc FOR SELECT USING (user_id = auth.uid());"
        "CREATE POLICY b ON doc FOR SELECT USING (auth.uid() IS NOT NULL AND user_id = auth.uid());",
        LOGGED_IN,
        False,
    ),
    # put together with OR, and with AND
    Case(
        "policy-widens-another",
        OWN + "CREATE POLICY a ON doc FOR SELECT USING (deleted_at IS NULL);",
        FIRST,
        True,
    ),
    Case("policy-widens-another", OWN + "CREATE POLICY a ON doc FOR SELECT USING (id <= 2);", FIRST, True),
    Case(
        "policy-widens-another",
        OWN + "CREATE POLICY a ON doc AS RESTRICTIVE FOR SELECT USING (deleted_at IS NULL);",
        FIRST,
        False,
    ),
    Case(
        "policy-widens-another",
        OWN + "CREATE POLICY a ON doc FOR SELECT TO app_admin USING (deleted_at IS NULL);",
        FIRST,
        False,
    ),
    # restrictive for some
    Case(
        "restrictive-policy-misses-role",
        f"CREATE POLICY a ON doc USING (true); CREATE POLICY b ON doc AS RESTRICTIVE TO authenticated USING ({ORG});",
        FIRST,
        True,
    ),
    Case(
        "restrictive-policy-misses-role",
        f"CREATE POLICY a ON doc USING (true); CREATE POLICY b ON doc AS RESTRICTIVE TO app_user USING ({ORG});"
        "DROP POLICY a ON doc; CREATE POLICY a ON doc TO app_user USING (true);",
        FIRST,
        False,
    ),
    # a claim that users write themselves
    Case(
        "user-metadata-in-policy",
        "CREATE POLICY a ON doc USING (org_id = (auth.jwt() -> 'user_metadata' ->> 'org')::int);",
        LOGGED_IN,
        True,
    ),
    Case(
        "user-metadata-in-policy",
        "CREATE POLICY a ON doc USING (org_id = (auth.jwt() -> 'app_metadata' ->> 'org')::int);",
        LOGGED_IN,
        False,
    ),
    # a setting that whoever runs SQL can set
    Case(
        "setting-bypasses-policy",
        OWN + "CREATE POLICY a ON doc USING (current_setting('app.bypass_rls', true) = 'on');",
        {**FIRST, "app.bypass_rls": "on"},
        True,
    ),
    Case("setting-bypasses-policy", OWN, {**FIRST, "app.bypass_rls": "on"}, False),
]
_READS_SETTING = "current_setting('app.org', true)"
FAILING_OPEN = [
    (f"{_READS_SETTING} IS NULL OR org_id = {_READS_SETTING}::int", NOBODY, True),
    (f"coalesce({_READS_SETTING}::int, org_id) = org_id", NOBODY, True),
    ("current_setting('app.mode', true) IS DISTINCT FROM 'tenant'", NOBODY, True),
    ("NOT coalesce(current_setting('app.narrow', true)::boolean, false)", NOBODY, True),
    (f"CASE WHEN {_READS_SETTING} IS NULL THEN true ELSE false END", NOBODY, True),
    (f"org_id::text = {_READS_SETTING} OR {_READS_SETTING} = ''", LEFT_EMPTY, True),
    ("current_setting('app.mode', true) <> 'tenant'", LEFT_EMPTY, True),
    ("auth.uid() IS NULL OR user_id = auth.uid()", NOBODY, True),
    ("NOT EXISTS (SELECT 1 FROM banned WHERE banned.user_id = auth.uid())", NOBODY, True),
    ("(SELECT auth.uid()) IS NULL", NOBODY, True),
    ("coalesce((SELECT org_id FROM member WHERE user_id = auth.uid()), org_id) = org_id", NOBODY, True),
    # closed in both states
    (ORG, NOBODY, False),
    (ORG, LEFT_EMPTY, False),
    (f"org_id::text = {_READS_SETTING}", NOBODY, False),
    (f"org_id::text = {_READS_SETTING}", LEFT_EMPTY, False),
    (f"NOT (org_id::text <> {_READS_SETTING})", NOBODY, False),
    (f"coalesce({_READS_SETTING}, '0') = org_id::text", NOBODY, False),
    (f"{_READS_SETTING} IN (org_id::text)", NOBODY, False),
    (f"org_id::text = ANY (string_to_array({_READS_SETTING}, ','))", NOBODY, False),
    ("EXISTS (SELECT 1 FROM member m WHERE m.org_id = doc.org_id AND m.user_id = auth.uid())", NOBODY, False),
    ("user_id = auth.uid()", NOBODY, False),
    ("user_id IS NULL OR user_id = auth.uid()", NOBODY, False),
    ("auth.uid() IS NOT NULL AND org_id = 2 AND auth.uid() = user_id", NOBODY, False),
]


@pytest.mark.parametrize("case", LEAKS, ids=lambda it: f"{it.rule}: {it.policies[-70:]}")
def test_rows_leak_where_the_rule_speaks(postgres: Postgres, case: Case) -> None:
    prepare(postgres, case.policies)
    seen = rows_as(postgres, case.role, "SELECT count(*) FROM doc WHERE org_id = 2", case.settings)
    assert (seen != ["0"]) is case.leaks
    assert bool(found(case.rule, TABLES + spread(case.policies))) is case.leaks


@pytest.mark.parametrize(("using", "settings", "leaks"), FAILING_OPEN, ids=lambda it: str(it)[:70])
def test_a_policy_fails_open_where_the_rule_says_so(
    postgres: Postgres, using: str, settings: dict[str, str], leaks: bool
) -> None:
    policy = f"CREATE POLICY own ON doc USING ({using});"
    prepare(postgres, policy)
    seen = rows_as(postgres, "app_user", "SELECT count(*) FROM doc", settings)
    assert (seen == ["4"]) is leaks
    assert bool(found("policy-fails-open", TABLES + policy)) is leaks


MADE = "INSERT INTO doc (id, org_id, user_id) VALUES (9, {}, gen_random_uuid())"
WRITES = [
    # WITH CHECK that forgets the tenant
    (
        "check-drops-tenant",
        f"CREATE POLICY a ON doc USING ({ORG}) WITH CHECK (true);",
        MADE.format(2),
        None,
        True,
    ),
    ("check-drops-tenant", f"CREATE POLICY a ON doc USING ({ORG});", MADE.format(2), "42501", False),
    (
        "check-drops-tenant",
        f"CREATE POLICY a ON doc USING ({ORG}) WITH CHECK (true);",
        "UPDATE doc SET org_id = 2",
        None,
        True,
    ),
    (
        "check-drops-tenant",
        f"CREATE POLICY a ON doc USING ({ORG}) WITH CHECK ({ORG} AND title <> '');",
        "UPDATE doc SET org_id = 2",
        "42501",
        False,
    ),
    # nothing that could let a row in
    ("insert-policy-without-check", "CREATE POLICY a ON doc FOR INSERT;", MADE.format(1), "42501", True),
    (
        "insert-policy-without-check",
        f"CREATE POLICY a ON doc FOR INSERT WITH CHECK ({ORG});",
        MADE.format(1),
        None,
        False,
    ),
    ("insert-policy-without-check", f"CREATE POLICY a ON doc USING ({ORG});", MADE.format(1), None, False),
    # what is not seen cannot be returned
    (
        "returning-without-select-policy",
        f"CREATE POLICY a ON doc FOR INSERT WITH CHECK ({ORG});",
        MADE.format(1) + " RETURNING id",
        "42501",
        True,
    ),
    (
        "returning-without-select-policy",
        f"CREATE POLICY a ON doc FOR INSERT WITH CHECK ({ORG});CREATE POLICY b ON doc FOR SELECT USING ({ORG});",
        MADE.format(1) + " RETURNING id",
        None,
        False,
    ),
    # restrictive policies give nothing
    (
        "only-restrictive-policies",
        f"CREATE POLICY a ON doc AS RESTRICTIVE USING ({ORG});",
        MADE.format(1),
        "42501",
        True,
    ),
    (
        "only-restrictive-policies",
        f"CREATE POLICY a ON doc AS RESTRICTIVE USING ({ORG});CREATE POLICY b ON doc USING (true);",
        MADE.format(1),
        None,
        False,
    ),
]


@pytest.mark.parametrize(("rule", "policies", "statement", "state", "speaks"), WRITES)
def test_a_write_is_refused_or_let_through_as_the_rule_says(
    postgres: Postgres, rule: str, policies: str, statement: str, state: str | None, speaks: bool
) -> None:
    prepare(postgres, policies)
    assert refusal_as(postgres, "app_user", statement, FIRST) == state
    assert bool(found(rule, TABLES + spread(policies))) is speaks


@pytest.mark.parametrize("command", ["UPDATE", "DELETE"])
def test_rows_that_are_not_seen_are_not_found_by_a_where(postgres: Postgres, command: str) -> None:
    alone = f"CREATE POLICY a ON doc FOR {command} USING ({ORG});"
    seen = f"CREATE POLICY b ON doc FOR SELECT USING ({ORG});"
    statement = "UPDATE doc SET title = 'y'" if command == "UPDATE" else "DELETE FROM doc"
    prepare(postgres, alone)
    changed = f"WITH it AS ({statement} WHERE id > 0 RETURNING 1) SELECT count(*) FROM it"
    plain = f"{statement} WHERE id > 0"
    rows_as(postgres, "app_user", plain, FIRST)
    assert postgres.run("SELECT count(*) FROM doc WHERE title = 'y'") == ["0"]
    assert found("write-without-select-policy", TABLES + alone)
    run(postgres, seen)
    assert rows_as(postgres, "app_user", changed, FIRST) == ["2"]
    assert not found("write-without-select-policy", TABLES + spread(alone + seen))


@pytest.mark.parametrize(
    ("using", "fails"),
    [
        ("org_id = current_setting('app.org', true)::int", True),
        ("user_id = current_setting('app.org', true)::uuid", True),
        ("org_id = (current_setting('app.org', true)::json ->> 'org')::int", True),
        (ORG, False),
        ("org_id::text = current_setting('app.org', true)", False),
    ],
)
def test_a_setting_that_set_local_left_empty_cannot_be_cast(
    postgres: Postgres, using: str, fails: bool
) -> None:
    policy = f"CREATE POLICY own ON doc USING ({using});"
    prepare(postgres, policy)
    query = "SELECT count(*) FROM doc"
    assert refusal_as(postgres, "app_user", query) is None  # never set: NULL
    rows_as(postgres, "app_user", "SELECT set_config('app.org', '1', true)")
    assert refusal_as(postgres, "app_user", query) == ("22P02" if fails else None)
    assert bool(found("empty-setting-cast", TABLES + policy)) is fails


def test_a_setting_without_a_dot_cannot_be_set(postgres: Postgres) -> None:
    policy = "CREATE POLICY own ON doc USING (org_id = current_setting('{}', true)::int);"
    prepare(postgres, policy.format("tenant"))
    assert postgres.refusal("SET tenant = 1") == "42704"
    assert postgres.refusal("SET app.tenant = 1") is None
    assert found("unqualified-setting", TABLES + policy.format("tenant"))
    assert not found("unqualified-setting", TABLES + policy.format("app.tenant"))


def test_all_users_of_a_pool_are_one_role(postgres: Postgres) -> None:
    policy = "CREATE POLICY own ON doc USING (title = current_user);"
    prepare(postgres, policy)
    postgres.run("UPDATE doc SET title = 'app_user'")
    query = "SELECT count(DISTINCT org_id) FROM doc"
    assert rows_as(postgres, "app_user", query, FIRST) == ["2"]  # those of both tenants
    assert found("policy-by-login-role", TABLES + policy)
    assert not found("policy-by-login-role", TABLES + OWN)


def test_a_policy_of_a_role_that_nobody_has_shows_nothing(postgres: Postgres) -> None:
    policy = f"CREATE POLICY own ON doc TO {{}} USING ({ORG});"
    prepare(postgres, policy.format("app_admin"))
    query = "SELECT count(*) FROM doc"
    assert rows_as(postgres, "app_user", query, FIRST) == ["0"]
    settings = 'runtime-roles = ["app_user"]'
    assert found("policy-for-unused-role", TABLES + policy.format("app_admin"), settings)
    run(postgres, "DROP POLICY own ON doc;\n" + policy.format("app_user"))
    assert rows_as(postgres, "app_user", query, FIRST) == ["2"]
    assert not found("policy-for-unused-role", TABLES + policy.format("app_user"), settings)


def test_a_policy_that_says_the_same_can_go(postgres: Postgres) -> None:
    same = f"CREATE POLICY again ON doc FOR SELECT USING ({ORG});"
    prepare(postgres, OWN + same)
    query = "SELECT array_agg(id ORDER BY id) FROM doc"
    before = rows_as(postgres, "app_user", query, FIRST)
    run(postgres, "DROP POLICY again ON doc;")
    assert rows_as(postgres, "app_user", query, FIRST) == before
    assert found("duplicate-policy", TABLES + spread(OWN + same))
    assert not found("duplicate-policy", TABLES + OWN)


def test_a_policy_without_using_shows_no_row(postgres: Postgres) -> None:
    prepare(postgres, "CREATE POLICY a ON doc FOR SELECT;")
    assert rows_as(postgres, "app_user", "SELECT count(*) FROM doc") == ["0"]
    assert not found("policy-always-true", TABLES + "CREATE POLICY a ON doc FOR SELECT;")


def prepare(postgres: Postgres, policies: str) -> None:
    """Two tenants' rows behind the policies."""
    roles(postgres, USERS)
    run(postgres, AUTH + TABLES + ROWS + spread(policies) + "\n" + RIGHTS)


def spread(statements: str) -> str:
    """One statement in each line."""
    return statements.replace(";", ";\n")
