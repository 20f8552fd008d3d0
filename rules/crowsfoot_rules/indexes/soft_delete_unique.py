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
from crowsfoot.databases.indexes import implied_unique, is_deletion_time, may_be_partial
from crowsfoot.databases.providers import NULLS_DISTINCT


@rule(over=Index, since="0.1", severity=Severity.ERROR)
def check(index: Index) -> Iterator[Finding]:
    if not index.unique or index.predicate is not None or implied_unique(index):
        return
    if index.table.database.provider not in NULLS_DISTINCT:
        return
    times = [column for column in index.columns if is_deletion_time(column)]
    others = [str(key) for key in index.keys if key.column not in times]
    if times and others:
        yield Finding(
            index.span,
            f"{index.declaration} accepts two live rows with the same {', '.join(others)}, because in both "
            f"{times[0].field} is null and nulls are never equal; make it a partial unique index",
            subject=str(index),
            related=(Related(times[0].name_span, "null in every live row"),),
            # A migration may have made the index NULLS NOT DISTINCT, which a schema cannot say.
            confidence=Confidence.POSSIBLE if may_be_partial(index) else Confidence.LIKELY,
        )
