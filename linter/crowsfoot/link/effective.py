"""A declared database and its replayed migrations -> the effective schema: what both say exists.

Indexes and foreign keys that only migrations create are given to the tables; what the schema declares learns
what only SQL can say of it (a predicate, included columns), and where it is created.
"""

from collections.abc import Iterator

from msgspec.structs import force_setattr, replace

from crowsfoot.link.catalog import model as held
from crowsfoot.link.project import Action, Column, Database, ForeignKey, Index, Key, Table
from crowsfoot.source import Span

ACTIONS: dict[str, Action] = {
    "CASCADE": "Cascade",
    "RESTRICT": "Restrict",
    "NO ACTION": "NoAction",
    "SET NULL": "SetNull",
    "SET DEFAULT": "SetDefault",
}


def make_effective(database: Database, catalog: held.Catalog) -> None:
    """Give the tables of the database what only the migrations say of them."""
    tables: dict[int, Table] = {}
    for table in database.tables.values():
        there = table_of(table, catalog)
        if there is None:
            continue
        if there.kind == "table":
            tables[there.number] = table
        elif table.kind == "table":
            # A model over a view, as people write it to give a view relations.
            force_setattr(table, "kind", "view")
    for number, table in tables.items():
        force_setattr(table, "indexes", tuple(_indexes(table, catalog.tables[number])))
    for number, table in tables.items():
        _add_foreign_keys(table, catalog.tables[number], tables)


def table_of(table: Table, catalog: held.Catalog) -> held.Table | None:
    """The table of the catalog that the declared one stands for."""
    schemas = (table.schema,) if table.schema else catalog.search_path
    for schema in schemas:
        number = catalog.names.get((catalog.fold(schema), catalog.fold(table.name)))
        if number is not None:
            return catalog.tables[number]
    return None


def twin(index: Index, there: held.Table) -> held.Index | None:
    """The index of the migrations that a declared one stands for: by its name, else by what it is."""
    if index.name is not None and (named := there.indexes.get(index.name)) is not None:
        return named
    wanted = tuple(key.column.name if key.column else None for key in index.keys)
    alike = [
        it
        for it in there.indexes.values()
        if it.columns == wanted and None not in wanted and it.method == index.method
    ]
    alike.sort(key=lambda it: (it.primary is not index.primary, it.unique is not index.unique, it.name))
    return next((it for it in alike if it.unique == index.unique and it.predicate is None), None)


def _indexes(table: Table, there: held.Table) -> Iterator[Index]:
    """Those that are declared, with what the migrations add to them; then those that only migrations make."""
    seen: set[str] = set()
    for index in table.indexes:
        made = twin(index, there)
        if made is None:
            yield index
            continue
        seen.add(made.name)
        yield replace(
            index,
            spans=(*index.spans, made.span),
            migrated=True,
            predicate=index.predicate or (made.predicate.text if made.predicate else None),
            include=_columns(table, made.include),
            nulls_distinct=made.nulls_distinct,
        )
    for made in there.indexes.values():
        if made.name not in seen and made.valid:
            yield index_of(table, made)


def index_of(table: Table, made: held.Index) -> Index:
    """The index that a migration makes."""
    by_name = {column.name: column for column in table.columns.values()}
    keys = tuple(
        Key(
            column=by_name.get(key.column or ""),
            expression=key.expression.text
            if key.expression
            else None
            if key.column in by_name
            else key.column,
            descending=key.descending,
            length=key.length,
            opclass=key.opclass,
            nulls=key.nulls,
        )
        for key in made.keys
    )
    return Index(
        table=table,
        name=made.name,
        keys=keys,
        unique=made.unique,
        primary=made.primary,
        method=made.method,
        predicate=made.predicate.text if made.predicate else None,
        include=_columns(table, made.include),
        clustered=made.clustered,
        on_field=False,
        spans=(made.span,),
        removal=None,
        declared=False,
        migrated=True,
        nulls_distinct=made.nulls_distinct,
    )


def _columns(table: Table, names: tuple[str, ...]) -> tuple[Column, ...]:
    by_name = {column.name: column for column in table.columns.values()}
    return tuple(by_name[name] for name in names if name in by_name)


def _add_foreign_keys(table: Table, there: held.Table, tables: dict[int, Table]) -> None:
    known = {tuple(column.name for column in fk.columns) for fk in table.foreign_keys}
    added = [
        fk
        for made in there.foreign_keys.values()
        if made.columns not in known and (fk := foreign_key_of(table, made, tables.get(made.target)))
    ]
    if not added:
        return
    force_setattr(table, "foreign_keys", (*table.foreign_keys, *added))
    table.__dict__.pop("foreign_keys_over", None)
    for fk in added:
        force_setattr(fk.target, "referenced_by", (*fk.target.referenced_by, fk))


def foreign_key_of(table: Table, made: held.ForeignKey, target: Table | None) -> ForeignKey | None:
    """The foreign key that a migration makes; None where it leads to columns that are not known."""
    if target is None:
        return None
    columns, theirs = _columns(table, made.columns), _columns(target, made.target_columns)
    if len(columns) != len(made.columns) or len(theirs) != len(made.target_columns) or not columns:
        return None
    return ForeignKey(
        table=table,
        columns=columns,
        target=target,
        target_columns=theirs,
        on_delete=ACTIONS.get(made.on_delete, "NoAction"),
        on_update=ACTIONS.get(made.on_update, "NoAction"),
        on_delete_written=True,
        enforced=made.enforced,
        name=made.name,
        relation=None,
        span=made.span,
        name_span=_place(columns, made.span),
    )


def _place(columns: tuple[Column, ...], span: Span) -> Span:
    """The field in the schema, which can be edited; else the place in the migration."""
    return columns[0].name_span if columns else span
