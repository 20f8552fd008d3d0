"""A policy says the same as another one of its table.

Each policy is worked out for each query, and two that say the same have to be changed together.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')::int);
CREATE POLICY seen ON "Invoice" FOR SELECT -- want "says nothing that"
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

from crowsfoot import Finding, Related, SecuredPolicy, SecuredTable, Severity, rule
from crowsfoot.databases.safe_ddl_text import quoted
from crowsfoot.link.security.terms import alike

_MOST = 50  # policies of one table


@rule(over=SecuredTable, since="0.2", severity=Severity.NOTE)
def check(table: SecuredTable) -> Iterator[Finding]:
    policies = table.policies[:_MOST]
    for at, it in enumerate(policies):
        for number, other in enumerate(policies):
            # Of two that say the same the first stays.
            if number == at or not _covers(other, it) or (number > at and _covers(it, other)):
                continue
            yield Finding(
                it.span,
                f'policy {it} says nothing that "{other.policy.name}" does not; '
                f"DROP POLICY {quoted(it.policy.name)} ON {table}",
                subject=str(it),
                related=(Related(other.span, "this policy says the same"),),
            )
            break


def _covers(other: SecuredPolicy, it: SecuredPolicy) -> bool:
    """Whether the other lets through, or keeps out, all that this one does."""
    mine, theirs = it.policy, other.policy
    if mine.permissive is not theirs.permissive or theirs.command not in ("all", mine.command):
        return False
    if "public" not in theirs.roles and not set(mine.roles) <= set(theirs.roles):
        return False
    if mine.command != "insert" and not alike(it.using, other.using):
        return False
    reads_only = mine.command in ("select", "delete")
    return reads_only or alike(it.check, other.check)
