"""Migrations lock tables in use and never say how long to wait for that.

A statement that needs the whole table waits for every query that is running on it, and every later query
waits behind the statement. So a single long SELECT can close a table for minutes, although `ALTER TABLE`
itself takes a moment. With a `lock_timeout` the migration gives up instead, and can be tried again. It is
said once for each folder of migrations. The rule is off by default, since a timeout can also be set where
no migration shows it.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- next migration
ALTER TABLE "User" ADD COLUMN "note" TEXT; -- want "waits without end for User"
```

Set it for the role that migrates (`ALTER ROLE ... SET lock_timeout = '5s'`), in its connection string
(`?options=-c%20lock_timeout%3D5s`), or in the migration:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- next migration
SET LOCAL lock_timeout = '5s';
ALTER TABLE "User" ADD COLUMN "note" TEXT;
```

`SET LOCAL` holds where the file is one transaction, as before Prisma 7.4; later on it is `SET`, and `RESET`
in the end.

Source: https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT
"""

from collections.abc import Iterator

from crowsfoot import Finding, History, Severity, Step, rule
from crowsfoot.databases.blocking import blocking_locks, effects_of
from crowsfoot.facts.sql import AlterOther, SetVariable


@rule(over=History, since="0.2", severity=Severity.NOTE, default=False)
def check(history: History) -> Iterator[Finding]:
    steps = [step for migration in history.migrations for step in migration.steps]
    if history.dialect != "postgresql" or any(map(_sets_timeout, steps)):
        return
    for step in reversed(steps):
        locks = [it for it in blocking_locks(step, effects_of(step)) if it.mode.blocks_reads]
        if locks and step.migration.is_new:
            yield Finding(
                step.span,
                f"this waits without end for {locks[0]}, and every query behind it, as nothing in "
                f"{history.path or 'the migrations'} sets a lock_timeout; set one for the role that migrates",
                subject=history.path,
            )
            return


def _sets_timeout(step: Step) -> bool:
    return any(
        (isinstance(it, SetVariable) and it.name == "lock_timeout")
        or (isinstance(it, AlterOther) and any(name == "lock_timeout" for name, _ in it.options))
        for it in step.does
    )
