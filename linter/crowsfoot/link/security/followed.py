"""A history that could not be followed in all -> whether that matters to who sees which rows.

A migration that fills a table with SQL made at run time leaves policies alone, and a history that begins in
the middle still switches row-level security on where it makes tables. What is said of them is likely then;
where a broken or unknown statement speaks of policies, privileges or owners, it is no more than possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

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
from crowsfoot.link.history import History

_OF_RIGHTS: Final = re.compile(
    r"\brow\s+level\s+security\b|\bpolicy\b|\bsecurity_invoker\b|\bgrant\b|\brevoke\b|\bowner\b",
    re.IGNORECASE,
)
_CHANGES: Final = (AlterOther, AlterPolicy, AlterTable, ChangeOwner, CreatePolicy, CreateView, Grant)
_WORDS: Final = frozenset(
    {"policy", "security", "grant", "revoke", "owner", "privileges", "security_invoker"}
)


def rights_lost(history: History) -> bool:
    """Whether something that was not understood may be about rights."""
    for migration in history.migrations:
        facts = migration.file.facts
        if migration.refused is not None:
            continue  # PostgreSQL has not run a statement of it either
        if not isinstance(facts, SqlFile) or facts.unknown:
            return True
        if facts.problems and (not facts.lost or not _WORDS.isdisjoint(it.lower() for it in facts.lost)):
            return True
        if migration.failure is not None and any(
            isinstance(it, _CHANGES) for step in migration.steps for it in step.does
        ):
            return True  # it stops in the replay, and has perhaps not stopped in the database
    return _in_statements(
        (step.statement for migration in history.migrations for step in migration.steps), history.final
    )


def _in_statements(statements: Iterable[Statement], catalog: held.Catalog) -> bool:
    return any(_of_rights(change, catalog) for it in statements for change in it.does)


def _of_rights(change: Change, catalog: held.Catalog) -> bool:
    if isinstance(change, Block):
        return change.of_rights or _in_statements(change.body, catalog)
    if isinstance(change, CreateOther):
        return change.text == "event trigger"
    if isinstance(change, Select):
        return any(
            it.changes_schema and _OF_RIGHTS.search(it.body_text) is not None
            for name in change.query.functions
            for schema in catalog.schemas
            for it in catalog.functions.get((schema, name), ())
        )
    return False
