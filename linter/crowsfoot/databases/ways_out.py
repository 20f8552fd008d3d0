"""A step -> where a safer statement has to stand, as its tool runs migrations, and the SQL to paste there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from crowsfoot.facts.sql import AddColumn, AlterColumn, Change, Constraint, ValidateConstraint
from crowsfoot.finding import Fix, Safety
from crowsfoot.link.history import Step

if TYPE_CHECKING:
    from crowsfoot.databases.safe_ddl import Script
    from crowsfoot.link.catalog.model import Table

_OWN = " in a migration of its own"


def apart(step: Step, among: int = 0) -> str:
    """Where CREATE INDEX CONCURRENTLY and its like may stand, with a blank before it; "" is where it stands.

    among: how many statements there will be at least, itself counted.
    """
    migration = step.migration
    if migration.transport == "transaction":
        if migration.history.tool == "drizzle":
            return ", outside of the migrations, which Drizzle runs in one transaction"
        return f"{_OWN}, outside of a transaction"
    together = max(among, len(migration.steps)) > 1 and migration.transport == "batch"
    return _OWN if together or step.transaction.explicit else ""


def apart_and_unparsed(step: Step) -> str:
    """The same of DROP INDEX CONCURRENTLY and REINDEX CONCURRENTLY.

    Prisma from 7.4 on cannot split a file that has one of them, and hands it over as one text.
    Source: https://github.com/prisma/prisma-engines/pull/5847
    """
    migration = step.migration
    splits = migration.transport == "split" and migration.history.tool == "prisma"
    return apart(step) or (_OWN if splits and len(migration.steps) > 1 else "")


def later(step: Step) -> str:
    """Where what must not share a transaction with the step may stand, with a blank before it."""
    migration = step.migration
    if migration.history.tool == "drizzle":
        return " in a later deploy"
    if migration.transport in ("batch", "transaction"):
        return " in the next migration"
    return " after COMMIT" if step.transaction.explicit else " in a statement of its own"


def safer(step: Step, changes: Sequence[Change]) -> Fix | None:
    """The migrations to write in place of the changes; None where there is no pattern for one of them."""
    from crowsfoot.databases.safe_ddl import Advice, safe_ddl

    history = step.migration.history
    transport = "batch" if step.transaction.explicit else step.migration.transport
    found: list[Advice] = []
    for change in changes:
        advice = safe_ddl(change, step.before, history.postgres, transport, history.tool)
        if advice is None:
            return None
        found.append(advice)
    return pasted(*map(_together, zip_longest(*[it.scripts for it in found])))


def with_column(keys: Sequence[tuple[AddColumn, Constraint]]) -> Fix:
    """Foreign keys of one column each, written where the column is added."""
    from crowsfoot.databases.safe_ddl import Script
    from crowsfoot.databases.safe_ddl_text import column_sql, constraint_sql, listed, qualified

    statements = []
    for added, constraint in keys:
        text = constraint_sql(constraint, constraint.name or "")
        text = text.replace(f" FOREIGN KEY ({listed(constraint.columns)})", "")
        if constraint.name is None:
            text = text.replace('CONSTRAINT "" ', "")
        statements.append(
            f"ALTER TABLE {qualified(added.table)} ADD COLUMN {column_sql(added.column)} {text}"
        )
    return pasted(Script(tuple(statements), "add the column and its foreign key in one, which reads no row"))


def moved(change: ValidateConstraint) -> Fix:
    """The statement, to stand elsewhere."""
    from crowsfoot.databases.safe_ddl import Script
    from crowsfoot.databases.safe_ddl_text import qualified, quoted

    statement = f"ALTER TABLE {qualified(change.table)} VALIDATE CONSTRAINT {quoted(change.name)}"
    return pasted(Script((statement,), "check the old rows, in a transaction of its own"))


def in_utc(step: Step, changes: Sequence[Change], table: Table) -> Fix | None:
    """Times that get a zone, or lose it, without a row being written; None if the changes are others.

    From PostgreSQL 12 on the values stay as they are where the session's time zone is UTC. They keep their
    meaning if they were meant in UTC, as Prisma's are. Source: https://www.postgresql.org/docs/12/release-12.html
    """
    from crowsfoot.databases.safe_ddl import Script
    from crowsfoot.databases.safe_ddl_text import qualified, quoted

    if step.migration.history.postgres < 12:
        return None
    local = step.migration.transport in ("batch", "transaction") or step.transaction.explicit
    statements = [f"SET {'LOCAL ' if local else ''}TIME ZONE 'UTC'"]
    for change in changes:
        if not isinstance(change, AlterColumn) or change.type is None or change.change != "type":
            return None
        column, using = table.columns.get(change.column), change.expression
        if column is None or {column.type.name, change.type.name} != _TIMESTAMPS or change.type.dimensions:
            return None
        if using is not None and "'UTC'" not in using.text.upper():
            return None
        alter = f"ALTER TABLE {qualified(change.table)} ALTER COLUMN {quoted(column.name)}"
        statements.append(f"{alter} TYPE {change.type.name}")
    if not local:
        statements.append("RESET TIME ZONE")
    return pasted(Script(tuple(statements), "change the type, and no row, from PostgreSQL 12 on"))


_TIMESTAMPS = {"timestamp without time zone", "timestamp with time zone"}


def pasted(*scripts: Script) -> Fix:
    from crowsfoot.databases.safe_ddl import Advice

    return Fix("Write instead", (), Safety.MANUAL, snippet=str(Advice(scripts)))


def _together(scripts: tuple[Script | None, ...]) -> Script:
    """One file of what each of them says."""
    from crowsfoot.databases.safe_ddl import Script

    given = [it for it in scripts if it is not None]
    purposes = dict.fromkeys(it.purpose for it in given)
    statements = tuple([statement for it in given for statement in it.statements])
    return Script(statements, "; ".join(purposes), given[0].release, given[0].marker)
