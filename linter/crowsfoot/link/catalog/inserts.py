"""INSERT: rows that certainly do not go in."""

from __future__ import annotations

from msgspec.structs import replace

from crowsfoot.facts.sql import Insert, Query
from crowsfoot.link.catalog.builtin import converts
from crowsfoot.link.catalog.constants import check_label, check_value, printed_type
from crowsfoot.link.catalog.draft import Draft
from crowsfoot.link.catalog.model import Enum, Table
from crowsfoot.link.catalog.rows import check_query, fire, outputs, run_functions, written
from crowsfoot.source import Range


def insert(draft: Draft, change: Insert) -> None:
    table = written(draft, change.table)
    columns: list[str | None] = []
    for name in change.columns:
        column = draft.catalog.column(table, name)
        if column is None:
            if table.complete:
                draft.refuse_column(table, name, change.range)
            columns.append(None)
        else:
            columns.append(column.name)
    if not change.columns:
        columns.extend(table.columns)
    if draft.postgres:
        if change.query is not None:
            check_query(draft, change.query)
            run_functions(draft, change.query.functions)
        run_functions(draft, [name for row in change.values for it in row for name in it.functions])
        fire(draft, table, "insert")
        check_values(draft, change, table, columns)
        check_filled(draft, change, table)
        check_references(draft, change, table, columns)
    if not table.filled:
        draft.put(replace(draft.catalog.tables[table.number], filled=True))


def check_values(draft: Draft, change: Insert, table: Table, columns: list[str | None]) -> None:
    """Refuses constants that an enum does not have, and rows with too many values."""
    for row in change.values:
        if table.complete and len(row) > len(columns):
            draft.refuse("42601", "INSERT has more expressions than target columns", change.range, table.name)
        for name, expression in zip(columns, row, strict=False):
            if name is not None and expression.value is not None and not expression.casts:
                check_value(draft, table.columns[name].type, expression.value, expression.range)
    for constant in change.literals:
        if constant.type is not None:
            found = draft.catalog.type(constant.type)
            if isinstance(found, Enum):
                check_label(draft, found, constant.text, constant.range)
    if change.query is not None:
        for name, output in zip(columns, change.query.outputs, strict=False):
            if name is not None and output.value is not None and output.type is None:
                check_value(draft, table.columns[name].type, output.value, output.range)
        check_types(draft, change, change.query, table, columns)


def check_types(draft: Draft, change: Insert, query: Query, table: Table, columns: list[str | None]) -> None:
    """Refuses columns of a query that the table's columns cannot hold."""
    given = outputs(draft, query)
    if given is None:
        return
    for name, (_, type) in zip(columns, given, strict=False):
        if name is None or not type.name:
            continue
        column = table.columns[name]
        if converts(draft.catalog, type, column.type) is False:
            draft.refuse(
                "42804",
                f'column "{name}" is of type {printed_type(draft, column.type)} but expression is of type '
                f"{printed_type(draft, type)}",
                change.range,
                name,
                table.name,
            )


def check_filled(draft: Draft, change: Insert, table: Table) -> None:
    """Refuses rows that leave out a column which must have a value."""
    if not change.rows or not change.columns or not change.values or table.triggers or not table.complete:
        return
    if change.on_conflict != "none" or table.kind != "table":
        return
    given = set(change.columns)
    for column in table.columns.values():
        if (
            column.not_null
            and column.name not in given
            and column.default is None
            and column.identity is None
            and column.generated is None
            and column.type.schema is None
        ):
            draft.refuse(
                "23502",
                f'null value in column "{column.name}" of relation "{table.name}" violates not-null '
                "constraint",
                change.range,
                column.name,
                table.name,
                others=(column.span,),
            )


def check_references(draft: Draft, change: Insert, table: Table, columns: list[str | None]) -> None:
    """Refuses a constant key into a table that no migration has put a row into.

    Whether it fails hangs on rows that come from elsewhere: it does on an empty database.
    """
    if not table.foreign_keys or change.source not in ("insert", "replace"):
        return
    for row in constant_rows(change):
        given = dict(zip(columns, row, strict=False))
        for fk in table.foreign_keys.values():
            if fk.deferred or not fk.enforced or fk.target == table.number:
                continue
            target = draft.catalog.tables[fk.target]
            ranges = [given.get(name) for name in fk.columns]
            if target.filled or target.partition_of is not None or not all(ranges):
                continue
            if any(draft.catalog.tables[it].filled for it in draft.catalog.partitions.get(fk.target, ())):
                continue
            draft.refuse(
                "23503",
                f'insert or update on table "{table.name}" violates foreign key constraint "{fk.name}"',
                change.range,
                table.name,
                target.name,
                fk.name,
                others=(fk.span,),
                sure=False,
            )


def constant_rows(change: Insert) -> list[list[Range | None]]:
    """For each row that is certain to come, where its constants stand; None for NULL and all else."""
    if change.values:
        return [
            [it.range if it.value is not None and not it.null else None for it in row]
            for row in change.values
        ]
    query = change.query
    # WHERE NOT EXISTS over the table itself guards against a second run; over others it may give no row.
    if query is not None and query.no_from and {it.name for it in query.tables} <= {change.table.name}:
        return [[it.range if it.value is not None and not it.null else None for it in query.outputs]]
    return []
