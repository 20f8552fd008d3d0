"""On PostgreSQL, a column that IS NULL stands in an index before the one that rows are sorted by.

Rows that are not deleted, the latest first: `@@index([tenantId, deletedAt, createdAt])` looks made for it,
and is in MySQL and SQLite. PostgreSQL does not take `deletedAt IS NULL` for one value, and so does not know
that the rows come in order: it reads all of the tenant and sorts them (measured on 15 and 18: 529 blocks
and a sort, even with `enable_sort` off, against 23).

```prisma
datasource db {
  provider = "postgresql"
}

model Order {
  id        Int       @id
  tenantId  Int
  createdAt DateTime
  deletedAt DateTime?

  @@index([tenantId, deletedAt, createdAt])
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "replace it by @@index([tenantId, createdAt, deletedAt])"
}
```
```py
from prisma import Prisma

db = Prisma()

async def latest(tenant: int):
    return await db.order.find_many(
        where={"tenantId": tenant, "deletedAt": None}, order={"createdAt": "desc"}, take=20
    )
```

Behind the sort column it is compared in the index, without a visit to the table; a partial index
`(tenantId, createdAt) WHERE deletedAt IS NULL` is as fast, and smaller:

```prisma
datasource db {
  provider = "postgresql"
}

model Order {
  id        Int       @id
  tenantId  Int
  createdAt DateTime
  deletedAt DateTime?

  @@index([tenantId, createdAt, deletedAt])
}
```
```py
from prisma import Prisma

db = Prisma()

async def latest(tenant: int):
    return await db.order.find_many(
        where={"tenantId": tenant, "deletedAt": None}, order={"createdAt": "desc"}, take=20
    )
```

Where NULL marks what waits for work, few rows have it, and to sort them costs little. Unless the column is
the time of a deletion the finding is `possible`, therefore, and proposes the partial index. Only queries with
a limit are looked at: without one, all of the rows are read either way.

Source: https://www.postgresql.org/docs/current/indexes-ordering.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Queried, rule
from crowsfoot.databases.sort_findings import fields, of_index, queries
from crowsfoot.databases.sort_service import Fault, verdicts
from crowsfoot.prose import series

_NAMES = {"postgresql": "PostgreSQL", "cockroachdb": "CockroachDB"}


@rule(over=Queried, since="0.3")
def check(queried: Queried) -> Iterator[Finding]:
    for it in verdicts(queried):
        if it.fault is Fault.NULL_FIRST and it.index is not None:
            null = series(fields(it, it.shapes[0].asked.null & {column.name for column in it.index.columns}))
            yield of_index(
                it,
                f"to {_NAMES.get(queried.table.database.provider)} {null} IS NULL is no single value, "
                f"so {queries(it)} must sort all that {it.index.declaration} finds to return the first few",
            )
