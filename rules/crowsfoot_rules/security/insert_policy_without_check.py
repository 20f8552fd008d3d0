"""A policy for INSERT has no WITH CHECK, so that it lets no row in.

`USING` is not allowed for INSERT, and without `WITH CHECK` a policy gives nothing: each INSERT fails with
"new row violates row-level security policy" (42501), unless another policy lets the row in.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON "Invoice" FOR INSERT TO app_user; -- want "lets no row in"
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON "Invoice" FOR INSERT TO app_user
  WITH CHECK ("orgId" = current_setting('app.org')::int);
```

A policy `FOR ALL` or `FOR UPDATE` needs no `WITH CHECK`: its `USING` counts for new rows, too.

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, SecuredPolicy, rule
from crowsfoot.link.security.policy_sql import Clauses, altered, fix
from crowsfoot.link.security.scoping import scoping


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if policy.policy.command != "insert" or policy.policy.check is not None or not policy.policy.permissive:
        return
    if not policy.table.enabled:
        return
    usual = next(
        (it.policy.using.text for it in policy.table.policies if it.policy.using and _scoped(it)), "..."
    )
    yield Finding(
        policy.span,
        f"policy {policy} has no WITH CHECK and so lets no row in: each INSERT into {policy.table} fails "
        f"with 42501; add WITH CHECK ({usual})",
        subject=str(policy),
        fix=fix(
            "say what may be inserted", altered(policy, Clauses(check=usual)) if usual != "..." else None
        ),
    )


def _scoped(policy: SecuredPolicy) -> bool:
    using = scoping(policy).using
    return using is not None and using.kind == "scoped"
