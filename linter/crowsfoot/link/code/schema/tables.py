"""The tables that libraries make of their models -> Databases, with places in the files of the models.

So every rule about indexes and tables holds for a program whose schema is nothing but classes.
"""

import importlib
import importlib.util
import re
from collections.abc import Iterable, Mapping, Set
from types import MappingProxyType
from typing import Any, cast, get_args

import msgspec
from msgspec.structs import force_setattr

from crowsfoot.databases.column_types import native_of, scalar_of
from crowsfoot.facts.prisma import Default, NativeType
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.tables import ColumnDef, ForeignKeyDef, IndexDef, Spot, TableDef
from crowsfoot.link.code.evaluation.evaluate import Evaluator
from crowsfoot.link.code.parts.keeping import Keeper
from crowsfoot.link.code.schema.alembic import (
    MigratedIndex,
    changes_tables,
    migrated_indexes,
    tables_without_key,
)
from crowsfoot.link.code.schema.places import Places
from crowsfoot.link.code.schema.provider import provider_of
from crowsfoot.link.project import (
    Action,
    Column,
    Database,
    Enum,
    File,
    ForeignKey,
    Index,
    Key,
    Problem,
    Provider,
    Table,
    failed,
)
from crowsfoot.link.tenants import find_tenancy
from crowsfoot.roles import Roles
from crowsfoot.source import Range, Span

_NOWHERE = Range(0, 0)
_DECLARE_TABLES = frozenset(("django", "sqlalchemy", "tortoise", "peewee"))


def databases_of(
    evaluator: Evaluator,
    libraries: Iterable[Library],
    known: Iterable[Database],
    files: Mapping[str, File],
    roles: Roles,
    keeper: Keeper,
    tenant_column: str | None = None,
    dialect: str | None = None,
) -> tuple[tuple[Database, ...], tuple[Problem, ...]]:
    """One database for each library that declares tables, and what failed on the way.

    What a schema or SQL migrations say already is not said again: where they name most of its tables, the
    models are only another view of the same.
    """
    tables = {table.name for it in known for table in it.tables.values()}
    found: list[Database] = []
    failures: list[Problem] = []
    # The tables of SQLModel are SQLAlchemy's.
    names = {"sqlalchemy" if it.PACKAGES[0] == "sqlmodel" else it.PACKAGES[0] for it in libraries}
    for name in sorted(names & _DECLARE_TABLES):
        if importlib.util.find_spec(f"crowsfoot.libraries.{name}.tables") is None:
            continue
        try:
            database = _of_library(name, evaluator, files, roles, keeper, tenant_column, dialect)
        except Exception:
            failures.append(failed("", f"reading the tables of {name}"))
            continue
        if database is not None and not _is_known(database, tables):
            found.append(database)
    return tuple(found), tuple(failures)


class _Made(msgspec.Struct, frozen=True, array_like=True):
    """Tables, and which functions were called to find out."""

    tables: list[TableDef]
    calls: list[tuple[tuple[str, int], tuple[str, int]]]


def _of_library(
    name: str,
    evaluator: Evaluator,
    files: Mapping[str, File],
    roles: Roles,
    keeper: Keeper,
    tenant_column: str | None,
    dialect: str | None,
) -> Database | None:
    provider = provider_of(evaluator, name, dialect, roles)
    evaluator.calls_of_models |= evaluator.calls

    def found() -> _Made:
        return _Made(tables_of(evaluator, name, provider, roles), sorted(evaluator.calls))

    all_made = keeper.worked_out("tables", _Made, found, f"{name} {provider}".encode(), name)
    evaluator.calls_of_models |= {*all_made.calls}
    made = [it for it in all_made.tables if roles(it.spot.path) == "application"]
    if not made:
        return None
    database = database_of(made, provider, files, tenant_column)
    migrations = {
        path: file
        for path, file in evaluator.program.files.glance()
        if roles(path) == "migration" and changes_tables(file)
    }
    paths = [*migrations]
    indexes = keeper.of_files(
        "migrated", paths, list[MigratedIndex], lambda: migrated_indexes(migrations, roles)
    )
    _add_migrated(database, indexes)
    if name == "sqlalchemy":
        keyless = keeper.of_files(
            "keyless", paths, frozenset[str], lambda: tables_without_key(migrations, roles)
        )
        _without_keys(database, keyless)
    return database


def _without_keys(database: Database, names: Set[str]) -> None:
    """Take from the tables the primary keys that only their classes have; what is referred to has a key."""
    for table in database.tables.values():
        if table.name in names and not any(it.enforced for it in table.referenced_by):
            force_setattr(table, "indexes", tuple(it for it in table.indexes if not it.primary))


def _add_migrated(database: Database, indexes: Iterable[MigratedIndex]) -> None:
    """Give the tables the indexes that only migrations make, as people add them by hand."""
    tables = {it.name: it for it in database.tables.values()}
    for it in indexes:
        table = tables.get(it.table)
        columns = _columns(table, it.columns) if table is not None else ()
        if table is None or len(columns) != len(it.columns) or any(_is_same(at, it) for at in table.indexes):
            continue
        index = Index(
            table=table,
            name=it.name,
            keys=tuple(Key(column=column) for column in columns),
            unique=it.unique,
            primary=False,
            method="btree",
            predicate=it.predicate,
            include=(),
            clustered=None,
            on_field=False,
            spans=(it.span,),
            removal=None,
            declared=False,
            migrated=True,
        )
        force_setattr(table, "indexes", (*table.indexes, index))


def _is_same(index: Index, made: MigratedIndex) -> bool:
    """Whether it is the index of the models, which migrations make under a name of their own."""
    keys = tuple(key.column.name if key.column else None for key in index.keys)
    return index.name == made.name or (keys == made.columns and index.predicate == made.predicate)


def _is_known(database: Database, tables: Set[str]) -> bool:
    own = [it.name for it in database.tables.values() if not it.ignored]
    return 2 * sum(name in tables for name in own) > len(own)


def tables_of(evaluator: Evaluator, library: str, provider: Provider, roles: Roles) -> list[TableDef]:
    """The tables that the models of one library make in that kind of database."""
    tables: Any = importlib.import_module(f"crowsfoot.libraries.{library}.tables").tables
    found: list[TableDef] = tables(Places(evaluator, provider, roles))
    return found


def database_of(
    tables: Iterable[TableDef], provider: Provider, files: Mapping[str, File], tenant_column: str | None
) -> Database:
    """The database of these tables; those that are ignored are only there to be referred to."""
    tables = list(tables)
    paths = list(dict.fromkeys(it.spot.path for it in tables))
    database = Database(
        path=paths[0],
        datasource=None,
        provider=provider,
        relation_mode="foreignKeys",
        files=tuple(files[path] for path in paths if path in files),
        tables=MappingProxyType({}),
        enums=MappingProxyType({}),
        relations=(),
        unresolved=(),
        tenancy=None,
        complete=True,
    )
    enums: dict[str, Enum] = {}
    made: dict[str, tuple[TableDef, Table]] = {}
    for it in tables:
        made[it.id] = (it, _table(database, it, enums))
    for it, table in made.values():
        force_setattr(table, "indexes", tuple(_index(table, index) for index in it.indexes))
    for it, table in made.values():
        keys = [fk for key in it.foreign_keys if (fk := _foreign_key(table, key, made)) is not None]
        force_setattr(table, "foreign_keys", tuple(keys))
        for fk in keys:
            force_setattr(fk.target, "referenced_by", (*fk.target.referenced_by, fk))
    named: dict[str, Table] = {}
    for it, table in made.values():
        named[table.model if table.model not in named else it.id] = table
    force_setattr(database, "tables", MappingProxyType(named))
    force_setattr(database, "enums", MappingProxyType(enums))
    force_setattr(database, "tenancy", find_tenancy(database, tenant_column))
    return database


def _span(spot: Spot) -> Span:
    return Span(spot.path, spot.start, spot.end)


def _table(database: Database, it: TableDef, enums: dict[str, Enum]) -> Table:
    span = _span(it.spot)
    table = Table(
        database=database,
        name=it.name,
        model=it.model,
        schema=it.schema,
        kind=it.kind,
        columns=MappingProxyType({}),
        indexes=(),
        foreign_keys=(),
        referenced_by=(),
        relation_fields=(),
        ignored=it.ignored,
        complete=it.complete,
        span=span,
        name_span=span,
        append_at=None,
        append_after="open",
        trailer_at=None,
        library=it.library,
    )
    columns = {column.field: _column(table, column, enums) for column in it.columns}
    force_setattr(table, "columns", MappingProxyType(columns))
    return table


def _column(table: Table, it: ColumnDef, enums: dict[str, Enum]) -> Column:
    span = _span(it.spot)
    name, args, dimensions = _parsed(it.type)
    enum = None
    if it.values:
        enum = enums.get(it.enum or it.field)
        if enum is None:
            enum = Enum(table.database, it.enum or it.field, it.enum or it.field, it.values, span)
            enums[enum.model] = enum
    native = native_of(name)
    return Column(
        table=table,
        name=it.name,
        field=it.field,
        type=enum.model if enum else scalar_of(name) or f'Unsupported("{it.type or "?"}")',
        native=NativeType(_NOWHERE, "db", native, args) if native and not enum else None,
        enum=enum,
        nullable=it.nullable,
        is_list=dimensions > 0,
        default=_default(it),
        updated_at=it.updated_at,
        ignored=False,
        span=span,
        name_span=span,
        few=it.few,
    )


_TYPE = re.compile(
    r"([a-z][\w ]*?)(?: unsigned)?\s*(?:\(([^)]*)\))?( with(?:out)? time zone)?((?:\[\d*\])*)", re.I
)


def _parsed(type: str | None) -> tuple[str, tuple[str, ...], int]:
    """The name, arguments and dimensions of a type."""
    match = _TYPE.fullmatch(type or "")
    if match is None:
        return type or "", (), 0
    args = tuple(it.strip() for it in match[2].split(",")) if match[2] else ()
    return f"{match[1]}{match[3] or ''}".lower(), args, match[4].count("[")


def _default(it: ColumnDef) -> Default | None:
    if it.generated:
        return Default(_NOWHERE, function="autoincrement")
    if it.default_function is not None:
        return Default(_NOWHERE, function=it.default_function)
    return None if it.default is None else Default(_NOWHERE, value=it.default)


def _index(table: Table, it: IndexDef) -> Index:
    by_name = {column.name: column for column in table.columns.values()}
    keys = tuple(
        Key(
            column=by_name.get(key.column or ""),
            expression=key.expression if key.column is None or key.column in by_name else key.column,
            descending=key.descending,
            opclass=key.opclass,
            nulls=key.nulls,
        )
        for key in it.keys
    )
    return Index(
        table=table,
        name=it.name,
        keys=keys,
        unique=it.unique,
        primary=it.primary,
        method=it.method,
        predicate=it.predicate,
        include=tuple(by_name[name] for name in it.include if name in by_name),
        clustered=None,
        on_field=it.on_field,
        spans=(_span(it.spot),),
        removal=None,
        # The library writes the migrations by what the models say; what is added by hand, they tell.
        migrated=True,
        nulls_distinct=it.nulls_distinct,
        written=it.written,
        implied=it.implied,
        refused_by=it.refused_by,
    )


def _foreign_key(
    table: Table, it: ForeignKeyDef, tables: Mapping[str, tuple[TableDef, Table]]
) -> ForeignKey | None:
    """The foreign key; None where it leads to columns that are not known."""
    found = tables.get(it.target)
    if found is None:
        return None
    target = found[1]
    columns, theirs = _columns(table, it.columns), _columns(target, it.target_columns)
    if not columns or len(columns) != len(it.columns) or len(theirs) != len(columns):
        return None
    actions = get_args(Action)
    return ForeignKey(
        table=table,
        columns=columns,
        target=target,
        target_columns=theirs,
        on_delete=cast(Action, it.on_delete) if it.on_delete in actions else "NoAction",
        on_update=cast(Action, it.on_update) if it.on_update in actions else "NoAction",
        on_delete_written=it.on_delete_written,
        enforced=it.enforced,
        name=it.name,
        relation=None,
        span=_span(it.spot),
        name_span=_span(it.spot),
        by_library=it.by_library,
        deferrable=it.deferrable,
    )


def _columns(table: Table, names: Iterable[str]) -> tuple[Column, ...]:
    by_name = {column.name: column for column in table.columns.values()}
    return tuple(by_name[name] for name in names if name in by_name)
