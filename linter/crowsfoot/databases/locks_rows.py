"""What reading and changing rows, and maintaining tables, locks and scans in PostgreSQL.

Each rule holds for PostgreSQL 10 to 18 where it names no version, and was measured there.
Source: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES

Whether a query with a WHERE reads the whole table is up to the planner. It is said to where no index has a
column that the query names.
"""

from typing import Final

from crowsfoot.databases.locks_columns import lock_called_sequences, sequence_name
from crowsfoot.databases.locks_draft import Draft
from crowsfoot.databases.locks_model import Mode
from crowsfoot.facts.sql import Delete, Insert, LockTable, Maintain, Query, Select, Truncate, Update
from crowsfoot.link.catalog.model import ForeignKey, Index, Table
from crowsfoot.source import Range

_READ: Final = "rows are read from it"


def select(it: Select, draft: Draft) -> None:
    read(it.query, it.range, draft)


def read(query: Query, where: Range, draft: Draft, *, but: Table | None = None) -> None:
    """Everything that a query reads; but is the table that the statement changes."""
    mode = Mode.ROW_SHARE if query.locking else Mode.ACCESS_SHARE
    # Before PostgreSQL 12 the indexes of a table that is locked for an update were only read.
    indexes = mode if draft.postgres >= 12 else Mode.ACCESS_SHARE
    for name in query.tables:
        table = draft.table(name)
        if table is None or (but is not None and table.number == but.number):
            continue
        _read_table(table, query, mode, indexes, where, draft)
    if "nextval" in query.functions or "setval" in query.functions:
        for constant in query.literals:
            sequence = sequence_name(constant.text, draft)
            if sequence is not None:
                draft.lock_sequence(sequence, Mode.ROW_EXCLUSIVE, where, "its number changes")


def _read_table(table: Table, query: Query, mode: Mode, indexes: Mode, where: Range, draft: Draft) -> None:
    whole = reads_all(table, query)
    seen: set[int] = set()
    waiting = [table]
    while waiting:
        at = waiting.pop()
        if at.number in seen:
            continue
        seen.add(at.number)
        if at.kind != "view":
            draft.lock_family(at, mode, where, _READ, indexes)
            if whole:
                for each in draft.family(at):
                    draft.scan(each, where, _READ)
            continue
        draft.lock(at, mode, where, _READ)
        if query.filtered or at.query is None or at.query.filtered:
            whole = False
        waiting += [it for it in map(draft.before.tables.get, sorted(at.reads)) if it is not None]


def reads_all(table: Table, query: Query | None) -> bool:
    """Whether it is certain that no index serves the query."""
    if query is None or not query.filtered:
        return True
    named = {use.name for use in query.columns}
    return bool(named) and not any(_serves(index, named) for index in table.indexes.values())


def _serves(index: Index, columns: set[str]) -> bool:
    """Whether a condition on one of the columns may be looked up in the index."""
    return index.valid and any(
        key.column in columns if key.expression is None else not columns.isdisjoint(key.expression.columns)
        for key in index.keys
    )


# --- changes -----------------------------------------------------------------------------------------------


def insert(it: Insert, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    indexes = Mode.ROW_EXCLUSIVE if it.on_conflict == "update" or it.source == "merge" else None
    draft.lock_family(table, Mode.ROW_EXCLUSIVE, it.range, "rows are put into it", indexes)
    if it.query is not None:
        read(it.query, it.range, draft)
    if it.values:
        for value in it.values[0]:
            lock_called_sequences(value, it.range, draft)
    if it.columns:
        for column in table.columns.values():
            if (column.sequence or column.identity) and column.name not in it.columns:
                _number(table, column.name, column.sequence, it.range, draft)
    for key in table.foreign_keys.values():
        if not it.columns or any(column in it.columns for column in key.columns):
            _look_up(table, key, it.range, draft)


def _number(table: Table, column: str, sequence: str | None, where: Range, draft: Draft) -> None:
    for name in sorted(draft.before.owned.get(table.number, ())):
        found = draft.before.sequences.get(name)
        if found is not None and (name[1] == sequence or found.owned_by == (table.number, column)):
            draft.lock_sequence(name, Mode.ROW_EXCLUSIVE, where, "numbers are taken from it")


def _look_up(table: Table, key: ForeignKey, where: Range, draft: Draft) -> None:
    """A new value of a foreign key locks the row that it refers to."""
    target = draft.target(key)
    if target is not None and key.enforced:
        indexes = Mode.ROW_SHARE if draft.postgres >= 12 else Mode.ACCESS_SHARE
        why = f"the foreign key {key.name} looks rows up in it"
        draft.lock_family(target, Mode.ROW_SHARE, where, why, indexes)


def update(it: Update, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    _change(table, it.query, it.filtered, it.range, draft)
    for key in table.foreign_keys.values():
        if any(column in it.columns for column in key.columns):
            _look_up(table, key, it.range, draft)
    for referrer, key in draft.before.referring(table):
        if any(column in it.columns for column in key.target_columns):
            _follow(referrer, key, key.on_update, it.range, draft)


def delete(it: Delete, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    _change(table, it.query, it.filtered, it.range, draft)
    waiting, seen = [table], {table.number}
    while waiting:
        for referrer, key in draft.before.referring(waiting.pop()):
            _follow(referrer, key, key.on_delete, it.range, draft)
            if key.on_delete == "CASCADE" and referrer.number not in seen:
                seen.add(referrer.number)
                waiting.append(referrer)


def _change(table: Table, query: Query | None, filtered: bool, where: Range, draft: Draft) -> None:
    mode = Mode.ROW_EXCLUSIVE
    draft.lock_family(table, mode, where, "its rows change", mode)
    if table.partition_of is not None:
        parent = draft.before.tables.get(table.partition_of)
        if parent is not None:
            draft.lock(parent, Mode.ACCESS_SHARE, where, "it is the table of the partition")
    if not filtered or reads_all(table, query):
        for each in draft.family(table):
            draft.scan(each, where, _READ)
    if query is not None:
        read(query, where, draft, but=table)


def _follow(referrer: Table, key: ForeignKey, action: str, where: Range, draft: Draft) -> None:
    """A row that others refer to changes: they are looked for, and changed where the key says so."""
    if not key.enforced:
        return
    changes = action not in ("NO ACTION", "RESTRICT")
    mode = Mode.ROW_EXCLUSIVE if changes else Mode.ROW_SHARE
    indexes = mode if changes or draft.postgres >= 12 else Mode.ACCESS_SHARE
    why = f"its foreign key {key.name} is followed"
    draft.lock_family(referrer, mode, where, why, indexes)
    if not any(index.columns and index.columns[0] in key.columns for index in referrer.indexes.values()):
        for each in draft.family(referrer):
            draft.scan(each, where, f"no index serves its foreign key {key.name}")


def truncate(it: Truncate, draft: Draft) -> None:
    waiting = [table for table in map(draft.table, it.tables) if table is not None]
    named = {table.number for table in waiting}
    seen: set[int] = set()
    while waiting:
        table = waiting.pop(0)
        if table.number in seen:
            continue
        seen.add(table.number)
        why = "it is emptied" if table.number in named else "it is emptied by CASCADE"
        parent = draft.before.tables.get(table.partition_of) if table.partition_of is not None else None
        if parent is not None and draft.postgres < 14:
            draft.lock(parent, Mode.ACCESS_SHARE, it.range, "it is the table of the partition")
        for each in draft.family(table):
            draft.lock(each, Mode.ACCESS_EXCLUSIVE, it.range, why)
            draft.empty(each, it.range, why)
        if it.cascade:
            waiting += [referrer for referrer, _ in draft.before.referring(table)]


def lock_table(it: LockTable, draft: Draft) -> None:
    mode = _MODES.get(it.mode.upper(), Mode.ACCESS_EXCLUSIVE)
    why = "LOCK TABLE says so"
    waiting = [table for table in map(draft.table, it.tables) if table is not None]
    seen: set[int] = set()
    while waiting:
        table = waiting.pop(0)
        if table.number in seen:
            continue
        seen.add(table.number)
        draft.lock_family(table, mode, it.range, why)
        if table.kind == "view":
            found = map(draft.before.tables.get, sorted(table.reads))
            waiting += [each for each in found if each is not None]


_MODES: Final = {str(mode): mode for mode in Mode}


# --- maintenance -------------------------------------------------------------------------------------------


def maintain(it: Maintain, draft: Draft) -> None:
    command = it.command
    if command == "reindex":
        _reindex(it, draft)
        return
    if command in ("vacuum", "vacuum full"):
        draft.alone = "VACUUM"
    elif command == "cluster" and not it.names:
        draft.alone = "CLUSTER"
    for table in _maintained(it, draft):
        if command == "vacuum":
            indexes = Mode.ROW_EXCLUSIVE if draft.postgres == 12 else None
            draft.lock_family(table, Mode.SHARE_UPDATE_EXCLUSIVE, it.range, "it is vacuumed", indexes)
        elif command == "analyze":
            mode = Mode.SHARE_UPDATE_EXCLUSIVE
            draft.lock_family(table, mode, it.range, "it is analyzed", Mode.ACCESS_SHARE)
        elif command == "vacuum full" or table.indexes:
            for each in draft.family(table):
                draft.lock(each, Mode.ACCESS_EXCLUSIVE, it.range, "it is written anew")
                draft.rewrite(each, it.range, f"{command.upper()} writes the table anew")
            if command == "cluster" and table.partition_by is not None and draft.postgres >= 15:
                draft.alone = "CLUSTER"


def _maintained(it: Maintain, draft: Draft) -> list[Table]:
    if it.names:
        return [table for table in map(draft.table, it.names) if table is not None]
    tables = [table for table in draft.before.tables_in_order() if table.kind != "view"]
    if it.command == "cluster":
        # Only those that CLUSTER has been told how to.
        tables = [table for table in tables if any(index.clustered for index in table.indexes.values())]
    return tables


def _reindex(it: Maintain, draft: Draft) -> None:
    if it.concurrently:
        draft.alone = "REINDEX CONCURRENTLY"
    mode = Mode.SHARE_UPDATE_EXCLUSIVE if it.concurrently else Mode.SHARE
    index_mode = mode if it.concurrently else Mode.ACCESS_EXCLUSIVE
    if it.kind == "index":
        for name in it.names:
            table = draft.before.index_table(name)
            if table is not None and table.partition_by is not None and draft.postgres >= 14:
                draft.alone = draft.alone or "REINDEX INDEX"
            if table is not None:
                draft.lock(table, mode, it.range, "its index is built anew")
                draft.lock_index(table, name.name, index_mode, it.range, "it is built anew")
                draft.rebuild(table, name.name, it.range, "its index is built anew")
        return
    if it.kind != "table":
        draft.alone = draft.alone or f"REINDEX {it.kind.upper()}"
    for table in _reindexed(it, draft):
        if table.partition_by is not None and draft.postgres >= 14:
            draft.alone = draft.alone or "REINDEX TABLE"
        elif table.partition_by is not None:
            draft.lock(table, mode, it.range, "its indexes are built anew")
            continue
        for each in draft.family(table) if table.partition_by is not None else (table,):
            draft.lock(each, mode, it.range, "its indexes are built anew", index_mode)
            for index in each.indexes:
                draft.rebuild(each, index, it.range, "its indexes are built anew")


def _reindexed(it: Maintain, draft: Draft) -> list[Table]:
    if it.kind == "table":
        return [table for table in map(draft.table, it.names) if table is not None]
    schemas = {name.name for name in it.names} if it.kind == "schema" else None
    return [
        table
        for table in draft.before.tables_in_order()
        if table.kind != "view" and (schemas is None or table.schema in schemas)
    ]
