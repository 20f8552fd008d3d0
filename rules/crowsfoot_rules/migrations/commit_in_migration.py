"""A COMMIT stands in the middle of a migration, which can then stop half applied.

A file is one transaction (before Prisma 7.4, and under most tools): either all of it is applied, or none. A COMMIT
makes everything before it final. When a statement after it fails, what came before stays, the migration counts as
failed, and it can neither be run again nor be left out; under Prisma it has to be mended by hand (P3009).

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT);
-- next migration
BEGIN;
ALTER TABLE "User" ADD COLUMN "note" TEXT;
COMMIT; -- want "when the statement after it fails"
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
```

A block that is the whole migration is fine; what is to be committed apart is a migration of its own. That goes
for the `BEGIN` and `COMMIT` as well which Prisma itself writes to remove a value of an enum: keep that alone.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT);
-- next migration
BEGIN;
ALTER TABLE "User" ADD COLUMN "note" TEXT;
COMMIT;
-- next migration
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
```

From Prisma 7.4 on each statement is committed by itself, and `BEGIN` and `COMMIT` are the way to keep some of
them together; nothing is reported there.

Source: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/patching-and-hotfixing
"""

from collections.abc import Iterator

from crowsfoot import Finding, Migration, Step, rule
from crowsfoot.facts.sql import SetVariable, Transaction


@rule(over=Migration, since="0.2")
def check(migration: Migration) -> Iterator[Finding]:
    if migration.history.dialect != "postgresql" or migration.transport not in ("batch", "transaction"):
        return
    for number, step in enumerate(migration.steps):
        if not any(isinstance(it, Transaction) and it.action == "commit" for it in step.does):
            continue
        before = sum(map(_changes_something, migration.steps[:number]))
        after = sum(map(_changes_something, migration.steps[number:]))
        if before and after:
            yield Finding(
                step.span,
                f"when {'the statement' if after == 1 else f'one of the {after} statements'} after it fails, "
                f"this COMMIT has made {'the one' if before == 1 else f'the {before}'} before it final, and the "
                "migration is half applied; make it two migrations",
                subject=migration.name,
            )
            return


def _changes_something(step: Step) -> bool:
    return not all(isinstance(it, Transaction | SetVariable) for it in step.does)
