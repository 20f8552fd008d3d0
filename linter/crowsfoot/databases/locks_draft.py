"""Effects in the making: what the rules of all operations of one statement write to."""

from collections.abc import Iterable, Iterator
from typing import Literal

from crowsfoot.databases.locks_model import Effects, Lock, Mode, Refusal, Work, uses
from crowsfoot.facts.sql import ObjectName
from crowsfoot.link.catalog.model import Catalog, Column, ForeignKey, Name, Table
from crowsfoot.source import Range


class Draft:
    """What one statement asks for so far, and the catalogs around it."""

    __slots__ = (
        "_asked",
        "_dropped",
        "_made",
        "_rebuilt",
        "_retyped",
        "_work",
        "after",
        "alone",
        "before",
        "certain",
        "deploy_start",
        "postgres",
        "refused",
        "timezone_utc",
    )

    def __init__(
        self, before: Catalog, after: Catalog, postgres: int, *, timezone_utc: bool, deploy_start: int | None
    ) -> None:
        self.before = before
        self.after = after
        self.postgres = postgres
        self.timezone_utc = timezone_utc
        self.deploy_start = deploy_start
        self.alone: str | None = None
        self.refused: Refusal | None = None
        self.certain = True
        self._asked: list[Lock] = []
        self._work: list[Work] = []
        self._rebuilt: list[str] = []
        self._dropped: list[Name] = []  # indexes
        self._made: list[Name] = []
        self._retyped: list[tuple[Table, Column, Range]] = []  # columns whose foreign keys are made anew

    # --- who is meant --------------------------------------------------------------------------------------

    def table(self, name: ObjectName) -> Table | None:
        """The table or view of that name, before the statement or made by it."""
        return self.before.table(name) or self.after.table(name)

    def sequence(self, name: ObjectName) -> Name | None:
        """The sequence of that name, before the statement or made by it."""
        for catalog in (self.before, self.after):
            for schema in (name.schema,) if name.schema is not None else catalog.search_path:
                if (schema, name.name) in catalog.sequences:
                    return schema, name.name
        return None

    def family(self, table: Table) -> Iterator[Table]:
        """The table with its partitions and heirs, at any depth."""
        yield table
        children = self.before.partitions.get(table.number)
        if children:
            seen = {table.number}
            waiting = list(children)
            while waiting:
                number = waiting.pop(0)
                child = self.before.tables.get(number)
                if child is not None and number not in seen:
                    seen.add(number)
                    yield child
                    waiting += self.before.partitions.get(number, ())

    def target(self, key: ForeignKey) -> Table | None:
        """The table that a foreign key refers to."""
        return self.before.tables.get(key.target) or self.after.tables.get(key.target)

    def has_no_rows(self, table: Table) -> bool:
        """Whether it is certain: it is as new as the statement or the deploy, and nothing was put into it."""
        if table.number not in self.before.tables:
            return True
        return self.deploy_start is not None and table.created_in >= self.deploy_start and not table.filled

    # --- locks ---------------------------------------------------------------------------------------------

    def lock(self, table: Table, mode: Mode, where: Range, why: str, indexes: Mode | None = None) -> None:
        new = table.number not in self.before.tables
        self._asked.append(
            Lock(mode, table.kind, table.schema, table.name, where, why, table, new, None if new else indexes)
        )

    def lock_family(
        self, table: Table, mode: Mode, where: Range, why: str, indexes: Mode | None = None
    ) -> None:
        for each in self.family(table):
            self.lock(each, mode, where, why if each is table else f"it is a part of {table}", indexes)

    def lock_index(self, table: Table, name: str, mode: Mode, where: Range, why: str) -> None:
        self._asked.append(Lock(mode, "index", table.schema, name, where, why, table))

    def drop_index(self, table: Table, name: str, where: Range, why: str) -> None:
        self.lock_index(table, name, Mode.ACCESS_EXCLUSIVE, where, why)
        self._dropped.append((table.schema, name))

    def make_index(self, table: Table, name: str | None, where: Range) -> None:
        """name is None where PostgreSQL chooses it."""
        chosen = name or ""
        if name is not None:
            self._made.append((table.schema, name))
        mode = Mode.ACCESS_EXCLUSIVE
        self._asked.append(Lock(mode, "index", table.schema, chosen, where, "it is new", table, new=True))

    def lock_sequence(self, name: Name, mode: Mode, where: Range, why: str) -> None:
        new = name not in self.before.sequences
        self._asked.append(Lock(mode, "sequence", name[0], name[1], where, why, None, new))

    def lock_owned_sequences(self, table: Table, mode: Mode, where: Range, why: str) -> None:
        for name in sorted(self.before.owned.get(table.number, ())):
            self.lock_sequence(name, mode, where, why)

    # --- work ----------------------------------------------------------------------------------------------

    def scan(self, table: Table, where: Range, why: str) -> None:
        self._do(table, "scan", where, why)

    def build(self, table: Table, where: Range, why: str) -> None:
        self._do(table, "index build", where, why)

    def rewrite(self, table: Table, where: Range, why: str, *, reads: bool = True) -> None:
        self._do(table, "rewrite", where, why, reads=reads, rebuilds=True)

    def move(self, table: Table, where: Range, why: str) -> None:
        """Its file is copied as it is, without its indexes."""
        self._do(table, "rewrite", where, why)

    def empty(self, table: Table, where: Range, why: str) -> None:
        self._do(table, "truncate", where, why, reads=False, rebuilds=True)

    def rebuild(self, table: Table, index: str, where: Range, why: str) -> None:
        self.build(table, where, why)
        self._rebuilt.append(index)

    def retype(self, table: Table, column: Column, where: Range) -> None:
        """Foreign keys of the column are checked again if the table is written anew, by whichever action."""
        self._retyped.append((table, column, where))

    def _do(
        self,
        table: Table,
        kind: Literal["scan", "index build", "rewrite", "truncate"],
        where: Range,
        why: str,
        *,
        reads: bool = True,
        rebuilds: bool = False,
    ) -> None:
        # A partitioned table and a view have no rows of their own, and a new table has none yet.
        if table.partition_by is None and table.kind != "view" and table.number in self.before.tables:
            self._work.append(Work(table, kind, where, why, reads, rebuilds))

    # --- foreign keys --------------------------------------------------------------------------------------

    def check_key(self, table: Table, target: Table, where: Range, why: str) -> None:
        """A query joins the two tables: it opens all of their indexes, and reads both if there are rows."""
        empty = self.has_no_rows(table)
        for side in (table, target):
            # The rows of partitions are those of their table; heirs are left out.
            for each in self.family(side) if side.partition_by is not None else (side,):
                self.lock(each, Mode.ACCESS_SHARE, where, why, Mode.ACCESS_SHARE)
                if not empty:
                    self.scan(each, where, why)

    def finish(self) -> Effects:
        if self._retyped:
            self._check_retyped()
        if self._dropped and self._made:
            made = set(self._made)
            self._rebuilt += [it[1] for it in self._dropped if it in made]
        rebuilt = dict.fromkeys(self._rebuilt)
        for work in self._work:
            if work.rebuilds:
                rebuilt.update(dict.fromkeys(work.table.indexes))
        return Effects(
            tuple(self._asked), tuple(self._work), tuple(rebuilt), self.alone, self.refused, self.certain
        )

    def _check_retyped(self) -> None:
        rewritten = {work.table.number for work in self._work if work.kind == "rewrite"}
        for table, column, where in self._retyped:
            if table.number not in rewritten:
                continue
            for key in table.foreign_keys.values():
                target = self.target(key)
                if column.name in key.columns and key.valid and key.enforced and target is not None:
                    self.check_key(table, target, where, f"the foreign key {key.name} is checked again")
            for referrer, key in self.before.referring(table):
                if column.name in key.target_columns and key.valid and key.enforced:
                    self.check_key(referrer, table, where, f"the foreign key {key.name} is checked again")


def indexes_of(table: Table, column: str) -> Iterable[str]:
    """The indexes that are made anew, or go, with the column."""
    return [name for name, index in table.indexes.items() if uses(index, column)]
