"""SQLite refuses to add or drop such a column.

ALTER TABLE of SQLite can add a column only if the rows that there are need no work: no UNIQUE, no stored
value, no default that is computed, and no default beside REFERENCES. On an empty database some of it passes,
so it is the deploy that fails. A column that an index, a key or a view uses cannot be dropped.

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);
CREATE INDEX "User_email_idx" ON "User"("email");
-- next migration
ALTER TABLE "User" ADD COLUMN "seenAt" DATETIME DEFAULT CURRENT_TIMESTAMP; -- want "as soon as User has a row"
ALTER TABLE "User" ADD COLUMN "handle" TEXT UNIQUE; -- want "Cannot add a UNIQUE column"
ALTER TABLE "User" DROP COLUMN "email"; -- want "error in index User_email_idx"
```

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);
CREATE INDEX "User_email_idx" ON "User"("email");
-- next migration
ALTER TABLE "User" ADD COLUMN "seenAt" DATETIME;
ALTER TABLE "User" ADD COLUMN "handle" TEXT;
CREATE UNIQUE INDEX "User_handle_key" ON "User"("handle");
DROP INDEX "User_email_idx";
ALTER TABLE "User" DROP COLUMN "email";
```

All of it is measured on SQLite 3.40. A required column without a default is the business of
required-column-without-default.

Source: https://www.sqlite.org/lang_altertable.html#alter_table_add_column
Source: https://www.sqlite.org/lang_altertable.html#alter_table_drop_column
"""

from collections.abc import Iterator

from crowsfoot import Finding, Severity, Step, rule
from crowsfoot.databases.emptied import is_emptied
from crowsfoot.databases.online_ddl_sqlite import refusal
from crowsfoot.databases.redefining import enforces_foreign_keys
from crowsfoot.facts.sql import AddColumn, DropColumn


@rule(over=Step, about=(AddColumn, DropColumn), since="0.2", severity=Severity.ERROR)
def check(step: Step) -> Iterator[Finding]:
    if step.migration.history.dialect != "sqlite" or step.failure is not None:
        return
    for change in step.does:
        if not isinstance(change, AddColumn | DropColumn):
            continue
        table = step.before.table(change.table)
        refused = refusal(change, step.before, foreign_keys=enforces_foreign_keys(step) is True)
        if table is None or refused is None or "NOT NULL" in refused.message:
            continue
        has_rows = not step.is_new(table) and not is_emptied(table, step)
        if not refused.sure and not has_rows:
            continue
        added = isinstance(change, AddColumn)
        name = change.column.name if isinstance(change, AddColumn) else change.column
        when = "" if refused.sure else f" as soon as {table} has a row"
        way = "add it without that, or make the table anew" if added else "drop what uses it first"
        if refused.message.startswith("cannot drop"):
            way = "make the table anew without it"
        yield Finding(
            step.span_of(refused.range),
            f"SQLite refuses to {'add' if added else 'drop'} {table}.{name}{when}: {refused.message}; {way}",
            subject=f"{table}.{name}",
        )
