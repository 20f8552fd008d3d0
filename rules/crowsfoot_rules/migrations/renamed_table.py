"""A table gets a new name while code with the old one still runs.

Until the last old process has ended, every query of the old code fails.

```sql
CREATE TABLE "Client" ("id" INTEGER NOT NULL, "name" TEXT);
-- next migration
ALTER TABLE "Client" RENAME TO "Customer"; -- want "code that still runs asks for Client"
```

Keep the table's name and rename only the model, which costs nothing: `@@map("Client")`. Or leave a view with
the old name until the next deploy; PostgreSQL lets old code read and write through it:

```sql
CREATE TABLE "Client" ("id" INTEGER NOT NULL, "name" TEXT);
-- next migration
ALTER TABLE "Client" RENAME TO "Customer";
CREATE VIEW "Client" AS SELECT * FROM "Customer";
```

Source: https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-UPDATABLE-VIEWS
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Safety, Step, rule
from crowsfoot.facts.sql import MoveObject, ObjectName, RenameObject


@rule(over=Step, about=(RenameObject, MoveObject), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for change in step.does:
        if not isinstance(change, RenameObject | MoveObject) or change.kind != "table":
            continue
        table = step.existing(change.name)
        if table is None or table.kind != "table" or _is_there_in_the_end(change.name, step):
            continue
        new = change.new_name if isinstance(change, RenameObject) else f"{change.schema}.{table.name}"
        prisma = step.migration.history.tool == "prisma" and isinstance(change, RenameObject)
        yield Finding(
            step.span_of(change.name.range),
            f"code that still runs asks for {table}, and fails until it is replaced; "
            + (f'keep the name with @@map("{table.name}"), or ' if prisma else "")
            + f"leave a view {table} over {new} until the next deploy",
            subject=str(table),
            fix=Fix(
                "Leave a view with the old name",
                (),
                Safety.MANUAL,
                f'CREATE VIEW "{table.name}" AS SELECT * FROM "{new}";',
            )
            if isinstance(change, RenameObject) and step.migration.history.dialect == "postgresql"
            else None,
        )


def _is_there_in_the_end(name: ObjectName, step: Step) -> bool:
    """A view or another table has the old name when the migration has run."""
    return step.migration.steps[-1].after.number_of(name) is not None
