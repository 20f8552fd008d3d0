"""A partition is attached without a check of its bounds, so that its rows are read under a lock.

`ATTACH PARTITION` locks the new partition against reads and writes, and reads every row to see that it
fits. A valid CHECK that says the same spares that. The DEFAULT partition is read as well, for rows that now
belong into the new one, and everything that uses it waits; a CHECK on it that excludes them spares that,
too.

```sql
CREATE TABLE "Event" ("day" DATE NOT NULL) PARTITION BY RANGE ("day");
CREATE TABLE "Event_2024" ("day" DATE NOT NULL);
-- next migration
ALTER TABLE "Event" ATTACH PARTITION "Event_2024" -- want "locks Event_2024 against reads and writes"
  FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
```

```sql
CREATE TABLE "Event" ("day" DATE NOT NULL) PARTITION BY RANGE ("day");
CREATE TABLE "Event_2024" ("day" DATE NOT NULL);
-- next migration
ALTER TABLE "Event_2024" ADD CONSTRAINT "bound"
  CHECK ("day" >= DATE '2024-01-01' AND "day" < DATE '2025-01-01') NOT VALID;
-- next migration
ALTER TABLE "Event_2024" VALIDATE CONSTRAINT "bound";
-- next migration
ALTER TABLE "Event" ATTACH PARTITION "Event_2024"
  FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
```

Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-ATTACH-PARTITION
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.databases.blocking import waits
from crowsfoot.databases.ways_out import later
from crowsfoot.facts.sql import AlterTable, CreateTable


@rule(over=Step, about=(CreateTable, AlterTable), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for wait in waits(step, "partition"):
        says = "excludes the new bound" if wait.work.table.default_partition else "says what the bound says"
        yield Finding(
            step.span_of(wait.change.range),
            f"the new partition {wait}; before, give {wait.work.table} a CHECK that {says}, NOT VALID, "
            f"and VALIDATE it{later(step)}",
            subject=str(wait.work.table),
            confidence=wait.confidence,
        )
