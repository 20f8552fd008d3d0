"""A unique key over several columns holds two equal rows when one of the columns is null.

PostgreSQL, CockroachDB, MySQL and SQLite take two nulls for different values. A row that is unique by
`[teamId, name]` can be there twice with the same name and no team, and an upsert by that key inserts again.

```prisma
model Label {
  id     Int    @id
  teamId Int?
  name   String

  @@unique([teamId, name])
//^^^^^^^^^^^^^^^^^^^^^^^^ want "rows without teamId never equal each other"
}
```

Make the column required, with a value that stands for "none":

```prisma
model Label {
  id     Int    @id
  teamId Int    @default(0)
  name   String

  @@unique([teamId, name])
}
```

Often the nulls are meant to be free, so the rule is off by default. PostgreSQL 15 and later can also declare
the index `NULLS NOT DISTINCT`, in a migration written by hand.

Source: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Index, Severity, rule
from crowsfoot.databases.indexes import implied_unique, is_deletion_time
from crowsfoot.databases.providers import NULLS_DISTINCT, PARTIAL_INDEXES
from crowsfoot.prose import series


@rule(over=Index, since="0.1", severity=Severity.NOTE, default=False)
def check(index: Index) -> Iterator[Finding]:
    nullable = [column for column in index.columns if column.nullable]
    # An enum of one value or null is a mark that one row of the others may carry: the nulls are meant.
    if any(column.enum and len(column.enum.values) == 1 for column in nullable):
        return
    if not index.unique or len(index.keys) < 2 or not nullable or index.predicate is not None:
        return
    distinct = index.nulls_distinct and index.table.database.provider in NULLS_DISTINCT
    if not distinct or implied_unique(index):
        return
    # soft-delete-unique knows better what is wrong there.
    if any(is_deletion_time(column) for column in nullable):
        return
    what = "the column" if len(nullable) == 1 else "the columns"
    partial = index.table.database.provider in PARTIAL_INDEXES
    way_out = f"make {what} required" + (", or add a partial unique index for them" if partial else "")
    yield Finding(
        index.span,
        f"rows without {series([it.field for it in nullable], 'or')} never equal each other, "
        f"so {index.declaration} lets duplicates in; {way_out}",
        subject=str(index),
        confidence=Confidence.LIKELY,
    )
