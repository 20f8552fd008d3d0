"""An index is of no use to those for whom policies count, as what it is searched by is not leakproof.

Under row-level security PostgreSQL tries conditions of a query on rows that the policies have let through, so
that no error message tells of others. Only leakproof operators may go first, and only those can search an
index. Comparisons of numbers, texts, times and UUIDs are leakproof. LIKE, full text search, `@>`, and
comparisons of enums, numeric and arrays are not: the query reads all rows of the policy instead.

```sql
CREATE TABLE "Note" ("id" int PRIMARY KEY, "owner" text NOT NULL, "tags" text[] NOT NULL);
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note" USING ("owner" = (SELECT current_setting('app.user')));
CREATE INDEX tags ON "Note" -- want "index tags of Note is not searched under row-level security"
  USING gin ("tags");
```

Let an index find the rows of the policy, among which the others are then looked for. Where these are too
many, search in a SECURITY DEFINER function that asks for the owner itself:

```sql
CREATE TABLE "Note" ("id" int PRIMARY KEY, "owner" text NOT NULL, "tags" text[] NOT NULL);
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note" USING ("owner" = (SELECT current_setting('app.user')));
CREATE INDEX owner ON "Note" ("owner");
```

Unique indexes are not reported: they are there to refuse rows.

Source: https://www.postgresql.org/docs/current/rules-privileges.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredTable, Severity, rule
from crowsfoot.databases.leakproof import not_searched


@rule(over=SecuredTable, since="0.2", severity=Severity.NOTE)
def check(table: SecuredTable) -> Iterator[Finding]:
    security = table.security
    policies = table.policies_for("select")
    everybody_bypasses = security.principals.runtime and not security.exposure.applications
    if not table.enabled or not policies or everybody_bypasses:
        return
    for index in table.table.indexes.values():
        if index.unique or index.constraint or not index.valid:
            continue
        why = not_searched(index, table.table, security.catalog)
        if why is not None:
            yield Finding(
                index.span,
                f"index {index.name} of {table} is not searched under row-level security: {why}, so "
                "policies go first; let an index find their rows, or search in a SECURITY DEFINER function",
                subject=f"{table}.{index.name}",
                related=(Related(policies[0].span, "this policy goes first"),),
                confidence=Confidence.LIKELY,
            )
