"""A policy compares a column with the role of the database, and the application connects as one role.

`current_user` is whoever the connection was opened as. Behind a connection pool that is the same role for all
users: no row is theirs, or all are.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "owner" text NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("owner" = current_user); -- want "the same for all users"
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "owner" text NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("owner" = current_setting('app.user'));
```

A database whose migrations create a role for each user, or for each tenant, is left alone.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, SecuredPolicy, rule
from crowsfoot.link.security.contexts import contexts_of
from crowsfoot.link.security.model import Security
from crowsfoot.link.security.scoping import comparisons

_SEVERAL = 2  # roles that can log in, and are not the application's one


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled:
        return
    security = policy.table.security
    contexts = contexts_of(security)
    for term in (policy.using, policy.policy.check.term if policy.policy.check else None):
        for it in comparisons(term, policy.table.table, contexts) if term is not None else ():
            if it.context.kind != "user" or it.operator != "=" or _role_per_user(security):
                continue
            yield Finding(
                policy.span_of(it.whole),
                f"{it.context.name} is the role that the application connects as, the same for all users of "
                f"a pool: policy {policy} does not keep their rows of {policy.table} apart; compare "
                f"{it.column.name} with {_instead(security)}",
                subject=str(policy),
                confidence=Confidence.LIKELY,
            )
            return


def _role_per_user(security: Security) -> bool:
    """Whether the migrations make several roles that log in."""
    if security.platform == "supabase":
        return False
    made = [it for it in security.catalog.roles.values() if "login" in it.options]
    return len(made) >= _SEVERAL


def _instead(security: Security) -> str:
    return "auth.uid()" if security.platform == "supabase" else "current_setting('app.user', true)"
