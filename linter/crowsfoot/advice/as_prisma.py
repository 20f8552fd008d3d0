"""The plan as lines of a Prisma schema: under each model what to add, and what to delete.

What a schema cannot say (NULLS FIRST, most partial indexes) is SQL, in a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from crowsfoot.advice import View
from crowsfoot.advice.model import Change, TablePlan
from crowsfoot.advice.words import reasons
from crowsfoot.config import UserError
from crowsfoot.databases.index_writing import declaration
from crowsfoot.reporters.terminal import visible


def render(view: View) -> str:
    """Raises UserError where no schema of Prisma declares any of the tables."""
    tables = [it for it in view.plan.tables if it.table.library is None]
    if view.plan.tables and not tables:
        raise UserError(
            "--output prisma: no Prisma schema declares these tables; text and sql say what to write"
        )
    several = len({it.table.database.path for it in tables}) > 1
    return "\n".join("\n".join(_model(it, several=several)) for it in tables)


def _model(it: TablePlan, *, several: bool) -> Iterator[str]:
    if several:  # schemas, that may have models of the same name
        yield f"// {visible(it.table.name_span.path)}"
    yield f"model {visible(it.table.model)} {{"
    for change in it.changes:
        yield from (f"  {line}" for line in _lines(change))
    yield "}\n"


def _lines(change: Change) -> Iterator[str]:
    for reason in reasons(change):
        yield f"// {visible(reason.said)}"
    for old in change.old:
        yield f"// delete {visible(old.declaration)}"
    if change.proposal is not None:
        said = declaration(change.proposal)
        yield said if said.startswith("@@") else f"// in a migration: {visible(said)}"
