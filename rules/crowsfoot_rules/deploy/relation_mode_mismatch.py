"""Who keeps the foreign keys, Prisma or the database, does not fit the database that is used.

Under `relationMode = "prisma"` there are no foreign keys in the database: a row that another service writes
may refer to nothing, and Prisma runs further queries to do what a key does by itself. It is meant for
databases without foreign keys. PlanetScale has them only where its setting allows them, so there the default
`foreignKeys` can fail on deploy. Some projects choose either on purpose, so the rule is off by default.

```prisma
datasource db {
  provider     = "postgresql"
  url          = env("DATABASE_URL")
  relationMode = "prisma"
//               ^^^^^^^^ want "PostgreSQL can keep the foreign keys itself"
}
```

```prisma
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
```

Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/relation-mode
Source: https://planetscale.com/docs/vitess/foreign-key-constraints
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Database, Finding, Severity, rule
from crowsfoot.databases.connections import is_planetscale
from crowsfoot.databases.providers import ALWAYS_HAS_FOREIGN_KEYS


@rule(over=Database, since="0.1", severity=Severity.NOTE, default=False)
def check(database: Database) -> Iterator[Finding]:
    source = database.datasource
    if source is None:
        return
    mode = source.get("relationMode") or source.get("referentialIntegrity")
    url = source.get("url")
    product = ALWAYS_HAS_FOREIGN_KEYS.get(database.provider)
    if mode and product and database.relation_mode == "prisma":
        yield Finding(
            source.span_of(mode),
            f"{product} can keep the foreign keys itself, and keeps none now; leave out {mode.key.text}, "
            "or rows that Prisma does not write can refer to nothing",
            subject=mode.key.text,
            confidence=Confidence.LIKELY,
        )
    elif not mode and url and isinstance(url.value, str) and is_planetscale(url.value):
        yield Finding(
            source.span_of(url),
            "PlanetScale rejects foreign keys unless its setting allows them; allow them there, "
            'or add relationMode = "prisma"',
            subject="url",
            confidence=Confidence.LIKELY,
        )
