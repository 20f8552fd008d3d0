"""What a role comes to past the policies: observed on a real PostgreSQL exactly where a rule says so."""

import re
from typing import NamedTuple

import pytest

from ..postgres import Postgres
from .leaks import found, refusal_as, roles, rows_as, statements

# Tests share a server, and roles are of the server: what differs in its attributes has a name of its own.
ROLES = {
    "web": "NOLOGIN",
    "anon": "NOLOGIN",
    "passing": "NOLOGIN BYPASSRLS",
    "keeper": "NOLOGIN",
    "kept": "NOLOGIN",
    "friend": "NOLOGIN",
    "owning": "NOLOGIN",
}
TENANTS = """
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL, paid boolean NOT NULL DEFAULT false);
INSERT INTO invoice VALUES (1, 1), (2, 2);
"""
GUARDED = f"""{TENANTS}
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
"""
EVENTS = """
CREATE TABLE event (id int, org_id int NOT NULL) PARTITION BY LIST (org_id);
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON event USING (org_id = current_setting('app.org')::int);
CREATE TABLE event_2 PARTITION OF event FOR VALUES IN (2);
INSERT INTO event VALUES (2, 2);
"""
OTHERS = "SELECT count(*) FROM {} WHERE org_id <> 1"


class Case(NamedTuple):
    """What role gets for the query after bad and after good: the first line, or an SQLSTATE."""

    rule: str
    bad: str
    good: str
    query: str
    leaks: str
    keeps: str
    role: str = "web"
    settings: str = ""


CASES = (
    Case(
        "exposed-table-without-rls",
        f"CREATE ROLE anon;{TENANTS}GRANT SELECT ON invoice TO anon;",
        f"CREATE ROLE anon;{GUARDED}GRANT SELECT ON invoice TO anon;",
        OTHERS.format("invoice"),
        "1",
        "0",
        "anon",
    ),
    Case(
        "exposed-table-without-rls",
        f"CREATE ROLE anon;{TENANTS}GRANT SELECT (org_id) ON invoice TO anon;",
        f"CREATE ROLE anon;{TENANTS}GRANT SELECT ON invoice TO anon;\nREVOKE SELECT ON invoice FROM anon;",
        OTHERS.format("invoice"),
        "1",
        "42501",
        "anon",
    ),
    Case(
        "exposed-table-without-rls",
        "CREATE ROLE anon;\nALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon;"
        f"{TENANTS}",
        f"CREATE ROLE anon;\nGRANT SELECT ON ALL TABLES IN SCHEMA public TO anon;{TENANTS}",
        OTHERS.format("invoice"),
        "1",
        "42501",
        "anon",
    ),
    Case(
        "exposed-table-without-rls",
        f"CREATE ROLE anon;\nCREATE SCHEMA api;\nSET search_path = api;{TENANTS}"
        "GRANT USAGE ON SCHEMA api TO anon;\nGRANT SELECT ON invoice TO anon;",
        f"CREATE ROLE anon;\nCREATE SCHEMA api;\nSET search_path = api;{TENANTS}GRANT SELECT ON invoice TO anon;",
        OTHERS.format("api.invoice"),
        "1",
        "42501",
        "anon",
    ),
    Case(
        "rls-switched-off",
        f"{GUARDED}GRANT SELECT ON invoice TO web;\nDROP POLICY own ON invoice;\n"
        "ALTER TABLE invoice DISABLE ROW LEVEL SECURITY;",
        f"{GUARDED}GRANT SELECT ON invoice TO web;\nALTER TABLE invoice DISABLE ROW LEVEL SECURITY;\n"
        "ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;",
        OTHERS.format("invoice"),
        "1",
        "0",
    ),
    Case(
        "forced-rls-not-enabled",
        f"{TENANTS}CREATE POLICY own ON invoice USING (org_id = 1);\nALTER TABLE invoice FORCE ROW LEVEL SECURITY;\n"
        "GRANT SELECT ON invoice TO web;",
        f"{GUARDED}ALTER TABLE invoice FORCE ROW LEVEL SECURITY;\nGRANT SELECT ON invoice TO web;",
        OTHERS.format("invoice"),
        "1",
        "0",
    ),
    Case(
        "policies-without-rls",
        f"{TENANTS}CREATE POLICY own ON invoice USING (org_id = 1);\nGRANT SELECT ON invoice TO web;",
        f"{GUARDED}GRANT SELECT ON invoice TO web;",
        OTHERS.format("invoice"),
        "1",
        "0",
    ),
    Case(
        "rls-without-policy",
        f"CREATE ROLE web;{TENANTS}ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;\nGRANT SELECT ON invoice TO web;",
        f"CREATE ROLE web;{GUARDED}GRANT SELECT ON invoice TO web;",
        "SELECT count(*) FROM invoice",
        "0",
        "1",
    ),
    Case(
        "command-left-without-policy",
        f"CREATE ROLE web;{GUARDED}GRANT SELECT ON invoice TO web;\nDROP POLICY own ON invoice;",
        f"CREATE ROLE web;{GUARDED}CREATE POLICY mine ON invoice USING (org_id = 1);\n"
        "GRANT SELECT ON invoice TO web;\nDROP POLICY own ON invoice;",
        "SELECT count(*) FROM invoice",
        "0",
        "1",
    ),
    Case(
        "tenant-table-without-rls",
        f"CREATE ROLE web;{GUARDED}CREATE TABLE payment AS SELECT id, org_id, 5 AS total FROM (VALUES (1, 1), (2, 2)) v (id, org_id);\n"
        "GRANT SELECT ON invoice, payment TO web;",
        f"CREATE ROLE web;{GUARDED}CREATE TABLE payment AS SELECT id, org_id, 5 AS total FROM (VALUES (1, 1), (2, 2)) v (id, org_id);\n"
        "ALTER TABLE payment ENABLE ROW LEVEL SECURITY;\nGRANT SELECT ON invoice, payment TO web;",
        OTHERS.format("payment"),
        "1",
        "0",
    ),
    Case(
        "view-bypasses-rls",
        f"CREATE ROLE web;{GUARDED}CREATE VIEW v AS SELECT * FROM invoice;\nGRANT SELECT ON v, invoice TO web;",
        f"CREATE ROLE web;{GUARDED}CREATE VIEW v WITH (security_invoker) AS SELECT * FROM invoice;\n"
        "GRANT SELECT ON v, invoice TO web;",
        OTHERS.format("v"),
        "1",
        "0",
    ),
    # Its owner is a role for which the policies count.
    Case(
        "view-bypasses-rls",
        f"CREATE ROLE web;\nCREATE ROLE keeper;{GUARDED}CREATE VIEW v AS SELECT * FROM invoice;\n"
        "GRANT SELECT ON v TO web;",
        f"CREATE ROLE web;\nCREATE ROLE keeper;{GUARDED}CREATE VIEW v AS SELECT * FROM invoice;\n"
        "GRANT SELECT ON invoice TO keeper;\nALTER VIEW v OWNER TO keeper;\nGRANT SELECT ON v TO web;",
        OTHERS.format("v"),
        "1",
        "0",
    ),
    # Of a view that reads with the rights of those who ask, below one that does not.
    Case(
        "view-bypasses-rls",
        f"CREATE ROLE web;{GUARDED}CREATE VIEW v AS SELECT * FROM invoice;\nCREATE VIEW w AS SELECT * FROM v;\n"
        "GRANT SELECT ON w TO web;",
        f"CREATE ROLE web;{GUARDED}CREATE VIEW v WITH (security_invoker) AS SELECT * FROM invoice;\n"
        "CREATE VIEW w AS SELECT * FROM v;\nGRANT SELECT ON w, v, invoice TO web;",
        OTHERS.format("w"),
        "1",
        "0",
    ),
    Case(
        "view-lost-security-invoker",
        f"CREATE ROLE web;{GUARDED}CREATE VIEW v WITH (security_invoker) AS SELECT * FROM invoice;\n"
        "CREATE OR REPLACE VIEW v AS SELECT * FROM invoice;\nGRANT SELECT ON v, invoice TO web;",
        f"CREATE ROLE web;{GUARDED}CREATE VIEW v WITH (security_invoker) AS SELECT * FROM invoice;\n"
        "CREATE OR REPLACE VIEW v AS SELECT * FROM invoice;\nALTER VIEW v SET (security_invoker = true);\n"
        "GRANT SELECT ON v, invoice TO web;",
        OTHERS.format("v"),
        "1",
        "0",
    ),
    Case(
        "exposed-materialized-view",
        f"CREATE ROLE anon;{GUARDED}CREATE MATERIALIZED VIEW m AS SELECT * FROM invoice;\n"
        "GRANT SELECT ON m, invoice TO anon;",
        f"CREATE ROLE anon;{GUARDED}CREATE MATERIALIZED VIEW m AS SELECT * FROM invoice;\n"
        "GRANT SELECT ON invoice TO anon;",
        OTHERS.format("m"),
        "1",
        "42501",
        "anon",
    ),
    Case(
        "partition-bypasses-rls",
        f"CREATE ROLE web;{EVENTS}GRANT SELECT ON ALL TABLES IN SCHEMA public TO web;",
        f"CREATE ROLE web;{EVENTS}GRANT SELECT ON event TO web;",
        OTHERS.format("event_2"),
        "1",
        "42501",
    ),
    Case(
        "partition-bypasses-rls",
        f"CREATE ROLE web;{GUARDED}CREATE TABLE old () INHERITS (invoice);\nINSERT INTO old VALUES (3, 2);\n"
        "GRANT SELECT ON invoice, old TO web;",
        f"CREATE ROLE web;{GUARDED}CREATE TABLE old () INHERITS (invoice);\nINSERT INTO old VALUES (3, 2);\n"
        "ALTER TABLE old ENABLE ROW LEVEL SECURITY;\nGRANT SELECT ON invoice, old TO web;",
        OTHERS.format("old"),
        "1",
        "0",
    ),
    Case(
        "truncate-granted",
        f"CREATE ROLE web;{GUARDED}GRANT ALL ON invoice TO web;",
        f"CREATE ROLE web;{GUARDED}GRANT ALL ON invoice TO web;\nREVOKE TRUNCATE ON invoice FROM web;",
        "TRUNCATE invoice",
        "",
        "42501",
    ),
    Case(
        "default-privileges-for-everyone",
        "CREATE ROLE anon;\nALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon;"
        f"{TENANTS}",
        "CREATE ROLE anon;\nALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon;\n"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM anon;"
        f"{TENANTS}",
        OTHERS.format("invoice"),
        "1",
        "42501",
        "anon",
    ),
    Case(
        "role-bypasses-rls",
        f"CREATE ROLE passing BYPASSRLS;{GUARDED}CREATE POLICY p ON invoice TO passing USING (true);\n"
        "DROP POLICY p ON invoice;\nGRANT SELECT ON invoice TO passing;",
        f"CREATE ROLE web;{GUARDED}GRANT SELECT ON invoice TO web;",
        OTHERS.format("invoice"),
        "1",
        "0",
        "passing",
        'runtime-roles = ["passing", "web"]',
    ),
    # A member of the owner is as good as the owner, until policies are forced.
    Case(
        "role-bypasses-rls",
        f"CREATE ROLE keeper;\nCREATE ROLE friend;\nGRANT keeper TO friend;{GUARDED}ALTER TABLE invoice OWNER TO keeper;",
        f"CREATE ROLE keeper;\nCREATE ROLE friend;\nGRANT keeper TO friend;{GUARDED}ALTER TABLE invoice OWNER TO keeper;\n"
        "ALTER TABLE invoice FORCE ROW LEVEL SECURITY;",
        OTHERS.format("invoice"),
        "1",
        "0",
        "friend",
        'runtime-roles = ["friend"]',
    ),
    # Neither passes to members who do not inherit.
    Case(
        "role-bypasses-rls",
        f"CREATE ROLE keeper;\nCREATE ROLE friend;\nGRANT keeper TO friend WITH INHERIT TRUE;{GUARDED}"
        "ALTER TABLE invoice OWNER TO keeper;",
        f"CREATE ROLE keeper;\nCREATE ROLE kept;\nGRANT keeper TO kept WITH INHERIT FALSE;{GUARDED}"
        "ALTER TABLE invoice OWNER TO keeper;\nGRANT SELECT ON invoice TO kept;",
        OTHERS.format("invoice"),
        "1",
        "0",
        "friend",
        'runtime-roles = ["friend", "kept"]',
    ),
    Case(
        "runtime-role-owns-table",
        f"CREATE ROLE owning;{GUARDED}ALTER TABLE invoice OWNER TO owning;",
        f"CREATE ROLE owning;{GUARDED}ALTER TABLE invoice OWNER TO owning;\n"
        "ALTER TABLE invoice FORCE ROW LEVEL SECURITY;",
        OTHERS.format("invoice"),
        "1",
        "0",
        "owning",
        'runtime-roles = ["owning"]',
    ),
    Case(
        "copied-table-without-rls",
        f"CREATE ROLE web;{GUARDED}CREATE TABLE copy AS SELECT * FROM invoice;\nGRANT SELECT ON copy, invoice TO web;",
        f"CREATE ROLE web;{GUARDED}CREATE TABLE copy AS SELECT * FROM invoice;\n"
        "ALTER TABLE copy ENABLE ROW LEVEL SECURITY;\nGRANT SELECT ON copy, invoice TO web;",
        OTHERS.format("copy"),
        "1",
        "0",
    ),
    Case(
        "copied-table-without-rls",
        f"CREATE ROLE web;{GUARDED}CREATE TABLE copy (LIKE invoice INCLUDING ALL);\n"
        "INSERT INTO copy TABLE invoice;\nGRANT SELECT ON copy, invoice TO web;",
        f"CREATE ROLE web;{GUARDED}CREATE TABLE copy (LIKE invoice INCLUDING ALL);\n"
        "INSERT INTO copy TABLE invoice;\nGRANT SELECT ON invoice TO web;",
        OTHERS.format("copy"),
        "1",
        "42501",
    ),
    Case(
        "policy-reads-open-table",
        f"CREATE ROLE web;{TENANTS}CREATE TABLE member (org_id int, person text);\n"
        "ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY own ON invoice USING (org_id IN (SELECT org_id FROM member WHERE person = 'me'));\n"
        "GRANT SELECT ON invoice, member TO web;\nGRANT INSERT ON member TO web;",
        f"CREATE ROLE web;{TENANTS}CREATE TABLE member (org_id int, person text);\n"
        "ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY own ON invoice USING (org_id IN (SELECT org_id FROM member WHERE person = 'me'));\n"
        "GRANT SELECT ON invoice, member TO web;",
        "INSERT INTO member VALUES (2, 'me') \\; SELECT count(*) FROM invoice WHERE org_id <> 1",
        "1",
        "42501",
    ),
    # What a policy looks up is subject to policies itself.
    Case(
        "policy-reads-open-table",
        f"CREATE ROLE web;{TENANTS}CREATE TABLE member (org_id int, person text);\n"
        "INSERT INTO member VALUES (1, 'me');\nALTER TABLE member ENABLE ROW LEVEL SECURITY;\n"
        "ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY own ON invoice USING (org_id IN (SELECT org_id FROM member WHERE person = 'me'));\n"
        "GRANT SELECT ON invoice, member TO web;",
        f"CREATE ROLE web;{TENANTS}CREATE TABLE member (org_id int, person text);\n"
        "INSERT INTO member VALUES (1, 'me');\nALTER TABLE member ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY me ON member USING (person = 'me');\nALTER TABLE invoice ENABLE ROW LEVEL SECURITY;\n"
        "CREATE POLICY own ON invoice USING (org_id IN (SELECT org_id FROM member WHERE person = 'me'));\n"
        "GRANT SELECT ON invoice, member TO web;",
        "SELECT count(*) FROM invoice",
        "0",
        "1",
    ),
    Case(
        "exposed-definer-function",
        f"CREATE ROLE anon;{GUARDED}CREATE FUNCTION total(org int) RETURNS bigint LANGUAGE sql SECURITY DEFINER\n"
        "SET search_path = '' AS $$ SELECT count(*) FROM public.invoice WHERE org_id = org $$;",
        f"CREATE ROLE anon;{GUARDED}CREATE FUNCTION total(org int) RETURNS bigint LANGUAGE sql SECURITY DEFINER\n"
        "SET search_path = '' AS $$ SELECT count(*) FROM public.invoice WHERE org_id = org $$;\n"
        "REVOKE EXECUTE ON FUNCTION total(int) FROM PUBLIC;",
        "SELECT total(2)",
        "1",
        "42501",
        "anon",
    ),
    Case(
        "exposed-definer-function",
        f"CREATE ROLE anon;{GUARDED}CREATE FUNCTION total(org int) RETURNS bigint LANGUAGE sql SECURITY DEFINER\n"
        "SET search_path = '' AS $$ SELECT count(*) FROM public.invoice WHERE org_id = org $$;",
        f"CREATE ROLE anon;{GUARDED}CREATE FUNCTION total(org int) RETURNS bigint LANGUAGE sql SECURITY INVOKER\n"
        "SET search_path = '' AS $$ SELECT count(*) FROM public.invoice WHERE org_id = org $$;\n"
        "GRANT SELECT ON invoice TO anon;",
        "SELECT total(2)",
        "1",
        "0",
        "anon",
    ),
    # The caller's own table comes first, where the function does not say where to look.
    Case(
        "definer-search-path",
        "CREATE TABLE admin (name text);\nGRANT SELECT ON admin TO web;\n"
        "CREATE FUNCTION is_admin() RETURNS boolean LANGUAGE sql SECURITY DEFINER\n"
        "AS $$ SELECT EXISTS (SELECT FROM admin WHERE name = 'web') $$;",
        "CREATE TABLE admin (name text);\nGRANT SELECT ON admin TO web;\n"
        "CREATE FUNCTION is_admin() RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp\n"
        "AS $$ SELECT EXISTS (SELECT FROM admin WHERE name = 'web') $$;",
        "CREATE TEMP TABLE admin AS SELECT 'web' AS name \\; SELECT is_admin()",
        "t",
        "f",
    ),
    Case(
        "definer-search-path",
        "CREATE TABLE admin (name text);\n"
        "CREATE FUNCTION is_admin() RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = public\n"
        "AS $$ SELECT EXISTS (SELECT FROM admin WHERE name = 'web') $$;",
        "CREATE TABLE admin (name text);\n"
        "CREATE FUNCTION is_admin() RETURNS boolean LANGUAGE sql SECURITY DEFINER SET search_path = ''\n"
        "AS $$ SELECT EXISTS (SELECT FROM public.admin WHERE name = 'web') $$;",
        "CREATE TEMP TABLE admin AS SELECT 'web' AS name \\; SELECT is_admin()",
        "t",
        "f",
    ),
    # A function that tells what it is given, and is cheap, sees rows before the view has dropped them.
    Case(
        "view-without-security-barrier",
        f"CREATE ROLE web;{TENANTS}ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;\n"
        "CREATE VIEW v AS SELECT * FROM invoice WHERE org_id = current_setting('app.org')::int;\n"
        "GRANT SELECT ON v TO web;",
        f"CREATE ROLE web;{TENANTS}ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;\n"
        "CREATE VIEW v WITH (security_barrier) AS\n"
        "SELECT * FROM invoice WHERE org_id = current_setting('app.org')::int;\n"
        "GRANT SELECT ON v TO web;",
        "CREATE FUNCTION pg_temp.tell(int) RETURNS boolean COST 0.0001 LANGUAGE plpgsql\n"
        "AS $$ BEGIN IF $1 <> 1 THEN RAISE EXCEPTION 'seen' USING ERRCODE = 'P0002'; END IF; RETURN true; END $$"
        " \\; SELECT count(*) FROM v WHERE pg_temp.tell(org_id)",
        "P0002",
        "1",
    ),
    Case(
        "row-security-off",
        f"{GUARDED}SET row_security = off;\nGRANT SELECT ON invoice TO web;",
        f"{GUARDED}GRANT SELECT ON invoice TO web;",
        "SELECT count(*) FROM invoice",
        "42501",
        "1",
    ),
    Case(
        "definer-trigger-reads-tenants",
        f"{GUARDED}ALTER TABLE invoice ADD COLUMN number int;\n"
        "CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = ''\n"
        "AS $$ BEGIN NEW.number := (SELECT count(*) FROM public.invoice); RETURN NEW; END $$;\n"
        "CREATE TRIGGER t BEFORE INSERT ON invoice FOR EACH ROW EXECUTE FUNCTION count_it();\n"
        "GRANT SELECT, INSERT ON invoice TO web;",
        f"{GUARDED}ALTER TABLE invoice ADD COLUMN number int;\n"
        "CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql SET search_path = ''\n"
        "AS $$ BEGIN NEW.number := (SELECT count(*) FROM public.invoice); RETURN NEW; END $$;\n"
        "CREATE TRIGGER t BEFORE INSERT ON invoice FOR EACH ROW EXECUTE FUNCTION count_it();\n"
        "GRANT SELECT, INSERT ON invoice TO web;",
        "INSERT INTO invoice VALUES (9, 1) RETURNING number",
        "2",
        "1",
    ),
    # The owner passes by its policies: here the role that makes the tables.
    Case(
        "rls-not-forced",
        "SET ROLE keeper;\nCREATE SCHEMA mine;\nSET search_path = mine;" + GUARDED,
        "SET ROLE keeper;\nCREATE SCHEMA mine;\nSET search_path = mine;"
        f"{GUARDED}ALTER TABLE invoice FORCE ROW LEVEL SECURITY;",
        OTHERS.format("mine.invoice"),
        "1",
        "0",
        "keeper",
    ),
)


def outcome(postgres: Postgres, sql: str, case: Case, role: str) -> str:
    """The first line that the query gives to the role, or why it fails."""
    roles(postgres, ROLES)
    postgres.run(f"GRANT CREATE ON DATABASE {postgres.run('SELECT current_database()')[0]} TO keeper")
    for statement in statements(sql):
        if not re.match(r"\s*CREATE ROLE", statement):
            postgres.run(statement)
    postgres.run("SET SESSION AUTHORIZATION DEFAULT")
    postgres.run("RESET ROLE")
    settings = {"app.org": "1"}
    refused = refusal_as(postgres, role, case.query, settings)
    return refused or "".join(rows_as(postgres, role, case.query, settings)[:1])


@pytest.mark.parametrize("case", CASES, ids=[f"{it.rule}-{at}" for at, it in enumerate(CASES)])
def test_what_a_rule_reports_can_be_done(case: Case, postgres: Postgres) -> None:
    assert outcome(postgres, case.bad, case, case.role) == case.leaks
    assert len(found(case.rule, case.bad, case.settings)) == 1


@pytest.mark.parametrize("case", CASES, ids=[f"{it.rule}-{at}" for at, it in enumerate(CASES)])
def test_what_a_rule_is_silent_about_cannot_be_done(case: Case, postgres: Postgres) -> None:
    known = {"passing": "web", "friend": "kept" if "ROLE kept" in case.good else "friend"}
    assert outcome(postgres, case.good, case, known.get(case.role, case.role)) == case.keeps
    assert found(case.rule, case.good, case.settings) == []
