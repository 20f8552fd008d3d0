"""An index over nothing but a flag or a small enum.

Each of its few values stands for a large part of the table, and reading the table from end to end is cheaper
than following the index to every second row: PostgreSQL does not even use it (measured on 15 with 200,000
rows). It helps only with a rare value, which the schema cannot tell, so the rule is off by default.

```prisma
model Job {
  id       Int      @id
  done     Boolean
  runAfter DateTime

  @@index([done])
//^^^^^^^^^^^^^^^ want "every value of Job.done is a large part of Job"
}
```

Put the column you sort or narrow by behind it:

```prisma
model Job {
  id       Int      @id
  done     Boolean
  runAfter DateTime

  @@index([done, runAfter])
}
```

For a rare value, a partial index (`where:`) is small and always worth reading.

Source: https://www.postgresql.org/docs/current/indexes-partial.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Index, Severity, rule


@rule(over=Index, since="0.1", severity=Severity.NOTE, default=False)
def check(index: Index, *, max_values: int = 5) -> Iterator[Finding]:
    columns = index.columns
    if len(index.keys) != 1 or len(columns) != 1 or index.unique or index.predicate is not None:
        return
    (column,) = columns
    few = column.type == "Boolean" or (column.enum is not None and len(column.enum.values) <= max_values)
    if not few or column.is_list or any(column in fk.columns for fk in index.table.foreign_keys):
        return
    yield Finding(
        index.span,
        f"every value of {column} is a large part of {index.table}, so {index.declaration} is seldom used; "
        "add the column that queries sort or narrow by behind it",
        subject=str(index),
        confidence=Confidence.LIKELY,
    )
