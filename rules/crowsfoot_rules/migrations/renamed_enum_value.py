"""A value of an enum gets a new name while code with the old one still runs.

Old code fails when it writes the old name, and Prisma's client when it reads the new one: it knows every
value of an enum, and refuses others.

```sql
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
-- next migration
ALTER TYPE "Role" RENAME VALUE 'ADMIN' TO 'OWNER'; -- want "code that still runs writes ADMIN"
```

Keep the value and rename it only in the schema: `OWNER @map("ADMIN")`. Or add the new value, deploy code that
knows both, change the rows, and stop writing the old one:

```sql
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
-- next migration
ALTER TYPE "Role" ADD VALUE 'OWNER';
```

Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/models#defining-enums
"""

from collections.abc import Iterator

from crowsfoot import Finding, Step, rule
from crowsfoot.facts.sql import RenameEnumValue
from crowsfoot.link.catalog.model import Enum


@rule(over=Step, about=(RenameEnumValue,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    for rename in step.does:
        if not isinstance(rename, RenameEnumValue):
            continue
        enum = step.before.type(rename.type.name, rename.type.schema)
        if isinstance(enum, Enum) and enum.created_in < step.migration.deploy_start:
            yield Finding(
                step.span_of(rename.range),
                f"code that still runs writes {rename.value} and does not know {rename.new_value}; keep "
                "the value "
                f'with @map("{rename.value}"), or add {rename.new_value} beside it',
                subject=enum.name,
            )
