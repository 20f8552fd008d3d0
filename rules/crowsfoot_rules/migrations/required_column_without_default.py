"""A required column is added to a table that has rows, and nothing says what they should hold.

PostgreSQL, SQLite and SQL Server refuse it as soon as the table has a single row; MySQL fills in a zero or an
empty text without a word. On an empty development database it works, so it is the deploy that fails. Besides,
the code that still runs knows nothing of the column, and its inserts fail.

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, CONSTRAINT "Order_pkey" PRIMARY KEY ("id"));
-- next migration
ALTER TABLE "Order" ADD COLUMN "currency" TEXT NOT NULL; -- want "fails as soon as Order has a row"
```

A default that the client makes (`@default(cuid())`, `@updatedAt`) is none to the database. Give it one, or
add the column in three steps: nullable, filled, required:

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, CONSTRAINT "Order_pkey" PRIMARY KEY ("id"));
-- next migration
ALTER TABLE "Order" ADD COLUMN "currency" TEXT NOT NULL DEFAULT 'EUR';
```

Source: https://www.postgresql.org/docs/current/sql-altertable.html
Source: https://www.prisma.io/docs/orm/prisma-migrate/workflows/customizing-migrations
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Safety, Severity, Step, rule
from crowsfoot.databases.emptied import is_emptied
from crowsfoot.facts.sql import AddColumn
from crowsfoot.prose import series


@rule(over=Step, about=(AddColumn,), since="0.2", severity=Severity.ERROR)
def check(step: Step) -> Iterator[Finding]:
    adds = [it for it in step.does if isinstance(it, AddColumn) and _is_unfillable(it, step)]
    if not adds or step.statement.conditional:
        return
    table = step.existing(adds[0].table)
    names = [it.column.name for it in adds]
    what = f"column{'s' if len(adds) > 1 else ''} {series(names)} without a default"
    effect = (
        f"fills {'them' if len(adds) > 1 else 'it'} with zeros or empty texts in the rows that {table} has"
        if step.migration.history.dialect == "mysql"
        else f"fails as soon as {table} has a row"
    )
    yield Finding(
        step.span_of(adds[0].column.name_range),
        f"adding the required {what} {effect}; give a default, or add it as nullable, and fill it first",
        subject=f"{table}.{names[0]}",
        fix=Fix("Add it in steps", (), Safety.MANUAL, "\n".join(_steps(str(table), it) for it in adds)),
    )


def _is_unfillable(add: AddColumn, step: Step) -> bool:
    column, table = add.column, step.existing(add.table)
    # A serial, identity or generated column has a value for every row.
    valued = column.default or column.generated or column.identity or "serial" in column.type.name
    if table is None or table.kind != "table" or not column.not_null or valued:
        return False
    # What is dropped and added again is the business of recreated-column.
    return column.name not in table.columns and not is_emptied(table, step)


def _steps(table: str, add: AddColumn) -> str:
    column = add.column.name
    return (
        f'-- this migration\nALTER TABLE "{table}" ADD COLUMN "{column}" {add.column.type};\n'
        f'UPDATE "{table}" SET "{column}" = ... WHERE "{column}" IS NULL;\n'
        "-- a later one, when every running version of the code writes the column\n"
        f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET NOT NULL;'
    )
