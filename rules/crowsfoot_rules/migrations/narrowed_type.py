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

Widening is never reported. What is said of MySQL is right in strict mode, its default; SQL Server is left
out.

```sql mysql
CREATE TABLE `Event` (`id` INTEGER NOT NULL, `code` VARCHAR(191), `size` INTEGER UNSIGNED);
-- next migration
ALTER TABLE `Event` MODIFY `code` VARCHAR(20), -- want "that does not fit stops the migration"
  MODIFY `size` BIGINT UNSIGNED;
```


Source: https://www.postgresql.org/docs/current/sql-altertable.html
Source: https://www.postgresql.org/docs/current/datatype-character.html
Source: https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sql-mode-strict
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, Step, rule
from crowsfoot.databases.emptied import is_emptied
from crowsfoot.databases.mysql_types import risk_in_mysql
from crowsfoot.databases.type_changes import Risk, risk
from crowsfoot.facts.sql import AlterColumn, Change, RedefineColumn, TypeName
from crowsfoot.link.catalog.model import Enum


@rule(over=Step, about=(AlterColumn, RedefineColumn), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for change in step.does:
        new = _new_type(change, step.before.dialect)
        if new is None or not isinstance(change, AlterColumn | RedefineColumn):
            continue
        table = step.existing(change.table)
        old = step.before.column(table, change.column) if table else None
        if table is None or old is None:
            continue
        # What becomes of the values of an enum is the business of removed-enum-value.
        if isinstance(step.before.type(old.type.name, old.type.schema), Enum) or is_emptied(table, step):
            continue
        if isinstance(change, AlterColumn):
            verdict = risk(old.type, new, step.before, converted=change.expression is not None)
        else:
            verdict = risk_in_mysql(old.type, new)
        if verdict < Risk.CHANGES:
            continue
        effect = "stops the migration" if verdict is Risk.FAILS else "is changed without a word"
        yield Finding(
            step.span_of(change.range),
            f"from {old.type} to {new}: a value of {table}.{old.name} that does not fit {effect}; "
            "look for such values first",
            subject=f"{table}.{old.name}",
            related=(Related(old.span, "the column as it was added"),),
        )


def _new_type(change: Change, dialect: str) -> TypeName | None:
    if dialect == "postgresql" and isinstance(change, AlterColumn) and change.change == "type":
        return change.type
    return change.definition.type if dialect == "mysql" and isinstance(change, RedefineColumn) else None
