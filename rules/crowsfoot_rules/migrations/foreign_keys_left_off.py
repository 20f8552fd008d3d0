"""A migration turns foreign keys off, and not on again (SQLite).

The setting belongs to the connection. What runs after it on the same one, later migrations among them, can
insert rows that refer to nothing, and no cascade does its work.

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
-- next migration
PRAGMA foreign_keys=OFF; -- want "stay off for what runs after it"
DELETE FROM "User" WHERE "id" = 1;
```

```sql sqlite
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY);
-- next migration
PRAGMA foreign_keys=OFF;
DELETE FROM "User" WHERE "id" = 1;
PRAGMA foreign_keys=ON;
```

Of a migration that its tool runs in a transaction nothing is said: there the setting does nothing.

Source: https://www.sqlite.org/pragma.html#pragma_foreign_keys
"""

from collections.abc import Iterator

from crowsfoot import Finding, Migration, rule
from crowsfoot.databases.redefining import is_on, runs_in_transaction
from crowsfoot.facts.sql import SetVariable, Transaction


@rule(over=Migration, about=(SetVariable,), since="0.2")
def check(migration: Migration) -> Iterator[Finding]:
    if migration.history.dialect != "sqlite" or runs_in_transaction(migration):
        return
    last, begun = None, False
    for step in migration.steps:
        for change in step.does:
            if isinstance(change, Transaction):
                begun = change.action == "begin" or (begun and change.action not in ("commit", "rollback"))
            elif isinstance(change, SetVariable) and change.name == "foreign_keys" and change.value:
                last = last if begun else (step, change.value)
    if last is not None and not is_on(last[1]):
        yield Finding(
            last[0].span,
            "foreign keys stay off for what runs after it on the same connection; end the migration with "
            "PRAGMA foreign_keys=ON",
            subject=migration.name,
        )
