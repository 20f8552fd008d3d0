"""A range or a sort column stands in an index before a column that queries give the value of.

A search goes down an index key by key, as long as it knows the value of each. Behind a range, or a column
that is only sorted by, everything is read: the orders of all tenants since Monday, to find those of one.
With equal columns first, the rows that are wanted stand side by side. Measured on PostgreSQL 15 with 200,000
rows, one query read 136 blocks by `(created, tenant)` and 74 by `(tenant, created)`; sorted and with a limit,
141 and 25.

```prisma
datasource db {
  provider = "postgresql"
}

model Order {
  id        Int      @id
  tenantId  Int
  createdAt DateTime

  @@index([createdAt, tenantId])
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "has createdAt before tenantId"
}
```
```py
from prisma import Prisma

db = Prisma()

async def since(tenant: int, start):
    return await db.order.find_many(where={"tenantId": tenant, "createdAt": {"gte": start}})
```

Columns that are compared by `=` come first, in whatever order; then what is sorted by; then the range:

```prisma
datasource db {
  provider = "postgresql"
}

model Order {
  id        Int      @id
  tenantId  Int
  createdAt DateTime

  @@index([tenantId, createdAt])
}
```
```py
from prisma import Prisma

db = Prisma()

async def since(tenant: int, start):
    return await db.order.find_many(where={"tenantId": tenant, "createdAt": {"gte": start}})
```

Nothing is said where another index begins with one of the equal columns, and where those have few values
(booleans, enums). Columns that do not look as if they told rows apart make it `possible`.

Source: https://www.postgresql.org/docs/current/indexes-multicolumn.html
Source: https://use-the-index-luke.com/sql/where-clause/searching-for-ranges/greater-less-between-tuning-sql-access-filter-predicates
"""

from collections.abc import Iterator

from crowsfoot import Finding, Queried, rule
from crowsfoot.databases.sort_findings import fields, of_index, queries
from crowsfoot.databases.sort_service import Fault, verdicts
from crowsfoot.prose import series


@rule(over=Queried, since="0.3")
def check(queried: Queried) -> Iterator[Finding]:
    for it in verdicts(queried):
        if it.fault is Fault.ORDER and it.index is not None:
            asked, lead = it.shapes[0].asked, it.index.columns[0]
            read = f"the whole range of {lead.field}" if lead.name in asked.ranges else "all of the index"
            equal = series(fields(it, asked.equal))
            yield of_index(
                it,
                f"{it.index.declaration} has {lead.field} before {equal}, "
                f"so {queries(it)} must go through {read}",
            )
