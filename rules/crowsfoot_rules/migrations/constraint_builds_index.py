"""A primary key, unique or exclusion constraint builds its index while nobody can use the table.

`ALTER TABLE ... ADD UNIQUE` and `ADD PRIMARY KEY` hold an ACCESS EXCLUSIVE lock while the index is built:
reads wait as well as writes, which is worse than `CREATE UNIQUE INDEX`. Prisma writes it whenever `@id` or
`@@id` changes.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT NOT NULL);
-- next migration
ALTER TABLE "User" ADD CONSTRAINT "User_email_key" UNIQUE ("email"); -- want "locks User against"
```

Build the index first, without a lock and in a migration of its own, and make it the constraint then:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT NOT NULL);
-- next migration
CREATE UNIQUE INDEX CONCURRENTLY "User_email_key" ON "User"("email");
-- next migration
ALTER TABLE "User" ADD CONSTRAINT "User_email_key" UNIQUE USING INDEX "User_email_key";
```

For a primary key the columns have to be NOT NULL before; else `USING INDEX` reads every row after all. An
exclusion constraint has no such way; there it takes an hour in which nobody uses the table.

Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT-USING-INDEX
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.databases.blocking import Wait, waits
from crowsfoot.databases.ways_out import apart, safer
from crowsfoot.facts.sql import AddColumn, AddConstraint, Constraint


@rule(over=Step, about=(AddConstraint, AddColumn), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for wait in waits(step, "constraint index"):
        yield Finding(
            step.span_of(wait.change.range),
            f"this {_kind(wait)} {wait}; {_way_out(step, wait)}",
            subject=str(wait.work.table),
            fix=safer(step, wait.changes),
            confidence=wait.confidence,
        )


def _kind(wait: Wait) -> str:
    return {"primary": "primary key", "exclude": "exclusion constraint"}.get(
        _constraint(wait).kind, "unique constraint"
    )


def _way_out(step: Step, wait: Wait) -> str:
    constraint = _constraint(wait)
    if constraint.kind == "exclude":
        return "there is no way to build it beside others, so do it while nobody uses the table"
    if constraint.using_index is not None:
        return "make its columns NOT NULL before, by way of a validated CHECK"
    return f"create a unique index CONCURRENTLY{apart(step, among=2)}, and add the constraint USING INDEX"


def _constraint(wait: Wait) -> Constraint:
    if isinstance(wait.change, AddConstraint):
        return wait.change.constraint
    assert isinstance(wait.change, AddColumn)
    return next(it for it in wait.change.column.constraints if it.kind in ("primary", "unique"))
