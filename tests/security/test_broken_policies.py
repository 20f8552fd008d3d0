"""Policies that somebody has torn to pieces: rules over predicates are silent or speak, and never raise."""

import random
from pathlib import Path

import pytest

from crowsfoot.rule import load
from crowsfoot.testing import lint, read_case

from .test_predicate_fixes import PREDICATES

FIXTURES = Path(__file__).parent.parent / "rules" / "fixtures"
PIECES = (
    "(",
    ")",
    "'",
    "NOT",
    "NULL",
    "OR",
    "AND",
    "true",
    "(SELECT",
    "EXISTS",
    "$$",
    ";",
    "::int",
    "doc",
    "auth.uid()",
)


@pytest.mark.parametrize("name", PREDICATES)
def test_a_torn_policy_raises_nothing(name: str) -> None:
    rules, chance = load(), random.Random(name)
    for case in sorted((FIXTURES / name).iterdir()):
        files = read_case(case)
        for _ in range(8):
            torn = {
                path: tear(text, chance) if path.endswith(".sql") else text for path, text in files.items()
            }
            lint(torn, rules[name])  # raises where the rule does


def tear(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    at = chance.randrange(len(words))
    if chance.random() < 0.5:
        del words[at : at + chance.randint(1, 4)]
    else:
        words.insert(at, chance.choice(PIECES))
    return " ".join(words)
