"""A policy names no role, and so is for all of them.

Without `TO` a policy is `TO PUBLIC`: it also counts for roles that were never thought of, and for those who
have not logged in. On Supabase its condition is worked out for `anon` as well, where `TO authenticated` would
have settled it.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" -- want "names no role"
  USING ("orgId" = current_setting('app.org')::int);
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" TO app_user USING ("orgId" = current_setting('app.org')::int);
```

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, SecuredPolicy, Severity, rule
from crowsfoot.link.security.policy_sql import altered, fix


@rule(over=SecuredPolicy, since="0.2", severity=Severity.NOTE, default=False)
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled or not policy.policy.permissive or "public" not in policy.policy.roles:
        return
    role = "authenticated" if policy.table.security.platform == "supabase" else "the role of the application"
    yield Finding(
        policy.span,
        f"policy {policy} names no role, so it is for all of them, also for those without a login; add TO "
        f"{role}",
        subject=str(policy),
        fix=fix("name the role", altered(policy, to=role) if role == "authenticated" else None),
    )
