"""A policy lets rows through that another policy of the table keeps apart.

Permissive policies are put together with OR. A second one that asks only for a property of the row, such as
`deleted_at IS NULL`, does not narrow the first: it shows those rows of all tenants.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL, "deletedAt" timestamp);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')::int);
CREATE POLICY alive ON "Invoice" FOR SELECT
  USING ("deletedAt" IS NULL); -- want "shows the rows of others"
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL, "deletedAt" timestamp);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = current_setting('app.org')::int);
CREATE POLICY alive ON "Invoice" AS RESTRICTIVE FOR SELECT USING ("deletedAt" IS NULL);
```

A policy that asks for `is_public` or the like is meant to show rows to others, and is left alone.

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredPolicy, rule
from crowsfoot.databases.safe_ddl_text import quoted
from crowsfoot.link.security.intents import (
    asked,
    beside,
    commands,
    meant_for_all,
    narrowed,
    ordinary,
    says_public,
)
from crowsfoot.link.security.model import Command
from crowsfoot.link.security.policy_sql import created, dropped, fix, written
from crowsfoot.link.security.scoping import Condition
from crowsfoot.link.security.terms import own_columns, says


def _narrowing(policy: SecuredPolicy) -> str:
    """The policy again, as a restrictive one."""
    it = policy.policy
    return created(policy.table, it.name, it.command, it.roles, written(policy), restrictive=True)


_WHAT: dict[Command, str] = {
    "select": "shows the rows of others",
    "insert": "lets INSERT make rows for others",
}


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled or not policy.policy.permissive or not ordinary(policy):
        return
    for command in commands(policy):
        found = asked(policy, command)
        if found is None or not found.asks_nothing_more or any(it.always for it in found.ways):
            continue
        asks = own_columns(found.term, policy.table.table, policy.table.security.catalog)
        narrower = next(_scoped(policy, command, asks), None) if asks else None
        if narrower is not None and not narrowed(policy, command):
            confidence = _confidence(policy, found, command)
            if confidence is not None:
                yield _finding(policy, found, narrower, command, confidence)
            return


def _scoped(policy: SecuredPolicy, command: Command, asks: tuple[str, ...]) -> Iterator[SecuredPolicy]:
    """Policies that keep rows apart, by more than what is asked for here: org_id IS NULL is nobody's row."""
    for it in beside(policy, command, permissive=True):
        found = asked(it, command)
        if found is not None and found.kind == "scoped" and not set(asks) <= set(found.bound):
            yield it


def _confidence(policy: SecuredPolicy, found: Condition, command: Command) -> Confidence | None:
    """How sure it is that these rows were not meant to be seen by others; None: they were."""
    if command != "select":
        return Confidence.LIKELY
    table = policy.table
    names = own_columns(found.term, table.table, table.security.catalog)
    if meant_for_all(policy) or any(map(says_public, names)):
        return None
    return Confidence.LIKELY


def _finding(
    policy: SecuredPolicy, found: Condition, narrower: SecuredPolicy, command: Command, confidence: Confidence
) -> Finding:
    table = policy.table
    other = asked(narrower, command)
    column = other.bound[0] if other is not None and other.bound else "more"
    what = _WHAT.get(command, f"lets {command.upper()} have the rows of others")
    return Finding(
        policy.span_of(found.term),
        f"policies are put together with OR: {policy} {what} in {table} where "
        f'{says(found.term)}, though "{narrower.policy.name}" keeps them apart by {column}; drop it and '
        "write it "
        f"as CREATE POLICY {quoted(policy.policy.name)} ... AS RESTRICTIVE, or compare {column} here as well",
        subject=str(policy),
        related=(Related(narrower.span, "this policy is widened"),),
        fix=fix("let it narrow", dropped(policy) + _narrowing(policy)),
        confidence=confidence,
    )
