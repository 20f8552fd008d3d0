"""All rows of a table or of a tenant are sorted to return the first few.

With an index in the order that is asked for, the database reads as many rows as it returns. Without one it
reads all that could be among them: measured on PostgreSQL 15 with 200,000 rows, the latest 20 of a tenant
cost 835 blocks and a sort by `(tenant)`, and 23 by `(tenant, created)`. The more rows, the slower the first
page.

```prisma
datasource db {
  provider = "postgresql"
}

model Event {
  id        Int      @id
  userId    Int
  createdAt DateTime
}
```
```py
from prisma import Prisma

db = Prisma()

async def latest():
    return await db.event.find_many(order={"createdAt": "desc"}, take=20) # want "must sort all of Event"
```

```prisma
datasource db {
  provider = "postgresql"
}

model Event {
  id        Int      @id
  userId    Int
  createdAt DateTime

  @@index([createdAt])
}
```
```py
from prisma import Prisma

db = Prisma()

async def latest():
    return await db.event.find_many(order={"createdAt": "desc"}, take=20)
```

Where an index finds the rows of something smaller than a tenant, or where the rows of a table belong to
nobody and so may be few, the finding is `possible`. Only queries with a limit are looked at. Of what a list
of ids finds, or of one row that an identifier names, there is little to sort, and nothing is reported.

Source: https://www.postgresql.org/docs/current/indexes-ordering.html
Source: https://use-the-index-luke.com/sql/partial-results/top-n-queries
"""

from collections.abc import Iterator

from crowsfoot import Finding, Queried, rule
from crowsfoot.databases.sort_findings import fields, of_query, queries, sorted_by
from crowsfoot.databases.sort_service import Fault, verdicts
from crowsfoot.databases.tenant_leading import misleading
from crowsfoot.prose import series


@rule(over=Queried, since="0.3")
def check(queried: Queried) -> Iterator[Finding]:
    # Of an index that only lacks the tenant in front another rule tells.
    led = [it.proposal.keys for it in misleading(queried)]
    for it in verdicts(queried):
        if it.fault is Fault.UNSERVED and it.proposal.keys not in led:
            asked = it.shapes[0].asked
            found = fields(it, asked.equal | asked.among | asked.null | asked.ranges)
            rows = f"all rows of {queried} with its {series(found)}" if found else f"all of {queried}"
            yield of_query(
                it,
                f"{queries(it)} must sort {rows} by {series(sorted_by(it))} to return the first few",
            )
