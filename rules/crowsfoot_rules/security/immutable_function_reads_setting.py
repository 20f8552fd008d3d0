"""A function that reads the session says it is IMMUTABLE, so that its result outlives the session.

PostgreSQL works out an IMMUTABLE function while it plans a statement, and keeps the result in the plan. A
prepared statement goes on with the setting, user or claim of the first one who ran it: tenant 2 is shown rows
of tenant 1.

```sql
CREATE FUNCTION current_tenant() RETURNS int LANGUAGE sql IMMUTABLE -- want "current_tenant() is IMMUTABLE"
  AS $$ SELECT current_setting('app.tenant')::int $$;
CREATE TABLE "Note" ("id" int PRIMARY KEY, "tenantId" int NOT NULL);
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note" USING ("tenantId" = current_tenant());
```

```sql
CREATE FUNCTION current_tenant() RETURNS int LANGUAGE sql STABLE
  AS $$ SELECT current_setting('app.tenant')::int $$;
CREATE TABLE "Note" ("id" int PRIMARY KEY, "tenantId" int NOT NULL);
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Note" USING ("tenantId" = current_tenant());
```

Source: https://www.postgresql.org/docs/current/xfunc-volatility.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Fix, Related, Safety, SecuredFunction, SecuredPolicy, Severity, rule
from crowsfoot.databases.safe_ddl_text import quoted
from crowsfoot.databases.setting_names import is_builtin
from crowsfoot.link.security.contexts import contexts_of
from crowsfoot.link.security.terms import everything


@rule(over=SecuredFunction, since="0.2", severity=Severity.ERROR)
def check(function: SecuredFunction) -> Iterator[Finding]:
    held = function.function
    if held.volatility != "immutable":
        return
    # Settings of PostgreSQL itself are mostly the same for everybody.
    read = [it for it in contexts_of(function.security).read_by(held) if not is_builtin(it.name)]
    if not read:
        return
    policies = list(_policies(function))
    shown = (
        f', so that policy "{policies[0].policy.name}" of {policies[0].table} shows rows of others'
        if policies
        else ""
    )
    name = f"{quoted(held.schema)}.{quoted(held.name)}({', '.join(held.arguments)})"
    yield Finding(
        function.span,
        f"{function} is IMMUTABLE, but reads {read[0]}: a prepared statement keeps the value of whoever ran "
        f"it first{shown}; declare it STABLE",
        subject=str(function),
        related=tuple(Related(it.span, "this policy asks it") for it in policies),
        fix=Fix("declare it STABLE", (), Safety.MANUAL, f"ALTER FUNCTION {name} STABLE;\n"),
    )


def _policies(function: SecuredFunction) -> Iterator[SecuredPolicy]:
    contexts = contexts_of(function.security)
    for table in function.security.tables:
        for policy in table.policies:
            terms = [it for it in (policy.using, policy.check) if it is not None]
            calls = (it for term in terms for it in everything(term) if it.kind == "call")
            if any(
                function.function in contexts.functions(it)
                for it in calls
                if it.name == function.function.name
            ):
                yield policy
