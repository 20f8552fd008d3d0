"""docs/hazards.md names the rules that there are."""

import re
from pathlib import Path

from crowsfoot.rule import load

PAGE = (Path(__file__).parents[1] / "docs" / "hazards.md").read_text()
LINK = re.compile(r"(_?)\[([a-z0-9-]+)\]\(rules\.md#([a-z0-9-]+)\)")


def test_every_rule_that_the_page_names_is_there_and_on_or_off_as_it_says() -> None:
    rules = load()
    for italic, name, anchor in LINK.findall(PAGE):
        assert name == anchor
        assert name in rules, name
        assert rules[name].default is (italic == ""), name


def test_every_rule_on_migrations_has_its_hazard() -> None:
    named = {name for _, name, _ in LINK.findall(PAGE)}
    rules = {name for name, rule in load().items() if rule.category == "migrations"}
    assert rules <= named, rules - named
