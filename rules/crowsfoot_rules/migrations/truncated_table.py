"""A migration empties a table that was there before.

TRUNCATE takes all rows, in every environment, and locks the table against readers too until the transaction
has ended. With CASCADE it takes the rows of every table that refers to it as well.

```sql
CREATE TABLE "Plan" ("id" INTEGER NOT NULL, CONSTRAINT "Plan_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Account" ("id" INTEGER NOT NULL, "planId" INTEGER REFERENCES "Plan"("id"));
-- next migration
TRUNCATE "Plan" CASCADE; -- want "deletes every row of Plan, and by CASCADE of Account"
```

```sql
CREATE TABLE "Plan" ("id" INTEGER NOT NULL, CONSTRAINT "Plan_pkey" PRIMARY KEY ("id"));
-- next migration
DELETE FROM "Plan" WHERE "id" = 3;
```

Source: https://www.postgresql.org/docs/current/sql-truncate.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, Step, rule
from crowsfoot.databases.dependents import truncated_by_cascade
from crowsfoot.facts.sql import Truncate
from crowsfoot.prose import series


@rule(over=Step, about=(Truncate,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for truncate in step.does:
        if not isinstance(truncate, Truncate):
            continue
        tables = [table for it in truncate.tables if (table := step.existing(it))]
        more = truncated_by_cascade(tables, step.before) if truncate.cascade else []
        if not tables:
            continue
        cascade = f", and by CASCADE of {series([str(it) for it in more])}" if more else ""
        yield Finding(
            step.span_of(truncate.tables[0].range),
            f"this deletes every row of {series([str(it) for it in tables])}{cascade}, in every environment "
            "that it is deployed to",
            subject=str(tables[0]),
            related=tuple(Related(it.span, "is emptied by CASCADE") for it in more),
        )
