"""A migration or a function switches `row_security` off.

That does not open anything: a role that policies count for gets an error instead of its rows, "query would be
affected by row-level security policy". It is for dumps, which are to hold everything or to fail.

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
SET row_security = off; -- want "opens nothing"
UPDATE invoice SET org_id = 1;
```

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
UPDATE invoice SET org_id = 1;
```

In a dump of pg_dump nothing is said of it.

Source: https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-ROW-SECURITY
"""

from collections.abc import Iterator

from crowsfoot import Finding, Security, Severity, rule
from crowsfoot.link.security.timeline import timeline_of


@rule(over=Security, since="0.2", severity=Severity.NOTE)
def check(security: Security) -> Iterator[Finding]:
    if not security.in_use:
        return
    for span in timeline_of(security).row_security_off:
        yield Finding(
            span,
            "row_security = off opens nothing: a role that policies count for gets an error, and for "
            "others nothing changes; delete it, and run the statement as a role with BYPASSRLS where it is "
            "to see all rows",
            subject=str(security),
        )
