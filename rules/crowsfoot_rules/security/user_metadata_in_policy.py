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

from crowsfoot import Finding, Related, SecuredPolicy, Severity, rule
from crowsfoot.facts.terms import Term
from crowsfoot.link.security.contexts import Contexts, contexts_of
from crowsfoot.link.security.terms import everything, says

_COLUMNS = ("raw_user_meta_data", "user_metadata")


@rule(over=SecuredPolicy, since="0.2", severity=Severity.ERROR)
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled:
        return
    contexts = contexts_of(policy.table.security)
    for term in (policy.using, policy.policy.check.term if policy.policy.check else None):
        for it in everything(term) if term is not None else ():
            if not _trusts(it, contexts):
                continue
            functions = contexts.functions(it) if it.kind == "call" else ()
            yield Finding(
                policy.span_of(it),
                f"policy {policy} trusts {says(it)}{', which reads user_metadata' if functions else ''}: "
                "users can "
                f"change it themselves with auth.updateUser(), and so whose rows of {policy.table} they "
                "get; keep "
                f"it in app_metadata, or in a table that only you write",
                subject=str(policy),
                related=tuple(Related(each.span, "user_metadata is read here") for each in functions),
            )
            return


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
