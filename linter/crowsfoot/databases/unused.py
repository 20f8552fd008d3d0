"""What the code of a project asks -> the indexes that none of it needs; nothing where more may be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from crowsfoot.databases.indexes import Cover, covers
from crowsfoot.databases.unserved import reading
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.link.project import Index, Project, Table
from crowsfoot.link.wanted import Queried, Wanted

if TYPE_CHECKING:
    from crowsfoot.libraries.query import Query

# Of all that is sent: with more than this part of it unknown, an index may serve just that.
_MOST_UNKNOWN: Final = 0.1


def unused(project: Project, tables: Iterable[Queried]) -> Iterator[Index]:
    """Indexes that begin with a column by which no query of the code searches or sorts.

    Only of tables that the code asks, and that no client in another language is generated for.
    """
    accesses = project.code.accesses if project.code is not None else ()
    sent = [it.query for it in accesses if it.role == "application"]
    if not sent or sum(map(_is_unknown, sent)) > _MOST_UNKNOWN * len(sent):
        return
    named = _named(sent)
    for it in tables:
        if it.table.kind == "table" and it.table.complete and _is_asked_by_code_only(it.table):
            yield from _of_table(it, named)


def _of_table(queried: Queried, named: set[str]) -> Iterator[Index]:
    if not any(map(reading, queried.shapes)):
        return
    asked = {name for shape in queried.shapes for name in _asked(shape)}
    for index in queried.table.indexes:
        lead = index.keys[0].column if index.keys else None
        if index.unique or index.implied or index.method != "btree" or lead is None:
            continue
        if lead.name in asked or lead.name in named or lead.field in named:
            continue
        if all(covers(index, fk) is Cover.NONE for fk in queried.table.foreign_keys):
            yield index


def _asked(shape: Wanted) -> Iterator[str]:
    """Every column that the shape compares or sorts by, in whatever way."""
    asked = shape.asked
    yield from asked.points | asked.ranges | shape.others
    yield from (it.column or "" for it in asked.order)
    yield from (name for name, _ in shape.functions)
    for branch in shape.either:
        yield from branch


def _named(sent: Sequence[Query]) -> set[str]:
    """What is asked of tables that nobody can name: through relations, and in SQL that could not be read."""
    found: set[str] = set()
    for it in sent:
        columns = (*it.equal, *it.null, *it.among, *it.ranges, *it.others, *(name for name, _ in it.order))
        found.update(name.rpartition(".")[2] for name in columns if "." in name or it.table is None)
        if it.table is None and it.sql is not None:
            found.update(re.findall(r"\w+", it.sql))
    return found


def _is_unknown(query: Query) -> bool:
    return query.operation == "execute" and query.table is None and query.sql is None


def _is_asked_by_code_only(table: Table) -> bool:
    """Whether only code that is read here asks the database, as far as its schema tells."""
    history = table.database.history
    if history is not None and history.tool == "supabase":  # it serves the tables to any client
        return False
    files = [it.facts for it in table.database.files if isinstance(it.facts, PrismaFile)]
    clients = [it.get("provider") for file in files for it in file.generators]
    return all(it is not None and "py" in str(it.value) for it in clients) if files else True
