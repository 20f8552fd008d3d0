"""A restrictive policy keeps tenants apart for some roles only, and another role passes by it.

A restrictive policy narrows what its own roles may see. A permissive policy for a role that it does not name
is not narrowed at all.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON "Invoice" USING (true);
CREATE POLICY own ON "Invoice" AS RESTRICTIVE -- want "of all other roles"
  TO app_user USING ("orgId" = current_setting('app.org')::int);
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_rows ON "Invoice" USING (true);
CREATE POLICY own ON "Invoice" AS RESTRICTIVE USING ("orgId" = current_setting('app.org')::int);
```

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredPolicy, rule
from crowsfoot.link.security.intents import asked, beside, commands, narrowed, ordinary
from crowsfoot.link.security.model import Command
from crowsfoot.link.security.policy_sql import altered, fix
from crowsfoot.prose import series


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if policy.policy.permissive or "public" in policy.policy.roles or not policy.table.enabled:
        return
    for command in commands(policy):
        found = asked(policy, command)
        if found is None or found.kind != "scoped":
            continue
        for other in _passing(policy, command):
            missed = [it for it in other.policy.roles if not policy.applies_to(it)]
            whose = "of all other roles" if "public" in missed else f"of {series(missed)}"
            yield Finding(
                policy.span,
                f"restrictive policy {policy} narrows only what {series(policy.policy.roles)} may see, so "
                "that "
                f'rows {whose} come through "{other.policy.name}" unnarrowed; leave out TO, so that it is '
                "for all",
                subject=str(policy),
                related=(Related(other.span, "this policy is not narrowed for them"),),
                fix=fix("make it for all roles", altered(policy, to="PUBLIC")),
                confidence=Confidence.LIKELY,
            )
            return


def _passing(policy: SecuredPolicy, command: Command) -> Iterator[SecuredPolicy]:
    """Permissive policies that let a role pass that nothing restrictive is about.

    They ask for nothing; or for something else, where the restrictive one narrows nobody at all and so was
    meant for them.
    """
    mine = asked(policy, command)
    idle = not any(True for _ in beside(policy, command, permissive=True))
    for it in policy.table.policies_for(command):
        if not it.policy.permissive or not ordinary(it) or narrowed(it, command):
            continue
        found = asked(it, command)
        if found is None or mine is None:
            continue
        weak = found.kind in ("open", "login")
        other = idle and found.kind == "scoped" and not set(mine.bound) & set(found.bound)
        if (weak or other) and any(not policy.applies_to(role) for role in it.policy.roles):
            yield it
