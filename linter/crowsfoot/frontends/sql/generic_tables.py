"""The tokens of CREATE TABLE and ALTER TABLE to operations, for MySQL, SQLite and SQL Server."""

from collections.abc import Callable
from typing import Final, Literal

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterConstraint,
    AlterTable,
    ColumnDef,
    Constraint,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    DropObject,
    ObjectName,
    Operation,
    Query,
    RedefineColumn,
    RenameObject,
    TypeName,
    ValidateConstraint,
)
from crowsfoot.frontends.sql import generic_columns as columns
from crowsfoot.frontends.sql.generic_cursor import RESERVED, Cursor, UnreadableError, words
from crowsfoot.frontends.sql.generic_expressions import expression, query
from crowsfoot.source import Range

TableChange = Literal["engine", "force", "convert charset", "set options", "other"]

_MODIFIERS: Final = frozenset(("TEMP", "TEMPORARY", "OR", "REPLACE", "EXTERNAL"))
_CHARSET_KEYS: Final = {"CHARSET": "charset", "COLLATE": "collate"}
_NO_OPTIONS: Final = RESERVED["mysql"] - words("INDEX UNION WITH TO") | words("CHARACTER")
_NO_ACTIONS: Final = RESERVED["mysql"] - words("CHECK DEFAULT INDEX ORDER UNION WITH")
_PARTITIONINGS: Final = frozenset(("RANGE", "LIST", "HASH", "KEY"))


# --- CREATE TABLE ------------------------------------------------------------------------------------------


def create_table(cur: Cursor) -> list[Operation]:
    """From CREATE to the last option."""
    first = cur.at
    cur.take()
    temporary = False
    while key := cur.accept_any(_MODIFIERS):
        temporary = temporary or key.startswith("TEMP")
    if cur.accept("VIRTUAL"):
        return [_virtual(cur, first)]
    cur.expect("TABLE")
    if_not_exists = cur.accept("IF", "NOT", "EXISTS")
    table = cur.object_name("a table")
    temporary = temporary or (cur.dialect == "sqlserver" and table.name.startswith("#"))
    like = _like(cur)
    elements: tuple[list[ColumnDef], list[Constraint], list[CreateIndex]] = ([], [], [])
    if not like and cur.key == "(" and cur.peek(1).key not in ("SELECT", "WITH"):
        if cur.peek(1).key == "LIKE":
            cur.take()
            like = _like(cur)
            cur.take()
        else:
            for part in cur.parts():
                _element(part, table, elements)
    options, partition_by, partition_keys = _table_options(cur)
    read: Query | None = None
    for word in ("IGNORE", "REPLACE", "AS"):
        cur.accept(word)
    if cur.key in ("SELECT", "WITH", "(", "VALUES", "TABLE"):
        read, _ = query(cur)
    elif not like and not elements[0] and not elements[1]:
        raise cur.unexpected("columns" if cur.dialect == "sqlserver" else "columns or a SELECT")
    cur.at = cur.stop
    return [
        CreateTable(
            cur.range_from(first),
            table,
            tuple(elements[0]),
            tuple(elements[1]),
            tuple(elements[2]),
            if_not_exists,
            temporary,
            partition_by=partition_by,
            partition_keys=partition_keys,
            like=like,
            query=read,
            options=options,
        )
    ]


def _element(
    part: Cursor, table: ObjectName, found: tuple[list[ColumnDef], list[Constraint], list[CreateIndex]]
) -> None:
    if columns.is_column(part):
        column = columns.column(part)
        found[0].append(column)
        return
    while True:
        it = columns.table_constraint(part, table)
        if isinstance(it, CreateIndex):
            found[2].append(it)
        elif it is not None:
            found[1].append(it)
        # SQLite lets constraints follow one another without a comma ("conslist" of its grammar).
        # Source: https://github.com/sqlite/sqlite/blob/master/src/parse.y
        if part.dialect != "sqlite" or part.done:
            return
        if part.key not in ("CONSTRAINT", "PRIMARY", "FOREIGN", "CHECK", "UNIQUE"):
            raise part.unexpected("a comma or another constraint")


def _virtual(cur: Cursor, first: int) -> CreateTable:
    """SQLite: CREATE VIRTUAL TABLE t USING fts5(title, body, tokenize = 'porter')."""
    cur.expect("TABLE")
    if_not_exists = cur.accept("IF", "NOT", "EXISTS")
    table = cur.object_name("a table")
    cur.expect("USING")
    module = cur.name("a module").text.lower()
    found: list[ColumnDef] = []
    if cur.key == "(" and cur.peek(1).key != ")":
        for part in cur.parts():
            if module.startswith("fts") and part.find("=") < 0 and part.peek().kind in ("word", "name"):
                token = part.peek()
                place = Range(token.start, token.end)
                found.append(ColumnDef(token.text, place, place, TypeName("", Range(place.end, place.end))))
    cur.at = cur.stop
    return CreateTable(
        cur.range_from(first), table, tuple(found), if_not_exists=if_not_exists, options=(("using", module),)
    )


def _like(cur: Cursor) -> tuple[tuple[ObjectName, tuple[str, ...]], ...]:
    return ((cur.object_name("a table"), ("all",)),) if cur.accept("LIKE") else ()


def _table_options(cur: Cursor) -> tuple[tuple[tuple[str, str], ...], str | None, tuple[str, ...]]:
    """What follows the columns: ENGINE=InnoDB, STRICT, ON a filegroup; and how the table is partitioned."""
    options: list[tuple[str, str]] = []
    partition_by: str | None = None
    partition_keys: tuple[str, ...] = ()
    while not cur.done and cur.key not in ("AS", "SELECT", "IGNORE", "REPLACE", "("):
        if cur.key == "WITH" and cur.dialect == "mysql" and cur.peek(1).key != "SYSTEM":
            break  # of a CTE
        if cur.accept("PARTITION", "BY"):
            cur.accept("LINEAR")
            partition_by = cur.accept_any(_PARTITIONINGS).lower() or None
            cur.accept("COLUMNS")
            if cur.key == "(":
                partition_keys = _partition_keys(cur)
            cur.at = cur.stop
        elif cur.dialect == "sqlite" and cur.accept("WITHOUT", "ROWID"):
            options.append(("without rowid", "true"))
        elif cur.dialect == "sqlite" and cur.accept("STRICT"):
            options.append(("strict", "true"))
        elif (option := _option(cur)) is not None:
            options.append(option)
        elif cur.dialect == "sqlserver":
            cur.skip()
        elif cur.accept(","):
            continue
        else:
            raise cur.unexpected("an option of the table, or a semicolon")
    return tuple(options), partition_by, partition_keys


def _partition_keys(cur: Cursor) -> tuple[str, ...]:
    opening = cur.at
    cur.skip()
    if cur.at - opening == 2:  # KEY ()
        return ()
    return expression(Cursor(cur.text, cur.dialect, cur.tokens, opening + 1, cur.at - 1)).columns


def _option(cur: Cursor) -> tuple[str, str] | None:
    """One option of a MySQL table: its name in lower case, and its value as written, without quotes."""
    if cur.dialect != "mysql":
        return None
    cur.accept("DEFAULT")
    if cur.accept("CHARACTER", "SET") or cur.accept("CHAR", "SET"):
        name = "charset"
    elif cur.peek().kind != "word" or cur.key in _NO_OPTIONS:
        return None
    else:
        key = cur.take().key
        name = _CHARSET_KEYS.get(key, key.lower())
        if cur.key == "DIRECTORY":
            name += " " + cur.take().text.lower()
    cur.accept("=")
    if cur.done or cur.key in (",", "("):
        value = ""
        if cur.key == "(":
            cur.skip()
    else:
        value = cur.take().text
    cur.accept(",")
    return name, value


# --- ALTER TABLE -------------------------------------------------------------------------------------------


def alter_table(cur: Cursor) -> tuple[list[Operation], bool, str | None, str | None]:
    """From ALTER on: operations, whether IF EXISTS is written, and MySQL's ALGORITHM and LOCK."""
    cur.take()
    cur.accept("ONLINE")
    cur.accept("OFFLINE")
    cur.accept("IGNORE")
    cur.expect("TABLE")
    if_exists = cur.accept("IF", "EXISTS")
    table = cur.object_name("a table")
    if cur.done and cur.dialect != "mysql":  # which takes it for a change of nothing
        raise cur.unexpected("what is to change")
    if cur.dialect == "sqlserver":
        return _Sqlserver(cur, table).read(), if_exists, None, None
    if cur.dialect == "sqlite":
        does = _sqlite(cur, table)
        cur.end("the end of the statement")
        return does, if_exists, None, None
    mysql = _Mysql(table)
    if cur.accept("WAIT"):
        cur.take()
    else:
        cur.accept("NOWAIT")
    for part in cur.split():
        mysql.action(part)
    return mysql.done, if_exists, mysql.algorithm, mysql.lock


def _added(cur: Cursor, table: ObjectName, first: int, not_valid: bool = False) -> list[Operation]:
    """The column, constraint or index that is added; first is where its action begins."""
    if columns.is_column(cur):
        column = columns.column(cur)
        return [AddColumn(cur.range_from(first), table, column)]
    it = columns.table_constraint(cur, table)
    place = cur.range_from(first)
    if isinstance(it, CreateIndex):
        return [
            CreateIndex(
                place,
                table,
                it.keys,
                it.name,
                it.name_range,
                it.unique,
                it.method,
                clustered=it.clustered,
            )
        ]
    if it is not None:
        if not_valid and it.kind in ("foreign", "check"):
            it = _not_valid(it)
        return [AddConstraint(place, table, it)]
    cur.at = cur.stop
    return [AlterTable(cur.range_from(first), table, "other")]


def _not_valid(it: Constraint) -> Constraint:
    return Constraint(
        it.kind, it.range, it.name, it.columns, it.check, it.references, not_valid=True, enforced=it.enforced
    )


def _sqlite(cur: Cursor, table: ObjectName) -> list[Operation]:
    """The one action that SQLite takes. Source: https://sqlite.org/lang_altertable.html"""
    first = cur.at
    key = cur.take().key
    if key == "RENAME":
        if cur.accept("TO"):
            token = cur.name("a name")
            return [RenameObject(cur.range_from(first), "table", table, token.text)]
        cur.accept("COLUMN")
        token = cur.name("a column")
        cur.expect("TO")
        new = cur.name("a name").text
        column = ObjectName(token.text, Range(token.start, token.end))
        return [RenameObject(cur.range_from(first), "column", column, new, table)]
    if key == "ADD":
        if not cur.accept("COLUMN") and cur.key in ("CONSTRAINT", "CHECK", "UNIQUE", "FOREIGN", "PRIMARY"):
            return _sqlite_constraint(cur, table, first)
        column_def = columns.column(cur)
        return [AddColumn(cur.range_from(first), table, column_def)]
    if key == "DROP":
        if cur.accept("CONSTRAINT"):
            name = cur.name("the name of a constraint").text
            return [DropConstraint(cur.range_from(first), table, name)]
        cur.accept("COLUMN")
        name = cur.name("a column").text
        return [DropColumn(cur.range_from(first), table, name)]
    if key == "ALTER":
        cur.accept("COLUMN")
        column_name = cur.name("a column").text
        verb = cur.take().key
        if verb in ("SET", "DROP") and cur.accept("NOT", "NULL"):
            change: Literal["set not null", "drop not null"] = (
                "set not null" if verb == "SET" else "drop not null"
            )
            return [AlterColumn(cur.range_from(first), table, column_name, change)]
    token = cur.tokens[first]
    raise UnreadableError(
        Range(token.start, token.end), "expected RENAME, ADD or DROP; nothing else can be altered in SQLite"
    )


def _sqlite_constraint(cur: Cursor, table: ObjectName, first: int) -> list[Operation]:
    """ADD CONSTRAINT, which SQLite knows for checks from 3.53 on."""
    at = cur.peek()
    if cur.key == "CHECK" or (cur.key == "CONSTRAINT" and cur.peek(2).key == "CHECK"):
        it = columns.table_constraint(cur, table)
        if isinstance(it, Constraint):
            return [AddConstraint(cur.range_from(first), table, it)]
    raise UnreadableError(
        Range(at.start, at.end),
        "SQLite cannot add this constraint to a table that exists; make the table anew",
    )


class _Mysql:
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
                    found += _added(part, self.table, start)
            return found
        if is_column or if_not_exists:
            definition = columns.column(cur)
            return [AddColumn(cur.range_from(first), self.table, definition, if_not_exists)]
        return _added(cur, self.table, first)

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
        return [_table_change(cur, first, self.table, "convert charset")]

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
            return [_table_change(cur, first, self.table, "set options")]
        return self.other(cur, first)

    def other(self, cur: Cursor, first: int) -> list[Operation]:
        cur.at = first
        return [_table_change(cur, first, self.table, "other")]


_MYSQL_ACTIONS: Final[dict[str, Callable[[_Mysql, Cursor, int], list[Operation]]]] = {
    "ADD": _Mysql.add,
    "DROP": _Mysql.drop,
    "MODIFY": _Mysql.modify,
    "CHANGE": _Mysql.modify,
    "ALTER": _Mysql.alter,
    "RENAME": _Mysql.rename,
    "CONVERT": _Mysql.convert,
    "FORCE": _Mysql.force,
}
_TABLE_OPTIONS: Final = words(
    "AUTO_INCREMENT AVG_ROW_LENGTH DEFAULT CHARACTER CHARSET CHECKSUM COLLATE COMMENT COMPRESSION "
    "CONNECTION DATA DELAY_KEY_WRITE ENCRYPTION ENCRYPTED INDEX INSERT_METHOD KEY_BLOCK_SIZE MAX_ROWS "
    "MIN_ROWS PACK_KEYS PASSWORD PAGE_CHECKSUM PAGE_COMPRESSED PAGE_COMPRESSION_LEVEL ROW_FORMAT SEQUENCE "
    "STATS_AUTO_RECALC STATS_PERSISTENT STATS_SAMPLE_PAGES TABLESPACE TRANSACTIONAL UNION"
)


class _Sqlserver:
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
            return [_table_change(cur, first, self.table, "force")]
        if cur.key == "SET":
            return [_table_change(cur, first, self.table, "set options")]
        return [_table_change(cur, first, self.table, "other")]

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
                found += _added(part, self.table, first, not_valid)
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
            return [_table_change(cur, first, self.table, "other")]
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


def _table_change(cur: Cursor, first: int, table: ObjectName, change: TableChange) -> AlterTable:
    text = cur.written(cur.at, cur.stop)
    cur.at = cur.stop
    return AlterTable(cur.range_from(first), table, change, text=text)
