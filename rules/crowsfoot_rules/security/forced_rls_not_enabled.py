"""Row-level security is forced upon the owner of a table, and switched on for nobody.

`FORCE` says for whom it counts, and `ENABLE` whether it counts at all.

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
ALTER TABLE invoice FORCE ROW LEVEL SECURITY; -- want "does not switch row-level security of invoice on"
```

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
```

Source: https://www.postgresql.org/docs/current/sql-altertable.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, SecuredTable, Severity, rule
from crowsfoot.link.security.words import listed, sql_name


@rule(over=SecuredTable, since="0.2", severity=Severity.ERROR)
def check(table: SecuredTable) -> Iterator[Finding]:
    if table.enabled or not table.table.rls_forced or any(it.what == "disable" for it in table.switches):
        return
    forced = [it for it in table.switches if it.what == "force"]
    names = listed(f'"{it.policy.name}"' for it in table.policies)
    lost = f", so {names} {'are' if len(table.policies) > 1 else 'is'} not enforced" if table.policies else ""
    yield Finding(
        forced[-1].span if forced else table.span,
        f"FORCE does not switch row-level security of {table} on{lost}; ALTER TABLE "
        f"{sql_name(table.table)} ENABLE ROW LEVEL SECURITY",
        subject=str(table),
        related=tuple(Related(it.span, "this policy never counts") for it in table.policies[:5]),
        confidence=table.security.sure(about=("row level security",)),
    )
