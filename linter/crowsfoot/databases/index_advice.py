"""Shapes of queries over a table -> which index serves each, and which one would."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec

from crowsfoot.databases.index_predicates import implied
from crowsfoot.databases.index_use import Asked, Part, comes_behind, part, seek, with_primary_key
from crowsfoot.databases.index_writing import Proposal
from crowsfoot.databases.indexes import standing
from crowsfoot.databases.selectivity import has_few_values, is_tenant
from crowsfoot.databases.suggested_index import MOST_KEYS, suggested
from crowsfoot.link.project import Column, Index, Key, Table, once
from crowsfoot.link.wanted import Wanted

# The shapes of one table that are looked at, the most frequent first: each is compared with each.
MOST_SHAPES: Final = 300


class Advice(msgspec.Struct, frozen=True):
    """An index that the table lacks: its columns, and the shapes that it would serve."""

    columns: tuple[Column, ...]
    shapes: tuple[Wanted, ...]


@once
def parts_of(index: Index) -> tuple[Part, ...]:
    """The keys of an index as a search sees them; none where its method is not one of values in order.

    A hash finds single values of its one column, and knows no order. Which rows a partial index leaves out
    is another question.
    """
    if index.method not in ("btree", "hash"):
        return ()
    provider = index.table.database.provider
    keys = tuple(_part(key, index, provider) for key in index.keys)
    primary = index.table.primary_key
    appended = [it.name for it in primary.columns] if primary is not None and not index.primary else []
    return with_primary_key(keys, appended, provider) if index.method == "btree" else keys


def usable(index: Index, shape: Wanted) -> tuple[Part, ...]:
    """The keys of the index, if it holds all rows that the query wants; none where that is not sure."""
    if implied(index, shape) is not True:
        return ()
    parts = parts_of(index)
    if index.method == "hash" and (len(parts) != 1 or parts[0].column not in shape.asked.equal):
        return ()
    return parts


def _part(key: Key, index: Index, provider: str) -> Part:
    columns = index.table.columns_by_name
    written = re.fullmatch(_ORDERED, key.expression or "", re.IGNORECASE)
    if key.column is None and written is not None and written["column"] in columns:
        column = columns[written["column"]]
        down = (written["way"] or written["function"] or "asc").lower() == "desc"
        return part(column.name, provider, descending=down, nulls=(written["nulls"] or "").lower() or None)
    name = key.column.name if key.column is not None and key.length is None else None
    plain = part(name, provider, descending=key.descending, nulls=key.nulls)
    # Source: https://www.postgresql.org/docs/current/indexes-opclass.html
    patterns = index.method == "btree" and (key.opclass or "").endswith("_pattern_ops")
    if index.method == "hash" or patterns:
        return msgspec.structs.replace(plain, sorted=False, patterns=patterns)
    return plain


# What code hands over as SQL, or in words of its own: text("score DESC NULLS LAST"), desc("score").
_ORDERED: Final = (
    r"(?:(?P<function>asc|desc)\()?[\"'`]?(?P<column>\w+)[\"'`]?\)?"
    r"(?: +(?P<way>asc|desc))?(?: +nulls +(?P<nulls>first|last))?"
)


def missing(table: Table, shapes: Iterable[Wanted]) -> Iterator[Advice]:
    """The fewest indexes that give every shape one that starts with a column that it compares.

    Left out are shapes of which not all is known, those that compare nothing but what few values tell apart,
    and those that an index would serve if its columns stood in another order, or if it held all rows.
    """
    unserved = [
        (columns, it)
        for it in islice(shapes, MOST_SHAPES)
        if it.whole
        and (columns := _selective(table, it.asked))
        and not any(_helps(parts_of(index), it.asked) for index in standing(table))
    ]
    # Narrow ones first: what serves them serves the wider ones as well.
    unserved.sort(key=lambda it: (len(it[0]), -len(it[1].places)))
    while unserved:
        columns = unserved[0][0][:MOST_KEYS]
        keys = [part(it.name, table.database.provider) for it in columns]
        these = tuple(it for _, it in unserved if _helps(keys, it.asked))
        yield Advice(columns, these)
        unserved = [each for each in unserved if not _helps(keys, each[1].asked)]


def proposed(advice: Advice) -> Proposal:
    """The index to propose: over the columns, and over what the first few rows are sorted by behind them."""
    table, provider = advice.columns[0].table, advice.columns[0].table.database.provider
    found = {it.name for it in advice.columns}
    for shape in advice.shapes:
        proposal = suggested(shape)
        begun = {it.column for it in proposal.keys[: len(found)]}
        if shape.limit and shape.asked.order and begun == found == shape.asked.equal and not proposal.null:
            return proposal
    return Proposal(table, tuple(part(it.name, provider) for it in advice.columns))


def _helps(parts: Sequence[Part], asked: Asked) -> bool:
    """Whether a search for what is asked can begin anywhere but at the start of the index, or nearly so."""
    found = seek(parts, asked)
    return found.keys > 0 or found.range or comes_behind(parts, asked)


def _selective(table: Table, asked: Asked) -> tuple[Column, ...]:
    """The columns that are compared with values and tell many rows apart, the tenant's first."""
    found = [
        it for it in table.columns.values() if it.name in asked.equal | asked.among and not has_few_values(it)
    ]
    return tuple(sorted(found, key=lambda it: (not is_tenant(it), it.name in asked.among)))
