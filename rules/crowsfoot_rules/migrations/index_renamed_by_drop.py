"""An index gets a new name by being dropped and built again.

Between the two the table has no such index, so that queries read the whole table, and two equal rows can get
in where the index is unique. Then every row is read to build what was there before. A new name needs neither.

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "userId" INTEGER NOT NULL);
CREATE INDEX "orders_user" ON "Order"("userId");
-- next migration
DROP INDEX "orders_user"; -- want "Order_userId_idx is the same index"
CREATE INDEX "Order_userId_idx" ON "Order"("userId");
```

```sql
CREATE TABLE "Order" ("id" INTEGER NOT NULL, "userId" INTEGER NOT NULL);
CREATE INDEX "orders_user" ON "Order"("userId");
-- next migration
ALTER INDEX "orders_user" RENAME TO "Order_userId_idx";
```

Source: https://www.postgresql.org/docs/current/sql-alterindex.html
Source: https://dev.mysql.com/doc/refman/8.4/en/alter-table.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Related, Safety, Step, rule
from crowsfoot.facts.sql import DropObject
from crowsfoot.link.catalog.model import Index, Table


@rule(over=Step, about=(DropObject,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    dialect = step.migration.history.dialect
    if dialect == "sqlite":  # which cannot rename an index
        return
    for change in step.does:
        if not isinstance(change, DropObject) or change.kind != "index":
            continue
        table = step.before.table(change.table) if change.table else step.before.index_table(change.name)
        index = table.indexes.get(change.name.name) if table else None
        if table is None or index is None or step.is_new(table) or not index.valid:
            continue
        new = _same(index, table, step)
        if new is not None:
            yield Finding(
                step.span_of(change.name.range),
                f"{new.name} is the same index of {table}, built anew, and meanwhile there is none; rename "
                f"{index.name} instead",
                subject=index.name,
                related=(Related(new.span, "is built here"),),
                fix=Fix(
                    "Rename it in place of the two statements",
                    (),
                    Safety.MANUAL,
                    _rename(dialect, table, index, new),
                ),
            )


def _same(index: Index, table: Table, step: Step) -> Index | None:
    now = step.migration.steps[-1].after.tables.get(table.number)
    if now is None or index.name in now.indexes:
        return None
    for new in now.indexes.values():
        fresh = new.name not in table.indexes and new.added_in == step.migration.number
        if fresh and not new.constraint and not index.constraint and _form(new) == _form(index):
            return new
    return None


def _form(index: Index) -> tuple[object, ...]:
    """All that makes an index but its name."""
    keys = [
        (
            it.column,
            it.expression.text if it.expression else None,
            *(it.descending, it.nulls, it.opclass, it.collation, it.length),
        )
        for it in index.keys
    ]
    predicate = index.predicate.text if index.predicate else None
    return (keys, predicate, index.unique, index.method, index.include, index.nulls_distinct, index.clustered)


def _rename(dialect: str, table: Table, index: Index, new: Index) -> str:
    if dialect == "mysql":
        return f"ALTER TABLE `{table.name}` RENAME INDEX `{index.name}` TO `{new.name}`;"
    if dialect == "sqlserver":
        return f"EXEC sp_rename N'{table}.{index.name}', N'{new.name}', N'INDEX';"
    return f'ALTER INDEX "{index.name}" RENAME TO "{new.name}";'
