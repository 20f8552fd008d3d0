"""Rules that several processes apply."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crowsfoot import Finding, History, Migration, Rule, Severity, Step, applying
from crowsfoot.config import Config
from crowsfoot.discover import Discovery
from crowsfoot.finding import Report
from crowsfoot.run import check
from crowsfoot.source import Source

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is forked"),
    # Whoever runs the tests may have threads of its own; the copies here use none of their locks.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]

SOURCES = [
    Source(
        f"migrations/{it:03}_m/migration.sql", f"CREATE TABLE t{it} (x int); CREATE INDEX i{it} ON t{it} (x);"
    )
    for it in range(60)
]
PROJECT = Discovery(Path(), (Source("migrations/migration_lock.toml", 'provider = "postgresql"'), *SOURCES))


def of_steps(step: Step) -> Iterator[Finding]:
    yield Finding(step.span, f"{step} in {step.migration.history}")


def of_migrations(migration: Migration) -> Iterator[Finding]:
    yield Finding(migration.span, f"{migration} has {len(migration.steps)} steps", subject=migration.name)


def of_histories(history: History) -> Iterator[Finding]:
    yield Finding(history.migrations[-1].span, str(len(history.migrations)))


def fails(step: Step) -> Iterator[Finding]:
    if step.number == 1 and step.migration.number in (3, 57):
        raise ValueError("at this step")
    return iter(())


RULES = {
    name: Rule(name, "a", "Doc.", over, function, Severity.WARNING, "0.1", True)
    for name, over, function in (
        ("of-steps", Step, of_steps),
        ("of-migrations", Migration, of_migrations),
        ("of-histories", History, of_histories),
        ("fails", Step, fails),
    )
}


def reported(monkeypatch: pytest.MonkeyPatch, cores: int) -> Report:
    monkeypatch.setattr(applying, "WORTH_PROCESSES", 1)
    monkeypatch.setattr(applying, "spare_cores", lambda: cores)
    return check(PROJECT, Config(), RULES)


def test_other_processes_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    here = reported(monkeypatch, 0)
    assert len(here.kept) == 2 * 60 + 60 + 1
    for cores in (1, 3):
        report = reported(monkeypatch, cores)
        assert (report.kept, len(report.failures)) == (here.kept, 2)


def test_a_rule_of_other_dialects_is_left_out() -> None:
    def said(*dialects: str) -> int:
        rule = Rule("of-steps", "a", "Doc.", Step, of_steps, Severity.WARNING, "0.1", True, (), dialects)
        return len(check(PROJECT, Config(), {rule.name: rule}).kept)

    assert said() == said("postgresql") == said("mysql", "postgresql") == 2 * 60
    assert said("mysql") == 0


def test_a_rule_that_raises_in_another_process_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for failure in reported(monkeypatch, 3).failures:
        assert "ValueError: at this step" in failure
        assert failure.startswith("fails failed on 0")


def test_what_a_lost_process_had_taken_is_applied_here(monkeypatch: pytest.MonkeyPatch) -> None:
    here = reported(monkeypatch, 0)
    us = os.getpid()

    def deadly(step: Step) -> Iterator[Finding]:
        if os.getpid() != us:
            os._exit(1)
        return of_steps(step)

    monkeypatch.setitem(
        RULES, "of-steps", Rule("of-steps", "a", "Doc.", Step, deadly, Severity.WARNING, "0.1", True)
    )
    assert reported(monkeypatch, 2).kept == here.kept
