"""A statement that alters a SQL Server table, and the catalog before it -> what it locks, and for how long.

From the manual; nothing here was measured.
Sources: https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql,
https://learn.microsoft.com/sql/t-sql/statements/create-index-transact-sql,
https://learn.microsoft.com/sql/relational-databases/sql-server-transaction-locking-and-row-versioning-guide
"""

from collections.abc import Callable
from typing import Final, Literal

import msgspec

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterConstraint,
    AlterTable,
    Change,
    ColumnDef,
    CreateIndex,
    DropColumn,
    DropConstraint,
    DropObject,
    ObjectName,
    RedefineColumn,
    RenameObject,
    Statement,
    ValidateConstraint,
)
from crowsfoot.link.catalog.model import Catalog, Column, Table
from crowsfoot.source import Range

Time = Literal["instant", "scan", "build", "rewrite"]  # from the shortest to the longest
TIMES: Final[tuple[Time, ...]] = ("instant", "scan", "build", "rewrite")


class Cost(msgspec.Struct, frozen=True):
    """What a statement takes of its table.

    lock is "Sch-M", which lets nobody read or write, "S", which lets nobody write, or "" where others go on.
    It is held for the time that is named, and to the end of the transaction. why is a clause without a full
    stop. also are other tables that are locked with Sch-M.
    """

    lock: Literal["Sch-M", "S", ""]
    time: Time
    why: str
    range: Range
    also: tuple[ObjectName, ...] = ()


def cost(statement: Statement, before: Catalog, *, enterprise: bool = True) -> Cost | None:
    """What the statement costs the table that it alters; of several actions, the worst.

    None where it alters no table, or one of which too little is known. enterprise: the edition is Enterprise
    or Developer, or it is Azure SQL, which can do more online.
    """
    found: list[Cost] = []
    for change in statement.does:
        handler = _HANDLERS.get(type(change))
        name = getattr(change, "table", None) or getattr(change, "name", None)
        if handler is None or not isinstance(name, ObjectName):
            return None
        table = before.table(name)
        if table is None:
            return None
        it = handler(change, table, before, enterprise)
        if it is None:
            return None
        found.append(it)
    return max(found, key=lambda it: (it.lock == "Sch-M", TIMES.index(it.time)), default=None)


# --- actions -----------------------------------------------------------------------------------------------

# Types of which a default cannot be kept as metadata.
# Source: ALTER TABLE, "Adding NOT NULL columns as an online operation"
_NO_RUNTIME_CONSTANT: Final = frozenset(
    ("text", "ntext", "image", "xml", "hierarchyid", "geometry", "geography")
)
# What differs for each row; all else is evaluated once.
_EACH_ROW: Final = frozenset(("newid", "newsequentialid", "rand", "crypt_gen_random"))


def _create_index(change: CreateIndex, table: Table, before: Catalog, enterprise: bool) -> Cost:
    if change.online and enterprise:
        return Cost("", "build", "the index is built online", change.range)
    if change.clustered:
        return Cost("Sch-M", "rewrite", "the rows are put in the order of the index", change.range)
    return Cost("S", "build", "the index is built", change.range)


def _add_column(change: AddColumn, table: Table, before: Catalog, enterprise: bool) -> Cost:
    column = change.column
    name = f"`{column.name}`"
    if column.generated is not None and column.stored:
        return Cost("Sch-M", "rewrite", f"{name} is computed for every row", change.range)
    if column.identity is not None:
        return Cost("Sch-M", "rewrite", f"the rows are numbered in {name}", change.range)
    kinds = {it.kind for it in column.constraints}
    if "primary" in kinds:
        return Cost("Sch-M", "rewrite", "the rows are put in the order of the key", change.range)
    if "unique" in kinds:
        return Cost("Sch-M", "build", "an index is built", change.range)
    if column.not_null and column.default is not None and not _is_metadata(column, enterprise):
        return Cost("Sch-M", "rewrite", f"the default of {name} is written into every row", change.range)
    if "check" in kinds or "foreign" in kinds:
        return Cost("Sch-M", "scan", f"every row is checked for {name}", change.range, _referenced(column))
    return Cost("Sch-M", "instant", f"the column {name} is added", change.range)


def _is_metadata(column: ColumnDef, enterprise: bool) -> bool:
    """Whether the default of a NOT NULL column is kept once for all rows: Enterprise, from 2012 on."""
    default = column.default
    too_large = column.type.args[:1] == ("max",) or column.type.name in _NO_RUNTIME_CONSTANT
    return enterprise and not too_large and default is not None and not set(default.functions) & _EACH_ROW


def _redefine(change: RedefineColumn, table: Table, before: Catalog, enterprise: bool) -> Cost | None:
    old = before.column(table, change.column)
    if old is None:
        return None
    new = change.definition
    name = f"`{new.name}`"
    if not _keeps_rows(old, new):
        return Cost(
            "Sch-M", "rewrite", f"the type of {name} changes from {old.type} to {new.type}", change.range
        )
    if new.not_null and not old.not_null:
        return Cost("Sch-M", "scan", f"every row is checked for NULL in {name}", change.range)
    return Cost("Sch-M", "instant", f"the definition of {name} changes", change.range)


_GROWING: Final = frozenset(("varchar", "nvarchar", "varbinary"))


def _keeps_rows(old: Column, new: ColumnDef) -> bool:
    """Whether the rows that are there fit the new type as they are."""
    was, will = old.type, new.type
    if was.name != will.name:
        return False
    if new.collation is not None and new.collation.lower() != (old.collation or "").lower():
        return False
    if was.args == will.args:
        return True
    if was.name not in _GROWING or not was.args or not will.args:
        return False
    return _length(was.args[0]) <= _length(will.args[0]) and will.args[0] != "max"


def _length(written: str) -> int:
    return int(written) if written.isdecimal() else 1 << 31


def _add_constraint(change: AddConstraint, table: Table, before: Catalog, enterprise: bool) -> Cost:
    constraint = change.constraint
    also = (constraint.references.table,) if constraint.references is not None else ()
    if constraint.kind in ("foreign", "check"):
        what = "foreign key" if constraint.kind == "foreign" else "check"
        if constraint.not_valid:
            return Cost("Sch-M", "instant", f"a {what} is taken on trust", change.range, also)
        return Cost("Sch-M", "scan", f"every row is checked for a {what}", change.range, also)
    clustered = constraint.method == "clustered" or (
        constraint.kind == "primary" and constraint.method is None
    )
    if clustered:
        return Cost("Sch-M", "rewrite", "the rows are put in the order of the key", change.range)
    return Cost("Sch-M", "build", "an index is built", change.range)


def _drop_constraint(change: DropConstraint, table: Table, before: Catalog, enterprise: bool) -> Cost:
    primary = table.primary_key
    if primary is not None and primary.name.lower() == change.name.lower() and primary.clustered is not False:
        return Cost(
            "Sch-M", "rewrite", "the rows and all indexes are written anew without the key", change.range
        )
    return Cost("Sch-M", "instant", "a constraint is dropped", change.range)


def _validate(change: ValidateConstraint, table: Table, before: Catalog, enterprise: bool) -> Cost:
    return Cost("Sch-M", "scan", "every row is checked for a constraint", change.range)


def _instant(change: Change, table: Table, before: Catalog, enterprise: bool) -> Cost:
    return Cost("Sch-M", "instant", "the table's definition changes", change.range)


def _drop_object(change: DropObject, table: Table, before: Catalog, enterprise: bool) -> Cost | None:
    return Cost("Sch-M", "instant", "an index is dropped", change.range) if change.kind == "index" else None


def _alter_table(change: AlterTable, table: Table, before: Catalog, enterprise: bool) -> Cost | None:
    if change.change == "force":
        online = enterprise and "online" in (change.text or "").lower().replace(" ", "")
        return Cost("" if online else "Sch-M", "rewrite", "the table is written anew", change.range)
    return None if change.change == "other" else _instant(change, table, before, enterprise)


def _referenced(column: ColumnDef) -> tuple[ObjectName, ...]:
    return tuple([it.references.table for it in column.constraints if it.references is not None])


_HANDLERS: Final[dict[type[Change], Callable[..., Cost | None]]] = {
    CreateIndex: _create_index,
    AddColumn: _add_column,
    RedefineColumn: _redefine,
    AddConstraint: _add_constraint,
    DropConstraint: _drop_constraint,
    ValidateConstraint: _validate,
    AlterConstraint: _instant,
    AlterColumn: _instant,
    AlterTable: _alter_table,
    DropColumn: _instant,
    DropObject: _drop_object,
    RenameObject: _instant,
}
