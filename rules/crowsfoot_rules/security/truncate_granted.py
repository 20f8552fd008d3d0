"""A role that policies are for may empty the table.

`TRUNCATE` asks no policy: whoever has the privilege removes the rows of every tenant. `GRANT ALL` gives it,
too.

```sql
CREATE ROLE web LOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
GRANT ALL ON invoice TO web; -- want "web may TRUNCATE invoice"
```

```sql
CREATE ROLE web LOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
GRANT SELECT, INSERT, UPDATE, DELETE ON invoice TO web;
```

PostgREST, and with it Supabase, offers no way to say `TRUNCATE`: for the roles of an API the finding is
"possible".

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, SecuredTable, Security, Span, rule
from crowsfoot.link.security.exposure import Reach
from crowsfoot.link.security.words import listed, sql_name


@rule(over=Security, since="0.2")
def check(security: Security) -> Iterator[Finding]:
    exposure = security.exposure
    outsiders = frozenset(exposure.outsiders)
    roles = sorted({*outsiders, *exposure.applications})
    by_grant: dict[Span, list[tuple[Reach, SecuredTable]]] = {}
    for table in security.tables:
        if table.enabled:
            for it in exposure.reaches(roles, table.table, "truncate"):
                if it.span is not None and _is_guarded(table, it.role):
                    by_grant.setdefault(it.span, []).append((it, table))
    for span, found in by_grant.items():
        names = [it.role for it, _ in found]
        tables = list(dict.fromkeys(table for _, table in found))
        grantees = list(dict.fromkeys("PUBLIC" if it.grantee == "public" else it.grantee for it, _ in found))
        yield Finding(
            span,
            f"{listed(names)} may TRUNCATE {listed(tables)}, which removes the rows of all tenants, "
            f"whatever the policies say; REVOKE TRUNCATE ON {sql_name(tables[0].table)} FROM "
            f"{', '.join(grantees)}",
            subject=listed(tables),
            confidence=Confidence.POSSIBLE if outsiders.issuperset(names) else Confidence.LIKELY,
        )


def _is_guarded(table: SecuredTable, role: str) -> bool:
    """Whether a policy of the table is for the role."""
    if table.security.principals.escapes(role, table.table):
        return False
    return any(it.applies_to(role) for it in table.policies)
