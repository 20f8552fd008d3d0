"""A policy is for a role that the application never has, so that it never counts.

Policies count for the role that a query runs as. A role that nobody connects as or changes to gets nothing
by a policy of its own, and for the role that is used no row is left.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" TO app_users -- want "nobody has the role app_users"
  USING ("orgId" = current_setting('app.org')::int);
```
```toml
runtime-roles = ["app_user"]
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" TO app_user USING ("orgId" = current_setting('app.org')::int);
```
```toml
runtime-roles = ["app_user"]
```

The setting `runtime-roles` says which roles are used. On Supabase they are `anon`, `authenticated` and
`service_role`, and what is granted to `authenticator`.

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, SecuredPolicy, rule
from crowsfoot.databases.sql_names import plain
from crowsfoot.link.security.model import Security
from crowsfoot.link.security.policy_sql import altered, fix
from crowsfoot.prose import series

_SUPABASE = frozenset(
    {"anon", "authenticated", "service_role", "authenticator", "postgres", "dashboard_user", "supabase_admin"}
    | {
        "supabase_auth_admin",
        "supabase_storage_admin",
        "supabase_realtime_admin",
        "pgbouncer",
        "supabase_read_only_user",
    }
)


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    security = policy.table.security
    used = _used(security)
    if (
        not policy.table.enabled
        or not used
        or "public" in policy.policy.roles
        or not policy.policy.permissive
    ):
        return
    unused = [it for it in policy.policy.roles if not _is_used(security, it, used)]
    if len(unused) < len(policy.policy.roles):
        return
    known = series(sorted(used)) if security.principals.runtime else "anon and authenticated"
    yield Finding(
        policy.span,
        f"policy {policy} never counts, as nobody has the role {series(unused, 'or')}: queries run as "
        f"{known}, for which it lets no row of {policy.table} through; name one of them after TO, or GRANT "
        f"{unused[0]} to it",
        subject=str(policy),
        fix=fix("make it for the role that is used", altered(policy, to=_instead(security))),
        confidence=Confidence.LIKELY,
    )


def _instead(security: Security) -> str:
    return ", ".join(map(plain, sorted(security.principals.runtime))) or "authenticated"


def _used(security: Security) -> frozenset[str]:
    if security.principals.runtime:
        return security.principals.runtime
    return _SUPABASE if security.platform == "supabase" else frozenset()


def _is_used(security: Security, role: str, used: frozenset[str]) -> bool:
    """Whether a role that is used is this one, or a member of it; one that logs in is somebody's."""
    principals = security.principals
    if any(role in principals.above(it) or role in principals.reachable(it) for it in used):
        return True
    return "login" in principals.options(role) or principals.bypasses(role)
