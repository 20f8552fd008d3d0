"""A policy reads a setting that has to be set, or every query of the table fails.

`current_setting('app.org')` raises "unrecognized configuration parameter" (42704) where nobody has set it.
That is safe, but also for jobs and consoles that never set it; with `true` as second argument it is NULL
instead, and no row is seen.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" text NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')); -- want "fails with 42704"
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" text NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org', true));
```

Source: https://www.postgresql.org/docs/current/functions-admin.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, SecuredPolicy, Severity, rule
from crowsfoot.databases.setting_names import is_builtin
from crowsfoot.link.security.contexts import contexts_of
from crowsfoot.link.security.terms import everything


@rule(over=SecuredPolicy, since="0.2", severity=Severity.NOTE, default=False)
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled:
        return
    contexts = contexts_of(policy.table.security)
    seen: set[str] = set()
    for term in (policy.using, policy.check):
        for it in everything(term) if term is not None else ():
            if it.kind != "call" or it.name != "current_setting":
                continue
            found = contexts.value(it)
            if found is None or not found.raises or found.name in seen or is_builtin(found.name):
                continue
            seen.add(found.name)
            yield Finding(
                policy.span_of(it),
                f"a query of {policy.table} fails with 42704 where {found.name} was never set; with "
                f"current_setting('{found.name}', true) it sees no row instead",
                subject=str(policy),
            )
