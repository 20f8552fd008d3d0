"""A policy can be switched off by a setting, which whoever runs SQL can set.

`current_setting('app.bypass_rls', true) = 'on'` lets all rows through. Every role may set such a setting, so
one statement that an attacker gets in, or one that leaks from a pooled connection, is enough.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')::int);
CREATE POLICY bypass ON "Invoice"
  USING (current_setting('app.bypass_rls', true) = 'on'); -- want "SET app.bypass_rls"
```

```sql
CREATE ROLE support BYPASSRLS;
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')::int);
```

A role of its own for what has to see everything, with its own connection, cannot be had by a setting.

Source: https://www.postgresql.org/docs/current/sql-createrole.html
"""

import re
from collections.abc import Iterator

from crowsfoot import Confidence, Finding, SecuredPolicy, rule
from crowsfoot.link.security.contexts import Context, contexts_of
from crowsfoot.link.security.evaluation import EMPTY, UNSET, evaluate
from crowsfoot.link.security.intents import ordinary, roles
from crowsfoot.link.security.policy_sql import dropped, fix
from crowsfoot.link.security.scoping import Condition, scoping
from crowsfoot.link.security.terms import own_columns, says

_BYPASS = (
    r"(?i)(bypass|admin|super|system|service|internal|skip|disable|ignore|unrestricted|all_tenants|god|root|sudo"
    r"|rls)"
)


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled or not policy.policy.permissive or not ordinary(policy):
        return
    found = scoping(policy)
    seen: set[str] = set()
    for condition in (found.using, found.check if policy.policy.check is not None else None):
        for way in condition.ways if condition is not None else ():
            setting = _setting(policy, way)
            if setting is None or setting.name in seen:
                continue
            seen.add(setting.name)
            likely = re.search(_BYPASS, setting.name) or re.search(_BYPASS, says(way.term))
            yield Finding(
                policy.span_of(way.term),
                f"{says(way.term)} lets {roles(policy)} past {policy}, and every role may SET "
                f"{setting.name}: one injected statement, or one that leaks from a pooled connection, opens "
                f"all rows of {policy.table}; give what has to see them a role of its own: CREATE ROLE ... "
                "BYPASSRLS",
                subject=f"{policy} {setting.name}",
                fix=fix("use a role with BYPASSRLS", dropped(policy) if way is condition else None),
                confidence=Confidence.LIKELY if likely else Confidence.POSSIBLE,
            )


def _setting(policy: SecuredPolicy, way: Condition) -> Context | None:
    """The setting on which alone it hangs that this way is open."""
    table = policy.table
    if way.kind != "claimed" or own_columns(way.term, table.table, table.security.catalog):
        return None  # it is for some rows only
    contexts = contexts_of(table.security)
    if any(evaluate(way.term, session, contexts) is True for session in (UNSET, EMPTY)):
        return None  # it is open without the setting: said by policy-fails-open
    asked = contexts.within(way.term)
    if any(it.kind not in ("setting", "function") for it in asked):
        return None
    return next((it for it in asked if it.kind == "setting"), None)
