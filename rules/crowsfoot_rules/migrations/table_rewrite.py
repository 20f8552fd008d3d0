"""A table in use is written anew, row by row, while nobody can read or write it.

PostgreSQL holds an ACCESS EXCLUSIVE lock until the copy is complete, with all indexes; every query waits that
long, and the copy needs as much space again. It happens where the stored values have to differ: most changes of
a type, a column with a volatile default (`gen_random_uuid()`), a serial or identity column, a stored generated
column, and a column of a domain with constraints.

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "total" INTEGER NOT NULL, "no" TEXT);
-- next migration
ALTER TABLE "Order" ALTER COLUMN "total" SET DATA TYPE BIGINT; -- want "locks Order against reads and writes"
ALTER TABLE "Order" ADD COLUMN "key" UUID DEFAULT gen_random_uuid(); -- want "gen_random_uuid() is volatile"
```

Not every change does so, and what does not is not reported: a constant default or `now()` from PostgreSQL 11 on,
`varchar` to `text`, a longer `varchar`, a finer `numeric` of the same scale, `timestamp` to `timestamptz` while
the session's time zone is UTC (and without a precision that is less than 6).

Otherwise add a new column, which takes no time, fill it in batches outside of the migration, let the code write
both, and drop the old one in a later deploy:

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "total" INTEGER NOT NULL, "no" VARCHAR(20));
-- next migration
ALTER TABLE "Order" ADD COLUMN "totalCents" BIGINT;
ALTER TABLE "Order" ALTER COLUMN "no" SET DATA TYPE TEXT;
ALTER TABLE "Order" ADD COLUMN "key" UUID;
ALTER TABLE "Order" ALTER COLUMN "key" SET DEFAULT gen_random_uuid();
```

Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.databases.blocking import Wait, waits
from crowsfoot.databases.ways_out import safer
from crowsfoot.facts.sql import AddColumn, AlterColumn


@rule(over=Step, since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for wait in waits(step, "rewrite"):
        what, column, way = _said(step, wait)
        yield Finding(
            step.span_of(wait.change.range),
            f"{what} {wait}: {wait.work.why}; {way}",
            subject=f"{wait.work.table}.{column}",
            fix=safer(step, wait.changes),
            confidence=wait.confidence,
        )


def _said(step: Step, wait: Wait) -> tuple[str, str, str]:
    """What to call the change, the column, and the way out."""
    if isinstance(wait.change, AlterColumn):
        column = wait.change.column
        if wait.change.change == "type":
            return "this change of type", column, "add a column of the new type, fill it in batches, and drop the old one in a later deploy"
        return "this new expression", column, "change it while nobody uses the table"
    assert isinstance(wait.change, AddColumn)
    added = wait.change.column
    if added.generated is not None:
        virtual = step.migration.history.postgres >= 18
        return "this column", added.name, "make it VIRTUAL" if virtual else "let a trigger fill a plain column, and the old rows in batches"
    if added.default is not None:
        return "this column", added.name, "add it without the default, set that in a second statement, and fill the old rows in batches"
    if added.identity is not None or "serial" in added.type.name:
        return "this column", added.name, "add a plain number, fill it in batches, and give it its sequence then"
    return "this column", added.name, "give it the base type of the domain, and a CHECK that is NOT VALID"
