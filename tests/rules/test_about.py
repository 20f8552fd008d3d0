"""Rules that say which operations they are about."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from crowsfoot import Finding, Migration, Rule, Severity, Step
from crowsfoot.config import Config, parse
from crowsfoot.discover import Discovery, discover
from crowsfoot.facts.sql import CreateIndex, DropColumn
from crowsfoot.rule import load
from crowsfoot.run import check
from crowsfoot.source import Source

TEXTS = (
    "CREATE TABLE a (x int, y int);",
    "CREATE INDEX i ON a (x); CREATE INDEX j ON a (x);",
    "DO $$ BEGIN CREATE INDEX k ON a (y); END $$; ALTER TABLE a DROP COLUMN y;",
)
SOURCES = tuple(Source(f"migrations/{it}_m/migration.sql", text) for it, text in enumerate(TEXTS))
PROJECT = Discovery(Path(), (Source("migrations/migration_lock.toml", 'provider = "postgresql"'), *SOURCES))


def called(about: tuple[type, ...], over: type[Step] | type[Migration]) -> list[str]:
    """What a rule that is about those operations is called with."""
    calls: list[str] = []

    def note(subject: Step | Migration) -> Iterator[Finding]:
        calls.append(str(subject))
        return iter(())

    noting = Rule("noting", "a", "Doc.", over, note, Severity.WARNING, "0.1", True, about)
    assert not check(PROJECT, Config(), {"noting": noting}).failures
    return calls


def test_a_rule_is_called_where_one_of_its_operations_stands() -> None:
    assert called((CreateIndex,), Step) == ["1_m: CREATE INDEX", "1_m: CREATE INDEX", "2_m: DO"]
    assert called((DropColumn,), Step) == ["2_m: ALTER TABLE"]
    assert called((CreateIndex, DropColumn), Migration) == ["1_m", "2_m"]


def test_a_rule_about_nothing_in_particular_is_called_everywhere() -> None:
    assert len(called((), Step)) == 5
    assert called((), Migration) == ["0_m", "1_m", "2_m"]


@pytest.mark.oracle
def test_what_a_rule_is_about_is_all_that_it_speaks_of(corpus: Path) -> None:
    discovery = discover(corpus, [corpus / "corpus/apps"])
    rules = load()
    config = parse('extend-select = ["migrations"]', "crowsfoot.toml", rules)
    everywhere = {name: msgspec.structs.replace(rule, about=()) for name, rule in rules.items()}
    report = check(discovery, config, rules)
    assert report.kept
    assert report == check(discovery, config, everywhere)
