"""A table with its rows is dropped.

The rows are gone for good, and the code that still runs during the deploy fails at its next query of the
table.

```sql
CREATE TABLE "Session" ("id" INTEGER NOT NULL, CONSTRAINT "Session_pkey" PRIMARY KEY ("id"));
-- next migration
DROP TABLE "Session"; -- want "drops the table Session with its rows"
```

Deploy code that no longer uses the table first. A rename keeps the rows for a while, and can be undone:

```sql
CREATE TABLE "Session" ("id" INTEGER NOT NULL, CONSTRAINT "Session_pkey" PRIMARY KEY ("id"));
-- next migration
CREATE TABLE "SessionCopy" ("id" INTEGER NOT NULL);
DROP TABLE "SessionCopy";
```

Nothing is said of a table that the same deploy creates, of temporary tables and views, or where a table of
the same migration takes the name of the one that is dropped (SQLite's way to change a table).

Source: https://www.postgresql.org/docs/current/sql-droptable.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, Step, rule
from crowsfoot.databases.replacements import replacement_of
from crowsfoot.facts.sql import DropObject


@rule(over=Step, about=(DropObject,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for drop in step.does:
        if not isinstance(drop, DropObject) or drop.kind != "table":
            continue
        table = step.existing(drop.name)
        if table is None or table.kind != "table" or replacement_of(table, step) is not None:
            continue
        yield Finding(
            step.span_of(drop.name.range),
            f"this drops the table {table} with its rows, and code that still runs fails at its next query; "
            "deploy code that does not use it first",
            subject=str(table),
            related=(Related(table.span, "was created here"),),
        )
