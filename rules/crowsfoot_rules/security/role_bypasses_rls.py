"""Policies do not count for a role that the application works with.

They never count for superusers and roles with `BYPASSRLS`, and they do not count for the owner of a table and
for the members of that role, unless they are forced.

```sql
CREATE ROLE web LOGIN BYPASSRLS; -- want "no policy counts for web"
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
GRANT SELECT ON invoice TO web;
```

```sql
CREATE ROLE web LOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
GRANT SELECT ON invoice TO web;
```

A role counts as one of the application where `runtime-roles` names it or a policy does, where anybody can
have it who reaches an API, and where migrations make it with LOGIN and grant it a table that has policies,
unless its name speaks of other work: backup, admin. `BYPASSRLS` is not inherited, but a member can become
such a role with `SET ROLE`.

Source: https://www.postgresql.org/docs/current/role-attributes.html
        https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredTable, Security, Severity, rule
from crowsfoot.databases.sql_names import plain
from crowsfoot.link.security.exposure import ROWS
from crowsfoot.link.security.intents import logs_in
from crowsfoot.link.security.scoping import scoping
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.words import listed


@rule(over=Security, since="0.2", severity=Severity.ERROR)
def check(security: Security) -> Iterator[Finding]:
    if not security.in_use:
        return
    principals = security.principals
    named: dict[str, Related] = {}
    for table in security.tables:
        for policy in table.policies:
            using = scoping(policy).using
            if using is None or using.kind == "open":
                continue  # it keeps nothing back
            for role in policy.policy.roles:
                named.setdefault(role, Related(policy.span, f"a policy for {role}"))
    for role, granted in _given(security):
        named.setdefault(role, granted)
    outsiders = security.exposure.outsiders
    joined = timeline_of(security).joined
    for role in sorted({*principals.runtime, *outsiders, *named}):
        made = security.catalog.roles.get(role)
        if made is None or role in ("public", "service_role", principals.migrator):
            continue
        related = (named[role],) if role in named else ()
        confidence = (
            Confidence.CERTAIN if role in principals.runtime or role in outsiders else Confidence.LIKELY
        )
        if principals.bypasses(role):
            option = "SUPERUSER" if "superuser" in made.options else "BYPASSRLS"
            if option.lower() in made.options:
                yield Finding(
                    made.span,
                    f"no policy counts for {role}, as it has {option}; ALTER ROLE {plain(role)} NO{option}",
                    subject=role,
                    related=related,
                    confidence=confidence,
                )
            continue
        # Whom it belongs to: an owner whose tables it sees whole, or a role that it can become.
        owners = [it for it in security.tables if it.enabled and not it.forced and _by_membership(it, role)]
        if owners:
            owner = principals.owner(owners[0].table) or ""
            yield Finding(
                joined.get((role, owner), made.span),
                f"the policies of {listed(owners)} do not count for {role}, as it is a member of {owner}, "
                f"which owns {'them' if len(owners) > 1 else 'it'}; REVOKE {plain(owner)} FROM "
                f"{plain(role)}",
                subject=role,
                related=related,
                confidence=confidence,
            )
            continue
        others = principals.reachable(role) - {role, "service_role"}
        passing = sorted(it for it in others if principals.bypasses(it))
        if passing and role != "authenticator":
            yield Finding(
                joined.get((role, passing[0]), made.span),
                f"{role} can SET ROLE {passing[0]}, for which no policy counts; REVOKE {plain(passing[0])} "
                f"FROM {plain(role)}",
                subject=role,
                related=related,
                confidence=confidence,
            )


def _given(security: Security) -> Iterator[tuple[str, Related]]:
    """Roles that log in, pass all policies by, and were given a table that has some."""
    principals, privileges = security.principals, security.exposure.privileges
    roles = {it for it in principals.known() if principals.bypasses(it) and logs_in(it, principals)}
    for table in security.tables if roles else ():
        if table.enabled and table.policies:
            for it in privileges.of(table.table):
                if it.grantee in roles and it.name in ROWS and it.span is not None:
                    yield it.grantee, Related(it.span, f"{it.grantee} was given {table}")


def _by_membership(table: SecuredTable, role: str) -> bool:
    principals = table.security.principals
    owner = principals.owner(table.table)
    return owner is not None and owner != role and principals.owns(role, table.table)
