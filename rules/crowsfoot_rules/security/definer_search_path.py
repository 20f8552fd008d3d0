"""A function with the rights of its owner looks names up where its caller says.

Without a `search_path` of its own a `SECURITY DEFINER` function looks names up in that of the caller. A
caller who puts a table or function of the same name first makes it work on that, with the rights of the
owner. Temporary tables come first even in `search_path = public`, unless `pg_temp` stands last in it.

```sql
CREATE TABLE account (id int PRIMARY KEY, is_admin boolean NOT NULL);
CREATE FUNCTION is_admin(who int) RETURNS boolean -- want "is_admin() runs with the rights of its owner"
  LANGUAGE sql STABLE SECURITY DEFINER
  AS $$ SELECT is_admin FROM account WHERE id = who $$;
```

```sql
CREATE TABLE account (id int PRIMARY KEY, is_admin boolean NOT NULL);
CREATE FUNCTION is_admin(who int) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
  AS $$ SELECT is_admin FROM public.account WHERE id = who $$;
```

Functions without `SECURITY DEFINER` are never reported: they can do no more than their caller can. One whose
body names every table with its schema is reported with the confidence "possible", and so is `search_path =
public` where only an API reaches the database, as nobody can make temporary tables through it. A role that
logs in and was given the function can.

Source: https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, SecuredFunction, rule
from crowsfoot.link.security.functions import is_qualified
from crowsfoot.link.security.intents import logs_in
from crowsfoot.link.security.words import signature


@rule(over=SecuredFunction, since="0.2")
def check(function: SecuredFunction) -> Iterator[Finding]:
    held = function.function
    if not held.security_definer or held.returns == "event_trigger" or held.language in ("c", "internal"):
        return
    if held.search_path is None:
        confidence = Confidence.POSSIBLE if is_qualified(function) else Confidence.LIKELY
        why = "and looks names up in the search_path of whoever calls it"
        schemas = "" if is_qualified(function) else f"{held.schema}, pg_temp"
    else:
        path = [it.strip(" '\"") for it in held.search_path.split(",")]
        path = [it for it in path if it]
        if not path or "pg_temp" in path:
            return
        served = function.security.platform in ("supabase", "neon", "hasura") and not _is_given(function)
        confidence = Confidence.POSSIBLE if served or is_qualified(function) else Confidence.LIKELY
        why = f"and search_path = {held.search_path} leaves temporary tables of the caller before {path[0]}"
        schemas = f"{', '.join(path)}, pg_temp"
    yield Finding(
        function.span,
        f"{function} runs with the rights of its owner, {why}; ALTER FUNCTION {signature(held)} SET "
        f"search_path = {schemas or repr('')}",
        subject=str(function),
        confidence=function.security.sure(confidence, about=("search_path",))
        if held.search_path is None
        else confidence,
    )


def _is_given(function: SecuredFunction) -> bool:
    """Whether a role was granted it that logs in, and so can run any SQL."""
    security = function.security
    given = security.exposure.privileges.of(function.function)
    return any(it.source == "grant" and logs_in(it.grantee, security.principals) for it in given)
