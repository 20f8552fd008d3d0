"""The migrations of one database, replayed: what each statement meets and what it leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crowsfoot.facts.settings import MigrationLock
from crowsfoot.link.project import Database, File, Linked, Problem
from crowsfoot.source import Range, Span

if TYPE_CHECKING:  # rules import this module, also those that never see a migration
    from crowsfoot.databases.tools import Tool, Transport
    from crowsfoot.facts.sql import Change, Dialect, ObjectName, SqlFile, Statement
    from crowsfoot.link.catalog.model import Catalog, Table


class Failure(Linked, frozen=True, eq=False, dict=True):
    """Why a statement cannot run. code is PostgreSQL's SQLSTATE, or what comes closest in other databases.

    sure is False where it hangs on rows: a foreign key that no row of the migrations satisfies fails on an
    empty database (a shadow database, a preview), and perhaps not in production.
    """

    code: str
    message: str  # in the database's own words
    span: Span
    others: tuple[Span, ...] = ()
    sure: bool = True


class Transaction(Linked, frozen=True, eq=False, dict=True):
    """The statements that succeed or fail as one, and hold their locks until the last of them has run.

    explicit: BEGIN and COMMIT are written in the file. block: PostgreSQL takes even a single statement for
    part of a transaction block, so it refuses what cannot run in one.
    """

    steps: tuple[Step, ...]
    explicit: bool = False
    block: bool = False


class Step(Linked, frozen=True, eq=False, dict=True):
    """One statement of a migration, with the catalog that it meets and the one that it leaves.

    A statement that fails leaves the catalog as it was.
    """

    migration: Migration
    number: int  # in its migration
    statement: Statement
    span: Span
    before: Catalog
    after: Catalog
    failure: Failure | None
    transaction: Transaction

    @property
    def does(self) -> tuple[Change, ...]:
        return self.statement.does

    @property
    def in_transaction(self) -> bool:
        """Other statements run in the same transaction, or it was opened explicitly."""
        return self.transaction.explicit or len(self.transaction.steps) > 1

    def span_of(self, range: Range) -> Span:
        return self.migration.file.span(range)

    def is_new(self, table: Table) -> bool:
        """Whether the table was created in the same deploy, so that it is empty and nobody waits for it."""
        return table.created_in >= self.migration.deploy_start or table.temporary

    def existing(self, name: ObjectName) -> Table | None:
        """The table that the name means here, where it was there before the deploy: with rows and users."""
        table = self.before.table(name)
        return None if table is None or self.is_new(table) else table

    def __str__(self) -> str:
        return f"{self.migration.name}: {self.statement.verb}"


class Migration(Linked, frozen=True, eq=False, dict=True):
    """One migration file, as its tool runs it.

    deploy_start is the number of the first migration of the deploy that this one is part of: all that are new
    go out together; of the others each is taken for a deploy of its own.
    """

    history: History
    number: int  # in its history, from 0
    name: str  # as the tool calls it: "20240102030405_add_user"
    file: File
    steps: tuple[Step, ...]
    transactions: tuple[Transaction, ...]
    transport: Transport
    deploy_start: int
    is_new: bool  # findings are wanted; False: it counts, and is not reported on
    edited: bool = False  # since the revision that the user names
    refused: Failure | None = None  # the database takes none of it, because of its syntax

    @property
    def warnings(self) -> tuple[tuple[Span, str], ...]:
        """What Prisma's own "Warnings:" comment says over it, item by item."""
        facts = self.file.facts
        said = facts.warned if isinstance(facts, _sql_file()) else ()
        return tuple((self.file.span(range), text) for range, text in said)

    @property
    def is_empty(self) -> bool:
        """Nothing but comments and blanks stands in it."""
        facts = self.file.facts
        return isinstance(facts, _sql_file()) and facts.empty

    @property
    def failure(self) -> Failure | None:
        """The first failure in it."""
        return self.refused or next((step.failure for step in self.steps if step.failure), None)

    @property
    def span(self) -> Span:
        """The first statement, or the first character of a file that has none."""
        return self.steps[0].span if self.steps else Span(self.file.path, 0, 0)

    def __str__(self) -> str:
        return self.name


class History(Linked, frozen=True, eq=False, dict=True):
    """All migrations of one folder, in the order in which they run, and what is left in the end."""

    path: str  # of the folder
    tool: Tool
    dialect: Dialect
    migrations: tuple[Migration, ...]
    final: Catalog
    postgres: int  # the major version that is assumed
    prisma: tuple[int, int] | None  # the version that was found or set: (7, 4)
    lock_file: File | None = None  # migration_lock.toml
    database: Database | None = None  # what the schema declares of the database that they make
    provider: str | None = None  # as the lock file or the datasource says it: "cockroachdb"
    deleted: tuple[str, ...] = ()  # migrations that are gone since the revision that the user names
    problems: tuple[Problem, ...] = ()  # where crowsfoot itself has failed

    @property
    def locked_provider(self) -> tuple[str, Span] | None:
        """The provider that migration_lock.toml names, and where it does."""
        file = self.lock_file
        provider = file.facts.provider if file and isinstance(file.facts, MigrationLock) else None
        return (provider.text, file.span(provider.range)) if file and provider else None

    def __str__(self) -> str:
        return self.path


def _sql_file() -> type[SqlFile]:
    # Rules import this module, also those that never see a migration.
    from crowsfoot.facts.sql import SqlFile

    return SqlFile
