"""A transaction says for whom it works, and keeps the role that it logged in with.

Policies read the claims, or the tenant, that the transaction sets, and no policy counts for a superuser, a
role with BYPASSRLS, or the owner of the tables. A program that logs in as one of them sees every row,
whatever it sets.

```sql
CREATE TABLE invoice (id int PRIMARY KEY, owner uuid NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO authenticated USING (owner = auth.uid());
```

```py
from sqlalchemy import text
from sqlalchemy.orm import Session

def invoices(session: Session, claims: str):
    session.execute(text("SELECT set_config('request.jwt.claims', :c, true)"), {"c": claims})  # want "role"
    return session.execute(text("SELECT id FROM invoice")).all()
```

```sql
CREATE TABLE invoice (id int PRIMARY KEY, owner uuid NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO authenticated USING (owner = auth.uid());
```

```py
from sqlalchemy import text
from sqlalchemy.orm import Session

def invoices(session: Session, claims: str):
    session.execute(text("SELECT set_config('request.jwt.claims', :c, true)"), {"c": claims})
    session.execute(text("SET LOCAL ROLE authenticated"))
    return session.execute(text("SELECT id FROM invoice")).all()
```

Nothing is said where the files of the project show that the connection is subject to policies: a user of a
.env file that is neither, a role of the migrations for the program, `runtime-roles`, or FORCE ROW LEVEL
SECURITY.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
        https://docs.postgrest.org/en/stable/references/auth.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, ContextSetting, Finding, Related, Severity, rule
from crowsfoot.link.security import advice
from crowsfoot.link.security.enforcement import asked_tables, role_of, verdict


@rule(over=ContextSetting, since="0.2", severity=Severity.ERROR)
def check(setting: ContextSetting) -> Iterator[Finding]:
    if setting.action != "set" or setting.set_role or setting.role == "test" or setting.event:
        return
    if (
        setting.name in ("role", "session_authorization")
        or not setting.is_context
        or setting.is_flag
        or setting.repeats
    ):
        return
    if not (setting.after or setting.goes_on) and setting.role_elsewhere:
        return  # whoever asks may set the role as well
    said = verdict(setting)
    if said.counts:
        return
    policies = setting.policies
    tables = asked_tables(setting)
    if setting.securities and not policies and not setting.is_claims:
        return  # no policy reads it
    who = f", {said.connection.user}, {said.why}" if said.connection else ""
    if policies:
        near = [it for it in policies if it.table in tables] or policies
        effect = f"{advice.policies_of(near)} {'are' if len(near) > 1 else 'is'} not enforced"
        if said.counts is None:
            effect += " if that owns the tables or bypasses policies"
    else:
        near = []
        effect = "policies are not enforced if that owns the tables or bypasses policies"
    role = role_of(near or policies, setting.is_claims)
    certain = said.counts is False
    likely = certain or setting.is_claims or bool(policies) or setting.is_script
    if setting.role_elsewhere or setting.role != "application":
        likely = certain = False
    yield Finding(
        setting.span,
        f"`{setting.name}` is set, and the connection keeps the role that it logged in with{who}: {effect}; "
        f"add `SET LOCAL ROLE {role}` to the same transaction",
        subject=str(setting),
        related=(
            *(
                Related(it.below or it.span, "this is answered with the rights of that role")
                for it in setting.after[:2]
            ),
            *((Related(said.connection.span, "this is who connects"),) if said.connection else ()),
            *(Related(it.span, "this policy does not count then") for it in near),
        ),
        confidence=Confidence.CERTAIN if certain else Confidence.LIKELY if likely else Confidence.POSSIBLE,
    )
