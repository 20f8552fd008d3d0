"""A unique key with the time of deletion in it lets live rows be there twice.

Live rows have no time of deletion, and nulls are different values to PostgreSQL, CockroachDB, MySQL and
SQLite. So the key holds what was deleted apart, and lets two live rows with the same email in (measured).

```prisma
model User {
  id        Int       @id
  email     String
  deletedAt DateTime?

  @@unique([email, deletedAt])
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "accepts two live rows with the same email"
}
```

Limit the key to live rows with a partial index, which Prisma 7.4 has as a preview feature and SQL in a
migration has always had:

```prisma
model User {
  id        Int       @id
  email     String
  deletedAt DateTime?

  @@unique([email], where: { deletedAt: null })
}
```

MySQL has no partial index; a required column with a value for "not deleted" (such as the year 9999) does it.

Source: https://www.postgresql.org/docs/current/indexes-unique.html
Source: https://www.postgresql.org/docs/current/indexes-partial.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Index, Related, Severity, rule
from crowsfoot.databases.indexes import deletion_times, may_be_partial
from crowsfoot.databases.providers import PARTIAL_INDEXES
from crowsfoot.prose import series


@rule(over=Index, since="0.1", severity=Severity.ERROR)
def check(index: Index) -> Iterator[Finding]:
    times = deletion_times(index)
    others = [str(key) for key in index.keys if key.column not in times]
    if times and others:
        partial = index.table.database.provider in PARTIAL_INDEXES
        way_out = (
            "make it a partial unique index"
            if partial
            else f"give live rows a value of {times[0].field}, too"
        )
        yield Finding(
            index.span,
            f"{index.declaration} accepts two live rows with the same {series(others)}, "
            f"since nulls in {times[0].field} are never equal; {way_out}",
            subject=str(index),
            related=(Related(times[0].name_span, "null in every live row"),),
            # A migration may have made the index NULLS NOT DISTINCT, which a schema cannot say.
            confidence=Confidence.POSSIBLE if may_be_partial(index) else Confidence.LIKELY,
        )
