"""Rows are copied into a table that takes the old one's place; what is written meanwhile is lost.

The copy holds what was committed when it began. Others go on inserting into the old table until it is dropped
or renamed; those rows are not in the new one. A transaction does not help: the copy itself locks nobody out.

```sql
CREATE TABLE "Event" ("id" INTEGER NOT NULL, "at" TIMESTAMP(3) NOT NULL);
-- next migration
CREATE TABLE "Event_new" ("id" BIGINT NOT NULL, "at" TIMESTAMP(3) NOT NULL);
INSERT INTO "Event_new" SELECT * FROM "Event"; -- want "write to Event after it has been copied"
DROP TABLE "Event"; -- crowsfoot: allow dropped-table
ALTER TABLE "Event_new" RENAME TO "Event";
```

Lock the table first, where that takes a moment only. Where it does not, let a trigger write into both tables
while the rows are copied, and swap them afterwards:

```sql
CREATE TABLE "Event" ("id" INTEGER NOT NULL, "at" TIMESTAMP(3) NOT NULL);
-- next migration
CREATE TABLE "Event_new" ("id" BIGINT NOT NULL, "at" TIMESTAMP(3) NOT NULL);
LOCK TABLE "Event";
INSERT INTO "Event_new" SELECT * FROM "Event";
DROP TABLE "Event";
ALTER TABLE "Event_new" RENAME TO "Event";
```

SQLite lets one write at a time, and on SQL Server Prisma locks the table as it reads it; neither is spoken
of.

Source: https://www.postgresql.org/docs/current/explicit-locking.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, Step, rule
from crowsfoot.databases.redefining import redefinition
from crowsfoot.facts.sql import CreateTrigger, LockTable, RenameObject


@rule(over=Step, about=(RenameObject,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    if step.migration.history.dialect in ("sqlite", "sqlserver"):
        return
    found = redefinition(step)
    if found is None or step.is_new(found.old):
        return
    for copying, insert in found.filled:
        query = insert.query
        reads = query is not None and any(
            copying.before.number_of(it) == found.old.number for it in query.tables
        )
        if reads and not _is_kept_still(copying, found.old.number):
            yield Finding(
                copying.span_of(insert.range),
                f"what others write to {found.old} after it has been copied is lost when {found.new} takes "
                "its place; lock it first (LOCK TABLE), or write to both meanwhile",
                subject=str(found.old),
                related=(Related(found.dropped.span, "the old table goes here"),),
                confidence=Confidence.LIKELY,
            )
            return


def _is_kept_still(copying: Step, table: int) -> bool:
    """Whether the table is locked by then, or a trigger hands on what is written to it."""
    for earlier in copying.migration.steps[: copying.number]:
        for change in earlier.does:
            if isinstance(change, LockTable):
                names = change.tables
            elif isinstance(change, CreateTrigger):
                names = (change.table,)
            else:
                continue
            if any(earlier.before.number_of(it) == table for it in names):
                return True
    return False
