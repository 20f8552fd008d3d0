"""Five applications that have no row-level security: nothing about it is made up."""

from pathlib import Path

import pytest

from crowsfoot.config import Config
from crowsfoot.discover import discover
from crowsfoot.finding import Confidence
from crowsfoot.rule import load
from crowsfoot.run import check

APPLICATIONS = ("civitai", "hoppscotch", "litellm", "superagent", "umami")


@pytest.mark.parametrize("name", APPLICATIONS)
def test_nothing_is_said_of_policies_where_there_are_none(name: str, corpus: Path) -> None:
    folder = corpus / "corpus" / "apps" / name
    found = discover(folder, [folder])
    assert len(found.sources) > 10
    config = Config(select=("security",), min_confidence=Confidence.POSSIBLE)
    report = check(found, config, load())
    assert not report.failures
    assert [(it.rule, it.finding.span.path, it.finding.message) for it in report.kept] == []
