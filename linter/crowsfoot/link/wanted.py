"""Where the code asks what of which table: accesses -> shapes of queries, each with all places that ask so.

An index serves a shape, however many places ask it. What a query compares through relations is asked of other
tables, whose rows come first or are joined: such a shape is not whole, and proves nothing about its table.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from crowsfoot.databases.index_use import Asked, Part, part
from crowsfoot.link.project import Column, Database, Linked, Project, Table, once

if TYPE_CHECKING:
    from crowsfoot.libraries.query import Query
    from crowsfoot.link.code.access import Access


class Wanted(Linked, frozen=True, eq=False, dict=True):
    """One shape of query over one table; columns by the database's name.

    others are compared so that no plain index of the column serves it (`<>`, LIKE, functions). whole: all
    that it compares and sorts by are columns of the table. limit: it takes the first few rows only.
    """

    table: Table
    asked: Asked
    others: frozenset[str]
    limit: bool
    whole: bool
    accesses: tuple[Access, ...]

    def __str__(self) -> str:
        return f"{self.table}: {self.accesses[0]}"


class Queried(Linked, frozen=True, eq=False, dict=True):
    """A table that the code asks, and the shapes of what it asks, the most frequent first."""

    table: Table
    shapes: tuple[Wanted, ...]

    def __str__(self) -> str:
        return str(self.table)


def queried(project: Project) -> tuple[Queried, ...]:
    """The tables that the code of the project asks."""
    if project.code is None:
        return ()
    tables = _tables(project.databases)
    shapes: dict[tuple[Table, _Shape], list[Access]] = {}
    for access in project.code.accesses:
        table = tables.get(access.query.table or "")
        if table is not None and access.role == "application":
            shapes.setdefault((table, _shape(access.query, table)), []).append(access)
    by_table: dict[Table, list[Wanted]] = {}
    for (table, (asked, others, limit, whole)), accesses in shapes.items():
        shape = Wanted(table, asked, others, limit, whole, tuple(accesses))
        by_table.setdefault(table, []).append(shape)
    return tuple(
        Queried(table, tuple(sorted(them, key=lambda it: (-len(it.accesses), it.accesses[0].span))))
        for table, them in by_table.items()
    )


def _tables(databases: Iterable[Database]) -> dict[str, Table]:
    """Tables by name, where one name is one table."""
    found: dict[str, Table | None] = {}
    for database in databases:
        for table in database.tables.values():
            found[table.name] = None if table.name in found else table
    return {name: table for name, table in found.items() if table is not None}


_Shape = tuple[Asked, frozenset[str], bool, bool]


def _shape(query: Query, table: Table) -> _Shape:
    provider = table.database.provider
    whole = True

    def own(names: Iterable[str]) -> frozenset[str]:
        nonlocal whole
        columns = [_column(table, name) for name in names]
        whole = whole and None not in columns
        return frozenset(it.name for it in columns if it is not None)

    equal = own(query.equal)
    null = own(query.null) - equal
    among = own(query.among) - equal
    ranges = own(query.ranges) - equal - null - among
    order: list[Part] = []
    for name, direction in query.order:
        column = _column(table, name)
        if column is None:
            whole = False
            break
        order.append(part(column.name, provider, descending=direction == "desc"))
    others = own(query.others)
    return Asked(equal, null, among, ranges, tuple(order)), others, bool(query.limit), whole


def _column(table: Table, name: str) -> Column | None:
    """The column that a library calls so: by its field, by its own name, or as the key of the row."""
    found = table.columns.get(name) or _by_name(table).get(name)
    if found is None and name == "pk" and (key := table.primary_key) is not None and len(key.columns) == 1:
        return key.columns[0]
    return found


@once
def _by_name(table: Table) -> dict[str, Column]:
    return {it.name: it for it in table.columns.values()}
