"""A migration opens a transaction and does not commit it, so that what it does is lost.

Whoever runs the file sees no error. The connection is left inside of the transaction, what follows happens
in there as well, with the note that the migration has been applied among it, and all of it is undone when
the connection is closed.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- next migration
BEGIN; -- want "no COMMIT follows"
ALTER TABLE "User" ADD COLUMN "note" TEXT;
```

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- next migration
BEGIN;
ALTER TABLE "User" ADD COLUMN "note" TEXT;
COMMIT;
```

Source: https://www.postgresql.org/docs/current/sql-begin.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Migration, Severity, Step, rule
from crowsfoot.facts.sql import Transaction


@rule(over=Migration, about=(Transaction,), since="0.2", severity=Severity.ERROR)
def check(migration: Migration) -> Iterator[Finding]:
    # A tool that opens a transaction itself commits it as well.
    if migration.history.dialect != "postgresql" or migration.transport == "transaction":
        return
    begun: Step | None = None
    for step in migration.steps:
        for change in step.does:
            if isinstance(change, Transaction) and change.action in ("begin", "commit", "rollback"):
                begun = step if change.action == "begin" else None
                if change.action == "rollback" and step.number:
                    yield Finding(
                        step.span,
                        "this ROLLBACK undoes what the migration has done, which counts as applied all the "
                        "same; leave it out",
                        subject=migration.name,
                    )
    if begun is not None:
        yield Finding(
            begun.span,
            "no COMMIT follows, so that what this transaction does is lost; commit it, or leave BEGIN out",
            subject=migration.name,
        )
