"""A column gets a type that cannot hold every value of the old one.

A value that does not fit stops the migration, or it is cut, rounded or read in another way without a word.

```sql
CREATE TABLE "Event" ("id" INTEGER NOT NULL, "code" TEXT, "at" TIMESTAMP(3));
-- next migration
ALTER TABLE "Event" ALTER COLUMN "code" TYPE VARCHAR(20); -- want "a value of Event.code that does not fit"
```

Look for such values first; or bring in the limit as a constraint that is checked later:

```sql
CREATE TABLE "Event" ("id" INTEGER NOT NULL, "code" TEXT, "at" TIMESTAMP(3));
-- next migration
ALTER TABLE "Event" ADD CONSTRAINT "Event_code_length" CHECK (length("code") <= 20) NOT VALID;
```

Widening is never reported. The verdict is for PostgreSQL; MySQL and SQL Server are left out so far.

Source: https://www.postgresql.org/docs/current/sql-altertable.html
Source: https://www.postgresql.org/docs/current/datatype-character.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, Step, rule
from crowsfoot.databases.emptied import is_emptied
from crowsfoot.databases.type_changes import Risk, risk
from crowsfoot.facts.sql import AlterColumn
from crowsfoot.link.catalog.model import Enum


@rule(over=Step, about=(AlterColumn,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for change in step.does:
        if not isinstance(change, AlterColumn) or change.change != "type" or change.type is None:
            continue
        table = step.existing(change.table)
        old = table.columns.get(change.column) if table else None
        if table is None or old is None or step.migration.history.dialect != "postgresql":
            continue
        # What becomes of the values of an enum is the business of removed-enum-value.
        if isinstance(step.before.type(old.type.name, old.type.schema), Enum) or is_emptied(table, step):
            continue
        verdict = risk(old.type, change.type, step.before, converted=change.expression is not None)
        if verdict < Risk.CHANGES:
            continue
        effect = "stops the migration" if verdict is Risk.FAILS else "is changed without a word"
        yield Finding(
            step.span_of(change.range),
            f"from {old.type} to {change.type}: a value of {table}.{old.name} that does not fit {effect}; "
            "look for such values first",
            subject=f"{table}.{old.name}",
            related=(Related(old.span, "the column as it was added"),),
        )
