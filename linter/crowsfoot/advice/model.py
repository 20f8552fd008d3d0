"""What the advice is made of: changes to the indexes of tables, what they promise, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from crowsfoot.advice.measured import NOTHING, Load, Measured
from crowsfoot.databases.index_sql import Proposal
from crowsfoot.finding import Confidence
from crowsfoot.link.project import ForeignKey, Index, Table
from crowsfoot.link.wanted import Place, Wanted

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

    asked counts the tables, and places the places that were looked at; unsure are changes that are only
    possible. incomplete are tables that could not be read whole, so that what they lack is possible at most;
    shared are names that several databases have a table of, so that queries of them are nobody's. collections
    counts those of MongoDB, of which nothing is said.
    """

    tables: tuple[TablePlan, ...]
    asked: int
    places: int
    unsure: int = 0
    statistics: Measured = NOTHING
    incomplete: tuple[Table, ...] = ()
    shared: tuple[str, ...] = ()
    collections: int = 0

    @property
    def changes(self) -> Iterator[Change]:
        for it in self.tables:
            yield from it.changes
