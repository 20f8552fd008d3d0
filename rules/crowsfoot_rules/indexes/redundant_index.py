"""Another index starts with all keys of this one, so it costs writes and space for nothing.

Every insert and most updates write every index of the table. A search by the first columns uses the longer
index just as well: measured on PostgreSQL 15, both read the same number of pages.

```prisma
model Comment {
  id        Int      @id
  postId    Int
  createdAt DateTime

  @@index([postId])
//^^^^^^^^^^^^^^^^^ want "does everything that @@index([postId]) does"
  @@index([postId, createdAt])
}
```

The longer one is enough:

```prisma
model Comment {
  id        Int      @id
  postId    Int
  createdAt DateTime

  @@index([postId, createdAt])
}
```

An index is kept when it promises more than the longer one (it is unique), holds less (a partial index), or is
of another kind or order. It is kept, too, where the longer one is a unique key that soft-delete-unique
reports: a partial index in its place does not serve all rows.

Some findings are shown only at confidence `possible`: an index that is longer by three or more keys, or by
a long text, is much larger, and the short one can pay for itself by staying in memory; and an index with a
name of its own (`map:`) may be partial in the database, where a migration was written by hand.

MySQL and SQLite append the primary key to every index, so there the short one also serves
`ORDER BY postId, id`.

Source: https://www.postgresql.org/docs/current/indexes-multicolumn.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Index, Related, Safety, rule
from crowsfoot.databases.superfluous import superfluous


@rule(over=Index, since="0.1")
def check(index: Index) -> Iterator[Finding]:
    found = superfluous(index)
    # Two indexes with the same keys are the business of duplicate-index.
    if found is None or found.same:
        return
    by = found.by[0]
    way_out = index.deletion if index.refused_by else "delete the shorter one"
    yield Finding(
        index.span,
        f"{by.declaration} does everything that {index.declaration} does; {way_out}, "
        f"which every write to {index.table} pays for",
        subject=str(index),
        related=(Related(by.span, "starts with the same keys"),),
        fix=Fix(f"Delete {index.declaration}", index.remove(), Safety.SAFE)
        if index.written is None
        else None,
        confidence=found.confidence,
    )
