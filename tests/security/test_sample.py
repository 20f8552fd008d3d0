"""The sample of the benchmark about row-level security: what it says is wrong is found, and nothing else.

Its comments name each hazard by number, with the object that has it: "-- truth S09 open_update".
"""

import re
from pathlib import Path

import pytest

from crowsfoot.config import parse
from crowsfoot.discover import discover
from crowsfoot.finding import Finding
from crowsfoot.rule import load
from crowsfoot.run import check

from ..postgres import Postgres
from .leaks import refusal_as, roles, rows_as, run

SAMPLE = Path(__file__).parent.parent.parent / "benchmarks" / "rls"
MIGRATIONS = sorted((SAMPLE / "supabase" / "migrations").glob("*.sql"))
TRUTH = [
    (hazard, thing)
    for file in MIGRATIONS
    for hazard, thing in re.findall(r"^-- truth (S\d\d) (\S+)$", file.read_text(), re.MULTILINE)
]
# The rules that speak of a hazard of the sample.
HAZARDS = {
    "exposed-table-without-rls": ("S01", "S51"),
    "tenant-table-without-rls": ("S02",),
    "rls-without-policy": ("S03",),
    "policies-without-rls": ("S04", "S07"),
    "forced-rls-not-enabled": ("S05",),
    "policy-always-true": ("S09",),
    "policy-checks-only-login": ("S10",),
    "policy-widens-another": ("S12",),
    "only-restrictive-policies": ("S13",),
    "restrictive-policy-misses-role": ("S14",),
    "check-drops-tenant": ("S15",),
    "insert-policy-without-check": ("S16",),
    "returning-without-select-policy": ("S17",),
    "write-without-select-policy": ("S18",),
    "policy-fails-open": ("S19",),
    "empty-setting-cast": ("S20",),
    "unqualified-setting": ("S22",),
    "setting-bypasses-policy": ("S23",),
    "user-metadata-in-policy": ("S24",),
    "policy-by-login-role": ("S25",),
    "policy-recursion": ("S26",),
    "definer-search-path": ("S28",),
    "exposed-definer-function": ("S29",),
    "view-bypasses-rls": ("S30",),
    "view-lost-security-invoker": ("S31",),
    "exposed-materialized-view": ("S33",),
    "partition-bypasses-rls": ("S34",),
    "truncate-granted": ("S35",),
    "default-privileges-for-everyone": ("S36",),
    "role-bypasses-rls": ("S37",),
    "runtime-role-owns-table": ("S38",),
    "policy-call-per-row": ("S40",),
    "correlated-policy-wrapper": ("S41",),
    "unindexed-policy-column": ("S42",),
    "policy-casts-column": ("S43",),
    "index-unusable-under-rls": ("S44",),
    "immutable-function-reads-setting": ("S45",),
    "tenant-unscoped-unique": ("S46",),
    "tenant-crossing-foreign-key": ("S47",),
    "cascade-crosses-tenants": ("S48",),
    "nullable-tenant": ("S49",),
    "policy-for-unused-role": ("S50",),
    "policy-reads-open-table": ("S52",),
    "storage-policy-without-bucket": ("S54",),
    "duplicate-policy": ("S55",),
}


@pytest.fixture(scope="module")
def said() -> list[tuple[str, Finding]]:
    """The findings about security and tenants, with their rules, as the command shows them."""
    rules = load()
    file = SAMPLE / "crowsfoot.toml"
    report = check(discover(SAMPLE, [SAMPLE]), parse(file.read_text(), file.name, rules), rules)
    assert not report.failures
    return [
        (it.rule, it.finding)
        for it in report.kept
        if it.rule in HAZARDS or rules[it.rule].category == "security"
    ]


def test_what_is_wrong_with_the_sample_is_found(said: list[tuple[str, Finding]]) -> None:
    found = {it for rule, finding in said for it in meant(rule, finding)}
    assert [it for it in TRUTH if it not in found] == []


def test_nothing_else_is_found_in_the_sample(said: list[tuple[str, Finding]]) -> None:
    assert [(rule, it.message) for rule, it in said if not meant(rule, it)] == []


def test_the_sample_speaks_of_each_rule() -> None:
    hazards = {hazard for hazard, _ in TRUTH}
    assert [rule for rule, them in HAZARDS.items() if not hazards.intersection(them)] == []
    assert len(TRUTH) == len(set(TRUTH)) >= 58


def meant(rule: str, finding: Finding) -> list[tuple[str, str]]:
    """The truths that a finding may speak of: of a hazard of the rule, and of an object in its subject."""
    return [
        (hazard, thing)
        for hazard, thing in TRUTH
        if hazard in HAZARDS.get(rule, ())
        and re.search(rf"(?<![\w.]){re.escape(thing)}(?!\w)", finding.subject)
    ]


@pytest.fixture
def sample(postgres: Postgres) -> Postgres:
    """A database to which the migrations were applied, after what Supabase puts into it."""
    brought = (SAMPLE / "server.sql").read_text()
    made = re.findall(r"^CREATE ROLE (\w+)(.*);$", brought, re.MULTILINE)
    texts = [brought, *(it.read_text() for it in MIGRATIONS)]
    made += [it for text in texts[1:] for it in re.findall(r"^CREATE ROLE (\w+)(.*);$", text, re.MULTILINE)]
    # Other tests of this server may have made roles of these names, with other attributes.
    roles(postgres, dict.fromkeys((name for name, _ in made), ""))
    for name, attributes in made:
        postgres.run(f"ALTER ROLE {name} {attributes}")
    for text in texts:
        run(postgres, re.sub(r"^CREATE ROLE .*;$", "", text, flags=re.MULTILINE))
    return postgres


USER = "00000000-0000-0000-0000-000000000001"
OTHER = "00000000-0000-0000-0000-000000000002"


def test_the_sample_can_be_applied_and_leaks_as_it_says(sample: Postgres) -> None:
    claims = {"request.jwt.claims": f'{{"sub": "{USER}", "role": "authenticated"}}'}
    for table in ("own_note", "same_column", "not_false", "or_true", "emptied", "app_owned"):
        sample.run(f"INSERT INTO {table} (id, user_id) VALUES (gen_random_uuid(), '{OTHER}')")
    of_others = f"SELECT count(*) FROM {{}} WHERE user_id <> '{USER}'"
    for table in ("same_column", "not_false", "or_true"):
        assert rows_as(sample, "authenticated", of_others.format(table), claims) == ["1"], table
    assert rows_as(sample, "authenticated", of_others.format("own_note"), claims) == ["0"]
    assert rows_as(sample, "app_server", of_others.format("own_note")) == ["1"]
    assert rows_as(sample, "app_login", of_others.format("app_owned")) == ["1"]


def test_what_nobody_was_granted_is_refused(sample: Postgres) -> None:
    for table in ("job_log", "org_job"):
        for role in ("anon", "authenticated", "app_login"):
            assert refusal_as(sample, role, f"SELECT FROM {table}") == "42501"
    assert refusal_as(sample, "app_login", "SELECT FROM order_line") is None


def test_only_who_logs_in_empties_a_table(sample: Postgres) -> None:
    assert refusal_as(sample, "app_login", "TRUNCATE emptied") is None
    assert refusal_as(sample, "app_login", "TRUNCATE own_note") == "42501"
