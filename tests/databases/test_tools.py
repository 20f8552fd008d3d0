"""What a tool makes of a text before the database gets it."""

import pytest

from crowsfoot.databases.tools import given
from crowsfoot.frontends.sql import read


def test_drizzle_cuts_at_its_breakpoints() -> None:
    text = "CREATE TABLE a (x int)--> statement-breakpoint\nCREATE TABLE b (x int);--> statement-breakpoint\n"
    for dialect in ("postgresql", "mysql", "sqlite"):
        facts = read(given("drizzle", text), dialect)
        assert not facts.problems
        assert [text[it.range.start : it.range.end] for it in facts.statements] == [
            "CREATE TABLE a (x int)",
            "CREATE TABLE b (x int)",
        ]


def test_the_placeholders_of_flyway_stand_for_names() -> None:
    text = "CREATE TABLE ${schema}.${app.prefix}_a (x int DEFAULT '${x}');"
    facts = read(given("flyway", text), "postgresql")
    assert not facts.problems
    assert len(given("flyway", text)) == len(text)


@pytest.mark.parametrize("text", ["SELECT 1;", "SELECT '${', $1;", "${a b}", "${}"])
def test_what_is_no_placeholder_stays(text: str) -> None:
    assert given("flyway", text) == text
    assert given("prisma", text) == text
