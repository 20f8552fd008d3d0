"""unindexed-foreign-key against PostgreSQL 18: the catalog of five applications after all their migrations.

The rule sees the schema and what the migrations add to it. Where it and the catalog differ, the difference is
named here with its reason, and the reason is looked up in the catalog and in the schema.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crowsfoot.config import parse
from crowsfoot.discover import discover
from crowsfoot.link.project import Database, ForeignKey
from crowsfoot.run import analyse
from crowsfoot_rules.indexes.unindexed_foreign_key import check

pytestmark = pytest.mark.oracle

Place = tuple[str, frozenset[str]]  # a table and columns of it, by the database's names
APPLICATIONS = ("civitai", "hoppscotch", "litellm", "superagent", "umami")


class Application(msgspec.Struct):
    """A schema as linked, and the catalog that its migrations lead to."""

    database: Database
    catalog: dict[str, Any]

    def foreign_keys(self, place: Place) -> list[ForeignKey]:
        return [it for it in self.database.foreign_keys() if _place(it) == place]

    def indexes(self, place: Place) -> list[dict[str, Any]]:
        """The catalog's indexes that start with the columns, in any order."""
        table, columns = place
        return [
            it
            for it in self.catalog["indexes_list"]
            if it["table"] == table and set(it["cols"][: len(columns)]) == columns and it["method"] == "btree"
        ]

    def has_constraint(self, place: Place) -> bool:
        return any((it["table"], frozenset(it["cols"])) == place for it in self.catalog["fks_list"])

    def kind(self, table: str) -> str | None:
        return next((it["kind"] for it in self.catalog["tables_list"] if it["table"] == table), None)


def the_constraint_is_gone(app: Application, place: Place) -> bool:
    return app.kind(place[0]) == "r" and not app.has_constraint(place) and not app.indexes(place)


def no_migration_creates_the_index(app: Application, place: Place) -> bool:
    declared = [
        index
        for it in app.foreign_keys(place)
        for index in it.table.indexes
        if {column.name for column in index.columns[: len(place[1])]} == place[1]
    ]
    return bool(declared) and not app.indexes(place)


def the_schema_has_no_model(app: Application, place: Place) -> bool:
    return app.has_constraint(place) and all(it.name != place[0] for it in app.database.tables.values())


def the_index_leaves_out_only_nulls(app: Application, place: Place) -> bool:
    """The catalog's verdict takes no partial index into account; PostgreSQL's planner does."""
    (column,) = place[1]
    return any(it["def"].endswith(f"WHERE ({column} IS NOT NULL)") for it in app.indexes(place))


Reason = Callable[[Application, Place], bool]

# Reported, although the catalog does not miss an index there.
REPORTED: dict[str, dict[tuple[str, str], Reason]] = {
    "civitai": {
        ("CollectionItem", "articleId"): the_constraint_is_gone,
        ("CollectionItem", "postId"): the_constraint_is_gone,
    }
}

# Not reported, although the catalog misses an index there.
SILENT: dict[str, dict[tuple[str, str], Reason]] = {
    "civitai": {
        ("ChallengeWinner", "userId"): no_migration_creates_the_index,
        ("block_workflows", "app_block_id"): the_schema_has_no_model,
        ("app_listings", "revision_of_id"): the_index_leaves_out_only_nulls,
        ("block_spend_attribution", "content_author_user_id"): the_index_leaves_out_only_nulls,
    }
}


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_findings_are_what_postgres_misses(name: str, corpus: Path) -> None:
    app = _application(corpus, name)
    found = {_place(fk) for fk in app.database.foreign_keys() if list(check.check(fk))}
    missing = {(it["table"], frozenset(it["cols"])) for it in app.catalog["missing"]}
    assert found - missing == {_named(it) for it in REPORTED.get(name, {})}
    assert missing - found == {_named(it) for it in SILENT.get(name, {})}


@pytest.mark.parametrize("name", sorted({*REPORTED, *SILENT}))
def test_every_reason_for_a_difference_is_true(name: str, corpus: Path) -> None:
    app = _application(corpus, name)
    reasons = [*REPORTED.get(name, {}).items(), *SILENT.get(name, {}).items()]
    wrong = [f"{place}: {reason.__name__}" for place, reason in reasons if not reason(app, _named(place))]
    assert not wrong


@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_is_read_whole(name: str, corpus: Path) -> None:
    assert _application(corpus, name).database.complete


def _application(corpus: Path, name: str) -> Application:
    folder = corpus / "corpus" / "apps" / name
    (database,) = analyse(discover(folder, [folder]), parse("", "crowsfoot.toml", {})).databases
    return Application(database, json.loads((folder / "expected.catalog.json").read_text(encoding="utf-8")))


def _place(fk: ForeignKey) -> Place:
    return fk.table.name, frozenset(column.name for column in fk.columns)


def _named(place: tuple[str, str]) -> Place:
    return place[0], frozenset({place[1]})
