"""A statement or a transaction, and the catalog that it meets: to the one that it leaves, or why it fails.

Nothing is run: the replay does what the database's documentation and a real PostgreSQL say that it does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AddEnumValue,
    AlterColumn,
    AlterConstraint,
    AlterDomain,
    AlterOther,
    AlterPolicy,
    AlterSequence,
    AlterTable,
    Block,
    Change,
    ChangeOwner,
    CreateDomain,
    CreateEnum,
    CreateExtension,
    CreateFunction,
    CreateIndex,
    CreateOther,
    CreatePolicy,
    CreateRole,
    CreateSchema,
    CreateSequence,
    CreateTable,
    CreateTrigger,
    CreateType,
    CreateView,
    Delete,
    DropColumn,
    DropConstraint,
    DropObject,
    Grant,
    Insert,
    LockTable,
    Maintain,
    MoveObject,
    ObjectName,
    RedefineColumn,
    RefreshView,
    RenameEnumValue,
    RenameObject,
    Select,
    SetComment,
    SetVariable,
    Statement,
    Transaction,
    Truncate,
    Update,
    ValidateConstraint,
)
from crowsfoot.link.catalog import (
    access,
    columns,
    constraints,
    drops,
    functions,
    indexes,
    inserts,
    moves,
    objects,
    renames,
    rows,
    sessions,
    table_changes,
    tables,
    types,
    views,
)
from crowsfoot.link.catalog.doubts import settle, touched, touched_by_all
from crowsfoot.link.catalog.draft import Draft, RefusalError, Session, UnclearError, doubted
from crowsfoot.link.catalog.elsewhere import doubt_elsewhere
from crowsfoot.link.catalog.model import Catalog
from crowsfoot.link.catalog.phases import IN_PHASES, in_phases, named_last, prepare
from crowsfoot.link.history import Failure
from crowsfoot.link.project import File

__all__ = ["Outcome", "Ran", "Session", "execute", "run"]


class Outcome(msgspec.Struct, frozen=True, eq=False):
    """What became of one statement.

    A statement that fails leaves the catalog as it was; so does one that never ran, because an earlier one of
    its transaction failed.
    """

    before: Catalog
    after: Catalog
    failure: Failure | None = None
    ran: bool = True
    bug: Exception | None = None  # our own, for which the statement was left out


class Ran(msgspec.Struct, frozen=True, eq=False):
    """What became of one transaction: an outcome for each statement, and what is there when it is over.

    catalog is that of the last COMMIT, or of the beginning, where a statement has failed or where it ends in
    ROLLBACK.
    """

    catalog: Catalog
    outcomes: tuple[Outcome, ...]

    @property
    def failure(self) -> Failure | None:
        return next((it.failure for it in self.outcomes if it.failure), None)


def run(
    catalog: Catalog,
    statements: Sequence[Statement],
    *,
    file: File,
    migration: int,
    in_block: bool,
    postgres: int = 17,
    session: Session | None = None,
) -> Ran:
    """One transaction; or several, where COMMIT or ROLLBACK is among the statements and more come after it.

    in_block: the statements run in a transaction block, explicit or implicit, where CONCURRENTLY is refused:
    not a lone statement that is sent on its own. migration is the number of the migration in its history.
    postgres is the major version, and counts for nothing in other dialects. session is that of a transaction
    that goes on from an earlier file.
    """
    session = session or Session(in_block=in_block, postgres=postgres)
    outcomes: list[Outcome] = []
    start = now = catalog
    failed = False
    for statement in statements:
        if failed:
            outcomes.append(Outcome(now, now, ran=False))
            continue
        outcome = execute(now, statement, file=file, migration=migration, session=session)
        now = outcome.after
        if session.over:
            now = start = ended(now, start, session, file)
            session = Session(in_block=in_block, postgres=postgres)
            outcome = replace(outcome, after=now)
        outcomes.append(outcome)
        failed = outcome.failure is not None
    return Ran(start if failed else ended(now, start, session, file), tuple(outcomes))


def execute(
    catalog: Catalog, statement: Statement, *, file: File, migration: int, session: Session
) -> Outcome:
    """One statement, whole or not at all; session is that of its transaction.

    A conditional statement never fails: it does what can be done. One that we fail on is left out, and what
    it touches is in doubt.
    """
    draft = Draft(catalog, file, migration, session)
    try:
        if statement.conditional:
            perform_perhaps(draft, statement)
        else:
            perform(draft, statement)
    except RefusalError as refused:
        return Outcome(
            catalog,
            catalog,
            Failure(refused.code, refused.message, draft.span(refused.range), refused.others, refused.sure),
        )
    except Exception as bug:
        return Outcome(catalog, doubted(catalog, touched_by_all([statement])), bug=bug)
    after = draft.catalog
    if after.dialect == "sqlserver":
        after = doubt_elsewhere(catalog, after, statement)
    return Outcome(catalog, after)


def perform(draft: Draft, statement: Statement) -> None:
    """What the statement does, in the order in which the database does it."""
    changes: Sequence[Change] = statement.does
    if statement.if_exists and changes and lacks_table(draft, changes[0]):
        return
    if len(changes) > 1 and all(isinstance(it, DropObject) for it in changes):
        objects.drop_objects(draft, [it for it in changes if isinstance(it, DropObject)])
        changes = ()
    elif changes and isinstance(changes[0], IN_PHASES):
        changes = in_phases(changes, draft.postgres)
        if len(changes) > 1:
            for change in changes:
                with suppress(UnclearError):
                    prepare(draft, change)
    if len(changes) > 1 and draft.catalog.dialect == "mysql" and statement.verb.startswith("ALTER"):
        changes = named_last(changes)
    for change in changes:
        handler = HANDLERS.get(type(change))
        if handler is None:
            continue
        before = draft.catalog
        try:
            handler(draft, change)
        except UnclearError:
            draft.catalog = before
    if draft.lost:
        draft.catalog = replace(draft.catalog, certain=False)
    if draft.catalog.doubtful and not draft.conditional:
        settle(draft, statement)


def lacks_table(draft: Draft, change: Change) -> bool:
    name = getattr(change, "table", None) or getattr(change, "name", None)
    return (
        isinstance(name, ObjectName)
        and draft.catalog.number_of(name) is None
        and not draft.is_other_relation(name)
    )


def block(draft: Draft, change: Block) -> None:
    """The statements of DO; those that perhaps do not run are done where they can be, and leave a doubt."""
    for statement in change.body:
        if statement.conditional or draft.conditional:
            perform_perhaps(draft, statement)
        else:
            perform(draft, statement)
    if change.dynamic:
        draft.catalog = replace(draft.catalog, certain=False)


def perform_perhaps(draft: Draft, statement: Statement) -> None:
    before = draft.catalog
    outer = draft.conditional
    draft.conditional = True
    try:
        perform(draft, statement)
    except RefusalError:
        draft.catalog = before
    draft.conditional = outer
    draft.doubt(touched(statement))


def ended(now: Catalog, start: Catalog, session: Session, file: File) -> Catalog:
    """The catalog once the transaction is over."""
    if session.over == "rollback":
        return start
    if session.after is not None:
        now = replace(now, search_path=session.after)
    if session.role_after:
        now = replace(now, role=session.role_after[0])
    for number in session.drop_at_commit:
        table = now.tables.get(number)
        if table is not None:
            draft = Draft(now, file, -1, session)
            drops.remove_table(draft, ("table", number))
            now = draft.catalog
    return now


def drop_object(draft: Draft, change: DropObject) -> None:
    objects.drop_objects(draft, (change,))


HANDLERS: dict[type[Change], Callable[..., None]] = {
    CreateTable: tables.create_table,
    AddColumn: columns.add_column,
    DropColumn: columns.drop_column,
    AlterColumn: columns.alter_column,
    RedefineColumn: columns.redefine_column,
    AddConstraint: constraints.add_constraint,
    DropConstraint: constraints.drop_constraint,
    ValidateConstraint: constraints.validate_constraint,
    AlterConstraint: constraints.alter_constraint,
    AlterTable: table_changes.alter_table,
    CreateIndex: indexes.create_index,
    CreateEnum: types.create_enum,
    AddEnumValue: types.add_enum_value,
    RenameEnumValue: types.rename_enum_value,
    CreateDomain: types.create_domain,
    AlterDomain: types.alter_domain,
    CreateType: types.create_type,
    CreateView: views.create_view,
    RefreshView: views.refresh_view,
    CreateSequence: objects.create_sequence,
    AlterSequence: objects.alter_sequence,
    CreateFunction: functions.create_function,
    CreateTrigger: functions.create_trigger,
    CreatePolicy: access.create_policy,
    AlterPolicy: access.alter_policy,
    CreateSchema: objects.create_schema,
    CreateExtension: objects.create_extension,
    CreateOther: objects.create_other,
    DropObject: drop_object,
    RenameObject: renames.rename_object,
    MoveObject: moves.move_object,
    ChangeOwner: access.change_owner,
    SetComment: objects.set_comment,
    CreateRole: access.create_role,
    Grant: access.grant,
    Insert: inserts.insert,
    Update: rows.update,
    Delete: rows.delete,
    Truncate: rows.truncate,
    Select: rows.select,
    Transaction: sessions.transaction,
    SetVariable: sessions.set_variable,
    LockTable: sessions.lock_table,
    Maintain: sessions.maintain,
    Block: block,
    AlterOther: objects.alter_other,
}
