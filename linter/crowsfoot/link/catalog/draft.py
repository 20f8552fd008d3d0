"""A catalog while a statement changes it: looks names up, keeps what is derived in step, refuses.

Every table goes in and out by put() and remove(), which keep the maps that the catalog holds beside its
tables (names, indexes, referrers, readers, users of types). Nothing else writes them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping
from collections.abc import Sequence as Sequence_
from typing import NoReturn, TypeVar

from msgspec.structs import replace

from crowsfoot.facts.sql import Constraint, ObjectName
from crowsfoot.link.catalog.derived import (
    altered,
    constraint_keys,
    index_keys,
    parents,
    placed,
    recounted,
    rekeyed,
    reparented,
    rereferred,
    targets,
    uses,
    without,
)
from crowsfoot.link.catalog.model import MOST, Catalog, Column, Name, Sequence, Table, Type
from crowsfoot.link.catalog.words import translated
from crowsfoot.link.project import File
from crowsfoot.source import Range, Span

V = TypeVar("V")

# What is there in every database, or made by nobody: nothing is known of it, and nothing said.
SYSTEM_SCHEMAS = frozenset({"pg_catalog", "information_schema", "pg_toast", "sys"})


# Source: https://www.sqlite.org/lang_createtable.html#rowid
_ROWIDS = frozenset({"rowid", "oid", "_rowid_"})
_MOST_PARTS = 10  # of a name, between underscores

ANY_TABLE = frozenset({"table", "view", "materialized view"})


class RefusalError(Exception):
    """The database does not run the statement."""

    def __init__(self, code: str, message: str, range: Range, others: tuple[Span, ...], sure: bool) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.range = range
        self.others = others
        self.sure = sure


class UnclearError(Exception):
    """The catalog says that an operation fails, and the catalog may be wrong: it is left out."""


class Session:
    """What a connection remembers until its transaction ends."""

    __slots__ = (
        "after",
        "drop_at_commit",
        "in_block",
        "new_types",
        "new_values",
        "over",
        "postgres",
        "role_after",
        "savepoints",
    )

    def __init__(self, *, in_block: bool = False, postgres: int = 17) -> None:
        self.in_block = in_block
        self.postgres = postgres
        self.new_values: set[tuple[str, str, str]] = set()  # schema, enum and the value added to it
        self.new_types: set[Name] = set()
        self.after: tuple[str, ...] | None = None  # the search_path that SET LOCAL hides
        self.role_after: tuple[str | None, ...] = ()  # the role that SET LOCAL ROLE hides
        self.savepoints: list[tuple[str | None, Catalog]] = []
        self.drop_at_commit: list[int] = []  # temporary tables
        self.over: str | None = None  # "commit" or "rollback", once it has come to that


class Draft:
    """The catalog that one statement is making; migration is the number that new things carry."""

    __slots__ = (
        "catalog",
        "conditional",
        "file",
        "left_out",
        "lost",
        "migration",
        "postgres",
        "retyped",
        "session",
    )

    def __init__(self, catalog: Catalog, file: File, migration: int, session: Session) -> None:
        self.catalog = catalog
        self.postgres = catalog.dialect == "postgresql"
        self.file = file
        self.migration = migration
        self.session = session
        self.conditional = False
        self.lost = False  # something was left out
        self.retyped: set[tuple[int, str]] = set()  # columns that have got another type
        self.left_out: tuple[Constraint, ...] = ()  # of a column that IF NOT EXISTS has not added

    def span(self, range: Range) -> Span:
        return Span(self.file.path, range.start, range.end)

    # --- refusing --------------------------------------------------------------------------------------

    def refuse(
        self,
        code: str,
        message: str,
        range: Range,
        *names: str | None,
        others: tuple[Span, ...] = (),
        sure: bool = True,
    ) -> NoReturn:
        """Raises RefusalError; or UnclearError where what the catalog says of these names is not certain."""
        if names and not self.knows(*names):
            raise UnclearError
        if not self.postgres:
            words = translated(message, self.catalog.dialect)
            if words is None:
                raise UnclearError
            message = words
        raise RefusalError(code, message, range, others, sure)

    def knows(self, *names: str | None) -> bool:
        catalog = self.catalog
        if not catalog.certain:
            return False
        doubtful = catalog.doubtful
        if not any(names):
            return True
        if catalog.unseen and any(it in catalog.unseen for it in names if it):
            return False
        if not doubtful:
            return True
        return not any(it in doubtful for name in names if name for it in (name, *owners(name)))

    def refuse_missing(self, code: str, kind: str, name: ObjectName) -> NoReturn:
        """Refuses for want of a table, type, ... of that name."""
        if name.schema is not None and (
            self.is_foreign(name.schema) or (not self.postgres and self.is_elsewhere(name))
        ):
            raise UnclearError
        if self.catalog.dialect == "sqlite" and self.is_shadow(name.name.lower()):
            raise UnclearError
        self.refuse(code, f'{kind} "{name}" does not exist', name.range, name.name, name.schema)

    def is_foreign(self, schema: str) -> bool:
        """Whether others make what is in the schema: the system, a platform, an extension."""
        catalog = self.catalog
        if schema == "pg_temp":
            return False
        if schema in SYSTEM_SCHEMAS or schema in catalog.outside or schema.startswith("pg_"):
            return True
        return bool(catalog.extensions) and catalog.fold(schema) not in catalog.schemas

    # --- looking up ------------------------------------------------------------------------------------

    def table(self, name: ObjectName) -> Table:
        """The table or view of that name; refuses where there is none."""
        found = self.catalog.number_of(name)
        if found is not None:
            return self.catalog.tables[found]
        return self.refuse_table(name)

    def refuse_table(self, name: ObjectName, *, read: bool = False) -> NoReturn:
        """Refuses for want of a table; read: a query reads or writes it, for which words are others."""
        if name.schema is None and (
            name.name.startswith("pg_") or any(self.is_foreign(it) for it in self.catalog.search_path)
        ):
            raise UnclearError
        if self.is_elsewhere(name) if not self.postgres else self.may_be_brought():
            raise UnclearError
        if not read:
            self.check_schema(name)
        self.refuse_missing("42P01", "relation", name)

    def may_be_brought(self) -> bool:
        """Whether there is an extension that may have made a table: PostGIS makes spatial_ref_sys.

        What those make that come with PostgreSQL begins with "pg_", as the scripts of PostgreSQL 15 show.
        """
        from crowsfoot.link.catalog.types import EXTENSION_TYPES

        return any(it not in EXTENSION_TYPES for it in self.catalog.extensions)

    def is_elsewhere(self, name: ObjectName) -> bool:
        """Whether a database that is named where others leave it out may be the one that they mean."""
        catalog = self.catalog
        folded = catalog.fold(name.name)
        if any(kind == "other" and catalog.fold(other) == folded for kind, _, other in catalog.others):
            return True  # a synonym
        if name.schema is not None:
            return catalog.fold(catalog.own(name.schema)) not in catalog.schemas
        if catalog.dialect == "sqlite" and (folded.startswith("sqlite_") or self.is_shadow(folded)):
            return True
        return len(catalog.names) > MOST or any(key[1] == folded for key in catalog.names)

    def is_shadow(self, name: str) -> bool:
        """Whether a virtual table has made a table of that name to keep its data in: fts5 makes x_data for x.

        Source: https://www.sqlite.org/vtab.html#xshadowname
        Source: https://www.sqlite.org/fts5.html#fts5_data_structures
        """
        parts = name.split("_")[:_MOST_PARTS]
        for count in range(1, len(parts)):
            table = self.catalog.table(ObjectName("_".join(parts[:count]), Range(0, 0)))
            if table is not None and any(key == "using" for key, _ in table.options):
                return True
        return False

    def check_schema(self, name: ObjectName) -> None:
        """Refuses a name in a schema that there is not."""
        schema = name.schema
        if schema is None or schema == "pg_temp" or self.catalog.fold(schema) in self.catalog.schemas:
            return
        if self.is_foreign(schema):
            raise UnclearError
        if self.postgres:
            self.refuse("3F000", f'schema "{schema}" does not exist', name.range, schema)

    def alterable(self, name: ObjectName, action: str, kinds: Container[str] = ANY_TABLE) -> Table:
        """The table of that name, where its kind allows that action of ALTER TABLE."""
        table = self.catalog.table(name)
        if table is not None and (table.kind in kinds or not self.postgres):
            return table
        if table is not None or self.is_other_relation(name):
            message = f'ALTER action {action} cannot be performed on relation "{name.name}"'
            self.refuse("42809", message, name.range, name.name)
        return self.refuse_table(name)

    def is_other_relation(self, name: ObjectName) -> bool:
        """Whether an index or a sequence has that name."""
        catalog = self.catalog
        return self.postgres and any(
            (schema, name.name) in catalog.index_tables or (schema, name.name) in catalog.sequences
            for schema in ((name.schema,) if name.schema is not None else catalog.search_path)
        )

    def column(self, table: Table, name: str, range: Range) -> Column:
        """The column of that name; refuses where there is none, in the words of ALTER TABLE."""
        found = self.catalog.column(table, name)
        if found is not None:
            return found
        return self.refuse_column(table, name, range)

    def refuse_column(self, table: Table, name: str, range: Range, *, bare: bool = False) -> NoReturn:
        if not table.complete or (self.catalog.dialect == "sqlite" and name.lower() in _ROWIDS):
            raise UnclearError
        of = "" if bare else f' of relation "{table.name}"'
        self.refuse("42703", f'column "{name}"{of} does not exist', range, name, table.name)

    def schema_for(self, name: ObjectName) -> str:
        """Where a new thing of that name goes."""
        catalog = self.catalog
        if name.schema is not None:
            if not self.postgres:
                return catalog.own(name.schema)
            if catalog.fold(name.schema) in catalog.schemas or name.schema == "pg_temp":
                return name.schema
            if self.is_foreign(name.schema):
                return name.schema
            self.refuse("3F000", f'schema "{name.schema}" does not exist', name.range, name.schema)
        for schema in catalog.search_path:
            if schema != "pg_temp" and (catalog.fold(schema) in catalog.schemas or self.is_foreign(schema)):
                return schema
        if not self.postgres:
            return ""
        return self.refuse(
            "3F000", "no schema has been selected to create in", name.range, *(catalog.search_path or ("",))
        )

    def has_relation(self, schema: str, name: str) -> bool:
        """Whether a table, view, index, sequence or composite type of that name is in the schema."""
        catalog = self.catalog
        key = (catalog.fold(schema), catalog.fold(name))
        if catalog.dialect in ("mysql", "sqlserver"):
            return key in catalog.names  # indexes have names of their own in each table
        return (
            key in catalog.names
            or key in catalog.index_tables
            or key in catalog.sequences
            or getattr(catalog.types.get(key), "composite", False)
        )

    def claim_relation(self, schema: str, name: str, range: Range) -> None:
        """Refuses a name that is taken among tables, views, indexes and sequences."""
        if self.has_relation(schema, name):
            if self.catalog.dialect == "mysql":
                number = self.catalog.names.get((schema.lower(), name.lower()))
                if number is not None and self.catalog.tables[number].name != name:
                    raise UnclearError  # whether case counts hangs on the server's file system
            self.refuse("42P07", f'relation "{name}" already exists', range, name)

    def leave_out(self) -> NoReturn:
        """Leaves out what is more than any database has; nothing is certain from then on."""
        self.lost = True
        raise UnclearError

    # --- writing ---------------------------------------------------------------------------------------

    def see_temporary(self) -> None:
        """Temporary tables come before all others from now on."""
        session = self.session
        if self.postgres and "pg_temp" not in self.catalog.search_path:
            self.catalog = replace(self.catalog, search_path=("pg_temp", *self.catalog.search_path))
            if session.after is not None and "pg_temp" not in session.after:
                session.after = ("pg_temp", *session.after)

    def new_number(self) -> int:
        number = self.catalog.next_number
        self.catalog = replace(self.catalog, next_number=number + 1)
        return number

    def put(self, new: Table) -> None:
        """Writes a table, new or changed; raises UnclearError for one with more parts than any table has."""
        parts = len(new.indexes) + len(new.foreign_keys) + len(new.checks)
        if parts + len(new.columns) + len(new.triggers) + len(new.policies) > MOST:
            self.leave_out()
        catalog = self.catalog
        number = new.number
        old = catalog.tables.get(number)
        tables = catalog.tables.insert(number, new)
        moved = old is None or old.name != new.name or old.schema != new.schema
        changed = placed(catalog, old, new) if old is None or moved else altered(catalog, old, new)
        self.catalog = replace(catalog, tables=tables, **changed)
        if moved and catalog.awaited:
            from crowsfoot.link.catalog.awaiting import meet

            meet(self, new)

    def remove(self, table: Table) -> None:
        """Takes a table out, with all that is in it. Who refers to it has been seen to before."""
        number = table.number
        for view in sorted(self.catalog.readers.get(number, ())):
            reader = self.catalog.tables.get(view)
            if reader is not None:  # only PostgreSQL and SQL Server's schema-bound views forbid it
                self.put(replace(reader, reads=reader.reads - {number}))
        catalog = self.catalog
        fold = catalog.fold
        self.catalog = replace(
            catalog,
            tables=catalog.tables.discard(number),
            names=catalog.names.discard((fold(table.schema), fold(table.name))),
            index_tables=rekeyed(catalog.index_tables, index_keys(catalog, table), set(), number),
            referrers=rereferred(catalog.referrers, number, targets(table), set()).discard(number),
            readers=rereferred(catalog.readers, number, table.reads, set()).discard(number),
            users=rereferred(catalog.users, number, uses(table), set()),
            partitions=reparented(catalog.partitions, number, parents(table), ()).discard(number),
            constraint_names=recounted(catalog.constraint_names, constraint_keys(table), set()),
        )
        for key in self.catalog.owned.get(number, frozenset()):
            self.remove_sequence(self.catalog.sequences[key])

    def put_sequence(self, new: Sequence) -> None:
        catalog = self.catalog
        key = (catalog.fold(new.schema), catalog.fold(new.name))
        old = catalog.sequences.get(key)
        owned = catalog.owned
        if old is not None and old.owned_by is not None:
            owned = without(owned, old.owned_by[0], key)
        if new.owned_by is not None:
            owned = owned.insert(new.owned_by[0], owned.get(new.owned_by[0], frozenset()) | {key})
        self.catalog = replace(catalog, sequences=catalog.sequences.insert(key, new), owned=owned)

    def remove_sequence(self, sequence: Sequence) -> None:
        catalog = self.catalog
        key = (catalog.fold(sequence.schema), catalog.fold(sequence.name))
        owned = catalog.owned
        if sequence.owned_by is not None:
            owned = without(owned, sequence.owned_by[0], key)
        self.catalog = replace(catalog, sequences=catalog.sequences.discard(key), owned=owned)

    def put_type(self, new: Type) -> None:
        catalog = self.catalog
        key = (catalog.fold(new.schema), catalog.fold(new.name))
        self.catalog = replace(catalog, types=catalog.types.insert(key, new))

    def remove_type(self, type: Type) -> None:
        catalog = self.catalog
        key = (catalog.fold(type.schema), catalog.fold(type.name))
        self.catalog = replace(catalog, types=catalog.types.discard(key))

    def doubt(self, names: Iterable[str]) -> None:
        """From here on nothing is said about these names being there or not."""
        self.catalog = doubted(self.catalog, names)


def owners(name: str) -> Iterator[str]:
    """What stands for all that is named after a table, for each that the name may be named after."""
    parts = name.split("_", _MOST_PARTS)
    for count in range(1, len(parts)):
        yield f"{'_'.join(parts[:count])}_*"


def doubted(catalog: Catalog, names: Iterable[str]) -> Catalog:
    """The catalog, from which nothing is said any more about these names being there or not."""
    doubtful = catalog.doubtful
    for name in names:
        doubtful = doubtful.insert(name)
    return replace(catalog, doubtful=doubtful)


def edited(mapping: Mapping[str, V], name: str, value: V) -> dict[str, V]:
    """A copy in which the name stands for the value, at its old place or at the end."""
    return {**mapping, name: value}


def less(mapping: Mapping[str, V], *names: str) -> dict[str, V]:
    """A copy without these names."""
    left = {**mapping}
    for name in names:
        left.pop(name, None)
    return left


def renamed(mapping: Mapping[str, V], name: str, new_name: str, value: V) -> dict[str, V]:
    """A copy in which value stands at the place of name, as new_name."""
    return {(new_name if key == name else key): (value if key == name else it) for key, it in mapping.items()}


K = TypeVar("K")


def heirs(catalog: Catalog, table: Table) -> Sequence_[Table]:
    """Its partitions and the tables that inherit from it, at any depth, each once."""
    children = catalog.partitions.get(table.number)
    if not children:
        return ()
    found = {table.number: table}
    waiting = deque(children)
    while waiting:
        number = waiting.popleft()
        if number not in found:
            found[number] = catalog.tables[number]
            waiting.extend(catalog.partitions.get(number, ()))
    return [*found.values()][1:]
