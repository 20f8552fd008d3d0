"""What creating, changing and renaming objects locks, scans and rewrites in PostgreSQL.

Each rule holds for PostgreSQL 10 to 18 where it names no version, and was measured there.
Source: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
"""

from typing import Final

from crowsfoot.databases.locks_draft import Draft
from crowsfoot.databases.locks_model import Mode
from crowsfoot.databases.locks_partitions import new_partition
from crowsfoot.databases.locks_rows import read
from crowsfoot.databases.locks_tables import rename_mode
from crowsfoot.facts.sql import (
    AlterDomain,
    AlterOther,
    AlterPolicy,
    AlterSequence,
    ChangeOwner,
    CreateIndex,
    CreateOther,
    CreatePolicy,
    CreateSequence,
    CreateTable,
    CreateTrigger,
    CreateView,
    Grant,
    MoveObject,
    ObjectName,
    RefreshView,
    RenameObject,
    SetComment,
)
from crowsfoot.link.catalog.model import Catalog, Table
from crowsfoot.source import Range

_AE: Final = Mode.ACCESS_EXCLUSIVE
_RELATIONS: Final = frozenset(["table", "view", "materialized view"])
_OF_TABLES: Final = frozenset(["trigger", "policy", "rule"])


# --- create ------------------------------------------------------------------------------------------------


def create_index(it: CreateIndex, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is None:
        return
    mode = Mode.SHARE_UPDATE_EXCLUSIVE if it.concurrently else Mode.SHARE
    if it.concurrently:
        draft.alone = "CREATE INDEX CONCURRENTLY"
    why = "an index is built on it"
    if it.only or table.partition_by is None:
        draft.lock(table, mode, it.range, why)
    else:
        draft.lock_family(table, mode, it.range, why)
    if it.name is not None and it.if_not_exists and _has_relation(draft.before, table.schema, it.name):
        return
    draft.make_index(table, it.name, it.range)
    for each in draft.family(table) if table.partition_by is not None and not it.only else (table,):
        draft.build(each, it.range, "the index is built from its rows")


def _has_relation(catalog: Catalog, schema: str, name: str) -> bool:
    key = (schema, name)
    return key in catalog.index_tables or key in catalog.names or key in catalog.sequences


def create_table(it: CreateTable, draft: Draft) -> None:
    where = it.range
    made = draft.after.table(it.table)
    if made is None or (it.if_not_exists and made.number in draft.before.tables):
        return
    draft.lock(made, _AE, where, "it is new")
    for name in made.indexes:
        draft.make_index(made, name, where)
    for sequence in sorted(draft.after.owned.get(made.number, ())):
        draft.lock_sequence(sequence, _AE, where, "it is new")
    for key in made.foreign_keys.values():
        target = draft.before.tables.get(key.target)
        if target is not None and it.partition_of is None:
            why = f"the foreign key {key.name} of the new table refers to it"
            draft.lock_family(target, Mode.SHARE_ROW_EXCLUSIVE, where, why)
    parent = draft.table(it.partition_of) if it.partition_of is not None else None
    if parent is not None:
        new_partition(parent, where, it.default_partition, draft)
    for other in it.inherits:
        parent = draft.table(other)
        if parent is not None:
            draft.lock(parent, Mode.SHARE_UPDATE_EXCLUSIVE, where, "it gets an heir")
    for other, _ in it.like:
        source = draft.table(other)
        if source is not None:
            draft.lock(source, Mode.ACCESS_SHARE, where, "the new table is made like it")
    if it.query is not None:
        read(it.query, where, draft)


def create_view(it: CreateView, draft: Draft) -> None:
    old = draft.before.table(it.view)
    made = draft.after.table(it.view)
    if old is not None and it.if_not_exists:
        return
    if old is not None:
        draft.lock(old, _AE, it.range, "it is defined anew")
    elif made is not None:
        draft.lock(made, _AE, it.range, "it is new")
    if it.materialized and it.with_data:
        read(it.query, it.range, draft)
        return
    for name in it.query.tables:  # their rows are not read, nor what a view in its turn reads
        table = draft.table(name)
        if table is not None and table is not made:
            draft.lock(table, Mode.ACCESS_SHARE, it.range, "the view reads it")


def refresh_view(it: RefreshView, draft: Draft) -> None:
    view = draft.table(it.view)
    if view is None:
        return
    if it.concurrently:
        draft.lock(view, Mode.EXCLUSIVE, it.range, "it is filled anew", Mode.ROW_EXCLUSIVE)
        draft.scan(view, it.range, "its rows are compared with the new ones")
    else:
        draft.lock(view, _AE, it.range, "it is filled anew")
        if it.with_data:
            draft.rewrite(view, it.range, "the view is written anew", reads=bool(view.indexes))
        else:
            draft.empty(view, it.range, "the view is emptied")
    if it.with_data and view.query is not None:
        read(view.query, it.range, draft)


def create_sequence(it: CreateSequence, draft: Draft) -> None:
    name = draft.sequence(it.sequence)
    if name is not None and name not in draft.before.sequences:
        draft.lock_sequence(name, _AE, it.range, "it is new")
        _owner_of_sequence(it.owned_by, it.range, draft)


def alter_sequence(it: AlterSequence, draft: Draft) -> None:
    name = draft.sequence(it.sequence)
    if name is not None:
        draft.lock_sequence(name, Mode.SHARE_ROW_EXCLUSIVE, it.range, "its settings change")
        _owner_of_sequence(it.owned_by, it.range, draft)


def _owner_of_sequence(owner: tuple[ObjectName, str] | None, where: Range, draft: Draft) -> None:
    table = draft.table(owner[0]) if owner is not None else None
    if table is not None:
        draft.lock(table, Mode.ACCESS_SHARE, where, "it gets a sequence of its own")


def create_trigger(it: CreateTrigger, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is not None:
        draft.lock_family(table, Mode.SHARE_ROW_EXCLUSIVE, it.range, "it gets a trigger")
    other = draft.table(it.references) if it.references is not None else None
    if other is not None:
        draft.lock(other, Mode.ACCESS_SHARE, it.range, "the trigger refers to it")


def change_policy(it: CreatePolicy | AlterPolicy, draft: Draft) -> None:
    table = draft.table(it.table)
    if table is not None:
        draft.lock(table, _AE, it.range, "its policies change")


def create_other(it: CreateOther, draft: Draft) -> None:
    table = draft.table(it.table) if it.table is not None else None
    if table is None:
        return
    if it.kind == "rule":
        draft.lock(table, _AE, it.range, "it gets a rule")
    elif it.kind in ("statistics", "publication"):
        draft.lock(table, Mode.SHARE_UPDATE_EXCLUSIVE, it.range, "its columns or rows are spoken of")


# --- rename, move and the rest -----------------------------------------------------------------------------


def rename_object(it: RenameObject, draft: Draft) -> None:
    table = draft.table(it.table) if it.table is not None else None
    if it.kind in _RELATIONS:
        _lock_relation(it.name, _AE, it.range, "it is renamed", draft)
    elif it.kind == "index":
        found = draft.before.index_table(it.name)
        if found is not None:
            draft.lock_index(found, it.name.name, rename_mode(draft), it.range, "it is renamed")
    elif it.kind == "sequence":
        name = draft.sequence(it.name)
        if name is not None:
            draft.lock_sequence(name, _AE, it.range, "it is renamed")
    elif table is None:
        return
    elif it.kind == "column":
        draft.lock_family(table, _AE, it.range, "its column is renamed")
    elif it.kind == "constraint":
        if it.name.name in table.checks:
            draft.lock_family(table, _AE, it.range, "its constraint is renamed")
        else:
            draft.lock(table, _AE, it.range, "its constraint is renamed")
        if it.name.name in table.indexes:
            draft.lock_index(table, it.name.name, rename_mode(draft), it.range, "it is renamed")
    elif it.kind == "trigger" and draft.postgres >= 15:
        draft.lock_family(table, _AE, it.range, "its trigger is renamed")
    elif it.kind in _OF_TABLES:
        draft.lock(table, _AE, it.range, f"its {it.kind} is renamed")


def move_object(it: MoveObject, draft: Draft) -> None:
    if it.kind in _RELATIONS:
        table = _lock_relation(it.name, _AE, it.range, "it moves to another schema", draft)
        if table is not None:
            draft.lock_owned_sequences(table, _AE, it.range, "it moves with its table")
    elif it.kind == "sequence":
        name = draft.sequence(it.name)
        if name is not None:
            draft.lock_sequence(name, _AE, it.range, "it moves to another schema")


def change_owner(it: ChangeOwner, draft: Draft) -> None:
    if it.kind in _RELATIONS:
        _lock_relation(it.name, _AE, it.range, "its owner changes", draft)
    elif it.kind == "sequence":
        name = draft.sequence(it.name)
        if name is not None:
            draft.lock_sequence(name, _AE, it.range, "its owner changes")


def _lock_relation(name: ObjectName, mode: Mode, where: Range, why: str, draft: Draft) -> Table | None:
    table = draft.before.table(name)
    if table is not None:
        draft.lock(table, mode, where, why)
    return table


def alter_other(it: AlterOther, draft: Draft) -> None:
    if it.kind == "view":
        _lock_relation(it.name, _AE, it.range, "its definition changes", draft)
    elif it.kind == "materialized view":
        mode = Mode.SHARE_UPDATE_EXCLUSIVE if it.options else _AE
        _lock_relation(it.name, mode, it.range, "its settings change", draft)
    elif it.kind == "index":
        _alter_index(it, draft)
    elif it.kind == "sequence":
        name = draft.sequence(it.name)
        if name is not None:
            draft.lock_sequence(name, Mode.SHARE_ROW_EXCLUSIVE, it.range, "its settings change")


def _alter_index(it: AlterOther, draft: Draft) -> None:
    table = draft.before.index_table(it.name)
    if table is None:
        return
    text = (it.text or "").upper()
    if it.table is not None:  # ATTACH PARTITION, whose table is an index too
        draft.lock_index(table, it.name.name, rename_mode(draft), it.range, "it gets a part")
        draft.lock(table, Mode.ACCESS_SHARE, it.range, "its index gets a part")
        part = draft.before.index_table(it.table)
        if part is not None:
            draft.lock_index(part, it.table.name, _AE, it.range, "it becomes a part of another index")
            draft.lock(part, Mode.ACCESS_SHARE, it.range, "its index becomes a part of another one")
        return
    weak = bool(it.options) or "STATISTICS" in text
    mode = Mode.SHARE_UPDATE_EXCLUSIVE if weak else _AE
    draft.lock_index(table, it.name.name, mode, it.range, "its settings change")


def set_comment(it: SetComment, draft: Draft) -> None:
    mode, why = Mode.SHARE_UPDATE_EXCLUSIVE, "it gets a comment"
    if it.kind in _RELATIONS:
        _lock_relation(it.name, mode, it.range, why, draft)
    elif it.kind == "column" and it.table is not None:
        _lock_relation(it.table, mode, it.range, "its column gets a comment", draft)
    elif it.kind == "index":
        table = draft.before.index_table(it.name)
        if table is not None:
            draft.lock_index(table, it.name.name, mode, it.range, why)
    elif it.kind == "sequence":
        name = draft.sequence(it.name)
        if name is not None:
            draft.lock_sequence(name, mode, it.range, why)
    elif it.table is not None:
        _lock_relation(it.table, Mode.ACCESS_SHARE, it.range, f"its {it.kind} gets a comment", draft)


def grant(it: Grant, draft: Draft) -> None:
    # Since PostgreSQL 18 the object cannot be dropped meanwhile.
    if draft.postgres < 18 or it.all_in_schema or it.default:
        return
    for name in it.names:
        if it.kind in _RELATIONS:
            found = _lock_relation(name, Mode.ACCESS_SHARE, it.range, "its privileges change", draft)
            if found is not None:
                continue
        if it.kind in ("table", "sequence"):
            sequence = draft.sequence(name)
            if sequence is not None:
                draft.lock_sequence(sequence, Mode.ACCESS_SHARE, it.range, "its privileges change")


def alter_domain(it: AlterDomain, draft: Draft) -> None:
    """A new condition is checked in every column of the domain."""
    checked = it.change in ("set not null", "validate constraint") or (
        it.change == "add constraint" and it.constraint is not None and not it.constraint.not_valid
    )
    domain = draft.before.type(it.name.name, it.name.schema) if checked else None
    if domain is None:
        return
    for number in sorted(draft.before.users.get(("type", domain.schema, domain.name), ())):
        table = draft.before.tables.get(number)
        if table is None or table.kind == "view":
            continue
        if any(
            column.type.name == domain.name and not column.type.dimensions
            for column in table.columns.values()
        ):
            draft.lock(table, Mode.SHARE, it.range, f"it has columns of the domain {domain.name}")
            draft.scan(table, it.range, "its rows are checked")
