"""The migrations of five applications against what a real PostgreSQL 18 holds after them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crowsfoot.frontends.sql import read
from crowsfoot.link.catalog.execute import run
from crowsfoot.link.catalog.model import Catalog, empty
from crowsfoot.link.history import Failure
from crowsfoot.link.project import File
from crowsfoot.source import Span

from . import described

APPS = ["civitai", "hoppscotch", "litellm", "superagent", "umami"]
_replayed: dict[str, tuple[Catalog, dict[str, Failure]]] = {}


@pytest.fixture(params=APPS)
def app(request: pytest.FixtureRequest, corpus: Path) -> Path:
    return corpus / "corpus" / "apps" / str(request.param)


@pytest.fixture
def expected(app: Path) -> Any:
    return json.loads((app / "expected.catalog.json").read_text())


@pytest.fixture
def replayed(app: Path) -> tuple[Catalog, dict[str, Failure]]:
    if app.name not in _replayed:
        _replayed[app.name] = replay(app)
    return _replayed[app.name]


def replay(app: Path) -> tuple[Catalog, dict[str, Failure]]:
    """Each file as one text, as Prisma up to 7.3 does; one that is refused is skipped."""
    catalog = empty("postgresql")
    refused: dict[str, Failure] = {}
    for number, (name, text) in enumerate(migrations(app)):
        facts = read(text, "postgresql")
        broken = next((it for it in facts.problems if it.kind == "syntax"), None)
        if broken is not None:
            refused[name] = Failure("42601", broken.message, Span(name, broken.range.start, broken.range.end))
            continue
        ran = run(
            catalog,
            facts.statements,
            file=File(f"{name}/migration.sql", facts),
            migration=number,
            in_block=len(facts.statements) > 1,
            postgres=18,
        )
        catalog = ran.catalog
        if ran.failure is not None:
            refused[name] = ran.failure
    return catalog, refused


def migrations(app: Path) -> Iterator[tuple[str, str]]:
    for file in sorted((app / "prisma" / "migrations").glob("*/migration.sql")):
        yield file.parent.name, file.read_text()


def test_the_same_migrations_are_refused_for_the_same_reason(
    replayed: tuple[Catalog, dict[str, Failure]], expected: Any
) -> None:
    refused = {name: (it.code, it.message) for name, it in replayed[1].items()}
    assert refused == {it["migration"]: (it["code"], it["message"]) for it in expected["failed"]}


def test_only_what_hangs_on_rows_is_not_sure(replayed: tuple[Catalog, dict[str, Failure]]) -> None:
    assert all(it.sure == (it.code != "23503") for it in replayed[1].values())


def test_the_tables_and_views_are_the_same(
    replayed: tuple[Catalog, dict[str, Failure]], expected: Any
) -> None:
    assert described.tables(replayed[0]) == {
        at(it): (it["kind"], it["rls"], it["force"]) for it in expected["tables_list"]
    }


def test_the_columns_are_the_same(replayed: tuple[Catalog, dict[str, Failure]], expected: Any) -> None:
    assert described.columns(replayed[0]) == {
        f"{at(it)}.{it['column']}": (
            it["type"],
            it["not_null"],
            described.default_text(it["default"]),
            bool(it["generated"]),
            it["identity"],
        )
        for it in expected["columns_list"]
    }


def test_the_indexes_are_the_same(replayed: tuple[Catalog, dict[str, Failure]], expected: Any) -> None:
    assert described.indexes(replayed[0]) == {
        f"{it['schema']}.{it['index']}": (
            it["table"],
            it["unique"],
            it["primary"],
            it["valid"],
            it["method"],
            *described.printed_index(it["def"]),
        )
        for it in expected["indexes_list"]
        if not it["schema"].startswith("pg_toast")
    }


def test_the_foreign_keys_are_the_same(replayed: tuple[Catalog, dict[str, Failure]], expected: Any) -> None:
    assert described.foreign_keys(replayed[0]) == {
        f"{at(it)}.{it['name']}": (tuple(it["cols"]), it["ref"], it["ondelete"], it["validated"])
        for it in expected["fks_list"]
    }


def test_the_enums_are_the_same(replayed: tuple[Catalog, dict[str, Failure]], expected: Any) -> None:
    assert described.enums(replayed[0]) == {
        f"{it['schema']}.{it['name']}": tuple(it["values"]) for it in expected["enums_list"]
    }


def test_the_checks_are_the_same(replayed: tuple[Catalog, dict[str, Failure]], expected: Any) -> None:
    assert described.checks(replayed[0]) == {
        f"{at(it)}.{it['name']}": (it["validated"], described.printed_check(it["def"]))
        for it in expected["checks_list"]
        if it["type"] == "c"
    }


def at(it: dict[str, str]) -> str:
    return f"{it['schema'].replace('pg_temp_0', 'pg_temp')}.{it['table']}"
