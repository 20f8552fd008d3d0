"""Row-level security keeps the tenants of other tables apart, and not those of this one.

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
CREATE TABLE payment (id int PRIMARY KEY, org_id int NOT NULL); -- want "payment holds rows of many tenants"
```

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
CREATE TABLE payment (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE payment ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON payment USING (org_id = current_setting('app.org')::int);
CREATE TABLE currency (code text PRIMARY KEY);
```

The columns that count are those by which policies of other tables scope their rows, and `tenant-column` where
it is configured. Where more tables with such a column have no row-level security than have it, nothing is
said.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredTable, rule
from crowsfoot.databases.sql_names import plain
from crowsfoot.link.security.exposure import open_tables
from crowsfoot.link.security.tenants import scoped_by
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.words import sql_name


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    security = table.security
    number = table.table.number
    if table.enabled or not security.in_use or table.policies or table.switches or table.table.rls_forced:
        return
    if number in open_tables(security) or number in timeline_of(security).copied:
        return
    if table.table.partition_of is not None or table.table.inherits or table.table.foreign:
        return
    found = scoped_by(table)
    if found is None:
        return
    column, policy = found
    exposure = security.exposure
    roles = exposure.guarded
    granted = [*exposure.reaches(roles, table.table, "select", "insert", "update", "delete")]
    if not granted and any(True for it in exposure.reaches(roles, policy.table.table, "select", "insert")):
        return  # the roles that read the others were not given this one
    yield Finding(
        table.span,
        f"{table} holds rows of many tenants, as {column} says, and has no row-level security, unlike "
        f"{policy.table}; ALTER TABLE {sql_name(table.table)} ENABLE ROW LEVEL SECURITY, and CREATE POLICY "
        f"{plain(policy.policy.name)} ON {sql_name(table.table)} as there",
        subject=str(table),
        related=(Related(policy.span, f"the policy of {policy.table}"),),
        confidence=security.sure(Confidence.LIKELY, about=("row level security", "revoke")),
    )
