"""A partition is made or taken off in a way that locks the whole partitioned table.

`CREATE TABLE ... PARTITION OF` and `DETACH PARTITION` take an ACCESS EXCLUSIVE lock on the table that the
partition belongs to, and so on all of its rows. It lasts for a moment, but first waits for every running
query, and later ones wait behind it. The rule is off by default: it matters only on busy tables.

```sql
CREATE TABLE "Event" ("day" DATE NOT NULL) PARTITION BY RANGE ("day");
-- next migration
CREATE TABLE "Event_2025" PARTITION OF "Event" -- want "locks Event against reads and writes"
  FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
```

From PostgreSQL 12 on, `ATTACH PARTITION` lets others read and write the table meanwhile; from PostgreSQL 14
on, so does `DETACH PARTITION ... CONCURRENTLY`:

```sql
CREATE TABLE "Event" ("day" DATE NOT NULL) PARTITION BY RANGE ("day");
-- next migration
CREATE TABLE "Event_2025" (LIKE "Event" INCLUDING ALL);
ALTER TABLE "Event" ATTACH PARTITION "Event_2025" FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
```

Source: https://www.postgresql.org/docs/current/ddl-partitioning.html#DDL-PARTITIONING-DECLARATIVE-MAINTENANCE
Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DETACH-PARTITION
"""

from collections.abc import Iterator

from crowsfoot import Finding, Severity, Step, rule
from crowsfoot.databases.blocking import effects_of, longest_wait, may_not_run
from crowsfoot.databases.ways_out import apart, safer
from crowsfoot.facts.sql import AlterTable, CreateTable


@rule(over=Step, about=(CreateTable, AlterTable), since="0.2", severity=Severity.NOTE, default=False)
def check(step: Step) -> Iterator[Finding]:
    postgres = step.migration.history.postgres
    for change in step.does:
        if isinstance(change, CreateTable) and change.partition_of and postgres >= 12:
            name, what, way = change.partition_of, "this new partition", "create it as a table, and ATTACH it"
        elif isinstance(change, AlterTable) and change.change == "detach partition" and postgres >= 14:
            name, what, way = change.table, "this DETACH", f"detach it CONCURRENTLY{apart(step)}"
        else:
            continue
        table = step.existing(name)
        lock = effects_of(step).lock_on(table) if table else None
        if table is None or lock is None or not lock.mode.blocks_reads or may_not_run(step):
            continue
        if longest_wait(step) is None:  # else partition-scan names the table
            yield Finding(
                step.span_of(change.table.range),
                f"{what} locks {table} against reads and writes ({lock.mode}) for a moment; {way}",
                subject=str(table),
                fix=safer(step, [change]),
            )
