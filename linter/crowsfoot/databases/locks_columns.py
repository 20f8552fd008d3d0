"""What adding and changing a column locks, scans and rewrites in PostgreSQL.

Each rule holds for PostgreSQL 10 to 18 where it names no version, and was measured there.
Source: https://www.postgresql.org/docs/current/sql-altertable.html
"""

import re
from collections.abc import Callable
from typing import Final

from crowsfoot.databases.locks_defaults import SERIALS, default_of, own_value
from crowsfoot.databases.locks_draft import Draft, indexes_of
from crowsfoot.databases.locks_drops import lock_sequence_of
from crowsfoot.databases.locks_model import Mode, Refusal
from crowsfoot.databases.locks_types import rewrites, same_operators
from crowsfoot.facts.sql import AddColumn, AlterColumn, ColumnDef, Constraint, Expression
from crowsfoot.link.catalog.model import Check, Column, Index, Name, Table
from crowsfoot.source import Range

_ALTER: Final = "its definition changes"


def add_column(it: AddColumn, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    column, where = it.column, it.range
    if column.name in table.columns and it.if_not_exists:
        draft.lock(table, Mode.ACCESS_EXCLUSIVE, where, "it gets a column, if it has none of that name")
        return
    draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, where, "it gets a column")
    written = own_value(column, draft.before, draft.postgres)
    checked = _checked(column, draft)
    for each in draft.family(table):
        if written is not None:
            draft.rewrite(each, where, written)
        elif checked is not None:
            draft.scan(each, where, checked)
    _take_numbers(table, column, where, draft)
    for constraint in column.constraints:
        if constraint.kind in ("primary", "unique"):
            draft.make_index(table, constraint.name, where)
            for each in draft.family(table):
                draft.build(each, where, f"the index of its {constraint.kind} key is built")
        elif constraint.kind == "foreign":
            _add_reference(table, column, constraint, where, draft)
    required = column.not_null or any(it.kind == "primary" for it in column.constraints)
    if required and table.filled and _has_no_value(column, draft):
        message = f'column "{column.name}" of relation "{table.name}" contains null values'
        draft.refused = Refusal("23502", message, where)


def _checked(column: ColumnDef, draft: Draft) -> str | None:
    """Why every row is read, where none is written."""
    for constraint in column.constraints:
        if constraint.kind == "check" and constraint.enforced:
            return "its rows are checked"
    if column.not_null and (_has_no_value(column, draft) or column.generated is not None):
        return "its rows are searched for NULL"
    return None


def _has_no_value(column: ColumnDef, draft: Draft) -> bool:
    """Whether the rows that are there get NULL."""
    if column.identity is not None or column.generated is not None or column.type.name in SERIALS:
        return False
    default = default_of(column, draft.before)
    return default is None or default.null


def _take_numbers(table: Table, column: ColumnDef, where: Range, draft: Draft) -> None:
    if column.identity is not None or column.type.name in SERIALS:
        owned_before = draft.before.owned.get(table.number, frozenset())
        for name in sorted(draft.after.owned.get(table.number, frozenset()) - owned_before):
            draft.lock_sequence(name, Mode.ACCESS_EXCLUSIVE, where, "it is new")
    elif column.default is not None:
        lock_called_sequences(column.default, where, draft)


def lock_called_sequences(expression: Expression, where: Range, draft: Draft) -> None:
    """What nextval() and setval() lock."""
    if "nextval" in expression.functions or "setval" in expression.functions:
        for constant in expression.literals:
            name = sequence_name(constant.text, draft)
            if name is not None:
                draft.lock_sequence(name, Mode.ROW_EXCLUSIVE, where, "numbers are taken from it")


_PARTS: Final = re.compile(r'(?:("(?:[^"]|"")+"|[\w$]+)\s*\.\s*)?("(?:[^"]|"")+"|[\w$]+)')


def sequence_name(text: str, draft: Draft) -> Name | None:
    """The sequence that a text such as 'public."Order_id_seq"' names."""
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    schema, name = (
        it and (it[1:-1].replace('""', '"') if it.startswith('"') else it.lower()) for it in match.groups()
    )
    for each in (schema,) if schema else draft.before.search_path:
        if (each, name) in draft.before.sequences:
            return each, name
    return None


def _add_reference(
    table: Table, column: ColumnDef, constraint: Constraint, where: Range, draft: Draft
) -> None:
    target = draft.table(constraint.references.table) if constraint.references else None
    if target is None:
        return
    draft.lock_family(target, Mode.SHARE_ROW_EXCLUSIVE, where, "a new foreign key refers to it")
    # A column without a default is NULL everywhere, which no foreign key minds.
    if not _has_no_value(column, draft) and constraint.enforced and not constraint.not_valid:
        draft.check_key(table, target, where, "the new foreign key is checked")
    elif column.default is not None:
        draft.lock(target, Mode.ACCESS_SHARE, where, "the new foreign key is checked", Mode.ACCESS_SHARE)
        draft.lock(table, Mode.ACCESS_SHARE, where, "the new foreign key is checked", Mode.ACCESS_SHARE)
        draft.scan(table, where, "the new foreign key is checked")


# --- ALTER COLUMN ------------------------------------------------------------------------------------------


def alter_column(it: AlterColumn, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    rule = _CHANGES.get(it.change)
    if rule is not None:
        rule(it, table, draft)
        return
    if it.change == "set options":
        draft.lock(table, Mode.SHARE_UPDATE_EXCLUSIVE, it.range, _ALTER)
    elif it.change == "set statistics":
        draft.lock_family(table, Mode.SHARE_UPDATE_EXCLUSIVE, it.range, _ALTER)
    elif it.change == "set compression":
        draft.lock(table, Mode.ACCESS_EXCLUSIVE, it.range, _ALTER)
    else:
        draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, it.range, _ALTER)


def _set_not_null(it: AlterColumn, table: Table, draft: Draft) -> None:
    draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, it.range, _ALTER)
    for each in draft.family(table):
        if may_hold_null(each, it.column, draft):
            draft.scan(each, it.range, "its rows are searched for NULL")


def may_hold_null(table: Table, column: str, draft: Draft) -> bool:
    """Whether the rows have to be read to know that the column has no NULL.

    Since PostgreSQL 12 a validated CHECK that says so is enough.
    """
    found = table.columns.get(column)
    if found is not None and found.not_null and found.not_null_valid:
        return False
    if draft.postgres < 12:
        return True
    return not any(_forbids_null(check, column) for check in table.checks.values())


def _forbids_null(check: Check, column: str) -> bool:
    """Whether it says "column IS NOT NULL", alone or joined by AND."""
    if not check.valid or not check.enforced or column not in check.expression.columns:
        return False
    name = re.escape(column)
    term = re.compile(rf'\(*\s*(?:"{name}"|{name})\s+IS\s+NOT\s+NULL\s*\)*', re.IGNORECASE)
    text = check.expression.text
    if re.search(r"\sOR\s|\bNOT\s*\(|\bCASE\b", text, re.IGNORECASE):
        return False
    return any(term.fullmatch(part.strip()) for part in re.split(r"\bAND\b", text, flags=re.IGNORECASE))


def _drop_not_null(it: AlterColumn, table: Table, draft: Draft) -> None:
    column = table.columns.get(it.column)
    if draft.postgres >= 18 and column is not None and not column.not_null:
        draft.lock(table, Mode.ACCESS_EXCLUSIVE, it.range, _ALTER)
    else:
        draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, it.range, _ALTER)


def _add_identity(it: AlterColumn, table: Table, draft: Draft) -> None:
    # Since PostgreSQL 17 partitions share the identity column of their table.
    if draft.postgres >= 17 and table.partition_by is not None:
        draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, it.range, _ALTER)
    else:
        draft.lock(table, Mode.ACCESS_EXCLUSIVE, it.range, _ALTER)
    owned = draft.before.owned.get(table.number, frozenset())
    for name in sorted(draft.after.owned.get(table.number, frozenset()) - owned):
        draft.lock_sequence(name, Mode.ACCESS_EXCLUSIVE, it.range, "it is new")


def _change_identity(it: AlterColumn, table: Table, draft: Draft) -> None:
    draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, it.range, _ALTER)
    column = table.columns.get(it.column)
    if column is not None and column.identity is not None:
        drops = it.change == "drop identity"
        mode = Mode.ACCESS_EXCLUSIVE if drops else Mode.SHARE_ROW_EXCLUSIVE
        why = "it goes with the identity" if drops else "its settings change"
        lock_sequence_of(table, column, mode, it.range, why, draft)


def _set_expression(it: AlterColumn, table: Table, draft: Draft) -> None:
    draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, it.range, _ALTER)
    column = table.columns.get(it.column)
    if column is not None and column.stored:
        for each in draft.family(table):
            draft.rewrite(each, it.range, "the stored expression is computed anew for each row")


# --- ALTER COLUMN ... TYPE ---------------------------------------------------------------------------------


def _change_type(it: AlterColumn, table: Table, draft: Draft) -> None:
    draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, it.range, "the type of its column changes")
    if it.type is None:
        return
    for each in draft.family(table):
        column = each.columns.get(it.column)
        if column is None:
            continue
        written = rewrites(
            column.type,
            it.type,
            it.expression,
            it.column,
            draft.before,
            draft.postgres,
            timezone_utc=draft.timezone_utc,
        )
        if written:
            why = f"its rows are written with {it.type} in place of {column.type}"
            draft.rewrite(each, it.range, why)
        _make_indexes_anew(it, each, column, draft, written=written)
        if not written and any(_checks(check, it.column) for check in each.checks.values()):
            draft.scan(each, it.range, "a CHECK of the column is checked again")
        _make_keys_anew(each, column, it.range, draft)
        if column.identity is not None:
            why = "it gets the type of its column"
            lock_sequence_of(each, column, Mode.SHARE_ROW_EXCLUSIVE, it.range, why, draft)


def _make_indexes_anew(it: AlterColumn, table: Table, column: Column, draft: Draft, *, written: bool) -> None:
    for name in indexes_of(table, it.column):
        why = f"it is made anew with the column {it.column}"
        draft.lock_index(table, name, Mode.ACCESS_EXCLUSIVE, it.range, why)
        draft.make_index(table, name, it.range)
        if not written and not _keeps_index(it, table.indexes[name], column, draft):
            draft.rebuild(table, name, it.range, f"its index {name} does not fit the new type")


def _keeps_index(it: AlterColumn, index: Index, column: Column, draft: Draft) -> bool:
    """Whether the file of the index still serves. PostgreSQL does not look into expressions."""
    if not index.valid or index.predicate is not None:
        return False
    for key in index.keys:
        if key.expression is not None:
            return False
        if key.column == it.column:
            # Without COLLATE the column gets the collation of the type.
            if key.collation is None and it.collation != column.collation:
                return False
            if it.type is not None and not same_operators(column.type, it.type, draft.before):
                return False
    return True


def _checks(check: Check, column: str) -> bool:
    return check.valid and check.enforced and column in check.expression.columns


def _make_keys_anew(table: Table, column: Column, where: Range, draft: Draft) -> None:
    """Foreign keys on both ends are dropped and made again, and checked if the table is written anew."""
    for key in table.foreign_keys.values():
        target = draft.target(key)
        if column.name in key.columns and target is not None:
            draft.retype(table, column, where)
            why = f"the foreign key {key.name} refers to it, and is made anew"
            draft.lock_family(target, Mode.ACCESS_EXCLUSIVE, where, why)
    for referrer, key in draft.before.referring(table):
        if column.name in key.target_columns:
            draft.retype(table, column, where)
            why = f"its foreign key {key.name} is made anew"
            draft.lock_family(referrer, Mode.ACCESS_EXCLUSIVE, where, why)


_CHANGES: Final[dict[str, Callable[[AlterColumn, Table, Draft], None]]] = {
    "type": _change_type,
    "set not null": _set_not_null,
    "drop not null": _drop_not_null,
    "add identity": _add_identity,
    "set identity": _change_identity,
    "drop identity": _change_identity,
    "set expression": _set_expression,
}
