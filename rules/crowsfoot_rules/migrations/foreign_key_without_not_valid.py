"""A foreign key is added to a table in use, and is checked for every row while nobody can write.

Both tables are locked against writes (SHARE ROW EXCLUSIVE) until every row has been looked up in the other
table. `NOT VALID` takes the same locks for a moment only: new rows are checked from then on, and `VALIDATE
CONSTRAINT` later checks the old ones while reads and writes go on.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER NOT NULL);
-- next migration
ALTER TABLE "Order" ADD CONSTRAINT "Order_userId_fkey" -- want "locks Order and User against writes"
  FOREIGN KEY ("userId") REFERENCES "User"("id");
```

Locks last until the end of the transaction, so the two statements belong into two migrations; from Prisma
7.4 on, which commits each statement, into one:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER NOT NULL);
-- next migration
ALTER TABLE "Order" ADD CONSTRAINT "Order_userId_fkey"
  FOREIGN KEY ("userId") REFERENCES "User"("id") NOT VALID;
-- next migration
ALTER TABLE "Order" VALIDATE CONSTRAINT "Order_userId_fkey";
```

A new column that may be NULL and has no default needs none of that. Written with the column, the foreign
key checks no row, since there is nothing in it (measured on PostgreSQL 10 to 18):

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Order" ("id" INTEGER NOT NULL PRIMARY KEY);
-- next migration
ALTER TABLE "Order" ADD COLUMN "userId" INTEGER
  CONSTRAINT "Order_userId_fkey" REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;
```

Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-ADD-TABLE-CONSTRAINT
Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.databases.blocking import added_column, waits
from crowsfoot.databases.ways_out import later, safer, with_column
from crowsfoot.facts.sql import AddColumn, AddConstraint, AlterConstraint, Constraint


@rule(over=Step, about=(AddConstraint, AddColumn, AlterConstraint), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for wait in waits(step, "foreign key"):
        way, fix = f"add it NOT VALID, and VALIDATE it{later(step)}", safer(step, wait.changes)
        inline = [_at_new_column(step, it) for it in wait.changes if isinstance(it, AddConstraint)]
        if inline and all(inline):
            way = "write it at the new column, which holds nothing to be checked"
            fix = with_column([it for it in inline if it])
        yield Finding(
            step.span_of(wait.change.range),
            f"{'this foreign key' if len(wait.changes) == 1 else 'adding foreign keys'} {wait}; {way}",
            subject=str(wait.work.table),
            fix=fix,
            confidence=wait.confidence,
        )


def _at_new_column(step: Step, change: AddConstraint) -> tuple[AddColumn, Constraint] | None:
    """The addition of the only column of the foreign key, in the same migration, if it could hold the key."""
    constraint, key = change.constraint, change.constraint.references
    if key is None or len(constraint.columns) != 1:
        return None
    found = added_column(step, change.table, constraint.columns[0])
    if found is None:
        return None
    earlier, added = found
    target = earlier.before.table(key.table)
    primary = target.primary_key if target else None
    fits = primary is not None and key.columns in ((), primary.columns)
    empty = not added.column.not_null and added.column.default is None
    return (added, constraint) if fits and empty else None
