"""Every rule against its documentation and its fixtures. Adding a rule does not change this file."""

import re
from pathlib import Path
from typing import Any

import pytest

from crowsfoot.rule import Rule, load
from crowsfoot.testing import complaints, examples, lint, read_case, wants

FIXTURES = Path(__file__).parent / "fixtures"
RULES = load()
CASES = sorted(path for path in FIXTURES.glob("*/*") if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda it: f"{it.parent.name}/{it.name}")
def test_a_fixture_holds(case: Path) -> None:
    said = complaints(RULES[case.parent.name], read_case(case))
    assert not said, "\n".join(said)


# An example is text, and this rule is about files that are none.
WITH_EXAMPLES = [rule for rule in RULES.values() if rule.name != "unreadable-file"]


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda it: it.name)
def test_the_examples_of_a_rule_hold(rule: Rule[Any]) -> None:
    found = examples(rule)
    assert found, "the documentation shows no example"
    said = [line for example in found for line in complaints(rule, example)]
    assert not said, "\n".join(said)


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda it: it.name)
def test_the_documentation_shows_a_finding_and_a_way_out(rule: Rule[Any]) -> None:
    claims = [bool(wants(example)) for example in examples(rule)]
    assert any(claims), "no example shows what is reported"
    assert not all(claims), "no example shows what is right"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda it: it.name)
def test_the_documentation_has_a_summary_and_a_source(rule: Rule[Any]) -> None:
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 100
    assert "\nSource: http" in rule.doc


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda it: it.name)
def test_a_rule_reports_and_stays_silent_in_its_fixtures(rule: Rule[Any]) -> None:
    cases = [read_case(case) for case in CASES if case.parent.name == rule.name]
    assert any(wants(case) for case in cases), "no fixture shows a finding"
    assert not all(wants(case) for case in cases), "no fixture shows where the rule stays silent"


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda it: it.name)
def test_messages_follow_the_house_style(rule: Rule[Any]) -> None:
    for case in CASES:
        if case.parent.name != rule.name:
            continue
        for diagnostic in lint(read_case(case), rule).kept:
            message = diagnostic.finding.message
            assert not message.endswith("."), message
            assert "\n" not in message, message
            assert message[0] == message[0].lower() or _is_name(message.split()[0]), message


def _is_name(word: str) -> bool:
    """Whether it is one of the user's names, which keep their case: Post, Post.author, Post(authorId)."""
    return re.fullmatch(r"[A-Z]\w*(\.\w+|\(.*\)?)?,?", word) is not None


def test_every_fixture_folder_is_named_after_a_rule() -> None:
    assert {path.name for path in FIXTURES.iterdir()} <= RULES.keys()


def test_every_rule_has_a_fixture() -> None:
    assert RULES.keys() <= {case.parent.name for case in CASES}
