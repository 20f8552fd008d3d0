"""A column gets a new name while code with the old one still runs.

A deploy replaces the old processes one by one, or after the migration. Until the last one has ended, every
query of the old code that names the column fails; Prisma's client names all of them.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "mail" TEXT);
-- next migration
ALTER TABLE "User" RENAME COLUMN "mail" TO "email"; -- want "code that still runs asks for User.mail"
```

Keep the column's name and rename only the field, which costs nothing: `email String @map("mail")`. Or add the
new column, write both, and drop the old one in a later deploy:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "mail" TEXT);
-- next migration
ALTER TABLE "User" ADD COLUMN "email" TEXT;
```

Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/database-mapping
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Safety, Step, rule
from crowsfoot.facts.sql import RenameObject


@rule(over=Step, about=(RenameObject,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for rename in step.does:
        if not isinstance(rename, RenameObject) or rename.kind != "column" or rename.table is None:
            continue
        table = step.existing(rename.table)
        column = table.columns.get(rename.name.name) if table else None
        if table is None or column is None or column.added_in >= step.migration.deploy_start:
            continue
        prisma = step.migration.history.tool == "prisma"
        yield Finding(
            step.span_of(rename.name.range),
            f"code that still runs asks for {table}.{column.name}, and fails until it is replaced; "
            + (f'keep the name with @map("{column.name}"), or ' if prisma else "")
            + f"add {rename.new_name}, write both, and drop {column.name} later",
            subject=f"{table}.{column.name}",
            fix=Fix("Keep the name of the column", (), Safety.MANUAL, f'@map("{column.name}")')
            if prisma
            else None,
        )
