"""The actions of an ALTER TABLE of MySQL and MariaDB to operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from crowsfoot.facts.sql import (
    AddColumn,
    AlterColumn,
    AlterConstraint,
    AlterTable,
    DropColumn,
    DropConstraint,
    DropObject,
    ObjectName,
    Operation,
    RedefineColumn,
    RenameObject,
)
from crowsfoot.frontends.sql import generic_columns as columns
from crowsfoot.frontends.sql.generic_additions import added, table_change
from crowsfoot.frontends.sql.generic_cursor import RESERVED, Cursor, words
from crowsfoot.frontends.sql.generic_expressions import expression

_NO_ACTIONS: Final = RESERVED["mysql"] - words("CHECK DEFAULT INDEX ORDER UNION WITH")


class Mysql:
    """The actions of one ALTER TABLE. Source: https://dev.mysql.com/doc/refman/8.4/en/alter-table.html"""

    def __init__(self, table: ObjectName) -> None:
        self.table = table
        self.done: list[Operation] = []
        self.algorithm: str | None = None
        self.lock: str | None = None

    def action(self, cur: Cursor) -> None:
        first = cur.at
        handler = _MYSQL_ACTIONS.get(cur.key)
        if handler is not None:
            self.done += handler(self, cur, first)
        elif cur.key in ("ALGORITHM", "LOCK"):
            which = cur.take().key
            cur.accept("=")
            value = cur.take().text.upper()
            if which == "LOCK":
                self.lock = value
            else:
                self.algorithm = value
        else:
            self.done += self.options(cur, first)

    def add(self, cur: Cursor, first: int) -> list[Operation]:
        cur.take()
        if cur.accept("PARTITION") or cur.sees("SYSTEM", "VERSIONING"):
            return self.other(cur, first)
        is_column = cur.accept("COLUMN")
        if_not_exists = cur.accept("IF", "NOT", "EXISTS")
        if cur.key == "(" and (is_column or cur.peek(1).kind in ("word", "name")):
            found: list[Operation] = []
            for part in cur.parts():
                start = part.at
                if columns.is_column(part):
                    column = columns.column(part)
                    found.append(AddColumn(part.range_from(start), self.table, column, if_not_exists))
                else:
                    found += added(part, self.table, start)
            return found
        if is_column or if_not_exists:
            definition = columns.column(cur)
            return [AddColumn(cur.range_from(first), self.table, definition, if_not_exists)]
        return added(cur, self.table, first)

    def drop(self, cur: Cursor, first: int) -> list[Operation]:
        cur.take()
        table = self.table
        if cur.accept("PRIMARY"):
            cur.expect("KEY")
            return [DropConstraint(cur.range_from(first), table, "PRIMARY", "primary")]
        if cur.accept("FOREIGN", "KEY"):
            if_exists = cur.accept("IF", "EXISTS")
            name = cur.name("the name of a foreign key").text
            cur.end("a comma")
            return [DropConstraint(cur.range_from(first), table, name, "foreign", if_exists)]
        if cur.key in ("INDEX", "KEY"):
            cur.take()
            if_exists = cur.accept("IF", "EXISTS")
            index = cur.object_name("an index")
            cur.end("a comma")
            if index.name.upper() == "PRIMARY":
                return [DropConstraint(cur.range_from(first), table, "PRIMARY", "primary", if_exists)]
            return [DropObject(cur.range_from(first), "index", index, table, if_exists)]
        if cur.key in ("CHECK", "CONSTRAINT"):
            kind: Literal["check", "any"] = "check" if cur.take().key == "CHECK" else "any"
            if_exists = cur.accept("IF", "EXISTS")
            name = cur.name("the name of a constraint").text
            return [DropConstraint(cur.range_from(first), table, name, kind, if_exists)]
        if cur.sees("PARTITION") or cur.sees("SYSTEM", "VERSIONING"):
            return self.other(cur, first)
        cur.accept("COLUMN")
        if_exists = cur.accept("IF", "EXISTS")
        name = cur.name("a column").text
        cascade = cur.accept("CASCADE")
        cur.accept("RESTRICT")
        cur.end("a comma")
        return [DropColumn(cur.range_from(first), table, name, if_exists, cascade)]

    def modify(self, cur: Cursor, first: int) -> list[Operation]:
        change = cur.take().key == "CHANGE"
        cur.accept("COLUMN")
        cur.accept("IF", "EXISTS")
        old = cur.peek().text
        if change:
            cur.name("a column")
        definition = columns.column(cur)
        return [RedefineColumn(cur.range_from(first), self.table, old, definition)]

    def alter(self, cur: Cursor, first: int) -> list[Operation]:
        cur.take()
        if cur.accept("INDEX") or cur.accept("KEY"):
            return self.other(cur, first)
        if cur.key in ("CHECK", "CONSTRAINT"):
            cur.take()
            name = cur.name("the name of a constraint").text
            enforced = not cur.accept("NOT")
            cur.accept("ENFORCED")
            return [AlterConstraint(cur.range_from(first), self.table, name, enforced=enforced)]
        cur.accept("COLUMN")
        cur.accept("IF", "EXISTS")
        column = cur.name("a column").text
        if cur.accept("SET", "DEFAULT"):
            value = expression(cur)
            cur.at = cur.stop
            return [AlterColumn(cur.range_from(first), self.table, column, "set default", expression=value)]
        if cur.accept("DROP", "DEFAULT"):
            return [AlterColumn(cur.range_from(first), self.table, column, "drop default")]
        text = cur.written(cur.at, cur.stop).lower()
        cur.at = cur.stop
        return [AlterColumn(cur.range_from(first), self.table, column, "set options", text=text)]

    def rename(self, cur: Cursor, first: int) -> list[Operation]:
        cur.take()
        if cur.key in ("COLUMN", "INDEX", "KEY"):
            kind: Literal["column", "index"] = "column" if cur.take().key == "COLUMN" else "index"
            if_exists = cur.accept("IF", "EXISTS")
            old = cur.object_name()
            cur.expect("TO")
            new = cur.name().text
            cur.end("a comma")
            return [RenameObject(cur.range_from(first), kind, old, new, self.table, if_exists)]
        if not cur.accept("TO") and not cur.accept("AS"):
            cur.accept("=")
        new = cur.object_name("a name").name
        cur.end("a comma")
        return [RenameObject(cur.range_from(first), "table", self.table, new)]

    def convert(self, cur: Cursor, first: int) -> list[Operation]:
        cur.take()
        if cur.sees("PARTITION") or cur.sees("TABLE"):
            return self.other(cur, first)
        cur.expect("TO")
        if not cur.accept("CHARACTER", "SET") and not cur.accept("CHAR", "SET"):
            cur.accept("CHARSET")
        return [table_change(cur, first, self.table, "convert charset")]

    def force(self, cur: Cursor, first: int) -> list[Operation]:
        cur.take()
        return [AlterTable(cur.range_from(first), self.table, "force")]

    def options(self, cur: Cursor, first: int) -> list[Operation]:
        """Table options, which blanks may divide."""
        if cur.key == "ENGINE":
            cur.take()
            cur.accept("=")
            engine = cur.take().text
            found: list[Operation] = [AlterTable(cur.range_from(first), self.table, "engine", text=engine)]
            return found if cur.done else found + self.options(cur, cur.at)
        if cur.peek().kind != "word" or cur.key in _NO_ACTIONS:
            raise cur.unexpected("ADD, DROP, MODIFY or another change")
        if cur.key in _TABLE_OPTIONS:
            return [table_change(cur, first, self.table, "set options")]
        return self.other(cur, first)

    def other(self, cur: Cursor, first: int) -> list[Operation]:
        cur.at = first
        return [table_change(cur, first, self.table, "other")]


_MYSQL_ACTIONS: Final[dict[str, Callable[[Mysql, Cursor, int], list[Operation]]]] = {
    "ADD": Mysql.add,
    "DROP": Mysql.drop,
    "MODIFY": Mysql.modify,
    "CHANGE": Mysql.modify,
    "ALTER": Mysql.alter,
    "RENAME": Mysql.rename,
    "CONVERT": Mysql.convert,
    "FORCE": Mysql.force,
}


_TABLE_OPTIONS: Final = words(
    "AUTO_INCREMENT AVG_ROW_LENGTH DEFAULT CHARACTER CHARSET CHECKSUM COLLATE COMMENT COMPRESSION "
    "CONNECTION DATA DELAY_KEY_WRITE ENCRYPTION ENCRYPTED INDEX INSERT_METHOD KEY_BLOCK_SIZE MAX_ROWS "
    "MIN_ROWS PACK_KEYS PASSWORD PAGE_CHECKSUM PAGE_COMPRESSED PAGE_COMPRESSION_LEVEL ROW_FORMAT SEQUENCE "
    "STATS_AUTO_RECALC STATS_PERSISTENT STATS_SAMPLE_PAGES TABLESPACE TRANSACTIONAL UNION"
)
