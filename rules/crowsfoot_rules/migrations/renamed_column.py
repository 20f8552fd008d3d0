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

MySQL's `CHANGE` does the same:

```sql mysql
CREATE TABLE `User` (`id` INTEGER NOT NULL, `mail` VARCHAR(191));
-- next migration
ALTER TABLE `User` CHANGE `mail` `email` VARCHAR(191); -- want "code that still runs asks for User.mail"
ALTER TABLE `User` CHANGE `id` `id` BIGINT NOT NULL;
```

Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/database-mapping
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Safety, Step, rule
from crowsfoot.facts.sql import Change, ObjectName, RedefineColumn, RenameObject
from crowsfoot.source import Range


@rule(over=Step, about=(RenameObject, RedefineColumn), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for change in step.does:
        renamed = _renamed(change)
        if renamed is None:
            continue
        of, old, new_name, range = renamed
        table = step.existing(of)
        column = step.before.column(table, old) if table else None
        if table is None or column is None or column.added_in >= step.migration.deploy_start:
            continue
        prisma = step.migration.history.tool == "prisma"
        yield Finding(
            step.span_of(range),
            f"code that still runs asks for {table}.{column.name}, and fails until it is replaced; "
            + (f'keep the name with @map("{column.name}"), or ' if prisma else "")
            + f"add {new_name}, write both, and drop {column.name} later",
            subject=f"{table}.{column.name}",
            fix=Fix("Keep the name of the column", (), Safety.MANUAL, f'@map("{column.name}")')
            if prisma
            else None,
        )


def _renamed(change: Change) -> tuple[ObjectName, str, str, Range] | None:
    """The table, the column's name and its new one, and where the old name or all of it is written."""
    if isinstance(change, RenameObject) and change.kind == "column" and change.table is not None:
        return change.table, change.name.name, change.new_name, change.name.range
    if isinstance(change, RedefineColumn) and change.definition.name.lower() != change.column.lower():
        return change.table, change.column, change.definition.name, change.range
    return None
