"""Row-level security is on, and no policy lets anybody see a row.

Only the owner of the table and roles with `BYPASSRLS` see its rows then. That is right for a table that the
backend alone works with. For any other role a query gives nothing, and an INSERT fails.

```sql
CREATE ROLE web NOLOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY; -- want "no policy lets web see a row of invoice"
GRANT SELECT ON invoice TO web;
```

```sql
CREATE ROLE web NOLOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
GRANT SELECT ON invoice TO web;
CREATE TABLE job (id int PRIMARY KEY);
ALTER TABLE job ENABLE ROW LEVEL SECURITY;
```

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredTable, Severity, rule
from crowsfoot.link.security.exposure import ROWS
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.words import listed, sql_name


@rule(over=SecuredTable, since="0.2", severity=Severity.NOTE)
def check(table: SecuredTable) -> Iterator[Finding]:
    security = table.security
    if not table.enabled or table.policies or table.table.number in timeline_of(security).dropped:
        return
    if table.table.partition_of is not None or table.table.inherits:
        return  # whoever asks the parent meets the policies of the parent
    exposure = security.exposure
    roles = exposure.guarded
    reaches = [*exposure.reaches(roles, table.table, *ROWS)]
    reaches = [it for it in reaches if not security.principals.escapes(it.role, table.table)]
    if not reaches:
        return
    names = [it.role for it in reaches]
    spans = list(dict.fromkeys(it.span for it in reaches if it.span is not None))
    yield Finding(
        table.switches[-1].span if table.switches else table.span,
        f"no policy lets {listed(names)} see a row of {table}, whose row-level security is on; if the "
        f"backend alone is to work with it, REVOKE ALL ON {sql_name(table.table)} FROM "
        f"{', '.join(dict.fromkeys(names))} says so",
        subject=str(table),
        related=tuple(Related(it, "granted here, for nothing") for it in spans[:3]),
        # Where no table has a policy, the backend works with all of them.
        confidence=security.sure(
            Confidence.LIKELY if any(it.policies for it in security.tables) else Confidence.POSSIBLE
        ),
    )
