"""A policy wraps a call in SELECT, which does nothing where the call names a column of the row.

`(SELECT f())` is worked out once for a statement. `(SELECT f(column))` is not: PostgreSQL runs it for each
row, like the call alone.

```sql
CREATE TABLE "Member" ("teamId" int NOT NULL, "account" text NOT NULL, PRIMARY KEY ("teamId", "account"));
CREATE TABLE "Note" ("id" int PRIMARY KEY, "teamId" int NOT NULL);
CREATE INDEX ON "Note" ("teamId");
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION in_team(team int) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT EXISTS (
    SELECT FROM public."Member" WHERE "teamId" = team AND "account" = current_setting('app.user')) $$;
CREATE POLICY team ON "Note"
  USING ((SELECT in_team("teamId"))); -- want "runs for every row of Note all the same"
```

Let a function give all values at once. An array of them can be looked up in an index:

```sql
CREATE TABLE "Member" ("teamId" int NOT NULL, "account" text NOT NULL, PRIMARY KEY ("teamId", "account"));
CREATE TABLE "Note" ("id" int PRIMARY KEY, "teamId" int NOT NULL);
CREATE INDEX ON "Note" ("teamId");
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION own_teams() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT "teamId" FROM public."Member" WHERE "account" = current_setting('app.user') $$;
CREATE POLICY team ON "Note" USING ("teamId" = ANY (ARRAY(SELECT own_teams())));
```

Source: https://github.com/orgs/supabase/discussions/14576
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, SecuredPolicy, rule
from crowsfoot.link.security.per_row import vain_wrappers
from crowsfoot.link.security.terms import says


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    for wrapper, column in vain_wrappers(policy):
        yield Finding(
            policy.span_of(wrapper),
            f'{says(wrapper)} in policy "{policy.policy.name}" runs for every row of {policy.table} all the '
            f"same, as it names {column}; let a function give all values of {column} at once: "
            f"{column} = ANY (ARRAY(SELECT ...))",
            subject=str(policy),
            confidence=policy.table.security.sure(Confidence.LIKELY),
        )
