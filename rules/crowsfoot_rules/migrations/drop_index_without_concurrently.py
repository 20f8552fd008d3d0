"""Dropping an index locks its table against reads and writes, if only for a moment.

`DROP INDEX` takes an ACCESS EXCLUSIVE lock on the table. It has done its work in no time, but it first
waits for every running query on the table, and all that come later wait behind it; in a migration of
several statements the lock then stays until the last of them has run. That hurts only busy tables with long
queries, so the rule is off by default.

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "note" TEXT);
CREATE INDEX "Order_note_idx" ON "Order"("note");
-- next migration
DROP INDEX "Order_note_idx"; -- want "locks Order against reads and writes (ACCESS EXCLUSIVE) for a moment"
```

`CONCURRENTLY` waits without a lock. It has to be alone in its migration, under every version of Prisma:

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "note" TEXT);
CREATE INDEX "Order_note_idx" ON "Order"("note");
-- next migration
DROP INDEX CONCURRENTLY "Order_note_idx";
```

Source: https://www.postgresql.org/docs/current/sql-dropindex.html
Source: https://github.com/prisma/prisma-engines/pull/5847
"""

from collections.abc import Iterator

from crowsfoot import Finding, Severity, Step, rule
from crowsfoot.databases.blocking import may_not_run
from crowsfoot.databases.ways_out import apart_and_unparsed, safer
from crowsfoot.facts.sql import DropObject


@rule(over=Step, about=(DropObject,), since="0.2", severity=Severity.NOTE, default=False)
def check(step: Step) -> Iterator[Finding]:
    if step.migration.history.dialect != "postgresql" or may_not_run(step):
        return
    drops = [it for it in step.does if isinstance(it, DropObject) and it.kind == "index"]
    tables = {
        table: it for it in drops if (table := step.before.index_table(it.name)) and not step.is_new(table)
    }
    for table, drop in tables.items():
        if drop.concurrently or table.partition_by is not None:
            continue
        goes_on = step.transaction.steps[-1] is not step
        time = "until the migration ends" if goes_on else "for a moment"
        yield Finding(
            step.span_of(drop.name.range),
            f"dropping this index locks {table} against reads and writes (ACCESS EXCLUSIVE) {time}; "
            f"drop it CONCURRENTLY{apart_and_unparsed(step)}",
            subject=drop.name.name,
            fix=safer(step, [drop]),
        )
        return
