"""The database rejects this kind of index on the column, or can find nothing with it.

Prisma accepts these, and the migration fails, or the index is built and no query uses it. A B-tree compares
whole values: it can find a list that is equal to another, and not the lists that have an element.

```prisma
model Article {
  id     Int      @id
  tags   String[]
  author String
  year   Int

  @@index([tags])
//^^^^^^^^^^^^^^^ want "@@index([tags]) finds whole lists, and no elements of Article.tags"
  @@index([author, year], type: Hash)
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "PostgreSQL has no hash index over several columns"
}
```

```prisma
model Article {
  id     Int      @id
  tags   String[]
  author String
  year   Int

  @@index([tags], type: Gin)
  @@index([author, year])
}
```

Source: https://www.postgresql.org/docs/current/indexes-types.html
Source: https://dev.mysql.com/doc/refman/8.4/en/create-index.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Index, rule
from crowsfoot.databases.index_types import misfit


@rule(over=Index, since="0.1")
def check(index: Index) -> Iterator[Finding]:
    reason = misfit(index)
    if reason and index.table.kind == "table":
        yield Finding(index.span, reason, subject=str(index))
