"""A table is made anew while a view reads it, so that the new one cannot take its name (SQLite).

Since 3.25 SQLite looks through all views when a table is renamed. The view still names the old table, which
is gone at that moment, and the rename fails: `error in view ...: no such table`. What ran before it stays,
and the rows are in a table called `new_...`.

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
CREATE VIEW "Named" AS SELECT "id" FROM "User" WHERE "name" IS NOT NULL;
-- next migration
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT, "age" INTEGER);
INSERT INTO "new_User" ("id", "name") SELECT "id", "name" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User"; -- want "the view Named reads User"
PRAGMA foreign_keys=ON;
```

Drop the view first, and make it again in the end:

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
CREATE VIEW "Named" AS SELECT "id" FROM "User" WHERE "name" IS NOT NULL;
-- next migration
PRAGMA foreign_keys=OFF;
DROP VIEW "Named";
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT, "age" INTEGER);
INSERT INTO "new_User" ("id", "name") SELECT "id", "name" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
CREATE VIEW "Named" AS SELECT "id" FROM "User" WHERE "name" IS NOT NULL;
PRAGMA foreign_keys=ON;
```

`PRAGMA legacy_alter_table=ON` makes SQLite look no further, as before.

Source: https://www.sqlite.org/lang_altertable.html#alter_table_rename
Source: https://www.sqlite.org/pragma.html#pragma_legacy_alter_table
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, Severity, Step, rule
from crowsfoot.databases.redefining import is_on, redefinition
from crowsfoot.facts.sql import RenameObject, SetVariable


@rule(over=Step, about=(RenameObject,), since="0.2", severity=Severity.ERROR)
def check(step: Step) -> Iterator[Finding]:
    if step.migration.history.dialect != "sqlite":
        return
    found = redefinition(step)
    if found is None or _looks_no_further(step):
        return
    fold, gone = step.before.fold, step.before.fold(found.old.name)
    for number in sorted(step.before.tables):
        view = step.before.tables[number]
        if view.query is not None and any(fold(it.name) == gone for it in view.query.tables):
            yield Finding(
                step.span,
                f"this rename fails: the view {view} reads {found.old}, which is gone at this moment; drop "
                "the view before, and make it again in the end",
                subject=str(view),
                related=(Related(view.span, "the view"),),
            )
            return


def _looks_no_further(step: Step) -> bool:
    return any(
        isinstance(change, SetVariable) and change.name == "legacy_alter_table" and is_on(change.value or "")
        for earlier in step.migration.steps[: step.number]
        for change in earlier.does
    )
