"""A declared schema and the catalog of its migrations -> where the two differ, and the SQL between them.

What a Prisma schema cannot say is no difference: partial and expression indexes, other index methods, checks,
triggers, policies. Nor is a name: an index is the same by what it covers.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from crowsfoot.databases.column_types import declared_type
from crowsfoot.link.catalog import model as held
from crowsfoot.link.effective import ACTIONS, table_of, twin
from crowsfoot.link.history import History
from crowsfoot.link.project import Column, Database, ForeignKey, Index, Table
from crowsfoot.source import Span

SQL_ACTIONS = {prisma: sql for sql, prisma in ACTIONS.items()}

# Tables that tools keep for themselves.
_TOOLS = frozenset({"_prisma_migrations", "schema_migrations", "flyway_schema_history", "goose_db_version"})


class Difference(msgspec.Struct, frozen=True):
    """One thing that the schema and the migrations say differently.

    lacks is who does not have it: the database after all migrations, the schema, or neither (they differ).
    sql is what a further migration would have to say, and empty where only the schema can be mended.
    """

    lacks: Literal["migrations", "schema", "neither"]
    span: Span
    subject: str
    message: str
    sql: str = ""
    others: tuple[Span, ...] = ()


def differences(database: Database, history: History) -> Iterator[Difference]:
    """Every difference, in the order of the schema, then of the migrations.

    Tables that a failed migration speaks of are left out: what they look like is not known.
    """
    catalog = history.final
    doubtful = _doubtful(history)
    pairs: list[tuple[Table, held.Table]] = []
    lacking: list[Table] = []
    for table in database.tables.values():
        if table.kind == "view" or not table.complete or catalog.fold(table.name) in doubtful:
            continue
        there = table_of(table, catalog)
        if there is None:
            lacking.append(table)
        elif there.kind == "table" and there.complete:
            pairs.append((table, there))
    if not pairs:  # these are the migrations of another schema, or none have been made yet
        return
    for table in lacking:
        yield Difference(
            "migrations", table.name_span, str(table), f"no migration creates the table {table.name}"
        )
    yield from _enums(database, history, doubtful)
    for table, there in pairs:
        yield from _columns(table, there, catalog)
        yield from _indexes(table, there, catalog)
        if database.relation_mode == "foreignKeys":
            yield from _foreign_keys(table, there, catalog, doubtful)
    yield from _tables_without_model(database, history, {it.number for _, it in pairs}, doubtful)


def _doubtful(history: History) -> set[str]:
    """The names that statements which failed, or never ran, speak of."""
    fold = history.final.fold
    found: set[str] = set()
    for migration in history.migrations:
        if migration.failure is None and not migration.file.facts.problems:
            continue
        for step in migration.steps:
            for change in step.does:
                for name in ("table", "name", "type", "view"):
                    value = getattr(change, name, None)
                    text = getattr(value, "name", value)
                    if isinstance(text, str):
                        found.add(fold(text))
    return found


def _columns(table: Table, there: held.Table, catalog: held.Catalog) -> Iterator[Difference]:
    known = {catalog.fold(name): column for name, column in there.columns.items()}
    declared = set()
    for column in table.columns.values():
        declared.add(catalog.fold(column.name))
        made = known.get(catalog.fold(column.name))
        if made is None:
            yield Difference(
                "migrations",
                column.name_span,
                str(column),
                f"no migration adds the column {column.name} to {there}",
                _add_column(table, there, column),
            )
            continue
        yield from _column(column, made, there, catalog)
    for name, made in known.items():
        if name not in declared and not any(it.startswith("Unsupported(") for it in (made.type.name,)):
            yield Difference(
                "schema",
                table.name_span,
                str(table),
                f"the migrations give {there} a column {made.name} ({made.type}), and the model {table} has "
                "no field for it: prisma migrate dev would drop it",
                others=(made.span,),
            )


def _column(
    column: Column, made: held.Column, there: held.Table, catalog: held.Catalog
) -> Iterator[Difference]:
    is_list = column.is_list and column.table.database.provider in ("postgresql", "cockroachdb")
    wanted = _type(column)
    if wanted is not None and is_list is (made.type.dimensions > 0):
        name, args = wanted
        # Prisma tells these apart; the rest of a type (unsigned, character set) it takes as it comes.
        same = catalog.fold(name) == catalog.fold(made.type.name) and (
            _finest(args, name) == _finest(made.type.args, name) or catalog.dialect != "postgresql"
        )
        if catalog.dialect == "postgresql" and not same:
            text = str(msgspec.structs.replace(made.type, name=name, args=args))
            yield Difference(
                "neither",
                column.name_span,
                str(column),
                f"{column} is {text} in the schema, and {made.type} after the migrations",
                f"ALTER TABLE {_quoted(there)} ALTER COLUMN {_quote(made.name)} SET DATA TYPE {text};",
                others=(made.span,),
            )
    # A list is never null to Prisma, and its column may say either.
    if not column.is_list and column.nullable is made.not_null:
        schema, migrations = ("optional", "NOT NULL") if column.nullable else ("required", "nullable")
        change = "DROP NOT NULL" if column.nullable else "SET NOT NULL"
        yield Difference(
            "neither",
            column.name_span,
            str(column),
            f"{column} is {schema} in the schema, and {migrations} after the migrations",
            f"ALTER TABLE {_quoted(there)} ALTER COLUMN {_quote(made.name)} {change};",
            others=(made.span,),
        )


def _finest(args: tuple[str, ...], name: str) -> tuple[str, ...]:
    """A time without a precision has six digits of the second."""
    return () if args == ("6",) and name.startswith("time") else args


def _type(column: Column) -> tuple[str, tuple[str, ...]] | None:
    if column.type.startswith("Unsupported("):
        return None
    if column.enum is not None:
        return (column.enum.name, ()) if column.table.database.provider == "postgresql" else None
    native = (column.native.name, column.native.args) if column.native else None
    return declared_type(column.table.database.provider, column.type, native)


def _indexes(table: Table, there: held.Table, catalog: held.Catalog) -> Iterator[Difference]:
    seen: set[str] = set()
    for index in table.indexes:
        if not index.declared or (index.predicate is not None and not index.migrated):
            continue
        made = twin(index, there)
        if made is not None:
            seen.add(made.name)
            continue
        if any(key.column is None for key in index.keys) or index.method == "fulltext":
            continue
        what = "the primary key" if index.primary else "a unique index" if index.unique else "an index"
        yield Difference(
            "migrations",
            index.span,
            str(index),
            f"no migration creates {what} for {index.declaration} of {table}",
            _create_index(index, there),
        )
    for made in there.indexes.values():
        # What the primary key should be was said above, where the schema has it.
        if made.primary or made.name in seen or not _can_be_declared(made) or _is_declared(made, table):
            continue
        yield Difference(
            "schema",
            table.name_span,
            str(table),
            f"the migrations create the index {made.name} on {there}, and the model {table} lacks it: "
            "prisma migrate dev would drop it",
            others=(made.span,),
        )


def _can_be_declared(made: held.Index) -> bool:
    """Whether a Prisma schema could say the same, so that its silence means something."""
    plain = made.predicate is None and not made.include and made.nulls_distinct and made.valid
    keys = all(it.column and it.nulls is None and it.opclass is None for it in made.keys)
    # A deferrable or exclusion constraint has no word in a schema either.
    return plain and keys and made.method == "btree" and not made.deferrable


def _is_declared(made: held.Index, table: Table) -> bool:
    """Two indexes over the same columns are one to the schema."""
    wanted = list(made.columns)
    return any(
        index.declared
        and [it.column.name if it.column else None for it in index.keys] == wanted
        and (index.unique or not made.unique)
        for index in table.indexes
    )


def _foreign_keys(
    table: Table, there: held.Table, catalog: held.Catalog, doubtful: set[str]
) -> Iterator[Difference]:
    made_of: dict[tuple[str, ...], list[held.ForeignKey]] = {}
    for made in there.foreign_keys.values():
        made_of.setdefault(made.columns, []).append(made)
    declared = set()
    for fk in table.foreign_keys:
        if fk.relation is None:  # only a migration makes it
            continue
        columns = tuple(column.name for column in fk.columns)
        declared.add(columns)
        if catalog.fold(fk.target.name) in doubtful or fk.target.kind == "view":
            continue
        twin_key = next(iter(made_of.get(columns, ())), None)
        if twin_key is None:
            yield Difference(
                "migrations",
                fk.name_span,
                str(fk),
                f"no migration creates the foreign key of {fk} to {fk.target}",
                _add_foreign_key(fk, there),
            )
        elif fk.on_delete_written and ACTIONS.get(twin_key.on_delete) != fk.on_delete:
            yield Difference(
                "neither",
                fk.name_span,
                str(fk),
                f"deleting a {fk.target} means {fk.on_delete} in the schema, and "
                f"{ACTIONS.get(twin_key.on_delete, twin_key.on_delete)} after the migrations",
                others=(twin_key.span,),
            )
    for columns, keys in made_of.items():
        if columns not in declared and table.kind == "table":
            target = catalog.tables.get(keys[0].target)
            yield Difference(
                "schema",
                table.name_span,
                str(table),
                f"the migrations create the foreign key {keys[0].name} on {there} to {target}, and the model "
                f"{table} has no relation over {', '.join(columns)}: prisma migrate dev would drop it",
                others=(keys[0].span,),
            )


def _enums(database: Database, history: History, doubtful: set[str]) -> Iterator[Difference]:
    if history.dialect != "postgresql":
        return
    for enum in database.enums.values():
        made = history.final.type(enum.name)
        if enum.name in doubtful:
            continue
        if made is None:
            used = any(
                column.enum is enum for table in database.tables.values() for column in table.columns.values()
            )
            if used:
                yield Difference(
                    "migrations", enum.span, str(enum), f"no migration creates the enum type {enum.name}"
                )
        elif isinstance(made, held.Enum) and set(made.values) != set(enum.values):
            missing = [it for it in enum.values if it not in made.values]
            extra = [it for it in made.values if it not in enum.values]
            parts = [f"no migration adds {', '.join(missing)}"] if missing else []
            parts += [f"the schema lacks {', '.join(extra)}"] if extra else []
            yield Difference(
                "migrations" if missing else "schema",
                enum.span,
                str(enum),
                f"the values of the enum {enum} differ: {' and '.join(parts)}",
                "\n".join(f"ALTER TYPE {_quote(enum.name)} ADD VALUE '{it}';" for it in missing),
                others=(made.span,),
            )


def _tables_without_model(
    database: Database, history: History, known: set[int], doubtful: set[str]
) -> Iterator[Difference]:
    catalog = history.final
    # Prisma sees the schemas that the datasource lists, else the first of the search path.
    schemas = {table.schema for table in database.tables.values() if table.schema} or {catalog.search_path[0]}
    declared = {catalog.fold(table.name) for table in database.tables.values()}
    for there in sorted(catalog.tables.values(), key=lambda it: (it.span, it.number)):
        if (
            there.number in known
            or there.kind != "table"
            or there.temporary
            or there.partition_of is not None
            or there.schema not in schemas
            or there.name in _TOOLS
            or catalog.fold(there.name) in declared | doubtful
        ):
            continue
        yield Difference(
            "schema",
            there.span,
            str(there),
            f"the migrations create the table {there}, and no model stands for it: prisma migrate dev would "
            "drop it",
        )


# --- SQL ---------------------------------------------------------------------------------------------------


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(there: held.Table) -> str:
    schema = "" if there.schema in ("public", "dbo", "") else f"{_quote(there.schema)}."
    return schema + _quote(there.name)


def _list(columns: tuple[Column, ...]) -> str:
    return ", ".join(_quote(column.name) for column in columns)


def _add_column(table: Table, there: held.Table, column: Column) -> str:
    wanted = _type(column)
    if wanted is None:
        return ""
    name, args = wanted
    type = (_quote(name) if column.enum else name) + (f"({','.join(args)})" if args else "")
    type += "[]" * column.is_list
    null = "" if column.nullable or column.is_list else " NOT NULL"
    return f"ALTER TABLE {_quoted(there)} ADD COLUMN {_quote(column.name)} {type}{null};"


def _create_index(index: Index, there: held.Table) -> str:
    if index.primary:
        return f"ALTER TABLE {_quoted(there)} ADD PRIMARY KEY ({_list(index.columns)});"
    suffix = "key" if index.unique else "idx"
    name = index.name or default_name(there.name, [it.name for it in index.columns], suffix)
    keys = ", ".join(
        _quote(key.column.name) + (" DESC" if key.descending else "") for key in index.keys if key.column
    )
    using = "" if index.method == "btree" else f" USING {index.method}"
    unique = "UNIQUE " if index.unique else ""
    return f"CREATE {unique}INDEX {_quote(name)} ON {_quoted(there)}{using} ({keys});"


def _add_foreign_key(fk: ForeignKey, there: held.Table) -> str:
    name = fk.name or default_name(there.name, [it.name for it in fk.columns], "fkey")
    return (
        f"ALTER TABLE {_quoted(there)} ADD CONSTRAINT {_quote(name)} FOREIGN KEY ({_list(fk.columns)}) "
        f"REFERENCES {_quote(fk.target.name)} ({_list(fk.target_columns)}) "
        f"ON DELETE {SQL_ACTIONS[fk.on_delete]} ON UPDATE {SQL_ACTIONS[fk.on_update]};"
    )


def default_name(table: str, columns: list[str], suffix: str) -> str:
    """The name that Prisma gives an index or constraint of PostgreSQL.

    Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/database-mapping#prisma-orms-default-naming-conventions-for-indexes-and-constraints
    """
    limit = 63 - len(suffix) - 1
    stem = "_".join([table, *columns]).encode()[:limit].decode(errors="ignore")
    return f"{stem}_{suffix}"
