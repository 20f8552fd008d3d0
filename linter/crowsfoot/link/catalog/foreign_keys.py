"""Foreign keys: checked against what they refer to, and added."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from crowsfoot.facts.sql import Constraint, IndexKey, Reference
from crowsfoot.link.catalog import dependents, names
from crowsfoot.link.catalog.awaiting import await_table
from crowsfoot.link.catalog.builtin import comparable
from crowsfoot.link.catalog.constraint_names import claim_constraint, names_on, numbered
from crowsfoot.link.catalog.draft import Draft, edited, heirs
from crowsfoot.link.catalog.model import ForeignKey, Index, Table
from crowsfoot.source import Range


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
        await_table(draft, reference.table.schema or table.schema, reference.table.name, number, waiting)
        return
    schema = reference.table.schema
    if schema is not None and draft.is_foreign(schema) and catalog.number_of(reference.table) is None:
        name = it.name or foreign_key_name(draft, table, it.columns)
        draft.catalog = replace(catalog, unseen=catalog.unseen.insert(name))
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
    columns = tuple(foreign_column(draft, table, name, it.range, own=True) for name in it.columns)
    if reference.columns:
        targets = tuple(
            foreign_column(draft, target, name, reference.table.range, own=False)
            for name in reference.columns
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
    for heir in heirs(draft.catalog, table):
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


def foreign_column(draft: Draft, table: Table, name: str, range: Range, *, own: bool) -> str:
    """The column's name as its table has it; own: the table that has the key."""
    column = draft.catalog.column(table, name)
    if column is not None:
        return column.name
    if table.complete and (own or is_checked(draft)):
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
    if dependents.supporting_index(target, columns) is not None:
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
    index = Index(own, keys, draft.span(it.range), added_in=draft.migration, implied=True)
    draft.put(replace(table, indexes=edited(table.indexes, own, index)))


def without_implied(table: Table, index: Index) -> dict[str, Index]:
    """The indexes of a MySQL table with a new one, which takes the place of implied ones that it serves."""
    columns = [(it or "").lower() for it in index.columns]
    kept = {
        name: it
        for name, it in table.indexes.items()
        if not it.implied or columns[: len(it.columns)] != [(column or "").lower() for column in it.columns]
    }
    return {**kept, index.name: index}
