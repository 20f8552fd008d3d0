"""A check is added to a table in use, and tries every row while nobody can read or write.

`ALTER TABLE ... ADD CHECK` holds an ACCESS EXCLUSIVE lock while it reads the table: every query waits. With
`NOT VALID` that lock is held for a moment, new rows are checked from then on, and `VALIDATE CONSTRAINT`
later reads the old ones while others read and write. A check that is written at a new column, and one of a
domain that columns have, read the tables just as well.

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "total" INTEGER NOT NULL);
-- next migration
ALTER TABLE "Order" ADD CONSTRAINT "positive" CHECK ("total" > 0); -- want "locks Order against"
```

Locks last until the end of the transaction, so the two statements belong into two migrations; from Prisma
7.4 on, which commits each statement, into one:

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "total" INTEGER NOT NULL);
-- next migration
ALTER TABLE "Order" ADD CONSTRAINT "positive" CHECK ("total" > 0) NOT VALID;
-- next migration
ALTER TABLE "Order" VALIDATE CONSTRAINT "positive";
```

Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
Source: https://www.postgresql.org/docs/current/sql-alterdomain.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.databases.blocking import waits
from crowsfoot.databases.ways_out import later, safer
from crowsfoot.facts.sql import AddColumn, AddConstraint, AlterDomain


@rule(over=Step, about=(AddConstraint, AddColumn, AlterDomain), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for wait in waits(step, "check"):
        yield Finding(
            step.span_of(wait.change.range),
            f"this check {wait}; add it NOT VALID, and VALIDATE it{later(step)}",
            subject=str(wait.work.table),
            fix=safer(step, wait.changes),
            confidence=wait.confidence,
        )
