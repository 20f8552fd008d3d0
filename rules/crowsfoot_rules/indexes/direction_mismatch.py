"""Rows are sorted up by one column and down by another, and the index has both in one direction.

An index is read forwards or backwards, and so serves its own directions and the opposite of all of them:
`(a, b)` serves `a, b` and `a DESC, b DESC`, and not `a, b DESC`.

```prisma
datasource db {
  provider = "mysql"
}

model Task {
  id       Int      @id
  listId   Int
  priority Int
  dueAt    DateTime

  @@index([listId, priority, dueAt])
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "replace it by @@index([listId, priority(sort: Desc), dueAt])"
}
```
```py
from prisma import Prisma

db = Prisma()

async def urgent(list: int):
    return await db.task.find_many(
        where={"listId": list}, order=[{"priority": "desc"}, {"dueAt": "asc"}], take=20
    )
```

```prisma
datasource db {
  provider = "mysql"
}

model Task {
  id       Int      @id
  listId   Int
  priority Int
  dueAt    DateTime

  @@index([listId, priority(sort: Desc), dueAt])
}
```
```py
from prisma import Prisma

db = Prisma()

async def urgent(list: int):
    return await db.task.find_many(
        where={"listId": list}, order=[{"priority": "desc"}, {"dueAt": "asc"}], take=20
    )
```

PostgreSQL from 13 on and SQLite take the rows as the first column has them, and sort only those that are
equal in it. That is slow only where there are many of these (measured on PostgreSQL 15: 509 blocks against
23), so the finding is `possible` there. Only queries with a limit are looked at.

Source: https://www.postgresql.org/docs/current/indexes-ordering.html
Source: https://dev.mysql.com/doc/refman/8.4/en/descending-indexes.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Queried, rule
from crowsfoot.databases.sort_findings import of_index, queries, sorted_by
from crowsfoot.databases.sort_service import Fault, verdicts
from crowsfoot.prose import series


@rule(over=Queried, since="0.3")
def check(queried: Queried) -> Iterator[Finding]:
    for it in verdicts(queried):
        if it.fault is Fault.DIRECTION and it.index is not None:
            yield of_index(
                it,
                f"{queries(it)} must sort by {series(sorted_by(it))}, whose directions "
                f"{it.index.declaration} has neither forwards nor backwards",
            )
