"""A COMMIT stands in the middle of a migration, which can then stop half applied.

A file is one transaction (before Prisma 7.4, and under most tools): either all of it is applied, or none. A
COMMIT makes everything before it final. When a statement after it fails, what came before stays, the
migration counts as failed, and it can neither be run again nor be left out; under Prisma it has to be
mended by hand (P3009).

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT);
-- next migration
BEGIN;
ALTER TABLE "User" ADD COLUMN "note" TEXT;
COMMIT; -- want "half applied when the statement after it fails"
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
```

A block that is the whole migration is fine; what is to be committed apart is a migration of its own. That
goes for the `BEGIN` and `COMMIT` as well which Prisma itself writes to remove a value of an enum; as nobody
else has written them, such a finding is `possible`.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT);
-- next migration
BEGIN;
ALTER TABLE "User" ADD COLUMN "note" TEXT;
COMMIT;
-- next migration
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");
```

From Prisma 7.4 on each statement is committed by itself, and `BEGIN` and `COMMIT` are the way to keep some
of them together; nothing is reported there.

Source: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/patching-and-hotfixing
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Migration, Step, rule
from crowsfoot.facts.sql import CreateEnum, DropObject, SetVariable, Transaction


@rule(over=Migration, about=(Transaction,), since="0.2")
def check(migration: Migration) -> Iterator[Finding]:
    if migration.history.dialect != "postgresql" or migration.transport not in ("batch", "transaction"):
        return
    before, after = 0, sum(map(_changes_something, migration.steps))
    for step in migration.steps:
        before += _changes_something(step)
        after -= _changes_something(step)
        if not any(isinstance(it, Transaction) and it.action == "commit" for it in step.does):
            continue
        if before and after:
            yield Finding(
                step.span,
                f"this COMMIT makes {_count(before)} before it final: the migration is half applied when "
                f"{'' if after == 1 else 'one of '}{_count(after)} after it fails; make it two migrations",
                subject=migration.name,
                confidence=Confidence.POSSIBLE if _is_prismas_own(step) else Confidence.CERTAIN,
            )
            return


def _is_prismas_own(step: Step) -> bool:
    """Whether it ends the block in which Prisma removes a value of an enum: a new type takes its place."""
    made = {it.name.name for each in step.transaction.steps for it in each.does if isinstance(it, CreateEnum)}
    return any(
        isinstance(it, DropObject) and f"{it.name.name.removesuffix('_old')}_new" in made
        for each in step.transaction.steps
        for it in each.does
    )


def _changes_something(step: Step) -> bool:
    return not all(isinstance(it, Transaction | SetVariable) for it in step.does)


def _count(statements: int) -> str:
    return "the statement" if statements == 1 else f"the {statements} statements"
