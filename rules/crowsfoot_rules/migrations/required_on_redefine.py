"""A column becomes required, and copying the rows fails on the first one that has no value (SQLite).

To make a column required, a migration copies the table into a new one. It copies the column as it is; so with
a single NULL in it the copy fails, and the half-made table `new_...` stays behind, unless all of it runs in a
transaction.

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
-- next migration
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL);
INSERT INTO "new_User" ("id", "name") SELECT "id", "name" FROM "User"; -- want "fails on any row of User"
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
PRAGMA foreign_keys=ON;
```

Say what such rows are to hold, there or in an UPDATE before it:

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT);
-- next migration
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" ("id" INTEGER NOT NULL PRIMARY KEY, "name" TEXT NOT NULL);
INSERT INTO "new_User" ("id", "name") SELECT "id", coalesce("name", '') AS "name" FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
PRAGMA foreign_keys=ON;
```

Nothing is said where the migration updates the column or deletes rows before.

Source: https://www.sqlite.org/lang_createtable.html#notnullconst
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, Step, rule
from crowsfoot.databases.redefining import redefinition
from crowsfoot.facts.sql import Delete, Insert, RenameObject, Update
from crowsfoot.link.catalog.model import Table
from crowsfoot.prose import series


@rule(over=Step, about=(RenameObject,), since="0.2")
def check(step: Step) -> Iterator[Finding]:
    if step.migration.history.dialect != "sqlite":
        return
    found = redefinition(step)
    if found is None or step.is_new(found.old):
        return
    old, new = found.old, found.new
    keys = set(old.primary_key.columns) if old.primary_key is not None else set()
    for copying, insert in found.filled:
        query = insert.query
        if query is None or query.filtered or insert.on_conflict != "none" or insert.source == "replace":
            continue
        if not query.tables or copying.before.number_of(query.tables[0]) != old.number:
            continue
        names = [
            output.column
            for into, output in zip(insert.columns or tuple(new.columns), query.outputs, strict=False)
            if output.column is not None
            and (source := copying.before.column(old, output.column)) is not None
            and (target := copying.before.column(new, into)) is not None
            and target.not_null
            and not source.not_null
            and source.name not in keys
            and not _is_seen_to(copying, old, source.name)
        ]
        if names:
            yield Finding(
                copying.span_of(insert.range),
                f"this fails on any row of {old} without {series(names, 'or')}, which the new table "
                "requires; give such rows a value first, or copy coalesce(...)",
                subject=f"{old}.{names[0]}",
                related=tuple(
                    Related(old.columns[it].span, "can be NULL") for it in names if it in old.columns
                ),
                confidence=Confidence.LIKELY,
            )


def _is_seen_to(copying: Step, table: Table, column: str) -> bool:
    """Whether the migration has written the column, or deleted rows, before it copies them."""
    return any(
        earlier.before.number_of(change.table) == table.number
        for earlier in copying.migration.steps[: copying.number]
        for change in earlier.does
        if isinstance(change, Insert | Delete) or (isinstance(change, Update) and column in change.columns)
    )
