"""Constraints: added to a table, with the index that they need; dropped, validated, altered."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NoReturn

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AddConstraint,
    AlterConstraint,
    Constraint,
    DropConstraint,
    IndexKey,
    Reference,
    ValidateConstraint,
)
from crowsfoot.link.catalog import drops, names
from crowsfoot.link.catalog.builtin import SYSTEM_COLUMNS, UNSORTABLE, comparable
from crowsfoot.link.catalog.draft import Draft, edited, heirs, renamed
from crowsfoot.link.catalog.model import Check, ForeignKey, Index, Table
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
        add_foreign_key(draft, number, it)
    elif it.kind == "not null":
        add_not_null(draft, number, it)
    else:
        add_index_constraint(draft, number, it)


# --- checks and NOT NULL -----------------------------------------------------------------------------------


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
    for heir in list(heirs(draft.catalog, table)):
        if name not in heir.checks:
            draft.put(replace(heir, checks=edited(heir.checks, name, check)))


def add_not_null(draft: Draft, number: int, it: Constraint) -> None:
    for name in it.columns:
        set_not_null(draft, number, name, it.range)


def set_not_null(draft: Draft, number: int, name: str, range: Range) -> None:
    table = draft.catalog.tables[number]
    for one in [table, *heirs(draft.catalog, table)]:
        column = draft.column(one, name, range)
        if not column.not_null:
            column = replace(column, not_null=True)
            draft.put(replace(one, columns=edited(one.columns, column.name, column)))


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
    draft.put(replace(table, indexes=edited(table.indexes, name, index)))
    if primary and (draft.postgres or draft.catalog.dialect != "sqlite"):
        for key in keys:
            if key.column is not None:
                set_not_null(draft, number, key.column, it.range)
    for heir in [*heirs(draft.catalog, table)]:
        if heir.partition_of is not None and not any(same_index(index, own) for own in heir.indexes.values()):
            add_index_constraint(draft, heir.number, replace(it, name=None))


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


def numbered(name: str, taken: Container[str]) -> str:
    """MySQL's way: a, a_2, a_3."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def claim_index(draft: Draft, table: Table, name: str, range: Range) -> None:
    """Refuses a name that an index of the same table has (in PostgreSQL and SQLite: of the schema)."""
    if draft.catalog.dialect in ("postgresql", "sqlite"):
        draft.claim_relation(table.schema, name, range)
    elif any(it.lower() == name.lower() for it in table.indexes):
        message = f'index "{name}" of table "{table.name}" already exists'
        draft.refuse("42P07", message, range, name)


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
                set_not_null(draft, table.number, column, it.range)


def same_index(one: Index, other: Index) -> bool:
    return (one.columns, one.unique, one.primary, one.method) == (
        other.columns,
        other.unique,
        other.primary,
        other.method,
    )


# --- foreign keys ------------------------------------------------------------------------------------------


def add_foreign_key(draft: Draft, number: int, it: Constraint) -> None:
    table = draft.catalog.tables[number]
    catalog = draft.catalog
    reference = it.references
    if reference is None:
        return
    if it.name is not None:
        claim_constraint(draft, table, it.name, it.range)
    if catalog.number_of(reference.table) is None and not is_checked(draft):
        waiting = new_key(
            draft, it, reference, it.name or foreign_key_name(draft, table, it.columns), it.columns
        )
        draft.await_table(reference.table.schema or table.schema, reference.table.name, number, waiting)
        return
    target = draft.table(reference.table)
    if target.kind != "table":
        draft.refuse(
            "42809", f'referenced relation "{target.name}" is not a table', reference.table.range, target.name
        )
    if target.temporary != table.temporary and draft.postgres:
        one, other = ("temporary", "temporary") if table.temporary else ("permanent", "permanent")
        draft.refuse(
            "42P16", f"constraints on {one} tables may reference only {other} tables", it.range, target.name
        )
    columns = tuple(foreign_column(draft, table, name, it.range) for name in it.columns)
    if reference.columns:
        targets = tuple(
            foreign_column(draft, target, name, reference.table.range) for name in reference.columns
        )
    elif target.primary_key is not None:
        targets = tuple(column for column in target.primary_key.columns if column is not None)
    elif target.complete and draft.postgres:
        draft.refuse(
            "42704",
            f'there is no primary key for referenced table "{target.name}"',
            reference.table.range,
            target.name,
        )
    else:
        targets = ()
    check_target(draft, target, targets, bool(reference.columns), it.range)
    if len(columns) != len(targets) and targets:
        draft.refuse(
            "42830",
            "number of referencing and referenced columns for foreign key disagree",
            it.range,
            target.name,
        )
    name = it.name or foreign_key_name(draft, table, columns)
    fk = new_key(draft, it, reference, name, columns, target.number, targets)
    check_types(draft, table, target, fk, it.range)
    table = draft.catalog.tables[number]
    draft.put(replace(table, foreign_keys=edited(table.foreign_keys, name, fk)))
    if catalog.dialect == "mysql":
        add_supporting_index(draft, number, name, columns, it)
    for heir in list(heirs(draft.catalog, table)):
        if heir.partition_of is not None:
            own = replace(fk, name=foreign_key_name(draft, heir, columns) if name in names_on(heir) else name)
            draft.put(replace(heir, foreign_keys=edited(heir.foreign_keys, own.name, own)))


def new_key(
    draft: Draft,
    it: Constraint,
    reference: Reference,
    name: str,
    columns: tuple[str, ...],
    target: int = 0,
    targets: tuple[str, ...] = (),
) -> ForeignKey:
    return ForeignKey(
        name,
        columns,
        target,
        targets or reference.columns,
        draft.span(it.range),
        on_delete=reference.on_delete,
        on_update=reference.on_update,
        valid=not it.not_valid,
        enforced=it.enforced,
        deferrable=it.deferrable,
        deferred=it.deferred,
        added_in=draft.migration,
    )


def is_checked(draft: Draft) -> bool:
    """Whether the table that a foreign key refers to must be there: SQLite looks when rows are written."""
    dialect = draft.catalog.dialect
    return dialect != "sqlite" and (dialect != "mysql" or draft.catalog.check_keys)


def foreign_column(draft: Draft, table: Table, name: str, range: Range) -> str:
    column = draft.catalog.column(table, name)
    if column is not None:
        return column.name
    if table.complete:
        draft.refuse(
            "42703",
            f'column "{name}" referenced in foreign key constraint does not exist',
            range,
            name,
            table.name,
        )
    return name


def check_target(draft: Draft, target: Table, columns: Sequence[str], written: bool, range: Range) -> None:
    """Refuses columns that nothing keeps unique."""
    if not written or not draft.postgres or not target.complete:
        return
    if len(set(columns)) < len(columns):
        draft.refuse("42830", "foreign key referenced-columns list must not contain duplicates", range)
    if drops.supporting_index(target, columns) is not None:
        return
    wanted = set(columns)
    for index in target.indexes.values():
        if index.unique and index.deferrable and index.predicate is None and set(index.columns) == wanted:
            draft.refuse(
                "55000",
                f'cannot use a deferrable unique constraint for referenced table "{target.name}"',
                range,
                target.name,
            )
    draft.refuse(
        "42830",
        f'there is no unique constraint matching given keys for referenced table "{target.name}"',
        range,
        target.name,
        *columns,
    )


def check_types(draft: Draft, table: Table, target: Table, fk: ForeignKey, range: Range) -> None:
    """Refuses a foreign key between columns that cannot be compared."""
    if not draft.postgres:
        return
    for name, other in zip(fk.columns, fk.target_columns, strict=False):
        column, referenced = table.columns.get(name), target.columns.get(other)
        if column is None or referenced is None:
            continue
        if comparable(draft.catalog, column.type, referenced.type) is False:
            draft.refuse(
                "42804",
                f'foreign key constraint "{fk.name}" cannot be implemented',
                range,
                name,
                other,
                table.name,
                target.name,
            )


def foreign_key_name(draft: Draft, table: Table, columns: Sequence[str]) -> str:
    if draft.catalog.dialect == "mysql":
        number = 1
        while f"{table.name}_ibfk_{number}" in table.foreign_keys:
            number += 1
        return f"{table.name}_ibfk_{number}"
    return names.constraint_name(
        draft, table.schema, table.name, names.joined(columns), "fkey", names_on(table)
    )


def add_supporting_index(
    draft: Draft, number: int, name: str, columns: tuple[str, ...], it: Constraint
) -> None:
    """InnoDB makes an index for the columns of a foreign key where none begins with them.

    Source: https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
    """
    table = draft.catalog.tables[number]
    wanted = [column.lower() for column in columns]
    for index in table.indexes.values():
        if [(column or "").lower() for column in index.columns[: len(wanted)]] == wanted:
            return
    own = numbered(name if it.name is not None else columns[0], table.indexes)
    keys = tuple(IndexKey(it.range, column=column) for column in columns)
    index = Index(own, keys, draft.span(it.range), added_in=draft.migration)
    draft.put(replace(table, indexes=edited(table.indexes, own, index)))


# --- names -------------------------------------------------------------------------------------------------


def names_on(table: Table) -> set[str]:
    """The names of the constraints of the table."""
    return {
        *table.foreign_keys,
        *table.checks,
        *(name for name, it in table.indexes.items() if it.constraint),
    }


def claim_constraint(draft: Draft, table: Table, name: str, range: Range) -> None:
    """Refuses a name that a constraint of the table has."""
    taken = names_on(table)
    if name in taken or (not draft.postgres and name.lower() in {it.lower() for it in taken}):
        draft.refuse("42710", f'constraint "{name}" for relation "{table.name}" already exists', range, name)


# --- changing ----------------------------------------------------------------------------------------------


def drop_constraint(draft: Draft, change: DropConstraint) -> None:
    table = draft.alterable(change.table, "DROP CONSTRAINT", ("table",))
    name = constraint_called(draft, table, change)
    if name is None:
        if change.if_exists:
            return
        if not table.complete:
            return
        draft.refuse(
            "42704",
            f'constraint "{change.name}" of relation "{table.name}" does not exist',
            change.range,
            change.name,
            table.name,
        )
    drops.drop(draft, [("constraint", table.number, name)], change.cascade, change.range)
    for heir in list(heirs(draft.catalog, table)):
        if name in heir.checks or (heir.partition_of is not None and name in heir.foreign_keys):
            drops.remove_constraint(draft, ("constraint", heir.number, name))


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
        missing_constraint(draft, table, name, change.range)
        return
    fk = replace(
        fk,
        deferrable=fk.deferrable if change.deferrable is None else change.deferrable,
        deferred=fk.deferred if change.deferred is None else change.deferred,
        enforced=fk.enforced if change.enforced is None else change.enforced,
    )
    draft.put(replace(table, foreign_keys=edited(table.foreign_keys, name, fk)))


def missing_constraint(draft: Draft, table: Table, name: str, range: Range) -> None:
    if table.complete and draft.postgres:
        draft.refuse(
            "42704",
            f'constraint "{name}" of relation "{table.name}" does not exist',
            range,
            name,
            table.name,
        )
