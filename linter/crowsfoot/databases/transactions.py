"""The statements of a migration file, and how its tool runs it -> which of them share a transaction."""

from collections.abc import Iterator, Sequence

import msgspec

from crowsfoot.databases.sqlparser import parses
from crowsfoot.databases.tools import Engine, Tool, Transport, Version
from crowsfoot.facts.sql import (
    Block,
    Change,
    CreateIndex,
    CreateOther,
    Delete,
    Dialect,
    DropObject,
    Insert,
    Maintain,
    Select,
    SetVariable,
    SqlFile,
    Statement,
    Transaction,
    Update,
)

# The first version of Prisma that cuts a file into its statements.
# Source: https://github.com/prisma/prisma-engines/pull/5767
SPLITS = (7, 4)

# They send a file as it is. golang-migrate: as one simple query. Supabase: all statements before one Sync,
# which PostgreSQL treats alike.
# Source: https://github.com/golang-migrate/migrate/blob/master/database/postgres/postgres.go
# Source: https://github.com/supabase/cli/blob/main/pkg/migration/file.go
_ONE_TEXT = frozenset({"golang-migrate", "supabase"})
# They begin and commit around the file. Where it says that it wants none (transaction:false, no-transaction),
# they send it as it is, and it is one transaction all the same if it has two statements.
# Source: https://github.com/amacneil/dbmate/issues/182
# Source: https://github.com/launchbadge/sqlx/blob/main/sqlx-postgres/src/migrate.rs
_ONE_TEXT_IF_MARKED = frozenset({"dbmate", "sqlx"})
# They begin, send one statement after the other, and commit; without the frame where the file says so
# (NO TRANSACTION), or where Flyway sees a statement that cannot run in a transaction.
# Source: https://pressly.github.io/goose/documentation/annotations/
# Source: https://documentation.red-gate.com/fd/migration-transaction-handling-273973399.html
_CUTS = frozenset({"goose", "flyway"})


class Group(msgspec.Struct, frozen=True):
    """Statements that succeed or fail as one: those from first up to, and without, end.

    block: PostgreSQL takes even a single one for part of a transaction block.
    explicit: BEGIN is written in the file.
    """

    first: int
    end: int
    block: bool = False
    explicit: bool = False


def transport_of(
    tool: Tool, dialect: Dialect, facts: SqlFile | None, prisma: Version | None, engine: Engine
) -> Transport:
    """How the tool hands a file to the database.

    Where the version of Prisma is not known it is taken for one before 7.4, and where the tool is not known
    every statement for a transaction of its own: then nothing is said to fail in one.
    """
    statements = facts.statements if facts else ()
    marked = facts is not None and facts.runs_in_transaction is False
    if tool == "prisma":
        return _of_prisma(dialect, statements, prisma, engine)
    if tool in _ONE_TEXT or (marked and tool in _ONE_TEXT_IF_MARKED):
        return "batch"
    if tool == "plain" or (marked and tool in _CUTS):
        return "split"
    if tool == "flyway" and any(_runs_alone(change) for it in statements for change in it.does):
        return "split"
    return "transaction"


def groups(facts: SqlFile, tool: Tool, transport: Transport) -> tuple[Group, ...]:
    """The transactions of the file, in their order; every statement is in exactly one."""
    if facts.dialect == "mysql":
        return tuple(_of_mysql(facts.statements, transport == "transaction"))
    if facts.dialect == "postgresql" and transport == "batch" and len(facts.statements) > 1:
        return tuple(_of_one_text(facts.statements, pipelined=tool == "supabase"))
    return tuple(_of_statements(facts.statements, transport == "transaction"))


def _of_prisma(
    dialect: Dialect, statements: Sequence[Statement], prisma: Version | None, engine: Engine
) -> Transport:
    """Source: https://github.com/prisma/prisma-engines/tree/main/schema-engine/connectors/sql-schema-connector"""
    if dialect != "postgresql":
        return "batch"
    if engine == "js":
        return "adapter"
    if prisma is not None and prisma >= SPLITS and all(map(parses, statements)):
        return "split"
    return "batch"


def _of_one_text(statements: Sequence[Statement], *, pipelined: bool) -> Iterator[Group]:
    """What PostgreSQL makes of several statements in one message.

    They are one transaction, but for what the text says itself: COMMIT ends it, and the next one begins;
    BEGIN makes an explicit one of it. Each is in a block, also a single one between two COMMITs; but not the
    first of a pipeline (messages without a Sync between them), which is committed at once where it must be.
    Source: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
    (measured on 10 to 18)
    """
    first = 0
    explicit = False
    if pipelined and any(map(_runs_alone, statements[0].does)):
        yield Group(0, 1)
        first = 1
    for index in range(first, len(statements)):
        action = _action(statements[index])
        explicit = explicit or action == "begin"
        if action in _ENDS:
            yield Group(first, index + 1, block=True, explicit=explicit)
            first, explicit = index + 1, False
    if first < len(statements):
        yield Group(first, len(statements), block=True, explicit=explicit)


def _of_statements(statements: Sequence[Statement], framed: bool) -> Iterator[Group]:
    """Statements that are sent one by one: each is a transaction of its own, outside of BEGIN and COMMIT.

    framed: the tool has begun a transaction, and commits it in the end.
    """
    first = 0
    begun = explicit = False
    for index, statement in enumerate(statements):
        action = _action(statement)
        if action == "begin" and not framed and not begun:
            first, begun, explicit = index, True, True
        elif action in _ENDS and (framed or begun):
            yield Group(first, index + 1, block=True, explicit=explicit)
            first, begun, framed, explicit = index + 1, False, False, False
        elif not framed and not begun:
            yield Group(index, index + 1)
            first = index + 1
    if first < len(statements):
        yield Group(first, len(statements), block=True, explicit=explicit)


def _of_mysql(statements: Sequence[Statement], framed: bool) -> Iterator[Group]:
    """A statement that defines something commits what came before it, and itself.

    Source: https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
    """
    first = 0
    begun, explicit = framed, False
    for index, statement in enumerate(statements):
        action = _action(statement)
        if begun and (action == "begin" or (action is None and not _only_rows(statement))):
            if first < index:
                yield Group(first, index, explicit=explicit)
            first, begun, explicit = index, False, False
        if action == "begin":
            first, begun, explicit = index, True, True
        elif not begun:
            yield Group(index, index + 1)
            first = index + 1
        elif action in _ENDS:
            yield Group(first, index + 1, explicit=explicit)
            first, begun, explicit = index + 1, False, False
    if first < len(statements):
        yield Group(first, len(statements), explicit=explicit)


_ENDS = ("commit", "rollback")


def _action(statement: Statement) -> str | None:
    """What the statement does to its transaction."""
    for change in statement.does:
        if isinstance(change, Transaction):
            return change.action
    return None


def _only_rows(statement: Statement) -> bool:
    return all(isinstance(it, (Insert, Update, Delete, Select, SetVariable, Block)) for it in statement.does)


def _runs_alone(change: Change) -> bool:
    """Whether PostgreSQL refuses the operation in a transaction block, in each of its versions."""
    if isinstance(change, (CreateIndex, DropObject)) and change.concurrently:
        return True
    if isinstance(change, (CreateOther, DropObject)):
        return change.kind == "database"
    return isinstance(change, Maintain) and (change.concurrently or change.command in _VACUUMS)


_VACUUMS = ("vacuum", "vacuum full")
