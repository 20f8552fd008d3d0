"""One transaction takes the strongest lock on several tables in use, one after the other.

Each ACCESS EXCLUSIVE lock stays until the transaction ends, so that the first table is closed while the
migration waits for the second one. And a request of the service that uses both tables in the other order
waits for the migration while the migration waits for it: a deadlock, in which PostgreSQL cancels one of the
two. The rule is off by default: the locks of plain `ALTER TABLE` are short.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
CREATE TABLE "Order" ("id" INTEGER NOT NULL);
-- next migration
ALTER TABLE "User" ADD COLUMN "note" TEXT;
ALTER TABLE "Order" ADD COLUMN "note" TEXT; -- want "this locks Order while User is locked already"
```

Give each table a migration of its own:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
CREATE TABLE "Order" ("id" INTEGER NOT NULL);
-- next migration
ALTER TABLE "User" ADD COLUMN "note" TEXT;
-- next migration
ALTER TABLE "Order" ADD COLUMN "note" TEXT;
```

The option `tables` says how many tables one transaction may lock.

Source: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS
"""

from collections.abc import Iterator

from crowsfoot import Finding, Migration, Related, Severity, rule
from crowsfoot.databases.blocking import blocking_locks, effects_of, may_not_run, some
from crowsfoot.link.history import Step


@rule(over=Migration, since="0.2", severity=Severity.NOTE, default=False)
def check(migration: Migration, *, tables: int = 1) -> Iterator[Finding]:
    if migration.history.dialect != "postgresql":
        return
    for transaction in migration.transactions:
        held: dict[str, Step] = {}
        for step in transaction.steps:
            if may_not_run(step):
                return
            locks = [it for it in blocking_locks(step, effects_of(step)) if it.mode.blocks_reads]
            new = [str(it) for it in locks if str(it) not in held]
            if held and new and len(held) + len(new) > tables:
                yield Finding(
                    step.span,
                    f"this locks {some(new)} while {some(list(held))} "
                    f"{'is' if len(held) == 1 else 'are'} locked already (ACCESS EXCLUSIVE), until the "
                    "transaction ends; give each table a migration of its own",
                    subject=migration.name,
                    related=tuple(Related(it.span, f"locks {name}") for name, it in held.items()),
                )
                break
            held.update(dict.fromkeys(new, step))
