"""A value of an enum is taken away while rows may hold it, and code may write it.

PostgreSQL cannot take a value out of an enum, so a new type is made and the column is changed to it. A single
row with the old value stops the migration, and code that still runs fails when it writes it.

```sql
CREATE TYPE "Status" AS ENUM ('OPEN', 'CLOSED', 'LOST');
CREATE TABLE "Ticket" ("id" INTEGER NOT NULL, "status" "Status" NOT NULL);
-- next migration
CREATE TYPE "Status_new" AS ENUM ('OPEN', 'CLOSED');
ALTER TABLE "Ticket" ALTER COLUMN "status" TYPE "Status_new" -- want "the enum Status loses LOST"
  USING ("status"::text::"Status_new");
ALTER TYPE "Status" RENAME TO "Status_old";
ALTER TYPE "Status_new" RENAME TO "Status";
DROP TYPE "Status_old";
```

Change the rows first, in an earlier migration, when no code writes the value any more; or keep it:

```sql
CREATE TYPE "Status" AS ENUM ('OPEN', 'CLOSED', 'LOST');
CREATE TABLE "Ticket" ("id" INTEGER NOT NULL, "status" "Status" NOT NULL);
-- next migration
UPDATE "Ticket" SET "status" = 'CLOSED' WHERE "status" = 'LOST';
```

Nothing is said where an UPDATE of the same migration already names the value.

Source: https://www.postgresql.org/docs/current/datatype-enum.html#DATATYPE-ENUM-IMPLEMENTATION-DETAILS
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Related, Safety, Step, rule
from crowsfoot.databases.enum_values import handled_values
from crowsfoot.facts.sql import AlterColumn
from crowsfoot.link.catalog.model import Enum
from crowsfoot.prose import series


@rule(over=Step, about=(AlterColumn,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for change in step.does:
        if not isinstance(change, AlterColumn) or change.change != "type" or change.type is None:
            continue
        table = step.existing(change.table)
        old = table.columns.get(change.column) if table else None
        if table is None or old is None:
            continue
        was = step.before.type(old.type.name, old.type.schema)
        becomes = step.before.type(change.type.name, change.type.schema)
        if not isinstance(was, Enum) or not isinstance(becomes, Enum):
            continue
        handled = handled_values(table, old.name, change, step)
        gone = [it for it in was.values if it not in becomes.values and it not in handled]
        if not gone:
            continue
        values = ", ".join(f"'{it}'" for it in gone)
        yield Finding(
            step.span_of(change.range),
            f"the enum {was.name} loses {series(gone)}: a row of {table} with "
            f"{'it' if len(gone) == 1 else 'one of them'} in {old.name} stops the migration, and code "
            "that still "
            "runs fails when it writes one; change the rows in an earlier migration",
            subject=f"{table}.{old.name}",
            related=(Related(becomes.span, "the new type"),),
            fix=Fix(
                "Change the rows first",
                (),
                Safety.MANUAL,
                f'UPDATE "{table}" SET "{old.name}" = ... WHERE "{old.name}" IN ({values});',
            ),
        )
