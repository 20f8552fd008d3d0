"""A policy trusts user_metadata, which users can change themselves.

On Supabase `raw_user_meta_data`, in a token `user_metadata`, is what a user may set with
`supabase.auth.updateUser()`: whoever writes `{"role": "admin"}` into it is an admin for the policy.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "org_id" text NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice"
  USING ("org_id" = (auth.jwt() -> 'user_metadata' ->> 'org_id')); -- want "users can change it"
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "org_id" text NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON "Invoice"
  USING ("org_id" = (auth.jwt() -> 'app_metadata' ->> 'org_id'));
```

Source: https://supabase.com/docs/guides/database/postgres/row-level-security#authjwt
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, SecuredPolicy, Security, Severity, Span, rule
from crowsfoot.facts.terms import Term
from crowsfoot.link.catalog.model import Function
from crowsfoot.link.security.contexts import Contexts, contexts_of
from crowsfoot.link.security.terms import everything, says

_COLUMNS = ("raw_user_meta_data", "user_metadata")


@rule(over=Security, since="0.2", severity=Severity.ERROR)
def check(security: Security) -> Iterator[Finding]:
    contexts = contexts_of(security)
    through: dict[int, tuple[Function, list[SecuredPolicy]]] = {}
    for table in security.tables:
        for policy in table.policies if table.enabled else ():
            trusted = next(_trusted(policy, contexts), None)
            if trusted is None:
                continue
            functions = contexts.functions(trusted) if trusted.kind == "call" else ()
            for function in functions:
                through.setdefault(id(function), (function, []))[1].append(policy)
            if not functions:
                yield _finding(policy.span_of(trusted), says(trusted), [policy])
    for function, policies in through.values():
        yield _finding(function.span, f"{function.name}(), which reads user_metadata", policies)


def _finding(place: Span, what: str, policies: list[SecuredPolicy]) -> Finding:
    first = policies[0]
    others = f" and {len(policies) - 1} more" if len(policies) > 1 else ""
    direct = first.span.path == place.path and first.span.start <= place.start < first.span.end
    return Finding(
        place,
        f"policy {first}{others} trusts {what}: users can change it themselves with auth.updateUser(), and "
        f"so whose rows of {first.table} they get; keep it in app_metadata, or in a table that only you "
        "write",
        subject=str(first),
        related=() if direct else tuple([Related(it.span, "this policy trusts it") for it in policies]),
    )


def _trusted(policy: SecuredPolicy, contexts: Contexts) -> Iterator[Term]:
    """What the policy takes out of user_metadata."""
    for expression in (policy.policy.using, policy.policy.check):
        if expression is None or expression.term is None:
            continue
        for it in everything(expression.term):
            if _trusts(it, contexts):
                yield it


def _trusts(term: Term, contexts: Contexts) -> bool:
    """Whether this very term takes something out of user_metadata."""
    if term.kind == "column":
        return term.name == _COLUMNS[0]
    if term.kind == "operator" and len(term.of) == 2:
        found = contexts.value(term)
        return found is not None and found.kind == "claim" and found.name.startswith(_COLUMNS[1])
    if term.kind == "call" and contexts.functions(term):
        return any(it.kind == "claim" and it.name.startswith(_COLUMNS[1]) for it in contexts.within(term))
    return False
