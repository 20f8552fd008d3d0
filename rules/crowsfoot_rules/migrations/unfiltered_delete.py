"""A DELETE without WHERE in a migration: every row of the table goes.

```sql
CREATE TABLE "Token" ("id" INTEGER NOT NULL, "expiresAt" TIMESTAMP(3));
-- next migration
DELETE FROM "Token"; -- want "deletes every row of Token"
```

Say which rows are meant:

```sql
CREATE TABLE "Token" ("id" INTEGER NOT NULL, "expiresAt" TIMESTAMP(3));
-- next migration
DELETE FROM "Token" WHERE "expiresAt" < now();
```

Source: https://www.postgresql.org/docs/current/sql-delete.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.facts.sql import Delete


@rule(over=Step, about=(Delete,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for delete in step.does:
        if isinstance(delete, Delete) and not delete.filtered and (table := step.existing(delete.table)):
            yield Finding(
                step.span_of(delete.table.range),
                f"this deletes every row of {table}, in every environment that it is deployed to; "
                "say with WHERE which rows are meant",
                subject=str(table),
            )
