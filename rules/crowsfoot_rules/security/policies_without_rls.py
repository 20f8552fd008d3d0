"""A table has policies, but its row-level security is switched off.

PostgreSQL keeps policies whether they count or not, and without `ENABLE ROW LEVEL SECURITY` none does:
whoever may read the table reads all of its rows.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
CREATE POLICY own ON "Invoice" -- want "of Invoice is not enforced"
  USING ("orgId" = current_setting('app.org')::int);
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')::int);
```

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, SecuredTable, Severity, rule
from crowsfoot.link.security.words import sql_name


@rule(over=SecuredTable, since="0.2", severity=Severity.ERROR)
def check(table: SecuredTable) -> Iterator[Finding]:
    if table.enabled or not table.policies:
        return
    if table.table.rls_forced and not any(it.what == "disable" for it in table.switches):
        return  # FORCE was taken for ENABLE, which another rule tells
    policy = table.policies[0]
    switched = [it for it in table.switches if it.what == "disable"]
    names = ", ".join(f'"{it.policy.name}"' for it in table.policies)
    yield Finding(
        switched[-1].span if switched else policy.span,
        f"{'policies' if len(table.policies) > 1 else 'policy'} {names} of {table} "
        f"{'are' if len(table.policies) > 1 else 'is'} not enforced, as row-level security of it is off; "
        f"ALTER TABLE {sql_name(table.table)} ENABLE ROW LEVEL SECURITY",
        subject=str(table),
        related=tuple(Related(it.span, "this policy never counts") for it in table.policies[:5]),
        confidence=table.security.sure(about=("row level security",)),
    )
