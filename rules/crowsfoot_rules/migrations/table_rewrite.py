"""A table in use is written anew, row by row, while nobody can read or write it.

PostgreSQL holds an ACCESS EXCLUSIVE lock until the copy is complete, with all indexes; every query waits
that long, and the copy needs as much space again. It happens where the stored values have to differ: most
changes of a type, a column with a volatile default (`gen_random_uuid()`), a serial or identity column, a
stored generated column, and a column of a domain with constraints.

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "total" INTEGER NOT NULL, "no" TEXT);
-- next migration
ALTER TABLE "Order" ALTER COLUMN "total" SET DATA TYPE BIGINT; -- want "locks Order against reads and writes"
ALTER TABLE "Order" ADD COLUMN "key" UUID DEFAULT gen_random_uuid(); -- want "gen_random_uuid() is volatile"
```

Not every change does so, and what does not is not reported: a constant default or `now()` from PostgreSQL
11 on, `varchar` to `text`, a longer `varchar`, a finer `numeric` of the same scale, `timestamp` to
`timestamptz` while the session's time zone is UTC (and without a precision that is less than 6).

Otherwise add a new column, which takes no time, fill it in batches outside of the migration, let the code
write both, and drop the old one in a later deploy:

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
from crowsfoot.databases.ways_out import in_utc, safer
from crowsfoot.facts.sql import AddColumn, AlterColumn


@rule(over=Step, about=(AlterColumn, AddColumn), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for wait in waits(step, "rewrite"):
        fix = in_utc(step, wait.changes, wait.work.table)
        if isinstance(wait.change, AddColumn):
            message, column = _of_column(step, wait)
        else:
            message, column = _of_type(wait, in_utc=fix is not None)
        yield Finding(
            step.span_of(wait.change.range),
            message,
            subject=f"{wait.work.table}.{column}",
            fix=fix or safer(step, wait.changes),
            confidence=wait.confidence,
        )


def _of_type(wait: Wait, *, in_utc: bool) -> tuple[str, str]:
    change = wait.change
    assert isinstance(change, AlterColumn)
    column = wait.work.table.columns.get(change.column)
    if change.change != "type" or column is None:
        return f"this new expression {wait}; change it while nobody uses the table", change.column
    way = "add a column of the new type, fill it in batches, and drop the old one in a later deploy"
    if in_utc:
        way = "with the time zone set to UTC, no USING and a precision of 6, no row is written"
    return f"changing {change.column} from {column.type} to {change.type} {wait}; {way}", change.column


def _of_column(step: Step, wait: Wait) -> tuple[str, str]:
    assert isinstance(wait.change, AddColumn)
    column = wait.change.column
    if column.generated is not None and step.migration.history.postgres >= 18:
        way = "make it VIRTUAL"
    elif column.generated is not None:
        way = "fill a plain column by a trigger, and the old rows in batches"
    elif column.default is not None:
        way = "add it without the default, set that in a second statement, and fill the old rows in batches"
    elif column.identity is not None or "serial" in column.type.name:
        way = "add a plain number, fill it in batches, and give it its sequence then"
    else:
        way = "give it the base type of the domain, and a CHECK that is NOT VALID"
    return f"adding {column.name} {wait}, since {wait.work.why}; {way}", column.name
