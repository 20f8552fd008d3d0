"""The plan as SQL migrations: what is made first, what is dropped then, while others read and write.

Each numbered part is a file of its own, so that the tool that runs it can build the index CONCURRENTLY.
"""

from __future__ import annotations

from collections.abc import Iterator

from crowsfoot.advice import View
from crowsfoot.advice.model import Change, TablePlan
from crowsfoot.advice.words import counts
from crowsfoot.databases.index_sql import default_name, removal, scripts
from crowsfoot.databases.safe_ddl import Advice, Script
from crowsfoot.link.project import Index, Table
from crowsfoot.reporters.terminal import visible


def render(view: View) -> str:
    lines = [f"-- {visible(counts(view.plan))}"]
    for it in view.plan.changes:
        lines += [f"-- {visible(said)}" for said in _by_hand(it)]
    of_database: dict[str, list[Script]] = {}
    for table in view.plan.tables:
        of_database.setdefault(table.table.database.path, []).extend(files(table))
    for path, found in of_database.items():
        if found:
            heading = [f"-- the database of {visible(path)}", ""] if len(of_database) > 1 else []
            lines += ["", *heading, str(Advice(tuple(found)))]
    return "\n".join(lines) + "\n"


def files(it: TablePlan) -> Iterator[Script]:
    """The migrations of one table; what is dropped may be in use until what takes its place is there."""
    for change in sorted(it.changes, key=lambda it: it.kind == "drop"):
        yield from _files(change)


def _files(change: Change) -> Iterator[Script]:
    if change.proposal is not None:
        yield from scripts(change.proposal)
    for it in change.old[1:] if change.proposal is not None else change.old:
        name = _droppable(it)
        if name is not None:
            yield from removal(change.table, name)


def _by_hand(change: Change) -> Iterator[str]:
    """What has to go, and has no name here, or belongs to a constraint."""
    for it in change.old:
        if _droppable(it) is None:
            yield f"drop {it.declaration} of {_named(change.table)} too: {_reason(it)}"


def _droppable(it: Index) -> str | None:
    return None if it.unique and it.table.library is not None else default_name(it)


def _reason(it: Index) -> str:
    return "a constraint may have made it" if it.unique else "its name in the database is not known here"


def _named(table: Table) -> str:
    return f"{table.schema}.{table.name}" if table.schema else table.name
