"""A statement keeps everybody from a table while it works through all its rows (SQL Server).

ALTER TABLE takes a schema modification lock, under which nobody can read or write, and keeps it while rows
are checked or written anew; Prisma's migrations for SQL Server keep it until their end, as each is one
transaction. CREATE INDEX without `ONLINE = ON` keeps writers out until it is built. The rule is off by
default: what can be done online depends on the edition.

```sql sqlserver
CREATE TABLE [Order] ([id] INT NOT NULL PRIMARY KEY, [userId] INT, [total] INT NOT NULL);
-- next migration
CREATE INDEX [Order_userId_idx] ON [Order] ([userId]); -- want "nobody can write to Order"
ALTER TABLE [Order] ALTER COLUMN [total] BIGINT NOT NULL; -- want "nobody can read or write Order"
ALTER TABLE [Order] ADD CONSTRAINT [Order_total_check] CHECK ([total] > 0); -- want "add it WITH NOCHECK"
```

```sql sqlserver
CREATE TABLE [Order] ([id] INT NOT NULL PRIMARY KEY, [userId] INT, [total] INT NOT NULL);
-- next migration
CREATE INDEX [Order_userId_idx] ON [Order] ([userId]) WITH (ONLINE = ON);
ALTER TABLE [Order] WITH NOCHECK ADD CONSTRAINT [Order_total_check] CHECK ([total] > 0);
```

A constraint that is added WITH NOCHECK is not trusted by the optimizer until it is checked. All of this is
taken from the manual, and not measured.

Source: https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql
Source: https://learn.microsoft.com/sql/t-sql/statements/create-index-transact-sql
Source: https://learn.microsoft.com/sql/relational-databases/indexes/guidelines-for-online-index-operations
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Severity, Step, rule
from crowsfoot.databases.altering import table_of
from crowsfoot.databases.blocking import may_not_run
from crowsfoot.facts.sql import AddColumn, AddConstraint, Change, CreateIndex


@rule(over=Step, since="0.2", severity=Severity.NOTE, default=False)
def check(step: Step) -> Iterator[Finding]:
    if step.migration.history.dialect != "sqlserver" or may_not_run(step):
        return
    table = table_of(step)
    if table is None:
        return
    from crowsfoot.databases.online_ddl_sqlserver import cost

    found = cost(step.statement, step.before)
    if found is None or not found.lock or found.time == "instant":
        return
    change = next((it for it in step.does if it.range == found.range), step.does[0])
    whom = "read or write" if found.lock == "Sch-M" else "write to"
    yield Finding(
        step.span_of(found.range),
        f"nobody can {whom} {table} ({found.lock}) while {found.why}; {_way_out(change)}",
        subject=str(table),
        confidence=Confidence.LIKELY,
    )


def _way_out(change: Change) -> str:
    if isinstance(change, CreateIndex):
        return "build it WITH (ONLINE = ON), where the edition can"
    if isinstance(change, AddConstraint) and change.constraint.kind in ("foreign", "check"):
        return "add it WITH NOCHECK, and check it later"
    if isinstance(change, AddColumn):
        return "add it as nullable, and fill it in batches"
    return "add a new column or table, and fill it in batches"
