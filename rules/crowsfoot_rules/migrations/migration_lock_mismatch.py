"""The migrations were written for another provider than the schema names.

`migration_lock.toml` says which provider the SQL is for. Where the datasource names another one, Prisma
refuses every command on migrations (P3019), because the SQL would not run there.

```toml
# migrations/migration_lock.toml
provider = "sqlite"
#          ^^^^^^^^ want "the migrations are for sqlite, and the schema is for postgresql"
```

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
```

Both have to name one provider:

```toml
# migrations/migration_lock.toml
provider = "postgresql"
```

```sql
CREATE TABLE "User" ("id" INTEGER NOT NULL);
```

After a change of the provider, remove the folder of migrations and begin a new history.

Source: https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/limitations-and-known-issues
Source: https://www.prisma.io/docs/orm/reference/error-reference#p3019
"""

from collections.abc import Iterator

from crowsfoot import Finding, History, Related, Severity, rule
from crowsfoot.facts.settings import MigrationLock


@rule(over=History, since="0.2", severity=Severity.ERROR)
def check(history: History) -> Iterator[Finding]:
    lock, database = history.lock_file, history.database
    source = database.datasource if database else None
    if lock is None or database is None or source is None or not isinstance(lock.facts, MigrationLock):
        return
    locked, declared = lock.facts.provider, source.get("provider")
    if locked is None or declared is None or not isinstance(declared.value, str):
        return
    names = [_ALIASES.get(it, it) for it in (locked.text, declared.value)]
    if names[0] != names[1]:
        yield Finding(
            lock.span(locked.range),
            f"the migrations are for {locked.text}, and the schema is for {declared.value}, so Prisma "
            "refuses to migrate (P3019); name one provider, or begin a new history",
            subject=history.path,
            related=(Related(source.span_of(declared), "the provider of the schema"),),
        )


# Source: https://www.prisma.io/docs/orm/reference/prisma-schema-reference#datasource
_ALIASES = {"postgres": "postgresql"}
