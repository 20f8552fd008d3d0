"""A change to indexes -> the phrases that say it, which several formats share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

import msgspec

from crowsfoot.advice.measured import Load
from crowsfoot.advice.model import Change, Plan, Promise, TablePlan
from crowsfoot.databases.index_writing import declaration
from crowsfoot.link.project import ForeignKey
from crowsfoot.link.wanted import Place
from crowsfoot.prose import series
from crowsfoot.reporters.words import plural


def title(change: Change) -> str:
    """The change on one line, in the words of who declares the table."""
    new = declaration(change.proposal) if change.proposal is not None else ""
    old = series([it.declaration for it in change.old]) if change.old else ""
    match change.kind:
        case "add":
            return new
        case "replace":
            return f"{old} by {new}"
        case "drop":
            return old


class Reason(msgspec.Struct, frozen=True):
    """What speaks for a change, and the places that it is said of."""

    said: str
    places: tuple[Place, ...] = ()


def reasons(change: Change) -> Iterator[Reason]:
    """What speaks for the change: the queries that it serves, then the foreign keys."""
    if change.kind == "drop":
        yield Reason(change.why)
    for _, group in groupby(sorted(change.promises, key=_alike), key=_alike):
        them = tuple(group)
        places = tuple(place for it in them for place in it.shape.places)
        said = f"now {them[0].now}; then {effect(change, them[0])}"
        load = sum((it.load for it in them if it.load is not None), Load(0, 0))
        yield Reason(f"{said} ({measured(load)})" if load.calls else said, places)
    for it in change.foreign_keys:
        yield Reason(_of_foreign_key(it.key), (it.place,) if it.place is not None else ())


def measured(load: Load) -> str:
    """How often statements ran, and how long they took."""
    whole = f"{load.total / 60_000:,.0f} minutes" if load.total >= 600_000 else f"{load.total / 1000:,.1f} s"
    calls = f"{load.calls:,} {'call' if load.calls == 1 else 'calls'}"
    return f"{calls} of {load.mean:,.1f} ms, {whole} in all"


def _alike(it: Promise) -> tuple[str, int, bool, bool]:
    return it.now, -it.keys, it.range, it.sorted


def effect(change: Change, it: Promise) -> str:
    """What the query does with the new index."""
    assert change.new is not None
    names = [str(key) for key in change.new.keys[: it.keys + it.range]]
    found = f"finds by {series(names)}" if names else ""
    if it.sorted:
        return f"{found}, in order" if found else "reads the first rows of the order"
    return found


def _of_foreign_key(fk: ForeignKey) -> str:
    names = series([it.field for it in fk.columns])
    doing = "deleting one" if fk.enforced else "finding the rows of one"
    return f"foreign key {names}: now {doing} {fk.target} reads all of {fk.table}"


def counts(plan: Plan) -> str:
    """How many changes of which kind, on how many tables."""
    changes = list(plan.changes)
    if not changes:
        return "no change to the indexes is advised"
    kinds = [it.kind for it in changes]
    said = [f"{kinds.count(it)} to {it}" for it in ("add", "replace", "drop") if it in kinds]
    before, after = sum(it.before for it in plan.tables), sum(it.after for it in plan.tables)
    return f"{series(said)} on {plural(len(plan.tables), 'table')} ({_now(before)}, {after} then)"


def looked_at(plan: Plan) -> str:
    """What the plan rests on."""
    ask = "asks" if plan.places == 1 else "ask"
    said = f"from {plural(plan.places, 'place')} in the project that {ask} {plural(plan.asked, 'table')}"
    seen = plan.statistics
    if not seen.statements:
        return said
    return (
        f"{said}, and {seen.matched} of {plural(seen.statements, 'statement')} that the database has counted"
    )


def left_out(plan: Plan) -> Iterator[str]:
    """What the plan says less of, and why."""
    if plan.incomplete:
        names = _some([str(it) for it in plan.incomplete])
        yield f"not read whole, so that what they lack is possible at most: {names}"
    if plan.shared:
        yield f"queries left out, as several databases have a table of the name: {_some(plan.shared)}"
    if plan.collections:
        yield f"nothing is said of MongoDB: {plural(plan.collections, 'collection')}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return series([*names[:_MOST_NAMES], f"{more} more"] if more > 1 else names)


_MOST_NAMES: Final = 8


def size(it: TablePlan) -> str:
    """How many indexes every insert writes."""
    rows = f"{it.rows:,} rows, " if it.rows is not None else ""
    return f"{rows}{_now(it.before)}, {it.after} then"


def _now(count: int) -> str:
    return f"{count} {'index' if count == 1 else 'indexes'} now"
