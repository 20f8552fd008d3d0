"""A shape of query, or a foreign key -> what an index must begin with to serve it, and what it has now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from crowsfoot.databases.index_advice import parts_of, usable
from crowsfoot.databases.index_predicates import implied
from crowsfoot.databases.index_use import Asked, Part, order_served, part, seek
from crowsfoot.databases.indexes import Cover, best_cover, covers, is_deletion_time
from crowsfoot.databases.providers import INDEXES_FOREIGN_KEYS
from crowsfoot.databases.selectivity import grows, has_few_values, is_tenant, names_row, tells_apart
from crowsfoot.databases.sort_service import SORTS_IN_GROUPS
from crowsfoot.databases.suggested_index import suggested
from crowsfoot.finding import Confidence
from crowsfoot.link.project import Column, ForeignKey, Index, Table
from crowsfoot.link.wanted import Place, Wanted
from crowsfoot.prose import series

# Tables that rows are deleted of, and where.
Deleted = Mapping[Table, Place]

# Columns in any order, or one key as it is.
Group = frozenset[str] | Part


class Need(msgspec.Struct, frozen=True):
    """What an index begins with that serves its shape, or its foreign key.

    free are the columns that are compared with `=`, whose order does not matter; fixed are the keys behind
    them: the order, or the range or list that a search without `=` begins with. tail is of use behind these,
    null is what may be a predicate.
    """

    of: Wanted | ForeignKey
    free: frozenset[str]
    fixed: tuple[Part, ...]
    keys: tuple[Part, ...]  # all, as they would be for this one alone
    asked: Asked  # without the end of the order that the row's own key makes
    null: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[Group, ...]:
        return (*([self.free] if self.free else []), *self.fixed)

    @property
    def tail(self) -> tuple[Part, ...]:
        return self.keys[len(self.free) + len(self.fixed) :]

    @property
    def is_sorted(self) -> bool:
        """It takes the first few rows of an order, so that an index can spare it the sort."""
        return isinstance(self.of, Wanted) and self.of.limit and bool(self.asked.order)


class Service(msgspec.Struct, frozen=True, order=True):
    """What an index does for a shape: by so many keys it is searched, by a range of the next, in order."""

    keys: int = 0
    range: bool = False
    sorted: bool = False

    def __bool__(self) -> bool:
        return self.keys > 0 or self.range or self.sorted


def needs_of(table: Table, shapes: Iterable[Wanted]) -> Iterator[Need]:
    """What the shapes of a table need of its indexes; nothing of those that an index is no help for."""
    for shape in shapes:
        need = _of_shape(shape) if shape.whole else None
        if need is not None:
            yield need
    yield from (_of_foreign_key(fk) for fk in table.foreign_keys if _is_bare(fk))


def _of_shape(shape: Wanted) -> Need | None:
    """Equality first, then the order of the first few rows; without these a range, or a list of values."""
    table = shape.table
    columns = {it.name: it for it in table.columns.values()}
    if not all(map(is_comparable, (columns[it.column or ""] for it in shape.asked.order))):
        return None
    asked = _without_ties(shape)
    proposal = suggested(shape)
    keys = [it for it in proposal.keys if is_comparable(columns[it.column or ""])]
    free = [it for it in keys if it.column in asked.equal]
    narrow = any(not has_few_values(columns[it.column or ""]) for it in free)
    lists = not narrow and any(not has_few_values(columns[it]) for it in asked.among)
    # Rows of several values come in no order; and of one row that is named there are not many to sort.
    if lists or (
        all(it.one for it in shape.places) and any(map(names_row, (columns[it] for it in asked.equal)))
    ):
        asked = msgspec.structs.replace(asked, order=())
    if not {it.column for it in asked.order} <= asked.equal | {it.column for it in keys}:
        asked = msgspec.structs.replace(asked, order=())  # more keys than an index should have
    order = {it.column for it in asked.order} if shape.limit else set()
    fixed = [it for it in keys if it.column in order and it not in free]
    # What else narrows the search: a range, or values of a list that tell rows apart.
    behind = [
        it
        for it in keys
        if it.column in asked.ranges or (it.column in asked.among and not has_few_values(columns[it.column]))
    ]
    beside = frozenset().union(*shape.either) - {it.column for it in asked.order[:1]}
    if beside and not narrow:
        return None  # what an OR finds may be few rows of the order; indexes of its branches find them
    if not fixed and not narrow:
        if not behind:
            return None  # a few values alone tell too few rows apart
        fixed = sorted(behind, key=lambda it: it.column not in asked.among)[:1]
    names = frozenset(it.column for it in free if it.column is not None)
    tail = [] if order else [it for it in behind if it not in fixed][:1]
    return Need(shape, names, tuple(fixed), (*free, *fixed, *tail), asked, proposal.null)


def is_comparable(column: Column) -> bool:
    """Whether a B-tree finds values of the column as queries look for them, and the database builds one."""
    if column.is_list or column.type == "Json" or column.type.startswith("Unsupported"):
        return False
    # MySQL indexes a text or blob by its first characters only, SQL Server none without a limit.
    # Source: https://dev.mysql.com/doc/refman/8.4/en/column-indexes.html
    native = column.native.name.lower() if column.native is not None else ""
    provider = column.table.database.provider
    return not (provider in ("mysql", "sqlserver") and native.endswith(("text", "blob")))


def _without_ties(shape: Wanted) -> Asked:
    """What is asked, without the row's own key at the end of the order: ties are few, and cheap to sort.

    Measured on PostgreSQL 15: (tenant, created) for ORDER BY created, id reads 24 blocks, with id 23.
    """
    primary = shape.table.primary_key
    own = {it.name for it in primary.columns} if primary is not None else set()
    # All rows that are found have the same value of what is compared with `=`.
    order = [it for it in shape.asked.order if it.column not in shape.asked.equal]
    while order and order[-1].column in own:
        order.pop()
    return msgspec.structs.replace(shape.asked, order=tuple(order))


def _of_foreign_key(fk: ForeignKey) -> Need:
    provider = fk.table.database.provider
    keys = tuple(part(it.name, provider) for it in fk.columns)
    names = frozenset(it.column for it in keys if it.column)
    return Need(fk, names, (), keys, Asked(equal=names))


def _is_bare(fk: ForeignKey) -> bool:
    """Whether a delete of a row that it refers to reads all of its table."""
    provider = fk.table.database.provider
    by_itself = provider == "unknown" or (fk.enforced and provider in INDEXES_FOREIGN_KEYS)
    return not by_itself and fk is fk.twins[0] and best_cover(fk)[0] is Cover.NONE


def service(index: Index, need: Need) -> Service:
    """What the index does for the need."""
    if isinstance(need.of, ForeignKey):
        cover = covers(index, need.of)
        return Service(len(need.free)) if cover is Cover.FULL else Service(1 if cover else 0)
    return _does(usable(index, need.of), index, need)


def _does(keys: Sequence[Part], index: Index, need: Need) -> Service:
    found = seek(keys, need.asked)
    in_order = need.is_sorted and order_served(keys, need.asked, index.table.database.provider)
    return Service(found.keys, found.range, bool(keys) and in_order)


def serves(index: Index, need: Need) -> bool:
    """Whether the index does for the need all that one made for it would do."""
    if isinstance(need.of, ForeignKey):
        return covers(index, need.of) is Cover.FULL
    return implied(index, need.of) is True and _does_all(index, service(index, need), need)


def _may_serve(index: Index, need: Need) -> bool:
    """Whether it would do so if it held the rows, which its predicate leaves open."""
    if isinstance(need.of, ForeignKey) or index.predicate is None or implied(index, need.of) is not None:
        return False
    return _does_all(index, _does(parts_of(index), index, need), need)


def _does_all(index: Index, found: Service, need: Need) -> bool:
    given = need.asked.equal | need.asked.among
    if index.unique and {it.column.name if it.column else None for it in index.keys} <= given:
        return True  # one row at most for each value
    if not need.free <= {it.column for it in parts_of(index)[: found.keys]}:
        return False
    if need.is_sorted:
        return found.sorted
    return not need.fixed or found.keys > len(need.free) or found.range


class Lack(msgspec.Struct, frozen=True):
    """What a query has to do for want of an index."""

    said: str
    confidence: Confidence


def lack(need: Need, indexes: Iterable[Index], deleted: Deleted | None = None) -> Lack | None:
    """What the need has to do without an index of its own; None where one of these serves it.

    deleted are the tables that rows are deleted of, as far as that is known. How many rows a value finds, no
    schema tells. An index that finds those of one value of a column that tells rows apart is therefore taken
    for enough, unless all that it finds by is the tenant.
    """
    held = list(indexes)
    if any(serves(it, need) for it in held):
        return None
    if isinstance(need.of, ForeignKey):
        said = f"reads all of {need.of.table} for each {need.of.target} that is deleted"
        return Lack(said, _level_of_foreign_key(need.of, deleted))
    surely = [it for it in held if not _may_serve(it, need)]
    if len(surely) < len(held):
        without = lack(need, surely, deleted)
        return Lack(without.said, Confidence.POSSIBLE) if without is not None else None
    if (half := _half_sorted(need, held)) is not None:
        return Lack(f"sorts what is equal in {half}", Confidence.POSSIBLE)
    best = max((service(it, need) for it in held), default=Service())
    table = need.of.table
    columns = {it.name: it for it in table.columns.values()}
    told = any(tells_apart(columns[it]) for it in need.free)
    # Measured on PostgreSQL 16 with 200,000 rows: for 20 values of a list that find a row each, 3,637 blocks
    # without an index and 63 with one; for 5,000 values no index is used.
    listed = any(it.column in need.asked.among and tells_apart(columns[it.column]) for it in need.fixed[:1])
    sure = told or listed or (need.is_sorted and grows(table))
    if not best:
        # It may find its rows by what it compares in another way, or in some calls only.
        other = need.of.sometimes | {column for column, _ in need.of.functions}
        elsewhere = any(key.column in other for it in held for key in parts_of(it)[:1])
        sure = sure and not elsewhere
        sorting = " and sorts it" if need.is_sorted else ""
        return Lack(f"reads all of {table}{sorting}", _level(need.of, sure))
    if best.sorted and not best.keys:
        return Lack(f"reads {table} in order until enough rows are found", Confidence.POSSIBLE)
    leads = [
        [columns[key.column or ""] for key in parts_of(it)[: does.keys]]
        for it in held
        if (does := service(it, need))
    ]

    def is_wide(column: Column) -> bool:
        alive = column.name in need.asked.null and is_deletion_time(column)
        return alive or has_few_values(column) or is_tenant(column)

    fine = [it for it in leads if not all(map(is_wide, it))]
    by = max(fine or leads, key=len)
    # What finds few rows by a list, or by IS NULL, is not bettered by what may find many.
    if not told and any(not {it.name for it in lead} <= need.free for lead in fine):
        return None
    found = f"finds by {series([it.field for it in by])}" if by else "finds by a range"
    then = "sorts all of that" if need.is_sorted and not best.sorted else "looks at all of that"
    # Whoever indexes nothing but flags knows that one of their values is rare: what waits for work, say.
    rare = any(
        all(key.column is not None and has_few_values(key.column) for key in it.keys)
        for it in held
        if service(it, need)
    )
    if fine or (rare and not told):
        return Lack(f"{found} and {then}", Confidence.POSSIBLE)
    # To find by a flag is hardly better than to read all. The rows of a tenant are many, those of a range may
    # be.
    level = _level(need.of, any(map(is_tenant, by)) or (sure if by else told))
    return Lack(f"{found} and {then}", level)


def _half_sorted(need: Need, held: Iterable[Index]) -> str | None:
    """The first key of the order, where an index has the rows in order by that one, and only those that are
    equal in it are sorted.
    """
    order, provider = need.asked.order, need.of.table.database.provider
    if not need.is_sorted or not isinstance(need.of, Wanted) or len(order) < 2:
        return None
    asked = msgspec.structs.replace(need.asked, order=order[:1])
    for it in held if provider in SORTS_IN_GROUPS else ():
        keys = usable(it, need.of)
        begun = {key.column for key in keys[: seek(keys, asked).keys]}
        if keys and need.free <= begun and order_served(keys, asked, provider):
            return order[0].column
    return None


def _level_of_foreign_key(fk: ForeignKey, deleted: Deleted | None) -> Confidence:
    """Nothing is looked up by the key where nobody deletes what it refers to; queries count by themselves."""
    rare = deleted is not None and fk.target not in deleted
    return Confidence.POSSIBLE if rare or all(map(_is_trace, fk.columns)) else Confidence.LIKELY


def _is_trace(column: Column) -> bool:
    """Whether it says who touched the row: nobody searches by that, and users are seldom deleted."""
    return bool(re.fullmatch(_TRACE, column.field))


_TRACE: Final = r"(?i)_?(created|updated|modified|edited|changed|last_?\w*)_?by(_?(id|user|user_?id))?"


def _level(shape: Wanted, sure: bool) -> Confidence:
    likely = sure and any(it.likely for it in shape.places)
    return Confidence.LIKELY if likely else Confidence.POSSIBLE
