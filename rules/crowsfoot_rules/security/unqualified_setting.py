"""A policy reads a setting of a name without a dot, which nobody can set.

Settings of an application need two parts, such as `app.org`. `SET org = ...` fails with "unrecognized
configuration parameter" (42704), and so does reading it: no query of the table succeeds, or with `true` as
second argument no row is ever seen.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" text NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice"
  USING ("orgId" = current_setting('tenant', true)); -- want "app.tenant"
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" text NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.tenant', true));
```

Source: https://www.postgresql.org/docs/current/runtime-config-custom.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, SecuredPolicy, rule
from crowsfoot.databases.setting_names import is_builtin
from crowsfoot.facts.terms import Term
from crowsfoot.link.security.contexts import contexts_of
from crowsfoot.link.security.policy_sql import altered, fix, replaced
from crowsfoot.link.security.terms import everything


def _fix(policy: SecuredPolicy, call: Term, name: str) -> Fix | None:
    if call.name != "current_setting":
        return None  # it stands in a function
    clauses = replaced(policy, [(call.of[0], f"'app.{name}'")])
    return fix("give it a name of two parts", altered(policy, clauses)) if clauses is not None else None


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled:
        return
    contexts = contexts_of(policy.table.security)
    seen: set[str] = set()
    for term in (policy.using, policy.check):
        for it in everything(term) if term is not None else ():
            if it.kind != "call":
                continue
            for found in contexts.within(it):
                name = found.name
                if found.kind != "setting" or "." in name or is_builtin(name) or name in seen:
                    continue
                seen.add(name)
                yield Finding(
                    policy.span_of(it),
                    f"no statement can set {name}, as settings of your own need a dot in their name: policy "
                    f"{policy} lets no row through, or fails with 42704; call it app.{name} here and in "
                    "set_config()",
                    subject=str(policy),
                    fix=_fix(policy, it, name),
                )
