"""A migration of several statements is not applied as one: what ran before a failure stays.

From Prisma 7.4 on, each statement of a file for PostgreSQL is committed by itself; MySQL and MariaDB commit
each statement that changes a table, whatever the tool does. When one of them fails, those before it stay
applied, and the file cannot be run again as it is. The rule is off by default, as that is true of most
migrations.

```json
{"devDependencies": {"prisma": "7.4.0"}}
```
```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT NOT NULL);
-- next migration
ALTER TABLE "User" ADD COLUMN "note" TEXT;
CREATE UNIQUE INDEX "User_email_key" ON "User"("email"); -- want "the statement before it stays applied"
```

`BEGIN` and `COMMIT` keep the statements together, unless one of them is refused in a transaction:

```json
{"devDependencies": {"prisma": "7.4.0"}}
```
```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT NOT NULL);
-- next migration
BEGIN;
ALTER TABLE "User" ADD COLUMN "note" TEXT;
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
COMMIT;
```

MySQL knows no such way. There a statement that can fail gets its own migration:

```sql mysql
CREATE TABLE `User` (`id` INTEGER NOT NULL, `email` VARCHAR(191) NOT NULL);
-- next migration
ALTER TABLE `User` ADD COLUMN `note` TEXT;
CREATE UNIQUE INDEX `User_email_key` ON `User`(`email`); -- want "give this one its own migration"
```

Only statements are named that can fail on the rows that there are, after others that changed something.

Source: https://github.com/prisma/prisma-engines/pull/5767
Source: https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Migration, Severity, Step, rule
from crowsfoot.databases.blocking import may_not_run
from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    CreateIndex,
    Delete,
    Insert,
    RedefineColumn,
    SetVariable,
    Transaction,
    Update,
)


@rule(over=Migration, since="0.2", severity=Severity.NOTE, default=False)
def check(migration: Migration) -> Iterator[Finding]:
    dialect = migration.history.dialect
    if dialect != "mysql" and (dialect != "postgresql" or migration.transport not in ("split", "adapter")):
        return
    together = "" if dialect == "mysql" else "put BEGIN and COMMIT around them, or "
    applied = 0
    for step in migration.steps:
        if may_not_run(step):
            return
        kept = step.transaction.explicit and dialect != "mysql"
        if applied and not kept and _can_fail(step):
            stays = (
                "the statement before it stays"
                if applied == 1
                else f"the {applied} statements before it stay"
            )
            yield Finding(
                step.span,
                f"when this fails on the rows that there are, {stays} applied, since each statement is "
                f"committed by itself; {together}give this one its own migration",
                subject=migration.name,
            )
            return
        applied += not all(isinstance(it, Transaction | SetVariable) for it in step.does)


def _can_fail(step: Step) -> bool:
    """Whether it hangs on the rows of a table in use."""
    for change in step.does:
        if isinstance(change, CreateIndex):
            fails = change.unique
        elif isinstance(change, AddConstraint):
            fails = not change.constraint.not_valid
        elif isinstance(change, AlterColumn):
            fails = change.change in ("set not null", "type")
        elif isinstance(change, RedefineColumn):
            fails = True
        elif isinstance(change, AddColumn):
            # MySQL puts a zero or an empty text there.
            missing = change.column.not_null and change.column.default is None
            fails = missing and step.before.dialect != "mysql"
        elif isinstance(change, Insert | Update | Delete):
            fails = True
        else:
            continue
        if fails and step.existing(change.table):
            return True
    return False
