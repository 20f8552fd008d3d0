"""Prisma itself warns of what this migration does, and nobody has said that it is meant.

`prisma migrate dev` writes a "Warnings:" comment over a migration that may lose data or fail on rows that are
there. The comment is easily committed unread.

```sql
CREATE TABLE "Draft" ("id" INTEGER NOT NULL);
-- next migration
/*
  Warnings:

  - You are about to drop the `Draft` table.
--  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "Prisma warns: You are about to drop"

*/
DROP TABLE "Draft";
```

Say why it may be so, or change the migration:

```sql
CREATE TABLE "Draft" ("id" INTEGER NOT NULL);
-- next migration
-- crowsfoot: allow-file unacknowledged-warnings -- no release has read it since 3.2
/*
  Warnings:

  - You are about to drop the `Draft` table.

*/
DROP TABLE "Draft";
```

Other rules name what such a migration loses, table by table, so this one is off by default. It is for teams
that want a word from the author of every migration that Prisma warns of.

Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/customizing-migrations
"""

from collections.abc import Iterator

from crowsfoot import Finding, Migration, rule


@rule(over=Migration, since="0.2", default=False)
def check(migration: Migration) -> Iterator[Finding]:
    warnings = migration.warnings
    if warnings:
        span, text = warnings[0]
        more = f" (and {len(warnings) - 1} more)" if len(warnings) > 1 else ""
        yield Finding(
            span,
            f"Prisma warns: {text.rstrip('.')}{more}; say with `crowsfoot: allow-file` why that is meant",
            subject=migration.name,
        )
