"""Anybody can call a function that reads tables past their policies, and it does not ask who calls.

A `SECURITY DEFINER` function runs with the rights of its owner, for whom policies do not count. PostgreSQL
lets PUBLIC execute every new function, and an API serves those of its schemas: `POST /rpc/name`.

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

On Supabase `REVOKE ... FROM PUBLIC` is not enough: `anon` and `authenticated` have grants of their own.
Functions of triggers cannot be called. A function that asks who calls, as with `auth.uid()`, is not reported,
nor one that a policy calls: whoever meets the policy has to be allowed to. One that only tells yes or no, or
that is granted to the role by name, is reported with the confidence "possible".

Source: https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
        https://docs.postgrest.org/en/stable/references/api/functions.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredFunction, rule
from crowsfoot.link.security.functions import asks_who, is_trigger, policy_functions, reaches_past
from crowsfoot.link.security.words import listed, signature, who


@rule(over=SecuredFunction, since="0.2")
def check(function: SecuredFunction) -> Iterator[Finding]:
    security, held = function.security, function.function
    if not held.security_definer or is_trigger(held) or asks_who(function):
        return
    if held.name in policy_functions(security):
        return  # the policies that call it need the privilege
    exposure = security.exposure
    reaches = [*exposure.reaches(exposure.outsiders, held, "execute")]
    if not reaches:
        return
    tables = reaches_past(function)
    reads = f", which goes past the policies of {listed(tables)}" if tables else ""
    # Whoever loses a grant of its own still has that of PUBLIC, and the other way round.
    above = {name for it in reaches for name in security.principals.above(it.role)}
    given = {it.grantee for it in exposure.privileges.of(held) if it.grantee in above}
    grantees = [
        "PUBLIC" if it == "public" else it for it in sorted(given, key=lambda it: (it != "public", it))
    ]
    check_of = "auth.uid()" if security.platform in ("supabase", "neon") else "the claims of the request"
    meant = held.returns == "boolean" or any(it.source in ("grant", "default") for it in reaches)
    yield Finding(
        function.span,
        f"{who(reaches)} can call {function}{reads} with the rights of its owner, and it does not ask who "
        f"calls; REVOKE EXECUTE ON FUNCTION {signature(held)} FROM {', '.join(grantees)}, or let it check "
        f"{check_of}",
        subject=str(function),
        related=tuple(Related(it.span, f"policies of {it}") for it in tables[:3]),
        confidence=security.sure(Confidence.LIKELY, about=("revoke",))
        if tables and not meant
        else Confidence.POSSIBLE,
    )
