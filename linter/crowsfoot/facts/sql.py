"""What one SQL file says, statement by statement, whatever the dialect.

A statement is what it does: a sequence of operations, one for each action of an ALTER. Names are as the
database stores them: the frontend has folded what was not quoted, and cut what was too long.
"""

from typing import Literal

from crowsfoot.databases.tools import Dialect as Dialect
from crowsfoot.facts.common import Comment, Fact, Name, Problem
from crowsfoot.facts.terms import Reading, Term
from crowsfoot.source import Range

Kind = Literal[
    "table",
    "view",
    "materialized view",
    "index",
    "sequence",
    "type",  # an enum, composite, range or base type
    "domain",
    "function",  # procedures and aggregates too
    "trigger",
    "policy",
    "rule",
    "schema",
    "database",
    "extension",
    "role",
    "publication",
    "constraint",
    "column",
    "statistics",
    "other",
]


class ObjectName(Fact, frozen=True, array_like=True):
    """A name, as the database stores it, with the schema where one is written."""

    name: str
    range: Range
    schema: str | None = None

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class TypeName(Fact, frozen=True, array_like=True):
    """A column type. name is canonical where the dialect has aliases.

    In PostgreSQL it is what format_type() prints, without arguments: "integer", "timestamp without time
    zone", "character varying"; "serial" stays, because it is no type. Of others it is the word in lower case,
    and of the user's own types the name as stored.
    """

    name: str
    range: Range
    args: tuple[str, ...] = ()  # ("10", "2"); the values of a MySQL ENUM
    schema: str | None = None
    dimensions: int = 0  # of an array
    unsigned: bool = False
    charset: str | None = None

    def __str__(self) -> str:
        args = f"({','.join(self.args)})" if self.args else ""
        # timestamp(3) without time zone
        head, blank, tail = self.name.partition(" ")
        if args and tail.endswith("time zone"):
            return f"{head}{args}{blank}{tail}{'[]' * self.dimensions}"
        return f"{self.name}{args}{'[]' * self.dimensions}"


class Constant(Fact, frozen=True, array_like=True):
    """A string constant, and what the text says that it becomes."""

    text: str
    range: Range
    type: str | None = None  # the type that it is cast to, as stored, without schema
    column: str | None = None  # the column that it is compared with, or put into, where that is plain
    table: str | None = None  # the alias or table of that column, where it is written


class Expression(Fact, frozen=True, array_like=True):
    """An expression; ranges of what it holds lie in the same file."""

    range: Range
    text: str  # as written, blanks and comments aside
    columns: tuple[str, ...] = ()  # by name, without qualifier, each once
    functions: tuple[str, ...] = ()  # in lower case, without schema; CURRENT_TIMESTAMP is "current_timestamp"
    literals: tuple[Constant, ...] = ()
    casts: tuple[str, ...] = ()  # every type that something is cast to, as stored, without schema
    value: str | None = None  # the constant that the expression is, unquoted, casts aside
    null: bool = False  # it is the constant NULL
    has_query: bool = False
    term: Term | None = None  # what it is made of; of policies
    tables: tuple[ObjectName, ...] = ()  # every table and view that its subqueries read, at any depth


class ColumnUse(Fact, frozen=True, array_like=True):
    """A column that a query names."""

    name: str
    range: Range
    table: str | None = None  # the qualifier, as written: an alias or a name


class Output(Fact, frozen=True, array_like=True):
    """One column that a query gives. It is a plain column, a star, a constant, or something else."""

    range: Range
    name: str  # as PostgreSQL calls it; "*" of a star; "?column?" where it has none
    column: str | None = None  # of a plain column
    table: str | None = None  # the qualifier of the column or star, as written
    type: TypeName | None = None  # what the whole of it is cast to
    value: str | None = None  # the constant that it is, unquoted, casts aside
    null: bool = False


class Shape(Fact, frozen=True, array_like=True):
    """How a value comes about, as far as its type hangs on it.

    name is that of the column, function or operator; of a constant its type, "" of a string and of NULL.
    """

    kind: Literal[
        "column",
        "star",
        "constant",
        "cast",
        "call",
        "operator",
        "either",
        "array",
        "query",
        "unknown",
    ]
    name: str = ""
    table: str | None = None  # the qualifier of a column or star
    type: TypeName | None = None  # of a cast
    of: tuple["Shape", ...] = ()  # arguments, operands, branches
    result: "Result | None" = None  # of a query


class Source(Fact, frozen=True, array_like=True):
    """What stands in FROM or WITH, by the name that it is called there."""

    name: str
    table: ObjectName | None = None
    result: "Result | None" = None  # of a subquery or CTE; None with no table: something else
    columns: tuple[str, ...] = ()  # their new names
    hidden: bool = False  # of WITH: it gives nothing to a star


class Result(Fact, frozen=True, array_like=True):
    """The columns that a SELECT gives, in order, and what they come from. A star has the name "*"."""

    columns: tuple[tuple[str, Shape], ...] = ()
    sources: tuple[Source, ...] = ()
    branches: tuple["Result", ...] = ()  # of UNION, INTERSECT, EXCEPT and VALUES: the others


class Query(Fact, frozen=True, array_like=True):
    """A SELECT, or the part of another statement that reads."""

    range: Range
    tables: tuple[ObjectName, ...] = ()  # every table and view that it reads, at any depth; no CTE names
    columns: tuple[ColumnUse, ...] = ()
    functions: tuple[str, ...] = ()
    literals: tuple[Constant, ...] = ()
    casts: tuple[str, ...] = ()
    simple: bool = False  # one table, no subquery, no CTE: every unqualified column is that table's
    filtered: bool = False  # it has a WHERE, JOIN condition or LIMIT
    locking: bool = False  # FOR UPDATE, FOR SHARE, ...
    star: bool = False
    alias: str | None = None  # of the one table of a simple query
    outputs: tuple[Output, ...] = ()  # of the outermost SELECT; () where that is no plain SELECT
    aliases: tuple[
        tuple[str, ObjectName], ...
    ] = ()  # alias or name -> table, if it is that one wherever used
    no_from: bool = False  # the outermost SELECT has no FROM: it gives one row, or none where it is filtered
    result: Result | None = None  # of views, and of tables that are made from a query
    reading: Reading | None = None  # of views, and of SELECT in a function


class Change(Fact, frozen=True, array_like=True, tag=True, tag_field="operation"):
    """The base of all operations; range is that of the action inside of its statement."""

    range: Range


# --- tables ------------------------------------------------------------------------------------------------


class Reference(Fact, frozen=True, array_like=True):
    """What a foreign key refers to."""

    table: ObjectName
    columns: tuple[str, ...] = ()  # empty: the primary key
    on_delete: str = "NO ACTION"
    on_update: str = "NO ACTION"


class IndexKey(Fact, frozen=True, array_like=True):
    """One key of an index: a column or an expression."""

    range: Range
    column: str | None = None
    expression: Expression | None = None
    descending: bool = False
    nulls: Literal["first", "last"] | None = None  # where written
    opclass: str | None = None
    collation: str | None = None
    length: int | None = None  # MySQL prefix


class Constraint(Fact, frozen=True, array_like=True):
    """A table constraint, or one written at a column (columns then holds that column)."""

    kind: Literal["primary", "unique", "check", "foreign", "exclude", "not null"]
    range: Range
    name: str | None = None
    columns: tuple[str, ...] = ()
    check: Expression | None = None
    references: Reference | None = None
    not_valid: bool = False  # NOT VALID; SQL Server: WITH NOCHECK
    enforced: bool = True  # False: NOT ENFORCED
    deferrable: bool = False
    deferred: bool = False  # INITIALLY DEFERRED
    using_index: str | None = None  # of PostgreSQL: the index that becomes the constraint
    include: tuple[str, ...] = ()
    nulls_distinct: bool = True
    method: str | None = None  # of EXCLUDE
    keys: tuple[IndexKey, ...] = ()  # where keys say more than their columns (MySQL lengths, EXCLUDE)
    predicate: Expression | None = None  # of EXCLUDE
    at_column: bool = False


class ColumnDef(Fact, frozen=True, array_like=True):
    """A column as it is defined. Its inline constraints but NOT NULL stand in constraints."""

    name: str
    name_range: Range
    range: Range
    type: TypeName
    not_null: bool = False
    null_written: bool = False  # NULL is written
    default: Expression | None = None
    generated: Expression | None = None
    stored: bool = False
    identity: str | None = (
        None  # "always", "by default"; "auto_increment" of MySQL, "identity", "autoincrement"
    )
    collation: str | None = None
    on_update: Expression | None = None  # MySQL: ON UPDATE CURRENT_TIMESTAMP
    constraints: tuple[Constraint, ...] = ()
    position: str | None = None  # MySQL: "first", or "after x"
    default_constraint: str | None = None  # SQL Server: the name of the constraint that holds the default


class CreateTable(Change, frozen=True, array_like=True):
    table: ObjectName
    columns: tuple[ColumnDef, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple["CreateIndex", ...] = ()  # MySQL: KEY (...) inside of the table
    if_not_exists: bool = False
    temporary: bool = False
    unlogged: bool = False
    partition_by: str | None = None  # "range", "list", "hash"
    partition_keys: tuple[str, ...] = ()
    partition_of: ObjectName | None = None
    default_partition: bool = False
    like: tuple[tuple[ObjectName, tuple[str, ...]], ...] = ()  # with its INCLUDING options, "all" among them
    inherits: tuple[ObjectName, ...] = ()
    query: Query | None = None  # CREATE TABLE AS, SELECT INTO
    options: tuple[tuple[str, str], ...] = ()  # storage parameters; MySQL's ENGINE, CHARSET
    on_commit_drop: bool = False


class AddColumn(Change, frozen=True, array_like=True):
    table: ObjectName
    column: ColumnDef
    if_not_exists: bool = False


class DropColumn(Change, frozen=True, array_like=True):
    table: ObjectName
    column: str
    if_exists: bool = False
    cascade: bool = False


class AlterColumn(Change, frozen=True, array_like=True):
    """One change of one column."""

    table: ObjectName
    column: str
    change: Literal[
        "type",  # type, using, collation
        "set not null",
        "drop not null",
        "set default",  # expression
        "drop default",
        "add identity",  # text: "always" or "by default"
        "set identity",
        "drop identity",
        "set expression",  # expression
        "drop expression",
        "set statistics",
        "set storage",
        "set compression",
        "set options",
    ]
    type: TypeName | None = None
    expression: Expression | None = None  # the default, the generation expression, or what USING says
    collation: str | None = None
    text: str | None = None
    if_exists: bool = False  # of DROP IDENTITY and DROP EXPRESSION


class RedefineColumn(Change, frozen=True, array_like=True):
    """MySQL's MODIFY and CHANGE, and SQL Server's ALTER COLUMN: the whole definition anew."""

    table: ObjectName
    column: str  # as it was called
    definition: ColumnDef


class AddConstraint(Change, frozen=True, array_like=True):
    table: ObjectName
    constraint: Constraint


class DropConstraint(Change, frozen=True, array_like=True):
    table: ObjectName
    name: str  # "PRIMARY" for MySQL's DROP PRIMARY KEY
    kind: Literal["any", "primary", "foreign", "check"] = "any"
    if_exists: bool = False
    cascade: bool = False


class ValidateConstraint(Change, frozen=True, array_like=True):
    table: ObjectName
    name: str


class AlterConstraint(Change, frozen=True, array_like=True):
    table: ObjectName
    name: str
    deferrable: bool | None = None
    deferred: bool | None = None
    enforced: bool | None = None


class AlterTable(Change, frozen=True, array_like=True):
    """A change of a table that is none of the others.

    text holds what belongs to it: the trigger's name, the options, the index, the partition bound.
    """

    table: ObjectName
    change: Literal[
        "enable rls",
        "disable rls",
        "force rls",
        "no force rls",
        "enable trigger",  # also of rules; always and replica too
        "disable trigger",
        "set options",
        "reset options",
        "set logged",
        "set unlogged",
        "replica identity",
        "cluster on",
        "without cluster",
        "attach partition",  # other
        "detach partition",  # other; concurrently
        "finalize partition",
        "inherit",  # other
        "no inherit",
        "set tablespace",
        "set access method",
        "convert charset",  # MySQL
        "engine",  # MySQL
        "force",  # MySQL: rebuild
        "drop constraints",  # all of the table's own, as Prisma does on SQL Server before it makes it anew
        "other",
    ]
    other: ObjectName | None = None
    text: str | None = None
    concurrently: bool = False
    default_partition: bool = False


# --- indexes, types, views, functions ----------------------------------------------------------------------


class CreateIndex(Change, frozen=True, array_like=True):
    table: ObjectName
    keys: tuple[IndexKey, ...]
    name: str | None = None
    name_range: Range | None = None
    unique: bool = False
    method: str = "btree"  # "fulltext" and "spatial" of MySQL
    concurrently: bool = False
    online: bool = False  # SQL Server: WITH (ONLINE = ON)
    if_not_exists: bool = False
    only: bool = False
    include: tuple[str, ...] = ()
    predicate: Expression | None = None
    nulls_distinct: bool = True
    clustered: bool | None = None


class CreateEnum(Change, frozen=True, array_like=True):
    name: ObjectName
    values: tuple[str, ...]


class AddEnumValue(Change, frozen=True, array_like=True):
    type: ObjectName
    value: str
    before: str | None = None
    after: str | None = None
    if_not_exists: bool = False


class RenameEnumValue(Change, frozen=True, array_like=True):
    type: ObjectName
    value: str
    new_value: str


class CreateDomain(Change, frozen=True, array_like=True):
    name: ObjectName
    type: TypeName
    not_null: bool = False
    default: Expression | None = None
    checks: tuple[Constraint, ...] = ()


class AlterDomain(Change, frozen=True, array_like=True):
    name: ObjectName
    change: Literal[
        "add constraint",
        "drop constraint",
        "validate constraint",
        "set not null",
        "drop not null",
        "set default",
        "drop default",
    ]
    constraint: Constraint | None = None
    text: str | None = None  # the constraint's name
    expression: Expression | None = None
    if_exists: bool = False


class CreateType(Change, frozen=True, array_like=True):
    """A composite, range or base type."""

    name: ObjectName
    attributes: tuple[tuple[str, TypeName], ...] = ()


class CreateView(Change, frozen=True, array_like=True):
    view: ObjectName
    query: Query
    columns: tuple[
        str, ...
    ] = ()  # by what the text says: aliases, or the names that the query gives; () unknown
    materialized: bool = False
    replace: bool = False
    if_not_exists: bool = False
    temporary: bool = False
    with_data: bool = True
    options: tuple[tuple[str, str], ...] = ()  # ("security_invoker", "true")


class RefreshView(Change, frozen=True, array_like=True):
    view: ObjectName
    concurrently: bool = False
    with_data: bool = True


class CreateSequence(Change, frozen=True, array_like=True):
    sequence: ObjectName
    if_not_exists: bool = False
    owned_by: tuple[ObjectName, str] | None = None
    temporary: bool = False


class AlterSequence(Change, frozen=True, array_like=True):
    sequence: ObjectName
    owned_by: tuple[ObjectName, str] | None = None
    owned_by_none: bool = False
    if_exists: bool = False


class CreateFunction(Change, frozen=True, array_like=True):
    """A function or procedure. body is what its text holds, as far as it could be read."""

    function: ObjectName
    language: str
    arguments: tuple[str, ...] = ()  # the types of those that are handed in, as TypeName prints them
    returns: str | None = None
    replace: bool = False
    security_definer: bool = False
    search_path: str | None = None  # what SET search_path says; None: not set
    volatility: Literal["volatile", "stable", "immutable"] = "volatile"
    body: tuple["Statement", ...] = ()
    body_text: str = ""
    body_range: Range | None = None
    dynamic: bool = False  # it runs SQL that it makes at run time
    procedure: bool = False


class CreateTrigger(Change, frozen=True, array_like=True):
    name: str
    table: ObjectName
    function: ObjectName | None  # of PostgreSQL
    timing: str = ""  # "before", "after", "instead of"
    events: tuple[str, ...] = ()  # "insert", "update", "delete", "truncate"
    replace: bool = False
    constraint: bool = False
    if_not_exists: bool = False
    references: ObjectName | None = None  # FROM, of a constraint trigger
    columns: tuple[str, ...] = ()  # UPDATE OF
    for_each_row: bool = False


class CreatePolicy(Change, frozen=True, array_like=True):
    name: str
    table: ObjectName
    command: Literal["all", "select", "insert", "update", "delete"] = "all"
    permissive: bool = True
    roles: tuple[str, ...] = ("public",)
    using: Expression | None = None
    check: Expression | None = None


class AlterPolicy(Change, frozen=True, array_like=True):
    name: str
    table: ObjectName
    roles: tuple[str, ...] | None = None
    using: Expression | None = None
    check: Expression | None = None


class CreateSchema(Change, frozen=True, array_like=True):
    name: str
    if_not_exists: bool = False


class CreateExtension(Change, frozen=True, array_like=True):
    name: str
    if_not_exists: bool = False
    schema: str | None = None


class CreateOther(Change, frozen=True, array_like=True):
    """An object of which only the name matters: a publication, rule, statistics object, collation, ..."""

    kind: Kind
    name: ObjectName
    table: ObjectName | None = None
    if_not_exists: bool = False
    replace: bool = False
    text: str | None = None  # what it is, where kind is "other": "collation"


# --- of every kind of object -------------------------------------------------------------------------------


class DropObject(Change, frozen=True, array_like=True):
    kind: Kind
    name: ObjectName
    table: ObjectName | None = None  # of a trigger, policy or rule; of an index in MySQL and SQL Server
    if_exists: bool = False
    cascade: bool = False
    concurrently: bool = False
    arguments: tuple[str, ...] | None = None  # of a function; None: not written
    text: str | None = None


class RenameObject(Change, frozen=True, array_like=True):
    """table is set for what belongs to one: a column, constraint, trigger, policy; MySQL's index."""

    kind: Kind
    name: ObjectName
    new_name: str
    table: ObjectName | None = None
    if_exists: bool = False


class MoveObject(Change, frozen=True, array_like=True):
    """SET SCHEMA."""

    kind: Kind
    name: ObjectName
    schema: str
    if_exists: bool = False


class ChangeOwner(Change, frozen=True, array_like=True):
    """OWNER TO; REASSIGN OWNED with kind "role": name is whose objects they were."""

    kind: Kind
    name: ObjectName
    owner: str
    arguments: tuple[str, ...] | None = None  # of a function; None: not written


class AlterOther(Change, frozen=True, array_like=True):
    """An ALTER that is none of the others: options of a view, settings of a function, a publication."""

    kind: Kind
    name: ObjectName
    table: ObjectName | None = None
    text: str | None = None
    options: tuple[tuple[str, str], ...] = ()
    if_exists: bool = False
    arguments: tuple[str, ...] | None = None  # of a function; None: not written


class SetComment(Change, frozen=True, array_like=True):
    kind: Kind
    name: ObjectName
    table: ObjectName | None = None


class CreateRole(Change, frozen=True, array_like=True):
    name: str
    options: tuple[str, ...] = ()  # in lower case: "superuser", "bypassrls", "login", "nologin", ...
    member_of: tuple[str, ...] = ()
    alter: bool = False


class Grant(Change, frozen=True, array_like=True):
    """GRANT or REVOKE of privileges, or of roles (kind "role": names are the roles)."""

    kind: Kind
    names: tuple[ObjectName, ...]
    privileges: tuple[str, ...]  # in lower case; () is ALL
    grantees: tuple[str, ...]
    revoke: bool = False
    all_in_schema: bool = False  # names are schemas
    default: bool = False  # ALTER DEFAULT PRIVILEGES; names are schemas
    columns: tuple[str, ...] = ()
    grant_option: bool = False  # of REVOKE: the option is all that goes
    for_roles: tuple[str, ...] = ()  # of ALTER DEFAULT PRIVILEGES: whose objects; () is whoever runs it
    arguments: tuple[tuple[str, ...] | None, ...] = ()  # of functions, one for each of names
    options: tuple[str, ...] = ()  # of roles: "inherit", "noinherit", "set", "noset"


# --- rows --------------------------------------------------------------------------------------------------


class Insert(Change, frozen=True, array_like=True):
    table: ObjectName
    columns: tuple[str, ...] = ()  # empty: all, in order
    rows: int | None = None  # of VALUES; None: as many as the query has
    query: Query | None = None
    literals: tuple[Constant, ...] = ()
    values: tuple[tuple[Expression, ...], ...] = ()  # of the first rows of VALUES, 20 at most
    on_conflict: Literal["none", "nothing", "update"] = "none"
    source: Literal["insert", "copy", "merge", "replace"] = "insert"


class Update(Change, frozen=True, array_like=True):
    table: ObjectName
    columns: tuple[str, ...] = ()  # that are set
    filtered: bool = False
    query: Query | None = None  # what it reads: its WHERE, FROM and values
    sets: tuple[tuple[str, Expression], ...] = ()


class Delete(Change, frozen=True, array_like=True):
    table: ObjectName
    filtered: bool = False
    query: Query | None = None


class Truncate(Change, frozen=True, array_like=True):
    tables: tuple[ObjectName, ...]
    cascade: bool = False


class Select(Change, frozen=True, array_like=True):
    query: Query


# --- sessions, transactions, maintenance -------------------------------------------------------------------


class Transaction(Change, frozen=True, array_like=True):
    action: Literal["begin", "commit", "rollback", "savepoint", "release", "rollback to"]
    name: str | None = None


class SetVariable(Change, frozen=True, array_like=True):
    """SET and RESET; PRAGMA of SQLite. value is None for RESET and DEFAULT."""

    name: str  # in lower case; "all"; "role"
    value: str | None = None
    local: bool = False


class LockTable(Change, frozen=True, array_like=True):
    tables: tuple[ObjectName, ...]
    mode: str = "ACCESS EXCLUSIVE"
    nowait: bool = False


class Maintain(Change, frozen=True, array_like=True):
    """VACUUM, ANALYZE, CLUSTER, REINDEX, OPTIMIZE. kind says what names are; () is the whole database."""

    command: Literal["vacuum", "vacuum full", "analyze", "cluster", "reindex", "optimize"]
    kind: Kind = "table"
    names: tuple[ObjectName, ...] = ()
    concurrently: bool = False


class Block(Change, frozen=True, array_like=True):
    """DO $$ ... $$ and its like: statements that run now, some of them perhaps not.

    dynamic: it also runs SQL that it makes at run time, which is unknown. of_rights: the words in it that are
    about who may do what, in lower case: "policy", "grant", "row level security", ...
    """

    body: tuple["Statement", ...] = ()
    dynamic: bool = False
    of_rights: tuple[str, ...] = ()


class Unknown(Change, frozen=True, array_like=True):
    """A statement that is well formed and that no other operation stands for."""

    names: tuple[ObjectName, ...] = ()  # of the tables that it speaks of


Operation = (
    CreateTable
    | AddColumn
    | DropColumn
    | AlterColumn
    | RedefineColumn
    | AddConstraint
    | DropConstraint
    | ValidateConstraint
    | AlterConstraint
    | AlterTable
    | CreateIndex
    | CreateEnum
    | AddEnumValue
    | RenameEnumValue
    | CreateDomain
    | AlterDomain
    | CreateType
    | CreateView
    | RefreshView
    | CreateSequence
    | AlterSequence
    | CreateFunction
    | CreateTrigger
    | CreatePolicy
    | AlterPolicy
    | CreateSchema
    | CreateExtension
    | CreateOther
    | DropObject
    | RenameObject
    | MoveObject
    | ChangeOwner
    | AlterOther
    | SetComment
    | CreateRole
    | Grant
    | Insert
    | Update
    | Delete
    | Truncate
    | Select
    | Transaction
    | SetVariable
    | LockTable
    | Maintain
    | Block
    | Unknown
)


class Statement(Fact, frozen=True, array_like=True):
    """One statement, from its first word to its last, without the semicolon."""

    range: Range
    verb: str  # its first words in upper case: "ALTER TABLE", "CREATE INDEX", "DO"
    does: tuple[Operation, ...] = ()
    conditional: bool = False  # inside a block: under IF, in a loop, or in an exception handler
    if_exists: bool = False  # ALTER TABLE IF EXISTS: nothing happens where the table is missing
    algorithm: str | None = None  # MySQL: ALGORITHM = ..., in upper case
    lock: str | None = None  # MySQL: LOCK = ..., in upper case
    heading: str | None = None  # the one word of a comment right above it, as Prisma writes: "DropIndex"


class SqlFile(Fact, frozen=True, array_like=True, tag="sql"):
    """All statements of one .sql file, in order, those that a migration tool runs to go forward."""

    dialect: Dialect
    statements: tuple[Statement, ...] = ()
    warnings: Range | None = None  # the "Warnings:" comment that Prisma writes over a destructive migration
    warned: tuple[tuple[Range, str], ...] = ()  # its lines, each with its text
    runs_in_transaction: bool | None = None  # what a marker says: -- +goose NO TRANSACTION, transaction:false
    empty: bool = False  # nothing but comments and blanks
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
    for_psql: tuple[Range, ...] = ()  # commands of psql, and the data of COPY
    lost: tuple[
        str, ...
    ] = ()  # every word of the broken statements that would have made or changed an object
    unknown: tuple[Name, ...] = ()  # what stands for a text that only the tool knows, such as a placeholder
