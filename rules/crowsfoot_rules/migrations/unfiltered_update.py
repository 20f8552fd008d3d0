"""An UPDATE without WHERE in a migration writes every row of a table in one transaction.

On a large table it runs for long, doubles its size on the disk, and every other write to a row waits until
the transaction has ended; under Prisma before 7.4 that is the end of the file.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "locale" TEXT);
-- next migration
UPDATE "User" SET "locale" = 'en'; -- want "writes every row of User"
```

Write only the rows that need it, in batches, outside of the migration:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "locale" TEXT);
-- next migration
UPDATE "User" SET "locale" = 'en' WHERE "id" BETWEEN 1 AND 5000 AND "locale" IS NULL;
```

Source: https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-SPACE-RECOVERY
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.facts.sql import Update


@rule(over=Step, about=(Update,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for update in step.does:
        if isinstance(update, Update) and not update.filtered and (table := step.existing(update.table)):
            yield Finding(
                step.span_of(update.table.range),
                f"this writes every row of {table} in one transaction, and writes of others wait for it; "
                "update in batches, outside of the migration",
                subject=str(table),
            )
