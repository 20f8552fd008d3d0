"""A table is made anew, and what was made on the old one by hand is not made again (SQLite).

SQLite can alter little of a table. So a generated migration makes a new table, fills it from the old one,
drops that, and gives the new one its name. With the old table go its triggers, its partial indexes and those
on expressions, which a schema cannot declare. Nothing fails: uniqueness that a partial index kept, or the
text search that triggers fed, is just no longer there.

```sql sqlite
CREATE TABLE "User" ("id" TEXT NOT NULL PRIMARY KEY, "email" TEXT NOT NULL, "deletedAt" DATETIME);
CREATE UNIQUE INDEX "User_live_email" ON "User"("email") WHERE "deletedAt" IS NULL;
-- next migration
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" TEXT NOT NULL PRIMARY KEY, "email" TEXT, "deletedAt" DATETIME);
INSERT INTO "new_User" ("id", "email", "deletedAt") SELECT "id", "email", "deletedAt" FROM "User";
DROP TABLE "User"; -- want "the partial index User_live_email"
ALTER TABLE "new_User" RENAME TO "User";
PRAGMA foreign_keys=ON;
```

Make it again, after the rename:

```sql sqlite
CREATE TABLE "User" ("id" TEXT NOT NULL PRIMARY KEY, "email" TEXT NOT NULL, "deletedAt" DATETIME);
CREATE UNIQUE INDEX "User_live_email" ON "User"("email") WHERE "deletedAt" IS NULL;
-- next migration
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" TEXT NOT NULL PRIMARY KEY, "email" TEXT, "deletedAt" DATETIME);
INSERT INTO "new_User" ("id", "email", "deletedAt") SELECT "id", "email", "deletedAt" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
CREATE UNIQUE INDEX "User_live_email" ON "User"("email") WHERE "deletedAt" IS NULL;
PRAGMA foreign_keys=ON;
```

Of Prisma's migrations a check that the new table lacks is reported as well, since Prisma knows of none. An
index of columns that the new table does not have is meant to go, and so is what the migration drops by name.

Source: https://www.sqlite.org/lang_altertable.html#otheralter
Source: https://www.sqlite.org/lang_droptable.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, Span, Step, rule
from crowsfoot.databases.redefining import Redefinition, redefinition
from crowsfoot.facts.sql import RenameObject
from crowsfoot.prose import series


@rule(over=Step, about=(RenameObject,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    if step.migration.history.dialect != "sqlite":
        return
    found = redefinition(step)
    lost = list(_lost(found, step)) if found is not None else []
    if found is None or not lost or step.is_new(found.old):
        return
    names = series([name for name, _ in lost])
    yield Finding(
        found.dropped.span,
        f"with the old table {found.old} goes {names}, and nothing makes "
        f"{'it' if len(lost) == 1 else 'them'} again; do so after the rename, in this migration",
        subject=str(found.old),
        related=tuple(Related(span, f"{name} is made here") for name, span in lost),
    )


def _lost(found: Redefinition, step: Step) -> Iterator[tuple[str, Span]]:
    old = found.old
    new = step.migration.steps[-1].after.tables.get(found.new.number)
    if new is None:
        return
    columns = {it.lower() for it in new.columns}
    for index in old.indexes.values():
        expressions = [it.expression for it in index.keys if it.expression is not None]
        predicate = [index.predicate] if index.predicate is not None else []
        used = {name.lower() for it in (*expressions, *predicate) for name in it.columns}
        used |= {name.lower() for name in index.columns if name is not None}
        if not (expressions or predicate) or not used <= columns or index.name in new.indexes:
            continue
        # Under another name, perhaps.
        if not any(
            it.columns == index.columns and (it.predicate is None) == (index.predicate is None)
            for it in new.indexes.values()
        ):
            kind = "partial index" if predicate else "expression index"
            yield f"the {kind} {index.name}", index.span
    for trigger in old.triggers.values():
        if trigger.name not in new.triggers:
            yield f"the trigger {trigger.name}", trigger.span
    if step.migration.history.tool == "prisma" and not new.checks:
        for check in old.checks.values():
            if {it.lower() for it in check.expression.columns} <= columns:
                yield f"the check {check.expression.text}", check.span
