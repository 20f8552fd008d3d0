"""What the code asks of a table -> the queries that its indexes serve badly, and the index that would help.

One shape of query has one fault, the one that is mended with the least: an index in which only the place of
NULL is wrong is not missing as well. Shapes that one index would serve are told together.
Measured on PostgreSQL 15 and 18, MariaDB 10.11 and SQLite 3.40, with 200,000 rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from enum import IntEnum
from typing import Final

import msgspec
from msgspec.structs import replace

from crowsfoot.databases.index_advice import MOST_SHAPES, missing, parts_of, usable
from crowsfoot.databases.index_predicates import implied
from crowsfoot.databases.index_use import Asked, Part, comes_behind, order_served, seek
from crowsfoot.databases.index_writing import Proposal
from crowsfoot.databases.indexes import Cover, covers, is_deletion_time, standing
from crowsfoot.databases.providers import RELATIONAL
from crowsfoot.databases.selectivity import grows, has_few_values, is_tenant, names_row, tells_apart
from crowsfoot.databases.suggested_index import suggested
from crowsfoot.finding import Confidence
from crowsfoot.link.project import Column, Index, Table, once
from crowsfoot.link.wanted import Place, Queried, Wanted


class Fault(IntEnum):
    """What keeps the indexes from serving a query; of several the first is told."""

    NULLS = 1  # rows without a value come at the other end
    DIRECTION = 2  # one column is wanted upwards and one downwards, and the index has them otherwise
    NULL_FIRST = 3  # a column that IS NULL stands before what is sorted by
    ORDER = 4  # what is sorted by, or compared with <, stands before what is equal to something
    IN_FIRST = 5  # a column of IN stands before what is sorted by
    RANGE_FIRST = 6  # a column that is compared with < stands before what is sorted by
    UNSERVED = 7  # rows are sorted, and no index is near to have them in order


class Verdict(msgspec.Struct, frozen=True):
    """What is wrong with how the shapes are served; index: the one that nearly serves them."""

    fault: Fault
    index: Index | None
    proposal: Proposal
    shapes: tuple[Wanted, ...]
    confidence: Confidence

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the queries stand, each place once, those of the most frequent shape first."""
        return tuple({place.span: place for shape in self.shapes for place in shape.places}.values())


# Where rows that come in order by the first columns are sorted by the others in small groups.
# Source: https://www.postgresql.org/docs/13/release-13.html
# Source: https://www.sqlite.org/queryplanner.html#partial_sorting_by_index
SORTS_IN_GROUPS: Final = frozenset({"postgresql", "cockroachdb", "sqlite"})

_Held = tuple[Index, tuple[Part, ...]]


@once
def verdicts(queried: Queried) -> tuple[Verdict, ...]:
    """What is wrong with the indexes of the table; no shape is in two verdicts."""
    table = queried.table
    if table.kind != "table" or not table.complete or table.database.provider not in RELATIONAL | {"unknown"}:
        return ()
    asked = queried.shapes[:MOST_SHAPES]
    # Those lack more than an order, and another rule says so.
    lacking = {shape for advice in missing(table, asked) for shape in advice.shapes}
    shapes = [it for it in asked if it.whole and it not in lacking and not _finds_one_row(it)]
    found = [it for shape in shapes if (it := _verdict(shape, asked)) is not None]
    return tuple(_together(found))


def serves(parts: Sequence[Part], shape: Wanted) -> bool:
    """Whether rows come out of a B-tree of these keys in order, and few others are read on the way."""
    return _reaches(parts, shape) and order_served(parts, shape.asked, shape.table.database.provider)


def _reaches(parts: Sequence[Part], shape: Wanted) -> bool:
    """Whether what tells rows apart is looked up, or at least compared in the index."""
    wanted = {it.name for it in _columns(shape) if not has_few_values(it)}
    sought = {it.column for it in parts[: seek(parts, shape.asked).keys]}
    return not wanted or bool(wanted & sought) or wanted <= {it.column for it in parts}


def _verdict(shape: Wanted, shapes: Sequence[Wanted]) -> Verdict | None:
    indexes = standing(shape.table)
    held = [(index, parts) for index in indexes if (parts := usable(index, shape))]
    # A partial index may hold the rows after all, and where it does not, another rule says so.
    doubtful = [parts_of(it) for it in indexes if it.predicate is not None and not usable(it, shape)]
    searched = [parts for parts in (*(parts for _, parts in held), *doubtful) if parts]
    behind = next((it for it, parts in held if comes_behind(parts, shape.asked)), None)
    begun = any(parts[0].column in shape.asked.equal for parts in searched)
    if behind is not None and not begun and not all(map(has_few_values, _columns(shape))):
        return _near(Fault.ORDER, behind, shape, shapes)
    if not _sorts_few(shape) or any(serves(parts, shape) for parts in searched):
        return None
    found = [
        (fault, -seek(parts, shape.asked).keys, number)
        for number, (_, parts) in enumerate(held)
        if (fault := _fault(parts, shape)) is not None
    ]
    if not found:
        return _unserved(shape, held, doubtful, shapes)
    fault, _, number = min(found)
    # The first rows by their own key are often any rows, and a range or list before it finds few.
    if fault in (Fault.IN_FIRST, Fault.RANGE_FIRST) and (_is_by_key(shape) or _is_by_list(shape)):
        return None
    return _near(fault, held[number][0], shape, shapes)


def _columns(shape: Wanted) -> list[Column]:
    """Those that are compared by `=`."""
    return _of(shape, shape.asked.equal)


def _of(shape: Wanted, names: Iterable[str]) -> list[Column]:
    by_name = shape.table.columns_by_name
    return [by_name[it] for it in names if it in by_name]


def _finds_one_row(shape: Wanted) -> bool:
    """Whether it gives all of a unique key, or a list of them: then there is nothing to save."""
    given = shape.asked.equal | shape.asked.among
    return any(
        index.unique
        and all(key.column is not None and key.column.name in given for key in index.keys)
        and implied(index, shape)
        for index in shape.table.indexes
    )


def _sorts_few(shape: Wanted) -> bool:
    """Whether rows are sorted to return the first of them; without a limit a sort costs little beside them.

    Measured on PostgreSQL 15: (tenant, total, created) and (tenant, created, total) differ five times with
    LIMIT 20, and not at all without.
    """
    reads = any(it.operation == "select" for it in shape.places)
    return shape.limit and bool(shape.asked.order) and reads and not _wants_named_row(shape)


def _wants_named_row(shape: Wanted) -> bool:
    """Whether all calls take one row of those that an identifier finds: there are not many to sort."""
    return all(it.one for it in shape.places) and any(map(names_row, _columns(shape)))


def _fault(parts: Sequence[Part], shape: Wanted) -> Fault | None:
    """What keeps these keys from serving the order, where that is one thing only."""
    asked, provider = shape.asked, shape.table.database.provider
    free = {it.column for it in asked.order}

    def served_if_constant(columns: frozenset[str]) -> bool:
        return order_served(parts, replace(asked, equal=asked.equal | (columns - free)), provider)

    if not _reaches(parts, shape):
        return None
    if _served_with(lambda it: replace(it, nulls_first=it.descending), parts, asked, provider):
        return Fault.NULLS
    if _served_with(lambda it: replace(it, nulls_first=False, descending=False), parts, asked, provider):
        return Fault.DIRECTION
    if served_if_constant(asked.null):
        return Fault.NULL_FIRST
    if served_if_constant(asked.null | asked.among):
        return Fault.IN_FIRST
    return Fault.RANGE_FIRST if served_if_constant(asked.null | asked.among | asked.ranges) else None


def _served_with(change: Callable[[Part], Part], parts: Sequence[Part], asked: Asked, provider: str) -> bool:
    """Whether the order would be served if all keys, in the index and in the query, were changed so."""
    return order_served(
        [change(it) for it in parts], replace(asked, order=tuple(map(change, asked.order))), provider
    )


def _near(fault: Fault, index: Index, shape: Wanted, shapes: Sequence[Wanted]) -> Verdict | None:
    """The verdict on an index that would serve the shape if its keys were others."""
    provider = shape.table.database.provider
    # No index of other databases says where NULL comes, and what unknown ones do with it nobody knows.
    if fault is Fault.NULLS and provider != "postgresql":
        return None
    if fault is Fault.NULL_FIRST and provider == "unknown":
        return None
    proposal = suggested(shape, index)
    if fault is Fault.NULL_FIRST and not _are_many(shape):
        proposal = _over_nulls(proposal, shape)
    proposal = _in_place_of(index, proposal, shape, shapes)
    unsure = (
        (fault is Fault.NULL_FIRST and not _are_many(shape))
        # Rare values are found sooner than the first rows that have them.
        or fault is Fault.IN_FIRST
        or (fault is Fault.DIRECTION and provider in SORTS_IN_GROUPS)
        or (fault is Fault.ORDER and not any(map(tells_apart, _columns(shape))))
    )
    return _told(fault, index, proposal, shape, Confidence.POSSIBLE if unsure else Confidence.LIKELY)


def _are_many(shape: Wanted) -> bool:
    """Whether the nulls that it asks for are most rows: what is not deleted, and not what waits for work."""
    return all(is_deletion_time(it) for it in shape.table.columns.values() if it.name in shape.asked.null)


def _over_nulls(proposal: Proposal, shape: Wanted) -> Proposal:
    """The same index over those rows only, which may be few."""
    keys = tuple(it for it in proposal.keys if it.column not in shape.asked.null)
    return replace(proposal, keys=keys, null=tuple(sorted(shape.asked.null)))


def _unserved(
    shape: Wanted, held: Sequence[_Held], doubtful: Sequence[Sequence[Part]], shapes: Sequence[Wanted]
) -> Verdict | None:
    """The verdict on a query that no index is near to serve; None where one of them has it half sorted."""
    asked, provider, table = shape.asked, shape.table.database.provider, shape.table
    first = replace(asked, order=_unbound(shape)[:1])
    if provider in SORTS_IN_GROUPS and any(
        _reaches(parts, shape) and order_served(parts, first, provider) for _, parts in held
    ):
        return None
    index, sought = _best(shape, held)
    by = [it for it in table.columns.values() if it.name in sought and not has_few_values(it)]
    if not by:
        # An OR, a function and a partial index are what other rules tell of.
        if shape.either or shape.functions or any(seek(it, asked).keys for it in doubtful):
            return None
        many = grows(table) and asked.points | asked.ranges | shape.others <= sought
    elif all(map(is_tenant, by)):
        many = True
    else:
        # How many rows that finds, no schema tells; and the first row by its key is often any row.
        if _is_by_key(shape) or _list_finds(shape, held):
            return None
        many = False
    proposal = suggested(shape, index)
    # An index that the proposed one begins with does nothing beside it.
    if index is not None and proposal.keys[: len(index.keys)] == parts_of(index)[: len(index.keys)]:
        proposal = _in_place_of(index, proposal, shape, shapes)
    confidence = Confidence.LIKELY if many else Confidence.POSSIBLE
    return _told(Fault.UNSERVED, index, proposal, shape, confidence)


def _best(shape: Wanted, held: Sequence[_Held]) -> tuple[Index | None, Set[str]]:
    """The index that finds the fewest rows, and the columns that it is searched by."""
    telling = {it.name for it in shape.table.columns.values() if not has_few_values(it)}
    found: tuple[Index | None, Set[str]] = (None, frozenset())
    for index, parts in held:
        sought = {it.column for it in parts[: seek(parts, shape.asked).keys] if it.column is not None}
        if (len(sought & telling), len(sought)) > (len(found[1] & telling), len(found[1])):
            found = (index, sought)
    return found


def _is_by_key(shape: Wanted) -> bool:
    """Whether the row's own key is what it is sorted by."""
    return [it.column for it in _unbound(shape)[:1]] == [it.name for it in _primary(shape.table)]


def _is_by_list(shape: Wanted) -> bool:
    """Whether only a list tells the rows apart that it finds: what reads in order passes all the others."""
    return all(map(has_few_values, _columns(shape))) and not all(
        map(has_few_values, _of(shape, shape.asked.among))
    )


def _list_finds(shape: Wanted, held: Iterable[_Held]) -> bool:
    """Whether an index is searched by a list that tells rows apart, and nothing equal surely finds fewer."""
    if any(map(tells_apart, _columns(shape))):
        return False
    listed = {it.name for it in _of(shape, shape.asked.among) if not has_few_values(it)}
    sought = (it.column for _, parts in held for it in parts[: seek(parts, shape.asked).keys])
    return any(it in listed for it in sought)


def _primary(table: Table) -> tuple[Column, ...]:
    return table.primary_key.columns if table.primary_key is not None else ()


def _unbound(shape: Wanted) -> tuple[Part, ...]:
    return tuple(it for it in shape.asked.order if it.column not in shape.asked.equal)


def _told(
    fault: Fault, index: Index | None, proposal: Proposal, shape: Wanted, confidence: Confidence
) -> Verdict | None:
    """The verdict; None where the proposal would not help, since the order needs too many keys."""
    if not _would_serve(proposal, shape):
        return None
    sure = all(it.likely for it in shape.places)
    return Verdict(fault, index, proposal, (shape,), confidence if sure else Confidence.POSSIBLE)


def _would_serve(proposal: Proposal, shape: Wanted) -> bool:
    """Whether the proposed index would serve the shape as well as one of its own."""
    parts, asked = proposal.keys, shape.asked
    if not parts or not set(proposal.null) <= asked.null or not _reaches(parts, shape):
        return False
    if not _sorts_few(shape):
        return seek(parts, asked).keys > 0
    provider = shape.table.database.provider
    # The row's own key may have been left out behind what is in front of it.
    return any(
        order_served(parts, replace(asked, order=order), provider)
        for order in (asked.order, asked.order[:-1])
        if order
    )


def _in_place_of(index: Index, proposal: Proposal, shape: Wanted, shapes: Sequence[Wanted]) -> Proposal:
    """The proposal, which replaces the index if it does all that the index is known to do."""
    return replace(proposal, replaces=index) if _may_go(index, proposal, shape, shapes) else proposal


def _may_go(index: Index, proposal: Proposal, shape: Wanted, shapes: Sequence[Wanted]) -> bool:
    held = {it.column for it in proposal.keys} | set(proposal.null)
    if index.unique or index.implied or not {it.name for it in (*index.columns, *index.include)} <= held:
        return False
    parts = parts_of(index)
    for fk in index.table.foreign_keys:
        first = len(fk.columns)
        moved = {it.column for it in parts[:first]} != {it.column for it in proposal.keys[:first]}
        if covers(index, fk) > Cover.NONE and (moved or proposal.null):
            return False
    others = (it for it in shapes if it is not shape and usable(index, it))
    return all(_does_as_much(proposal, parts, it) for it in others)


def _does_as_much(proposal: Proposal, parts: Sequence[Part], shape: Wanted) -> bool:
    """Whether the proposed index narrows the search at least as far, and keeps an order that there was."""
    asked, provider = shape.asked, shape.table.database.provider
    old, new = seek(parts, asked), seek(proposal.keys, asked)
    in_order = bool(asked.order) and order_served(parts, asked, provider)
    if not old.keys and not old.range and not in_order:
        return True
    if not set(proposal.null) <= asked.null or (new.keys, new.range) < (old.keys, old.range):
        return False
    return not in_order or order_served(proposal.keys, asked, provider)


def _together(found: Iterable[Verdict]) -> Iterator[Verdict]:
    """The fewest verdicts whose indexes serve all shapes, those that are mended with the least first."""
    rest = sorted(found, key=lambda it: (it.fault, -len(it.proposal.keys)))
    while rest:
        first, *others = rest
        same = [it for it in others if _would_serve(first.proposal, it.shapes[0])]
        shapes = (first, *same)
        yield replace(
            first,
            shapes=tuple(it.shapes[0] for it in shapes),
            confidence=max(it.confidence for it in shapes),
        )
        rest = [it for it in others if it not in same]
