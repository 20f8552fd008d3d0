"""A policy asks only whether somebody has logged in, and the rows of the table belong to somebody.

`auth.uid() IS NOT NULL`, `auth.role() = 'authenticated'` or a setting that only has to be set are true for
every user: each sees, or changes, the rows of all others.

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "user_id" uuid NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON "Invoice" FOR SELECT USING ("user_id" = auth.uid());
CREATE POLICY change ON "Invoice" FOR UPDATE
  USING (auth.uid() IS NOT NULL); -- want "every user who has logged in may UPDATE all rows of Invoice"
```

```sql
CREATE TABLE "Invoice" ("id" int PRIMARY KEY, "user_id" uuid NOT NULL);
ALTER TABLE "Invoice" ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON "Invoice" FOR SELECT USING ("user_id" = auth.uid());
CREATE POLICY change ON "Invoice" FOR UPDATE USING ("user_id" = auth.uid());
```

It is only reported where another policy of the table, or the column that says which tenant's a row is, shows
that rows are kept apart.

Source: https://supabase.com/docs/guides/database/postgres/row-level-security
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Fix, Related, SecuredPolicy, rule
from crowsfoot.link.security.intents import asked, beside, commands, narrowed, ordinary
from crowsfoot.link.security.model import Command
from crowsfoot.link.security.policy_sql import Clauses, altered, both, fix, written
from crowsfoot.link.security.scoping import scoping
from crowsfoot.link.security.terms import own_columns, says
from crowsfoot.prose import series


@rule(over=SecuredPolicy, since="0.2")
def check(policy: SecuredPolicy) -> Iterator[Finding]:
    if not policy.table.enabled or not policy.policy.permissive or not ordinary(policy):
        return
    weak = [it for it in commands(policy) if _only_login(policy, it) and not narrowed(policy, it)]
    if not weak:
        return
    table = policy.table
    written = [it for it in weak if it != "select"]
    column, proof = _kept_apart(policy, weak)
    if column is None or (not written and proof is None and table.tenant is None):
        return
    found = scoping(policy)
    term = found.check if weak == ["insert"] else found.using
    if term is None:
        return
    yield Finding(
        policy.span_of(term.term),
        f"policy {policy} asks only for {says(term.term)}: every user who has logged in may {_deeds(weak)} "
        f"{table}, whoever's they are by {column}; compare {column} with the session as well",
        subject=str(policy),
        fix=_fix(policy, proof),
        related=() if proof is None else (Related(proof.span, f"here {column} keeps rows apart"),),
        confidence=Confidence.LIKELY,
    )


def _deeds(weak: list[Command]) -> str:
    return (
        "INSERT any row into" if weak == ["insert"] else f"{series([it.upper() for it in weak])} all rows of"
    )


def _fix(policy: SecuredPolicy, proof: SecuredPolicy | None) -> Fix | None:
    """Ask for what the other policy asks for as well."""
    asks = written(proof).using or written(proof).check if proof is not None else None
    if proof is None or asks is None:
        return None
    now = written(policy)
    clauses = Clauses(now.using and both(now.using, asks), now.check and both(now.check, asks))
    return fix(f'ask for what "{proof.policy.name}" asks for', altered(policy, clauses))


def _only_login(policy: SecuredPolicy, command: Command) -> bool:
    found = asked(policy, command)
    if found is None or found.kind != "login" or not found.asks_nothing_more:
        return False
    table = policy.table
    return not own_columns(found.term, table.table, table.security.catalog)


def _kept_apart(policy: SecuredPolicy, weak: list[Command]) -> tuple[str | None, SecuredPolicy | None]:
    """The column by which rows are kept apart, and the policy that does so."""
    wanted: tuple[Command, ...] = tuple(weak) if weak == ["select"] else ("select", "update", "delete")
    for command in wanted:
        for it in beside(policy, command, permissive=True):
            found = asked(it, command)
            if found is not None and found.kind == "scoped" and found.bound:
                column = found.bound[0]
                if weak != ["insert"] or not _is_key(policy, column):  # a new row has a key of its own
                    return column, it
    return policy.table.tenant.name if policy.table.tenant is not None else None, None


def _is_key(policy: SecuredPolicy, column: str) -> bool:
    key = policy.table.table.primary_key
    return key is not None and key.columns == (column,)
