"""Rows can be changed by a role that no policy lets see them, so that UPDATE and DELETE find nothing.

`UPDATE ... WHERE` and `DELETE ... WHERE` read the rows that they look for, and reading asks for a policy for
SELECT. Where there is none, they change no row and raise no error.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY changed ON "Invoice" FOR UPDATE -- want "finds no row of Invoice"
  USING ("orgId" = current_setting('app.org')::int);
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY changed ON "Invoice" FOR UPDATE USING ("orgId" = current_setting('app.org')::int);
CREATE POLICY seen ON "Invoice" FOR SELECT USING ("orgId" = current_setting('app.org')::int);
```

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, SecuredTable, rule
from crowsfoot.link.security.coverage import lacking, select_policy
from crowsfoot.link.security.policy_sql import fix
from crowsfoot.prose import series


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    for policy, missed in lacking(table, ("update", "delete")):
        command = policy.policy.command.upper()
        who = "everybody" if "public" in missed else series(missed)
        yield Finding(
            policy.span,
            f"policy {policy} lets {who} {command}, but no policy lets them see rows, so that {command} "
            f"with a WHERE finds no row of {table}; add a policy FOR SELECT",
            subject=str(policy),
            fix=fix("let them see these rows", select_policy(table, policy, missed)),
            confidence=Confidence.CERTAIN if table.security.certain else Confidence.POSSIBLE,
        )
