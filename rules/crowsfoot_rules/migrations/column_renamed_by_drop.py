"""A column is dropped and another of its type is added: perhaps a rename that loses the values.

A generated migration cannot tell that a field got a new name. It drops the old column with its values and
adds an empty one.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "fullname" TEXT);
-- next migration
ALTER TABLE "User" DROP COLUMN "fullname", -- want "if fullName is its new name, all values are lost"
  ADD COLUMN "fullName" TEXT;
```

If it is a rename, say so, or keep the old name of the column with `@map`:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "fullname" TEXT);
-- next migration
ALTER TABLE "User" RENAME COLUMN "fullname" TO "fullName"; -- crowsfoot: allow renamed-column
```

Nothing is said where an UPDATE of the same migration fills the new column, or where the names are not alike.

Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/customizing-migrations#example-rename-a-field
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Fix, Safety, Step, rule
from crowsfoot.databases.replacements import successor
from crowsfoot.facts.sql import DropColumn


@rule(over=Step, about=(DropColumn,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for drop in step.does:
        if not isinstance(drop, DropColumn) or (table := step.existing(drop.table)) is None:
            continue
        old, new = table.columns.get(drop.column), successor(drop, table, step)
        if old is None or new is None or new.name == old.name:
            continue
        if old.added_in >= step.migration.deploy_start:
            continue
        yield Finding(
            step.span_of(drop.range),
            f"this drops {table}.{old.name} and adds {new.name} of the same type; if {new.name} is its "
            "new name, "
            "all values are lost: rename the column, or fill the new one before dropping the old",
            subject=f"{table}.{old.name}",
            fix=Fix(
                "If it is a rename",
                (),
                Safety.MANUAL,
                f'ALTER TABLE "{table.name}" RENAME COLUMN "{old.name}" TO "{new.name}";',
            ),
            confidence=Confidence.LIKELY,
        )
