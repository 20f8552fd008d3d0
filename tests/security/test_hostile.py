"""What policies may look like in a repository that nobody is kind in: it is named, nothing hangs or fails."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from crowsfoot.config import Config
from crowsfoot.databases.sql_names import KEYWORDS, plain
from crowsfoot.discover import Discovery
from crowsfoot.finding import Confidence, Report
from crowsfoot.rule import load
from crowsfoot.run import check
from crowsfoot.source import Source

from ..postgres import Postgres
from .leaks import roles, run

RULES = load()
EVERYTHING = Config(select=("all",), min_confidence=Confidence.POSSIBLE)
SECURITY = Config(select=("security",), min_confidence=Confidence.POSSIBLE)
PRISMA = "prisma/migrations/20240101000000_step/migration.sql"
SUPABASE = "supabase/migrations/20240101000000_step.sql"
OWN = "org_id = nullif(current_setting('app.org', true), '')::int"
TABLE = """CREATE TABLE t (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
"""
WRONG = "CREATE POLICY wrong ON t FOR UPDATE USING (1 = 1);\n"


def report_on(sql: str, path: str = PRISMA, config: Config = EVERYTHING, later: str = "") -> Report:
    """The report on a migration and a later one, every place of which lies in its text."""
    texts = {path: sql, **({path.replace("2024", "2025"): later} if later else {})}
    sources = tuple(Source(*it) for it in sorted(texts.items()))
    report = check(Discovery(root=Path(), sources=sources), config, RULES)
    assert report.failures == ()
    for it in report.kept:
        for span in (it.finding.span, *(other.span for other in it.finding.related)):
            assert 0 <= span.start <= span.end <= len(texts.get(span.path, "")), (it.rule, span)
    return report


def said(sql: str, rule: str, path: str = PRISMA) -> list[str]:
    return [it.finding.message for it in report_on(sql, path).kept if it.rule == rule]


BROKEN = (
    "CREATE POLICY p ON t USING (;",
    "CREATE POLICY p ON t USING (org_id = );",
    "CREATE POLICY ON t USING (true);",
    "CREATE POLICY p ON t FOR TRUNCATE USING (true);",
    "CREATE POLICY p ON t TO USING (true);",
    "CREATE POLICY p ON t AS SOMETHING USING (true);",
    "CREATE POLICY p t USING (true);",
    "CREATE POLICY p ON t WITH CHECK (SELECT);",
    "ALTER POLICY p ON t USING (SELECT FROM);",
    "ALTER TABLE t ENABLE ROW SECURITY LEVEL;",
    "GRANT SELECT ON t;",
    "CREATE POLICY p ON t USING (org_id = 'it);",
)


@pytest.mark.parametrize("path", [PRISMA, SUPABASE])
@pytest.mark.parametrize("broken", BROKEN)
def test_a_policy_that_cannot_be_parsed_is_named_and_the_others_are_read(broken: str, path: str) -> None:
    # PostgreSQL parses a migration before it runs any of it, so what stands beside is not there either.
    report = report_on(TABLE + WRONG, path, later=broken + "\n")
    assert [it.finding.span.path for it in report.kept if it.rule == "syntax-error"]
    assert [it for it in report.kept if it.rule == "policy-always-true"]


UNKNOWN = """CREATE POLICY p ON nowhere USING (true);
CREATE POLICY p ON nowhere.at_all USING (org_id = (SELECT x FROM unheard_of WHERE y = nobody_knows()));
ALTER POLICY p ON nowhere TO nobody USING (false);
DROP POLICY p ON nowhere;
DROP POLICY q ON t;
ALTER POLICY q ON t USING (true);
ALTER TABLE nowhere ENABLE ROW LEVEL SECURITY;
GRANT ALL ON nowhere TO nobody;
GRANT nobody TO no_one;
ALTER VIEW unseen SET (security_invoker = true);
ALTER FUNCTION unheard() SECURITY DEFINER;
ALTER TABLE t OWNER TO nobody;
CREATE POLICY p ON t USING (no_column = current_setting('app.org') AND other.org_id = 1);
CREATE POLICY r ON t USING (org_id IN (SELECT org_id FROM unheard_of) AND unheard_of(t.*) = $1);
CREATE VIEW v AS SELECT * FROM unheard_of;
ALTER PUBLICATION supabase_realtime ADD TABLE nowhere;
"""


@pytest.mark.parametrize("path", [PRISMA, SUPABASE])
def test_policies_on_what_is_not_known_do_no_harm(path: str) -> None:
    for line in (UNKNOWN, *UNKNOWN.splitlines()):
        report_on(line, path)
        report = report_on(TABLE + WRONG, path, later=line)
        assert [it for it in report.kept if it.rule == "policy-always-true"], line


@pytest.mark.parametrize("count", [1, 2, 50])
def test_members_of_each_other_are_members_once(count: int) -> None:
    circle = "".join(f"CREATE ROLE r{it} LOGIN;\n" for it in range(count))
    circle += "".join(f"GRANT r{it} TO r{(it + 1) % count};\n" for it in range(count))
    policies = f"CREATE POLICY own ON t TO r0 USING ({OWN});\nGRANT SELECT ON t TO r0;\n"
    assert said(TABLE + circle + policies + WRONG, "policy-always-true")
    owned = circle + policies + "ALTER TABLE t OWNER TO r0;\n"
    # Whoever is a member of the owner, by whatever way, is told of once.
    assert len(said(TABLE + owned, "role-bypasses-rls")) <= count
    assert len(said(TABLE + owned, "runtime-role-owns-table")) == 1


def nested(count: int) -> dict[str, str]:
    return {
        "parentheses": "(" * count + "true" + ")" * count,
        "NOT": "NOT " * count + "false",
        "OR": " OR ".join([OWN] * count),
        "AND": " AND ".join([OWN] * count),
        "OR in AND": "(true AND (false OR " * (count // 2) + OWN + "))" * (count // 2),
        "SELECT": "(SELECT " * count + "true" + ")" * count,
        "EXISTS": "EXISTS (SELECT 1 FROM t WHERE " * count + "true" + ")" * count,
        "IN": "org_id IN (SELECT org_id FROM t WHERE " * count + "true" + ")" * count,
        "CASE": "CASE WHEN true THEN " * count + "true" + " ELSE false END" * count,
        "coalesce": "coalesce(" * count + "NULL" + ", true)" * count,
        "casts": "org_id" + "::text::int" * (count // 2) + " = 1",
        "arrays": "org_id = ANY (" + "ARRAY[" * count + "1" + "]" * count + ")",
    }


@pytest.mark.parametrize("shape", nested(2))
def test_a_thousand_levels_are_read_or_named(shape: str) -> None:
    policy = f"CREATE POLICY deep ON t FOR SELECT USING ({nested(1_000)[shape]});\n"
    for path in (PRISMA, SUPABASE):
        assert said(TABLE + policy + WRONG, "policy-always-true", path)
    shallow = f"CREATE POLICY deep ON t FOR SELECT USING ({nested(6)[shape]});\n"
    report_on(TABLE + shallow + WRONG)


def of_tables(count: int) -> str:
    return "".join(
        f"CREATE TABLE t{it} (id int PRIMARY KEY, c{it} int NOT NULL);\n"
        f"ALTER TABLE t{it} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY own ON t{it} TO authenticated USING (c{it} = current_setting('app.org')::int);\n"
        f"CREATE POLICY every ON t{it} TO authenticated USING (true);\n"
        for it in range(count // 2)
    )


def of_one_table(count: int) -> str:
    return TABLE + "".join(f"CREATE POLICY p{it} ON t USING ({OWN} AND id > {it});\n" for it in range(count))


def of_roles(count: int) -> str:
    return TABLE + "".join(
        f"CREATE ROLE r{it} LOGIN BYPASSRLS;\nGRANT SELECT ON t TO r{it};\n"
        f"CREATE POLICY p{it} ON t TO r{it} USING ({OWN});\n"
        for it in range(count)
    )


def of_a_chain(count: int) -> str:
    tables = "".join(
        f"CREATE TABLE t{it} (id int PRIMARY KEY, a int);\nALTER TABLE t{it} ENABLE ROW LEVEL SECURITY;\n"
        for it in range(count)
    )
    return tables + "".join(
        f"CREATE POLICY p ON t{it} USING (a IN (SELECT id FROM t{(it + 1) % count}));\n"
        for it in range(count)
    )


def of_functions(count: int) -> str:
    return TABLE + "".join(
        f"CREATE FUNCTION f{it}(org int) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public"
        f" AS $$ SELECT org = current_setting('app.org')::int $$;\n"
        f"CREATE POLICY p{it} ON t USING (f{it}(org_id));\n"
        for it in range(count)
    )


def of_granted_tables(count: int) -> str:
    return "".join(
        f"CREATE TABLE t{it} (id int PRIMARY KEY, org_id int);\nALTER TABLE t{it} ENABLE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY p ON t{it} USING ({OWN});\nCREATE ROLE r{it};\nGRANT ALL ON t{it} TO r{it};\n"
        for it in range(count)
    )


@pytest.mark.parametrize("path", [PRISMA, SUPABASE])
@pytest.mark.parametrize(
    "shape", [of_tables, of_one_table, of_roles, of_a_chain, of_functions, of_granted_tables]
)
def test_twice_as_many_policies_are_twice_the_work(shape: Callable[[int], str], path: str) -> None:
    report_on(shape(4), path, SECURITY)  # what is loaded once is loaded
    once, twice = work(shape(250), path), work(shape(500), path)
    assert twice < 2.5 * once


def work(sql: str, path: str) -> int:
    """The calls that it takes to judge the SQL."""
    count = 0

    def counted(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        report_on(sql, path, SECURITY)
    finally:
        sys.setprofile(before)
    return count


def test_ten_thousand_policies_are_judged() -> None:
    report = report_on(of_tables(10_000), SUPABASE, SECURITY)
    assert len({it.finding.subject for it in report.kept if it.rule == "policy-always-true"}) == 5_000


NAMES = ('it"s', "two\nlines", "a'b", "semi;colon", "-- comment", "$$", "select", "Ä\u202e", " ", "%s{}\\")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_to_be_pasted_names_things_as_they_are(name: str, postgres: Postgres) -> None:
    roles(postgres, {"web": ""})
    quoted = '"' + name.replace('"', '""') + '"'
    parts = [
        f"CREATE TABLE {quoted} (id int PRIMARY KEY, {quoted} int NOT NULL)",
        f"ALTER TABLE {quoted} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY own ON {quoted} USING ({quoted} = nullif(current_setting('app.org', true), '')::int)",
        f"CREATE POLICY {quoted} ON {quoted} USING (true)",
        f'CREATE POLICY "again {quoted[1:]} ON {quoted}'
        f" USING ({quoted} = nullif(current_setting('app.org', true), '')::int)",
    ]
    for part in parts:
        postgres.run(part)
    report = report_on(";\n".join(parts) + ";\n")
    assert {"policy-always-true", "duplicate-policy"} <= {it.rule for it in report.kept}
    pasted = 0
    for it in report.kept:
        fix = it.finding.fix
        if fix is not None and fix.snippet and RULES[it.rule].category == "security":
            run(postgres, "BEGIN;")
            assert postgres.refusal(fix.snippet.strip().rstrip(";")) is None, fix.snippet
            run(postgres, "ROLLBACK;")
            pasted += 1
    assert pasted


def test_names_are_quoted_where_postgres_needs_it(postgres: Postgres) -> None:
    words = set(postgres.run("SELECT word FROM pg_get_keywords() WHERE catcode <> 'U'"))
    assert words - KEYWORDS == set()
    for name in ("invoice", "user", "order", "values", "MyTable", "1st", "é", "a b"):
        (written,) = postgres.run(f"SELECT quote_ident('{name}')")
        assert plain(name) == written
