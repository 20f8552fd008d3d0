"""A table and what is asked of it -> what to change about its indexes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from crowsfoot.advice.allowed import is_allowed
from crowsfoot.advice.candidates import Candidate, candidates
from crowsfoot.advice.costs import notes
from crowsfoot.advice.measured import FEW_ROWS, NOTHING, QUICK, SLOW, Measured
from crowsfoot.advice.model import Change, Promise, ServedKey, TablePlan
from crowsfoot.advice.needs import Deleted, Lack, Need, lack, needs_of, serves, service
from crowsfoot.advice.removals import is_removable, removals, unused
from crowsfoot.databases.index_advice import parts_of
from crowsfoot.databases.index_sql import Proposal, nulls_written
from crowsfoot.databases.indexes import makes_redundant, standing
from crowsfoot.finding import Confidence, Directive
from crowsfoot.link.project import ForeignKey, Index, Key, Table
from crowsfoot.link.wanted import Wanted


class Known(msgspec.Struct, frozen=True):
    """What is known beside the queries: of which tables rows are deleted, and what the database counts."""

    deleted: Deleted | None = None  # None: nothing is known of that
    measured: Measured = NOTHING
    directives: tuple[Directive, ...] = ()


NO_MORE = Known()


# The most frequent of a table; programs that people write have less than half as many.
_MOST_NEEDS: Final = 200


def plan_table(
    table: Table, shapes: Sequence[Wanted], least: Confidence, known: Known = NO_MORE
) -> TablePlan:
    """What is missing is made, what that makes superfluous goes, and so does what was superfluous before."""
    needs = [
        it
        for it in needs_of(table, shapes)
        if not isinstance(it.of, ForeignKey) or not is_allowed(it.of, known.directives)
    ][:_MOST_NEEDS]
    dropped = [it for it in unused(table, needs, known.measured) if it.confidence >= least]
    gone = {it.index for it in dropped}
    dropped += [
        it
        for it in removals(table)
        # What stands for it must stay: of two, the one that is used.
        if it.confidence >= least
        and not gone & {it.index, it.by}
        and not is_allowed(it.index, known.directives)
    ]
    gone = {it.index for it in dropped}
    held = [it for it in standing(table) if it not in gone]
    lacking = {it: found for it in needs if (found := _lack(it, held, known)) is not None}
    wanting = [it for it, found in lacking.items() if found.confidence >= least]
    extendable = [parts_of(it)[: len(it.keys)] for it in held if is_removable(it, least)]
    wished = candidates(wanting, extendable, table.database.provider)
    made: list[Change] = []
    for candidate in sorted(wished, key=lambda it: -sum(map(_weight, it.needs))):
        change = _change(table, candidate, [*lacking], held, least, known)
        if change is not None:
            assert change.new is not None
            made.append(change)
            held = [*(it for it in held if it not in change.old), change.new]
    drops = [Change("drop", table, it.why, it.confidence, old=(it.index,), by=it.by) for it in dropped]
    before = len(table.indexes)
    changes = tuple(sorted([*made, *drops], key=rank, reverse=True))
    after = before + len(made) - sum(len(it.old) for it in changes)
    new = [it.new for it in made if it.new is not None]
    cost = tuple(notes(table, new, known.measured))
    return TablePlan(table, changes, before, after, cost, known.measured.rows(table))


def rank(change: Change) -> tuple[bool, float, bool, int, int]:
    """What queries wait for comes before what deletes of parents do, and both before what only costs."""
    used = bool(change.promises)
    return (change.kind != "drop", change.load.total, used, change.confidence, change.places)


def _lack(need: Need, indexes: Iterable[Index], known: Known) -> Lack | None:
    """What the need lacks, as sure as the statistics let one be."""
    found = lack(need, indexes, known.deleted)
    if found is None:
        return None
    # What could not be read of the table may be the index.
    level = found.confidence if need.of.table.complete else Confidence.POSSIBLE
    load = known.measured.loads.get(need.of) if isinstance(need.of, Wanted) else None
    if load is not None and load.mean >= SLOW:
        level = Confidence(min(level + 1, Confidence.CERTAIN))
    rows = known.measured.rows(need.of.table)
    if (load is not None and load.mean < QUICK) or (rows is not None and rows < FEW_ROWS):
        level = Confidence.POSSIBLE
    return Lack(found.said, level)


def _weight(need: Need) -> int:
    return len(need.of.places) if isinstance(need.of, Wanted) else 1


def _change(
    table: Table,
    candidate: Candidate,
    needs: Iterable[Need],
    held: Sequence[Index],
    least: Confidence,
    known: Known,
) -> Change | None:
    """The change that the candidate comes to, beside what is there by now; None where nobody lacks it."""
    lacks = {
        it: found for it in candidate.needs if (found := _lack(it, held, known)) and found.confidence >= least
    }
    if not lacks:
        return None
    new = _index(table, candidate)
    old = tuple(it for it in held if is_removable(it, least) and makes_redundant(it, new))
    promises = []
    keys = []
    for need in needs:
        without = _lack(need, held, known) if serves(new, need) else None
        if without is None:
            continue
        if isinstance(need.of, ForeignKey):
            keys.append(ServedKey(need.of, (known.deleted or {}).get(need.of.target)))
        else:
            does = service(new, need)
            load = known.measured.loads.get(need.of)
            promises.append(Promise(need.of, does.keys, does.range, does.sorted, without.said, load))
    if not promises and not keys:
        return None
    best = max(lacks.values(), key=lambda it: it.confidence)
    promises.sort(key=lambda it: -len(it.shape.places))
    return Change(
        "replace" if old else "add",
        table,
        promises[0].now if promises else best.said,
        best.confidence,
        new,
        Proposal(table, candidate.keys, candidate.null, replaces=old[0] if old else None),
        old,
        promises=tuple(promises),
        foreign_keys=tuple(keys),
    )


def _index(table: Table, candidate: Candidate) -> Index:
    """The index as the project would hold it, if it were there."""
    by_name = {it.name: it for it in table.columns.values()}
    provider = table.database.provider
    keys = tuple(
        Key(by_name[it.column or ""], descending=it.descending, nulls=_nulls(nulls_written(it, provider)))
        for it in candidate.keys
    )
    return Index(
        table=table,
        name=None,
        keys=keys,
        unique=False,
        primary=False,
        method="btree",
        predicate=" AND ".join(f"{it} IS NULL" for it in candidate.null) or None,
        include=(),
        clustered=None,
        on_field=False,
        spans=(table.name_span,),
        removal=None,
    )


def _nulls(word: str | None) -> Literal["first", "last"] | None:
    return "first" if word == "first" else "last" if word == "last" else None
