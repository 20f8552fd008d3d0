"""A migration without a statement.

`prisma migrate dev --create-only` writes one when the schema has not changed, to be filled by hand. Once it
has run it cannot be filled any more.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- next migration
-- This is an empty migration. -- want "20240102000000_step does nothing"
```

Fill it before it runs, or remove it:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- next migration
CREATE INDEX "User_id_lower" ON "User" ((id + 1));
```

Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/customizing-migrations
"""

from collections.abc import Iterator

from crowsfoot import Finding, Migration, rule


@rule(over=Migration, since="0.2")
def check(migration: Migration) -> Iterator[Finding]:
    if migration.is_empty:
        yield Finding(
            migration.span,
            f"{migration} does nothing, and once it has run it cannot be filled; fill it or remove it",
            subject=migration.name,
        )
