"""What attaching and detaching partitions and heirs locks, scans and builds in PostgreSQL.

Each rule holds for PostgreSQL 10 to 18 where it names no version, and was measured there.
Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ATTACH-PARTITION
"""

from crowsfoot.databases.locks_draft import Draft
from crowsfoot.databases.locks_model import Mode
from crowsfoot.facts.sql import AlterTable
from crowsfoot.link.catalog.model import Index, Table
from crowsfoot.source import Range


def attach(it: AlterTable, table: Table, draft: Draft) -> None:
    where = it.range
    since = draft.postgres >= 12
    mode = Mode.SHARE_UPDATE_EXCLUSIVE if since else Mode.ACCESS_EXCLUSIVE
    draft.lock(table, mode, where, "it gets a partition")
    part = draft.table(it.other) if it.other else None
    if part is None:
        return
    draft.lock_family(part, Mode.ACCESS_EXCLUSIVE, where, "it becomes a partition")
    if not _shown_by_check(part, table):
        for each in draft.family(part):
            draft.scan(each, where, "its rows are checked to lie in the bounds of the partition")
    _check_default(table, where, draft, it.default_partition)
    _copy_indexes(table, part, where, draft)
    for key in table.foreign_keys.values():
        target = draft.target(key)
        if target is not None:
            weaker = Mode.SHARE_ROW_EXCLUSIVE if since else Mode.ROW_SHARE
            draft.lock_family(target, weaker, where, f"the partition gets the foreign key {key.name}")
            draft.check_key(part, target, where, f"the foreign key {key.name} is checked")


def _shown_by_check(part: Table, table: Table) -> bool:
    """Whether a CHECK speaks of all columns of the partition key, and says that they are not NULL.

    That its bounds are those of the partition is taken for granted: nobody writes it for another reason.
    """
    keys = table.partition_keys
    return bool(keys) and any(
        check.valid
        and check.enforced
        and all(key in check.expression.columns for key in keys)
        and (" IS NOT NULL" in check.expression.text.upper() or _all_required(part, keys))
        for check in part.checks.values()
    )


def _all_required(part: Table, keys: tuple[str, ...]) -> bool:
    return all(key in part.columns and part.columns[key].not_null for key in keys)


def _check_default(table: Table, where: Range, draft: Draft, is_default: bool) -> None:
    """Rows of the default partition might belong to the new one."""
    default = default_partition(table, draft)
    if default is not None and not is_default:
        draft.lock_family(default, Mode.ACCESS_EXCLUSIVE, where, "it is the default partition")
        for each in draft.family(default):
            draft.scan(each, where, "its rows are checked not to belong to the new partition")


def default_partition(table: Table, draft: Draft) -> Table | None:
    for number in draft.before.partitions.get(table.number, ()):
        child = draft.before.tables.get(number)
        if child is not None and child.default_partition:
            return child
    return None


def _copy_indexes(table: Table, part: Table, where: Range, draft: Draft) -> None:
    """The partition gets the indexes of the table that it does not have."""
    for name, index in table.indexes.items():
        if draft.postgres >= 12:
            draft.lock_index(table, name, Mode.SHARE_UPDATE_EXCLUSIVE, where, "it gets a part")
        if not any(alike(index, other) for other in part.indexes.values()):
            draft.make_index(part, None, where)
            draft.build(part, where, f"it gets the index {name} of {table}")


def alike(index: Index, other: Index) -> bool:
    """Whether the partition's own index can be a part of the table's."""
    if None in index.columns or None in other.columns:
        return False
    return (
        (index.columns, index.method, index.unique) == (other.columns, other.method, other.unique)
        and index.include == other.include
        and (index.predicate is None) == (other.predicate is None)
    )


def new_partition(table: Table, where: Range, is_default: bool, draft: Draft) -> None:
    """CREATE TABLE ... PARTITION OF: what it does to the table and what hangs on it."""
    draft.lock(table, Mode.ACCESS_EXCLUSIVE, where, "it gets a partition")
    _check_default(table, where, draft, is_default)
    if draft.postgres >= 12:
        for name in table.indexes:
            draft.lock_index(table, name, Mode.SHARE_UPDATE_EXCLUSIVE, where, "it gets a part")
    for key in table.foreign_keys.values():
        target = draft.target(key)
        if target is not None:
            mode = Mode.SHARE_ROW_EXCLUSIVE if draft.postgres >= 12 else Mode.ACCESS_SHARE
            draft.lock_family(target, mode, where, f"the partition gets the foreign key {key.name}")
    for referrer, key in draft.before.referring(table):
        mode = Mode.SHARE_ROW_EXCLUSIVE if draft.postgres >= 15 else Mode.ACCESS_SHARE
        draft.lock(referrer, mode, where, f"its foreign key {key.name} refers to the partition too")


def detach(it: AlterTable, table: Table, draft: Draft) -> None:
    part = draft.table(it.other) if it.other else None
    where = it.range
    why = "it becomes a table of its own"
    if it.concurrently or it.change == "finalize partition":
        # In a second transaction, once nobody uses the table as it was, the partition is locked.
        draft.lock(table, Mode.SHARE_UPDATE_EXCLUSIVE, where, "it loses a partition")
        if part is not None:
            draft.lock(part, Mode.ACCESS_EXCLUSIVE, where, why)
        if it.concurrently:
            draft.alone = "ALTER TABLE ... DETACH CONCURRENTLY"
        return
    draft.lock(table, Mode.ACCESS_EXCLUSIVE, where, "it loses a partition")
    default = default_partition(table, draft)
    if default is not None:
        draft.lock(default, Mode.ACCESS_EXCLUSIVE, where, "it is the default partition")
    if part is not None:
        mode = Mode.ACCESS_EXCLUSIVE if draft.postgres >= 14 else Mode.SHARE_UPDATE_EXCLUSIVE
        draft.lock(part, mode, where, why)
        for index in part.indexes.values():
            if any(alike(other, index) for other in table.indexes.values()):
                draft.lock_index(part, index.name, Mode.ACCESS_EXCLUSIVE, where, why)
    for key in table.foreign_keys.values():
        target = draft.target(key)
        if target is not None:
            why = f"the foreign key {key.name} is made anew for the partition"
            draft.lock_family(target, Mode.SHARE_ROW_EXCLUSIVE, where, why)


def inherit(it: AlterTable, table: Table, draft: Draft) -> None:
    draft.lock(table, Mode.ACCESS_EXCLUSIVE, it.range, "its parents change")
    parent = draft.table(it.other) if it.other else None
    if parent is not None:
        mode = Mode.SHARE_UPDATE_EXCLUSIVE if it.change == "inherit" else Mode.ACCESS_SHARE
        draft.lock(parent, mode, it.range, "its heirs change")
