"""A history that could not be followed in all -> what of its rights was lost with that.

A migration that fills a table with SQL made at run time leaves policies alone, and a history that begins in
the middle still switches row-level security on where it makes tables. So it is asked which words stand in
what was not understood: "policy", "row level security", "security_invoker", "search_path", "grant", "revoke",
"owner".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from crowsfoot.databases.rights import rights_in
from crowsfoot.facts.sql import (
    AlterOther,
    AlterPolicy,
    AlterTable,
    Block,
    Change,
    ChangeOwner,
    CreateOther,
    CreatePolicy,
    CreateView,
    Grant,
    Select,
    SqlFile,
    Statement,
)
from crowsfoot.link.catalog import model as held
from crowsfoot.link.history import History, Migration

EVERY: Final = frozenset(
    {"policy", "row level security", "security_invoker", "search_path", "grant", "revoke", "owner"}
)
# What a statement is about, by its words where it could not be parsed.
_OF_BROKEN: Final = {
    "policy": "policy",
    "security": "row level security",
    "security_invoker": "security_invoker",
    "search_path": "search_path",
    "grant": "grant",
    "revoke": "revoke",
    "owner": "owner",
}
# What may have been done where the replay stops and the database has perhaps gone on.
_OF_CHANGES: Final[dict[type[Change], str]] = {
    AlterOther: "security_invoker",
    AlterPolicy: "policy",
    AlterTable: "row level security",
    ChangeOwner: "owner",
    CreatePolicy: "policy",
    CreateView: "security_invoker",
}


def rights_lost(history: History) -> frozenset[str]:
    """The words of what was not understood and may be about rights."""
    found: set[str] = set()
    for migration in history.migrations:
        if migration.refused is None:  # PostgreSQL runs no statement of one that it refuses either
            found.update(_in_migration(migration))
    statements = (step.statement for migration in history.migrations for step in migration.steps)
    found.update(_in_statements(statements, history.final))
    return frozenset(found)


def _in_migration(migration: Migration) -> Iterable[str]:
    facts = migration.file.facts
    if not isinstance(facts, SqlFile) or facts.unknown or (facts.problems and not facts.lost):
        return EVERY
    found = (
        {_OF_BROKEN[it.lower()] for it in facts.lost if it.lower() in _OF_BROKEN} if facts.problems else set()
    )
    if migration.failure is not None:
        for step in migration.steps:
            for change in step.does:
                if isinstance(change, Grant):
                    found.add("revoke" if change.revoke else "grant")
                elif type(change) in _OF_CHANGES:
                    found.add(_OF_CHANGES[type(change)])
    return found


def _in_statements(statements: Iterable[Statement], catalog: held.Catalog) -> Iterator[str]:
    for statement in statements:
        for change in statement.does:
            if isinstance(change, Block):
                yield from change.of_rights
                yield from _in_statements(change.body, catalog)
            elif isinstance(change, CreateOther) and change.text == "event trigger":
                yield from EVERY  # from then on any statement may do more than it says
            elif isinstance(change, Select):
                yield from _in_functions(change, catalog)


def _in_functions(change: Select, catalog: held.Catalog) -> Iterator[str]:
    for name in change.query.functions:
        for schema in catalog.schemas:
            for it in catalog.functions.get((schema, name), ()):
                if it.changes_schema:
                    yield from rights_in(it.body_text)
