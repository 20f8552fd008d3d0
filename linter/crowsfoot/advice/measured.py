"""Statistics and a project -> rows of its tables, uses of its indexes, time of its shapes of queries.

A statement is matched by what it asks: the library that has sent it writes it in its own words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from crowsfoot.advice.statistics import IndexStats, StatementStats, Statistics, TableStats
from crowsfoot.databases.index_sql import default_name
from crowsfoot.databases.index_use import Asked
from crowsfoot.libraries.objects import Constant
from crowsfoot.libraries.raw.queries import query_of
from crowsfoot.link.project import Index, Project, Table
from crowsfoot.link.wanted import Wanted, asked_of

# What is smaller is read quickly enough: 1,000 rows of 100 bytes take 0.06 ms, to find five of them by an
# index 0.01 ms; 10,000 rows take 0.6 ms (measured on PostgreSQL 16).
FEW_ROWS: Final = 1_000

# Milliseconds: what is quicker needs no help, what takes so long does.
QUICK: Final = 0.5
SLOW: Final = 5.0


class Load(msgspec.Struct, frozen=True):
    """How often statements of one shape ran, and the milliseconds that they took."""

    calls: int
    total: float

    @property
    def mean(self) -> float:
        return self.total / self.calls if self.calls else 0.0

    def __add__(self, other: Load) -> Load:
        return Load(self.calls + other.calls, self.total + other.total)


class Measured(msgspec.Struct, frozen=True):
    """What is known of a project's tables; without statistics, nothing.

    matched counts the statements of a shape that the project asks, of so many that ask one of its tables.
    """

    tables: Mapping[str, TableStats] = {}
    indexes: Mapping[tuple[str, str], IndexStats] = {}
    loads: Mapping[Wanted, Load] = {}
    since: str | None = None
    matched: int = 0
    statements: int = 0

    def table(self, table: Table) -> TableStats | None:
        return self.tables.get(table.name)

    def rows(self, table: Table) -> int | None:
        found = self.tables.get(table.name)
        return None if found is None else found.rows

    def index(self, index: Index) -> IndexStats | None:
        """Where the name of the index in the database is known."""
        name = default_name(index)
        return None if name is None else self.indexes.get((index.table.name, name))


NOTHING = Measured()


def measured(statistics: Statistics, project: Project, shapes: Iterable[Wanted]) -> Measured:
    """What the statistics say of the tables and shapes; of two tables of one name, neither counts."""
    named = Counter(it.name for it in statistics.tables)
    tables = {it.name: it for it in statistics.tables if named[it.name] == 1}
    names = {it.name: it for it in project.tables()}
    known: dict[tuple[Table, _Key], list[Wanted]] = {}
    for it in shapes:
        known.setdefault((it.table, _key(it.asked)), []).append(it)
    loads: dict[Wanted, Load] = {}
    matched = statements = 0
    for statement in statistics.statements:
        found = _asked(statement, names)
        if found is None:
            continue
        statements += 1
        table, asked, limit = found
        them = known.get((table, _key(asked)), [])
        # The library adds a limit of its own where the code takes one row.
        for it in [it for it in them if it.limit == limit][:1] or them[:1]:
            matched += 1
            loads[it] = loads.get(it, Load(0, 0)) + Load(statement.calls, statement.total)
    indexes = {(it.table, it.name): it for it in statistics.indexes}
    return Measured(tables, indexes, loads, statistics.since, matched, statements)


_Key = tuple[frozenset[str], frozenset[str], frozenset[str], tuple[tuple[str | None, bool], ...]]


def _key(asked: Asked) -> _Key:
    """What a statement and the code agree on: a list of one value is sent as an equality."""
    order = tuple((it.column, it.descending) for it in asked.order)
    return asked.equal | asked.among, asked.null, asked.ranges, order


def _asked(statement: StatementStats, tables: Mapping[str, Table]) -> tuple[Table, Asked, bool] | None:
    """What the statement asks of which table of the project; its parameters are $1, $2, ..."""
    query = query_of(Constant(statement.query), "", "sql")
    table = tables.get((query.table or "").rpartition(".")[2])
    return None if table is None else (table, asked_of(query, table), bool(query.limit))
