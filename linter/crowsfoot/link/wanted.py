"""Who asks what of which table: accesses of the code and the database's own SQL -> shapes with their places.

An index serves a shape, however many places ask it. What a query compares through relations is asked of other
tables, whose rows come first or are joined: such a shape is not whole, and proves nothing about its table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from crowsfoot.databases.index_use import Asked, Part, part
from crowsfoot.link.project import Column, Database, Linked, Project, Table, once
from crowsfoot.link.wanted_joins import far_side
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.libraries.query import Operation, Query


class Place(Linked, frozen=True, eq=False, dict=True):
    """Where a query stands, and how it is said there: "Author.objects.get()", or by the name of a view."""

    span: Span
    said: str
    source: Literal["code", "view", "function", "policy"] = "code"
    likely: bool = True  # False: where what sends it is a guess
    operation: Operation = "select"
    one: bool = False  # it takes one row

    def __str__(self) -> str:
        return self.said


class Wanted(Linked, frozen=True, eq=False, dict=True):
    """One shape of query over one table; columns by the database's name.

    others are compared so that no plain index of the column serves it (`<>`, LIKE, functions), functions are
    what is done to them: ("email", "lower"). either holds the columns of each branch of an OR, constants what
    columns are equal to. whole: all that it compares and sorts by are columns of the table. limit: it takes
    the first few rows only. target: the columns of ON CONFLICT, with the text of its WHERE.
    """

    table: Table
    asked: Asked
    others: frozenset[str]
    limit: bool
    whole: bool
    places: tuple[Place, ...]
    functions: frozenset[tuple[str, str]] = frozenset()
    either: tuple[frozenset[str], ...] = ()
    constants: frozenset[tuple[str, str]] = frozenset()
    nulls_written: bool = False  # its order says where NULL is to come
    target: tuple[str, ...] = ()
    target_where: str | None = None
    sometimes: frozenset[str] = frozenset()  # of others: what only some of the calls compare

    def __str__(self) -> str:
        return f"{self.table}: {self.places[0]}"


class Queried(Linked, frozen=True, eq=False, dict=True):
    """A table that is asked, and the shapes of what is asked of it, the most frequent first."""

    table: Table
    shapes: tuple[Wanted, ...]

    def __str__(self) -> str:
        return str(self.table)


def queried(project: Project) -> tuple[Queried, ...]:
    """The tables that something in the project asks, with what is asked of them."""
    tables = _tables(project.databases)
    shapes: dict[tuple[Table, _Shape], list[Place]] = {}
    for table, shape, place in chain(_of_code(project, tables), _of_sql(project, tables)):
        shapes.setdefault((table, shape), []).append(place)
    by_table: dict[Table, list[Wanted]] = {}
    for (table, shape), places in shapes.items():
        by_table.setdefault(table, []).append(_wanted(table, shape, tuple(places)))
    return tuple(
        Queried(table, tuple(sorted(them, key=lambda it: (-len(it.places), it.places[0].span))))
        for table, them in by_table.items()
    )


def asked_of(query: Query, table: Table) -> Asked:
    """What a query of the table asks of it."""
    return _shape(query, table).asked


def _of_code(project: Project, tables: Mapping[str, Table]) -> Iterator[tuple[Table, _Shape, Place]]:
    for access in project.code.accesses if project.code is not None else ():
        query = access.query
        table = tables.get(query.table or "") or tables.get((query.table or "").rpartition(".")[2])
        if table is not None and access.role == "application":
            one = query.limit is not True and query.limit == 1
            place = Place(access.span, query.api, "code", query.likely, query.operation, one)
            yield table, _shape(query, table), place
            if (far := far_side(query, table)) is not None:
                yield far[1], _shape(*far), place


def _of_sql(project: Project, tables: Mapping[str, Table]) -> Iterator[tuple[Table, _Shape, Place]]:
    if not project.histories:
        return
    from crowsfoot.link.wanted_sql import asked_in_sql

    for it in asked_in_sql(project):
        table = tables.get(it.table)
        if table is not None and table.kind == "table" and table.schema in (None, it.schema):
            place = Place(it.span, it.query.api, it.source, it.query.likely)
            yield table, _shape(it.query, table), place


def _tables(databases: Iterable[Database]) -> dict[str, Table]:
    """Tables by name, where one name is one table, whatever its schema."""
    found: dict[str, Table | None] = {}
    for database in databases:
        for table in database.tables.values():
            found[table.name] = None if table.name in found else table
    return {name: table for name, table in found.items() if table is not None}


class _Shape(msgspec.Struct, frozen=True):
    """What Wanted says of a query, without its table and places."""

    asked: Asked
    others: frozenset[str]
    limit: bool
    whole: bool
    functions: frozenset[tuple[str, str]]
    either: tuple[frozenset[str], ...]
    constants: frozenset[tuple[str, str]]
    nulls_written: bool
    target: tuple[str, ...]
    target_where: str | None
    sometimes: frozenset[str]


def _wanted(table: Table, it: _Shape, places: tuple[Place, ...]) -> Wanted:
    return Wanted(table=table, places=places, **msgspec.structs.asdict(it))


def _shape(query: Query, table: Table) -> _Shape:
    provider = table.database.provider
    whole = query.whole
    # What only some of the ways ask is nothing that an index may count on.
    sometimes = frozenset([it.name for name in query.optional if (it := _column(table, name)) is not None])

    def own(names: Iterable[str]) -> frozenset[str]:
        nonlocal whole
        columns = [_column(table, name) for name in names]
        whole = whole and None not in columns
        return frozenset([it.name for it in columns if it is not None])

    def with_words(pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        found = [(_column(table, name), word) for name, word in pairs]
        return frozenset(
            [(it.name, word) for it, word in found if it is not None and it.name not in sometimes]
        )

    equal = own(query.equal) - sometimes
    null = own(query.null) - equal - sometimes
    among = own(query.among) - equal - sometimes
    functions, prefixes, more = _by_pattern(with_words(query.functions), provider, query.library)
    ranges = (own(query.ranges) | more) - equal - null - among - sometimes
    placed = dict(query.nulls)
    order: list[Part] = []
    for name, direction in query.order:
        column = _column(table, name)
        if column is None:
            whole = False
            break
        order.append(part(column.name, provider, descending=direction == "desc", nulls=placed.get(name)))
    others = (own(query.others) - more) | sometimes
    either = tuple([own(branch) for branch in query.either])
    target = tuple([it.name for name in query.target if (it := _column(table, name)) is not None])
    return _Shape(
        Asked(equal, null, among, ranges, tuple(order), prefixes - equal - null - among),
        others,
        bool(query.limit),
        whole,
        functions,
        either if all(either) and not any(branch & sometimes for branch in either) else (),
        with_words(query.constants),
        bool(placed),
        target if len(target) == len(query.target) else (),
        query.target_where,
        sometimes,
    )


_Words = frozenset[tuple[str, str]]


def _by_pattern(words: _Words, provider: str, library: str) -> tuple[_Words, frozenset[str], frozenset[str]]:
    """What is done to columns, without LIKE 'x%' where that is a range of a plain index: those that are left,
    of these the columns that another kind of index serves, and those that are compared by a range.

    Measured on PostgreSQL 16, MariaDB 10.11 and SQLite 3.40. PostgreSQL sorts by a language, unless its
    collation is C; SQLite ignores case in LIKE and not in an index; MySQL ignores it in both, and uses no
    index for LIKE BINARY. Django sends it LIKE for "istartswith" and "iexact", others a function.
    Source: https://www.postgresql.org/docs/current/indexes-opclass.html
    Source: https://www.sqlite.org/optoverview.html#the_like_optimization
    Source: https://dev.mysql.com/doc/refman/8.4/en/index-btree-hash.html
    """
    plain = _SERVED_PATTERNS.get(provider, ())
    if provider == "mysql" and library == "django":
        plain = (*plain, "istartswith", "iexact")
    found = frozenset([name for name, word in words if word in plain])
    left = frozenset([each for each in words if each[0] not in found])
    by_letter = provider in _SORTED_BY_LANGUAGE
    return left, frozenset([name for name, word in left if by_letter and word in _PREFIXES]), found


_PREFIXES: Final = ("like", "startswith")
_SORTED_BY_LANGUAGE: Final = ("postgresql", "unknown")
_SERVED_PATTERNS: Final = {
    "mysql": ("like",),
    "cockroachdb": _PREFIXES,
    "sqlserver": _PREFIXES,
}


def _column(table: Table, name: str) -> Column | None:
    """The column that a library calls so: by its field, by its own name, or as the key of the row."""
    found = table.columns.get(name) or _by_name(table).get(name)
    if found is None and name == "pk" and (key := table.primary_key) is not None and len(key.columns) == 1:
        return key.columns[0]
    return found


@once
def _by_name(table: Table) -> dict[str, Column]:
    return {it.name: it for it in table.columns.values()}
