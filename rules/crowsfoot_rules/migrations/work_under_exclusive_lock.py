"""Rows are read or changed in bulk while the same transaction keeps everyone off a table.

`ALTER TABLE` needs its ACCESS EXCLUSIVE lock for a moment only, but keeps it until the transaction ends. An
`UPDATE` that goes through a whole table in the same transaction makes that moment as long as itself: all
that time nobody reads or writes the altered table.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, "first" TEXT);
-- next migration
ALTER TABLE "User" ADD COLUMN "display" TEXT;
UPDATE "User" SET "display" = "first" WHERE "name" IS NULL; -- want "User stays locked against"
```

Before Prisma 7.4 a file is one transaction, so that the rows get a migration of their own:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, "first" TEXT);
-- next migration
ALTER TABLE "User" ADD COLUMN "display" TEXT;
-- next migration
UPDATE "User" SET "display" = "first" WHERE "name" IS NULL;
```

It is said once for each transaction. What unfiltered-update, unfiltered-delete and the rules on locks
report of a statement is not said again.

Source: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Migration, Related, Step, rule
from crowsfoot.databases.blocking import effects_of, held_before, longest_wait, may_not_run, operations, some
from crowsfoot.facts.sql import Block, Change, CreateTable, CreateView, Delete, Insert, Select, Update


@rule(over=Migration, about=(Insert, Update, Delete, Select, CreateTable, CreateView), since="0.2")
def check(migration: Migration) -> Iterator[Finding]:
    if migration.history.dialect != "postgresql":
        return
    for transaction in migration.transactions:
        for step in transaction.steps[1:]:
            if may_not_run(step):
                return
            finding = _finding(step)
            if finding is not None:
                yield finding
                break


def _finding(step: Step) -> Finding | None:
    read = list(_read(step))
    held = [it for it in held_before(step).values() if it[1].mode.blocks_reads] if read else []
    if not held or longest_wait(step):
        return None
    names = [str(lock) for _, lock in held]
    return Finding(
        step.span,
        f"{some(names)} {'stays' if len(names) == 1 else 'stay'} locked against reads and writes (ACCESS "
        f"EXCLUSIVE) while this reads all rows of {read[0]}, since locks last until the transaction "
        "ends; do it in a migration of its own",
        subject=names[0],
        related=tuple(Related(earlier.span, f"locks {lock}") for earlier, lock in held),
        confidence=Confidence.LIKELY if isinstance(step.does[0], Block) else Confidence.CERTAIN,
    )


def _read(step: Step) -> Iterator[str]:
    """The older tables that the statement goes through, as far as no other rule reports it."""
    ours = [it for it in operations(step.statement) if _is_ours(it)]
    if not ours:
        return
    changes = {it.range: it for it in ours}
    for work in effects_of(step).work:
        change = changes.get(work.range)
        if change and not step.is_new(work.table) and not _may_do_without(change, work.table.number, step):
            yield str(work.table)


def _is_ours(change: Change) -> bool:
    if isinstance(change, Update | Delete):
        return change.filtered
    if isinstance(change, CreateView):
        return change.materialized
    if isinstance(change, CreateTable):
        return change.query is not None
    if isinstance(change, Insert):
        return change.query is not None  # constants are read from nowhere
    return isinstance(change, Select)


def _may_do_without(change: Change, read: int, step: Step) -> bool:
    """Whether it looks at some rows of the table only: at conflicts, or at what refers to a changed row."""
    if isinstance(change, Insert):
        return change.on_conflict != "none" and step.before.number_of(change.table) == read
    if not isinstance(change, Update | Delete):
        return False
    number = step.before.number_of(change.table)
    named = {step.before.number_of(it) for it in (change.query.tables if change.query else ())}
    refers = number is not None and read in step.before.referrers.get(number, ())
    return refers and read != number and read not in named
