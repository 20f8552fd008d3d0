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

from crowsfoot import Confidence, Finding, Fix, Related, SecuredPolicy, Security, Span, rule
from crowsfoot.facts.terms import Term
from crowsfoot.link.security.contexts import Context, Contexts, contexts_of
from crowsfoot.link.security.evaluation import EMPTY, RAISES, Text, value
from crowsfoot.link.security.policy_sql import altered, fix, replaced
from crowsfoot.link.security.terms import everything, parts


@rule(over=Security, since="0.2")
def check(security: Security) -> Iterator[Finding]:
    contexts = contexts_of(security)
    users: dict[Span, tuple[Context, Term, list[SecuredPolicy]]] = {}
    for table in security.tables:
        for policy in table.policies if table.enabled else ():
            for place, cast in _casts(policy, contexts):
                found = contexts.value(cast)
                if found is None or found.raises or found.kind != "setting":
                    continue  # the claims of a token are PostgREST's, which sets them for each request
                of = users.setdefault(place, (found, cast, []))[2]
                if policy not in of:
                    of.append(policy)
    for place, (found, cast, policies) in users.items():
        setting = found.name
        tables = list(dict.fromkeys([str(it.table) for it in policies]))
        others = f" and {len(tables) - 1} more" if len(tables) > 1 else ""
        yield Finding(
            place,
            f"after SET LOCAL {setting} is '' on this connection, and the cast to {cast.name} fails with "
            f"22P02 in every query of {tables[0]}{others} that does not set it again; write "
            f"nullif(current_setting('{setting}', true), '')::{cast.name}",
            subject=f"{policies[0]} {setting}",
            fix=_fix(policies[0], contexts) if len(policies) == 1 else None,
            related=tuple(
                [Related(it.span, "this policy needs it") for it in policies if not _within(place, it.span)]
            ),
            confidence=Confidence.LIKELY,
        )


def _casts(policy: SecuredPolicy, contexts: Contexts) -> Iterator[tuple[Span, Term]]:
    """The casts that fail for '', one of each setting, in the policy and in the functions that it calls."""
    seen: set[str] = set()
    for expression in (policy.policy.using, policy.policy.check):
        if expression is None or expression.term is None or not expression.functions:
            continue
        for it in everything(expression.term):
            if _breaks(it, contexts) and (name := _name(it, contexts)) not in seen:
                seen.add(name)
                yield policy.span_of(it), it
        for function, returned in contexts.called(expression.term):
            for it in everything(returned):
                if _breaks(it, contexts):
                    yield Span(function.span.path, it.range.start, it.range.end), it


def _fix(policy: SecuredPolicy, contexts: Contexts) -> Fix | None:
    """The policy with nullif() around each setting that is cast."""
    calls = [
        it
        for term in (policy.using, policy.check)
        for cast in (everything(term) if term is not None else ())
        if _breaks(cast, contexts)
        for it in parts(cast)
        if it.kind == "call" and it.name == "current_setting"
    ]
    clauses = replaced(policy, [(it, "nullif({}, '')") for it in dict.fromkeys(calls)])
    return fix("take '' for NULL", altered(policy, clauses)) if clauses is not None else None


def _name(term: Term, contexts: Contexts) -> str:
    found = contexts.value(term)
    return found.name if found is not None else ""


def _breaks(term: Term, contexts: Contexts) -> bool:
    """Whether it is a cast that fails for ''."""
    if term.kind != "cast" or value(term.of[0], EMPTY, contexts) != Text(""):
        return False
    return value(term, EMPTY, contexts) is RAISES


def _within(place: Span, whole: Span) -> bool:
    return place.path == whole.path and whole.start <= place.start and place.end <= whole.end
