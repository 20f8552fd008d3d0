"""Migrations without a schema file -> Database: the tables that replaying them leaves.

So every rule about indexes and tables holds for a project that keeps nothing but SQL.
"""

from types import MappingProxyType

from msgspec.structs import force_setattr

from crowsfoot.databases.column_types import native_of, scalar_of
from crowsfoot.facts.prisma import Default, NativeType
from crowsfoot.link.catalog import model as held
from crowsfoot.link.effective import foreign_key_of, index_of
from crowsfoot.link.history import History
from crowsfoot.link.project import Column, Database, Enum, Table
from crowsfoot.link.tenants import find_tenancy
from crowsfoot.source import Range


def database_of(history: History, tenant_column: str | None) -> Database:
    """The database that the migrations leave."""
    catalog = history.final
    database = Database(
        path=history.migrations[0].file.path if history.migrations else history.path,
        datasource=None,
        provider=history.dialect,
        relation_mode="foreignKeys",
        files=tuple(it.file for it in history.migrations),
        tables=MappingProxyType({}),
        enums=MappingProxyType({}),
        relations=(),
        unresolved=(),
        tenancy=None,
        complete=catalog.certain,
    )
    enums = {
        (it.schema, it.name): Enum(database, it.name, it.name, it.values, it.span)
        for it in sorted(catalog.types.values(), key=lambda it: (it.span, it.schema, it.name))
        if isinstance(it, held.Enum)
    }
    tables: dict[int, Table] = {}
    for number, there in sorted(catalog.tables.items(), key=lambda it: (it[1].span, it[0])):
        # The rows of a partitioned table lie in its partitions, which inherit its indexes.
        if there.kind != "materialized view" and not there.temporary and there.partition_of is None:
            tables[number] = _table(database, there, enums, catalog)
    for number, table in tables.items():
        there = catalog.tables[number]
        force_setattr(
            table, "indexes", tuple(index_of(table, it) for it in there.indexes.values() if it.valid)
        )
    for number, table in tables.items():
        keys = [
            fk
            for made in catalog.tables[number].foreign_keys.values()
            if (fk := foreign_key_of(table, made, tables.get(made.target)))
        ]
        force_setattr(table, "foreign_keys", tuple(keys))
        for fk in keys:
            force_setattr(fk.target, "referenced_by", (*fk.target.referenced_by, fk))
    names = {table.model: table for table in tables.values()}
    force_setattr(database, "tables", MappingProxyType(names))
    force_setattr(database, "enums", MappingProxyType({it.model: it for it in enums.values()}))
    force_setattr(database, "tenancy", find_tenancy(database, tenant_column))
    return database


def _table(
    database: Database, there: held.Table, enums: dict[tuple[str, str], Enum], catalog: held.Catalog
) -> Table:
    table = Table(
        database=database,
        name=there.name,
        model=str(there),
        schema=there.schema or None,
        kind="view" if there.kind == "view" else "table",
        columns=MappingProxyType({}),
        indexes=(),
        foreign_keys=(),
        referenced_by=(),
        relation_fields=(),
        ignored=False,
        complete=there.complete and catalog.certain,
        span=there.span,
        name_span=there.span,
        append_at=None,
        append_after="open",
        trailer_at=None,
    )
    columns = {it.name: _column(table, it, enums, catalog) for it in there.columns.values()}
    force_setattr(table, "columns", MappingProxyType(columns))
    return table


def _column(
    table: Table, there: held.Column, enums: dict[tuple[str, str], Enum], catalog: held.Catalog
) -> Column:
    own = catalog.type(there.type.name, there.type.schema)
    enum = enums.get((own.schema, own.name)) if own is not None else None
    native = native_of(there.type.name)
    scalar = scalar_of(there.type.name) or (enum.model if enum else f'Unsupported("{there.type}")')
    nowhere = Range(0, 0)
    return Column(
        table=table,
        name=there.name,
        field=there.name,
        type=scalar,
        native=NativeType(nowhere, "db", native, there.type.args) if native else None,
        enum=enum,
        nullable=not there.not_null,
        is_list=there.type.dimensions > 0,
        default=_default(there),
        updated_at=there.on_update is not None,
        ignored=False,
        span=there.span,
        name_span=there.span,
    )


# What Prisma calls the functions that make a value for each row.
_GENERATORS = {
    "nextval": "autoincrement",
    "gen_random_uuid": "uuid",
    "uuid_generate_v4": "uuid",
    "uuid": "uuid",
    "newid": "uuid",
    "now": "now",
    "current_timestamp": "now",
}


def _default(there: held.Column) -> Default | None:
    if there.identity or there.sequence:
        return Default(Range(0, 0), function="autoincrement")
    if there.default is None or there.default.null:
        return None
    for function in there.default.functions:
        return Default(there.default.range, function=_GENERATORS.get(function, "dbgenerated"))
    return Default(there.default.range, value=there.default.value)
