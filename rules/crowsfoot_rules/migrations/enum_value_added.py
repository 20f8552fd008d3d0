"""A value is added to an enum that running code reads.

Prisma's client, and every typed client, knows the values of an enum and fails when it reads another one. As
soon as the first new process writes the new value, the old ones fail on those rows.

```sql
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
CREATE TABLE "User" ("id" INTEGER NOT NULL, "role" "Role" NOT NULL);
-- next migration
ALTER TYPE "Role" ADD VALUE 'OWNER'; -- want "code that still runs fails when it reads OWNER"
```

Deploy code that can read the value first, and code that writes it afterwards:

```sql
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN', 'OWNER');
```

Most projects deploy in one go and take the few failures, so the rule is off by default.

Source: https://www.postgresql.org/docs/current/sql-altertype.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Severity, Step, rule
from crowsfoot.facts.sql import AddEnumValue
from crowsfoot.link.catalog.model import Enum


@rule(over=Step, about=(AddEnumValue,), since="0.2", severity=Severity.NOTE, default=False)
def check(step: Step) -> Iterator[Finding]:
    for add in step.does:
        if not isinstance(add, AddEnumValue):
            continue
        enum = step.before.type(add.type.name, add.type.schema)
        if isinstance(enum, Enum) and enum.created_in < step.migration.deploy_start:
            yield Finding(
                step.span_of(add.range),
                f"code that still runs fails when it reads {add.value} in a column of type {enum.name}; "
                "deploy code that knows it before code that writes it",
                subject=enum.name,
                confidence=Confidence.LIKELY,
            )
