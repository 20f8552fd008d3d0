"""Constraints: added to a table, with the index that they need; dropped, validated, altered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AddConstraint,
    AlterConstraint,
    Constraint,
    DropConstraint,
    IndexKey,
    ValidateConstraint,
)
from crowsfoot.link.catalog import drops, foreign_keys, names, not_null
from crowsfoot.link.catalog.builtin import SYSTEM_COLUMNS, UNSORTABLE
from crowsfoot.link.catalog.constraint_names import (
    claim_constraint,
    claim_index,
    missing_constraint,
    names_on,
    numbered,
)
from crowsfoot.link.catalog.draft import Draft, edited, heirs, renamed
from crowsfoot.link.catalog.model import Check, Index, Table
from crowsfoot.source import Range

_WORDS = {"primary": "primary key", "unique": "unique", "exclude": "exclusion"}


def add_constraint(draft: Draft, change: AddConstraint) -> None:
    if change.constraint in draft.left_out:
        return
    table = draft.alterable(change.table, "ADD CONSTRAINT", ("table",))
    add(draft, table.number, change.constraint)


def add(draft: Draft, number: int, it: Constraint) -> None:
    """Adds the constraint to the table of that number."""
    if it.kind == "check":
        add_check(draft, number, it)
    elif it.kind == "foreign":
        foreign_keys.add_foreign_key(draft, number, it)
    elif it.kind == "not null":
        not_null.add_not_null(draft, number, it)
    else:
        add_index_constraint(draft, number, it)


# --- checks ------------------------------------------------------------------------------------------------


def add_check(draft: Draft, number: int, it: Constraint) -> None:
    table = draft.catalog.tables[number]
    if it.check is None:
        return
    for used in it.check.columns:
        if used not in SYSTEM_COLUMNS and draft.catalog.column(table, used) is None:
            draft.refuse_column(table, used, it.check.range, bare=True)
    name = it.name
    if name is None and draft.catalog.dialect == "mysql":
        number_of_checks = 1
        while f"{table.name}_chk_{number_of_checks}" in table.checks:
            number_of_checks += 1
        name = f"{table.name}_chk_{number_of_checks}"
    elif name is None:
        column = it.check.columns[0] if len(it.check.columns) == 1 else None
        name = names.constraint_name(draft, table.schema, table.name, column, "check", names_on(table))
    else:
        claim_constraint(draft, table, name, it.range)
    check = Check(
        name,
        it.check,
        draft.span(it.range),
        valid=not it.not_valid,
        enforced=it.enforced,
        added_in=draft.migration,
    )
    draft.put(replace(table, checks=edited(table.checks, name, check)))
    for heir in heirs(draft.catalog, table):
        if name not in heir.checks:
            draft.put(replace(heir, checks=edited(heir.checks, name, check)))


# --- indexes of constraints --------------------------------------------------------------------------------


def add_index_constraint(draft: Draft, number: int, it: Constraint) -> None:
    table = draft.catalog.tables[number]
    primary = it.kind == "primary"
    if it.using_index is not None:
        adopt_index(draft, table, it, it.using_index)
        return
    keys = keys_of(draft, table, it)
    if it.kind != "exclude":
        check_keys(draft, table, keys, it)
    if primary:
        refuse_second(draft, table, it)
    if it.kind != "exclude":
        check_partition_keys(draft, table, [key.column for key in keys], it.range)
    taken = names_on(table)
    if it.name is None or not draft.postgres:
        name = own_index_name(draft, table, it, keys)
    else:
        name = it.name
        draft.claim_relation(table.schema, name, it.range)
        if name in taken:
            claim_constraint(draft, table, name, it.range)
    index = Index(
        name,
        keys,
        draft.span(it.range),
        unique=it.kind != "exclude",
        primary=primary,
        constraint=True,
        method=it.method or ("gist" if it.kind == "exclude" else "btree"),
        include=it.include,
        predicate=it.predicate,
        nulls_distinct=it.nulls_distinct,
        deferrable=it.deferrable,
        added_in=draft.migration,
    )
    mysql = draft.catalog.dialect == "mysql"
    indexes = foreign_keys.without_implied(table, index) if mysql else edited(table.indexes, name, index)
    draft.put(replace(table, indexes=indexes))
    if primary and (draft.postgres or draft.catalog.dialect != "sqlite"):
        for key in keys:
            if key.column is not None:
                not_null.refuse_in_key(draft, draft.column(table, key.column, it.range), it.range)
                not_null.set_not_null(draft, number, key.column, it.range)
    for heir in heirs(draft.catalog, table):
        if heir.partition_of is not None and not any(same_index(index, own) for own in heir.indexes.values()):
            add_index_constraint(draft, heir.number, replace(it, name=None))


def check_partition_keys(draft: Draft, table: Table, columns: Sequence[str | None], range: Range) -> None:
    """What is unique in a partitioned table must tell the partitions apart."""
    missing = set(table.partition_keys) - set(columns)
    if missing and missing <= set(table.columns) and draft.postgres:
        message = "unique constraint on partitioned table must include all partitioning columns"
        draft.refuse("0A000", message, range, table.name)


def refuse_second(draft: Draft, table: Table, it: Constraint) -> None:
    """Refuses a primary key where there is one."""
    if table.primary_key is not None:
        draft.refuse(
            "42P16",
            f'multiple primary keys for table "{table.name}" are not allowed',
            it.range,
            table.name,
            table.primary_key.name,
        )


def own_index_name(draft: Draft, table: Table, it: Constraint, keys: Sequence[IndexKey]) -> str:
    """The name of a constraint's index where the database chooses it."""
    dialect = draft.catalog.dialect
    if dialect == "postgresql":
        return names.index_name(draft, table.schema, table.name, keys, it.include, it.kind)
    if dialect == "mysql" and it.kind == "primary":
        return "PRIMARY"  # whatever the statement says
    if it.name is not None:
        claim_index(draft, table, it.name, it.range)
        return it.name
    if dialect == "mysql":
        return numbered(keys[0].column or "functional_index", table.indexes)
    return numbered(names.composed(table.name, None, it.kind), table.indexes)


def keys_of(draft: Draft, table: Table, it: Constraint) -> tuple[IndexKey, ...]:
    if it.keys:
        return it.keys
    return tuple(IndexKey(it.range, column=stored(draft, table, name)) for name in it.columns)


def stored(draft: Draft, table: Table, name: str) -> str:
    """The column's name as the table has it."""
    column = draft.catalog.column(table, name)
    return name if column is None else column.name


def check_keys(draft: Draft, table: Table, keys: Sequence[IndexKey], it: Constraint) -> None:
    seen: set[str] = set()
    for key in keys:
        name = key.column
        if name is None:
            continue
        column = draft.catalog.column(table, name)
        if column is None:
            if not table.complete:
                continue
            draft.refuse("42703", f'column "{name}" named in key does not exist', it.range, name, table.name)
        if name in seen:
            refuse_repeated(draft, name, it)
        seen.add(name)
        if draft.postgres and column.type.name in UNSORTABLE and not column.type.dimensions:
            draft.refuse(
                "42704",
                f'data type {column.type.name} has no default operator class for access method "btree"',
                it.range,
                name,
            )


def refuse_repeated(draft: Draft, name: str, it: Constraint) -> NoReturn:
    draft.refuse("42701", f'column "{name}" appears twice in {_WORDS[it.kind]} constraint', it.range)


def adopt_index(draft: Draft, table: Table, it: Constraint, wanted: str) -> None:
    """ADD CONSTRAINT ... USING INDEX."""
    index = table.indexes.get(wanted)
    if index is None:
        elsewhere = (table.schema, wanted) in draft.catalog.index_tables
        code, what = (
            ("55000", f'does not belong to table "{table.name}"')
            if elsewhere
            else ("42704", "does not exist")
        )
        draft.refuse(code, f'index "{wanted}" {what}', it.range, wanted, table.name)
    if index.constraint:
        draft.refuse("55000", f'index "{wanted}" is already associated with a constraint', it.range, wanted)
    if not index.valid:
        draft.refuse("55000", f'index "{wanted}" is not valid', it.range, wanted)
    if not index.unique:
        draft.refuse("42809", f'"{wanted}" is not a unique index', it.range, wanted)
    if None in index.columns:
        draft.refuse("42809", f'index "{wanted}" contains expressions', it.range, wanted)
    if index.predicate is not None:
        draft.refuse("42809", f'"{wanted}" is a partial index', it.range, wanted)
    if it.kind == "primary":
        refuse_second(draft, table, it)
    name = it.name or wanted
    if name != wanted:
        draft.claim_relation(table.schema, name, it.range)
    claim_constraint(draft, table, name, it.range)
    primary = it.kind == "primary"
    adopted = replace(index, name=name, constraint=True, primary=primary, deferrable=it.deferrable)
    draft.put(replace(table, indexes=renamed(table.indexes, wanted, name, adopted)))
    if primary:
        for column in index.columns:
            if column is not None:
                not_null.set_not_null(draft, table.number, column, it.range)


def same_index(one: Index, other: Index) -> bool:
    return (one.columns, one.unique, one.primary, one.method) == (
        other.columns,
        other.unique,
        other.primary,
        other.method,
    )


# --- foreign keys ------------------------------------------------------------------------------------------


# --- names -------------------------------------------------------------------------------------------------


# --- changing ----------------------------------------------------------------------------------------------


def drop_constraint(draft: Draft, change: DropConstraint) -> None:
    table = draft.alterable(change.table, "DROP CONSTRAINT", ("table",))
    name = constraint_called(draft, table, change)
    if name is None:
        if (column := not_null.called(draft, table, change.name)) is not None:
            not_null.drop_not_null(draft, table, column, change.range)
            return
        if change.if_exists:
            return
        if not table.complete or (
            draft.catalog.dialect == "sqlserver" and drop_default(draft, table, change.name)
        ):
            return
        draft.refuse(
            "42704",
            f'constraint "{change.name}" of relation "{table.name}" does not exist',
            change.range,
            change.name,
            table.name,
        )
    drops.drop(draft, [("constraint", table.number, name)], change.cascade, change.range)
    for heir in heirs(draft.catalog, table):
        if name in heir.checks or (heir.partition_of is not None and name in heir.foreign_keys):
            drops.remove_constraint(draft, ("constraint", heir.number, name))


def drop_default(draft: Draft, table: Table, name: str) -> bool:
    """SQL Server keeps defaults as constraints. Drops the one of that name; whether there may be one."""
    unnamed = False
    for column in table.columns.values():
        if column.default is None:
            continue
        if (column.default_constraint or "").lower() == name.lower():
            without = replace(column, default=None, default_constraint=None)
            draft.put(replace(table, columns=edited(table.columns, column.name, without)))
            return True
        unnamed = unnamed or column.default_constraint is None  # the server has made up a name
    return unnamed


def constraint_called(draft: Draft, table: Table, change: DropConstraint) -> str | None:
    if change.kind == "primary":
        return table.primary_key.name if table.primary_key is not None else None
    if draft.postgres:
        return change.name if change.name in names_on(table) else None
    wanted = change.name.lower()
    everything = names_on(table) | set(table.indexes)
    return next((it for it in everything if it.lower() == wanted), None)


def validate_constraint(draft: Draft, change: ValidateConstraint) -> None:
    table = draft.alterable(change.table, "VALIDATE CONSTRAINT", ("table",))
    name = change.name
    if name in table.foreign_keys:
        fk = replace(table.foreign_keys[name], valid=True)
        draft.put(replace(table, foreign_keys=edited(table.foreign_keys, name, fk)))
    elif name in table.checks:
        check = replace(table.checks[name], valid=True)
        draft.put(replace(table, checks=edited(table.checks, name, check)))
    elif name in names_on(table):
        draft.refuse(
            "42809",
            f'constraint "{name}" of relation "{table.name}" is not a foreign key or check constraint',
            change.range,
            name,
        )
    elif (column := not_null.called(draft, table, name)) is not None:
        not_null.validate_not_null(draft, table, column, change.range)
    else:
        missing_constraint(draft, table, name, change.range)


def alter_constraint(draft: Draft, change: AlterConstraint) -> None:
    table = draft.alterable(change.table, "ALTER CONSTRAINT", ("table",))
    name = change.name
    fk = table.foreign_keys.get(name)
    if fk is None:
        if name in names_on(table):
            draft.refuse(
                "42809",
                f'constraint "{name}" of relation "{table.name}" is not a foreign key constraint',
                change.range,
                name,
            )
        if not_null.called(draft, table, name) is None:
            missing_constraint(draft, table, name, change.range)
        return
    fk = replace(
        fk,
        deferrable=fk.deferrable if change.deferrable is None else change.deferrable,
        deferred=fk.deferred if change.deferred is None else change.deferred,
        enforced=fk.enforced if change.enforced is None else change.enforced,
    )
    draft.put(replace(table, foreign_keys=edited(table.foreign_keys, name, fk)))
