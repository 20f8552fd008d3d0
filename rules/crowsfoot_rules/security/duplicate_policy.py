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
from typing import NamedTuple

from crowsfoot import Finding, Related, SecuredPolicy, SecuredTable, Severity, rule
from crowsfoot.databases.safe_ddl_text import quoted
from crowsfoot.link.security.policy_sql import dropped, fix
from crowsfoot.link.security.scoping import scoping
from crowsfoot.link.security.terms import form

_MOST = 50  # policies of one table


@rule(over=SecuredTable, since="0.2", severity=Severity.NOTE)
def check(table: SecuredTable) -> Iterator[Finding]:
    if len(table.policies) < 2:
        return
    said = [_Said(it, form(it.using), form(it.check)) for it in table.policies[:_MOST] if not _is_open(it)]
    for at, it in enumerate(said):
        for number, other in enumerate(said):
            # Of two that say the same the first stays.
            if number == at or not _covers(other, it) or (number > at and _covers(it, other)):
                continue
            policy = it.policy
            yield Finding(
                policy.span,
                f'policy {policy} says nothing that "{other.policy.policy.name}" does not; '
                f"DROP POLICY {quoted(policy.policy.name)} ON {table}",
                subject=str(policy),
                fix=fix("keep one", dropped(policy)),
                related=(Related(other.policy.span, "this policy says the same"),),
            )
            break


def _is_open(policy: SecuredPolicy) -> bool:
    """Whether policy-always-true has more to say of it."""
    found = scoping(policy)
    return any(it is not None and it.always for it in (found.using, found.check))


class _Said(NamedTuple):
    """A policy, and what its clauses say."""

    policy: SecuredPolicy
    using: object
    check: object


def _covers(other: _Said, it: _Said) -> bool:
    """Whether the other lets through, or keeps out, all that this one does."""
    mine, theirs = it.policy.policy, other.policy.policy
    if mine.permissive is not theirs.permissive or theirs.command not in ("all", mine.command):
        return False
    if "public" not in theirs.roles and not set(mine.roles) <= set(theirs.roles):
        return False
    if mine.command != "insert" and it.using != other.using:
        return False
    reads_only = mine.command in ("select", "delete")
    return reads_only or it.check == other.check
