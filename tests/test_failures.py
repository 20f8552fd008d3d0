"""What raises although nothing may: it costs what it was about, is named, and the rest is reported."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from crowsfoot import frontends, reading
from crowsfoot.cache import Cache
from crowsfoot.config import Config
from crowsfoot.discover import Discovery
from crowsfoot.facts.sql import Change, CreateIndex, CreateTable
from crowsfoot.finding import Report
from crowsfoot.link.catalog import execute
from crowsfoot.rule import load
from crowsfoot.run import check
from crowsfoot.source import Source

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

RULES = load()
NOTHING_KEPT = Cache(None)
LOCK = Source("prisma/migrations/migration_lock.toml", 'provider = "postgresql"\n')


def bug(*_: object, **_named: object) -> NoReturn:
    raise ZeroDivisionError("oh")


def checked(*texts: str, others: tuple[Source, ...] = (LOCK,), cache: Cache = NOTHING_KEPT) -> Report:
    migrations = [
        Source(f"prisma/migrations/{number}_m/migration.sql", text) for number, text in enumerate(texts)
    ]
    return check(Discovery(Path(), (*others, *migrations)), Config(), RULES, cache)


def found(report: Report, rule: str = "failing-migration") -> list[str]:
    return [it.finding.span.path.removeprefix("prisma/migrations/") for it in report.kept if it.rule == rule]


def replay_with_bug(monkeypatch: pytest.MonkeyPatch, change: type[Change]) -> None:
    handlers: dict[type[Change], Callable[..., None]] = {**execute.HANDLERS, change: bug}
    monkeypatch.setattr(execute, "HANDLERS", handlers)


@pytest.fixture
def fails_on_indexes(monkeypatch: pytest.MonkeyPatch) -> None:
    replay_with_bug(monkeypatch, CreateIndex)


@pytest.fixture(params=[0, 10**9], ids=["in other processes", "in this process"])
def reads_badly(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file that says "boom" is one that the frontends cannot bear."""
    read = frontends.read

    def fragile(source: Source, *dialect: Any) -> object:
        return bug() if "boom" in source.text else read(source, *dialect)

    monkeypatch.setattr(frontends, "read", fragile)
    monkeypatch.setattr(reading, "WORTH_PROCESSES", request.param)


@pytest.mark.usefixtures("fails_on_indexes")
def test_a_statement_that_cannot_be_replayed_is_named_and_the_rest_is_reported() -> None:
    report = checked("CREATE TABLE a (x int); CREATE INDEX i ON a (x);", "DROP TABLE nowhere;")
    (failure,) = report.failures
    assert failure.startswith("prisma/migrations/0_m/migration.sql: replaying CREATE INDEX failed:")
    assert "ZeroDivisionError: oh" in failure
    assert found(report) == ["1_m/migration.sql"]


@pytest.mark.usefixtures("fails_on_indexes")
@pytest.mark.parametrize(
    "text",
    ["CREATE INDEX i ON a (x);", "DO $$ BEGIN CREATE INDEX i ON a (x); END $$;"],
    ids=["statement", "block"],
)
def test_what_it_would_have_made_is_in_doubt_and_nothing_else(text: str) -> None:
    report = checked("CREATE TABLE a (x int);", text, "DROP INDEX i;", "DROP INDEX j;")
    assert found(report) == ["3_m/migration.sql"]


def test_a_migration_that_cannot_be_replayed_costs_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crowsfoot.link.histories.groups", bug)
    report = checked("CREATE TABLE a (x int);", "DROP TABLE nowhere;")
    assert [it.partition(":")[0] for it in report.failures] == [
        "prisma/migrations/0_m/migration.sql",
        "prisma/migrations/1_m/migration.sql",
    ]
    assert found(report) == []


@pytest.mark.usefixtures("reads_badly")
def test_a_migration_that_cannot_be_read_is_named_and_the_rest_is_reported() -> None:
    report = checked("CREATE TABLE a (x int);", "-- boom", "DROP TABLE b;", "ALTER TYPE broken")
    (failure,) = report.failures
    assert failure.startswith("prisma/migrations/1_m/migration.sql: reading failed:")
    assert "ZeroDivisionError: oh" in failure
    assert found(report, "syntax-error") == ["3_m/migration.sql"]
    assert found(report) == []  # what could not be read may have made b


@pytest.mark.usefixtures("reads_badly")
def test_a_schema_that_cannot_be_read_may_declare_what_another_lacks() -> None:
    schemas = (
        Source("prisma/schema/a.prisma", "model A {\n  id Int @id\n  b B? @relation(fields: [bId])\n}\n"),
        Source("prisma/schema/b.prisma", "// boom\nmodel B {\n  id Int @id\n}\n"),
    )
    report = checked(others=schemas)
    assert len(report.failures) == 1
    assert not [it for it in report.kept if it.rule == "unresolved-relation"]


@pytest.mark.usefixtures("reads_badly")
def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    for _ in range(2):
        assert len(checked("CREATE TABLE a (x int);", "-- boom", cache=Cache(tmp_path)).failures) == 1


@pytest.mark.parametrize(
    "name", ["link_schema", "link_commands", "histories.link_history", "migrated.database_of"]
)
def test_what_cannot_be_linked_costs_only_that(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"crowsfoot.link.{name}", bug)
    broken = Source("schema.prisma", "model A {\n  id Int @id\n  b\n}\n")
    report = checked("ALTER TYPE broken", others=(broken,) if name == "link_schema" else ())
    (failure,) = report.failures
    assert "ZeroDivisionError: oh" in failure
    assert "0_m/migration.sql" in found(report, "syntax-error")


def test_a_table_that_cannot_be_made_is_no_reason_to_accuse(monkeypatch: pytest.MonkeyPatch) -> None:
    replay_with_bug(monkeypatch, CreateTable)
    report = checked("CREATE TABLE a (x int);", "ALTER TABLE a ADD COLUMN y int; CREATE INDEX i ON a (y);")
    assert len(report.failures) == 1
    assert found(report) == []
