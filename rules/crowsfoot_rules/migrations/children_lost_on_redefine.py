"""A table is made anew, and dropping the old one deletes the rows that refer to it (SQLite).

With foreign keys enforced, `DROP TABLE` first deletes every row of the table, and `ON DELETE CASCADE` does
its work in the tables that refer to it. `PRAGMA foreign_keys=OFF`, which stands above in generated
migrations, does nothing in a transaction; and a tool such as Drizzle runs every migration in one. Nothing
fails. The tables that refer to it are just empty (measured on SQLite 3.40: of two rows none are left).

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER NOT NULL,
  FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE);
-- next migration
BEGIN;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL);
INSERT INTO "new_User" ("id", "name") SELECT "id", coalesce("name", '') FROM "User";
DROP TABLE "User"; -- want "deletes all rows of Post"
ALTER TABLE "new_User" RENAME TO "User";
PRAGMA foreign_keys=ON;
COMMIT;
```

Turn foreign keys off where no transaction is open: in Prisma's migrations that is the first statement. With
Drizzle turn them off on the connection, before the migrator runs, and on again after it.

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
CREATE TABLE "Post" ("id" INTEGER NOT NULL PRIMARY KEY, "userId" INTEGER NOT NULL,
  FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE);
-- next migration
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL);
INSERT INTO "new_User" ("id", "name") SELECT "id", coalesce("name", '') FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
PRAGMA foreign_keys=ON;
```

`PRAGMA defer_foreign_keys` puts off the complaint about rows that refer to nothing, not what cascades do.
Where neither the tool nor the file tells whether foreign keys are enforced, nothing is said.

Source: https://www.sqlite.org/foreignkeys.html#fk_schemacommands
Source: https://www.sqlite.org/pragma.html#pragma_foreign_keys
Source: https://github.com/drizzle-team/drizzle-orm/issues/4938
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, Severity, Step, rule
from crowsfoot.databases.emptied import is_emptied
from crowsfoot.databases.redefining import enforces_foreign_keys, redefinition
from crowsfoot.facts.sql import Insert, RenameObject, SetVariable
from crowsfoot.prose import series


@rule(over=Step, about=(RenameObject,), since="0.2", severity=Severity.ERROR)
def check(step: Step) -> Iterator[Finding]:
    if step.migration.history.dialect != "sqlite":
        return
    found = redefinition(step)
    if found is None or step.is_new(found.old) or is_emptied(found.old, found.dropped):
        return
    if not enforces_foreign_keys(found.dropped):
        return
    hit = [
        (table, fk)
        for table, fk in found.dropped.before.referring(found.old)
        if fk.on_delete in _ACTIONS
        and table.number != found.old.number
        and (table.filled or not step.is_new(table))
        and not _is_put_back(table.number, found.dropped)
    ]
    if hit:
        asked = any(
            isinstance(it, SetVariable) and it.name == "foreign_keys"
            for other in step.migration.steps
            for it in other.does
        )
        why = ": PRAGMA foreign_keys does nothing in a transaction" if asked else ""
        done = " and ".join(
            f"{words} of {series(names)}"
            for action, words in _ACTIONS.items()
            if (names := sorted({str(table) for table, fk in hit if fk.on_delete == action}))
        )
        yield Finding(
            found.dropped.span,
            f"this {done}, as foreign keys are enforced here{why}; turn them off before the "
            "transaction begins",
            subject=str(found.old),
            related=tuple(Related(fk.span, f"refers to {found.old}") for _, fk in hit),
            confidence=Confidence.LIKELY,
        )


_ACTIONS = {
    "CASCADE": "deletes all rows",
    "SET NULL": "empties the keys",
    "SET DEFAULT": "resets the keys",
}


def _is_put_back(table: int, dropped: Step) -> bool:
    """Whether the migration fills the table again later on."""
    return any(
        isinstance(change, Insert) and later.before.number_of(change.table) == table
        for later in dropped.migration.steps[dropped.number :]
        for change in later.does
    )
