"""Dropping a foreign key locks the table that it refers to as well, against reads and writes.

`DROP CONSTRAINT` of a foreign key, `DROP COLUMN` of its column and `DROP TABLE` take an ACCESS EXCLUSIVE
lock on the *referenced* table, which the statement does not even name (measured on PostgreSQL 10 to 18).
Often it is the busiest one of all. The lock lasts for a moment, or until the migration ends, but first
waits for every running query on the table, and later ones wait behind it. The rule is off by default: it
matters only where such queries are long.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Draft" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER,
  CONSTRAINT "Draft_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id"));
-- next migration
DROP TABLE "Draft"; -- want "locks User, too, against reads and writes (ACCESS EXCLUSIVE)"
```

The lock cannot be avoided, but the wait for it can be cut short, so that the migration fails instead of the
service, and can be tried again:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE "Draft" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER,
  CONSTRAINT "Draft_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id"));
-- next migration
SET LOCAL lock_timeout = '2s';
ALTER TABLE "Draft" DROP CONSTRAINT "Draft_userId_fkey";
-- next migration
DROP TABLE "Draft";
```

Source: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
Source: https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT
"""

from collections.abc import Iterator

from crowsfoot import Finding, Severity, Step, rule
from crowsfoot.databases.blocking import (
    blocking_locks,
    effects_of,
    locked_before,
    longest_wait,
    may_not_run,
    sets_lock_timeout,
    some,
)
from crowsfoot.facts.sql import DropColumn, DropConstraint, DropObject


@rule(
    over=Step,
    about=(DropColumn, DropConstraint, DropObject),
    since="0.2",
    severity=Severity.NOTE,
    default=False,
)
def check(step: Step) -> Iterator[Finding]:
    drops = [
        it
        for it in step.does
        if isinstance(it, DropColumn | DropConstraint) or (isinstance(it, DropObject) and it.kind == "table")
    ]
    if not drops or step.migration.history.dialect != "postgresql" or may_not_run(step):
        return
    if longest_wait(step) or sets_lock_timeout(step):
        return
    named = {step.before.number_of(it.name if isinstance(it, DropObject) else it.table) for it in drops}
    locks = [
        it
        for it in blocking_locks(step, effects_of(step))
        if it.mode.blocks_reads
        and it.table
        and it.table.number not in named
        and not _is_held(step, it.table.number)
    ]
    if locks:
        drop = next((it for it in drops if it.range == locks[0].range), drops[0])
        end = "for a moment" if step.transaction.steps[-1] is step else "until the migration ends"
        yield Finding(
            step.span_of(drop.range),
            f"this locks {some([str(it) for it in locks])}, too, against reads and writes (ACCESS EXCLUSIVE) "
            f"{end}, because {locks[0].why}; set a lock_timeout before, and try again when it is reached",
            subject=str(locks[0]),
        )


def _is_held(step: Step, table: int) -> bool:
    lock = locked_before(step, table)
    return lock is not None and lock.mode.blocks_reads
