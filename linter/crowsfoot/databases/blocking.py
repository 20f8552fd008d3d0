"""A step -> what others wait for: the operation that works on existing rows while its lock keeps them out.

A lock that is held for a moment is no wait. A table that the same deploy creates has no rows and no users.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

import msgspec

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterConstraint,
    AlterDomain,
    AlterTable,
    Block,
    Change,
    ColumnDef,
    CreateIndex,
    CreateTable,
    Maintain,
    ObjectName,
    RefreshView,
    SetVariable,
    Statement,
)
from crowsfoot.finding import Confidence
from crowsfoot.link.history import Migration, Step, Transaction
from crowsfoot.link.project import Linked
from crowsfoot.prose import series

if TYPE_CHECKING:  # rules import this module, also where there is no migration
    from crowsfoot.databases.locks_model import Effects, Lock, Mode, Work
    from crowsfoot.link.catalog.model import Catalog, Table

Holder = TypeVar("Holder", bound=Linked)
Made = TypeVar("Made")
Cause = Literal[
    "index",
    "constraint index",
    "foreign key",
    "check",
    "not null",
    "rewrite",
    "type",
    "maintenance",
    "partition",
]


class Wait(msgspec.Struct, frozen=True, eq=False):
    """What others wait for while a statement runs, and the first of its operations that is to blame."""

    cause: Cause
    change: Change
    changes: tuple[Change, ...]  # all to which the same can be said
    work: Work  # the longest
    worked_on: tuple[Table, ...]
    locks: tuple[Lock, ...]
    goes_on: bool  # more statements follow in the transaction, and the locks stay until its end
    confidence: Confidence

    def __str__(self) -> str:
        """What completes "this index ...": which tables it locks, against what, and until when."""
        by_mode: dict[Mode, list[str]] = {}
        for lock in self.locks:
            by_mode.setdefault(lock.mode, []).append(str(lock))
        locked = [
            f"{some(names)} against {'reads and writes' if mode.blocks_reads else 'writes'} ({mode})"
            for mode, names in sorted(by_mode.items(), reverse=True)
        ]
        end = ", and for the rest of the migration" if self.goes_on else ""
        return f"locks {series(locked)} until {self._done()}{end}"

    def _done(self) -> str:
        worked_on = [str(it) for it in self.worked_on]
        alone = worked_on == [str(it) for it in self.locks]
        if self.cause == "index":
            return "it is built"
        if self.work.kind == "index build":
            return "its index is built" if alone else f"the index of {some(worked_on)} is built"
        done = "written anew" if self.work.kind == "rewrite" else "read"
        return f"all its rows are {done}" if alone else f"all rows of {some(worked_on)} are {done}"


def effects_of(step: Step) -> Effects:
    """What the statement locks, scans and rewrites."""
    known: Effects | None = step.__dict__.get("effects")
    if known is not None:
        return known
    from crowsfoot.databases import locks

    return locks.effects_of(step)


def waits(step: Step, cause: Cause) -> Iterator[Wait]:
    """The wait of the statement, if that is its cause: none or one, since the longest stands for all."""
    wait = longest_wait(step)
    if wait is not None and wait.cause == cause:
        yield wait


def longest_wait(step: Step) -> Wait | None:
    """The wait of the statement that takes longest, in kind."""
    return _kept(step, "wait", _longest_wait)


def _longest_wait(step: Step) -> Wait | None:
    if not any(type(it) in _WORKING and _may_work_on_older(it, step) for it in step.does):
        return None
    if step.migration.history.dialect != "postgresql" or may_not_run(step):
        return None
    effects = effects_of(step)
    if not effects.work:
        return None
    found: dict[Cause, list[tuple[Change, Work]]] = {}
    changes = {change.range: change for change in operations(step.statement)}
    for work in effects.work:
        lock = effects.lock_on(work.table)
        change = changes.get(work.range)
        if change is None or lock is None or not keeps_out(lock) or step.is_new(work.table):
            continue
        cause = _cause(change, work, step)
        if cause is not None:
            found.setdefault(cause, []).append((change, work))
    if not found:
        return None
    worst = max(found, key=lambda it: max(_LENGTHS.index(work.kind) for _, work in found[it]))
    return _wait(step, worst, found[worst], effects)


# Operations that may do so, and blocks, which hold others.
_WORKING: Final = frozenset(
    [
        AddColumn,
        AddConstraint,
        AlterColumn,
        AlterConstraint,
        AlterDomain,
        AlterTable,
        Block,
        CreateIndex,
        CreateTable,
        Maintain,
        RefreshView,
    ]
)
_LENGTHS: Final = ("truncate", "scan", "index build", "rewrite")


def _may_work_on_older(change: Change, step: Step) -> bool:
    """Whether it may work on a table of an earlier deploy: most indexes are made with their table."""
    if isinstance(change, CreateTable):
        return change.partition_of is not None or change.query is not None
    if isinstance(change, CreateIndex | AddConstraint):
        table = step.before.table(change.table)
        return table is not None and (not step.is_new(table) or table.number in step.before.partitions)
    if isinstance(change, AddColumn):
        return not _adds_nothing_but_null(change.column, step.before)
    return True


def _adds_nothing_but_null(column: ColumnDef, catalog: Catalog) -> bool:
    """Whether the new column leaves all rows as they are, and asks nothing of them."""
    valued = column.default or column.identity or column.generated or "serial" in column.type.name
    if valued or column.not_null or column.constraints:
        return False
    return catalog.type(column.type.name, column.type.schema) is None  # a domain can ask for more


def work_on_rows(step: Step) -> Iterator[Work]:
    """What the statement does with the rows of tables in use, which takes the longer the more there are.

    A foreign key of a new table looks up nothing, and a required column without a value fails on any row.
    """
    effects = effects_of(step)
    if not effects.work:
        return
    changes = {change.range: change for change in operations(step.statement)}
    for work in effects.work:
        change = changes.get(work.range)
        for_nothing = isinstance(change, AddColumn | AddConstraint) and _cause(change, work, step) is None
        if work.kind != "truncate" and not for_nothing and not step.is_new(work.table):
            yield work


def keeps_out(lock: Lock) -> bool:
    """Whether the service waits: it writes to no materialized view."""
    return lock.mode.blocks_reads or (lock.mode.blocks_writes and lock.kind == "table")


def _wait(step: Step, cause: Cause, found: list[tuple[Change, Work]], effects: Effects) -> Wait:
    kind = max((work.kind for _, work in found), key=_LENGTHS.index)
    longest = [(change, work) for change, work in found if work.kind == kind]
    changes = tuple({change.range: change for change, _ in found}.values())
    return Wait(
        cause,
        longest[0][0],
        changes,
        longest[0][1],
        _worked_on(cause, [work for _, work in longest]),
        tuple(blocking_locks(step, effects)),
        step.transaction.steps[-1] is not step,
        Confidence.LIKELY if isinstance(step.does[0], Block) else Confidence.CERTAIN,
    )


def _worked_on(cause: Cause, works: list[Work]) -> tuple[Table, ...]:
    # A foreign key reads the referenced table as well, row by row of the other one.
    tables = {it.table.number: it.table for it in works}
    return tuple(tables.values())[:1] if cause == "foreign key" else tuple(tables.values())


def blocking_locks(step: Step, effects: Effects) -> Iterator[Lock]:
    """The locks on tables in use that keep at least writers out."""
    for lock in effects.locks:
        if keeps_out(lock) and lock.kind != "view" and lock.table is not None and not step.is_new(lock.table):
            yield lock


def held_before(step: Step) -> dict[int, tuple[Step, Lock]]:
    """What earlier statements of its transaction lock against writers, by the number of the table."""
    held: dict[int, tuple[Step, Lock]] = {}
    for number, locks in _kept(step.transaction, "acquired", _acquired).items():
        if locks[0][0].number >= step.number:
            break  # they stand in the order in which they were taken
        held[number] = [it for it in locks if it[0].number < step.number][-1]
    return held


def locked_before(step: Step, table: int) -> Lock | None:
    """How an earlier statement of its transaction locks the table of that number against writers."""
    locks = _kept(step.transaction, "acquired", _acquired).get(table, [])
    return next((lock for earlier, lock in reversed(locks) if earlier.number < step.number), None)


def _acquired(transaction: Transaction) -> dict[int, list[tuple[Step, Lock]]]:
    """The locks of each table, by its number, each stronger than the one before."""
    acquired: dict[int, list[tuple[Step, Lock]]] = {}
    for step in transaction.steps:
        for lock in blocking_locks(step, effects_of(step)):
            locks = acquired.setdefault(lock.table.number, []) if lock.table else []
            if not locks or lock.mode > locks[-1][1].mode:
                locks.append((step, lock))
    return acquired


def sets_lock_timeout(step: Step) -> bool:
    """Whether the migration says before the step how long to wait for a lock."""
    first = _kept(step.migration, "timeout", _first_timeout)
    return first is not None and first < step.number


def _first_timeout(migration: Migration) -> int | None:
    return next(
        (
            step.number
            for step in migration.steps
            for change in step.does
            if isinstance(change, SetVariable)
            and change.name == "lock_timeout"
            and change.value not in (None, "0")
        ),
        None,
    )


def added_column(step: Step, name: ObjectName, column: str) -> tuple[Step, AddColumn] | None:
    """The statement of the same migration, up to this one, that adds the column to the table."""
    number = step.before.number_of(name)
    found = None if number is None else _kept(step.migration, "added", _added).get((number, column))
    return found if found and found[0].number <= step.number else None


def _added(migration: Migration) -> dict[tuple[int | None, str], tuple[Step, AddColumn]]:
    return {
        (step.before.number_of(change.table), change.column.name): (step, change)
        for step in migration.steps
        for change in step.does
        if isinstance(change, AddColumn)
    }


def _kept(holder: Holder, name: str, make: Callable[[Holder], Made]) -> Made:
    """What is made of the holder, made once: many rules ask for it."""
    known: Any = holder.__dict__
    if name not in known:
        known[name] = make(holder)
    made: Made = known[name]
    return made


def operations(statement: Statement) -> Iterator[Change]:
    """What the statement does, that in blocks included."""
    for change in statement.does:
        yield change
        if isinstance(change, Block):
            for inner in change.body:
                yield from operations(inner)


def may_not_run(step: Step) -> bool:
    """Whether the migration fails at this step or before it, so that what the step does is not the point."""
    failed = _kept(step.migration, "failed", _failed)
    return failed is not None and failed <= step.number


def _failed(migration: Migration) -> int | None:
    """The number of the step at which the migration fails for sure."""
    failure = migration.failure
    if failure is None or not failure.sure:
        return None
    return next((it.number for it in migration.steps if it.failure is failure), 0)


def _cause(change: Change, work: Work, step: Step) -> Cause | None:
    """Which hazard it is that the operation works on all rows; None: it is no matter of locks."""
    if work.kind == "truncate":
        return None
    if isinstance(change, CreateIndex):
        return "index"
    if isinstance(change, AddConstraint):
        # A new table has nothing to be looked up in the other one.
        if change.constraint.kind == "foreign" and step.existing(change.table) is None:
            return None
        return _CONSTRAINTS[change.constraint.kind]
    if isinstance(change, AddColumn):
        return _cause_in_column(change, work)
    if isinstance(change, AlterColumn):
        if change.change == "set not null":
            return "not null"
        return "rewrite" if work.kind == "rewrite" else "type"
    if isinstance(change, AlterTable):
        return "partition" if change.change == "attach partition" else "maintenance"
    return next((cause for kind, cause in _OTHERS if isinstance(change, kind)), None)


_CONSTRAINTS: Final[dict[str, Cause]] = {
    "primary": "constraint index",
    "unique": "constraint index",
    "exclude": "constraint index",
    "foreign": "foreign key",
    "check": "check",
    "not null": "not null",
}

_OTHERS: Final[tuple[tuple[type[Change], Cause], ...]] = (
    (CreateTable, "partition"),
    (AlterConstraint, "foreign key"),
    (AlterDomain, "check"),
    (Maintain, "maintenance"),
    (RefreshView, "maintenance"),
)


def _cause_in_column(change: AddColumn, work: Work) -> Cause | None:
    if work.kind == "rewrite":
        return "rewrite"
    kinds = {it.kind for it in change.column.constraints}
    if work.kind == "index build":
        return "constraint index"
    if "check" in kinds:
        return "check"
    # What is left is the search for NULL in a column that has no value: such a statement fails on any row.
    return "foreign key" if "foreign" in kinds and change.column.default is not None else None


def some(names: list[str]) -> str:
    """Three of them at most, and how many more."""
    return series(names if len(names) < 5 else [*names[:3], f"{len(names) - 3} more"])
