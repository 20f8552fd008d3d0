"""A PostgreSQL statement, and the catalogs around it -> what it locks, scans and rewrites while it runs.

The rules stand by operation in locks_columns, locks_tables, locks_partitions, locks_objects, locks_drops and
locks_rows. They are those of the manual where it says them, and all were measured on PostgreSQL 10 to 18.
Sources: https://www.postgresql.org/docs/current/explicit-locking.html,
https://www.postgresql.org/docs/current/sql-altertable.html
"""

from bisect import bisect_left
from collections.abc import Callable
from operator import itemgetter
from typing import Final

from crowsfoot.databases import locks_columns, locks_drops, locks_objects, locks_rows, locks_tables
from crowsfoot.databases.locks_draft import Draft
from crowsfoot.databases.locks_model import NOTHING, Effects, Lock, Mode, Refusal, Time, Work
from crowsfoot.facts import sql
from crowsfoot.link.catalog.model import Catalog
from crowsfoot.link.history import Step

__all__ = ["Effects", "Lock", "Mode", "Refusal", "Time", "Work", "effects", "effects_of"]


def effects_of(step: Step) -> Effects:
    """What the statement does to a PostgreSQL of the version that the history assumes; to others, nothing."""
    known = step.__dict__.get("effects")
    if isinstance(known, Effects):
        return known
    migration = step.migration
    if migration.history.dialect != "postgresql":
        return NOTHING
    found = effects(
        step.statement,
        step.before,
        step.after,
        migration.history.postgres,
        timezone_utc=_in_utc(step),
        deploy_start=migration.deploy_start,
    )
    step.__dict__["effects"] = found
    return found


def _in_utc(step: Step) -> bool:
    """Whether the migration has set the time zone to UTC before it changes a type."""
    if not any(isinstance(it, sql.AlterColumn) and it.change == "type" for it in step.does):
        return False
    zones = step.migration.__dict__.get("zones")
    if zones is None:
        zones = step.migration.__dict__["zones"] = [
            (each.number, it.value)
            for each in step.migration.steps
            for it in each.does
            if isinstance(it, sql.SetVariable) and it.name == "timezone"
        ]
    last = bisect_left(zones, step.number, key=itemgetter(0))
    return last > 0 and (zones[last - 1][1] or "").upper() in ("UTC", "ETC/UTC", "GMT")


def effects(
    statement: sql.Statement,
    before: Catalog,
    after: Catalog,
    postgres: int,
    *,
    timezone_utc: bool = False,
    deploy_start: int | None = None,
) -> Effects:
    """What the statement does to a database that holds before, and then after.

    timezone_utc: the session's TimeZone is UTC, which saves a rewrite between the two types of timestamps.
    deploy_start: tables that were created in that migration or later are empty, unless one has filled them.
    """
    if not any(type(it) in _RULES for it in statement.does):
        return NOTHING
    draft = Draft(before, after, postgres, timezone_utc=timezone_utc, deploy_start=deploy_start)
    _apply(statement, draft)
    if statement.verb in _ALONE:
        draft.alone = statement.verb
    return draft.finish()


def _apply(statement: sql.Statement, draft: Draft) -> None:
    for it in statement.does:
        rule = _RULES.get(type(it))
        if rule is not None:
            rule(it, draft)


def _block(it: sql.Block, draft: Draft) -> None:
    """All that the block may do; what stands under an IF is taken to run."""
    draft.certain = draft.certain and not it.dynamic
    for each in it.body:
        _apply(each, draft)


def _unknown(it: sql.Unknown, draft: Draft) -> None:
    draft.certain = False


def _add_enum_value(it: sql.AddEnumValue, draft: Draft) -> None:
    if draft.postgres < 12:
        draft.alone = "ALTER TYPE ... ADD"


# Source: the calls of PreventInTransactionBlock in PostgreSQL, and measured.
_ALONE: Final = frozenset(
    ["ALTER SYSTEM", "CREATE DATABASE", "CREATE TABLESPACE", "DROP DATABASE", "DROP TABLESPACE"]
)

_RULES: Final[dict[type[sql.Change], Callable[..., None]]] = {
    sql.AddColumn: locks_columns.add_column,
    sql.AddConstraint: locks_tables.add_constraint,
    sql.AddEnumValue: _add_enum_value,
    sql.AlterColumn: locks_columns.alter_column,
    sql.AlterConstraint: locks_tables.alter_constraint,
    sql.AlterDomain: locks_objects.alter_domain,
    sql.AlterOther: locks_objects.alter_other,
    sql.AlterPolicy: locks_objects.change_policy,
    sql.AlterSequence: locks_objects.alter_sequence,
    sql.AlterTable: locks_tables.alter_table,
    sql.Block: _block,
    sql.ChangeOwner: locks_objects.change_owner,
    sql.CreateIndex: locks_objects.create_index,
    sql.CreateOther: locks_objects.create_other,
    sql.CreatePolicy: locks_objects.change_policy,
    sql.CreateSequence: locks_objects.create_sequence,
    sql.CreateTable: locks_objects.create_table,
    sql.CreateTrigger: locks_objects.create_trigger,
    sql.CreateView: locks_objects.create_view,
    sql.Delete: locks_rows.delete,
    sql.DropColumn: locks_drops.drop_column,
    sql.DropConstraint: locks_tables.drop_constraint,
    sql.DropObject: locks_drops.drop_object,
    sql.Grant: locks_objects.grant,
    sql.Insert: locks_rows.insert,
    sql.LockTable: locks_rows.lock_table,
    sql.Maintain: locks_rows.maintain,
    sql.MoveObject: locks_objects.move_object,
    sql.RefreshView: locks_objects.refresh_view,
    sql.RenameObject: locks_objects.rename_object,
    sql.Select: locks_rows.select,
    sql.SetComment: locks_objects.set_comment,
    sql.Truncate: locks_rows.truncate,
    sql.Unknown: _unknown,
    sql.Update: locks_rows.update,
    sql.ValidateConstraint: locks_tables.validate_constraint,
}
