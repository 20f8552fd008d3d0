"""How sure rules are of what is absent, where a part of the migrations could not be followed."""

import pytest

from crowsfoot.finding import Confidence
from crowsfoot.rule import load
from crowsfoot.testing import lint

OPEN = "CREATE ROLE anon NOLOGIN;\nCREATE TABLE profile (id int PRIMARY KEY);\nGRANT SELECT ON profile TO anon;\n"


def sure(lost: str) -> list[Confidence]:
    """The confidence with which an open table is reported beside something that is lost."""
    project = {
        "prisma/migrations/1_a/migration.sql": OPEN,
        "prisma/migrations/2_b/migration.sql": lost,
        "crowsfoot.toml": "",
    }
    return [it.finding.confidence for it in lint(project, load()["exposed-table-without-rls"]).kept]


def test_a_history_that_is_known_whole_leaves_no_doubt() -> None:
    assert sure("SELECT 1;") == [Confidence.CERTAIN]


def test_unknown_sql_that_is_about_something_else_leaves_little_doubt() -> None:
    assert sure("DO $$ BEGIN EXECUTE 'UPDATE profile SET id = ' || random(); END $$;") == [Confidence.LIKELY]
    assert sure("DO $$ BEGIN EXECUTE 'CREATE POLICY p ON ' || current_user; END $$;") == [Confidence.LIKELY]


@pytest.mark.parametrize(
    "lost",
    [
        "DO $$ DECLARE it text; BEGIN FOR it IN SELECT tablename FROM pg_tables LOOP"
        " EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', it); END LOOP; END $$;",
        "DO $$ BEGIN EXECUTE 'REVOKE ALL ON profile FROM ' || current_user; END $$;",
        "CREATE FUNCTION guard() RETURNS void LANGUAGE plpgsql AS $$ BEGIN"
        " EXECUTE 'ALTER TABLE ' || current_user || ' ENABLE ROW LEVEL SECURITY'; END $$;\nSELECT guard();",
        "CREATE FUNCTION guard() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN"
        " EXECUTE 'ALTER TABLE ' || current_user || ' ENABLE ROW LEVEL SECURITY'; END $$;\n"
        "CREATE EVENT TRIGGER guard ON ddl_command_end EXECUTE FUNCTION guard();",
    ],
)
def test_unknown_sql_that_may_be_about_it_leaves_a_doubt(lost: str) -> None:
    assert sure(lost) == [Confidence.POSSIBLE]


def test_what_postgresql_refuses_to_run_has_changed_nothing() -> None:
    assert sure("ALTER TABLE profile ENABLE ROW LEVEL SECURITYY;") == [Confidence.CERTAIN]
