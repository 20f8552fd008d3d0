"""What a statement of PostgreSQL asks of a system in use: locks, work on tables, and to run alone."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from functools import cached_property
from typing import Final, Literal

import msgspec

from crowsfoot.link.catalog.model import Index, Table
from crowsfoot.source import Range


class Mode(IntEnum):
    """The lock modes of tables, weakest first. Two of them at once are as good as the stronger one.

    Source: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
    """

    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    @property
    def blocks_reads(self) -> bool:
        """A SELECT has to wait."""
        return self is Mode.ACCESS_EXCLUSIVE

    @property
    def blocks_writes(self) -> bool:
        """INSERT, UPDATE and DELETE have to wait."""
        return self >= Mode.SHARE

    def __str__(self) -> str:
        return self.name.replace("_", " ")

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


Time = Literal["instant", "scan", "index build", "rewrite"]
_TIMES: Final[tuple[Time, ...]] = ("instant", "scan", "index build", "rewrite")


class Lock(msgspec.Struct, frozen=True, eq=False):
    """A lock that one operation asks for; it is held until the transaction ends.

    why completes the sentence "it locks parent, because ..."; range is that of the operation.
    """

    mode: Mode
    kind: Literal["table", "view", "materialized view", "sequence", "index"]
    schema: str
    name: str
    range: Range
    why: str
    table: Table | None = None  # of an index, the one that has it; None for a sequence
    new: bool = False  # made by the statement itself, so that nobody waits for it
    indexes: Mode | None = None  # what all indexes of the table are locked in

    def __str__(self) -> str:
        """The name as users say it."""
        if self.table is not None and self.kind != "index":
            return str(self.table)
        return self.name if self.schema in ("public", "") else f"{self.schema}.{self.name}"


class Work(msgspec.Struct, frozen=True, eq=False):
    """What is done with all rows of a table, while its lock is held.

    "truncate": the table gets a new file that is empty, which takes no time.
    """

    table: Table
    kind: Literal["scan", "index build", "rewrite", "truncate"]
    range: Range
    why: str
    reads: bool = True  # its rows are read
    rebuilds: bool = False  # all of its indexes are made anew

    @property
    def time(self) -> Time:
        return "instant" if self.kind == "truncate" else self.kind


class Effects(msgspec.Struct, frozen=True, eq=False, dict=True):
    """What one statement does to a database that is in use.

    certain is False where it also does something that cannot be known: dynamic SQL, an unknown statement.
    """

    asked: tuple[Lock, ...] = ()  # in order, of every operation; an object can be there more than once
    work: tuple[Work, ...] = ()
    rebuilt: tuple[str, ...] = ()  # indexes that are made anew, by name
    alone: str | None = None  # the command that PostgreSQL refuses in a transaction block, with code 25001
    refused: Refusal | None = None
    certain: bool = True

    @property
    def in_transaction(self) -> bool:
        """Whether it can run in a transaction block."""
        return self.alone is None

    @cached_property
    def locks(self) -> tuple[Lock, ...]:
        """The strongest lock of each table, view and sequence that was there before."""
        strongest: dict[object, Lock] = {}
        for lock in self.asked:
            if lock.new or lock.kind == "index":
                continue
            key = (lock.schema, lock.name) if lock.table is None else lock.table.number
            known = strongest.get(key)
            if known is None or lock.mode > known.mode:
                strongest[key] = lock
        return tuple(strongest.values())

    @cached_property
    def index_locks(self) -> dict[str, Mode]:
        """The strongest lock of each index that was there before, by name."""
        found: dict[str, Mode] = {}
        for lock in self.asked:
            if lock.new:
                continue
            if lock.kind == "index":
                found[lock.name] = max(lock.mode, found.get(lock.name, lock.mode))
            elif lock.indexes is not None and lock.table is not None:
                for name in lock.table.indexes:
                    found[name] = max(lock.indexes, found.get(name, lock.indexes))
        for work in self.work:
            if work.rebuilds:
                found.update(dict.fromkeys(work.table.indexes, Mode.ACCESS_EXCLUSIVE))
        return found

    @property
    def scanned(self) -> tuple[Table, ...]:
        """The tables whose rows are all read."""
        return _each(work.table for work in self.work if work.reads)

    @property
    def rewritten(self) -> tuple[Table, ...]:
        """The tables that get a new file."""
        return _each(work.table for work in self.work if work.kind in ("rewrite", "truncate"))

    def lock_on(self, table: Table) -> Lock | None:
        """The strongest lock of a table or view that was there before."""
        return next((it for it in self.locks if it.table and it.table.number == table.number), None)

    def time(self, table: Table) -> Time:
        """How long the table is worked on, in kind."""
        found = [_TIMES.index(it.time) for it in self.work if it.table.number == table.number]
        return _TIMES[max(found, default=0)]


class Refusal(msgspec.Struct, frozen=True, eq=False):
    """Why the statement fails on rows that the table is known to have."""

    code: str
    message: str
    range: Range


NOTHING: Final = Effects()


def _each(tables: Iterable[Table]) -> tuple[Table, ...]:
    return tuple({it.number: it for it in tables}.values())


def uses(index: Index, column: str) -> bool:
    """Whether the index is made anew, or goes, with the column."""
    for key in index.keys:
        if key.column == column or (key.expression is not None and column in key.expression.columns):
            return True
    return column in index.include or (index.predicate is not None and column in index.predicate.columns)
