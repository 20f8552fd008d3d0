"""Hazards that need more than one table of two tenants, on a real PostgreSQL: Supabase, roles, settings.

The leak, or the refusal, is seen exactly where the rule speaks.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from crowsfoot.rule import load
from crowsfoot.testing import lint

from ..postgres import Postgres
from .leaks import found, refusal_as, roles, rows_as, run

HERE = Path(__file__).parent
SUPABASE = "supabase/migrations/20261101000000_step.sql"
# Tests share a server: roles whose attributes matter have names that no other test uses.
ROLES = {
    "anon": "NOLOGIN",
    "web": "NOLOGIN",
    "authenticated": "NOLOGIN",
    "program": "LOGIN",
    "other_program": "LOGIN",
    "passing_program": "LOGIN BYPASSRLS",
}
INVOICES = """
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL, person text NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
"""
ROWS = """
INSERT INTO invoice VALUES (1, 1, 'me'), (2, 2, 'me'), (3, 2, 'other');
"""
OWN = "org_id = nullif(current_setting('app.org', true), '')::int"
OWN_POLICY = f"CREATE POLICY own ON invoice USING ({OWN});\n"
OF_OTHERS = "SELECT count(*) FROM invoice WHERE org_id <> 1"
FIRST = {"app.org": "1", "app.person": "me"}


class Case(NamedTuple):
    """What the role gets for the query: the first line, or an SQLSTATE; made is what the rule is told as well."""

    rule: str
    sql: str
    role: str
    query: str
    gets: str
    speaks: bool
    made: str = ""
    settings: dict[str, str] = FIRST


CASES = (
    # A policy without TO counts for whoever has not logged in.
    Case("policy-for-everyone", OWN_POLICY, "anon", "SELECT count(*) FROM invoice", "1", True),
    Case(
        "policy-for-everyone",
        f"CREATE POLICY own ON invoice TO web USING ({OWN});\n",
        "anon",
        "SELECT count(*) FROM invoice",
        "0",
        False,
    ),
    # A setting that nobody has set.
    Case(
        "setting-must-be-set",
        "CREATE POLICY own ON invoice USING (person = current_setting('never.set'));\n",
        "web",
        "SELECT count(*) FROM invoice",
        "42704",
        True,
    ),
    Case(
        "setting-must-be-set",
        "CREATE POLICY own ON invoice USING (person = current_setting('never.set', true));\n",
        "web",
        "SELECT count(*) FROM invoice",
        "0",
        False,
    ),
    # A restrictive policy for a role that no other policy lets in.
    Case(
        "restrictive-policy-misses-role",
        "CREATE POLICY own ON invoice TO web USING (person = current_setting('app.person', true));\n"
        f"CREATE POLICY inside ON invoice AS RESTRICTIVE TO anon USING ({OWN});\n",
        "web",
        OF_OTHERS,
        "1",
        True,
    ),
    Case(
        "restrictive-policy-misses-role",
        "CREATE POLICY own ON invoice TO web USING (person = current_setting('app.person', true));\n"
        f"CREATE POLICY inside ON invoice AS RESTRICTIVE TO web USING ({OWN});\n",
        "web",
        OF_OTHERS,
        "0",
        False,
    ),
    # Whoever has logged in writes into the rows of others.
    Case(
        "policy-always-true",
        f"CREATE POLICY seen ON invoice FOR SELECT TO authenticated USING ({OWN});\n"
        "CREATE POLICY changed ON invoice FOR DELETE TO authenticated USING (true);\n"
        "CREATE POLICY made ON invoice FOR INSERT TO authenticated WITH CHECK (true);\n",
        "authenticated",
        "INSERT INTO invoice VALUES (9, 2, 'me')",
        "",
        True,
    ),
    Case(
        "policy-always-true",
        f"CREATE POLICY own ON invoice TO authenticated USING ({OWN});\n",
        "authenticated",
        "INSERT INTO invoice VALUES (9, 2, 'me')",
        "42501",
        False,
    ),
    # A role of a program that was given the table.
    Case(
        "role-bypasses-rls",
        OWN_POLICY + "GRANT SELECT ON invoice TO passing_program;\n",
        "passing_program",
        OF_OTHERS,
        "2",
        True,
        "CREATE ROLE passing_program LOGIN BYPASSRLS;\n",
    ),
    Case(
        "role-bypasses-rls",
        OWN_POLICY + "GRANT SELECT ON invoice TO program;\n",
        "program",
        OF_OTHERS,
        "0",
        False,
        "CREATE ROLE program LOGIN;\n",
    ),
    # One of several owners logs in for a program.
    Case(
        "runtime-role-owns-table",
        OWN_POLICY + "CREATE TABLE currency (code text);\nALTER TABLE invoice OWNER TO program;\n",
        "program",
        OF_OTHERS,
        "2",
        True,
        "CREATE ROLE program LOGIN;\n",
    ),
    Case(
        "runtime-role-owns-table",
        OWN_POLICY + "CREATE TABLE currency (code text);\nGRANT SELECT ON invoice TO program;\n",
        "program",
        OF_OTHERS,
        "0",
        False,
        "CREATE ROLE program LOGIN;\n",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=[f"{it.rule}-{at}" for at, it in enumerate(CASES)])
def test_rules_speak_where_rows_are_reached(case: Case, postgres: Postgres) -> None:
    roles(postgres, ROLES)
    run(postgres, INVOICES + case.sql + ROWS)
    run(postgres, "GRANT SELECT, INSERT, DELETE ON invoice TO anon, web, authenticated;")
    refused = refusal_as(postgres, case.role, case.query, case.settings)
    assert (refused or "".join(rows_as(postgres, case.role, case.query, case.settings)[:1])) == case.gets
    assert bool(found(case.rule, case.made + INVOICES + case.sql)) is case.speaks


STORAGE = """
CREATE SCHEMA storage;
CREATE TABLE storage.buckets (id text PRIMARY KEY);
CREATE TABLE storage.objects (id int PRIMARY KEY, bucket_id text REFERENCES storage.buckets, name text, owner text);
ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;
INSERT INTO storage.buckets VALUES ('avatars'), ('contracts');
INSERT INTO storage.objects VALUES (1, 'avatars', 'a.png', 'me'), (2, 'contracts', 'b.pdf', 'other');
GRANT USAGE ON SCHEMA storage TO authenticated;
GRANT SELECT ON storage.objects TO authenticated;
"""


@pytest.mark.parametrize(
    ("using", "seen", "speaks"),
    [
        ("true", "2", True),
        ("current_setting('app.person', true) IS NOT NULL", "2", True),
        ("bucket_id = 'avatars'", "1", False),
        ("owner = current_setting('app.person', true)", "1", False),
    ],
)
def test_a_policy_of_storage_opens_every_bucket(
    postgres: Postgres, using: str, seen: str, speaks: bool
) -> None:
    roles(postgres, ROLES)
    policy = f"CREATE POLICY files ON storage.objects FOR SELECT TO authenticated USING ({using});"
    run(postgres, STORAGE + policy)
    assert rows_as(postgres, "authenticated", "SELECT count(*) FROM storage.objects", FIRST) == [seen]
    assert bool(served("storage-policy-without-bucket", policy)) is speaks


@pytest.mark.parametrize("guarded", [False, True])
def test_changes_are_sent_to_who_may_read_the_table(postgres: Postgres, guarded: bool) -> None:
    roles(postgres, ROLES)
    table = "CREATE TABLE message (id int PRIMARY KEY, org_id int NOT NULL);\n"
    table += "GRANT SELECT ON message TO program;\n"
    if guarded:
        table += "ALTER TABLE message ENABLE ROW LEVEL SECURITY;\n"
        table += f"CREATE POLICY own ON message USING ({OWN});\n"
    sent = "ALTER PUBLICATION supabase_realtime ADD TABLE message;\n"
    run(postgres, table + "CREATE PUBLICATION supabase_realtime;\n" + sent)
    run(postgres, "INSERT INTO message VALUES (1, 1), (2, 2);")
    assert postgres.run("SELECT tablename FROM pg_publication_tables") == ["message"]
    # Realtime asks as the role of each listener whether it may see the row.
    heard = rows_as(postgres, "program", "SELECT count(*) FROM message WHERE org_id <> 1", FIRST)
    assert heard == (["0"] if guarded else ["1"])
    made = "CREATE ROLE program LOGIN;\n"
    assert bool(served("realtime-table-without-rls", made + table + sent)) is not guarded


COUNTED = """
CREATE TABLE note (id int PRIMARY KEY);
CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = {0}
AS $$ SELECT count(*) FROM note $$;
REVOKE EXECUTE ON FUNCTION counted() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION counted() TO program;
"""


@pytest.mark.parametrize(("path", "fooled"), [("public", True), ("public, pg_temp", False)])
def test_a_role_that_logs_in_makes_temporary_tables(postgres: Postgres, path: str, fooled: bool) -> None:
    roles(postgres, ROLES)
    run(postgres, COUNTED.format(path))
    made = "CREATE TEMP TABLE note (id int) \\; INSERT INTO note VALUES (1), (2)"
    query = made + " \\; GRANT SELECT ON note TO PUBLIC \\; SELECT counted()"
    assert rows_as(postgres, "program", query) == (["2"] if fooled else ["0"])
    role = "CREATE ROLE program LOGIN;\n"
    likely = [it for it in served("definer-search-path", role + COUNTED.format(path)) if it == "likely"]
    assert bool(likely) is fooled


def served(rule: str, sql: str) -> list[str]:
    """The confidences of what a rule finds in a migration of Supabase."""
    return [it.finding.confidence.name.lower() for it in lint({SUPABASE: sql}, load()[rule]).kept]


MODEL = """
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Invoice(Base):
    __tablename__ = "invoice"
    id: Mapped[int] = mapped_column(primary_key=True)
    org_id: Mapped[int]
    person: Mapped[str]

def invoice(session: Session, id: int):
    return session.execute(select(Invoice).where(Invoice.id == id)).scalar_one()
"""


@pytest.mark.parametrize("guarded", [False, True])
def test_policies_answer_for_a_query_that_forgets_the_tenant(postgres: Postgres, guarded: bool) -> None:
    roles(postgres, ROLES)
    sql = INVOICES.partition("ALTER")[0] + ("ALTER" + INVOICES.partition("ALTER")[2] + OWN_POLICY) * guarded
    run(postgres, sql + ROWS + "GRANT SELECT ON invoice TO web;")
    of_another = rows_as(postgres, "web", "SELECT count(*) FROM invoice WHERE id = 2", FIRST)
    assert of_another == (["0"] if guarded else ["1"])
    files = {"app.py": MODEL, "migrations/20260101000000_step/migration.sql": sql}
    files["crowsfoot.toml"] = 'tenant-column = "org_id"'
    assert bool(lint(files, load()["query-without-tenant"]).kept) is not guarded


# What it speaks of is text in which a secret stands.
NO_SERVER = {"service-key-in-client"}


def test_every_rule_is_held_against_a_server() -> None:
    tests = [it.read_text() for it in sorted(HERE.glob("test_*.py")) if it.name != "test_sample.py"]
    texts = [it for it in tests if "import Postgres" in it]
    named = {name for text in texts for name in re.findall(r'"([\w-]+)"', text)}
    rules = {name for name, rule in load().items() if rule.category == "security"}
    assert sorted(rules - named - NO_SERVER) == []
