"""A constraint is validated in the transaction that adds it, under the lock of ADD CONSTRAINT.

`ADD CONSTRAINT ... NOT VALID` reads no row, but its lock stays until the transaction ends. So `VALIDATE
CONSTRAINT` in the same one reads the whole table while others wait, as if the constraint had been added
plainly.

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "total" INTEGER NOT NULL);
-- next migration
ALTER TABLE "Order" ADD CONSTRAINT "positive" CHECK ("total" > 0) NOT VALID;
ALTER TABLE "Order" VALIDATE CONSTRAINT "positive"; -- want "still locks it against reads and writes"
```

Before Prisma 7.4 a file is one transaction, and the statements belong into two files:

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "total" INTEGER NOT NULL);
-- next migration
ALTER TABLE "Order" ADD CONSTRAINT "positive" CHECK ("total" > 0) NOT VALID;
-- next migration
ALTER TABLE "Order" VALIDATE CONSTRAINT "positive";
```

Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, Step, rule
from crowsfoot.databases.blocking import effects_of, held_before, longest_wait, may_not_run
from crowsfoot.databases.ways_out import later, moved
from crowsfoot.facts.sql import ValidateConstraint


@rule(over=Step, about=(ValidateConstraint,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    changes = {it.range: it for it in step.does if isinstance(it, ValidateConstraint)}
    if not changes or may_not_run(step) or longest_wait(step):
        return
    held = held_before(step)
    for work in effects_of(step).work:
        if work.range in changes and work.table.number in held:
            earlier, lock = held[work.table.number]
            against = "reads and writes" if lock.mode.blocks_reads else "writes"
            yield Finding(
                step.span_of(work.range),
                f"all rows of {work.table} are read while {earlier.statement.verb} before still locks it "
                f"against {against} ({lock.mode}), until the transaction ends; validate it{later(step)}",
                subject=f"{work.table}.{changes[work.range].name}",
                related=(Related(earlier.span, f"locks {work.table}"),),
                fix=moved(changes[work.range]),
            )
            return
