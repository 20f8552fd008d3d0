"""What the code of a project asks -> the indexes that none of it needs; nothing where more may be asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from crowsfoot.databases.indexes import Cover, covers
from crowsfoot.databases.unserved import columns_in, reading
from crowsfoot.facts.code import Attribute, Call, CodeFile, Const, Import, Name
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.link.project import Index, Project, Table
from crowsfoot.link.wanted import Queried
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.libraries.query import Query

# Of all that is sent: with more than this part of it unknown, an index may serve just that.
_MOST_UNKNOWN: Final = 0.1

# What variables are called that hold a model, or its columns.
_MODELS: Final = frozenset({"model", "c", "columns", "cls", "self"})
_LONGEST: Final = 80  # characters of a text that names a column


class Unused(msgspec.Struct, frozen=True):
    """An index, and whether the code has no other use of its first column's name that could ask for it."""

    index: Index
    sure: bool


def unused(project: Project, tables: Iterable[Queried]) -> Iterator[Unused]:
    """Indexes that begin with a column by which no query of the code searches or sorts.

    Only of tables that the code asks, and that no client in another language is generated for. Of several
    that one line of the code declares, the first stands for all.
    """
    accesses = project.code.accesses if project.code is not None else ()
    sent = [it.query for it in accesses if it.role == "application"]
    if not sent or sum(map(_is_unknown, sent)) > _MOST_UNKNOWN * len(sent):
        return
    named, texts = _named(sent), set[str]()
    for file in project.files:
        if isinstance(file.facts, CodeFile):
            _add_mentions(file.facts, named, texts)
    seen: set[Span] = set()
    for it in tables:
        if it.table.kind == "table" and it.table.complete and _is_asked_by_code_only(it.table):
            for index in _of_table(it, named):
                if index.span not in seen:
                    seen.add(index.span)
                    yield Unused(index, str(index.keys[0]) not in texts)


def _of_table(queried: Queried, named: set[str]) -> Iterator[Index]:
    if not any(map(reading, queried.shapes)):
        return
    asked = {name for shape in queried.shapes for name in columns_in(shape)}
    for index in queried.table.indexes:
        lead = index.keys[0].column if index.keys else None
        if index.unique or index.implied or index.method != "btree" or lead is None:
            continue
        if lead.name in asked or lead.name in named or lead.field in named:
            continue
        if all(covers(index, fk) is Cover.NONE for fk in queried.table.foreign_keys):
            yield index


def _add_mentions(file: CodeFile, named: set[str], texts: set[str]) -> None:
    """Put what is read of classes (`Book.title`) to the first, and what calls are given by name or as text to
    the second: `order_by("-title")`, `title__gt=1`.
    """
    for scope in file.scopes:
        values = scope.values
        for it in values:
            if isinstance(it, Attribute):
                of = values[it.of]
                if isinstance(of, (Name, Import, Attribute)) and (
                    of.name[:1].isupper() or of.name in _MODELS
                ):
                    named.add(it.name)
            elif isinstance(it, Const) and isinstance(it.value, str) and len(it.value) < _LONGEST:
                texts.update(it.value.lstrip("-").split("__"))
            elif isinstance(it, Call):
                texts.update(part for name, _ in it.keywords for part in name.split("__"))


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
