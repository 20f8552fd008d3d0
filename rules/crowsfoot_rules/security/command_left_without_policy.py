"""The last policy for a command was dropped, and nothing allows the command any more.

Policies only ever allow. Without one for a command, SELECT, UPDATE and DELETE find no row, and INSERT fails.

```sql
CREATE ROLE web NOLOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
GRANT SELECT, UPDATE ON invoice TO web;
-- next migration
DROP POLICY own ON invoice; -- want "no policy of invoice is left for SELECT and UPDATE"
```

```sql
CREATE ROLE web NOLOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
GRANT SELECT, UPDATE ON invoice TO web;
-- next migration
DROP POLICY own ON invoice;
CREATE POLICY tenant ON invoice TO web USING (org_id = current_setting('app.tenant')::int);
```

Where reading is still allowed and only a command that writes is not, that may well be the purpose, and the
finding is "possible". To say so, revoke the privilege as well: `REVOKE UPDATE ON invoice FROM web`.

Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredTable, rule
from crowsfoot.link.security.exposure import ROWS
from crowsfoot.link.security.model import COMMANDS
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.words import listed


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    security = table.security
    if not table.enabled:
        return
    dropped = timeline_of(security).dropped.get(table.table.number)
    if not dropped:
        return
    exposure = security.exposure
    roles = exposure.guarded
    reaches = [*exposure.reaches(roles, table.table, *ROWS)]
    reaches = [it for it in reaches if not security.principals.escapes(it.role, table.table)]
    lost: list[str] = []
    last = dropped[-1]
    for command in COMMANDS:
        if any(it.policy.permissive for it in table.policies_for(command)):
            continue
        before = [it for it in dropped if it.policy.permissive and it.policy.command in ("all", command)]
        granted = any(it.name == command for it in reaches)
        if before and granted:
            lost.append(command.upper())
            last = before[-1]
    if not lost:
        return
    if "SELECT" in lost and len(lost) < 4 and table.policies_for("insert"):
        return  # what INSERT, UPDATE and DELETE lack without it is told by other rules
    names = [it.role for it in reaches if it.name.upper() in lost]
    yield Finding(
        last.span,
        f"no policy of {table} is left for {listed(lost)}, and {listed(names)} can no longer do that with "
        f"any row; write the policy that is to take the place of '{last.policy.name}', or revoke the "
        "privilege, too",
        subject=str(table),
        related=(Related(last.policy.span, "the policy was made here"),),
        confidence=security.sure(Confidence.LIKELY if "SELECT" in lost else Confidence.POSSIBLE),
    )
