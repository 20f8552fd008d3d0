"""The linked project: what rules see. It speaks the database's language and keeps the user's.

Everything here is complete, inert and frozen once link() has returned it. Objects refer to each
other in circles (a table knows its indexes, an index its table), so they compare by identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Literal, TypeVar

import msgspec

from crowsfoot.facts import Facts
from crowsfoot.facts.prisma import ConfigBlock, Default, NativeType, PrismaFile, Setting
from crowsfoot.facts.settings import SchemaLocation
from crowsfoot.finding import Directive, Edit
from crowsfoot.source import Range, Span

if TYPE_CHECKING:
    import networkx as nx

    from crowsfoot.link.automation import Command
    from crowsfoot.link.code.access import Code
    from crowsfoot.link.history import History

Provider = Literal["postgresql", "cockroachdb", "mysql", "sqlite", "sqlserver", "mongodb", "unknown"]
Action = Literal["Cascade", "Restrict", "NoAction", "SetNull", "SetDefault"]


class Linked(msgspec.Struct, frozen=True, eq=False, dict=True):
    """The base of linked objects: frozen, identified by what they are and not by what they hold."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"

    def __str__(self) -> str:
        return hex(id(self))


_Object = TypeVar("_Object", bound=Linked)
_Result = TypeVar("_Result")


def once(find: Callable[[_Object], _Result]) -> Callable[[_Object], _Result]:
    """The function, which works out what it says of an object when it is first asked, and keeps it there."""
    key = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def kept(of: _Object) -> _Result:
        known = of.__dict__
        if key not in known:
            known[key] = find(of)
        found: _Result = known[key]
        return found

    return kept


class File(Linked, frozen=True, eq=False, dict=True):
    """One file of the project, and what it says."""

    path: str
    facts: Facts

    def span(self, range: Range) -> Span:
        """Where the range stands in the project."""
        return Span(self.path, range.start, range.end)

    @property
    def literal_urls(self) -> tuple[LiteralUrl, ...]:
        """Every connection string that stands in the file as plain text."""
        if isinstance(self.facts, PrismaFile):
            sources = [Datasource(self, block) for block in self.facts.datasources]
            return tuple(
                LiteralUrl(key, setting.value, source.span_of(setting))
                for source in sources
                for key in ("url", "directUrl", "shadowDatabaseUrl")
                if (setting := source.get(key)) and isinstance(setting.value, str)
            )
        url = self.facts.datasource_url if isinstance(self.facts, SchemaLocation) else None
        return (LiteralUrl("url", url.text, self.span(url.range)),) if url else ()

    def __str__(self) -> str:
        return self.path


class Problem(Linked, frozen=True, eq=False, dict=True):
    """Something that could not be read, or that two files say differently."""

    span: Span
    message: str
    kind: str
    others: tuple[Span, ...] = ()


def failed(path: str, what: str, bug: BaseException | None = None) -> Problem:
    """What an exception of ours, by default the one in hand, has cost: the problem that tells of it."""
    import traceback

    how = "".join(traceback.format_exception(bug)) if bug else traceback.format_exc()
    return Problem(Span(path, 0, 0), f"{what} failed:\n{how}", "failure")


class Datasource(Linked, frozen=True, eq=False, dict=True):
    """The datasource block that a database is declared by."""

    file: File
    block: ConfigBlock

    @property
    def name_span(self) -> Span:
        return self.file.span(self.block.name.range)

    def get(self, key: str) -> Setting | None:
        """The setting of that key, such as "url", with its value or the variable that holds it."""
        return self.block.get(key)

    def span_of(self, setting: Setting) -> Span:
        """Where the value of the setting stands."""
        return self.file.span(setting.range)


class LiteralUrl(Linked, frozen=True, eq=False, dict=True):
    """A connection string in plain text; key is what it is the value of: "url", "directUrl", ..."""

    key: str
    text: str
    span: Span


class Enum(Linked, frozen=True, eq=False, dict=True):
    """An enum type; values are the database's names, in order."""

    database: Database
    name: str
    model: str
    values: tuple[str, ...]
    span: Span

    def __str__(self) -> str:
        return self.model


class Column(Linked, frozen=True, eq=False, dict=True):
    """One column. name is the database's, field the user's."""

    table: Table
    name: str
    field: str
    type: str  # "Int", "String", ...; an enum's or composite type's model name; 'Unsupported("x")'
    native: NativeType | None
    enum: Enum | None
    nullable: bool
    is_list: bool
    default: Default | None
    updated_at: bool
    ignored: bool
    span: Span  # the whole declaration
    name_span: Span
    few: bool = False  # whoever declares it says a few values that it may have

    def __str__(self) -> str:
        return f"{self.table}.{self.field}"


class Key(Linked, frozen=True, eq=False, dict=True):
    """One entry of an index: a column, or an expression (a path into a composite type)."""

    column: Column | None
    expression: str | None = None
    descending: bool = False
    length: int | None = None  # MySQL prefix length, in characters
    opclass: str | None = None
    nulls: Literal["first", "last"] | None = None  # where written

    def __str__(self) -> str:
        return self.column.field if self.column else self.expression or "?"


class Index(Linked, frozen=True, eq=False, dict=True):
    """An index or unique constraint, with every place that says it exists; findings point at the first."""

    table: Table
    name: str | None  # the database's name where the schema gives one
    keys: tuple[Key, ...]
    unique: bool
    primary: bool
    method: str  # "btree", "hash", "gin", "gist", "spgist", "brin", "fulltext"
    predicate: str | None
    include: tuple[Column, ...]
    clustered: bool | None
    on_field: bool  # declared at a field (@id, @unique)
    spans: tuple[Span, ...]  # the schema's first, then the migrations'
    removal: Span | None  # what to delete with its declaration; None where Prisma makes it by itself
    declared: bool = True  # in the schema; False: only a migration creates it
    migrated: bool = False  # the migrations create it, so what they say of it is all there is to know
    nulls_distinct: bool = True
    written: str | None = None  # in code, what its user wrote: "unique=True on slug"
    implied: bool = False  # nobody asked for it: a library adds it to a foreign key
    refused_by: str | None = None  # what keeps the library from adding it: "db_index=False on author"

    @property
    def span(self) -> Span:
        return self.spans[0]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of the keys; keys that are expressions are left out."""
        return tuple(key.column for key in self.keys if key.column)

    @property
    def declaration(self) -> str:
        """The index as a user would write it: "@@index([a, b])", or by its name in the migrations."""
        if self.written is not None:
            return self.written
        if not self.declared:
            return f'"{self.name}"'
        keyword = "@@id" if self.primary else "@@unique" if self.unique else "@@index"
        if self.on_field:
            return f"@{keyword.lstrip('@')} on {self.keys[0]}"
        keyword = "@@fulltext" if self.method == "fulltext" else keyword
        return f"{keyword}([{', '.join(map(str, self.keys))}])"

    @property
    def deletion(self) -> str:
        """What a user does to be rid of it."""
        return f"write {self.refused_by}" if self.refused_by else f"delete {self.declaration}"

    def with_keys(self, fields: Sequence[str]) -> Edit | None:
        """The edit that gives an @@index these keys; None where its declaration says more than its keys."""
        more = (self.unique, self.on_field, self.name, self.method != "btree", self.predicate, self.clustered)
        if (
            not self.declared
            or self.written is not None
            or any(more)
            or any(key.descending or key.length or key.opclass for key in self.keys)
        ):
            return None
        return Edit(self.span, f"@@index([{', '.join(fields)}])")

    def remove(self) -> tuple[Edit, ...]:
        """The edits that delete the declaration, and leave the rest as prisma format would.

        None where there is nothing to delete: in a join table, or where a migration that may have been
        applied creates the index.
        """
        return () if self.removal is None else (Edit(self.removal, ""),)

    def __str__(self) -> str:
        return f"{self.table}({', '.join(map(str, self.keys))})"


class ForeignKey(Linked, frozen=True, eq=False, dict=True):
    """Columns that hold the key of a row of another table (or of the same one)."""

    table: Table
    columns: tuple[Column, ...]
    target: Table
    target_columns: tuple[Column, ...]
    on_delete: Action  # what holds, written or not
    on_update: Action
    on_delete_written: bool
    enforced: bool  # False under relationMode = "prisma": the database knows no constraint
    name: str | None
    relation: Relation | None
    span: Span  # the whole declaration
    name_span: Span  # where findings point
    by_library: bool = False  # it is a library that follows on_delete: the database takes no action
    deferrable: bool = False  # rows may wait for their targets until the transaction ends

    @property
    def required(self) -> bool:
        """A row cannot exist without its target."""
        return not any(column.nullable for column in self.columns)

    @property
    def twins(self) -> tuple[ForeignKey, ...]:
        """The foreign keys of the table over the same columns, this one among them, as the text has them."""
        return self.table.foreign_keys_over[frozenset(self.columns)]

    def __str__(self) -> str:
        return f"{self.table}({', '.join(it.field for it in self.columns)})"


class RelationField(Linked, frozen=True, eq=False, dict=True):
    """One end of a relation, as the user wrote it."""

    table: Table
    name: str
    type: str  # the model at the other end
    arity: Literal["required", "optional", "list"]
    span: Span
    name_span: Span
    type_span: Span
    ignored: bool

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


class Relation(Linked, frozen=True, eq=False, dict=True):
    """Two tables, joined; owner is the end that holds the key (the first by name in a many-to-many)."""

    name: str
    kind: Literal["one-to-one", "one-to-many", "many-to-many"]
    owner: RelationField
    other: RelationField
    foreign_key: ForeignKey | None = None  # None in an implicit many-to-many
    join: Table | None = None  # the table of an implicit many-to-many

    def __str__(self) -> str:
        return self.name


class UnresolvedRelation(Linked, frozen=True, eq=False, dict=True):
    """A relation field that Prisma could not join to another table, and why."""

    field: RelationField
    reason: str
    span: Span
    others: tuple[Span, ...] = ()

    def __str__(self) -> str:
        return str(self.field)


class Table(Linked, frozen=True, eq=False, dict=True):
    """A table, view or collection. name is the database's, model the user's."""

    database: Database
    name: str
    model: str
    schema: str | None
    kind: Literal["table", "view", "join"]  # "join": Prisma's own table of an implicit many-to-many
    columns: Mapping[str, Column]  # by field name, in the order of the text
    indexes: tuple[Index, ...]  # the primary key among them
    foreign_keys: tuple[ForeignKey, ...]
    referenced_by: tuple[ForeignKey, ...]
    relation_fields: tuple[RelationField, ...]
    ignored: bool
    complete: bool  # False when a part of its declaration could not be read: absence proves nothing
    span: Span  # the whole declaration
    name_span: Span
    append_at: Span | None  # where a further attribute line can be put
    append_after: Literal["open", "field", "attribute"]
    trailer_at: Span | None  # the first of the @@map, @@schema and @@ignore that end it
    library: str | None = None  # of code: whose class it is: "django", "sqlalchemy", ...

    @property
    def primary_key(self) -> Index | None:
        return next((index for index in self.indexes if index.primary), None)

    @cached_property
    def columns_by_name(self) -> Mapping[str, Column]:
        """The columns by the database's name."""
        return {it.name: it for it in self.columns.values()}

    @cached_property
    def foreign_keys_over(self) -> Mapping[frozenset[Column], tuple[ForeignKey, ...]]:
        """The foreign keys by their columns: two relations can share them."""
        found: dict[frozenset[Column], list[ForeignKey]] = {}
        for fk in self.foreign_keys:
            found.setdefault(frozenset(fk.columns), []).append(fk)
        return {columns: tuple(keys) for columns, keys in found.items()}

    def append(self, line: str) -> tuple[Edit, ...]:
        """The edits that add an @@id, @@unique or @@index, where and how prisma format would put it."""
        if self.append_at is None:  # a join table, or one that only migrations create
            return ()
        if self.trailer_at is not None:
            return (Edit(self.trailer_at, f"{line}\n  "),)
        edit = Edit(self.append_at, f"\n  {line}")
        # An edit of its own: fixes that add several lines to one table share the blank line before them.
        return (Edit(self.append_at, "\n"), edit) if self.append_after == "field" else (edit,)

    def __str__(self) -> str:
        return self.model


class Tenancy(Linked, frozen=True, eq=False, dict=True):
    """The column that says which tenant's a row is, and the tables that have it.

    columns holds it by model name, in the order of the database's tables; target is the table that it refers
    to, where it refers to one.
    """

    name: str  # as the user calls the field
    columns: Mapping[str, Column]
    target: Table | None
    configured: bool  # False: concluded from the schema

    def column(self, table: Table) -> Column | None:
        """The tenant column of the table; None where its rows belong to no tenant, or only by a relation."""
        return self.columns.get(table.model)

    def __str__(self) -> str:
        return self.name


class Database(Linked, frozen=True, eq=False, dict=True):
    """One database: a datasource, and every file that declares something in it."""

    path: str  # the file that declares the datasource, or the first file where none does
    datasource: Datasource | None
    provider: Provider
    relation_mode: Literal["foreignKeys", "prisma"]
    files: tuple[File, ...]
    tables: Mapping[str, Table]  # by model name, in the order of the files; join tables by table name
    enums: Mapping[str, Enum]  # by model name
    relations: tuple[Relation, ...]
    unresolved: tuple[UnresolvedRelation, ...]
    tenancy: Tenancy | None  # None: its rows belong to no tenants, as far as can be told
    complete: bool  # False when a file of it could not be read whole
    history: History | None = None  # the migrations that make it, where they were found

    @cached_property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The relation graph, frozen: nodes are model names with table=Table; an edge u -> v has
        fk=ForeignKey with fk.table.model == u and fk.target.model == v; its key tells it from others.
        """
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        graph.add_nodes_from((name, {"table": table}) for name, table in self.tables.items())
        for fk in self.foreign_keys():
            key = ",".join(column.field for column in fk.columns)
            if graph.has_edge(fk.table.model, fk.target.model, key):
                key = f"{key} {fk.relation}"  # two relations can share their columns
            graph.add_edge(fk.table.model, fk.target.model, key=key, fk=fk)
        nx.freeze(graph)
        return graph

    def foreign_keys(self) -> Iterator[ForeignKey]:
        for table in self.tables.values():
            yield from table.foreign_keys

    def indexes(self) -> Iterator[Index]:
        for table in self.tables.values():
            yield from table.indexes

    def __str__(self) -> str:
        return self.path


class Project(Linked, frozen=True, eq=False, dict=True):
    """Everything that was read, joined."""

    databases: tuple[Database, ...]
    files: tuple[File, ...]
    problems: tuple[Problem, ...]
    directives: tuple[Directive, ...]
    histories: tuple[History, ...] = ()
    commands: tuple[Command, ...] = ()  # of Prisma's CLI, in CI files, Dockerfiles, scripts, ...
    code: Code | None = None  # what its code asks of the databases; None where no code was read
    runtime_roles: tuple[str, ...] = ()  # those that the user says the application connects as or assumes
    exposed_schemas: tuple[str, ...] = ()  # those that the user says an API serves

    def tables(self) -> Iterator[Table]:
        for database in self.databases:
            yield from database.tables.values()
