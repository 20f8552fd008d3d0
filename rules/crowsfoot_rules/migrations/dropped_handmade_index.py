"""A generated migration drops an index that was made by hand, because the schema cannot declare it.

Partial indexes, indexes on expressions, with `INCLUDE` or `NULLS NOT DISTINCT` have no place in a Prisma
schema (partial ones only behind a preview feature). So they are made in SQL. When the next migration is
generated, Prisma takes such an index for one that the schema no longer has (a partial one from 7.4 on), and
drops it beside what the migration is about. Nothing fails; queries get slow, or rows appear twice that a
unique index kept apart.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT NOT NULL, "deletedAt" TIMESTAMP(3));
CREATE UNIQUE INDEX "User_live_email" ON "User"("email") WHERE "deletedAt" IS NULL;
-- next migration
-- DropIndex
DROP INDEX "User_live_email"; -- want "partial index User_live_email"

-- AlterTable
ALTER TABLE "User" ADD COLUMN "note" TEXT;
```

Delete the statement from the migration. Where the index is to go, say so, and the next reader knows:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "email" TEXT NOT NULL, "deletedAt" TIMESTAMP(3));
CREATE UNIQUE INDEX "User_live_email" ON "User"("email") WHERE "deletedAt" IS NULL;
-- next migration
-- AlterTable
ALTER TABLE "User" ADD COLUMN "note" TEXT;
```

Only statements below Prisma's own heading (`-- DropIndex`) are reported. Nothing is said where the migration
makes another index in its place, or drops a column of it; or where its name says that something is dropped.

Source: https://github.com/prisma/orm/issues/29220
Source: https://github.com/prisma/orm/issues/16658
Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/unsupported-database-features
"""

import re
from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, Step, rule
from crowsfoot.facts.sql import DropObject
from crowsfoot.link.catalog.model import Index, Table


@rule(over=Step, about=(DropObject,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    if step.statement.heading != "DropIndex" or step.migration.history.tool != "prisma":
        return
    if _MEANT.search(step.migration.name):
        return
    for change in step.does:
        if not isinstance(change, DropObject) or change.kind != "index":
            continue
        table = step.before.table(change.table) if change.table else step.before.index_table(change.name)
        index = table.indexes.get(change.name.name) if table else None
        kind = _kind(index) if index else None
        if table is None or index is None or kind is None or index.added_in >= step.migration.deploy_start:
            continue
        if not _is_replaced(index, table, step):
            yield Finding(
                step.span_of(change.name.range),
                f"this drops the {kind} {index.name} of {table}, which was made by hand: Prisma proposes it "
                "because a schema cannot declare such an index; delete the statement, if it is to stay",
                subject=index.name,
                related=(Related(index.span, "was made here"),),
                confidence=Confidence.LIKELY,
            )


_MEANT = re.compile(r"drop|remove|delete|index|idx|clean|perf|optimi", re.IGNORECASE)


def _kind(index: Index) -> str | None:
    if index.predicate is not None:
        return "partial index"
    if any(it.expression is not None for it in index.keys):
        return "expression index"
    if index.include:
        return "index with INCLUDE"
    if not index.nulls_distinct:
        return "index with NULLS NOT DISTINCT"
    return "index with NULLS FIRST or LAST" if any(it.nulls for it in index.keys) else None


def _is_replaced(index: Index, table: Table, step: Step) -> bool:
    """Whether the table goes, or a column of the index, or another index begins like it."""
    now = step.migration.steps[-1].after.tables.get(table.number)
    if now is None:
        return True
    expressions = [it.expression for it in index.keys] + [index.predicate]
    used = {name for it in expressions if it is not None for name in it.columns}
    used |= {it for it in index.columns if it is not None}
    if not used <= set(now.columns):
        return True
    start = step.migration.number
    return any(it.added_in == start and it.columns[:1] == index.columns[:1] for it in now.indexes.values())
