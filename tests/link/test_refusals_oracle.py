"""The rules that repeat what Prisma refuses, against what its own engines refuse and accept."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from crowsfoot.finding import Finding
from crowsfoot.frontends import prisma
from crowsfoot.link import link
from crowsfoot.rule import load
from crowsfoot.subjects import SUBJECTS

RULES = load()

_REFUSED = {
    "cascade-cycle": re.compile("Reference causes a cycle|A self-relation must have"),
    "multiple-cascade-paths": re.compile("through multiple paths"),
    "model-without-identifier": re.compile(
        "must have at least one unique criteria|require exactly one identity field"
    ),
    "relation-scalar-type-mismatch": re.compile("is not matching the type of the referenced field"),
}


@pytest.mark.parametrize("rule", _REFUSED)
def test_a_schema_is_reported_where_the_engine_refuses_it(corpus: Path, rule: str) -> None:
    seen, missed = 0, []
    for path, row in _rows(corpus):
        if any(_REFUSED[rule].search(error["message"]) for error in row.get("errors", ())):
            seen += 1
            if not list(_findings(path, rule)):
                missed.append(path.name)
    assert not missed
    assert seen >= 2


@pytest.mark.parametrize("rule", _REFUSED)
def test_an_accepted_schema_is_not_reported(corpus: Path, rule: str) -> None:
    accepted = [path for path, row in _rows(corpus) if row["valid"]]
    assert not [path.name for path in accepted if list(_findings(path, rule))]


def _rows(corpus: Path) -> Iterable[tuple[Path, dict[str, Any]]]:
    for folder in ("psl", "psl-inline"):
        for line in (corpus / "corpus" / folder / "expected.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            yield corpus / "corpus" / folder / row["path"], row


def _findings(path: Path, name: str) -> Iterable[Finding]:
    rule = RULES[name]
    project = link([("schema.prisma", prisma.read(path.read_bytes().decode()))])
    for subject in SUBJECTS[rule.over](project):
        yield from rule.check(subject)
