"""Anybody can call a function that reads tables past their policies, and it does not ask who calls.

A `SECURITY DEFINER` function runs with the rights of its owner, for whom policies do not count. PostgreSQL lets PUBLIC
execute every new function, and an API serves those of its schemas: `POST /rpc/name`.

```sql
CREATE ROLE anon NOLOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL, total numeric NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION turnover(org int) RETURNS numeric -- want "anon can call turnover()"
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
  AS $$ SELECT sum(total) FROM public.invoice WHERE org_id = org $$;
```

```sql
CREATE ROLE anon NOLOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL, total numeric NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION turnover(org int) RETURNS numeric
  LANGUAGE sql SECURITY DEFINER SET search_path = ''
  AS $$ SELECT sum(total) FROM public.invoice WHERE org_id = org $$;
REVOKE EXECUTE ON FUNCTION turnover(int) FROM PUBLIC;
```

On Supabase `REVOKE ... FROM PUBLIC` is not enough: `anon` and `authenticated` have grants of their own. Functions of
triggers cannot be called. A function that asks who calls, as with `auth.uid()`, is not reported.

Source: https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
        https://docs.postgrest.org/en/stable/references/api/functions.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredFunction, rule
from crowsfoot.link.security.functions import asks_who, is_trigger, reaches_past
from crowsfoot.link.security.words import listed, signature, who


@rule(over=SecuredFunction, since="0.2")
def check(function: SecuredFunction) -> Iterator[Finding]:
    security, held = function.security, function.function
    if not held.security_definer or is_trigger(held) or asks_who(function):
        return
    exposure = security.exposure
    reaches = [*exposure.reaches(exposure.outsiders, held, "execute")]
    if not reaches:
        return
    tables = reaches_past(function)
    reads = f", which goes past the policies of {listed(tables)}" if tables else ""
    grantees = dict.fromkeys("PUBLIC" if it.grantee == "public" else it.grantee for it in reaches)
    if any(it.grantee != "public" for it in reaches) and any(
        it.name == "execute" and it.grantee == "public" for it in exposure.privileges.of(held)
    ):
        grantees = {"PUBLIC": None, **grantees}
    confidence = min(it.confidence for it in reaches)
    yield Finding(
        function.span,
        f"{who(reaches)} can call {function}{reads} with the rights of its owner, and it does not ask who calls; "
        f"REVOKE EXECUTE ON FUNCTION {signature(held)} FROM {', '.join(grantees)}, or let it check auth.uid()",
        subject=str(function),
        related=tuple(Related(it.span, f"policies of {it}") for it in tables[:3]),
        confidence=security.sure(confidence) if tables else Confidence.POSSIBLE,
    )
