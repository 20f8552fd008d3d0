"""A policy casts a column, or calls a function with it, so that no index on the column is used.

An index is searched for values of the column. With `tenant_id::text = current_setting(...)` PostgreSQL has to
cast the column of every row first: cast the other side instead.

```sql
CREATE TABLE "Note" ("id" int PRIMARY KEY, "tenantId" uuid NOT NULL);
CREATE INDEX ON "Note" ("tenantId");
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note"
  USING ("tenantId"::text = (SELECT current_setting('app.tenant'))); -- want "casts tenantId, so that no"
```

```sql
CREATE TABLE "Note" ("id" int PRIMARY KEY, "tenantId" uuid NOT NULL);
CREATE INDEX ON "Note" ("tenantId");
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note" USING ("tenantId" = (SELECT current_setting('app.tenant')::uuid));
```

An index on the expression itself, `("tenantId"::text)`, serves as well.

Source: https://www.postgresql.org/docs/current/indexes-expressional.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, SecuredTable, rule
from crowsfoot.facts.terms import Term
from crowsfoot.link.security.access_paths import Lookup, dressed
from crowsfoot.link.security.terms import bare, parts, says


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    for policy, it in dressed(table):
        calls = [part.name for part in parts(it.beside) if part.kind == "call"]
        does = f"calls {calls[0]}() with {it.column}" if calls else f"casts {it.column}"
        yield Finding(
            policy.span_of(it.whole),
            f'policy "{policy.policy.name}" {does}, so that no index on it is used and every query reads all '
            f"rows of {table}; {_instead(it, table, calls)}",
            subject=str(policy),
            confidence=table.security.sure(Confidence.LIKELY),
        )


def _instead(it: Lookup, table: SecuredTable, calls: list[str]) -> str:
    if calls:
        return f"make an index on ({says(it.beside)}), or keep the value as it is asked for"
    column = table.table.columns[it.column]
    value: Term = bare(it.against)
    written = says(value)
    if value.name == "current_setting" and len(value.of) > 1:  # once set, it is '' afterwards, and no NULL
        written = f"nullif({written}, '')"
    cast = "" if value.qualifier == "auth" and column.type.name == "uuid" else f"::{column.type}"
    return f"write {it.column} {it.operator} (SELECT {written}{cast})"
