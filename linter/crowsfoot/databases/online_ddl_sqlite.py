"""A column that is added to or dropped from a SQLite table -> why SQLite refuses, if it does.

Sources: https://sqlite.org/lang_altertable.html, and Python's sqlite3 module, which is asked in the tests.
"""

import re
from typing import Final

import msgspec

from crowsfoot.facts.sql import AddColumn, ColumnDef, ColumnUse, DropColumn, Expression
from crowsfoot.link.catalog.model import Catalog, Column, Table
from crowsfoot.source import Range, Span


class Refused(msgspec.Struct, frozen=True):
    """message is in SQLite's own words. sure is False where an empty table is altered all the same."""

    message: str
    range: Range
    sure: bool = True


def refusal(change: AddColumn | DropColumn, before: Catalog, *, foreign_keys: bool = True) -> Refused | None:
    """Why the change is refused; None where it is not, or where too little is known of the table.

    foreign_keys is the PRAGMA of that name, which Prisma switches on.
    """
    table = before.table(change.table)
    if table is None:
        return None
    if isinstance(change, AddColumn):
        return _added(change.column, foreign_keys=foreign_keys)
    column = before.column(table, change.column)
    return None if column is None else _dropped(table, column, before, change.range)


def _added(column: ColumnDef, *, foreign_keys: bool) -> Refused | None:
    place = column.range
    kinds = {it.kind for it in column.constraints}
    if "primary" in kinds:
        return Refused("Cannot add a PRIMARY KEY column", place)
    if "unique" in kinds:
        return Refused("Cannot add a UNIQUE column", place)
    if column.generated is not None:
        return Refused("cannot add a STORED column", place, sure=False) if column.stored else None
    default = None if column.default is None or column.default.null else column.default
    if "foreign" in kinds and foreign_keys and default is not None:
        return Refused("Cannot add a REFERENCES column with non-NULL default value", place, sure=False)
    if column.not_null and default is None:
        return Refused("Cannot add a NOT NULL column with default value NULL", place, sure=False)
    if default is not None and not _is_constant(default):
        return Refused("Cannot add a column with non-constant default", default.range, sure=False)
    return None


def _dropped(table: Table, column: Column, before: Catalog, place: Range) -> Refused | None:
    name = column.name.lower()
    written = column.name
    if table.primary_key is not None and name in _folded(table.primary_key.columns):
        return Refused(f'cannot drop PRIMARY KEY column: "{written}"', place)
    constraints = [it for it in table.indexes.values() if it.constraint and name in _folded(it.columns)]
    if any(len(it.columns) == 1 for it in constraints):
        return Refused(f'cannot drop UNIQUE column: "{written}"', place)
    if len(table.columns) == 1:
        return Refused(f'cannot drop column "{written}": no other columns exist', place)
    in_table = f"error in table {table.name} after drop column:"
    if constraints:
        return Refused(f"{in_table} no such column: {written}", place)
    for check in table.checks.values():
        if name in _folded(check.expression.columns) and not _within(check.span, column.span):
            return Refused(f"{in_table} no such column: {written}", place)
    for other in table.columns.values():
        if other is not column and other.generated and name in _folded(other.generated.columns):
            return Refused(f"{in_table} no such column: {written}", place)
    for fk in table.foreign_keys.values():
        if name in _folded(fk.columns) and not _within(fk.span, column.span):
            return Refused(f'{in_table} unknown column "{written}" in foreign key definition', place)
    for index in table.indexes.values():
        if not index.constraint and (
            name in _folded(index.columns)
            or any(_uses(key.expression, name) for key in index.keys)
            or _uses(index.predicate, name)
        ):
            return Refused(f"error in index {index.name} after drop column: no such column: {written}", place)
    for number in sorted(before.readers.get(table.number, frozenset())):
        view = before.tables.get(number)
        if view is None or (table.number, column.name) not in view.reads_columns:
            continue
        if view.query is not None and any(_names(it, column) for it in view.query.columns):
            return Refused(f"error in view {view.name} after drop column: no such column: {written}", place)
    return None


def _names(use: ColumnUse, column: Column) -> bool:
    """Whether the view cannot be read without the column: alone and in quotes it then stands for a string."""
    bare = use.range.end - use.range.start == len(use.name)
    return use.name.lower() == column.name.lower() and (bare or use.table is not None)


def _is_constant(default: Expression) -> bool:
    """A literal, with a sign or not, in brackets or not; a name that stands alone is taken for a string."""
    if default.value is not None:
        return True
    return len(default.columns) == 1 and not default.functions and _NAME.fullmatch(default.text) is not None


_NAME: Final = re.compile(r"""\w+|"[^"]*"|`[^`]*`|\[[^]]*\]""")


def _uses(expression: Expression | None, name: str) -> bool:
    return expression is not None and name in _folded(expression.columns)


def _folded(names: tuple[str | None, ...]) -> list[str]:
    return [(it or "").lower() for it in names]


def _within(inner: Span, outer: Span) -> bool:
    return inner.path == outer.path and outer.start <= inner.start and inner.end <= outer.end
