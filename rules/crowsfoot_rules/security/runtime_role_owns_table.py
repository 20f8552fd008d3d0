"""The role that the application works with owns the table, and policies do not count for owners.

```toml
runtime-roles = ["web"]
```

```sql
CREATE ROLE web LOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
ALTER TABLE invoice OWNER TO web; -- want "web owns invoice"
```

```toml
runtime-roles = ["web"]
```

```sql
CREATE ROLE web LOGIN;
CREATE ROLE deployer LOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
ALTER TABLE invoice OWNER TO deployer;
```

A policy `TO` the owner tells as much as the setting does: somebody expects it to count for that role. So does
a role that migrations make with LOGIN and let own some of the tables, unless its name speaks of other work:
admin, migrator.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredTable, rule
from crowsfoot.link.security.intents import logs_in
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.words import sql_name


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    principals = table.security.principals
    owner = table.table.owner
    if not table.enabled or table.forced or owner is None or owner == principals.migrator:
        return
    if principals.bypasses(owner):
        return
    policies = [it for it in table.policies if owner in it.policy.roles]
    if owner not in principals.runtime and not policies and not _is_one_of_several(table, owner):
        return
    related = [
        Related(it.span, f"this policy does not count for {owner}") for it in policies or table.policies
    ]
    yield Finding(
        timeline_of(table.security).owners.get(table.table.number, table.span),
        f"{owner} owns {table}, so its policies do not count for {owner}; let the role that migrates own "
        f"it, or ALTER TABLE {sql_name(table.table)} FORCE ROW LEVEL SECURITY",
        subject=str(table),
        related=tuple(related[:3]),
        confidence=table.security.sure(
            Confidence.CERTAIN if owner in principals.runtime else Confidence.LIKELY
        ),
    )


def _is_one_of_several(table: SecuredTable, owner: str) -> bool:
    """Whether the owner logs in for an application; who owns all that there is may migrate it as well."""
    security = table.security
    if security.principals.runtime or not table.policies or not logs_in(owner, security.principals):
        return False
    owners: set[str | None] | None = security.__dict__.get("_owners")
    if owners is None:
        owners = security.__dict__["_owners"] = {it.table.owner for it in security.tables}
    return len(owners) > 1
