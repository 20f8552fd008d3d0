"""Two indexes of one table have the same keys.

`@id` and `@unique` create an index by themselves. A second one over the same columns is written with every
row, takes its space again and is never used.

```prisma
model Link {
  id   Int    @id
  slug String @unique

  @@index([slug])
//^^^^^^^^^^^^^^^ want "@unique on slug is already an index over the same keys"
}
```

Keep the one that promises more:

```prisma
model Link {
  id   Int    @id
  slug String @unique
}
```

An index with a name of its own (`map:`) may be partial in the database, where a migration was written by
hand; such a finding is shown only at confidence `possible`.

Source: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Index, Related, Safety, rule
from crowsfoot.databases.superfluous import superfluous


@rule(over=Index, since="0.1")
def check(index: Index) -> Iterator[Finding]:
    found = superfluous(index)
    if found is None or not found.same:
        return
    # The client may find rows by the name of a unique key, which goes with it.
    safety = Safety.UNSAFE if index.unique else Safety.SAFE
    by = found.by[0]
    yield Finding(
        index.span,
        f"{by.declaration} is already an index over the same keys; {index.deletion}",
        subject=str(index),
        related=(Related(by.span, "has the same keys"),),
        fix=Fix(f"Delete {index.declaration}", index.remove(), safety) if index.written is None else None,
        confidence=found.confidence,
    )
