"""A column with its values is dropped.

The values are gone for good. And the code that still runs during the deploy fails: Prisma's client and every
`SELECT` with column names ask for the column until the last old process has ended.

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "nickname" TEXT, "age" INTEGER);
-- next migration
ALTER TABLE "User" DROP COLUMN "nickname"; -- want "drops User.nickname with its values"
```

Take the field out of the schema and deploy that; drop the column in a later deploy. Meanwhile old and new
code both work:

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL, "nickname" TEXT, "age" INTEGER);
-- next migration
ALTER TABLE "User" ALTER COLUMN "nickname" DROP NOT NULL;
```

A column that the same migration adds again is the business of recreated-column, and one that seems to get a
new name that of column-renamed-by-drop.

Source: https://www.postgresql.org/docs/current/sql-altertable.html
Source: https://www.prisma.io/docs/orm/prisma-client/queries/select-fields
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, Step, rule
from crowsfoot.databases.replacements import successor
from crowsfoot.facts.sql import DropColumn
from crowsfoot.prose import series


@rule(over=Step, about=(DropColumn,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    drops = [it for it in step.does if isinstance(it, DropColumn)]
    lost = []
    for drop in drops:
        table = step.existing(drop.table)
        column = table.columns.get(drop.column) if table else None
        fresh = column is None or column.added_in >= step.migration.deploy_start
        if table and column and not fresh and successor(drop, table, step) is None:
            lost.append((table, column))
    if lost:
        table = lost[0][0]
        names = series([f"{table}.{column.name}" for _, column in lost])
        yield Finding(
            step.span_of(drops[0].range),
            f"this drops {names} with {'its' if len(lost) == 1 else 'their'} values, and code that still "
            "runs "
            "fails when it reads or writes the table; deploy code that does not use "
            f"{'it' if len(lost) == 1 else 'them'} first",
            subject=f"{table}.{lost[0][1].name}",
            related=tuple(Related(column.span, "was added here") for _, column in lost),
        )
