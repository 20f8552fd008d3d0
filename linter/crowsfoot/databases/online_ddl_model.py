"""What an ALTER TABLE of MySQL or MariaDB can cost, and what it is made of."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from crowsfoot.link.catalog.model import Catalog, Table
from crowsfoot.source import Range

Algorithm = Literal["INSTANT", "NOCOPY", "INPLACE", "COPY"]  # NOCOPY is MariaDB's INPLACE without a rebuild
Lock = Literal["NONE", "SHARED", "EXCLUSIVE"]  # SHARED: rows can be read and not written

ALGORITHMS: Final[tuple[Algorithm, ...]] = (
    "INSTANT",
    "NOCOPY",
    "INPLACE",
    "COPY",
)  # from the best to the worst
LOCKS: Final[tuple[Lock, ...]] = ("NONE", "SHARED", "EXCLUSIVE")


class Cost(msgspec.Struct, frozen=True):
    """How a statement alters its table, and which action is to blame.

    why is a clause without a full stop: "an index is built". rebuilds: every row is written anew, which takes
    time and space as the table is large, whether or not others can write meanwhile. refused: the ALGORITHM or
    LOCK that is written is better than what can be had, so that the statement fails.
    """

    algorithm: Algorithm
    lock: Lock
    why: str
    range: Range
    rebuilds: bool = False
    refused: bool = False


class Work(msgspec.Struct, frozen=True):
    """One thing that the server does for an action."""

    algorithm: Algorithm
    lock: Lock
    why: str
    range: Range
    rebuilds: bool = False
    reshapes: bool = False  # rows from now on have other columns than those that are there
    builds: bool = False  # an index
    drops_primary: bool = False
    adds_primary: bool = False


class Server(msgspec.Struct, frozen=True):
    mariadb: bool
    version: tuple[int, ...]

    @property
    def instant(self) -> bool:
        """Whether it knows ALGORITHM=INSTANT."""
        return self.version >= ((10, 3, 2) if self.mariadb else (8, 0, 12))


class Action(msgspec.Struct, frozen=True):
    """One change of a statement, with the table that it meets."""

    change: Any  # of the type that its handler is for
    table: Table
    before: Catalog
    server: Server
    foreign_key_checks: bool

    @property
    def full_text(self) -> bool:
        """Whether the table has a full text index."""
        return any(it.method == "fulltext" for it in self.table.indexes.values())

    def metadata(self, why: str, *, instant: bool = True) -> Work:
        """Only what the server knows of the table changes."""
        best: Algorithm = "INSTANT" if instant and self.server.instant else "INPLACE"
        return Work(best, "NONE", why, self.change.range)

    def build(self, why: str, lock: Lock = "NONE", *, rebuilds: bool = False) -> Work:
        """An index is built."""
        best: Algorithm = "NOCOPY" if self._no_copy and not rebuilds else "INPLACE"
        return Work(best, lock, why, self.change.range, rebuilds, builds=True)

    def drop_index(self, why: str) -> Work:
        return Work("NOCOPY" if self._no_copy else "INPLACE", "NONE", why, self.change.range)

    def rebuild(self, why: str) -> Work:
        """The table is written anew; others can write meanwhile, but for a full text index."""
        return Work("INPLACE", "SHARED" if self.full_text else "NONE", why, self.change.range, rebuilds=True)

    def reshape(self, why: str, *, instant: bool) -> Work:
        """Columns come, go or move."""
        if not instant or not self.server.instant or self.full_text or self._compressed:
            return msgspec.structs.replace(self.rebuild(why), reshapes=True)
        return Work("INSTANT", "NONE", why, self.change.range, reshapes=True)

    def copy(self, why: str) -> Work:
        """The table is copied row by row.

        MariaDB lets others write meanwhile from 11.2 on, with few exceptions.
        Source: https://mariadb.com/kb/en/online-schema-change/
        """
        online = self.server.mariadb and self.server.version >= (11, 2)
        return Work("COPY", "NONE" if online else "SHARED", why, self.change.range, rebuilds=True)

    @property
    def _no_copy(self) -> bool:
        return self.server.mariadb and self.server.instant

    @property
    def _compressed(self) -> bool:
        return self.row_format == "compressed"

    @property
    def row_format(self) -> str:
        return dict(self.table.options).get("row_format", "").lower()
