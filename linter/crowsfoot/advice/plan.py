"""Tables and what is asked of them -> the changes to their indexes that pay, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec

from crowsfoot.advice.allowed import is_allowed
from crowsfoot.advice.candidates import Candidate, candidates
from crowsfoot.advice.costs import notes
from crowsfoot.advice.deletions import deletions
from crowsfoot.advice.measured import FEW_ROWS, NOTHING, QUICK, SLOW, Load, Measured, measured
from crowsfoot.advice.needs import Deleted, Lack, Need, lack, needs_of, serves, service
from crowsfoot.advice.removals import is_removable, removals, unused
from crowsfoot.advice.statistics import Statistics
from crowsfoot.databases.index_advice import parts_of
from crowsfoot.databases.index_sql import Proposal, nulls_written
from crowsfoot.databases.indexes import makes_redundant
from crowsfoot.finding import Confidence, Directive
from crowsfoot.link.project import ForeignKey, Index, Key, Project, Table
from crowsfoot.link.wanted import Place, Wanted, queried

Kind = Literal["add", "replace", "drop"]


class Promise(msgspec.Struct, frozen=True):
    """What a new index does for a shape that asks for it.

    It is searched by so many keys, and by a range of the next one; sorted: the rows come in the order that is
    asked, and the first few are enough. now says what the query has to do without it.
    """

    shape: Wanted
    keys: int
    range: bool
    sorted: bool
    now: str
    load: Load | None = None


class ServedKey(msgspec.Struct, frozen=True):
    """A foreign key that an index serves, and a place that deletes what it refers to, where one is known."""

    key: ForeignKey
    place: Place | None = None


class Change(msgspec.Struct, frozen=True):
    """One index to make, to make in place of others, or to drop.

    new is the index that is to be, as if it were there; by is what makes a dropped one superfluous.
    """

    kind: Kind
    table: Table
    why: str
    confidence: Confidence
    new: Index | None = None
    proposal: Proposal | None = None
    old: tuple[Index, ...] = ()
    by: Index | None = None
    promises: tuple[Promise, ...] = ()
    foreign_keys: tuple[ServedKey, ...] = ()

    @property
    def load(self) -> Load:
        """What the statements that it serves have taken, as far as statistics tell."""
        return sum((it.load for it in self.promises if it.load is not None), Load(0, 0))

    @property
    def places(self) -> int:
        """How many places ask for it."""
        return sum(len(it.shape.places) for it in self.promises) + len(self.foreign_keys)


class Known(msgspec.Struct, frozen=True):
    """What is known beside the queries: of which tables rows are deleted, and what the database counts."""

    deleted: Deleted | None = None  # None: nothing is known of that
    measured: Measured = NOTHING
    directives: tuple[Directive, ...] = ()


NO_MORE = Known()


class TablePlan(msgspec.Struct, frozen=True):
    """What is to change about the indexes of one table, and how many it has before and after."""

    table: Table
    changes: tuple[Change, ...]
    before: int
    after: int
    notes: tuple[str, ...] = ()
    rows: int | None = None  # where statistics tell


class Plan(msgspec.Struct, frozen=True):
    """The tables of which something is to change, what pays most first.

    asked counts the tables and places that were looked at; unsure are changes that are only possible.
    """

    tables: tuple[TablePlan, ...]
    asked: int
    places: int
    unsure: int = 0
    statistics: Measured = NOTHING

    @property
    def changes(self) -> Iterator[Change]:
        for it in self.tables:
            yield from it.changes


def plan(
    project: Project,
    *,
    least: Confidence = Confidence.LIKELY,
    only: Sequence[str] = (),
    statistics: Statistics | None = None,
) -> Plan:
    """The plan for the tables of a project, or those of them that are named."""
    every = queried(project)
    seen = NOTHING
    if statistics is not None:
        seen = measured(statistics, project, (shape for it in every for shape in it.shapes))
    shapes = {it.table: it.shapes for it in every}
    deleted = deletions(project, every)
    tables = [it for it in project.tables() if _is_planned(it) and (not only or _named(it, only))]
    found: list[TablePlan] = []
    unsure = 0
    for table in tables:
        known = Known(deleted, seen, project.directives)
        whole = plan_table(table, shapes.get(table, ()), Confidence.POSSIBLE, known)
        sure = (
            whole if least is Confidence.POSSIBLE else plan_table(table, shapes.get(table, ()), least, known)
        )
        unsure += max(len(whole.changes) - len(sure.changes), 0)
        if sure.changes:
            found.append(sure)
    found.sort(key=lambda it: max(map(_rank, it.changes)), reverse=True)
    asked = [it for table in tables for it in shapes.get(table, ())]
    return Plan(
        tuple(found),
        sum(table in shapes for table in tables),
        sum(len(it.places) for it in asked),
        unsure,
        seen,
    )


def _is_planned(table: Table) -> bool:
    return (
        table.kind == "table"
        and table.complete
        and not table.ignored
        and table.database.provider != "mongodb"
    )


def _named(table: Table, names: Sequence[str]) -> bool:
    return any(it.lower() in (table.model.lower(), table.name.lower()) for it in names)


def _rank(change: Change) -> tuple[bool, float, bool, int, int]:
    """What queries wait for comes before what deletes of parents do, and both before what only costs."""
    used = bool(change.promises)
    return (change.kind != "drop", change.load.total, used, change.confidence, change.places)


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
    held = [it for it in table.indexes if it not in gone]
    lacking = {it: found for it in needs if (found := _lack(it, held, known)) is not None}
    wanting = [it for it, found in lacking.items() if found.confidence >= least]
    extendable = [parts_of(it) for it in held if is_removable(it, least)]
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
    changes = tuple(sorted([*made, *drops], key=_rank, reverse=True))
    after = before + len(made) - sum(len(it.old) for it in changes)
    new = [it.new for it in made if it.new is not None]
    cost = tuple(notes(table, new, known.measured))
    return TablePlan(table, changes, before, after, cost, known.measured.rows(table))


def _lack(need: Need, indexes: Iterable[Index], known: Known) -> Lack | None:
    """What the need lacks, as sure as the statistics let one be."""
    found = lack(need, indexes, known.deleted)
    if found is None:
        return None
    rows = known.measured.rows(need.of.table)
    if rows is not None and rows < FEW_ROWS:
        return Lack(found.said, Confidence.POSSIBLE)
    load = known.measured.loads.get(need.of) if isinstance(need.of, Wanted) else None
    if load is None:
        return found
    if load.mean < QUICK:
        return Lack(found.said, Confidence.POSSIBLE)
    if load.mean >= SLOW:
        return Lack(found.said, Confidence(min(found.confidence + 1, Confidence.CERTAIN)))
    return found


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
