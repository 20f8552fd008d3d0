"""A column is dropped and added again, and its values are lost.

That is what a generated migration does where it finds no cast between the old type and the new one.

```sql
CREATE TABLE "Product" ("id" INTEGER NOT NULL, "price" TEXT);
-- next migration
ALTER TABLE "Product" DROP COLUMN "price", -- want "Product.price is dropped and added again"
  ADD COLUMN "price" INTEGER;
```

A required column cannot even be added where there are rows. Say how to convert the values:

```sql
CREATE TABLE "Product" ("id" INTEGER NOT NULL, "price" INTEGER);
-- next migration
ALTER TABLE "Product" ALTER COLUMN "price" TYPE TEXT USING "price"::TEXT;
```

Nothing is said of a generated column, or where an UPDATE of the same migration fills the new one.

Source: https://www.postgresql.org/docs/current/sql-altertable.html
Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/customizing-migrations
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Safety, Severity, Step, rule
from crowsfoot.databases.replacements import is_filled, successor
from crowsfoot.facts.sql import DropColumn
from crowsfoot.link.catalog.model import Column, Table
from crowsfoot.prose import series


@rule(over=Step, about=(DropColumn,), since="0.2", severity=Severity.ERROR)
def check(step: Step) -> Iterator[Finding]:
    lost = [found for drop in step.does if isinstance(drop, DropColumn) and (found := _recreated(drop, step))]
    if not lost:
        return
    names = series([f"{table}.{old.name}" for _, table, old, _ in lost])
    (drop, table, old, new), one = lost[0], len(lost) == 1
    changed = one and str(new.type) != str(old.type)
    types = f", as {new.type} instead of {old.type}" if changed else ""
    required = any(it.not_null and it.default is None for _, _, _, it in lost)
    failure = f"this fails as soon as {table} has a row, or " if required else ""
    casts = "\n".join(
        f'ALTER TABLE "{table.name}" ALTER COLUMN "{old.name}" TYPE {new.type} '
        f'USING "{old.name}"::text::{new.type};'
        for _, table, old, new in lost
    )
    yield Finding(
        step.span_of(drop.range),
        f"{names} {'is' if one else 'are'} dropped and added again{types}: {failure}all values are lost; "
        "convert them with ALTER COLUMN ... TYPE ... USING",
        subject=f"{table}.{old.name}",
        fix=Fix("Convert the values, if there is a cast", (), Safety.MANUAL, casts)
        if step.migration.history.dialect == "postgresql"
        else None,
    )


def _recreated(drop: DropColumn, step: Step) -> tuple[DropColumn, Table, Column, Column] | None:
    table = step.existing(drop.table)
    old = table.columns.get(drop.column) if table else None
    if table is None or old is None or old.added_in >= step.migration.deploy_start:
        return None
    new = successor(drop, table, step)
    if new is None or new.name != old.name or new.generated is not None or is_filled(new, table, step):
        return None
    return drop, table, old, new
