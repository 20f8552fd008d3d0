"""A new migration sorts before one that is there already.

Databases that are up to date run it last, and new ones run it where it stands. The two can come out
different, or one of them fails. Some tools never run it at all, or refuse to. That happens when branches are
merged. Only shown with `--since`, which tells what was there before.

```sql
-- @before/migrations/20240301000000_user/migration.sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- migrations/20240201000000_post/migration.sql
CREATE TABLE "Post" ("id" INTEGER NOT NULL); -- want "is new and sorts before 20240301000000_user"
-- migrations/20240301000000_user/migration.sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
```

Give it a name that sorts behind all others:

```sql
-- @before/migrations/20240301000000_user/migration.sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- migrations/20240301000000_user/migration.sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
-- migrations/20240302000000_post/migration.sql
CREATE TABLE "Post" ("id" INTEGER NOT NULL);
```

Source: https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories
Source: https://documentation.red-gate.com/flyway/reference/configuration/flyway-namespace/flyway-out-of-order-setting
Source: https://supabase.com/docs/reference/cli/supabase-db-push
"""

from collections.abc import Iterator

from crowsfoot import Finding, History, Related, rule


@rule(over=History, since="0.2")
def check(history: History) -> Iterator[Finding]:
    last = next((it for it in reversed(history.migrations) if not it.is_new), None)
    if last is None:
        return
    effect = _EFFECTS.get(history.tool, "new databases run it before, and others after that one")
    for migration in history.migrations[: last.number]:
        if migration.is_new:
            yield Finding(
                migration.span,
                f"{migration} is new and sorts before {last}: {effect}; give it a later name",
                subject=migration.name,
                related=(Related(last.span, "this is there already"),),
            )


_EFFECTS = {
    "drizzle": "drizzle skips what is older than the last migration that has run",
    "flyway": "flyway refuses to migrate the databases that have that one",
    "golang-migrate": "migrate skips what is older than the last migration that has run",
    "goose": "goose refuses to migrate the databases that have that one",
    "supabase": "supabase db push refuses it without --include-all",
}
