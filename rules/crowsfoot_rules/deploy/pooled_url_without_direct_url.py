"""Migrations go through a connection pooler, because the datasource has no directUrl.

A pooler in transaction mode, such as PgBouncer or Supavisor, gives every transaction another connection.
Prisma Migrate needs one of its own: it takes a session lock and prepares statements, and through a pooler it
hangs or fails with `prepared statement "s0" already exists`.

```prisma
datasource db {
  provider = "postgresql"
  url      = env("PGBOUNCER_URL")
//           ^^^^^^^^^^^^^^^^^^^^ want "PGBOUNCER_URL is the address of a connection pooler"
}
```

Give migrations the address of the database itself:

```prisma
datasource db {
  provider  = "postgresql"
  url       = env("PGBOUNCER_URL")
  directUrl = env("DATABASE_URL")
}
```

From Prisma 7 on the addresses stand in prisma.config.ts, and the one there is for migrations only.

Source: https://www.prisma.io/docs/orm/v6/prisma-client/setup-and-configuration/databases-connections/pgbouncer
Source: https://supabase.com/docs/guides/database/prisma/prisma-troubleshooting
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Database, Finding, rule
from crowsfoot.databases.connections import is_pooled, names_a_pooler


@rule(over=Database, since="0.1")
def check(database: Database) -> Iterator[Finding]:
    source = database.datasource
    url = source.get("url") if source else None
    if source is None or url is None or source.get("directUrl") or database.provider != "postgresql":
        return
    literal = isinstance(url.value, str) and is_pooled(url.value)
    if literal or (url.env and names_a_pooler(url.env)):
        yield Finding(
            source.span_of(url),
            f"{url.env or 'this'} is the address of a connection pooler, and migrations hang or fail there; "
            "add directUrl with the address of the database itself",
            subject="url",
            confidence=Confidence.CERTAIN if literal else Confidence.LIKELY,
        )
