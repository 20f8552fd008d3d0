"""What dropping tables, columns and other objects locks in PostgreSQL, with what hangs on them.

Each rule holds for PostgreSQL 10 to 18 where it names no version, and was measured there.
Source: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
"""

from collections.abc import Callable
from typing import Final

from crowsfoot.databases.locks_draft import Draft, indexes_of
from crowsfoot.databases.locks_model import Mode
from crowsfoot.databases.locks_partitions import alike, default_partition
from crowsfoot.facts.sql import DropColumn, DropObject
from crowsfoot.link.catalog.model import Column, ForeignKey, Table
from crowsfoot.source import Range

_AE: Final = Mode.ACCESS_EXCLUSIVE
_OF_TABLES: Final = frozenset(["trigger", "policy", "rule"])


def drop_column(it: DropColumn, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    where = it.range
    column = table.columns.get(it.column)
    if column is None:
        draft.lock(table, Mode.ACCESS_EXCLUSIVE, where, "it loses a column, if it has it")
        return
    draft.lock_family(table, Mode.ACCESS_EXCLUSIVE, where, "it loses a column")
    for each in draft.family(table):
        for name in indexes_of(each, it.column):
            draft.drop_index(each, name, where, f"it goes with the column {it.column}")
        for key in each.foreign_keys.values():
            if it.column in key.columns:
                drop_key(each, key.target, key.name, where, draft)
    lock_sequence_of(table, column, Mode.ACCESS_EXCLUSIVE, where, "it goes with the column", draft)
    if it.cascade:
        drop_dependents(table, where, draft)


def drop_object(it: DropObject, draft: Draft) -> None:
    rule = _DROPS.get(it.kind)
    if rule is not None:
        rule(it, draft)
    elif it.kind in _OF_TABLES:
        table = draft.table(it.table) if it.table is not None else None
        if table is not None and it.if_exists and not _has(table, it.kind, it.name.name):
            return  # the lock is given back at once
        if table is not None and it.kind == "trigger":
            draft.lock_family(table, _AE, it.range, "it loses a trigger")
        elif table is not None:
            draft.lock(table, _AE, it.range, f"it loses a {it.kind}")
    elif it.cascade:
        _lock_changed(it.range, draft)


def _has(table: Table, kind: str, name: str) -> bool:
    return kind == "rule" or name in (table.triggers if kind == "trigger" else table.policies)


def _drop_relation(it: DropObject, draft: Draft) -> None:
    table = draft.before.table(it.name)
    if table is not None:
        drop_table(table, it.range, draft, cascade=it.cascade)


def drop_table(
    table: Table, where: Range, draft: Draft, *, cascade: bool, why: str = "it is dropped"
) -> None:
    for each in draft.family(table):
        draft.lock(each, _AE, where, why if each is table else f"it is a part of {table}", _AE)
        draft.lock_owned_sequences(each, _AE, where, "it goes with its table")
        for key in each.foreign_keys.values():
            if not _is_inherited(each, key, draft):
                drop_key(each, key.target, key.name, where, draft, with_table=True)
        if cascade:
            drop_dependents(each, where, draft)
    parent = draft.before.tables.get(table.partition_of) if table.partition_of is not None else None
    if parent is not None:
        draft.lock(parent, _AE, where, "it loses a partition")
        default = default_partition(parent, draft)
        if default is not None and default is not table:
            draft.lock(default, _AE, where, "it is the default partition")


def _is_inherited(table: Table, key: ForeignKey, draft: Draft) -> bool:
    """Whether it is the part that a partition has of a foreign key of its table: only that goes for good."""
    parent = draft.before.tables.get(table.partition_of) if table.partition_of is not None else None
    return parent is not None and any(
        (other.target, other.columns) == (key.target, key.columns) for other in parent.foreign_keys.values()
    )


def _drop_index(it: DropObject, draft: Draft) -> None:
    if it.concurrently:
        draft.alone = "DROP INDEX CONCURRENTLY"
    table = draft.before.index_table(it.name)
    if table is None:
        return
    if it.concurrently:
        mode = Mode.SHARE_UPDATE_EXCLUSIVE
        draft.lock(table, mode, it.range, "it loses an index")
        draft.lock_index(table, it.name.name, mode, it.range, "it is dropped")
        return
    draft.lock_family(table, _AE, it.range, "it loses an index")
    draft.drop_index(table, it.name.name, it.range, "it is dropped")
    if it.cascade:
        drop_dependents(table, it.range, draft)
    index = table.indexes.get(it.name.name)
    if table.partition_by is not None and index is not None:
        for each in draft.family(table):
            for name, other in each.indexes.items():
                if each is not table and alike(index, other):
                    draft.drop_index(each, name, it.range, "it is a part of the dropped index")


def _drop_sequence(it: DropObject, draft: Draft) -> None:
    name = draft.sequence(it.name)
    if name is not None:
        draft.lock_sequence(name, _AE, it.range, "it is dropped")
    if it.cascade:
        _lock_changed(it.range, draft)


def _drop_schema(it: DropObject, draft: Draft) -> None:
    if not it.cascade:
        return
    why = "it goes with its schema"
    for name in sorted(name for name in draft.before.sequences if name[0] == it.name.name):
        draft.lock_sequence(name, _AE, it.range, why)
    for table in [each for each in draft.before.tables_in_order() if each.schema == it.name.name]:
        drop_table(table, it.range, draft, cascade=True, why=why)
    _lock_changed(it.range, draft)


def _drop_statistics(it: DropObject, draft: Draft) -> None:
    table = draft.table(it.table) if it.table is not None else None
    if table is not None and draft.postgres >= 12:
        draft.lock(table, Mode.SHARE_UPDATE_EXCLUSIVE, it.range, "its statistics change")


def _lock_changed(where: Range, draft: Draft) -> None:
    """CASCADE from a type, function, sequence or schema: whatever has changed by it was locked."""
    why = "a part of it goes by CASCADE"
    before, after = draft.before.tables, draft.after.tables
    if before is after:
        return
    for number in sorted(number for number, table in before.items() if after.get(number) is not table):
        table, left = before[number], after.get(number)
        if left is None:
            draft.lock(table, _AE, where, why, _AE)
            drop_readers(table, where, draft)
        elif left.kind != "view":
            draft.lock(table, _AE, where, why)
            for name in table.indexes:
                if name not in left.indexes:
                    draft.drop_index(table, name, where, why)
            for key in table.foreign_keys.values():
                if key.name not in left.foreign_keys:
                    drop_key(table, key.target, key.name, where, draft)


_DROPS: Final[dict[str, Callable[[DropObject, Draft], None]]] = {
    "table": _drop_relation,
    "view": _drop_relation,
    "materialized view": _drop_relation,
    "index": _drop_index,
    "sequence": _drop_sequence,
    "schema": _drop_schema,
    "statistics": _drop_statistics,
}


# --- what goes with it -------------------------------------------------------------------------------------


def drop_key(
    table: Table, target: int, name: str, where: Range, draft: Draft, *, with_table: bool = False
) -> None:
    """A foreign key goes: the referenced table loses two triggers, under the strongest lock."""
    found = draft.before.tables.get(target) or draft.after.tables.get(target)
    if found is not None and found.number != table.number:
        why = f"the dropped foreign key {name} refers to it"
        # Up to PostgreSQL 14, dropping the whole table left out what is partitioned, but not its partitions.
        partitions_alone = with_table and found.partition_by is not None and draft.postgres < 15
        for each in draft.family(found):
            if each is not found or not partitions_alone:
                draft.lock(each, Mode.ACCESS_EXCLUSIVE, where, why)


def drop_dependents(table: Table, where: Range, draft: Draft) -> None:
    """CASCADE: the foreign keys and views that went with a part of the table, by what is left of them."""
    for referrer, key in draft.before.referring(table):
        left = draft.after.tables.get(referrer.number)
        if left is None or key.name not in left.foreign_keys:
            why = f"its foreign key {key.name} goes by CASCADE"
            draft.lock_family(referrer, Mode.ACCESS_EXCLUSIVE, where, why)
    drop_readers(table, where, draft)


def drop_readers(table: Table, where: Range, draft: Draft) -> None:
    waiting, seen = [table.number], {table.number}
    while waiting:
        for number in sorted(draft.before.readers.get(waiting.pop(), ())):
            view = draft.before.tables.get(number)
            if view is not None and number not in seen and number not in draft.after.tables:
                seen.add(number)
                waiting.append(number)
                draft.lock(view, Mode.ACCESS_EXCLUSIVE, where, "it goes by CASCADE", Mode.ACCESS_EXCLUSIVE)


def lock_sequence_of(table: Table, column: Column, mode: Mode, where: Range, why: str, draft: Draft) -> None:
    """The sequences that the column owns."""
    for name in sorted(draft.before.owned.get(table.number, ())):
        sequence = draft.before.sequences.get(name)
        if sequence is not None and sequence.owned_by == (table.number, column.name):
            draft.lock_sequence(name, mode, where, why)
