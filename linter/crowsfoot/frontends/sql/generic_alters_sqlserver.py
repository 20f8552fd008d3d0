"""The action of an ALTER TABLE of SQL Server to operations."""

from __future__ import annotations

from typing import Literal

from crowsfoot.facts.sql import (
    AlterColumn,
    AlterConstraint,
    AlterTable,
    DropColumn,
    DropConstraint,
    ObjectName,
    Operation,
    RedefineColumn,
    ValidateConstraint,
)
from crowsfoot.frontends.sql import generic_columns as columns
from crowsfoot.frontends.sql.generic_additions import added, table_change
from crowsfoot.frontends.sql.generic_cursor import Cursor
from crowsfoot.frontends.sql.generic_expressions import expression


class Sqlserver:
    """Source: https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql"""

    def __init__(self, cur: Cursor, table: ObjectName) -> None:
        self.cur = cur
        self.table = table

    def read(self) -> list[Operation]:
        cur, first = self.cur, self.cur.at
        checked: bool | None = None  # what WITH CHECK and WITH NOCHECK say
        if cur.key == "WITH" and cur.peek(1).key in ("CHECK", "NOCHECK"):
            checked = cur.peek(1).key == "CHECK"
            cur.at += 2
        if cur.accept("ADD"):
            return self.add(checked is False)
        if cur.accept("DROP"):
            return self.drop()
        if cur.accept("ALTER", "COLUMN"):
            return self.alter_column(first)
        if cur.key in ("CHECK", "NOCHECK") and cur.peek(1).key == "CONSTRAINT":
            return self.check(first, checked)
        if cur.key in ("ENABLE", "DISABLE") and cur.peek(1).key == "TRIGGER":
            change: Literal["enable trigger", "disable trigger"] = (
                "enable trigger" if cur.key == "ENABLE" else "disable trigger"
            )
            cur.at += 2
            text = cur.written(cur.at, cur.stop)
            cur.at = cur.stop
            return [AlterTable(cur.range_from(first), self.table, change, text=text)]
        if cur.key == "REBUILD":
            return [table_change(cur, first, self.table, "force")]
        if cur.key == "SET":
            return [table_change(cur, first, self.table, "set options")]
        return [table_change(cur, first, self.table, "other")]

    def add(self, not_valid: bool) -> list[Operation]:
        found: list[Operation] = []
        parts = self.cur.split()
        self.cur.at = self.cur.stop
        if not parts:
            raise self.cur.unexpected("a column or a constraint")
        for number, part in enumerate(parts):
            first = part.at - 1 if number == 0 else part.at
            part.accept("COLUMN")
            if self.default(part):
                found.append(self.named_default(part, first))
            else:
                found += added(part, self.table, first, not_valid)
        return found

    def default(self, part: Cursor) -> bool:
        return part.key == "DEFAULT" or (part.key == "CONSTRAINT" and part.peek(2).key == "DEFAULT")

    def named_default(self, part: Cursor, first: int) -> Operation:
        """[CONSTRAINT name] DEFAULT value FOR column."""
        name = None
        if part.accept("CONSTRAINT"):
            name = part.name().text
        part.expect("DEFAULT")
        start = part.at
        stop = part.find("FOR")
        if part.sees("NEXT", "VALUE", "FOR"):
            stop = Cursor(part.text, part.dialect, part.tokens, start + 3, part.stop).find("FOR")
        if stop < 0:
            part.at = part.stop
            raise part.unexpected("FOR and a column")
        value = expression(Cursor(part.text, part.dialect, part.tokens, start, stop))
        part.at = stop + 1
        column = part.name("a column").text
        part.at = part.stop
        return AlterColumn(
            part.range_from(first), self.table, column, "set default", expression=value, text=name
        )

    def drop(self) -> list[Operation]:
        found: list[Operation] = []
        is_column = False
        if_exists = False
        cur = self.cur
        cur.at -= 1
        first = cur.at
        cur.take()
        if cur.sees("PERIOD"):
            return [table_change(cur, first, self.table, "other")]
        parts = cur.split()
        cur.at = cur.stop
        if not parts:
            raise cur.unexpected("a column or a constraint")
        for number, part in enumerate(parts):
            start = first if number == 0 else part.at
            if part.key in ("COLUMN", "CONSTRAINT"):
                is_column = part.take().key == "COLUMN"
                if_exists = False
            if_exists = part.accept("IF", "EXISTS") or if_exists
            name = part.name().text
            place = part.range_from(start)
            found.append(
                DropColumn(place, self.table, name, if_exists)
                if is_column
                else DropConstraint(place, self.table, name, "any", if_exists)
            )
        return found

    def alter_column(self, first: int) -> list[Operation]:
        cur = self.cur
        if cur.peek(1).key in ("ADD", "DROP"):
            column = cur.name("a column").text
            text = cur.written(cur.at, cur.stop).lower()
            cur.at = cur.stop
            return [AlterColumn(cur.range_from(first), self.table, column, "set options", text=text)]
        definition = columns.column(cur)
        return [RedefineColumn(cur.range_from(first), self.table, definition.name, definition)]

    def check(self, first: int, checked: bool | None) -> list[Operation]:
        cur = self.cur
        enforced = cur.take().key == "CHECK"
        cur.take()
        found: list[Operation] = []
        parts = cur.split()
        cur.at = cur.stop
        for part in parts:
            name = part.name("the name of a constraint").text
            place = part.range_from(first)
            first = part.stop
            if enforced and checked:
                found.append(ValidateConstraint(place, self.table, name))
            else:
                found.append(AlterConstraint(place, self.table, name, enforced=enforced))
        return found
