"""The owner of a table passes by its policies, and the application is the owner.

Whoever runs the migrations owns what they make. An application that connects as the same role sees every row,
as if there were no policies. `FORCE ROW LEVEL SECURITY` makes them count for the owner, but never for a
superuser or a role with `BYPASSRLS`; a role of its own for the application is the better way.

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY; -- want "the policy of invoice does not count for its owner"
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
```

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
```

```sql
CREATE ROLE app LOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
GRANT SELECT, INSERT ON invoice TO app;
```

Nothing is said where a role of its own is there for the application: `runtime-roles` names it, or a migration
grants it something or names it in a policy. On Supabase the API has such roles.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredTable, Security, rule
from crowsfoot.link.security.words import listed, sql_name


@rule(over=Security, since="0.2")
def check(security: Security) -> Iterator[Finding]:
    open_to_owner = [it for it in security.tables if it.enabled and it.policies and not it.forced]
    if not open_to_owner or security.platform in ("supabase", "neon") or _has_own_role(security):
        return
    forced = [it for it in security.tables if it.forced]
    if forced:
        for table in open_to_owner:
            yield _finding([table], f", unlike that of {forced[0]}", security)
    else:
        yield _finding(open_to_owner, "", security)


def _has_own_role(security: Security) -> bool:
    """Whether the application has a role that owns nothing, as far as the migrations or the user say."""
    principals = security.principals
    if principals.runtime:
        return True  # what they own is told by another rule
    named = {role for table in security.tables for it in table.policies for role in it.policy.roles}
    owners = {principals.owner(it.table) for it in security.tables}
    return bool(named - {"public"} - owners) or any(it not in owners for it in principals.subjects())


def _finding(tables: list[SecuredTable], unlike: str, security: Security) -> Finding:
    first = tables[0]
    enabled = [it.span for it in first.switches if it.what == "enable"]
    names = listed(str(it) for it in tables)
    policies = f"the {'policies' if len(tables) > 1 or len(first.policies) > 1 else 'policy'} of {names}"
    verb = "do" if policies.startswith("the policies") else "does"
    owner = "its owner" if len(tables) == 1 else "their owner"
    more = f", and of the other {len(tables) - 1}" if len(tables) > 1 else ""
    return Finding(
        enabled[-1] if enabled else first.span,
        f"{policies} {verb} not count for {owner}{unlike}: if the application connects as the role that "
        "runs the migrations, it sees every row; let it connect as another one, or ALTER TABLE "
        f"{sql_name(first.table)} FORCE ROW LEVEL SECURITY{more}",
        subject=str(first) if unlike else str(security),
        related=tuple(Related(it.span, "a policy that the owner passes by") for it in first.policies[:3]),
        confidence=security.sure(Confidence.LIKELY),
    )
