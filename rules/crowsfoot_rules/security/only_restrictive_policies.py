"""All policies of a table for a command are restrictive, so that no row passes.

Restrictive policies only take away from what permissive ones give. Where there is none, nothing is left:
SELECT, UPDATE and DELETE find no row, and INSERT is refused.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" AS RESTRICTIVE -- want "no row of Invoice passes"
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

from crowsfoot import Finding, Related, SecuredPolicy, SecuredTable, rule
from crowsfoot.databases.safe_ddl_text import quoted
from crowsfoot.link.security.scoping import scoping
from crowsfoot.prose import series


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    if not table.enabled or not table.policies or not table.security.certain:
        return
    if any(it.policy.permissive for it in table.policies) or all(map(_denies, table.policies)):
        return
    first = table.policies[0]
    names = series([f'"{it.policy.name}"' for it in table.policies])
    many = len(table.policies) > 1
    yield Finding(
        first.span,
        f"{'policies' if many else 'policy'} {names} of {table} {'are' if many else 'is'} restrictive, and "
        f"without a permissive one no row of {table} passes; drop AS RESTRICTIVE, or add a policy that lets "
        f"rows in: CREATE POLICY {quoted('all')} ON {table} USING (true), which the restrictive narrow",
        subject=str(table),
        related=tuple(Related(it.span, "restrictive, too") for it in table.policies[1:]),
    )


def _denies(policy: SecuredPolicy) -> bool:
    """Whether it lets nothing through: it says that the table is closed."""
    found = scoping(policy)
    asked = found.check if policy.policy.command == "insert" else found.using
    return asked is not None and asked.kind == "never"
