"""What policies cost: the claims of the rules against plans of a real PostgreSQL."""

import json
import re
from typing import Any

import pytest

from crowsfoot.databases.leakproof import LEAKPROOF, LEAKY_FUNCTIONS, NOT_LEAKPROOF

from ..postgres import Postgres
from .leaks import found, roles, run

# Enough rows that reading them all costs more than any index.
TABLES = """
CREATE TYPE mood AS ENUM ('low', 'high');
CREATE TABLE note (
  id int PRIMARY KEY,
  owner text NOT NULL,
  tenant uuid NOT NULL,
  team int NOT NULL,
  mood mood NOT NULL,
  amount numeric NOT NULL,
  at timestamptz NOT NULL,
  tags text[] NOT NULL,
  data jsonb NOT NULL,
  shared boolean NOT NULL
);
CREATE TABLE member (team int NOT NULL, account text NOT NULL, PRIMARY KEY (team, account));
CREATE FUNCTION my_name() RETURNS text LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN current_setting('app.user'); END $$;
CREATE FUNCTION any_name() RETURNS text LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN current_setting('app.user'); END $$;
CREATE FUNCTION in_team(it int) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM public.member WHERE team = it AND account = current_setting('app.user'));
END $$;
CREATE FUNCTION my_teams() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT team FROM public.member WHERE account = current_setting('app.user') $$;
ALTER TABLE note ENABLE ROW LEVEL SECURITY;
"""
FILLED = """
INSERT INTO note SELECT n, 'user' || n % 500, md5((n % 500)::text)::uuid, n % 500,
  (CASE WHEN n % 500 = 7 THEN 'high' ELSE 'low' END)::mood,
  n % 500, now() - n * interval '1 minute', ARRAY['t' || n % 500], jsonb_build_object('k', n % 500), n % 500 = 8
  FROM generate_series(1, 5000) n;
INSERT INTO member SELECT n, 'user' || n FROM generate_series(1, 500) n;
GRANT ALL ON note, member TO asker;
ANALYZE note;
ANALYZE member;
"""
TENANT = "c4ca4238-a0b9-2382-0dcc-509a6f75849b"  # md5('1')
OWNER_INDEX = "CREATE INDEX ON note (owner);\n"
TEAM_INDEX = "CREATE INDEX ON note (team);\n"
TENANT_INDEX = "CREATE INDEX ON note (tenant);\n"

COSTS = ("policy-call-per-row", "correlated-policy-wrapper", "unindexed-policy-column", "policy-casts-column")


def own(condition: str) -> str:
    return f"CREATE POLICY own ON note USING ({condition});\n"


# What is added to the tables -> which rules speak, and whether PostgreSQL reads every row.
POLICIES = {
    "a call, and an index": (OWNER_INDEX + own("owner = current_setting('app.user')"), (), False),
    "a call, and no index": (own("owner = current_setting('app.user')"), (COSTS[0], COSTS[2]), True),
    "a call in SELECT, and no index": (
        own("owner = (SELECT current_setting('app.user'))"),
        (COSTS[2],),
        True,
    ),
    "a call in SELECT, and an index": (
        OWNER_INDEX + own("owner = (SELECT current_setting('app.user'))"),
        (),
        False,
    ),
    "a function, and an index": (OWNER_INDEX + own("owner = my_name()"), (), False),
    "a volatile function, and an index": (OWNER_INDEX + own("owner = any_name()"), (COSTS[0],), True),
    "a volatile function in SELECT": (OWNER_INDEX + own("owner = (SELECT any_name())"), (), False),
    "an index that begins otherwise": (
        "CREATE INDEX ON note (id, shared);\n" + own("owner = (SELECT my_name())"),
        (COSTS[2],),
        True,
    ),
    "an index on some rows": (
        "CREATE INDEX ON note (owner) WHERE shared;\n" + own("owner = (SELECT my_name())"),
        (COSTS[2],),
        True,
    ),
    "OR with a flag": (OWNER_INDEX + own("shared OR owner = my_name()"), (COSTS[0],), True),
    "OR with a flag, called once": (OWNER_INDEX + own("shared OR owner = (SELECT my_name())"), (), True),
    "OR of two columns with indexes": (
        OWNER_INDEX + TEAM_INDEX + own("owner = my_name() OR team = length(my_name())"),
        (),
        False,
    ),
    "AND with a flag": (OWNER_INDEX + own("NOT shared AND owner = my_name()"), (), False),
    "another policy without an index": (
        OWNER_INDEX + own("owner = my_name()") + "CREATE POLICY shared ON note USING (shared);\n",
        (COSTS[0],),
        True,
    ),
    "another policy that is always true": (
        own("owner = my_name()") + "CREATE POLICY everything ON note FOR SELECT USING (1 = 1);\n",
        (),
        True,
    ),
    "a policy that is always true for another role": (
        own("owner = my_name()")
        + "CREATE POLICY everything ON note FOR SELECT TO nobody_else USING (true);\n",
        (COSTS[0],),
        True,
    ),
    "another policy for another role": (
        OWNER_INDEX
        + "CREATE POLICY own ON note TO asker USING (owner = my_name());\n"
        + "CREATE POLICY shared ON note TO nobody_else USING (shared);\n",
        (),
        False,
    ),
    "a restrictive policy with an index": (
        OWNER_INDEX
        + "CREATE POLICY all_of ON note USING (my_name() <> '');\n"
        + "CREATE POLICY own ON note AS RESTRICTIVE USING (owner = my_name());\n",
        (),
        False,
    ),
    "a policy for INSERT": (
        OWNER_INDEX
        + own("owner = my_name()")
        + "CREATE POLICY new ON note FOR INSERT WITH CHECK (in_team(team) AND owner = any_name());\n",
        (),
        False,
    ),
    "a call without a column": (own("my_name() <> ''"), (COSTS[0],), True),
    "a call without a column, and one with": (own("my_name() <> '' AND shared"), (COSTS[0],), True),
    "calls without a column": (
        own("my_name() <> ''") + "CREATE POLICY more ON note USING (my_name() = 'user5');\n",
        (COSTS[0],),
        True,
    ),
    "a volatile call without a column": (own("any_name() <> ''"), (COSTS[0],), True),
    "a call without a column, or one with": (own("my_name() = 'admin' OR shared"), (COSTS[0],), True),
    "a call without a column, or another policy": (
        own("my_name() = 'admin'") + "CREATE POLICY shared ON note USING (shared);\n",
        (COSTS[0],),
        True,
    ),
    "a restrictive call without a column": (
        own("shared") + "CREATE POLICY r ON note AS RESTRICTIVE USING (my_name() <> '');\n",
        (COSTS[0],),
        True,
    ),
    "a function of a column": (TEAM_INDEX + own("in_team(team)"), (COSTS[0],), True),
    "a function of a column in SELECT": (TEAM_INDEX + own("(SELECT in_team(team))"), (COSTS[1],), True),
    "an array of all values": (TEAM_INDEX + own("team = ANY (ARRAY(SELECT my_teams()))"), (), False),
    "an array of all values, and no index": (own("team = ANY (ARRAY(SELECT my_teams()))"), (COSTS[2],), True),
    "a list of all values": (own("team IN (SELECT my_teams())"), (), True),
    "a cast column": (
        TENANT_INDEX + own("tenant::text = (SELECT current_setting('app.tenant'))"),
        (COSTS[3],),
        True,
    ),
    "a cast value": (TENANT_INDEX + own("tenant = (SELECT current_setting('app.tenant')::uuid)"), (), False),
    "a cast column with an index of its own": (
        "CREATE INDEX ON note ((tenant::text));\n"
        + own("tenant::text = (SELECT current_setting('app.tenant'))"),
        (),
        False,
    ),
    "a function around the column": (
        OWNER_INDEX + own("lower(owner) = (SELECT my_name())"),
        (COSTS[3],),
        True,
    ),
    "a function around the column, with an index": (
        "CREATE INDEX ON note (lower(owner));\n" + own("lower(owner) = (SELECT my_name())"),
        (),
        False,
    ),
    "a cast that changes nothing": (OWNER_INDEX + own("owner::varchar = (SELECT my_name())"), (), False),
}


@pytest.fixture
def asked(emptied: Postgres) -> Postgres:
    roles(emptied, {"asker": "", "nobody_else": ""})
    run(emptied, TABLES)
    return emptied


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(it for inner in plan.get("Plans", ()) for it in nodes(inner))]


def explained(postgres: Postgres, query: str) -> list[dict[str, Any]]:
    """The nodes of the plan that a query of the role has."""
    postgres.run("BEGIN")
    postgres.run("SELECT set_config('app.user', 'user1', true)")
    postgres.run(f"SELECT set_config('app.tenant', '{TENANT}', true)")
    postgres.run("SET LOCAL ROLE asker")
    lines = postgres.run(f"EXPLAIN (FORMAT json) {query}")
    postgres.run("ROLLBACK")
    return nodes(json.loads("\n".join(lines))[0]["Plan"])


def reads_all(plan: list[dict[str, Any]]) -> bool:
    return any(it["Node Type"] == "Seq Scan" and it["Relation Name"] == "note" for it in plan)


@pytest.mark.parametrize("case", POLICIES)
def test_rules_speak_where_every_row_is_read(asked: Postgres, case: str) -> None:
    policy, speaking, everything = POLICIES[case]
    run(asked, policy + FILLED)
    plan = explained(asked, "SELECT * FROM note")
    assert reads_all(plan) == everything
    # What is called for every row stands in the filter of the scan that reads them.
    filters = [it.get("Filter", "") for it in plan if reads_all([it])]
    called = any(re.search(r"\b(\w+_name|current_setting|in_team)\(", it) for it in filters)
    assert called == (COSTS[0] in speaking)
    made = "CREATE ROLE asker;\nCREATE ROLE nobody_else;\n"
    assert tuple(it for it in COSTS if found(it, made + TABLES + policy)) == speaking


def test_a_call_outside_of_select_is_part_of_the_filter(asked: Postgres) -> None:
    run(asked, own("owner = my_name()") + FILLED)
    (scan,) = explained(asked, "SELECT * FROM note")
    assert "my_name()" in scan["Filter"]


def test_a_call_in_select_is_made_before(asked: Postgres) -> None:
    run(asked, own("owner = (SELECT my_name())") + FILLED)
    plan = explained(asked, "SELECT * FROM note")
    assert "my_name()" not in plan[0]["Filter"]
    assert any(it.get("Parent Relationship") == "InitPlan" for it in plan)


def test_select_around_a_call_with_a_column_is_made_for_every_row(asked: Postgres) -> None:
    run(asked, own("(SELECT in_team(team))") + FILLED)
    plan = explained(asked, "SELECT * FROM note")
    assert [it.get("Parent Relationship") for it in plan] == [None, "SubPlan"]


SEARCHES = {
    "gin": ("CREATE INDEX it ON note USING gin (tags);\n", "tags @> ARRAY['t1']", False),
    "enum": ("CREATE INDEX it ON note (mood);\n", "mood = 'high'", False),
    "numeric": ("CREATE INDEX it ON note (amount);\n", "amount = 1", False),
    "jsonb": ("CREATE INDEX it ON note USING gin (data);\n", "data @> '{\"k\": 1}'", False),
    "lower": ("CREATE INDEX it ON note (lower(owner));\n", "lower(owner) = 'user1'", False),
    "path of jsonb": ("CREATE INDEX it ON note ((data ->> 'k'));\n", "data ->> 'k' = '1'", False),
    "array": ("CREATE INDEX it ON note (tags);\n", "tags = ARRAY['t1']", False),
    "pattern": ("CREATE INDEX it ON note (owner text_pattern_ops);\n", "owner LIKE 'user1'", False),
    "text": ("CREATE INDEX it ON note (owner);\n", "owner = 'user1'", True),
    "integer": ("CREATE INDEX it ON note (team);\n", "team = 1", True),
    "uuid": ("CREATE INDEX it ON note (tenant);\n", f"tenant = '{TENANT}'", True),
    "time": ("CREATE INDEX it ON note (at);\n", "at > now() - interval '5 minutes'", True),
}


@pytest.mark.parametrize("case", SEARCHES)
def test_an_index_is_searched_exactly_where_the_rule_is_silent(asked: Postgres, case: str) -> None:
    index, condition, searched = SEARCHES[case]
    policy = own("NOT shared")
    run(asked, policy + index + FILLED)
    asked.run("SET enable_seqscan = off")  # there are too few rows for some indexes to be worth while
    assert is_searched(asked, condition) == searched
    assert bool(found("index-unusable-under-rls", TABLES + policy + index)) == (not searched)
    # To those to whom no policy applies the index is of use.
    run(asked, "ALTER TABLE note DISABLE ROW LEVEL SECURITY;")
    assert is_searched(asked, condition)


def is_searched(postgres: Postgres, condition: str) -> bool:
    plan = explained(postgres, f"SELECT * FROM note WHERE {condition}")
    return any(it.get("Index Name") == "it" and "Index Cond" in it for it in plan)


def test_types_are_leakproof_as_postgres_says(emptied: Postgres) -> None:
    for type in LEAKPROOF | NOT_LEAKPROOF:
        proof = emptied.run(
            "SELECT DISTINCT p.proleakproof FROM pg_amop a JOIN pg_opfamily f ON f.oid = a.amopfamily"
            " JOIN pg_am m ON m.oid = f.opfmethod JOIN pg_operator o ON o.oid = a.amopopr"
            " JOIN pg_proc p ON p.oid = o.oprcode JOIN pg_opclass c ON c.opcfamily = f.oid AND c.opcdefault"
            f" WHERE m.amname IN ('btree', 'hash') AND c.opcintype = '{type}'::regtype"
            " AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype"
        )
        if proof:  # the others are compared as another type: varchar as text
            assert proof == (["t"] if type in LEAKPROOF else ["f"]), type


def test_functions_are_leaky_as_postgres_says(emptied: Postgres) -> None:
    for name in LEAKY_FUNCTIONS - {"similarity"}:  # of an extension
        assert emptied.run(f"SELECT DISTINCT proleakproof FROM pg_proc WHERE proname = '{name}'") == ["f"], (
            name
        )


IMMUTABLE = """
CREATE FUNCTION tenant() RETURNS text LANGUAGE sql {0} AS $$ SELECT current_setting('app.user') $$;
CREATE POLICY own ON note USING (owner = tenant());
"""


@pytest.mark.parametrize(("volatility", "leaks"), [("IMMUTABLE", True), ("STABLE", False)])
def test_a_plan_keeps_what_an_immutable_function_gave(asked: Postgres, volatility: str, leaks: bool) -> None:
    run(asked, IMMUTABLE.format(volatility) + FILLED)
    asked.run("SET plan_cache_mode = force_generic_plan")
    asked.run("SELECT set_config('app.user', 'user1', false)")
    asked.run("SET ROLE asker")
    asked.run("PREPARE owners AS SELECT DISTINCT owner FROM note")
    assert asked.run("EXECUTE owners") == ["user1"]
    asked.run("SELECT set_config('app.user', 'user2', false)")
    assert asked.run("EXECUTE owners") == (["user1"] if leaks else ["user2"])
    assert bool(found("immutable-function-reads-setting", TABLES + IMMUTABLE.format(volatility))) == leaks
