"""A required column becomes nullable while code that counts on a value still runs.

As soon as new code writes a null, Prisma's client of the old code fails on that row: to it the field is
required.

```sql
CREATE TABLE "Task" ("id" INTEGER NOT NULL, "ownerId" INTEGER NOT NULL);
-- next migration
ALTER TABLE "Task" ALTER COLUMN "ownerId" DROP NOT NULL; -- want "fails when it reads a null"
```

Deploy code that can read a null first:

```sql
CREATE TABLE "Task" ("id" INTEGER NOT NULL, "ownerId" INTEGER);
```

The rule is off by default: most projects take the few failures during a deploy.

Source: https://www.postgresql.org/docs/current/ddl-alter.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Severity, Step, rule
from crowsfoot.facts.sql import AlterColumn


@rule(over=Step, about=(AlterColumn,), since="0.2", severity=Severity.NOTE, default=False)
def check(step: Step) -> Iterator[Finding]:
    for change in step.does:
        if not isinstance(change, AlterColumn) or change.change != "drop not null":
            continue
        table = step.existing(change.table)
        column = table.columns.get(change.column) if table else None
        if column is not None and column.not_null and column.added_in < step.migration.deploy_start:
            yield Finding(
                step.span_of(change.range),
                f"code that still runs fails when it reads a null in {table}.{column.name}; deploy code "
                "that can "
                "read one before code that writes one",
                subject=f"{table}.{column.name}",
                confidence=Confidence.LIKELY,
            )
