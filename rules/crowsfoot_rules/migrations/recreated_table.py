"""A table is dropped, and one with nearly the same columns is created beside it.

That is what a generated migration makes of a model that was renamed. The rows are not moved: the old table
goes with its rows, and the new one is empty.

```sql
CREATE TABLE "Client" ("id" INTEGER NOT NULL, "name" TEXT, "email" TEXT,
  CONSTRAINT "Client_pkey" PRIMARY KEY ("id"));
-- next migration
DROP TABLE "Client"; -- want "Customer has the same columns"
CREATE TABLE "Customer" ("id" INTEGER NOT NULL, "name" TEXT, "email" TEXT,
  CONSTRAINT "Customer_pkey" PRIMARY KEY ("id"));
```

Edit the migration to rename the table, or keep its name with `@@map`:

```sql
CREATE TABLE "Client" ("id" INTEGER NOT NULL, "name" TEXT, "email" TEXT,
  CONSTRAINT "Client_pkey" PRIMARY KEY ("id"));
-- next migration
ALTER TABLE "Client" RENAME TO "Customer"; -- crowsfoot: allow renamed-table -- the old code is stopped first
```

Nothing is said where the same migration puts rows into the new table.

Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/customizing-migrations#example-rename-a-field
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Fix, Related, Safety, Severity, Step, rule
from crowsfoot.databases.replacements import is_filled_table, replacement_of
from crowsfoot.facts.sql import DropObject


@rule(over=Step, about=(DropObject,), since="0.2", severity=Severity.ERROR)
def check(step: Step) -> Iterator[Finding]:
    for drop in step.does:
        if not isinstance(drop, DropObject) or drop.kind != "table":
            continue
        table = step.existing(drop.name)
        new = replacement_of(table, step) if table is not None and table.kind == "table" else None
        if table is None or new is None or is_filled_table(new, step):
            continue
        yield Finding(
            step.span_of(drop.name.range),
            f"{new} has the same columns as {table}, but the rows are dropped and not moved; rename the "
            "table",
            subject=str(table),
            related=(Related(new.span, "the new table, which is empty"),),
            fix=Fix(
                "Rename the table in place of the two statements",
                (),
                Safety.MANUAL,
                f'ALTER TABLE "{table.name}" RENAME TO "{new.name}";' if new.name != table.name else "",
            ),
            confidence=Confidence.LIKELY,
        )
