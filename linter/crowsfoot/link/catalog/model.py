"""What a database holds at one moment of its history, as its own catalog would tell it.

A Catalog is a value: replaying a statement makes another one, which shares all that has not changed. So a
step can keep the catalog before and after it, and a transaction that fails costs nothing to undo.

Tables are told apart by number, as PostgreSQL does by OID: a table that is renamed stays the same table, and
what refers to it need not change. Columns go by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter
from types import MappingProxyType
from typing import Literal

import msgspec
from rpds import HashTrieMap, HashTrieSet, List

from crowsfoot.facts.sql import Dialect, Expression, IndexKey, ObjectName, Query, TypeName
from crowsfoot.source import Span

# A table with more parts than this, an enum with more values or a database with more functions is nobody's:
# what is beyond is left out, so that no file can make the replay slow.
MOST = 2000

Nothing: Mapping[str, object] = MappingProxyType({})


class Held(msgspec.Struct, frozen=True, eq=False):
    """The base of what a catalog holds. Numbers of migrations count from 0 in the order of the replay."""


class Column(Held, frozen=True, eq=False):
    name: str
    type: TypeName  # "serial" has become "integer" here, with a default
    span: Span  # where it was added
    not_null: bool = False
    default: Expression | None = None
    sequence: str | None = None  # the default is nextval() of this sequence: serial, or written so
    generated: Expression | None = None
    stored: bool = False
    identity: str | None = None
    collation: str | None = None
    on_update: Expression | None = None
    added_in: int = -1  # the number of the migration
    sequence_schema: str | None = None  # None: that of the table
    default_constraint: str | None = None  # SQL Server: the name under which the default can be dropped
    not_null_name: str | None = None  # PostgreSQL 18: of its NOT NULL, where it is known
    not_null_valid: bool = True  # False: rows from before may hold NULL


class Index(Held, frozen=True, eq=False):
    name: str
    keys: tuple[IndexKey, ...]
    span: Span
    unique: bool = False
    primary: bool = False
    constraint: bool = False  # it belongs to a PRIMARY KEY, UNIQUE or EXCLUDE constraint of the same name
    method: str = "btree"
    include: tuple[str, ...] = ()
    predicate: Expression | None = None
    nulls_distinct: bool = True
    valid: bool = True
    clustered: bool | None = None
    deferrable: bool = False
    added_in: int = -1
    implied: bool = False  # InnoDB has made it for a foreign key, and drops it when another index serves

    @property
    def columns(self) -> tuple[str | None, ...]:
        """The columns of its keys, None for an expression."""
        return tuple(key.column for key in self.keys)


class ForeignKey(Held, frozen=True, eq=False):
    name: str
    columns: tuple[str, ...]
    target: int  # the number of a table
    target_columns: tuple[str, ...]
    span: Span
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"
    valid: bool = True
    enforced: bool = True
    deferrable: bool = False
    deferred: bool = False
    added_in: int = -1


class Check(Held, frozen=True, eq=False):
    name: str
    expression: Expression
    span: Span
    valid: bool = True
    enforced: bool = True
    added_in: int = -1


class Trigger(Held, frozen=True, eq=False):
    name: str
    span: Span
    function: str | None = None
    timing: str = ""
    events: tuple[str, ...] = ()
    enabled: bool = True
    columns: tuple[str, ...] = ()  # UPDATE OF


class Policy(Held, frozen=True, eq=False):
    name: str
    span: Span
    command: str = "all"
    permissive: bool = True
    roles: tuple[str, ...] = ("public",)
    using: Expression | None = None
    check: Expression | None = None
    using_reads: frozenset[int] = frozenset()  # the tables and views that subqueries of USING read
    check_reads: frozenset[int] = frozenset()


class Table(Held, frozen=True, eq=False):
    """A table, view, materialized view or partition. Everything in it goes by name, in order of creation."""

    number: int
    schema: str
    name: str
    kind: Literal["table", "view", "materialized view"]
    span: Span
    columns: Mapping[str, Column] = {}
    indexes: Mapping[str, Index] = {}  # those of constraints among them
    foreign_keys: Mapping[str, ForeignKey] = {}
    checks: Mapping[str, Check] = {}
    triggers: Mapping[str, Trigger] = {}
    policies: Mapping[str, Policy] = {}
    rls: bool = False
    rls_forced: bool = False
    owner: str | None = None
    partition_by: str | None = None
    partition_keys: tuple[str, ...] = ()
    partition_of: int | None = None
    default_partition: bool = False
    inherits: tuple[int, ...] = ()
    temporary: bool = False
    unlogged: bool = False
    query: Query | None = None  # of a view
    reads: frozenset[int] = frozenset()  # the tables and views that a view reads
    reads_columns: frozenset[tuple[int, str]] = frozenset()  # those columns that are certain to be read
    options: tuple[tuple[str, str], ...] = ()
    created_in: int = -1  # the number of the migration
    filled: bool = False  # a migration has put rows into it
    complete: bool = True  # False: its columns are not all known (SELECT * of something unknown, LIKE, ...)
    accesses: int = 0  # how many statements of the catalog's grants came before it
    creator: str | None = None  # the role that SET ROLE named when it was made; None: whoever migrates

    @property
    def primary_key(self) -> Index | None:
        return next((it for it in self.indexes.values() if it.primary), None)

    @property
    def invoker(self) -> bool:
        """Whether a view reads with the rights of those who ask it, and not with those of its owner.

        Source: https://www.postgresql.org/docs/current/sql-createview.html
        """
        return self.kind == "view" and is_on(dict(self.options).get("security_invoker"))

    @property
    def foreign(self) -> bool:
        """Whether its rows are kept by another server."""
        return any(key == "server" for key, _ in self.options)

    def __str__(self) -> str:
        """The name as users say it: without the schema where that is the usual one."""
        return self.name if self.schema in ("public", "dbo", "") else f"{self.schema}.{self.name}"


def is_on(option: str | None) -> bool:
    """Whether an option is switched on; one that is named without a value is."""
    return option is not None and option.lower() in ("true", "on", "1", "yes", "")


class Enum(Held, frozen=True, eq=False):
    schema: str
    name: str
    values: tuple[str, ...]
    span: Span
    created_in: int = -1


class Domain(Held, frozen=True, eq=False):
    schema: str
    name: str
    type: TypeName
    span: Span
    not_null: bool = False
    default: Expression | None = None
    checks: Mapping[str, Check] = {}


class OtherType(Held, frozen=True, eq=False):
    """A composite, range or base type."""

    schema: str
    name: str
    span: Span
    composite: bool = False


class Sequence(Held, frozen=True, eq=False):
    schema: str
    name: str
    span: Span
    owned_by: tuple[int, str] | None = None  # the number of the table, and the column


class Function(Held, frozen=True, eq=False):
    schema: str
    name: str
    arguments: tuple[str, ...]
    span: Span
    language: str = "sql"
    returns: str | None = None
    security_definer: bool = False
    search_path: str | None = None
    volatility: str = "volatile"
    body: tuple[Query, ...] = ()
    body_text: str = ""
    changes_schema: bool = False  # it runs DDL, or SQL that it makes at run time
    owner: str | None = None  # None: whoever migrates
    number: int = 0  # as tables have one
    accesses: int = 0  # how many statements of the catalog's grants came before it
    creator: str | None = None
    created_in: int = -1  # the number of the migration
    writes: tuple[ObjectName, ...] = ()  # tables that its body changes rows of


class Role(Held, frozen=True, eq=False):
    name: str
    span: Span
    options: tuple[str, ...] = ()
    member_of: tuple[str, ...] = ()
    # Of these memberships: whether privileges come by themselves, where GRANT says it and the role's own
    # INHERIT or NOINHERIT does not count; and those that allow no SET ROLE. From PostgreSQL 16 on.
    inherits: tuple[tuple[str, bool], ...] = ()
    without_set: tuple[str, ...] = ()


class Granted(Held, frozen=True, eq=False):
    """Privileges that were given to somebody, or taken; on is what they are on, as Grant names it.

    numbers are the tables and functions that it meant when it ran. Of default privileges creators are the
    roles whose objects get them, None for whoever migrates, and on is a schema, "" for all of them.
    """

    kind: str
    on: ObjectName
    privileges: tuple[str, ...]  # () is ALL
    grantee: str
    span: Span
    all_in_schema: bool = False
    default: bool = False
    revoke: bool = False
    columns: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    creators: tuple[str | None, ...] = ()


Type = Enum | Domain | OtherType
Name = tuple[str, str]  # schema and name, as the database tells names apart
Use = tuple[Literal["type", "sequence"], str, str]  # kind, schema, name


class Catalog(Held, frozen=True, eq=False):
    """Everything, by name and by number.

    certain is False once a statement may have changed something that could not be followed (dynamic SQL, a
    broken statement, a migration that is missing): what is not in the catalog may exist then.
    """

    dialect: Dialect
    tables: HashTrieMap[int, Table] = HashTrieMap()  # views too
    names: HashTrieMap[Name, int] = HashTrieMap()  # of tables and views
    index_tables: HashTrieMap[Name, int] = HashTrieMap()  # index -> its table
    sequences: HashTrieMap[Name, Sequence] = HashTrieMap()
    types: HashTrieMap[Name, Type] = HashTrieMap()
    functions: HashTrieMap[Name, tuple[Function, ...]] = HashTrieMap()  # overloads
    schemas: HashTrieMap[str, Span | None] = HashTrieMap()
    extensions: HashTrieMap[str, Span] = HashTrieMap()
    roles: HashTrieMap[str, Role] = HashTrieMap()
    others: HashTrieMap[tuple[str, str, str], Span] = HashTrieMap()  # kind, schema, name
    grants: List[Granted] = List()  # every GRANT and REVOKE; the last one comes first
    referrers: HashTrieMap[int, HashTrieSet[int]] = HashTrieMap()  # table -> tables with a foreign key to it
    readers: HashTrieMap[int, HashTrieSet[int]] = HashTrieMap()  # table -> views that read it
    partitions: HashTrieMap[int, tuple[int, ...]] = HashTrieMap()  # table -> its partitions and heirs
    search_path: tuple[str, ...] = ("public",)  # "pg_temp" stands first once there is a temporary table
    next_number: int = 1
    certain: bool = True
    doubtful: HashTrieSet[str] = HashTrieSet()  # names of what a conditional statement may have changed
    outside: frozenset[str] = frozenset()  # schemas that others fill: their contents are not known
    users: HashTrieMap[Use, HashTrieSet[int]] = HashTrieMap()  # type or sequence -> tables that use it
    owned: HashTrieMap[int, frozenset[Name]] = HashTrieMap()  # table -> sequences that its columns own
    constraint_names: HashTrieMap[Name, int] = HashTrieMap()  # how many tables have a constraint of that name
    check_bodies: bool = True  # check_function_bodies
    check_keys: bool = True  # foreign_key_checks of MySQL; SQLite never looks
    # SQLite, and MySQL without checks, keep foreign keys to tables that are not there, or not yet: by the
    # name of that table, with the number of the one that has the key.
    awaited: HashTrieMap[Name, tuple[tuple[int, ForeignKey], ...]] = HashTrieMap()
    database: str | None = None  # its name, where USE has told it
    parked: HashTrieMap[str, Catalog] = HashTrieMap()  # the catalogs of other databases, see elsewhere.py
    accesses: int = 0  # how long grants is
    # Names of what is there and cannot be held: foreign keys to tables that others make, as auth.users.
    unseen: HashTrieSet[str] = HashTrieSet()
    role: str | None = None  # what SET ROLE has made of the session; None: whoever migrates

    def table(self, name: ObjectName) -> Table | None:
        """The table or view that the name means here."""
        number = self.number_of(name)
        return None if number is None else self.tables[number]

    def tables_in_order(self) -> list[Table]:
        """Tables and views as they were created: the order of the catalog's maps is another in each run."""
        return sorted(self.tables.values(), key=attrgetter("number"))

    def number_of(self, name: ObjectName) -> int | None:
        if self.dialect == "postgresql" and name.schema is None:
            names, bare = self.names, name.name
            for schema in self.search_path:
                number = names.get((schema, bare))
                if number is not None:
                    return number
            return None
        for schema in (self.own(name.schema),) if name.schema is not None else self.search_path:
            number = self.names.get((self.fold(schema), self.fold(name.name)))
            if number is not None:
                return number
        return None

    def own(self, schema: str) -> str:
        """The schema without the name of this very database: MySQL's "own", and "own.dbo" of SQL Server."""
        if self.database is not None and self.dialect != "postgresql":
            database, _, rest = schema.lower().partition(".")
            return rest if database == self.database else schema
        return schema

    def index_table(self, name: ObjectName) -> Table | None:
        """The table that has the index of that name."""
        for schema in (name.schema,) if name.schema is not None else self.search_path:
            number = self.index_tables.get((self.fold(schema), self.fold(name.name)))
            if number is not None:
                return self.tables[number]
        return None

    def type(self, name: str, schema: str | None = None) -> Type | None:
        """The user's own type of that name."""
        if self.dialect == "postgresql" and schema is None:
            types = self.types
            for it in self.search_path:
                found = types.get((it, name))
                if found is not None:
                    return found
            return None
        fold = self.fold
        for it in (schema,) if schema is not None else self.search_path:
            found = self.types.get((fold(it), fold(name)))
            if found is not None:
                return found
        return None

    def fold(self, name: str) -> str:
        """The name so that equal ones are one name: SQLite, MySQL and SQL Server do not tell case apart."""
        return name if self.dialect == "postgresql" else name.lower()

    def referring(self, table: Table) -> Iterable[tuple[Table, ForeignKey]]:
        """Every foreign key that refers to the table, with the table that has it."""
        for number in sorted(self.referrers.get(table.number, ())):
            referrer = self.tables[number]
            for fk in referrer.foreign_keys.values():
                if fk.target == table.number:
                    yield referrer, fk

    def column(self, table: Table, name: str) -> Column | None:
        """The column of that name; only PostgreSQL tells case apart."""
        found = table.columns.get(name)
        if found is None and self.dialect != "postgresql":
            folded = name.lower()
            found = next((it for key, it in table.columns.items() if key.lower() == folded), None)
        return found


def empty(dialect: Dialect, *, outside: frozenset[str] = frozenset()) -> Catalog:
    """A new database; outside are schemas that somebody else fills, as "auth" on Supabase."""
    home = {"postgresql": "public", "sqlserver": "dbo"}.get(dialect, "")
    return Catalog(
        dialect,
        schemas=HashTrieMap({home: None}),
        search_path=(home,),
        outside=outside,
    )
