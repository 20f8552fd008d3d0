"""Shapes of queries over a table -> which index serves each, and which one would."""

from collections.abc import Iterable, Iterator

import msgspec

from crowsfoot.databases.index_use import Asked, Part, part, seek, with_primary_key
from crowsfoot.link.project import Column, Index, Table
from crowsfoot.link.wanted import Wanted

# Beyond these a key costs every write more than it saves.
MOST_KEYS = 4

_FEW_VALUES = frozenset({"Boolean"})


class Advice(msgspec.Struct, frozen=True):
    """An index that the table lacks: its columns, and the shapes that it would serve."""

    columns: tuple[Column, ...]
    shapes: tuple[Wanted, ...]


def parts_of(index: Index) -> tuple[Part, ...]:
    """The keys of an index as a search sees them; none where it is no plain B-tree over all rows."""
    if index.method not in ("btree", "hash") or index.predicate is not None:
        return ()
    provider = index.table.database.provider
    keys = tuple(
        part(
            key.column.name if key.column and key.length is None else None,
            provider,
            descending=key.descending,
            nulls=key.nulls,
        )
        for key in index.keys
    )
    primary = index.table.primary_key
    appended = [it.name for it in primary.columns] if primary is not None and not index.primary else []
    return with_primary_key(keys, appended, provider)


def missing(table: Table, shapes: Iterable[Wanted]) -> Iterator[Advice]:
    """The fewest indexes that give every shape one that starts with a column that it compares.

    Shapes of which not all is known, and those that compare nothing but what few values tell apart, are left
    out.
    """
    served = [parts for index in table.indexes if (parts := parts_of(index))]
    unserved = [
        (columns, it)
        for it in shapes
        if it.whole
        and (columns := _selective(table, it.asked))
        and not any(_starts(parts, it.asked) for parts in served)
    ]
    # Narrow ones first: what serves them serves the wider ones as well.
    unserved.sort(key=lambda it: (len(it[0]), -len(it[1].places)))
    while unserved:
        columns = unserved[0][0][:MOST_KEYS]
        keys = [part(it.name, table.database.provider) for it in columns]
        these = tuple(it for _, it in unserved if _starts(keys, it.asked))
        yield Advice(columns, these)
        unserved = [each for each in unserved if not _starts(keys, each[1].asked)]


def _starts(parts: Iterable[Part], asked: Asked) -> bool:
    """Whether a search for what is asked can begin anywhere but at the start of the index."""
    found = seek(tuple(parts), asked)
    return found.keys > 0 or found.range


def _selective(table: Table, asked: Asked) -> tuple[Column, ...]:
    """The columns that are compared with values and tell many rows apart, the tenant's first."""
    tenancy = table.database.tenancy
    tenant = tenancy.column(table) if tenancy is not None else None
    found = [
        it
        for it in table.columns.values()
        if it.name in asked.equal | asked.among and it.enum is None and it.type not in _FEW_VALUES
    ]
    return tuple(sorted(found, key=lambda it: (it is not tenant, it.name in asked.among)))
