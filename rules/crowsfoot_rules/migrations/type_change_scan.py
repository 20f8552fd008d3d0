"""A change of type leaves the rows alone, but reads them for a check or builds an index anew.

`varchar` to `text` takes no time, since the values stay as they are. But a CHECK on the column is tried on
every row again, and an index is built anew where its expression, its WHERE or its collation has to do with
the column; meanwhile the table is locked against reads and writes.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" VARCHAR(50) NOT NULL);
CREATE INDEX "User_lower_idx" ON "User"(lower("email"));
-- next migration
ALTER TABLE "User" ALTER COLUMN "email" SET DATA TYPE TEXT; -- want "User_lower_idx does not fit the new type"
```

Drop such an index before, and create it again without a lock:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" VARCHAR(50) NOT NULL);
CREATE INDEX "User_lower_idx" ON "User"(lower("email"));
-- next migration
DROP INDEX CONCURRENTLY "User_lower_idx";
-- next migration
ALTER TABLE "User" ALTER COLUMN "email" SET DATA TYPE TEXT;
-- next migration
CREATE INDEX CONCURRENTLY "User_lower_idx" ON "User"(lower("email"));
```

A change that writes the table anew is the business of table-rewrite.

Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.databases.blocking import waits
from crowsfoot.databases.ways_out import apart, later
from crowsfoot.facts.sql import AlterColumn


@rule(over=Step, about=(AlterColumn,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for wait in waits(step, "type"):
        assert isinstance(wait.change, AlterColumn)
        way = f"drop the check before, add it again NOT VALID, and VALIDATE it{later(step)}"
        if wait.work.kind == "index build":
            way = f"drop the index before, and create it CONCURRENTLY{apart(step, among=2)} afterwards"
        yield Finding(
            step.span_of(wait.change.range),
            f"this change of type {wait}, since {wait.work.why}; {way}",
            subject=f"{wait.work.table}.{wait.change.column}",
            confidence=wait.confidence,
        )
