"""What constraints and settings of a table lock, scan and rewrite in PostgreSQL.

Each rule holds for PostgreSQL 10 to 18 where it names no version, and was measured there.
Source: https://www.postgresql.org/docs/current/sql-altertable.html
"""

from collections.abc import Callable
from typing import Final

from crowsfoot.databases import locks_partitions
from crowsfoot.databases.locks_columns import may_hold_null
from crowsfoot.databases.locks_draft import Draft
from crowsfoot.databases.locks_drops import drop_dependents, drop_key
from crowsfoot.databases.locks_model import Mode
from crowsfoot.facts.sql import (
    AddConstraint,
    AlterConstraint,
    AlterTable,
    Constraint,
    DropConstraint,
    ValidateConstraint,
)
from crowsfoot.link.catalog.model import Table
from crowsfoot.source import Range

_CHECKED: Final = "its rows are checked"


def add_constraint(it: AddConstraint, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is not None:
        _ADDED[it.constraint.kind](it.constraint, table, it.range, draft)


def _add_check(it: Constraint, table: Table, where: Range, draft: Draft) -> None:
    draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, where, "it gets a CHECK constraint")
    if it.enforced and not it.not_valid:
        for each in draft.family(table):
            draft.scan(each, where, _CHECKED)


def _add_not_null(it: Constraint, table: Table, where: Range, draft: Draft) -> None:
    draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, where, "it gets a NOT NULL constraint")
    if not it.not_valid:
        for each in draft.family(table):
            if any(may_hold_null(each, column, draft) for column in it.columns):
                draft.scan(each, where, "its rows are searched for NULL")


def _add_foreign_key(it: Constraint, table: Table, where: Range, draft: Draft) -> None:
    target = draft.table(it.references.table) if it.references else None
    mode, why = Mode.SHARE_ROW_EXCLUSIVE, "it gets a foreign key"
    # Heirs are no partitions: they get no foreign key, and PostgreSQL 18 locks them all the same.
    if table.partition_by is not None or draft.postgres >= 18:
        draft.lock_family(table, mode, where, why)
    else:
        draft.lock(table, mode, where, why)
    if target is None:
        return
    if target.number != table.number:
        draft.lock_family(target, mode, where, "the new foreign key refers to it")
    if it.enforced and not it.not_valid:
        draft.check_key(table, target, where, "the new foreign key is checked")


def _add_index(it: Constraint, table: Table, where: Range, draft: Draft) -> None:
    name = {"primary": "a primary key", "unique": "a unique constraint"}.get(
        it.kind, "an exclusion constraint"
    )
    draft.lock(table, Mode.ACCESS_EXCLUSIVE, where, f"it gets {name}")
    if it.using_index is not None:
        _use_index(it, table, it.using_index, where, draft)
        return
    draft.make_index(table, it.name, where)
    mode = Mode.ACCESS_EXCLUSIVE if it.kind == "primary" or draft.postgres >= 18 else Mode.SHARE
    for each in draft.family(table):
        if each is not table:
            if table.partition_by is None and it.kind != "primary":
                continue  # an heir has keys of its own
            draft.lock(each, mode, where, f"it is a part of {table}")
        if each is table or table.partition_by is not None:
            draft.build(each, where, f"the index of {name} is built")


def _use_index(it: Constraint, table: Table, index: str, where: Range, draft: Draft) -> None:
    """The index becomes that of the constraint, and gets its name, like one that is renamed."""
    renamed = it.name is not None and it.name != index
    mode = rename_mode(draft) if renamed else Mode.ACCESS_SHARE
    draft.lock_index(table, index, mode, where, "it becomes that of the constraint")
    found = table.indexes.get(index)
    if it.kind != "primary" or found is None:
        return
    if any(key is not None and may_hold_null(table, key, draft) for key in found.columns):
        draft.scan(table, where, "columns of the primary key are searched for NULL")


def rename_mode(draft: Draft) -> Mode:
    """The lock of an index that gets another name."""
    return Mode.SHARE_UPDATE_EXCLUSIVE if draft.postgres >= 12 else Mode.ACCESS_EXCLUSIVE


_ADDED: Final[dict[str, Callable[[Constraint, Table, Range, Draft], None]]] = {
    "check": _add_check,
    "not null": _add_not_null,
    "foreign": _add_foreign_key,
    "primary": _add_index,
    "unique": _add_index,
    "exclude": _add_index,
}


def drop_constraint(it: DropConstraint, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    where = it.range
    key = table.foreign_keys.get(it.name)
    index = table.indexes.get(it.name)
    if key is None and index is None and it.name not in table.checks:
        draft.lock(table, Mode.ACCESS_EXCLUSIVE, where, "it loses a constraint, if it has it")
        return
    draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, where, "it loses a constraint")
    if key is not None:
        drop_key(table, key.target, key.name, where, draft)
    if index is not None:
        draft.drop_index(table, it.name, where, "it goes with its constraint")
        if it.cascade:
            drop_dependents(table, where, draft)


def validate_constraint(it: ValidateConstraint, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    draft.lock_family(table, Mode.SHARE_UPDATE_EXCLUSIVE, it.range, "its constraint is validated")
    key = table.foreign_keys.get(it.name)
    if key is not None:
        target = draft.target(key)
        if target is not None and not key.valid:
            draft.lock_family(target, Mode.ROW_SHARE, it.range, "the validated foreign key refers to it")
            draft.check_key(table, target, it.range, "the foreign key is checked")
        return
    check = table.checks.get(it.name)
    if check is None and any(
        column.not_null_name == it.name and column.not_null_valid for column in table.columns.values()
    ):
        return
    if check is None or not check.valid:
        for each in draft.family(table):
            draft.scan(each, it.range, _CHECKED)


def alter_constraint(it: AlterConstraint, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, it.range, "its constraint changes")
    key = table.foreign_keys.get(it.name)
    target = draft.target(key) if key is not None else None
    if key is None or target is None or it.enforced is None or it.enforced == key.enforced:
        return
    if it.enforced:
        why = "the foreign key that is now enforced refers to it"
        draft.lock_family(target, Mode.SHARE_ROW_EXCLUSIVE, it.range, why)
        draft.check_key(table, target, it.range, "the foreign key is checked")
    else:
        drop_key(table, key.target, key.name, it.range, draft)


# --- settings ----------------------------------------------------------------------------------------------


def alter_table(it: AlterTable, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    rule = _CHANGES.get(it.change)
    if rule is not None:
        rule(it, table, draft)
    else:
        draft.lock(table, Mode.ACCESS_EXCLUSIVE, it.range, "its definition changes")


def _set_options(it: AlterTable, table: Table, draft: Draft) -> None:
    # Storage parameters need no more than the lock of VACUUM, but for those of logical replication.
    strong = table.kind == "view" or "user_catalog_table" in (it.text or "")
    mode = Mode.ACCESS_EXCLUSIVE if strong else Mode.SHARE_UPDATE_EXCLUSIVE
    draft.lock(table, mode, it.range, "its settings change")


def _switch_trigger(it: AlterTable, table: Table, draft: Draft) -> None:
    draft.lock_family(table, Mode.SHARE_ROW_EXCLUSIVE, it.range, "its trigger is switched")


def _set_logged(it: AlterTable, table: Table, draft: Draft) -> None:
    draft.lock(table, Mode.ACCESS_EXCLUSIVE, it.range, "its persistence changes")
    if table.unlogged == (it.change == "set unlogged"):
        return
    draft.rewrite(table, it.range, "the table is copied to change its persistence")
    if draft.postgres >= 15:
        why = "it gets the persistence of its table"
        draft.lock_owned_sequences(table, Mode.ACCESS_EXCLUSIVE, it.range, why)


def _set_tablespace(it: AlterTable, table: Table, draft: Draft) -> None:
    draft.lock(table, Mode.ACCESS_EXCLUSIVE, it.range, "its file moves")
    if it.text != "pg_default":
        draft.move(table, it.range, "its file is copied to the tablespace")


def _set_access_method(it: AlterTable, table: Table, draft: Draft) -> None:
    draft.lock(table, Mode.ACCESS_EXCLUSIVE, it.range, "its access method changes")
    if it.text not in ("heap", None):
        draft.rewrite(table, it.range, "the table is written with another access method")


def _replica_identity(it: AlterTable, table: Table, draft: Draft) -> None:
    draft.lock(table, Mode.ACCESS_EXCLUSIVE, it.range, "its replica identity changes")
    if it.text in table.indexes and it.text is not None:
        draft.lock_index(table, it.text, Mode.SHARE, it.range, "it becomes the replica identity")


def _cluster_on(it: AlterTable, table: Table, draft: Draft) -> None:
    mode = Mode.SHARE_UPDATE_EXCLUSIVE
    draft.lock(table, mode, it.range, "its settings change")
    if it.text in table.indexes and it.text is not None:
        draft.lock_index(table, it.text, mode, it.range, "CLUSTER is to follow it")


_CHANGES: Final[dict[str, Callable[[AlterTable, Table, Draft], None]]] = {
    "set options": _set_options,
    "reset options": _set_options,
    "enable trigger": _switch_trigger,
    "disable trigger": _switch_trigger,
    "set logged": _set_logged,
    "set unlogged": _set_logged,
    "set tablespace": _set_tablespace,
    "set access method": _set_access_method,
    "replica identity": _replica_identity,
    "cluster on": _cluster_on,
    "without cluster": _cluster_on,
    "attach partition": locks_partitions.attach,
    "detach partition": locks_partitions.detach,
    "finalize partition": locks_partitions.detach,
    "inherit": locks_partitions.inherit,
    "no inherit": locks_partitions.inherit,
}
