"""A shape of query -> what keeps an index that is there from serving it: its rows, its expression, an OR.

Measured on PostgreSQL 15 with 200,000 rows, in blocks that were read. Partial index, query without its
predicate: 2,326, with it 22. lower(column) with an index on the column: 2,326, with one on lower(column) 4.
OR over two columns with an index on (a, b): 904, with one on each 28.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot.databases.index_advice import parts_of, usable
from crowsfoot.databases.index_predicates import implied
from crowsfoot.databases.index_use import seek
from crowsfoot.databases.indexes import Cover, best_cover, standing
from crowsfoot.databases.selectivity import has_few_values
from crowsfoot.databases.sort_service import serves
from crowsfoot.link.project import Column, Index, Table
from crowsfoot.link.wanted import Place, Wanted


def is_served(shape: Wanted) -> bool:
    """Whether an index narrows the search, or has the first few rows in order."""
    return any(_helps(index, shape) for index in standing(shape.table) if usable(index, shape))


def held_back(shape: Wanted) -> Index | None:
    """The partial index that would serve the shape if it asked for no other rows than are in the index.

    None where another index serves it, or where the query may ask for just those.
    """
    if not shape.whole or is_served(shape):
        return None
    found = None
    for index in shape.table.indexes:
        if index.predicate is None or not _helps(index, shape):
            continue
        asked = implied(index, shape)
        if asked is None:
            return None
        if not asked and (found is None or _reach(index, shape) > _reach(found, shape)):
            found = index
    return found


def expressions(shape: Wanted) -> Iterator[tuple[Column, str, Index]]:
    """The columns that are compared after a function, with an index that serves the bare column only."""
    if not shape.whole or is_served(shape):
        return
    columns = shape.table.columns_by_name
    for name, function in sorted(shape.functions):
        column = columns[name]
        index = _leading(shape.table, column)
        if index is not None and not _has_expression(shape.table, column, function):
            yield column, function, index


def lacking(shape: Wanted) -> tuple[tuple[Column, ...], ...]:
    """The branches of an OR that no index serves, by the columns that tell many rows apart.

    None where an index serves what stands beside the OR, or where a branch finds many rows in any case; nor
    are columns of foreign keys without an index, of which another rule tells.
    """
    if not shape.whole or len(shape.either) < 2 or is_served(shape):
        return ()
    found: list[tuple[Column, ...]] = []
    for branch in shape.either:
        columns = [it for it in shape.table.columns.values() if it.name in branch]
        # Times are compared with a range, most often one of many rows.
        by = tuple(it for it in columns if not has_few_values(it) and it.type != "DateTime")
        if not by:
            return ()
        if (
            not any(_leading(shape.table, it, shape) or _is_of_bare_key(it) for it in columns)
            and by not in found
        ):
            found.append(by)
    return tuple(found)


def reading(shape: Wanted) -> tuple[Place, ...]:
    """The places that look for rows; one that inserts some looks for none."""
    return tuple(it for it in shape.places if it.operation not in _LOOKS_FOR_NONE)


def columns_in(shape: Wanted) -> Iterator[str]:
    """Every column that the shape compares or sorts by, in whatever way."""
    asked = shape.asked
    yield from asked.points | asked.ranges | shape.others
    yield from (it.column or "" for it in asked.order)
    yield from (name for name, _ in shape.functions)
    for branch in shape.either:
        yield from branch


_LOOKS_FOR_NONE: Final = frozenset({"insert", "save", "upsert", "refresh", "flush"})


def _helps(index: Index, shape: Wanted) -> bool:
    """Whether the keys of the index serve the shape, whichever rows it holds."""
    parts = parts_of(index)
    if not parts:
        return False
    found, columns = seek(parts, shape.asked), shape.table.columns_by_name
    by = [columns.get(it.column or "") for it in parts[: found.keys + found.range]]
    if any(it is not None and not has_few_values(it) for it in by):
        return True
    return shape.limit and bool(shape.asked.order) and serves(parts, shape)


def _reach(index: Index, shape: Wanted) -> tuple[int, bool]:
    found = seek(parts_of(index), shape.asked)
    return found.keys, found.range


def _leading(table: Table, column: Column, shape: Wanted | None = None) -> Index | None:
    """An index that begins with the column; one that holds all rows that the shape asks for."""
    for index in standing(table):
        parts = parts_of(index)
        holds = index.predicate is None or (shape is not None and implied(index, shape) is not False)
        if holds and parts and parts[0].column == column.name:
            return index
    return None


def _is_of_bare_key(column: Column) -> bool:
    return any(column in fk.columns and best_cover(fk)[0] is Cover.NONE for fk in column.table.foreign_keys)


def _has_expression(table: Table, column: Column, function: str) -> bool:
    """Whether an index serves the function of the column, or may: what is no B-tree may be of trigrams."""
    for index in table.indexes:
        for key in index.keys:
            if key.column is column and index.method not in ("btree", "hash"):
                return True
            if key.column is None and _mentions(key.expression or "", column, function):
                return True
    return False


def _mentions(expression: str, column: Column, function: str) -> bool:
    words = set(re.findall(r"\w+", expression.lower()))
    named = {column.name.lower(), column.field.lower()}
    return bool(words & named) and (function in words or bool(words & _ALSO.get(function, frozenset())))


# Which function of an index serves what is asked otherwise.
_ALSO: Final = {
    "iexact": frozenset({"upper"}),
    "istartswith": frozenset({"upper"}),
    "ilike": frozenset({"gin_trgm_ops", "gist_trgm_ops"}),
    "icontains": frozenset({"upper", "gin_trgm_ops", "gist_trgm_ops"}),
}
