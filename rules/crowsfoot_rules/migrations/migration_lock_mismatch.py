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
from posixpath import dirname

from crowsfoot import Database, Finding, History, Project, Related, Severity, rule


@rule(over=Project, since="0.2", severity=Severity.ERROR)
def check(project: Project) -> Iterator[Finding]:
    for history in project.histories:
        locked, database = history.locked_provider, history.database or _beside(project, history)
        source = database.datasource if database else None
        declared = source.get("provider") if source else None
        if locked is None or source is None or declared is None or not isinstance(declared.value, str):
            continue
        name, place = locked
        if _ALIASES.get(name, name) != _ALIASES.get(declared.value, declared.value):
            yield Finding(
                place,
                f"the migrations are for {name}, and the schema is for {declared.value}, so Prisma "
                "refuses to migrate (P3019); name one provider, or begin a new history",
                subject=history.path,
                related=(Related(source.span_of(declared), "the provider of the schema"),),
            )


# Prisma itself has written "mssql". Source: https://github.com/prisma/prisma/issues/12087
_ALIASES = {"postgres": "postgresql", "mssql": "sqlserver"}


def _beside(project: Project, history: History) -> Database | None:
    """The database that can only be meant: no other one stands beside the migrations, and it has none."""
    home = dirname(history.path)
    databases = [it for it in project.databases if it.datasource and home == dirname(it.path)]
    histories = [it for it in project.histories if home == dirname(it.path)]
    return databases[0] if len(databases) == len(histories) == 1 and not databases[0].history else None
