"""A setting is cast without nullif(), so that queries fail once SET LOCAL has left it empty.

`current_setting('app.org', true)` is NULL only as long as the setting was never set on the connection. When
the transaction of a `SET LOCAL` ends, it is `''`: a cast to a number, uuid or json then fails with 22P02, in
every later query of a pooled connection that does not set it again.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice"
  USING ("orgId" = current_setting('app.org', true)::int); -- want "nullif("
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice" USING ("orgId" = nullif(current_setting('app.org', true), '')::int);
```

A setting that is read without `true` has to be set anyway, and is left alone. Measured on PostgreSQL 15.

Source: https://www.postgresql.org/docs/current/sql-set.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredPolicy, rule
from crowsfoot.facts.terms import Term
from crowsfoot.link.security.contexts import Contexts, contexts_of
from crowsfoot.link.security.evaluation import EMPTY, RAISES, Text, value
from crowsfoot.link.security.terms import everything


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled:
        return
    contexts = contexts_of(policy.table.security)
    seen: set[str] = set()
    for expression in (policy.policy.using, policy.policy.check):
        if expression is None or expression.term is None or not expression.functions:
            continue
        for it in everything(expression.term):
            cast = _breaking(it, contexts)
            found = contexts.value(cast) if cast is not None else None
            if cast is None or found is None or found.raises or found.name in seen:
                continue
            if found.kind != "setting" and policy.table.security.platform == "supabase":
                continue  # PostgREST sets the claims for each request
            seen.add(found.name)
            functions = contexts.functions(it) if it.kind == "call" else ()
            setting = found.name if found.kind == "setting" else "request.jwt.claims"
            through = f" in {it.name}()" if functions else ""
            yield Finding(
                policy.span_of(it),
                f"after SET LOCAL {setting} is '' on this connection, and the cast to {cast.name}{through} "
                "fails "
                f"with 22P02 in every query of {policy.table} that does not set it again; write "
                f"nullif(current_setting('{setting}', true), '')::{cast.name}",
                subject=f"{policy} {setting}",
                related=tuple(Related(each.span, "the cast stands in this function") for each in functions),
                confidence=Confidence.LIKELY,
            )


def _breaking(term: Term, contexts: Contexts) -> Term | None:
    """The cast that fails for '', where the term is one, or calls a function that does it."""
    if term.kind == "cast":
        inner = value(term.of[0], EMPTY, contexts)
        return term if inner == Text("") and value(term, EMPTY, contexts) is RAISES else None
    if term.kind == "call" and (returned := contexts.returned(term)) is not None:
        return next((it for each in everything(returned) if (it := _breaking(each, contexts))), None)
    return None
