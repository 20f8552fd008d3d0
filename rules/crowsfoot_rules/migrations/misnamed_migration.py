"""Migrations whose numbers do not sort as they count.

Prisma sorts migrations by name, character by character: 10_posts comes before 2_users. A database that is
made anew runs them in that order, whatever was meant.

```sql
-- migrations/2_users/migration.sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- migrations/10_posts/migration.sql
CREATE TABLE "Post" ("id" INTEGER NOT NULL); -- want "10_posts runs before 2_users"
```

Numbers of one length, or the timestamps that `prisma migrate dev` writes, sort as they count:

```sql
-- migrations/02_users/migration.sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- migrations/10_posts/migration.sql
CREATE TABLE "Post" ("id" INTEGER NOT NULL);
```

Migrations that have run keep their names; give the new ones names that sort behind them.

Source: https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from crowsfoot import Finding, History, Related, rule


@rule(over=History, since="0.2")
def check(history: History) -> Iterator[Finding]:
    if history.tool != "prisma":
        return
    counted = [(int(match[1]), it) for it in history.migrations if (match := _NUMBER.match(it.name))]
    for (number, migration), (following, after) in pairwise(counted):
        if number > following and migration.is_new:
            yield Finding(
                migration.span,
                f"{migration} runs before {after}, because names are sorted character by character; "
                "give the numbers one length",
                subject=migration.name,
                related=(Related(after.span, "this runs after it"),),
            )


# Longer numbers are dates, and sort by themselves.
_NUMBER = re.compile(r"(\d{1,6})(?!\d)")
