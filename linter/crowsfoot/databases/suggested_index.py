"""A shape of query -> the index that serves it best: equality, then sort, then range.

Measured on PostgreSQL 15 and 18 with 200,000 rows. The order of the columns that are compared by `=` makes no
difference to one query; the tenant's comes first, as other queries ask for it, too.
Source: https://www.mongodb.com/docs/manual/tutorial/equality-sort-range-guideline/
Source: https://use-the-index-luke.com/sql/where-clause/searching-for-ranges/greater-less-between-tuning-sql-access-filter-predicates
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from crowsfoot.databases.index_use import Part, part
from crowsfoot.databases.index_writing import Proposal
from crowsfoot.databases.indexes import is_deletion_time
from crowsfoot.databases.providers import PARTIAL_INDEXES
from crowsfoot.databases.selectivity import has_few_values, is_tenant
from crowsfoot.link.project import Column, Index, Table

if TYPE_CHECKING:
    from crowsfoot.link.wanted import Wanted

# Beyond these a key costs every write more than it saves.
MOST_KEYS: Final = 4


def suggested(shape: Wanted, like: Index | None = None) -> Proposal:
    """The index to propose for the shape; without keys where it asks nothing that an index serves.

    Equality first, the order behind it, then one range, then IS NULL and IN. Without a limit all rows are
    read, and a range saves more of them than the order does. The IS NULL of a soft delete becomes the
    predicate of a partial index, where the database has such. Columns that are compared by `=` stand as they
    do in the index that is given, and what it holds stays in it.
    """
    table, asked = shape.table, shape.asked
    columns = {it.name: it for it in table.columns.values()}
    ranges = [it for it in columns if it in asked.ranges][:1]
    order = () if ranges and not shape.limit else _sort_keys(shape)
    kept = {it.name for it in like.columns} if like is not None else set()
    null = tuple(it for it in columns if it in asked.null - kept and _is_for_predicate(columns[it], order))
    equal = sorted((it for it in columns if it in asked.equal), key=lambda it: _rank(columns[it], like))
    behind = [it for it in columns if it in asked.null | asked.among and it not in null]
    keys: list[Part] = []
    for key in (*_plain(equal, table), *order, *_plain((*ranges, *behind), table)):
        if all(key.column != it.column for it in keys):
            keys.append(key)
    return Proposal(table, _without_primary_key(keys[:MOST_KEYS], order, table), null)


def _plain(columns: Iterable[str], table: Table) -> tuple[Part, ...]:
    return tuple(part(it, table.database.provider) for it in columns)


def _rank(column: Column, like: Index | None) -> tuple[bool | int, ...]:
    """As in the index; then the tenant, what refers to another table, and what tells many rows apart."""
    there = like.columns.index(column) if like is not None and column in like.columns else MOST_KEYS
    refers = any(column in fk.columns for fk in column.table.foreign_keys)
    return there, not is_tenant(column), not refers, has_few_values(column)


def _is_for_predicate(column: Column, order: tuple[Part, ...]) -> bool:
    partial = column.table.database.provider in PARTIAL_INDEXES
    return partial and is_deletion_time(column) and all(it.column != column.name for it in order)


def _sort_keys(shape: Wanted) -> tuple[Part, ...]:
    """The order as keys, each column once. An index is read in both directions: ascending is enough."""
    found: list[Part] = []
    for it in shape.asked.order:
        if it.column not in shape.asked.equal and all(it.column != other.column for other in found):
            found.append(it)
    upwards = _plain([it.column for it in found if it.column is not None], shape.table)
    down = [Part(it.column, not it.descending, not it.nulls_first) for it in found]
    return upwards if tuple(down) == upwards else tuple(found)


def _without_primary_key(keys: list[Part], order: tuple[Part, ...], table: Table) -> tuple[Part, ...]:
    """Without the row's own key at the end: what is in front of it leaves little to sort or to find.

    It stays where it is all that the rows are sorted by.
    """
    primary = table.primary_key
    if primary is None or len(primary.columns) != 1 or len(keys) < 2:
        return tuple(keys)
    last = keys[-1].column
    if last != primary.columns[0].name or (len(order) == 1 and order[0].column == last):
        return tuple(keys)
    return tuple(keys[:-1])
