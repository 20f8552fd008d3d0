"""An index is built on a table in use, and until it is ready nobody can write to the table.

`CREATE INDEX` reads every row under a SHARE lock: queries go on, and each INSERT, UPDATE and DELETE waits
until the index is built; if other statements follow in the same transaction, until these have run as well.
With `CONCURRENTLY` the table stays open, and building takes about twice as long. A unique index can still
fail on duplicates; built concurrently it then leaves an invalid index behind, to be dropped before the next
attempt.

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "userId" INTEGER NOT NULL);
-- next migration
CREATE INDEX "Order_userId_idx" ON "Order"("userId"); -- want "locks Order against writes (SHARE)"
ALTER TABLE "Order" ADD COLUMN "note" TEXT;
```

PostgreSQL refuses `CONCURRENTLY` in a transaction, and before Prisma 7.4 a file with more than one
statement is one. So the index gets a migration that holds nothing else (`prisma migrate dev --create-only`,
then move the statement):

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "userId" INTEGER NOT NULL);
-- next migration
CREATE INDEX CONCURRENTLY "Order_userId_idx" ON "Order"("userId");
-- next migration
ALTER TABLE "Order" ADD COLUMN "note" TEXT;
```

An index on a table that the same deploy creates is built in no time, and is not reported.

A partitioned table takes no concurrent build. There the index is made on the table `ON ONLY`, concurrently
on each partition, and attached.

Source: https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/customizing-migrations
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.databases.blocking import waits
from crowsfoot.databases.ways_out import apart, safer
from crowsfoot.facts.sql import CreateIndex


@rule(over=Step, about=(CreateIndex,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for wait in waits(step, "index"):
        create = wait.change
        assert isinstance(create, CreateIndex)
        table = step.before.table(create.table)
        partitioned = table is not None and table.partition_by is not None
        way = (
            "create it ON ONLY the table, and CONCURRENTLY on each partition"
            if partitioned
            else f"create it CONCURRENTLY{apart(step)}"
        )
        yield Finding(
            step.span_of(create.name_range or create.range),
            f"this index {wait}; {way}",
            subject=create.name or str(create.table),
            fix=safer(step, wait.changes),
            confidence=wait.confidence,
        )
