"""What ALTER TABLE does to a table as a whole: row security, triggers, options, partitions, inheritance."""

from __future__ import annotations

from msgspec.structs import replace

from crowsfoot.facts.sql import AlterTable, ObjectName
from crowsfoot.link.catalog.draft import Draft, edited
from crowsfoot.link.catalog.model import Table
from crowsfoot.link.catalog.tables import inherit_parts

_ROW_SECURITY = {
    "enable rls": "ENABLE ROW SECURITY",
    "disable rls": "DISABLE ROW SECURITY",
    "force rls": "FORCE ROW SECURITY",
    "no force rls": "NO FORCE ROW SECURITY",
}


def check_kind(draft: Draft, change: AlterTable) -> None:
    """Row security is for tables alone."""
    action = _ROW_SECURITY.get(change.change)
    if action is not None:
        draft.alterable(change.table, action, ("table",))


def alter_table(draft: Draft, change: AlterTable) -> None:
    what = change.change
    check_kind(draft, change)
    table = draft.table(change.table)
    if what in ("enable rls", "disable rls"):
        draft.put(replace(table, rls=what == "enable rls"))
    elif what in ("force rls", "no force rls"):
        draft.put(replace(table, rls_forced=what == "force rls"))
    elif what in ("enable trigger", "disable trigger"):
        switch_triggers(draft, table, change, what == "enable trigger")
    elif what in ("set options", "reset options"):
        draft.put(replace(table, options=with_options(table, change)))
    elif what == "drop constraints":
        draft.put(without_constraints(table))
    elif what in ("set logged", "set unlogged"):
        draft.put(replace(table, unlogged=what == "set unlogged"))
    elif what == "attach partition" and change.other is not None:
        attach(draft, table, change, change.other)
    elif what in ("detach partition", "finalize partition") and change.other is not None:
        check_partitioned(draft, table, change, "DETACH PARTITION")
        if change.concurrently and draft.session.in_block:
            draft.refuse(
                "25001",
                "ALTER TABLE ... DETACH CONCURRENTLY cannot run inside a transaction block",
                change.range,
            )
        child = draft.table(change.other)
        if child.partition_of != table.number:
            draft.refuse(
                "42P01",
                f'relation "{child.name}" is not a partition of relation "{table.name}"',
                change.range,
                child.name,
                table.name,
            )
        draft.put(replace(child, partition_of=None, default_partition=False))
    elif what == "inherit" and change.other is not None:
        parent = draft.table(change.other)
        draft.put(replace(table, inherits=(*table.inherits, parent.number)))
    elif what == "no inherit" and change.other is not None:
        parent = draft.table(change.other)
        draft.put(replace(table, inherits=tuple(it for it in table.inherits if it != parent.number)))


def without_constraints(table: Table) -> Table:
    """The table without keys, checks and defaults, as SQL Server keeps it when all constraints are gone."""
    columns = {
        name: it if it.default is None else replace(it, default=None, default_constraint=None)
        for name, it in table.columns.items()
    }
    indexes = {name: it for name, it in table.indexes.items() if not it.constraint}
    return replace(table, columns=columns, indexes=indexes, foreign_keys={}, checks={})


def switch_triggers(draft: Draft, table: Table, change: AlterTable, enabled: bool) -> None:
    name = change.text
    if name is None or name.lower() in ("all", "user"):
        triggers = {key: replace(it, enabled=enabled) for key, it in table.triggers.items()}
    elif name in table.triggers:
        triggers = edited(table.triggers, name, replace(table.triggers[name], enabled=enabled))
    else:
        return  # it may be a rule
    draft.put(replace(table, triggers=triggers))


def with_options(table: Table, change: AlterTable) -> tuple[tuple[str, str], ...]:
    """text is "fillfactor=70, autovacuum_enabled=false", or names alone in RESET."""
    options = dict(table.options)
    for part in (change.text or "").strip("()").split(","):
        name, _, value = part.partition("=")
        if not name.strip():
            continue
        if change.change == "reset options":
            options.pop(name.strip(), None)
        else:
            options[name.strip()] = value.strip()
    return tuple(options.items())


def check_partitioned(draft: Draft, table: Table, change: AlterTable, action: str) -> None:
    if not draft.postgres or table.partition_by is not None:
        return
    if table.kind != "table":
        message = f'ALTER action {action} cannot be performed on relation "{table.name}"'
        draft.refuse("42809", message, change.range, table.name)
    draft.refuse("42P17", f'table "{table.name}" is not partitioned', change.range, table.name)


def attach(draft: Draft, table: Table, change: AlterTable, other: ObjectName) -> None:
    check_partitioned(draft, table, change, "ATTACH PARTITION")
    child = draft.table(other)
    if child.partition_of is not None:
        draft.refuse("42809", f'"{child.name}" is already a partition', change.range, child.name)
    draft.put(replace(child, partition_of=table.number, default_partition=change.default_partition))
    inherit_parts(draft, table, child.number)
