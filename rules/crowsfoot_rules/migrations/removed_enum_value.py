"""A value of an enum is taken away while rows may hold it, and code may write it.

PostgreSQL cannot take a value out of an enum, so a new type is made and the column is changed to it. A single
row with the old value stops the migration, and code that still runs fails when it writes it.

```sql
CREATE TYPE "Status" AS ENUM ('OPEN', 'CLOSED', 'LOST');
CREATE TABLE "Ticket" ("id" INTEGER NOT NULL, "status" "Status" NOT NULL);
-- next migration
CREATE TYPE "Status_new" AS ENUM ('OPEN', 'CLOSED');
ALTER TABLE "Ticket" ALTER COLUMN "status" TYPE "Status_new" -- want "the enum Status loses LOST"
  USING ("status"::text::"Status_new");
ALTER TYPE "Status" RENAME TO "Status_old";
ALTER TYPE "Status_new" RENAME TO "Status";
DROP TYPE "Status_old";
```

Change the rows first, in an earlier migration, when no code writes the value any more; or keep it:

```sql
CREATE TYPE "Status" AS ENUM ('OPEN', 'CLOSED', 'LOST');
CREATE TABLE "Ticket" ("id" INTEGER NOT NULL, "status" "Status" NOT NULL);
-- next migration
UPDATE "Ticket" SET "status" = 'CLOSED' WHERE "status" = 'LOST';
```

In MySQL an enum belongs to its column:

```sql mysql
CREATE TABLE `Ticket` (`id` INTEGER NOT NULL, `status` ENUM('OPEN', 'CLOSED', 'LOST') NOT NULL);
-- next migration
ALTER TABLE `Ticket` MODIFY `status` ENUM('OPEN', 'CLOSED') NOT NULL; -- want "the enum status loses LOST"
```

Nothing is said where an UPDATE of the same migration already names the value.

Source: https://www.postgresql.org/docs/current/datatype-enum.html#DATATYPE-ENUM-IMPLEMENTATION-DETAILS
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Related, Safety, Span, Step, rule
from crowsfoot.databases.enum_values import handled_values
from crowsfoot.facts.sql import AlterColumn, RedefineColumn
from crowsfoot.link.catalog.model import Column, Enum
from crowsfoot.prose import series


@rule(over=Step, about=(AlterColumn, RedefineColumn), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for change in step.does:
        if not isinstance(change, AlterColumn | RedefineColumn):
            continue
        table = step.existing(change.table)
        old = step.before.column(table, change.column) if table else None
        if table is None or old is None:
            continue
        values = _values(old, change, step)
        if values is None:
            continue
        name, was, becomes, place = values
        handled = handled_values(table, old.name, change, step)
        gone = [it for it in was if it not in becomes and it not in handled]
        if not gone:
            continue
        written = ", ".join(f"'{it}'" for it in gone)
        yield Finding(
            step.span_of(change.range),
            f"the enum {name} loses {series(gone)}: a row of {table} with "
            f"{'it' if len(gone) == 1 else 'one of them'} in {old.name} stops the migration, and code "
            "that still "
            "runs fails when it writes one; change the rows in an earlier migration",
            subject=f"{table}.{old.name}",
            related=(Related(place, "the new type" if isinstance(change, AlterColumn) else "the old type"),),
            fix=Fix(
                "Change the rows first",
                (),
                Safety.MANUAL,
                f'UPDATE "{table}" SET "{old.name}" = ... WHERE "{old.name}" IN ({written});',
            ),
        )


def _values(
    old: Column, change: AlterColumn | RedefineColumn, step: Step
) -> tuple[str, tuple[str, ...], tuple[str, ...], Span] | None:
    """What the enum is called, its values before and after, and where one of the two is written."""
    if isinstance(change, RedefineColumn):  # an enum of MySQL belongs to its column
        new = change.definition.type
        if step.before.dialect != "mysql" or (old.type.name, new.name) != ("enum", "enum"):
            return None
        return old.name, old.type.args, new.args, old.span
    if change.change != "type" or change.type is None:
        return None
    was = step.before.type(old.type.name, old.type.schema)
    becomes = step.before.type(change.type.name, change.type.schema)
    if not isinstance(was, Enum) or not isinstance(becomes, Enum):
        return None
    return was.name, was.values, becomes.values, becomes.span
