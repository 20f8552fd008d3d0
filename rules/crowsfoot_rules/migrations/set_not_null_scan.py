"""A column becomes NOT NULL, and every row is searched for NULL while nobody can use the table.

`ALTER COLUMN ... SET NOT NULL` holds an ACCESS EXCLUSIVE lock while it reads the whole table: every query
waits. From PostgreSQL 12 on it reads nothing where a valid CHECK already says that the column is not NULL,
and such a check can be validated while others read and write.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT);
-- next migration
ALTER TABLE "User" ALTER COLUMN "email" SET NOT NULL; -- want "locks User against reads and writes"
```

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT);
-- next migration
ALTER TABLE "User" ADD CONSTRAINT "email_set" CHECK ("email" IS NOT NULL) NOT VALID;
-- next migration
ALTER TABLE "User" VALIDATE CONSTRAINT "email_set";
ALTER TABLE "User" ALTER COLUMN "email" SET NOT NULL;
ALTER TABLE "User" DROP CONSTRAINT "email_set";
```

From PostgreSQL 18 on, `ADD CONSTRAINT ... NOT NULL "email" NOT VALID` takes the place of the check. Before
PostgreSQL 12 there is no such way to `SET NOT NULL`, and the check has to stay in its place.

Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.databases.blocking import waits
from crowsfoot.databases.ways_out import later, safer
from crowsfoot.facts.sql import AddConstraint, AlterColumn, Change


@rule(over=Step, about=(AlterColumn, AddConstraint), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for wait in waits(step, "not null"):
        columns = [name for change in wait.changes for name in _columns(change)]
        yield Finding(
            step.span_of(wait.change.range),
            f"SET NOT NULL {wait}; {_way_out(step, columns)}",
            subject=f"{wait.work.table}.{columns[0]}",
            fix=safer(step, wait.changes),
            confidence=wait.confidence,
        )


def _columns(change: Change) -> tuple[str, ...]:
    if isinstance(change, AddConstraint):  # NOT NULL as a constraint, from PostgreSQL 18 on
        return change.constraint.columns
    assert isinstance(change, AlterColumn)
    return (change.column,)


def _way_out(step: Step, columns: list[str]) -> str:
    postgres = step.migration.history.postgres
    if postgres >= 18:
        return f"add it as a constraint, NOT NULL {columns[0]} NOT VALID, and VALIDATE that{later(step)}"
    checks = " and ".join([f"CHECK ({it} IS NOT NULL)" for it in columns])
    if postgres < 12:
        return f"before PostgreSQL 12, keep to {checks} instead, NOT VALID, and VALIDATE it{later(step)}"
    return f"first add {checks} as NOT VALID, and VALIDATE it{later(step)}"
