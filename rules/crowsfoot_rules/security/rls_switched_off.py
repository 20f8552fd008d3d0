"""A migration switches row-level security of a table off for good.

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
-- next migration
ALTER TABLE invoice DISABLE ROW LEVEL SECURITY; -- want "every row of invoice is open"
```

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
-- next migration
ALTER TABLE invoice DISABLE ROW LEVEL SECURITY;
UPDATE invoice SET org_id = 1 WHERE org_id = 0;
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
```

Often that is done to be rid of an error: "new row violates row-level security policy" asks for a policy, and
"infinite recursion detected in policy" for a function that is `SECURITY DEFINER`.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, SecuredTable, Severity, rule
from crowsfoot.link.security.exposure import open_tables
from crowsfoot.link.security.words import sql_name, who


@rule(over=SecuredTable, since="0.2", severity=Severity.ERROR)
def check(table: SecuredTable) -> Iterator[Finding]:
    if table.enabled or table.policies or not any(it.what == "disable" for it in table.switches):
        return
    switched = [it for it in table.switches if it.what in ("enable", "disable")]
    if not any(it.what == "enable" for it in switched):
        return
    on = [it.span for it in switched if it.what == "enable"][-1]
    reaches = open_tables(table.security).get(table.table.number, ())
    whom = who(reaches) if reaches else "whoever was granted it"
    yield Finding(
        switched[-1].span,
        f"every row of {table} is open to {whom} from here on; ALTER TABLE {sql_name(table.table)} ENABLE "
        "ROW LEVEL SECURITY, and write policies for what is to be seen",
        subject=str(table),
        related=(Related(on, "it was switched on here"),),
        confidence=table.security.sure(about=("row level security",)),
    )
