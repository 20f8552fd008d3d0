"""A policy calls a function for every row that a query looks at.

What the session says is the same for all rows, but PostgreSQL calls `auth.uid()` or `current_setting()` again
for each of them. A `(SELECT ...)` around the call is worked out once for a statement: on a table of 100,000
rows that is 6 instead of 45 milliseconds.

```sql
CREATE TABLE "Note" ("id" int PRIMARY KEY, "owner" text NOT NULL, "shared" boolean NOT NULL);
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note" -- want "calls current_setting('app.user') for every row of Note"
  USING ("shared" OR "owner" = current_setting('app.user'));
```

```sql
CREATE TABLE "Note" ("id" int PRIMARY KEY, "owner" text NOT NULL, "shared" boolean NOT NULL);
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note" USING ("shared" OR "owner" = (SELECT current_setting('app.user')));
```

A function that is given a column of the row cannot be called once. Where it reads a table, each row costs a
query; a function that gives all values at once costs one:

```sql
CREATE TABLE "Member" ("teamId" int NOT NULL, "account" text NOT NULL, PRIMARY KEY ("teamId", "account"));
CREATE TABLE "Note" ("id" int PRIMARY KEY, "teamId" int NOT NULL);
CREATE INDEX ON "Note" ("teamId");
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION own_teams() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT "teamId" FROM public."Member" WHERE "account" = current_setting('app.user') $$;
CREATE POLICY team ON "Note" USING ("teamId" = ANY (ARRAY(SELECT own_teams())));
```

Nothing is reported where an index finds the rows, as with `"owner" = auth.uid()` and an index on "owner":
then the call is made once, too. Nor is it for policies that are for INSERT, UPDATE or DELETE alone: new rows
are asked about once, and others are mostly found by their key.

Nor is anything where policies lead back to the table: a SELECT around the call could be the one subquery too
many, see `policy-recursion`.

Source: https://supabase.com/docs/guides/database/postgres/row-level-security#call-functions-with-select
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Fix, Safety, SecuredPolicy, rule
from crowsfoot.databases.safe_ddl_text import quoted
from crowsfoot.link.security.access_paths import could_be_served
from crowsfoot.link.security.per_row import hidden_queries, repeated, wrapped_once
from crowsfoot.link.security.terms import own_columns, says
from crowsfoot.prose import series


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    table = policy.table
    calls = list(dict.fromkeys(says(it) for it in repeated(policy)))
    if calls:
        once = " and ".join(f"(SELECT {it})" for it in calls)
        yield Finding(
            policy.span,
            f'policy "{policy.policy.name}" calls {series(calls)} for every row of {table}; '
            f"write {once}, which PostgreSQL works out once",
            subject=str(policy),
            fix=_fix(policy),
            confidence=table.security.sure(Confidence.LIKELY)
            if could_be_served(policy)
            else Confidence.LIKELY,
        )
        return
    for call, read in hidden_queries(policy):
        column = own_columns(call, table.table, table.security.catalog)[0]
        yield Finding(
            policy.span,
            f'policy "{policy.policy.name}" calls {says(call)} for every row of {table}, and reads {read} '
            f"each time; let a function give all values at once: {column} = ANY (ARRAY(SELECT ...))",
            subject=str(policy),
            confidence=Confidence.POSSIBLE,  # most queries may well ask for few rows
        )
        return


def _fix(policy: SecuredPolicy) -> Fix | None:
    using = wrapped_once(policy)
    if using is None:
        return None
    on = f"{quoted(policy.table.table.schema)}.{quoted(policy.table.table.name)}"
    snippet = f"ALTER POLICY {quoted(policy.policy.name)} ON {on}\n  USING ({using});\n"
    return Fix("call it once", (), Safety.MANUAL, snippet)
