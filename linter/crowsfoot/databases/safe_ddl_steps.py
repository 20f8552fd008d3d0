"""A change that makes a busy PostgreSQL wait -> the transactions that come to the same, one after the other.

Sources: https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY,
https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
"""

from collections.abc import Callable
from typing import Final

import msgspec

from crowsfoot.databases.locks_defaults import SERIALS, default_of, own_value
from crowsfoot.databases.locks_types import rewrites
from crowsfoot.databases.safe_ddl_text import (
    column_sql,
    constraint_sql,
    index_sql,
    qualified,
    quoted,
    shortened,
    type_sql,
)
from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterTable,
    Change,
    Constraint,
    CreateIndex,
    DropObject,
    IndexKey,
    Maintain,
    ObjectName,
    RefreshView,
    TypeName,
)
from crowsfoot.link.catalog.model import Catalog, Column, Table


class Step(msgspec.Struct, frozen=True):
    """One transaction of the way.

    concurrent: its only statement must not be in a transaction block. repeated: it is run until it changes no
    row, so that it is no part of a longer file. release: the code that has to be deployed before.
    """

    statements: tuple[str, ...]
    purpose: str
    concurrent: bool = False
    repeated: bool = False
    release: str = ""


# --- indexes -----------------------------------------------------------------------------------------------


def _create_index(it: CreateIndex, before: Catalog, postgres: int) -> list[Step] | None:
    table = before.table(it.table)
    if it.concurrently or table is None or it.only:
        return None
    if table.partition_by is not None:
        return _index_of_partitions(it, table, before)
    return [_built(it, f"build {it.name or 'the index'} while rows are read and written")]


def _built(it: CreateIndex, purpose: str) -> Step:
    return Step((index_sql(it, concurrently=True),), purpose, concurrent=True)


def _index_of_partitions(it: CreateIndex, table: Table, before: Catalog) -> list[Step] | None:
    """Each partition for itself, and then the index of the table, which becomes valid with the last part."""
    parts = [before.tables[number] for number in before.partitions.get(table.number, ())]
    if it.name is None or not parts or any(part.partition_by is not None for part in parts):
        return None
    name = ObjectName(it.name, it.range, table.schema)
    steps = [Step((index_sql(it, only=True),), f"make {it.name}, which is not valid yet")]
    attached = []
    for part in parts:
        own = shortened(f"{part.name}_{it.name}")
        where = ObjectName(part.name, it.range, part.schema)
        steps.append(
            Step(
                (index_sql(it, own, where, concurrently=True),),
                f"build the part of {part}",
                concurrent=True,
            )
        )
        child = qualified(ObjectName(own, it.range, part.schema))
        attached.append(f"ALTER INDEX {qualified(name)} ATTACH PARTITION {child}")
    return [*steps, Step(tuple(attached), "put the parts together")]


def _drop(it: DropObject, before: Catalog, postgres: int) -> list[Step] | None:
    if it.kind != "index" or it.concurrently or it.cascade:
        return None
    table = before.index_table(it.name)
    index = table.indexes.get(it.name.name) if table is not None else None
    if table is None or table.partition_by is not None or index is None or index.constraint:
        return None
    exists = "IF EXISTS " if it.if_exists else ""
    statement = f"DROP INDEX CONCURRENTLY {exists}{qualified(it.name)}"
    return [Step((statement,), f"drop {it.name.name} while rows are read and written", concurrent=True)]


def _maintain(it: Maintain, before: Catalog, postgres: int) -> list[Step] | None:
    if it.command != "reindex" or it.concurrently or postgres < 12 or it.kind not in ("index", "table"):
        return None
    return [
        Step(
            (f"REINDEX {it.kind.upper()} CONCURRENTLY {qualified(name)}",),
            f"build {name.name} anew while rows are read and written",
            concurrent=True,
        )
        for name in it.names
    ]


# --- constraints -------------------------------------------------------------------------------------------


def _add_constraint(it: AddConstraint, before: Catalog, postgres: int) -> list[Step] | None:
    table = before.table(it.table)
    if table is None or it.constraint.not_valid or not it.constraint.enforced:
        return None
    return _constrain(it.constraint, it.table, table, postgres)


def _constrain(it: Constraint, name: ObjectName, table: Table, postgres: int) -> list[Step] | None:
    if it.kind in ("check", "foreign"):
        if it.kind == "foreign" and table.partition_by is not None and postgres < 18:
            return None  # partitioned tables take no foreign key that is NOT VALID
        return _unchecked_then_validated(it, name, table)
    if it.kind in ("primary", "unique") and it.using_index is None and table.partition_by is None:
        return _with_index(it, name, table, postgres)
    if it.kind == "not null" and it.columns:
        return _not_null(it.columns[0], name, table, postgres)
    return None


def _unchecked_then_validated(it: Constraint, name: ObjectName, table: Table) -> list[Step]:
    called = it.name or _chosen_name(it, table)
    return [
        Step(
            (f"ALTER TABLE {qualified(name)} ADD {constraint_sql(it, called)} NOT VALID",),
            f"add {called} for new rows, without reading those that are there",
        ),
        Step(
            (f"ALTER TABLE {qualified(name)} VALIDATE CONSTRAINT {quoted(called)}",),
            "check the old rows, in a transaction of its own, while rows are read and written",
        ),
    ]


def _chosen_name(it: Constraint, table: Table) -> str:
    """A name for a constraint without one, as PostgreSQL would choose it."""
    suffix = {"check": "check", "foreign": "fkey", "primary": "pkey"}.get(it.kind, "key")
    columns = () if it.kind == "primary" else it.columns
    return shortened("_".join([table.name, *columns, suffix]))


def _with_index(it: Constraint, name: ObjectName, table: Table, postgres: int) -> list[Step] | None:
    called = it.name or _chosen_name(it, table)
    if called in table.indexes:
        return None  # it takes the place of one that goes in the same statement
    index = CreateIndex(
        it.range,
        name,
        tuple([IndexKey(it.range, column) for column in it.columns]),
        called,
        unique=True,
        include=it.include,
        nulls_distinct=it.nulls_distinct,
    )
    steps = [_built(index, f"build the index of {called} while rows are read and written")]
    if it.kind == "primary":
        for column in it.columns:
            found = table.columns.get(column)
            if found is not None and not found.not_null:
                if postgres < 12:
                    return None
                steps += _not_null(column, name, table, postgres) or []
    kind = "PRIMARY KEY" if it.kind == "primary" else "UNIQUE"
    deferrable = " DEFERRABLE" if it.deferrable else ""
    deferred = " INITIALLY DEFERRED" if it.deferred else ""
    statement = (
        f"ALTER TABLE {qualified(name)} ADD CONSTRAINT {quoted(called)} {kind} USING INDEX {quoted(called)}"
        f"{deferrable}{deferred}"
    )
    return [*steps, Step((statement,), "make the constraint from its index")]


def _not_null(column: str, name: ObjectName, table: Table, postgres: int) -> list[Step]:
    """A NOT NULL that is checked while rows are read and written."""
    where, what = f"ALTER TABLE {qualified(name)}", quoted(column)
    called = shortened(f"{table.name}_{column}_not_null")
    validate = f"{where} VALIDATE CONSTRAINT {quoted(called)}"
    validated = "check the old rows, in a transaction of its own, while rows are read and written"
    if postgres >= 18:
        added = f"{where} ADD CONSTRAINT {quoted(called)} NOT NULL {what} NOT VALID"
        return [Step((added,), f"forbid NULL in {column} for new rows"), Step((validate,), validated)]
    added = f"{where} ADD CONSTRAINT {quoted(called)} CHECK ({what} IS NOT NULL) NOT VALID"
    steps = [Step((added,), f"forbid NULL in {column} for new rows"), Step((validate,), validated)]
    if postgres >= 12:  # before, SET NOT NULL reads the table in any case, and the CHECK has to do
        last = (f"{where} ALTER COLUMN {what} SET NOT NULL", f"{where} DROP CONSTRAINT {quoted(called)}")
        steps.append(Step(last, "set NOT NULL, which trusts the constraint, and drop that"))
    return steps


# --- columns -----------------------------------------------------------------------------------------------


def _alter_column(it: AlterColumn, before: Catalog, postgres: int) -> list[Step] | None:
    table = before.table(it.table)
    column = table.columns.get(it.column) if table is not None else None
    if table is None or column is None:
        return None
    if it.change == "set not null" and not column.not_null:
        return _not_null(it.column, it.table, table, postgres)
    if it.change != "type" or it.type is None:
        return None
    written = rewrites(column.type, it.type, it.expression, it.column, before, postgres, timezone_utc=False)
    return _retype(it, it.type, table, column, before, postgres) if written else None


def _retype(
    it: AlterColumn, type: TypeName, table: Table, column: Column, before: Catalog, postgres: int
) -> list[Step] | None:
    """A second column takes over: expand, fill, contract."""
    if column.identity is not None or column.generated is not None:
        return None
    name, new = it.table, shortened(f"{column.name}_new")
    if new in table.columns or any(column.name in index.columns for index in table.indexes.values()):
        return None  # its keys and indexes have to be made anew as well, which is more than a pattern
    if any(column.name in key.columns for key in table.foreign_keys.values()):
        return None
    said = [it.expression for it in table.checks.values()]
    said += [
        it for policy in table.policies.values() for it in (policy.using, policy.check) if it is not None
    ]
    if _is_viewed(table, column, before) or any(column.name in it.columns for it in said):
        return None  # what speaks of the old column goes with it, or keeps it from being dropped
    where = f"ALTER TABLE {qualified(name)}"
    value = it.expression.text if it.expression is not None else f"{quoted(column.name)}::{type_sql(type)}"
    steps = [
        Step((f"{where} ADD COLUMN {quoted(new)} {type_sql(type)}",), f"add {new} beside {column.name}"),
        _filled(
            table,
            name,
            f"{quoted(new)} = {value}",
            f"{quoted(new)} IS NULL AND {quoted(column.name)} IS NOT NULL",
            release=f"deploy code that writes both {column.name} and {new}",
        ),
    ]
    if column.not_null:
        steps += _not_null(new, name, table, postgres)
    last = [f"{where} DROP COLUMN {quoted(column.name)}"]
    if column.default is not None:
        last.insert(0, f"{where} ALTER COLUMN {quoted(new)} SET DEFAULT {column.default.text}")
    last.append(f"{where} RENAME COLUMN {quoted(new)} TO {quoted(column.name)}")
    release = f"deploy code that no longer needs the old {column.name}"
    return [*steps, Step(tuple(last), f"let {new} take the place of {column.name}", release=release)]


def _is_viewed(table: Table, column: Column, before: Catalog) -> bool:
    views = [before.tables[number] for number in before.readers.get(table.number, ())]
    return any(
        (table.number, column.name) in view.reads_columns or (view.query is not None and view.query.star)
        for view in views
    )


def _filled(table: Table, name: ObjectName, sets: str, missing: str, release: str = "") -> Step:
    """An UPDATE of one batch, to be repeated."""
    key = table.primary_key
    columns = [it for it in key.columns if it is not None] if key is not None else []
    if not columns:
        columns = ["ctid"]
    keys = ", ".join([it if it == "ctid" else quoted(it) for it in columns])
    left = f"({keys})" if len(columns) > 1 else keys
    statement = (
        f"UPDATE {qualified(name)} SET {sets} WHERE {left} IN "
        f"(SELECT {keys} FROM {qualified(name)} WHERE {missing} LIMIT 1000)"
    )
    purpose = "fill it in batches: run this until it changes no row"
    return Step((statement,), purpose, repeated=True, release=release)


def _add_column(it: AddColumn, before: Catalog, postgres: int) -> list[Step] | None:
    table, column = before.table(it.table), it.column
    if table is None or column.identity is not None or column.generated is not None or it.if_not_exists:
        return None
    written = own_value(column, before, postgres) is not None
    if (written and (column.default is None or column.default.null)) or column.type.name in SERIALS:
        return None  # what to fill it with is not known, or it takes more than a default
    if column.default is None and (column.not_null or default_of(column, before) is not None):
        return None
    where = f"ALTER TABLE {qualified(it.table)}"
    plain = f"{where} ADD COLUMN {column_sql(column)}"
    value = column.default.text if column.default is not None else ""
    if not written:
        # A default that is the same for all rows costs nothing, and neither does its NOT NULL.
        default = f" DEFAULT {value}" if value else ""
        required = " NOT NULL" if column.not_null else ""
        steps = [Step((plain + default + required,), f"add {column.name} alone")]
    else:
        name = quoted(column.name)
        later = f"{where} ALTER COLUMN {name} SET DEFAULT {value}"
        steps = [
            Step((plain, later), f"add {column.name}, with the default for new rows alone"),
            _filled(table, it.table, f"{name} = {value}", f"{name} IS NULL"),
        ]
        if column.not_null:
            steps += _not_null(column.name, it.table, table, postgres)
    for constraint in column.constraints:
        more = _constrain(constraint, it.table, table, postgres)
        if more is None:
            return None
        steps += more
    return steps if len(steps) > 1 else None


# --- the rest ----------------------------------------------------------------------------------------------


def _refresh(it: RefreshView, before: Catalog, postgres: int) -> list[Step] | None:
    view = before.table(it.view)
    if view is None or it.concurrently or not it.with_data:
        return None
    if not any(_identifies(index.unique, index.predicate, index.columns) for index in view.indexes.values()):
        return None
    statement = f"REFRESH MATERIALIZED VIEW CONCURRENTLY {qualified(it.view)}"
    return [Step((statement,), "fill the view anew while it is read")]


def _identifies(unique: bool, predicate: object, columns: tuple[str | None, ...]) -> bool:
    return unique and predicate is None and None not in columns


def _alter_table(it: AlterTable, before: Catalog, postgres: int) -> list[Step] | None:
    if it.change == "detach partition" and not it.concurrently and it.other is not None and postgres >= 14:
        table = before.table(it.table)
        children = before.partitions.get(table.number, ()) if table is not None else ()
        if any(before.tables[number].default_partition for number in children):
            return None
        statement = f"ALTER TABLE {qualified(it.table)} DETACH PARTITION {qualified(it.other)} CONCURRENTLY"
        return [Step((statement,), "detach it while rows are read and written", concurrent=True)]
    return None


RULES: Final[dict[type[Change], Callable[..., list[Step] | None]]] = {
    AddColumn: _add_column,
    AddConstraint: _add_constraint,
    AlterColumn: _alter_column,
    AlterTable: _alter_table,
    CreateIndex: _create_index,
    DropObject: _drop,
    Maintain: _maintain,
    RefreshView: _refresh,
}
