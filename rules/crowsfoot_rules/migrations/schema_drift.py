"""The schema and what its migrations leave behind are not the same.

A database that is built from the migrations (production, CI, a preview) lacks what only the schema declares:
the client reads a column that is not there, or an index that everybody counts on was never made. What only
the migrations create is dropped by the next `prisma migrate dev`.

```prisma
model Visit {
  id     Int @id
  pageId Int

  @@index([pageId])
//^^^^^^^^^^^^^^^^^ want "no migration creates an index for @@index([pageId]) of Visit"
}
```

```sql
CREATE TABLE "Visit" ("id" INTEGER NOT NULL, "pageId" INTEGER NOT NULL,
  CONSTRAINT "Visit_pkey" PRIMARY KEY ("id"));
```

Make the migration that is missing (`prisma migrate dev`), or take the line out of the schema:

```prisma
model Visit {
  id     Int @id
  pageId Int

  @@index([pageId])
}
```

```sql
CREATE TABLE "Visit" ("id" INTEGER NOT NULL, "pageId" INTEGER NOT NULL,
  CONSTRAINT "Visit_pkey" PRIMARY KEY ("id"));
CREATE INDEX "Visit_pageId_idx" ON "Visit"("pageId");
```

The migrations are replayed without a database. What a schema cannot say is no drift: partial and expression
indexes, GIN and other methods, checks, triggers, policies. Nor is a name: an index is the same by what it
covers. Tables that a failing migration speaks of are left out; after SQL that is made at run time, what seems
to be missing is shown only at confidence `possible`.

Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/troubleshooting#schema-drift
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Database, Finding, Fix, Related, Safety, rule
from crowsfoot.databases.drift import Difference, differences


@rule(over=Database, since="0.2")
def check(database: Database) -> Iterator[Finding]:
    history = database.history
    if history is None or database.datasource is None or not database.complete:
        return
    for it in differences(database, history):
        unsure = it.lacks == "migrations" and not history.final.certain
        yield Finding(
            it.span,
            it.message,
            subject=it.subject,
            related=tuple(Related(span, "what the migrations say") for span in it.others),
            fix=_fix(it),
            confidence=Confidence.POSSIBLE if unsure else Confidence.CERTAIN,
        )


def _fix(it: Difference) -> Fix | None:
    return Fix("Add it in a further migration", (), Safety.MANUAL, it.sql) if it.sql else None
