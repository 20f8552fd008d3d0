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
//^^^^^^^^^^^^^^^ want "Job.done has 2 values, so @@index([done]) narrows little"
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
    values = 2 if column.type == "Boolean" else len(column.enum.values) if column.enum else None
    if (
        values is None
        or values > max_values
        or column.is_list
        or any(column in fk.columns for fk in index.table.foreign_keys)
    ):
        return
    yield Finding(
        index.span,
        f"{column} has {values} values, so {index.declaration} narrows little and is seldom used; "
        "add the column that queries sort or narrow by behind it",
        subject=str(index),
        confidence=Confidence.LIKELY,
    )
