"""Terms of policies: what they read of the session, whose columns they name, what they ask for."""

import pytest

from crowsfoot.link.security.contexts import contexts_of
from crowsfoot.link.security.model import SecuredPolicy
from crowsfoot.link.security.scoping import comparisons, scoping
from crowsfoot.link.security.terms import captured, columns, own_columns, says

from .leaks import security

TABLES = """
CREATE TABLE doc (id int PRIMARY KEY, org_id int NOT NULL, user_id uuid, is_public boolean NOT NULL);
CREATE TABLE member (org_id int NOT NULL, user_id uuid NOT NULL, role text);
CREATE TABLE folder (id int PRIMARY KEY, owner uuid);
ALTER TABLE doc ENABLE ROW LEVEL SECURITY;
ALTER TABLE folder ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION org() RETURNS int LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.org', true), '')::int $$;
CREATE FUNCTION my_org() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN org(); END $$;
CREATE FUNCTION is_member(o int) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
  IF o IS NULL THEN RETURN false; END IF;
  RETURN EXISTS (SELECT 1 FROM member WHERE org_id = o AND user_id = auth.uid());
END $$;
CREATE FUNCTION ping() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN pong() AND pong(); END $$;
CREATE FUNCTION pong() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN ping() OR ping(); END $$;
"""


def policy(using: str, more: str = "") -> SecuredPolicy:
    guarded = security(f"{TABLES}CREATE POLICY p ON doc USING ({using});\n{more}")
    (found,) = [it for table in guarded.tables for it in table.policies]
    return found


@pytest.mark.parametrize(
    ("using", "contexts"),
    [
        ("org_id = current_setting('app.org')::int", ["current_setting('app.org')"]),
        (
            "org_id = (SELECT nullif(current_setting('app.org', true), ''))::int",
            ["current_setting('app.org')"],
        ),
        ("user_id = auth.uid()", ["auth.uid()"]),
        ("user_id = (auth.jwt() ->> 'sub')::uuid", ["the claim sub"]),
        ("(auth.jwt() -> 'app_metadata' ->> 'org')::int = org_id", ["the claim app_metadata.org"]),
        ("(auth.jwt() #>> '{app_metadata,org}')::int = org_id", ["the claim app_metadata.org"]),
        (
            "(current_setting('request.jwt.claims', true)::json ->> 'org')::int = org_id",
            ["the claim org"],
        ),
        ("current_setting('request.jwt.claim.sub', true)::uuid = user_id", ["the claim sub"]),
        ("current_user = 'x' OR session_user = 'y'", ["current_user", "session_user"]),
        ("org_id = org()", ["org()", "current_setting('app.org')"]),
        ("org_id = my_org()", ["my_org()", "current_setting('app.org')"]),
        ("is_member(org_id)", ["auth.uid()"]),
        ("EXISTS (SELECT 1 FROM member m WHERE m.user_id = auth.uid())", ["auth.uid()"]),
        ("is_public AND id > 3 AND now() > 'yesterday'", []),
        ("ping()", []),
    ],
)
def test_what_a_term_reads_of_the_session(using: str, contexts: list[str]) -> None:
    it = policy(using)
    assert it.using is not None
    assert [str(each) for each in contexts_of(it.table.security).within(it.using)] == contexts


@pytest.mark.parametrize(
    ("using", "own"),
    [
        ("org_id = 1 AND doc.user_id IS NULL", ("org_id", "user_id")),
        ("EXISTS (SELECT 1 FROM member WHERE member.org_id = doc.org_id)", ("org_id",)),
        ("EXISTS (SELECT 1 FROM member WHERE org_id = 1)", ()),  # the name means the nearest
        ("EXISTS (SELECT 1 FROM member WHERE is_public)", ("is_public",)),
        ("EXISTS (SELECT 1 FROM member m, folder f WHERE f.id = id)", ()),
        ("id IN (SELECT id FROM folder WHERE owner = user_id)", ("id", "user_id")),
        ("EXISTS (SELECT 1 FROM (SELECT owner FROM folder) f WHERE f.owner = user_id)", ("user_id",)),
        (
            "EXISTS (WITH m AS (SELECT * FROM member) SELECT 1 FROM m WHERE m.org_id = doc.org_id)",
            ("org_id",),
        ),
        ("EXISTS (SELECT 1 FROM nowhere WHERE org_id = 1)", ()),  # it may have such a column
    ],
)
def test_a_name_means_the_innermost_table_that_has_it(using: str, own: tuple[str, ...]) -> None:
    it = policy(using)
    assert it.using is not None
    assert own_columns(it.using, it.table.table, it.table.security.catalog) == own


@pytest.mark.parametrize(
    ("condition", "caught"),
    [
        ("member.org_id = org_id", ["member.org_id = org_id"]),
        ("org_id = org_id", ["org_id = org_id"]),
        ("member.org_id = doc.org_id", []),
        ("member.role = role", []),  # the policy's table has no such column
        ("member.org_id = member.org_id", []),  # nobody means the other one then
    ],
)
def test_a_column_that_a_subquery_has_caught(condition: str, caught: list[str]) -> None:
    it = policy(f"EXISTS (SELECT 1 FROM member WHERE {condition})")
    assert it.using is not None
    found = captured(it.using, it.table.table, it.table.security.catalog)
    assert [says(term) for term, _ in found] == caught


@pytest.mark.parametrize(
    ("using", "kind", "bound"),
    [
        ("true", "open", ()),
        ("is_public", "open", ()),
        ("id IN (SELECT 1)", "open", ()),
        ("EXISTS (SELECT 1 FROM member m WHERE m.org_id = doc.org_id)", "open", ()),
        ("auth.uid() IS NOT NULL", "login", ()),
        ("auth.role() = 'authenticated'", "login", ()),
        ("auth.role() = ANY (ARRAY['authenticated', 'anon'])", "login", ()),
        ("current_setting('app.org', true) <> ''", "login", ()),
        ("auth.role() = 'service_role'", "claimed", ()),
        ("(auth.jwt() ->> 'role') = 'admin'", "claimed", ()),
        ("EXISTS (SELECT 1 FROM member WHERE user_id = auth.uid() AND role = 'admin')", "claimed", ()),
        ("user_id = auth.uid()", "scoped", ("user_id",)),
        ("user_id = auth.uid() AND is_public", "scoped", ("user_id",)),
        ("user_id = auth.uid() OR is_public", "open", ()),
        ("user_id = auth.uid() OR org_id = org()", "scoped", ()),
        ("user_id = auth.uid() OR (user_id = auth.uid() AND org_id = org())", "scoped", ("user_id",)),
        ("user_id = auth.uid() OR false", "scoped", ("user_id",)),
        ("org_id IN (SELECT m.org_id FROM member m WHERE m.user_id = auth.uid())", "scoped", ("org_id",)),
        ("is_member(org_id)", "scoped", ("org_id",)),
        ("EXISTS (SELECT 1 FROM folder f WHERE f.id = doc.id)", "scoped", ("id",)),  # which has policies
        ("org_id = somewhere.tenant()", "scoped", ("org_id",)),
        ("somewhere.may()", "unknown", ()),
        ("user_id <> auth.uid()", "unknown", ()),
        ("NOT EXISTS (SELECT 1 FROM member m WHERE m.user_id = auth.uid())", "unknown", ()),
        ("ping()", "unknown", ()),
        ("false", "never", ()),
        ("1 = 2 AND user_id = auth.uid()", "never", ()),
    ],
)
def test_what_a_policy_asks_for(using: str, kind: str, bound: tuple[str, ...]) -> None:
    found = scoping(policy(using)).using
    assert found is not None
    assert (found.kind, found.bound) == (kind, bound)


def test_a_comparison_tells_its_column_and_what_stands_around_it() -> None:
    it = policy("lower(user_id::text) = auth.uid()::text AND org_id = 1 AND org_id IN (SELECT org())")
    assert it.using is not None
    found = list(comparisons(it.using, it.table.table, contexts_of(it.table.security)))
    assert [(each.column.name, str(each.context), says(each.beside)) for each in found] == [
        ("user_id", "auth.uid()", "lower(user_id::text)"),
        ("org_id", "org()", "org_id"),
    ]


def test_policies_follow_what_is_renamed() -> None:
    it = policy(
        "doc.org_id = org() AND EXISTS (SELECT 1 FROM member WHERE org_id = doc.org_id AND role = 'org_id')",
        """
ALTER TABLE doc RENAME COLUMN org_id TO tenant_id;
ALTER TABLE member RENAME COLUMN role TO "theRole";
ALTER TABLE member RENAME TO membership;
ALTER TABLE doc RENAME TO document;
""",
    )
    catalog = it.table.security.catalog
    assert it.using is not None
    assert it.policy.using is not None
    assert [
        (use.term.name, str(use.table), use.own) for use in columns(it.using, it.table.table, catalog)
    ] == [
        ("tenant_id", "document", True),
        ("org_id", "membership", False),
        ("tenant_id", "document", True),
        ("theRole", "membership", False),
    ]
    assert it.policy.using.text.count("tenant_id") == 2
    assert "org_id = " in it.policy.using.text
    assert "'org_id'" in it.policy.using.text


def test_functions_that_call_each_other_many_times_are_asked_once() -> None:
    functions = "\n".join(
        f"CREATE FUNCTION f{it}() RETURNS boolean LANGUAGE sql STABLE AS $$ SELECT f{it + 1}() AND f{it + 1}() $$;"
        for it in range(60)
    )
    guarded = security(f"{TABLES}{functions}\nCREATE POLICY p ON doc USING (f0());")
    (found,) = [it for table in guarded.tables for it in table.policies]
    assert scoping(found).using is not None
