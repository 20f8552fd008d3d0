"""What an index does for a query: which of its keys bound the search, and whether rows come in order.

Measured on PostgreSQL 15, 16 and 18, MariaDB 10.11 and SQLite 3.40; CockroachDB and SQL Server from their
documentation. tests/databases/test_index_use.py asks PostgreSQL and SQLite again.
Source: https://www.postgresql.org/docs/current/indexes-multicolumn.html
Source: https://www.postgresql.org/docs/current/indexes-ordering.html
Source: https://www.sqlite.org/queryplanner.html
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from crowsfoot.databases.providers import APPENDS_PRIMARY_KEY

# Where NULL counts as the highest value, so that it comes last in ascending order.
# Source: https://www.postgresql.org/docs/current/queries-order.html
_NULL_IS_HIGHEST: Final = frozenset({"postgresql"})

# Where IS NULL fixes the order of what follows, as equality does. To PostgreSQL it is no constant:
# (tenant, deleted_at, created) serves no `deleted_at IS NULL ORDER BY created`, even with enable_sort off.
# MongoDB's null is a value like others.
_NULL_BINDS_ORDER: Final = frozenset({"mysql", "sqlite", "sqlserver", "mongodb"})


class Part(msgspec.Struct, frozen=True):
    """A key of an index, or of ORDER BY. column is None for an expression, which equals nothing."""

    column: str | None
    descending: bool = False
    nulls_first: bool = True
    sorted: bool = True  # False: its operator class orders otherwise than ORDER BY does (text_pattern_ops)
    patterns: bool = False  # that is text_pattern_ops or its like, which finds what begins with a text


class Asked(msgspec.Struct, frozen=True):
    """What a query asks of one table; columns by the database's name, each in one of the sets at most."""

    equal: frozenset[str] = frozenset()
    null: frozenset[str] = frozenset()  # IS NULL
    among: frozenset[str] = frozenset()  # IN, = ANY
    ranges: frozenset[str] = frozenset()  # <, >, BETWEEN, IS NOT NULL
    order: tuple[Part, ...] = ()
    # LIKE 'x%', where a plain index is sorted otherwise than letter by letter.
    prefixes: frozenset[str] = frozenset()

    @property
    def points(self) -> frozenset[str]:
        """Columns that are compared with values: a search goes on to the next key behind them."""
        return self.equal | self.null | self.among


class Seek(msgspec.Struct, frozen=True):
    """How far an index narrows a search: by so many leading keys, and by a range of the next one."""

    keys: int
    range: bool


def part(column: str | None, provider: str, *, descending: bool = False, nulls: str | None = None) -> Part:
    """A key with the place of NULL that the database gives it where none is written."""
    first = nulls == "first" if nulls else descending is (provider in _NULL_IS_HIGHEST)
    return Part(column, descending, first)


def with_primary_key(parts: Sequence[Part], primary: Sequence[str], provider: str) -> tuple[Part, ...]:
    """The keys of a secondary index, with those that the database appends to it."""
    if provider not in APPENDS_PRIMARY_KEY:
        return tuple(parts)
    held = {it.column for it in parts}
    return (*parts, *(part(column, provider) for column in primary if column not in held))


def seek(parts: Sequence[Part], asked: Asked) -> Seek:
    """How far the keys of a B-tree narrow the search for what is asked."""
    points = asked.points
    keys = 0
    while keys < len(parts) and parts[keys].column in points:
        keys += 1
    return Seek(keys, keys < len(parts) and _finds_range(parts[keys], asked))


def _finds_range(key: Part, asked: Asked) -> bool:
    """Measured on PostgreSQL 16: LIKE 'x%' is a range of a plain index with the collation C only, `<` none of
    one with text_pattern_ops.

    Source: https://www.postgresql.org/docs/current/indexes-opclass.html
    """
    return (key.sorted and key.column in asked.ranges) or (key.patterns and key.column in asked.prefixes)


def comes_behind(parts: Sequence[Part], asked: Asked) -> bool:
    """Whether the keys hold all that is equal to something, and begin with a column that is not.

    The search then is as wide as the range of the first column, or goes through all of the index.
    """
    lead = parts[0].column if parts else None
    sorted_by = {it.column for it in asked.order}
    return (
        bool(asked.equal)
        and lead is not None
        and lead not in asked.points
        and lead in asked.ranges | sorted_by
        and asked.equal <= {it.column for it in parts}
    )


def order_served(parts: Sequence[Part], asked: Asked, provider: str) -> bool:
    """Whether the rows come out of a B-tree of those keys in the order that is asked, forwards or backwards.

    Columns that can have one value only count neither in the index nor in the order. IN never does so: rows
    of several values come one value after the other.
    """
    bound = asked.equal | asked.null if provider in _NULL_BINDS_ORDER else asked.equal
    wanted: list[Part] = []
    for it in asked.order:
        if it.column not in bound and all(it.column != other.column for other in wanted):
            wanted.append(it)
    held = [it for it in parts if it.column is None or it.column not in bound][: len(wanted)]
    return held == wanted or held == [_reversed(it) for it in wanted]


def _reversed(it: Part) -> Part:
    return Part(it.column, not it.descending, not it.nulls_first)
