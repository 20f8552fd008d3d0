"""A transaction writes rows whose foreign key is checked at COMMIT, and then alters their table.

A check that is put off (`INITIALLY DEFERRED`) leaves an event behind for each row, and PostgreSQL refuses
to alter a table with such events: "cannot ALTER TABLE because it has pending trigger events" (55006,
measured on PostgreSQL 10 to 18). On a table without rows nothing happens, so that tests do not show it.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER NOT NULL, "note" TEXT,
  CONSTRAINT "Order_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id")
  DEFERRABLE INITIALLY DEFERRED);
-- next migration
UPDATE "Order" SET "userId" = 1 WHERE "userId" = 2;
ALTER TABLE "Order" DROP COLUMN "note"; -- want "pending trigger events"
```

`SET CONSTRAINTS ALL IMMEDIATE` checks at once; so do two migrations:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER NOT NULL, "note" TEXT,
  CONSTRAINT "Order_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id")
  DEFERRABLE INITIALLY DEFERRED);
-- next migration
UPDATE "Order" SET "userId" = 1 WHERE "userId" = 2;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE "Order" DROP COLUMN "note";
```

Source: https://www.postgresql.org/docs/current/sql-set-constraints.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Migration, Related, Severity, Step, rule
from crowsfoot.databases.blocking import may_not_run
from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterTable,
    Change,
    CreateIndex,
    Delete,
    DropColumn,
    DropConstraint,
    DropObject,
    Insert,
    ObjectName,
    SetVariable,
    Truncate,
    Update,
)


@rule(over=Migration, about=(Insert, Update, Delete), since="0.2", severity=Severity.ERROR)
def check(migration: Migration) -> Iterator[Finding]:
    if migration.history.dialect != "postgresql":
        return
    for transaction in migration.transactions:
        if len(transaction.steps) == 1:
            continue
        pending: dict[int, Step] = {}
        for step in transaction.steps:
            if may_not_run(step):
                return
            for change in step.does:
                if isinstance(change, Insert | Update | Delete):
                    pending |= dict.fromkeys(_with_events(change, step), step)
                elif isinstance(change, SetVariable) and change.name == "constraints":
                    pending.clear()
            if not pending:
                continue
            altered = [it for change in step.does for it in _altered(change)]
            number = step.before.number_of(altered[0]) if altered else None
            if number in pending:
                yield Finding(
                    step.span,
                    f"this fails as soon as {pending[number].statement.verb} before has found a row, since "
                    f"{altered[0]} then has pending trigger events (55006); say SET CONSTRAINTS ALL "
                    "IMMEDIATE in between",
                    subject=str(altered[0]),
                    related=(Related(pending[number].span, "leaves the check of a foreign key for later"),),
                    confidence=Confidence.LIKELY,
                )
                return


_ALTERS = (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterTable,
    CreateIndex,
    DropColumn,
    DropConstraint,
)


def _altered(change: Change) -> tuple[ObjectName, ...]:
    """What must not have pending events; a new name and a trigger are fine, as measured on PostgreSQL 16."""
    if isinstance(change, Truncate):
        return change.tables
    if isinstance(change, DropObject):
        return (change.name,) if change.kind == "table" else ()
    return (change.table,) if isinstance(change, _ALTERS) else ()


def _with_events(change: Insert | Update | Delete, step: Step) -> Iterator[int]:
    """The table, where a row that the statement writes is checked later."""
    table = step.before.table(change.table)
    if table is None:
        return
    if not isinstance(change, Insert):
        for _, key in step.before.referring(table):
            columns = change.columns if isinstance(change, Update) else key.target_columns
            if key.deferred and key.enforced and not set(columns).isdisjoint(key.target_columns):
                yield table.number
    if not isinstance(change, Delete):
        for key in table.foreign_keys.values():
            written = not change.columns or not set(key.columns).isdisjoint(change.columns)
            if key.deferred and key.enforced and written:
                yield table.number
