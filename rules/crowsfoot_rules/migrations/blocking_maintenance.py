"""Upkeep that locks a table for as long as it takes stands in a migration.

`REINDEX`, `REFRESH MATERIALIZED VIEW`, `CLUSTER`, `VACUUM FULL`, `SET LOGGED` and `SET TABLESPACE` work
through a whole table, or make a view or index anew, and others wait meanwhile.

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "day" DATE NOT NULL, "total" INTEGER NOT NULL);
CREATE MATERIALIZED VIEW "Daily" AS SELECT "day", sum("total") AS "total" FROM "Order" GROUP BY "day";
-- next migration
REFRESH MATERIALIZED VIEW "Daily"; -- want "locks Daily against reads and writes"
```

With a unique index the view can be refreshed while it is read, and an index built anew while others write:

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "day" DATE NOT NULL, "total" INTEGER NOT NULL);
CREATE MATERIALIZED VIEW "Daily" AS SELECT "day", sum("total") AS "total" FROM "Order" GROUP BY "day";
CREATE UNIQUE INDEX "Daily_day_key" ON "Daily"("day");
-- next migration
REFRESH MATERIALIZED VIEW CONCURRENTLY "Daily";
-- next migration
REINDEX INDEX CONCURRENTLY "Daily_day_key";
```

`REINDEX CONCURRENTLY` is there from PostgreSQL 12 on, and has to be alone in its migration.

Source: https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html
Source: https://www.postgresql.org/docs/current/sql-reindex.html#SQL-REINDEX-CONCURRENTLY
Source: https://www.postgresql.org/docs/current/sql-cluster.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.databases.blocking import Wait, waits
from crowsfoot.databases.ways_out import apart_and_unparsed, safer
from crowsfoot.facts.sql import AlterTable, Maintain, RefreshView


@rule(over=Step, about=(AlterTable, Maintain, RefreshView), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for wait in waits(step, "maintenance"):
        yield Finding(
            step.span_of(wait.change.range),
            f"this {wait}; {_way_out(step, wait)}",
            subject=str(wait.work.table),
            fix=safer(step, wait.changes),
            confidence=wait.confidence,
        )


def _way_out(step: Step, wait: Wait) -> str:
    if isinstance(wait.change, RefreshView):
        indexes = wait.work.table.indexes.values()
        ready = any(it.unique and it.predicate is None and None not in it.columns for it in indexes)
        return "refresh it CONCURRENTLY" if ready else "give it a unique index, and refresh it CONCURRENTLY"
    if isinstance(wait.change, Maintain):
        if wait.change.command == "reindex" and step.migration.history.postgres >= 12:
            return f"reindex CONCURRENTLY{apart_and_unparsed(step)}"
        if wait.change.command in ("cluster", "vacuum full"):
            return "pg_repack does it beside others, outside of the migrations"
    return "do it outside of the migrations, while nobody uses the table"
