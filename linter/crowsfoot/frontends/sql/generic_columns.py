"""The tokens of a table element to a column, a constraint or an index, for MySQL, SQLite and SQL Server."""

from typing import Final

from crowsfoot.facts.sql import (
    ColumnDef,
    Constraint,
    CreateIndex,
    Expression,
    IndexKey,
    ObjectName,
    Reference,
    TypeName,
)
from crowsfoot.frontends.sql.generic_cursor import RESERVED, Cursor, words
from crowsfoot.frontends.sql.generic_expressions import expression
from crowsfoot.source import Range

Element = ColumnDef | Constraint | CreateIndex

# Words that begin an element which is no column. In SQLite "key" and "index" may be columns.
_ELEMENTS: Final = frozenset(("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK"))
_INDEXES: Final = frozenset(("INDEX", "KEY", "FULLTEXT", "SPATIAL"))

# Source: https://dev.mysql.com/doc/refman/8.4/en/other-vendor-data-types.html
_MYSQL_TYPES: Final = {
    "integer": "int",
    "int1": "tinyint",
    "int2": "smallint",
    "int3": "mediumint",
    "int4": "int",
    "int8": "bigint",
    "middleint": "mediumint",
    "dec": "decimal",
    "numeric": "decimal",
    "fixed": "decimal",
    "float4": "float",
    "float8": "double",
    "real": "double",
    "double precision": "double",
    "character": "char",
    "nchar": "char",
    "national char": "char",
    "national character": "char",
    "character varying": "varchar",
    "char varying": "varchar",
    "varcharacter": "varchar",
    "nvarchar": "varchar",
    "national varchar": "varchar",
    "national char varying": "varchar",
    "national character varying": "varchar",
    "long": "mediumtext",
    "long varchar": "mediumtext",
    "long varbinary": "mediumblob",
}
# Source: https://learn.microsoft.com/sql/t-sql/data-types/data-type-synonyms-transact-sql
_SQLSERVER_TYPES: Final = {
    "integer": "int",
    "dec": "decimal",
    "numeric": "decimal",
    "double precision": "float",
    "character": "char",
    "character varying": "varchar",
    "char varying": "varchar",
    "national char": "nchar",
    "national character": "nchar",
    "national char varying": "nvarchar",
    "national character varying": "nvarchar",
    "national text": "ntext",
    "binary varying": "varbinary",
    "rowversion": "timestamp",
}
_MYSQL_TYPE_WORDS: Final = words(
    "BIGINT BLOB BOOLEAN CHAR DATE DATETIME DECIMAL DOUBLE FLOAT INT INTEGER JSON LONGTEXT MEDIUMTEXT "
    "SMALLINT TEXT TIME TIMESTAMP TINYINT VARCHAR"
)
_TYPE_HEADS: Final = {
    "DOUBLE": frozenset(("PRECISION",)),
    "CHARACTER": frozenset(("VARYING",)),
    "CHAR": frozenset(("VARYING",)),
    "BINARY": frozenset(("VARYING",)),
    "NATIONAL": frozenset(("CHAR", "CHARACTER", "VARCHAR", "TEXT", "VARYING")),
    "LONG": frozenset(("VARCHAR", "VARBINARY")),
}
_SQLITE_TYPE_ENDS: Final = frozenset(
    (
        "CONSTRAINT",
        "PRIMARY",
        "NOT",
        "NULL",
        "UNIQUE",
        "CHECK",
        "DEFAULT",
        "COLLATE",
        "REFERENCES",
        "GENERATED",
        "AS",
    )
)
# What can follow a default that is not in brackets.
_AFTER_DEFAULT: Final = words(
    "NOT NULL UNIQUE PRIMARY KEY COMMENT COLLATE ON CHECK REFERENCES CONSTRAINT AUTO_INCREMENT "
    "AUTOINCREMENT GENERATED AS VIRTUAL STORED PERSISTENT PERSISTED FIRST AFTER VISIBLE INVISIBLE "
    "COLUMN_FORMAT STORAGE IDENTITY WITH WITHOUT ROWGUIDCOL SPARSE INDEX DEFAULT FOR MASKED ENCRYPTED "
    "HIDDEN FOREIGN"
)


def is_column(cur: Cursor) -> bool:
    """Whether the element that begins here is a column."""
    key = cur.key
    if key in _ELEMENTS:
        return False
    if cur.dialect == "mysql":
        return not (key in _INDEXES or cur.sees("PERIOD", "FOR") or cur.sees("VECTOR", "INDEX"))
    if cur.dialect == "sqlserver":
        return not (key == "INDEX" or cur.sees("PERIOD", "FOR") or key == "DEFAULT")
    return True


def column(cur: Cursor) -> ColumnDef:
    """The column that the tokens from here to the end define."""
    first = cur.at
    name = cur.name("a column")
    return _Column(cur).read(first, name.text, Range(name.start, name.end))


def table_constraint(cur: Cursor, table: ObjectName) -> Constraint | CreateIndex | None:
    """The constraint or index that the tokens from here to the end define; None for what is neither.

    In MySQL a unique constraint is a unique index, and can be dropped as one.
    """
    first = cur.at
    name: str | None = None
    if cur.accept("CONSTRAINT") and cur.key not in ("PRIMARY", "UNIQUE", "FOREIGN", "CHECK"):
        cur.accept("IF", "NOT", "EXISTS")
        name = cur.name("the name of a constraint").text
    key = cur.key
    if key == "CHECK":
        return check(cur, first, name)
    if key == "FOREIGN":
        return _foreign_key(cur, first, name)
    if key == "PRIMARY":
        return _primary_key(cur, first, name)
    if key == "UNIQUE" or key in _INDEXES or cur.sees("VECTOR", "INDEX"):
        return _key(cur, first, name, table)
    if name is not None and key != "DEFAULT":
        raise cur.unexpected("PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK")
    return None


def index_keys(cur: Cursor) -> tuple[IndexKey, ...]:
    """(a, b DESC, lower(c)), from bracket to bracket."""
    return tuple([_index_key(part) for part in cur.parts()])


def type_name(cur: Cursor) -> TypeName:
    if cur.dialect == "sqlite":
        return _sqlite_type(cur)
    first = cur.at
    token = cur.take() if cur.key == "SET" and cur.dialect == "mysql" else cur.name("a type")
    schema = None
    while cur.accept("."):
        schema, token = token.text, cur.name("a type")
    name = token.text
    if token.kind == "word" or cur.dialect == "sqlserver":
        spelled = [token.text.lower()]
        while cur.key and cur.key in _TYPE_HEADS.get(spelled[-1].upper(), ()):
            spelled.append(cur.take().key.lower())
        name = " ".join(spelled)
    args = _arguments(cur) if cur.key == "(" else ()
    if cur.dialect == "sqlserver":
        if schema in ("sys", None):
            return TypeName(_SQLSERVER_TYPES.get(name, name), cur.range_from(first), args)
        return TypeName(token.text, cur.range_from(first), args, schema)
    if name in ("bool", "boolean"):
        name, args = "tinyint", ("1",)
    unsigned = name == "serial"
    charset = (
        "utf8" if name.startswith(("n", "national")) and name in _MYSQL_TYPES and name != "numeric" else None
    )
    name = _MYSQL_TYPES.get(name, name)
    while True:
        if cur.accept("UNSIGNED") or cur.accept("ZEROFILL"):
            unsigned = True
        elif cur.accept("CHARACTER", "SET") or cur.accept("CHARSET") or cur.accept("CHAR", "SET"):
            cur.accept("=")
            charset = cur.take().text.lower()
        elif cur.accept("ASCII"):
            charset = "latin1"
        elif cur.accept("UNICODE"):
            charset = "ucs2"
        elif cur.key not in ("SIGNED", "BINARY", "BYTE"):
            break
        else:
            cur.take()
    return TypeName(name, cur.range_from(first), args, unsigned=unsigned, charset=charset)


def check(cur: Cursor, first: int, name: str | None, at_column: str | None = None) -> Constraint:
    cur.expect("CHECK")
    cur.accept("NOT", "FOR", "REPLICATION")
    opening = cur.at
    if cur.key != "(":
        raise cur.unexpected("`(`")
    cur.skip()
    inner = expression(Cursor(cur.text, cur.dialect, cur.tokens, opening + 1, cur.at - 1))
    enforced = True
    if cur.accept("NOT", "ENFORCED"):
        enforced = False
    else:
        cur.accept("ENFORCED")
    return Constraint(
        "check",
        cur.range_from(first),
        name,
        inner.columns if at_column is None else (at_column,),
        check=inner,
        enforced=enforced,
        at_column=at_column is not None,
    )


def references(cur: Cursor) -> tuple[Reference, bool, bool]:
    """What a foreign key refers to, and whether it is deferrable, and deferred."""
    cur.expect("REFERENCES")
    table = cur.object_name("a table")
    columns = cur.names() if cur.key == "(" else ()
    actions = {"DELETE": "NO ACTION", "UPDATE": "NO ACTION"}
    deferrable = deferred = False
    while not cur.done:
        if cur.key == "ON" and (cur.peek(1).key in actions or cur.dialect != "sqlserver"):
            cur.take()
            if cur.key not in actions:
                raise cur.unexpected("DELETE or UPDATE")
            event = cur.take().key
            actions[event] = _action(cur)
        elif cur.accept("MATCH"):
            cur.take()
        elif cur.accept("NOT", "DEFERRABLE"):
            deferrable = False
        elif cur.accept("DEFERRABLE"):
            deferrable = True
        elif cur.accept("INITIALLY"):
            deferred = cur.take().key == "DEFERRED"
        elif not cur.accept("NOT", "FOR", "REPLICATION"):
            break
    return Reference(table, columns, actions["DELETE"], actions["UPDATE"]), deferrable, deferred


# --- columns -----------------------------------------------------------------------------------------------


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
            self.storage()
            self.conflict()
            self.constraints.append(
                Constraint("unique", cur.range_from(first), constraint, (self.name,), at_column=True)
            )
        elif key == "CHECK":
            self.constraints.append(check(cur, first, constraint, self.name))
        elif key == "REFERENCES" or cur.sees("FOREIGN", "KEY", "REFERENCES"):
            if key == "FOREIGN":
                cur.at += 2
            target, deferrable, deferred = references(cur)
            self.constraints.append(
                Constraint(
                    "foreign",
                    cur.range_from(first),
                    constraint,
                    (self.name,),
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
            raise cur.unexpected("a comma or an option of the column")
        cur.skip()

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
        self.storage()
        self.conflict()
        keys = (IndexKey(cur.range_from(first), self.name, descending=True),) if descending else ()
        self.constraints.append(
            Constraint("primary", cur.range_from(first), name, (self.name,), keys=keys, at_column=True)
        )

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


# --- constraints -------------------------------------------------------------------------------------------


def _primary_key(cur: Cursor, first: int, name: str | None) -> Constraint:
    cur.expect("PRIMARY")
    cur.expect("KEY")
    method = _clustering(cur)
    if cur.dialect == "mysql" and cur.key != "(" and cur.key != "USING":
        cur.name()  # which MySQL passes over, too
    _using(cur)
    keys = index_keys(cur)
    _options(cur)
    return Constraint(
        "primary", cur.range_from(first), name, _columns(keys), keys=_telling(keys), method=method
    )


def _foreign_key(cur: Cursor, first: int, name: str | None) -> Constraint:
    cur.expect("FOREIGN")
    cur.expect("KEY")
    if cur.dialect == "mysql":
        cur.accept("IF", "NOT", "EXISTS")
        if cur.key != "(":
            cur.name()  # of the index that is made for it
    columns = cur.names()
    target, deferrable, deferred = references(cur)
    if cur.dialect == "mysql":
        cur.end("a comma")
    return Constraint(
        "foreign",
        cur.range_from(first),
        name,
        columns,
        references=target,
        deferrable=deferrable,
        deferred=deferred,
    )


def _key(cur: Cursor, first: int, name: str | None, table: ObjectName) -> Constraint | CreateIndex:
    """UNIQUE, KEY, INDEX, FULLTEXT, SPATIAL."""
    unique = cur.accept("UNIQUE")
    method = "btree"
    if not unique and cur.key in ("FULLTEXT", "SPATIAL", "VECTOR"):
        method = cur.take().key.lower()
    clustering = _clustering(cur)
    place: Range | None = None
    is_index = cur.dialect == "mysql" or not unique
    if (cur.accept("INDEX") or cur.accept("KEY") or cur.dialect == "mysql") and cur.key not in ("(", "USING"):
        cur.accept("IF", "NOT", "EXISTS")
        token = cur.name("the name of an index")
        name, place = token.text, Range(token.start, token.end)
    if cur.dialect == "sqlserver":
        unique = cur.accept("UNIQUE") or unique
        clustering = _clustering(cur) or clustering
    method = _using(cur) or method
    keys = index_keys(cur)
    if is_index:
        cur.at = cur.stop
        return CreateIndex(
            cur.range_from(first),
            table,
            keys,
            name,
            place,
            unique,
            method,
            clustered=None if clustering is None else clustering == "clustered",
        )
    _options(cur)
    return Constraint(
        "unique", cur.range_from(first), name, _columns(keys), keys=_telling(keys), method=clustering
    )


def _options(cur: Cursor) -> None:
    """What is said of the index of a key, up to the end; in SQLite another constraint may follow."""
    if cur.dialect != "sqlite":
        cur.at = cur.stop
    elif cur.accept("ON", "CONFLICT"):
        cur.take()


def _index_key(part: Cursor) -> IndexKey:
    first = part.at
    descending = False
    collation = None
    stop = part.stop
    tokens = part.tokens
    while stop - first > 1:  # what follows the column or expression
        last = tokens[stop - 1]
        if last.key in ("ASC", "DESC"):
            descending = last.key == "DESC"
            stop -= 1
        elif stop - first > 2 and tokens[stop - 2].key == "COLLATE":
            collation = last.text
            stop -= 2
        else:
            break
    place = (
        part.range_from(first) if part.at > first else Range(tokens[first].start, tokens[part.stop - 1].end)
    )
    token = tokens[first]
    length = None
    if stop - first == 1 and token.kind in ("name", "word"):
        return IndexKey(place, token.text, descending=descending, collation=collation)
    if (
        part.dialect == "mysql"
        and stop - first == 4
        and token.kind in ("name", "word")
        and tokens[first + 1].key == "("
        and tokens[first + 2].kind == "number"
    ):
        length = int(tokens[first + 2].text) if tokens[first + 2].text.isdecimal() else None
        return IndexKey(place, token.text, descending=descending, length=length)
    if token.kind == "string" and stop - first == 1 and part.dialect == "mysql":
        part.name("a column")  # which says that it is a string
    if token.kind in ("name", "word") and tokens[first + 1].kind in ("name", "word", "number", "string"):
        part.at += 1
        if part.key not in ("AND", "OR", "IS", "IN", "NOT", "LIKE", "BETWEEN", "COLLATE", "GLOB"):
            raise part.unexpected("a comma")
        part.at -= 1
    key = expression(Cursor(part.text, part.dialect, tokens, first, stop))
    return IndexKey(place, expression=key, descending=descending, collation=collation)


def _columns(keys: tuple[IndexKey, ...]) -> tuple[str, ...]:
    return tuple([it.column for it in keys if it.column is not None])


def _telling(keys: tuple[IndexKey, ...]) -> tuple[IndexKey, ...]:
    """keys, if they say more than their columns."""
    return keys if any(it.descending or it.length is not None or it.column is None for it in keys) else ()


def _clustering(cur: Cursor) -> str | None:
    if cur.dialect == "sqlserver" and cur.key in ("CLUSTERED", "NONCLUSTERED"):
        return cur.take().key.lower()
    return None


def _using(cur: Cursor) -> str | None:
    return cur.name().text.lower() if cur.accept("USING") or cur.accept("TYPE") else None


def _action(cur: Cursor) -> str:
    """CASCADE, SET NULL, ..."""
    if cur.key in ("CASCADE", "RESTRICT"):
        return cur.take().key
    for first, second in (("SET", "NULL"), ("SET", "DEFAULT"), ("NO", "ACTION")):
        if cur.accept(first, second):
            return f"{first} {second}"
    raise cur.unexpected("CASCADE, SET NULL, SET DEFAULT, RESTRICT or NO ACTION")


# --- types -------------------------------------------------------------------------------------------------


def _sqlite_type(cur: Cursor) -> TypeName:
    first = cur.at
    words: list[str] = []
    while cur.peek().kind in ("word", "name", "string") and cur.key not in _SQLITE_TYPE_ENDS:
        words.append(cur.take().text.lower())
    if not words:
        return TypeName("", Range(cur.peek().start, cur.peek().start))
    args = _arguments(cur) if cur.key == "(" else ()
    return TypeName(" ".join(words), cur.range_from(first), args)


def _arguments(cur: Cursor) -> tuple[str, ...]:
    return tuple([_argument(part) for part in cur.parts()])


def _argument(part: Cursor) -> str:
    token = part.peek()
    if token.kind == "string":
        return token.text
    return part.written(part.at, part.stop).lower()
