"""A column that is compared with a range stands in an index before the one that rows are sorted by.

Rows in a range of one column are in no order by the next: all of them are read and sorted to return the first
few. Measured on PostgreSQL 15 with a range of a tenth of the rows, `(tenant, total, created)` read 114 blocks
and sorted, `(tenant, created, total)` 25. With a thousandth of the rows it was the other way round, 4 and 10.

```prisma
datasource db {
  provider = "postgresql"
}

model Order {
  id        Int      @id
  tenantId  Int
  total     Int
  createdAt DateTime

  @@index([tenantId, total, createdAt])
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "has total before createdAt"
}
```
```py
from prisma import Prisma

db = Prisma()

async def large(tenant: int):
    return await db.order.find_many(
        where={"tenantId": tenant, "total": {"gt": 100}}, order={"createdAt": "desc"}, take=20
    )
```

Where the range holds much of the table, let the range come last:

```prisma
datasource db {
  provider = "postgresql"
}

model Order {
  id        Int      @id
  tenantId  Int
  total     Int
  createdAt DateTime

  @@index([tenantId, createdAt, total])
}
```
```py
from prisma import Prisma

db = Prisma()

async def large(tenant: int):
    return await db.order.find_many(
        where={"tenantId": tenant, "total": {"gt": 100}}, order={"createdAt": "desc"}, take=20
    )
```

How much a range holds, no schema tells: the rule is off by default. Only queries with a limit are looked at.

Source: https://www.mongodb.com/docs/manual/tutorial/equality-sort-range-guideline/
"""

from collections.abc import Iterator

from crowsfoot import Finding, Queried, Severity, rule
from crowsfoot.databases.sort_findings import fields, of_index, queries, sorted_by
from crowsfoot.databases.sort_service import Fault, verdicts
from crowsfoot.prose import series


@rule(over=Queried, since="0.3", severity=Severity.NOTE, default=False)
def check(queried: Queried) -> Iterator[Finding]:
    for it in verdicts(queried):
        if it.fault is Fault.RANGE_FIRST and it.index is not None:
            held = {column.name for column in it.index.columns}
            ranges = series(fields(it, it.shapes[0].asked.ranges & held))
            yield of_index(
                it,
                f"{it.index.declaration} has {ranges} before {series(sorted_by(it))}, so {queries(it)} "
                f"must sort all rows of the range of {ranges} to return the first few",
            )
