"""A required column loses its default while code that relies on it still runs.

An INSERT of the old code that leaves the column out worked by the default, and fails without it.

```sql
CREATE TABLE "Job" ("id" INTEGER NOT NULL, "state" TEXT NOT NULL DEFAULT 'new');
-- next migration
ALTER TABLE "Job" ALTER COLUMN "state" DROP DEFAULT; -- want "an INSERT without Job.state fails"
```

Deploy code that always writes the column first:

```sql
CREATE TABLE "Job" ("id" INTEGER NOT NULL, "state" TEXT NOT NULL DEFAULT 'new');
-- next migration
ALTER TABLE "Job" ALTER COLUMN "state" SET DEFAULT 'open';
```

Code that goes through Prisma's client often writes every column by itself, so the rule is off by default.

Source: https://www.postgresql.org/docs/current/ddl-default.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, Severity, Step, rule
from crowsfoot.facts.sql import AlterColumn


@rule(over=Step, about=(AlterColumn,), since="0.2", severity=Severity.NOTE, default=False)
def check(step: Step) -> Iterator[Finding]:
    for change in step.does:
        if not isinstance(change, AlterColumn) or change.change != "drop default":
            continue
        table = step.existing(change.table)
        column = table.columns.get(change.column) if table else None
        if column is None or column.default is None or not column.not_null:
            continue
        if column.added_in < step.migration.deploy_start:
            yield Finding(
                step.span_of(change.range),
                f"an INSERT without {table}.{column.name} fails once its default is gone; deploy code that "
                "always writes it first",
                subject=f"{table}.{column.name}",
                related=(Related(column.span, "the column as it was added"),),
                confidence=Confidence.LIKELY,
            )
