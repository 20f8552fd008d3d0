"""Prisma cannot split this migration, and runs it as one transaction, unlike the others.

From Prisma 7.4 on, each statement is committed by itself. But if Prisma's parser does not know one of the
statements (`DO $$`, `REINDEX`, `REFRESH MATERIALIZED VIEW`, `DROP INDEX CONCURRENTLY`, ...), the whole file
runs as one transaction, as it did before: locks stay until its end, and what is refused in a transaction
fails. The rule is off by default: it tells what happens, and nothing of it is wrong.

```json
{"devDependencies": {"prisma": "7.4.0"}}
```
```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- next migration
DO $$ BEGIN PERFORM 1; END $$; -- want "is one transaction"
ALTER TABLE "User" ADD COLUMN "note" TEXT;
```

```json
{"devDependencies": {"prisma": "7.4.0"}}
```
```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- next migration
DO $$ BEGIN PERFORM 1; END $$;
-- next migration
ALTER TABLE "User" ADD COLUMN "note" TEXT;
```

Source: https://github.com/prisma/prisma-engines/pull/5847
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Migration, Severity, rule
from crowsfoot.databases.sqlparser import parses
from crowsfoot.databases.transactions import SPLITS


@rule(over=Migration, since="0.2", severity=Severity.NOTE, default=False)
def check(migration: Migration) -> Iterator[Finding]:
    prisma = migration.history.prisma
    if prisma is None or prisma < SPLITS or migration.transport != "batch" or len(migration.steps) < 2:
        return
    unknown = next((it for it in migration.steps if not parses(it.statement)), None)
    if unknown is not None:
        yield Finding(
            unknown.span,
            f"Prisma cannot read this {unknown.statement.verb}, so the whole migration is one transaction, "
            "and its locks stay until the end; give it a migration of its own",
            subject=migration.name,
            confidence=Confidence.LIKELY,
        )
