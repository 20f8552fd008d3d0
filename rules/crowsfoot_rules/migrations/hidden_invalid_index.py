"""`IF NOT EXISTS` takes the invalid index of a failed attempt for the one that is to be built.

When `CREATE INDEX CONCURRENTLY` fails (duplicates, a timeout, a lost connection), it leaves an index behind
that serves no query and still costs every write. With `IF NOT EXISTS` the second attempt finds it, does
nothing, and the migration counts as applied. The rule is off by default: it tells of what may happen after
a failure.

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "userId" INTEGER NOT NULL);
-- next migration
CREATE INDEX CONCURRENTLY IF NOT EXISTS "Order_userId_idx" -- want "skips the invalid index"
  ON "Order"("userId");
```

Without `IF NOT EXISTS` the second attempt fails and says so. Then drop the index, and run the migration
again:

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "userId" INTEGER NOT NULL);
-- next migration
CREATE INDEX CONCURRENTLY "Order_userId_idx" ON "Order"("userId");
```

Source: https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Severity, Step, rule
from crowsfoot.facts.sql import CreateIndex


@rule(over=Step, about=(CreateIndex,), since="0.2", severity=Severity.NOTE, default=False)
def check(step: Step) -> Iterator[Finding]:
    for change in step.does:
        if isinstance(change, CreateIndex) and change.concurrently and change.if_not_exists:
            table = step.existing(change.table)
            if table:
                yield Finding(
                    step.span_of(change.name_range or change.range),
                    f"when a first attempt to build it on {table} fails, the second one skips the invalid "
                    "index that is left; leave IF NOT EXISTS out, or drop the index before",
                    subject=change.name or str(table),
                    confidence=Confidence.LIKELY,
                )
