"""SQLite refuses to add or drop such a column.

ALTER TABLE of SQLite can add a column only if the rows that there are need no work: no UNIQUE, no stored
value, no default that is computed, and no default beside REFERENCES. On an empty database some of it passes,
so it is the deploy that fails. A column that an index, a key or a view uses cannot be dropped.

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "email" TEXT);
CREATE INDEX "User_email_idx" ON "User"("email");
-- next migration
ALTER TABLE "User" ADD COLUMN "seenAt" DATETIME DEFAULT CURRENT_TIMESTAMP; -- want "as soon as User has a row"
ALTER TABLE "User" ADD COLUMN "handle" TEXT UNIQUE; -- want "adds no UNIQUE column"
ALTER TABLE "User" DROP COLUMN "email"; -- want "the index User_email_idx uses it"
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
from crowsfoot.databases.redefining import enforces_foreign_keys
from crowsfoot.facts.sql import AddColumn, DropColumn
from crowsfoot.link.catalog.model import Table


@rule(over=Step, since="0.2", severity=Severity.ERROR)
def check(step: Step) -> Iterator[Finding]:
    if step.migration.history.dialect != "sqlite" or step.failure is not None:
        return
    for change in step.does:
        if not isinstance(change, AddColumn | DropColumn) or (table := step.before.table(change.table)) is None:
            continue
        if isinstance(change, AddColumn):
            name, why = change.column.name, _adding(change, table, step)
        else:
            name, why = change.column, _dropping(change.column, table, step)
        if why:
            yield Finding(step.span_of(change.range), f"{why}", subject=f"{table}.{name}")


def _adding(change: AddColumn, table: Table, step: Step) -> str | None:
    column = change.column
    kinds = {it.kind for it in column.constraints}
    for kind, word in (("primary", "PRIMARY KEY"), ("unique", "UNIQUE")):
        if kind in kinds:
            return (
                f"SQLite adds no {word} column, so this fails; add {column.name} without it, and "
                "create a unique index"
            )
    if step.is_new(table) and not table.filled or is_emptied(table, step):
        return None
    default = column.default
    what = None
    if column.generated is not None:
        what = "a STORED column" if column.stored else None
    elif default is not None and not default.null and default.value is None:
        what = f"a column with the default {default.text}, which is no constant,"
    elif default is not None and not default.null and "foreign" in kinds and enforces_foreign_keys(step):
        what = "a column with both REFERENCES and a default"
    if what is None:
        return None
    return (
        f"SQLite cannot add {what} to a table with rows, so this fails as soon as {table} has a row; add "
        f"{column.name} without it, or make the table anew"
    )


def _dropping(name: str, table: Table, step: Step) -> str | None:
    column = step.before.column(table, name)
    if column is None:
        return None
    user = _user(column.name, table, step)
    return user and f"SQLite cannot drop {table}.{column.name}, so this fails: {user}"


def _user(name: str, table: Table, step: Step) -> str | None:
    for index in table.indexes.values():
        expressions = [it.expression for it in index.keys] + [index.predicate]
        if name in index.columns or any(it is not None and name in it.columns for it in expressions):
            if index.primary:
                return "it is the primary key; make the table anew"
            if index.constraint:
                return "it is UNIQUE; make the table anew"
            return f"the index {index.name} uses it; drop that first"
    for other in table.columns.values():
        if other.generated is not None and name in other.generated.columns:
            return f"the column {other.name} is made from it; drop that first"
    for number in step.before.readers.get(table.number, frozenset()):
        view = step.before.tables[number]
        if (table.number, name) in view.reads_columns and view.query is not None and not view.query.star:
            return f"the view {view} reads it; drop that first"
    return None
