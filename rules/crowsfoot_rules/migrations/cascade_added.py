"""A foreign key that was there begins to delete rows by CASCADE.

Deleting one row of the table it refers to took no other rows, or was refused. After the migration it takes
every row that refers to it, and those that refer to these.

```sql
CREATE TABLE "Team" ("id" INTEGER NOT NULL, CONSTRAINT "Team_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Doc" ("id" INTEGER NOT NULL, "teamId" INTEGER,
  CONSTRAINT "Doc_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE RESTRICT);
-- next migration
ALTER TABLE "Doc" DROP CONSTRAINT "Doc_teamId_fkey";
ALTER TABLE "Doc" ADD CONSTRAINT "Doc_teamId_fkey" -- want "deletes its Doc rows"
  FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE;
```

```sql
CREATE TABLE "Team" ("id" INTEGER NOT NULL, CONSTRAINT "Team_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Doc" ("id" INTEGER NOT NULL, "teamId" INTEGER,
  CONSTRAINT "Doc_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE);
```

It is often what is wanted, so the rule is off by default.

Source: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, Severity, Step, rule
from crowsfoot.facts.sql import AddConstraint


@rule(over=Step, about=(AddConstraint,), since="0.2", severity=Severity.NOTE, default=False)
def check(step: Step) -> Iterator[Finding]:
    for add in step.does:
        if not isinstance(add, AddConstraint) or add.constraint.references is None:
            continue
        key, table = add.constraint, step.existing(add.table)
        if table is None or key.references is None or key.references.on_delete != "CASCADE":
            continue
        # The key as it was before the migration, which drops it first.
        start = step.migration.steps[0].before.tables.get(table.number)
        for old in start.foreign_keys.values() if start else ():
            if set(old.columns) == set(key.columns) and old.on_delete != "CASCADE":
                target = key.references.table
                yield Finding(
                    step.span_of(add.range),
                    f"from now on deleting a row of {target} deletes its {table} rows; it was "
                    f"{old.on_delete}",
                    subject=f"{table}({', '.join(key.columns)})",
                    related=(Related(old.span, "the foreign key as it was"),),
                    confidence=Confidence.LIKELY,
                )
