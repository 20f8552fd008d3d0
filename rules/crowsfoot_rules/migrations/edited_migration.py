"""A migration that may have run already was changed or removed.

What has run does not run again: databases that have the old text keep what it made, and new ones get
something else. Tools that keep a checksum refuse to go on; Prisma's `migrate dev` wants to reset the database
of every developer. Only shown with `--since`, which tells what was there before.

```sql
-- @before/migrations/20240101000000_user/migration.sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- migrations/20240101000000_user/migration.sql
CREATE TABLE "User" ("id" BIGINT NOT NULL); -- want "20240101000000_user was changed after it may have run"
```

Leave it as it is, and put what is to change into a new one:

```sql
-- @before/migrations/20240101000000_user/migration.sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- migrations/20240101000000_user/migration.sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- migrations/20240202000000_bigger_id/migration.sql
ALTER TABLE "User" ALTER COLUMN "id" TYPE BIGINT;
```

Source: https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories#do-not-edit-or-delete-migrations-that-have-been-applied
Source: https://documentation.red-gate.com/flyway/reference/commands/validate
"""

from collections.abc import Iterator

from crowsfoot import Finding, History, Severity, rule
from crowsfoot.source import Span


@rule(over=History, since="0.2", severity=Severity.ERROR)
def check(history: History) -> Iterator[Finding]:
    effect = _EFFECTS.get(history.tool, "databases that have it keep what it made before")
    for migration in history.migrations:
        if migration.edited:
            yield Finding(
                migration.span,
                f"{migration} was changed after it may have run: {effect}; "
                "put the change into a new migration",
                subject=migration.name,
            )
    for name in history.deleted:
        # There is no place for what is gone but beside what came after it.
        place = next((it.span for it in history.migrations if it.name > name), None)
        if place is None:
            place = history.migrations[-1].span if history.migrations else Span(history.path, 0, 0)
        yield Finding(
            place,
            f"{name} was removed after it may have run: {effect}; "
            "put it back, and undo it in a new migration",
            subject=name,
        )


_EFFECTS = {
    "prisma": "prisma migrate dev wants to reset the databases that have it",
    "flyway": "flyway refuses to migrate the databases that have it",
    "sqlx": "sqlx refuses to migrate the databases that have it",
}
