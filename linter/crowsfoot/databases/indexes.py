"""What an index can do for a foreign key, and when another index makes it superfluous.

Measured on PostgreSQL 15 and 18 (buffers touched per plan), MariaDB 10.11 and SQLite 3.40.
"""

import re
from collections.abc import Collection, Set
from enum import IntEnum
from itertools import takewhile

import msgspec

from crowsfoot.databases.index_use import part
from crowsfoot.databases.providers import (
    INDEXES_FOREIGN_KEYS,
    NULLS_DISTINCT,
    ORDERED_FOREIGN_KEY_INDEXES,
    PARTIAL_INDEXES,
)
from crowsfoot.link.project import Column, ForeignKey, Index, Key, Table, once


class Cover(IntEnum):
    """How well an index finds the rows of one foreign-key value."""

    NONE = 0
    PARTIAL = 1  # it starts with some of the columns: fewer rows to look through
    FULL = 2


def covers(index: Index, fk: ForeignKey) -> Cover:
    """How well the index finds the rows that refer to one row of the foreign key's target.

    PostgreSQL does not care about the order of the columns inside the key: for a key (a, b) an
    index on (b, a) is as good as one on (a, b). InnoDB wants them first, in order and whole for a
    constraint of its own; where Prisma keeps the key, any order serves the lookup there, too.
    Source: https://www.postgresql.org/docs/current/indexes-multicolumn.html
    Source: https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
    """
    wanted = [column.name for column in fk.columns]
    leading = [key.column.name if key.column else None for key in index.keys]
    if not _implied_by_not_null(index.predicate, {*wanted, *(column.field for column in fk.columns)}):
        return Cover.NONE
    if index.method == "hash":
        return Cover.FULL if leading == wanted and len(wanted) == 1 else Cover.NONE
    if index.method != "btree":
        return Cover.NONE
    start = index.keys[: len(wanted)]
    ordered = fk.enforced and fk.table.database.provider in ORDERED_FOREIGN_KEY_INDEXES
    same = leading[: len(wanted)] == wanted or (not ordered and set(leading[: len(wanted)]) == set(wanted))
    if same and all(key.length is None for key in start):
        return Cover.FULL
    return Cover.PARTIAL if leading and leading[0] in wanted else Cover.NONE


@once
def standing(table: Table) -> tuple[Index, ...]:
    """The indexes that somebody has declared, and those that the database makes for foreign keys by itself.

    Such a one goes, without a word, as soon as another index begins with the columns of its key (measured on
    MariaDB 10.11).
    """
    if table.database.provider not in INDEXES_FOREIGN_KEYS:
        return table.indexes
    bare = [it for it in table.foreign_keys if it.enforced and best_cover(it)[0] is not Cover.FULL]
    return (*table.indexes, *(_of_key(fk) for fk in bare if fk is fk.twins[0]))


def _of_key(fk: ForeignKey) -> Index:
    names = ", ".join(it.field for it in fk.columns)
    return Index(
        table=fk.table,
        name=None,
        keys=tuple(Key(it) for it in fk.columns),
        unique=False,
        primary=False,
        method="btree",
        predicate=None,
        include=(),
        clustered=None,
        on_field=False,
        spans=(fk.name_span,),
        removal=None,
        declared=False,
        migrated=True,
        written=f"the index of the foreign key {names}",
        implied=True,
    )


def best_cover(fk: ForeignKey) -> tuple[Cover, Index | None]:
    """The best that the table's indexes do for the foreign key, and which one does it."""
    best: tuple[Cover, Index | None] = (Cover.NONE, None)
    by_lead = _of_table(fk.table).by_lead
    for index in [it for column in fk.columns for it in by_lead.get(column.name, ())]:
        cover = covers(index, fk)
        if cover > best[0]:
            best = (cover, index)
    return best


def finds_one_row_or_parent(index: Index, fk: ForeignKey) -> bool:
    """Whether the columns of the foreign key that lead the index find no more than all of them would.

    They are unique by themselves, in the table or in the target, or one of them refers to a value that is
    generated to be different in every row.
    """
    leading = {key.column for key in takewhile(lambda it: it.column in fk.columns, index.keys)}
    theirs = {target for ours, target in zip(fk.columns, fk.target_columns, strict=True) if ours in leading}
    if any(column.default and column.default.function in _GENERATORS for column in theirs):
        return True
    return _holds_key(fk.table, leading) or _holds_key(fk.target, theirs)


def same_keys(a: Index, b: Index) -> bool:
    """Both indexes hold the same keys in the same order, the same way."""
    return _shape(a) == _shape(b)


def makes_redundant(a: Index, by: Index) -> bool:
    """Whether everything that index a does, index by of the same table does as well.

    Same method and key definitions; same predicate; a's keys start by's (all in the same direction, or
    all reversed); nothing included that is missing; no uniqueness lost; no row order lost (a clustered
    index is the table); and nothing that a foreign key of another table rests on. It follows that the
    table's own foreign keys keep the index that InnoDB demands (error 1553).
    """
    if a is by or a.table is not by.table or a.primary or a.clustered or a.method != by.method:
        return False
    if a.method != "btree" and not same_keys(a, by):
        return False
    if _normal(a.predicate) != _normal(by.predicate):
        return False
    if _shape(by)[: len(a.keys)] != _shape(a):
        return False
    if not {it.name for it in a.include} <= {it.name for it in (*by.columns, *by.include)}:
        return False
    # Uniqueness of fewer columns is the stronger promise: UNIQUE (a) is never redundant because of (a, b).
    if a.unique and not (by.unique and _parts(by) <= _parts(a)):
        return False
    return by.primary or not _is_target_of_foreign_key(a)


def redundant_by(index: Index) -> tuple[Index, ...]:
    """The indexes of the table that make it redundant, the narrowest first.

    Of two indexes that make each other redundant, the one to keep comes out as the one that counts: a
    key before a mere index, one with a name of its own before one without, the first before the second.
    """
    shape = _shape(index)
    found = [
        it
        for longer, it in _of_table(index.table).kept.get(_lead(index), ())
        if longer[: len(shape)] == shape
        and makes_redundant(index, it)
        and not (makes_redundant(it, index) and _keeps(index, it))
    ]
    return tuple(sorted(found, key=lambda it: (len(it.keys), may_be_partial(it))))


def is_wide(key: Key) -> bool:
    """Whether the schema says that the values of the key are long texts, which make an index large."""
    native = key.column.native if key.column and key.length is None else None
    return native is not None and any(arg.isdigit() and int(arg) >= _WIDE for arg in native.args)


def may_be_partial(index: Index) -> bool:
    """Whether a migration may have written the index by hand, with a predicate that the schema cannot say.

    Such an index has a name of its own: of 58 named ones in a large application, 3 are partial. Where the
    migrations were read, they have told.
    """
    named = index.name is not None and not index.primary and not index.migrated
    return named and index.table.kind != "join" and index.table.database.provider in PARTIAL_INDEXES


def implied_unique(index: Index) -> bool:
    """Whether rows are told apart by fewer of the index's columns, none of them nullable.

    The index then limits nothing by itself: it is there for a foreign key, or for the client.
    """
    return any(
        other.unique
        and other.predicate is None
        and _parts(other) < _parts(index)
        and all(key.column and not key.column.nullable for key in other.keys)
        for other in index.table.indexes
    )


def deletion_times(index: Index) -> tuple[Column, ...]:
    """The times of deletion in a unique key that was to hold for live rows, and holds for none of them.

    Empty where the key is as good without them, and where the database takes two nulls for one value.
    """
    provider = index.table.database.provider
    distinct = index.nulls_distinct and provider in NULLS_DISTINCT
    if not index.unique or index.predicate is not None or not distinct:
        return ()
    times = tuple(column for column in index.columns if is_deletion_time(column))
    return () if times and implied_unique(index) else times


def is_deletion_time(column: Column) -> bool:
    """Whether the column says when the row was deleted, and is null as long as it lives."""
    return column.nullable and column.type == "DateTime" and bool(re.fullmatch(_DELETION, column.field))


_WIDE = 200  # characters or bytes: ten times what an id takes

_DELETION = r"(?i)(?:is_?)?(?:soft_?)?(?:deleted|removed|trashed)_?(?:at|on|date|time)"


# Source: https://www.prisma.io/docs/orm/reference/prisma-schema-reference#attribute-functions
_GENERATORS = frozenset({"autoincrement", "sequence", "cuid", "uuid", "ulid", "nanoid", "auto"})


def _holds_key(table: Table, columns: Set[Column | None]) -> bool:
    keys = (it for it in table.indexes if it.unique and it.predicate is None)
    return any({key.column for key in it.keys} <= columns for it in keys)


class _Indexes(msgspec.Struct, frozen=True):
    """The indexes of one table by what they begin with, so that nobody compares each of them with each.

    Of indexes that are alike in everything, kept holds the one to keep, beside its shape.
    """

    by_lead: dict[str, list[Index]]
    kept: dict[str, list[tuple[tuple[object, ...], Index]]]
    of: tuple[Index, ...]


def _of_table(table: Table) -> _Indexes:
    """Made once for all rules that ask, as long as the table has the same indexes."""
    known: _Indexes | None = table.__dict__.get("sorted_indexes")
    if known is None or known.of is not table.indexes:
        known = table.__dict__["sorted_indexes"] = _sorted(table)
    return known


def _sorted(table: Table) -> _Indexes:
    by_lead: dict[str, list[Index]] = {}
    alike: dict[tuple[object, ...], Index] = {}
    for index in table.indexes:
        by_lead.setdefault(_lead(index), []).append(index)
        flags = (index.unique, index.primary, index.clustered, index.method, index.name is None)
        include = frozenset(it.name for it in index.include)
        alike.setdefault((_shape(index), *flags, _normal(index.predicate), include), index)
    kept: dict[str, list[tuple[tuple[object, ...], Index]]] = {}
    for index in alike.values():
        kept.setdefault(_lead(index), []).append((_shape(index), index))
    return _Indexes(by_lead, kept, table.indexes)


def _lead(index: Index) -> str:
    """What the index begins with: a column's name, or an expression."""
    first = index.keys[0] if index.keys else None
    return "" if first is None else first.column.name if first.column else f"({first.expression})"


def _shape(index: Index) -> tuple[object, ...]:
    """The keys so that equal shapes are equal indexes.

    A B-tree is read in both directions, so an index with every key reversed is the same index: what counts
    is how a key's direction goes with the first one's. Nulls that are not where the direction puts them serve
    another order: (at NULLS FIRST) is no use to ORDER BY at.
    """
    turned = bool(index.keys) and index.keys[0].descending
    provider = index.table.database.provider
    return tuple(
        (
            key.column,
            key.expression,
            key.length,
            key.opclass,
            key.descending is turned,
            _is_odd(key, provider),
        )
        for key in index.keys
    )


def _is_odd(key: Key, provider: str) -> bool:
    """Whether nulls are at the other end than the direction alone would put them."""
    it = part(None, provider, descending=key.descending, nulls=key.nulls)
    return it.nulls_first is not part(None, provider, descending=key.descending).nulls_first


def _keeps(one: Index, two: Index) -> bool:
    """Whether of two indexes that do the same it is the first that should stay."""
    # What somebody wrote goes sooner than what a library makes without being asked.
    ranks = [(not it.unique, not it.implied, it.name is None, it.span) for it in (one, two)]
    return ranks[0] < ranks[1]


def _parts(index: Index) -> Set[str]:
    return {key.column.name if key.column else f"({key.expression})" for key in index.keys}


def _is_target_of_foreign_key(index: Index) -> bool:
    """Whether a constraint may rest on the index, which cannot be dropped then.

    A primary key of the same columns is older than the index, and PostgreSQL rests the constraint on that.
    """
    columns = {it.name for it in index.columns}
    return index.unique and any(
        fk.enforced and {it.name for it in fk.target_columns} == columns for fk in index.table.referenced_by
    )


def _normal(predicate: str | None) -> str | None:
    return None if predicate is None else " ".join(predicate.split())


# In SQL, and in the object form of a Prisma schema: { authorId: { not: null } }
_NOT_NULL = r'(?i)"?(\w+)"?\s+is\s+not\s+null'
_NOT_NULL_FIELD = r"(\w+)\s*:\s*\{\s*not\s*:\s*null\s*\}"


def _implied_by_not_null(predicate: str | None, columns: Collection[str]) -> bool:
    """Whether the predicate only leaves out rows in which one of the columns is null.

    A search for a foreign-key value never wants those rows (measured: (fk) WHERE fk IS NOT NULL is used).
    """
    if predicate is None:
        return True
    text = predicate.strip()
    if text.startswith("{"):
        parts, pattern = [it.strip() for it in text[1:-1].split(",")], _NOT_NULL_FIELD
    else:
        sql = re.split(r"\s+and\s+", text.strip("()"), flags=re.IGNORECASE)
        parts, pattern = [it.strip().strip("()").strip() for it in sql], _NOT_NULL
    matches = [re.fullmatch(pattern, part) for part in parts]
    return all(match is not None and match[1] in columns for match in matches)
