"""Rows of several tenants in one table: what foreign keys and unique constraints do past the policies."""

import pytest

from crowsfoot.rule import load
from crowsfoot.testing import lint

from ..postgres import Postgres
from .leaks import project, refusal_as, roles, run, security

TABLES = """
CREATE TABLE project (id int PRIMARY KEY, org_id int NOT NULL, title text NOT NULL, UNIQUE (org_id, id));
CREATE TABLE task (id int PRIMARY KEY, org_id int NOT NULL, project_id int, {0});
CREATE TABLE note (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE project ENABLE ROW LEVEL SECURITY;
ALTER TABLE task ENABLE ROW LEVEL SECURITY;
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON project USING (org_id = current_setting('app.org')::int);
CREATE POLICY own ON task USING (org_id = current_setting('app.org')::int);
CREATE POLICY own ON note USING (org_id = current_setting('app.org')::int);
"""
ROWS = """
GRANT ALL ON project, task, note TO web;
INSERT INTO project VALUES (1, 1, 'one'), (2, 2, 'two');
"""
# The foreign key -> what becomes of a task of tenant 2 when tenant 1 deletes the project that it refers to.
KEYS = {
    "FOREIGN KEY (project_id) REFERENCES project ON DELETE CASCADE": "",
    "FOREIGN KEY (project_id) REFERENCES project ON DELETE SET NULL": "1|2|",
    "FOREIGN KEY (project_id) REFERENCES project": "1|2|1",
    "FOREIGN KEY (org_id, project_id) REFERENCES project (org_id, id) ON DELETE CASCADE": None,
}


@pytest.mark.parametrize("key", KEYS)
def test_a_foreign_key_reaches_the_rows_of_others_exactly_where_the_rule_says(
    emptied: Postgres, key: str
) -> None:
    roles(emptied, {"web": ""})
    run(emptied, TABLES.format(key) + ROWS)
    becomes = KEYS[key]
    added = refusal_as(emptied, "web", "INSERT INTO task VALUES (1, 2, 1)", {"app.org": "2"})
    assert (added is None) == (becomes is not None)
    if becomes is not None:
        emptied.run("INSERT INTO task VALUES (1, 2, 1)")
        emptied.run("SET app.org = 1")
        emptied.run("SET ROLE web")
        # Tenant 1 sees nothing of the task, and may not touch it.
        assert emptied.run("SELECT count(*) FROM task") == ["0"]
        emptied.refusal("DELETE FROM project WHERE id = 1")
        emptied.run("RESET ROLE")
        assert emptied.run("SELECT * FROM task") == ([becomes] if becomes else [])
    reaches = becomes in ("", "1|2|")
    made = "CREATE ROLE web;\n" + TABLES.format(key)
    assert bool(said("cascade-crosses-tenants", made)) == reaches
    assert bool(said("tenant-crossing-foreign-key", made)) == (becomes is not None)


def said(rule: str, sql: str) -> list[str]:
    return [it.finding.message for it in lint(project(sql), load()[rule]).kept]


@pytest.mark.parametrize("key", [it for it, becomes in KEYS.items() if becomes in ("", "1|2|")])
def test_the_way_out_is_one(emptied: Postgres, key: str) -> None:
    made = "CREATE ROLE web;\n" + TABLES.format(key)
    (diagnostic,) = lint(project(made), load()["cascade-crosses-tenants"]).kept
    assert diagnostic.finding.fix is not None
    snippet = diagnostic.finding.fix.snippet
    assert said("cascade-crosses-tenants", made + snippet) == []
    roles(emptied, {"web": ""})
    run(emptied, TABLES.format(key) + ROWS + snippet)
    assert emptied.refusal("INSERT INTO task VALUES (1, 2, 1)") == "23503"
    run(emptied, "INSERT INTO task VALUES (1, 1, 1);\nDELETE FROM project WHERE id = 1;")
    assert emptied.run("SELECT * FROM task") == ([] if "CASCADE" in key else ["1|1|"])


GUARDED = "ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;\nCREATE POLICY own ON {0} USING ({1});\n"
COMPARED = {
    "site = current_setting('app.site')::int": "site",
    "site = (SELECT (auth.jwt() -> 'app_metadata' ->> 'site')::int)": "site",
    "site IN (SELECT site FROM member WHERE account = auth.uid())": "site",
    "site = my_site()": "site",
    "account = auth.uid()": None,
    "account = current_setting('app.user_id')::uuid": None,
    "site > 5": None,
}


@pytest.mark.parametrize("condition", COMPARED)
def test_policies_tell_the_tenant_where_the_schema_does_not(condition: str) -> None:
    made = "CREATE TABLE member (site int NOT NULL, account uuid NOT NULL, PRIMARY KEY (site, account));\n"
    made += "CREATE FUNCTION my_site() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS $$\n"
    made += "  SELECT site FROM member WHERE account = auth.uid() $$;\n"
    for name in ("a", "b", "c"):
        made += f"CREATE TABLE {name} (id int PRIMARY KEY, site int NOT NULL, account uuid NOT NULL);\n"
        made += GUARDED.format(name, condition)
    tables = security(made).tables
    tenants = {it.tenant.name if it.tenant is not None else None for it in tables}
    assert tenants == {COMPARED[condition]}


def test_two_tables_are_too_few_to_tell_the_tenant() -> None:
    made = ""
    for name in ("a", "b"):
        made += f"CREATE TABLE {name} (id int PRIMARY KEY, site int NOT NULL);\n"
        made += GUARDED.format(name, "site = current_setting('app.site')::int")
    assert [it.tenant for it in security(made).tables] == [None, None]


UNIQUE = "CREATE TABLE d (id int PRIMARY KEY, site int{0}, title text NOT NULL UNIQUE);\n"


def test_rules_about_tenants_hear_of_it() -> None:
    made = ""
    for name in ("a", "b", "c"):
        made += f"CREATE TABLE {name} (id int PRIMARY KEY, site int NOT NULL);\n"
        made += GUARDED.format(name, "site = current_setting('app.site')::int")
    made += UNIQUE.format("") + GUARDED.format("d", "site = current_setting('app.site')::int")
    assert len(said("nullable-tenant", made)) == 1
    assert len(said("tenant-unscoped-unique", made)) == 1
