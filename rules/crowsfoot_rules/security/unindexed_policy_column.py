"""A policy finds the rows of whoever asks by a column that has no index.

The condition of a policy is part of every query. Where it compares a column with a value of the session,
PostgreSQL can find the rows by an index that begins with the column, and without one reads all rows of all
tenants each time.

```sql
CREATE TABLE "Note" (
  "id" int PRIMARY KEY,
  "owner" text NOT NULL -- want "no index on Note begins with owner"
);
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note" USING ("owner" = (SELECT current_setting('app.user')));
```

```sql
CREATE TABLE "Note" ("id" int PRIMARY KEY, "owner" text NOT NULL);
CREATE INDEX ON "Note" ("owner");
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note" USING ("owner" = (SELECT current_setting('app.user')));
```

Nothing is reported where an index would not help: for `"owner" IN (SELECT ...)`, or where another policy or a
part of OR lets rows through that are found by no index.

Source: https://supabase.com/docs/guides/database/postgres/row-level-security#add-indexes
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Fix, Related, Safety, SecuredTable, rule
from crowsfoot.databases.safe_ddl_text import quoted
from crowsfoot.link.security.access_paths import missing


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    policies = {it.column: policy for policy, it in reversed(list(missing(table)))}
    for column, policy in policies.items():
        on = f"{quoted(table.table.schema)}.{quoted(table.table.name)}"
        yield Finding(
            table.table.columns[column].span,
            f'no index on {table} begins with {column}, by which policy "{policy.policy.name}" finds the '
            f"rows of whoever asks, so every query reads all rows; CREATE INDEX ON {table} ({column})",
            subject=f"{table}.{column}",
            related=(Related(policy.span, "this policy is part of every query"),),
            fix=Fix(
                "make an index", (), Safety.MANUAL, f"CREATE INDEX CONCURRENTLY ON {on} ({quoted(column)});\n"
            ),
            confidence=table.security.sure(Confidence.LIKELY),
        )
