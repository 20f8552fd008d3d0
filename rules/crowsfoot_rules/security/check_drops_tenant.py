"""WITH CHECK does not ask for what USING asks for, so that rows can be written for others.

`USING` says which rows a policy lets a user see and change, `WITH CHECK` what may come of them. Where only
`USING` compares the tenant, a row can be inserted for another tenant, or moved to him. Without a `WITH CHECK`
of its own a policy uses its `USING` for both.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')::int)
  WITH CHECK (true); -- want "WITH CHECK of "
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')::int);
```

UPDATE with a WHERE is kept from moving rows by the SELECT policy as well; INSERT, and UPDATE without a WHERE,
are not (measured on PostgreSQL 16).

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredPolicy, Severity, rule
from crowsfoot.link.security.intents import ordinary
from crowsfoot.link.security.policy_sql import Clauses, altered, fix
from crowsfoot.link.security.scoping import scoping


@rule(over=SecuredPolicy, since="0.2", severity=Severity.ERROR)
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if policy.policy.check is None or not policy.policy.permissive or not policy.table.enabled:
        return
    found = scoping(policy)
    if found.using is None or found.check is None or not ordinary(policy):
        return
    if found.using.kind != "scoped" or not found.using.bound or not found.check.asks_nothing_more:
        return
    using = policy.policy.using
    column = found.using.bound[0]
    moves = "inserted for others or moved to them" if policy.policy.command == "all" else "moved to others"
    yield Finding(
        policy.span_of(found.check.term),
        f"WITH CHECK of {policy} does not ask for {column}, as its USING does, so that rows of "
        f"{policy.table} can be {moves}; leave WITH CHECK out, as USING counts for both then, or write WITH "
        f"CHECK ({using.text if using is not None else '...'})",
        subject=str(policy),
        fix=fix("check what USING asks for", altered(policy, Clauses(check=using.text))) if using else None,
        related=(Related(policy.span_of(found.using.term), f"{column} is asked for here"),),
        confidence=Confidence.CERTAIN if found.check.always else Confidence.LIKELY,
    )
