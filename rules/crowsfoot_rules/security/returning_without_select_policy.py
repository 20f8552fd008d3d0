"""Rows can be inserted by a role that no policy lets see them, so that INSERT ... RETURNING fails.

`RETURNING` reads the new row, and reading asks for a policy for SELECT. Prisma, Django and SQLAlchemy add
`RETURNING` on their own, Supabase's client does with `.select()`: the INSERT fails with "new row violates
row-level security policy" (42501).

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON "Invoice" FOR INSERT -- want "INSERT ... RETURNING"
  WITH CHECK ("orgId" = current_setting('app.org')::int);
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON "Invoice" FOR INSERT WITH CHECK ("orgId" = current_setting('app.org')::int);
CREATE POLICY seen ON "Invoice" FOR SELECT USING ("orgId" = current_setting('app.org')::int);
```

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

import re
from collections.abc import Iterator

from crowsfoot import Confidence, Finding, SecuredTable, rule
from crowsfoot.link.security.coverage import lacking, select_policy
from crowsfoot.link.security.policy_sql import fix
from crowsfoot.prose import series

# Rows that are handed in, and read by somebody else.
_INTAKE = (
    r"(?i)(log|audit|event|contact|feedback|message|waitlist|wait_list|subscri|newsletter|signup|sign_up|lead|inquir"
    r"|enquir|submission|report|metric|analytic|track|visit|view|click|vote|response|request|error|outbox|queue|stat)"
)


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    for policy, missed in lacking(table, ("insert",)):
        if any(True for _ in lacking(table, ("update", "delete"), only=missed)):
            continue  # said by write-without-select-policy
        intake = re.search(_INTAKE, table.table.name) or "anon" in missed
        yield Finding(
            policy.span,
            f"INSERT ... RETURNING into {table} fails with 42501 for {_named(missed)}, as no policy lets "
            "them see the new row; add a policy FOR SELECT",
            subject=str(policy),
            fix=fix("let them see these rows", select_policy(table, policy, missed)),
            confidence=Confidence.POSSIBLE if intake or not table.security.certain else Confidence.LIKELY,
        )


def _named(missed: tuple[str, ...]) -> str:
    return "everybody" if "public" in missed else series(missed)
