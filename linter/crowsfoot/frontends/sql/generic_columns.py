"""The tokens of a column definition to the column, for MySQL, SQLite and SQL Server."""

from __future__ import annotations

from typing import Final

from crowsfoot.facts.sql import (
    ColumnDef,
    Constraint,
    Expression,
    IndexKey,
    TypeName,
)
from crowsfoot.frontends.sql.generic_constraints import INDEXES, check, references
from crowsfoot.frontends.sql.generic_cursor import RESERVED, Cursor, words
from crowsfoot.frontends.sql.generic_expressions import expression
from crowsfoot.frontends.sql.generic_types import type_name
from crowsfoot.source import Range

# Words that begin an element which is no column. In SQLite "key" and "index" may be columns.
_ELEMENTS: Final = frozenset(("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"))


_MYSQL_TYPE_WORDS: Final = words(
    "BIGINT BLOB BOOLEAN CHAR DATE DATETIME DECIMAL DOUBLE FLOAT INT INTEGER JSON LONGTEXT MEDIUMTEXT "
    "SMALLINT TEXT TIME TIMESTAMP TINYINT VARCHAR"
)


# What can follow a default that is not in brackets.
_AFTER_DEFAULT: Final = words(
    "NOT NULL UNIQUE PRIMARY KEY COMMENT COLLATE ON CHECK REFERENCES CONSTRAINT AUTO_INCREMENT "
    "AUTOINCREMENT GENERATED AS VIRTUAL STORED PERSISTENT PERSISTED FIRST AFTER VISIBLE INVISIBLE "
    "COLUMN_FORMAT STORAGE IDENTITY WITH WITHOUT ROWGUIDCOL SPARSE INDEX DEFAULT FOR MASKED ENCRYPTED "
    "HIDDEN FOREIGN"
)


_AN_OPTION: Final = "a comma or an option of the column"
_SQLSERVER_WORDS: Final = words("FILESTREAM HIDDEN NULL ROWGUIDCOL SPARSE")
# Options of columns in other databases.
_NOT_SQLSERVER: Final = words(
    "AFTER AUTOINCREMENT AUTO_INCREMENT COLUMN_FORMAT COMMENT ENGINE_ATTRIBUTE FIRST KEY PERSISTENT "
    "REF_SYSTEM_ID SRID STORAGE STORED"
)


def is_column(cur: Cursor) -> bool:
    """Whether the element that begins here is a column."""
    key = cur.key
    if key in _ELEMENTS:
        return False
    if cur.dialect == "mysql":
        return not (key in INDEXES or cur.sees("PERIOD", "FOR") or cur.sees("VECTOR", "INDEX"))
    if cur.dialect == "sqlserver":
        return not (key == "INDEX" or cur.sees("PERIOD", "FOR") or key == "DEFAULT")
    return True


def column(cur: Cursor) -> ColumnDef:
    """The column that the tokens from here to the end define."""
    first = cur.at
    name = cur.name("a column")
    return _Column(cur).read(first, name.text, Range(name.start, name.end))


class _Column:
    """Gathers what is said of one column."""

    def __init__(self, cur: Cursor) -> None:
        self.cur = cur
        self.not_null = self.null_written = self.stored = False
        self.default: Expression | None = None
        self.default_constraint: str | None = None
        self.generated: Expression | None = None
        self.on_update: Expression | None = None
        self.identity: str | None = None
        self.collation: str | None = None
        self.position: str | None = None
        self.constraints: list[Constraint] = []

    def read(self, first: int, name: str, name_range: Range) -> ColumnDef:
        cur = self.cur
        self.name = name
        if cur.done or cur.key == "AS":  # SQL Server's computed columns have no type
            if cur.dialect == "mysql":
                raise cur.unexpected("a type")
            place = Range(name_range.end, name_range.end)
            type_ = TypeName("", place)
        else:
            type_ = type_name(cur)
            if cur.dialect == "mysql" and type_.name == "serial":
                # Source: https://dev.mysql.com/doc/refman/8.4/en/numeric-type-syntax.html
                self.not_null, self.identity = True, "auto_increment"
                self.constraints.append(Constraint("unique", type_.range, columns=(name,), at_column=True))
                type_ = TypeName("bigint", type_.range, unsigned=True)
        while not cur.done:
            self.option()
        return ColumnDef(
            name,
            name_range,
            cur.range_from(first),
            type_,
            self.not_null,
            self.null_written,
            self.default,
            self.generated,
            self.stored,
            self.identity,
            self.collation,
            self.on_update,
            tuple(self.constraints),
            self.position,
            self.default_constraint,
        )

    def option(self) -> None:
        cur = self.cur
        first = cur.at
        constraint: str | None = None
        if cur.accept("CONSTRAINT") and cur.key not in ("CHECK", "PRIMARY", "UNIQUE", "REFERENCES", "NOT"):
            constraint = cur.name("the name of a constraint").text
        key = cur.key
        if cur.dialect == "sqlserver" and key in _NOT_SQLSERVER:
            raise cur.unexpected(_AN_OPTION)
        if key == "NOT" and cur.peek(1).key == "NULL":
            cur.at += 2
            self.not_null = True
            self.conflict()
        elif key == "NULL":
            cur.take()
            self.null_written = True
        elif key == "DEFAULT":
            cur.take()
            self.default_constraint = constraint
            self.default = self.value()
        elif key == "PRIMARY" or (key == "KEY" and cur.dialect == "mysql"):
            self.primary(first, constraint)
        elif key == "UNIQUE":
            cur.take()
            if not cur.accept("KEY") and not cur.accept("CLUSTERED"):
                cur.accept("NONCLUSTERED")
            columns = self.listed()
            self.storage()
            self.conflict()
            self.constraints.append(
                Constraint("unique", cur.range_from(first), constraint, columns, at_column=True)
            )
        elif key == "CHECK":
            self.constraints.append(check(cur, first, constraint, self.name))
        elif key == "REFERENCES" or cur.sees("FOREIGN", "KEY"):
            if key == "FOREIGN":
                cur.at += 2
            columns = self.listed()
            target, deferrable, deferred = references(cur)
            self.constraints.append(
                Constraint(
                    "foreign",
                    cur.range_from(first),
                    constraint,
                    columns,
                    references=target,
                    deferrable=deferrable,
                    deferred=deferred,
                    at_column=True,
                )
            )
        elif key in ("AUTO_INCREMENT", "AUTOINCREMENT"):
            cur.take()
            self.identity = key.lower()
        elif key == "IDENTITY" and cur.dialect == "sqlserver":
            cur.take()
            self.identity = "identity"
            if cur.key == "(":
                cur.skip()
            cur.accept("NOT", "FOR", "REPLICATION")
        elif key == "COLLATE":
            cur.take()
            cur.accept("=")
            self.collation = cur.take().text
        elif cur.sees("ON", "UPDATE"):
            cur.at += 2
            self.on_update = self.value()
        elif key == "AS" or cur.sees("GENERATED", "ALWAYS", "AS"):
            self.generation()
        elif key in ("STORED", "PERSISTED", "PERSISTENT"):
            cur.take()
            self.stored = True
        elif key == "FIRST":
            cur.take()
            self.position = "first"
        elif key == "AFTER":
            cur.take()
            self.position = f"after {cur.name('a column').text}"
        elif key in ("COMMENT", "COLUMN_FORMAT", "STORAGE", "ENGINE_ATTRIBUTE", "SRID", "REF_SYSTEM_ID"):
            cur.take()
            cur.accept("=")
            cur.skip()
        else:
            self.other()

    def other(self) -> None:
        """VISIBLE, SPARSE, MASKED WITH (...), and what newer versions know."""
        cur = self.cur
        if cur.dialect == "sqlite":
            if cur.accept("NOT", "DEFERRABLE") or cur.accept("DEFERRABLE") or cur.accept("VIRTUAL"):
                return
            if cur.accept("INITIALLY"):
                cur.take()
                return
            if cur.tokens[cur.at - 1].key != "CONSTRAINT":
                raise cur.unexpected("a comma or a constraint of the column")
        elif cur.dialect == "mysql" and (
            cur.peek().kind != "word" or cur.key in RESERVED["mysql"] or cur.key in _MYSQL_TYPE_WORDS
        ):
            if cur.sees("INDEX") or cur.sees("WITHOUT") or cur.sees("WITH"):
                cur.skip()
                return
            raise cur.unexpected(_AN_OPTION)
        elif cur.dialect == "sqlserver":
            self.other_of_sqlserver()
            return
        cur.skip()

    def other_of_sqlserver(self) -> None:
        """Source: https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql"""
        cur = self.cur
        if cur.accept_any(_SQLSERVER_WORDS) or cur.accept("COLUMN_SET", "FOR", "ALL_SPARSE_COLUMNS"):
            return
        if cur.accept("NOT", "FOR", "REPLICATION") or cur.accept("WITH", "VALUES"):
            return
        if cur.key in ("MASKED", "ENCRYPTED", "WITH"):
            if cur.take().key != "WITH":
                cur.expect("WITH")
            if cur.key != "(":
                raise cur.unexpected("`(`")
            cur.skip()
        elif cur.accept("INDEX"):  # it comes last
            cur.name("the name of an index")
            cur.at = cur.stop
        else:
            raise cur.unexpected(_AN_OPTION)

    def value(self) -> Expression:
        """The default or ON UPDATE that stands here."""
        cur = self.cur
        first = cur.at
        if cur.done:
            raise cur.unexpected("a value")
        if cur.key in RESERVED[cur.dialect] and cur.key not in (
            "NULL",
            "CASE",
            "NOT",
            "LEFT",
            "RIGHT",
            "REPLACE",
            "IF",
        ):
            raise cur.unexpected("a value")
        if cur.accept("NEXT", "VALUE", "FOR"):
            cur.object_name("a sequence")
        else:
            cur.skip()
        while not cur.done and cur.key not in _AFTER_DEFAULT:
            cur.skip()
        return expression(Cursor(cur.text, cur.dialect, cur.tokens, first, cur.at))

    def primary(self, first: int, name: str | None) -> None:
        cur = self.cur
        if cur.accept("PRIMARY"):
            cur.expect("KEY")
        else:
            cur.expect("KEY")
        descending = False
        if cur.accept("DESC"):
            descending = True
        elif not cur.accept("ASC") and not cur.accept("CLUSTERED"):
            cur.accept("NONCLUSTERED")
        columns = self.listed()
        self.storage()
        self.conflict()
        keys = (IndexKey(cur.range_from(first), self.name, descending=True),) if descending else ()
        self.constraints.append(
            Constraint("primary", cur.range_from(first), name, columns, keys=keys, at_column=True)
        )

    def listed(self) -> tuple[str, ...]:
        """The columns of the constraint: this one, but SQL Server misses no comma before that of a table."""
        cur = self.cur
        if cur.dialect != "sqlserver":
            return (self.name,)
        cur.accept("HASH")
        return tuple(it.name("a column").text for it in cur.parts()) if cur.key == "(" else (self.name,)

    def conflict(self) -> None:
        """SQLite: ON CONFLICT what."""
        if self.cur.accept("ON", "CONFLICT"):
            self.cur.take()

    def storage(self) -> None:
        """SQL Server: WITH (...), ON a filegroup."""
        cur = self.cur
        if cur.sees("WITH", "("):
            cur.take()
            cur.skip()
        if cur.dialect == "sqlserver" and cur.key == "ON" and cur.peek(1).key not in ("DELETE", "UPDATE"):
            cur.at += 2

    def generation(self) -> None:
        cur = self.cur
        if cur.accept("GENERATED"):
            cur.take()
        cur.expect("AS")
        if cur.sees("ROW"):  # SQL Server: GENERATED ALWAYS AS ROW START
            cur.at += 2
            return
        if cur.accept("IDENTITY"):
            return
        opening = cur.at
        if cur.key == "(":
            cur.skip()
            self.generated = expression(Cursor(cur.text, cur.dialect, cur.tokens, opening + 1, cur.at - 1))
        else:  # SQL Server: c AS a + b
            while not cur.done and cur.key not in (
                "PERSISTED",
                "CONSTRAINT",
                "PRIMARY",
                "UNIQUE",
                "CHECK",
                "NOT",
            ):
                cur.skip()
            self.generated = expression(Cursor(cur.text, cur.dialect, cur.tokens, opening, cur.at))
