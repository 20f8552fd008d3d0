"""A column of IN stands in an index before the one that rows are sorted by.

The index has the rows of each value in order, one value after the other. To return the latest of several,
the database reads all rows of all values and sorts them (measured on PostgreSQL 15: 381 blocks and a sort,
against 51 with the column behind the sort column, and 23 on PostgreSQL 18).

```prisma
datasource db {
  provider = "postgresql"
}

model Order {
  id        Int      @id
  tenantId  Int
  status    String
  createdAt DateTime

  @@index([tenantId, status, createdAt])
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "has status before createdAt"
}
```
```py
from prisma import Prisma

db = Prisma()

async def latest(tenant: int):
    return await db.order.find_many(
        where={"tenantId": tenant, "status": {"in": ["open", "paid"]}}, order={"createdAt": "desc"}, take=20
    )
```

Behind the sort column it is compared in the index, and the rows come in order:

```prisma
datasource db {
  provider = "postgresql"
}

model Order {
  id        Int      @id
  tenantId  Int
  status    String
  createdAt DateTime

  @@index([tenantId, createdAt, status])
}
```
```py
from prisma import Prisma

db = Prisma()

async def latest(tenant: int):
    return await db.order.find_many(
        where={"tenantId": tenant, "status": {"in": ["open", "paid"]}}, order={"createdAt": "desc"}, take=20
    )
```

Where the values are rare, as the states of a job that waits, the index is right as it is: a few rows are
sorted in no time. No schema tells, so that the finding is `possible`. Only queries with a limit are looked
at.

Source: https://www.postgresql.org/docs/current/indexes-ordering.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Queried, Severity, rule
from crowsfoot.databases.sort_findings import fields, of_index, queries, sorted_by
from crowsfoot.databases.sort_service import Fault, verdicts
from crowsfoot.prose import series


@rule(over=Queried, since="0.3", severity=Severity.NOTE)
def check(queried: Queried) -> Iterator[Finding]:
    for it in verdicts(queried):
        if it.fault is Fault.IN_FIRST and it.index is not None:
            asked = it.shapes[0].asked
            values = series(fields(it, asked.among & {column.name for column in it.index.columns}))
            yield of_index(
                it,
                f"{it.index.declaration} has {values} before {series(sorted_by(it))}, so {queries(it)} "
                f"must sort the rows of all values of {values} to return the first few",
            )
