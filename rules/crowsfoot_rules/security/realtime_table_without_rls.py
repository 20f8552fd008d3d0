"""Changes of a table without row-level security are sent to whoever listens.

Supabase's Realtime tells those who listen to a table of each change in it, and asks its policies whether they
may see the row. Without row-level security every role that may read the table hears everything.

```sql
-- supabase/migrations/20261101000000_chat.sql
CREATE TABLE message (id int PRIMARY KEY, body text NOT NULL);
ALTER PUBLICATION supabase_realtime ADD TABLE message; -- want "changes of message"
```

```sql
-- supabase/migrations/20261101000000_chat.sql
CREATE TABLE message (id int PRIMARY KEY, body text NOT NULL);
ALTER TABLE message ENABLE ROW LEVEL SECURITY;
ALTER PUBLICATION supabase_realtime ADD TABLE message;
```

Where it is known that anybody can read the table, that is reported of the table itself.

Source: https://supabase.com/docs/guides/realtime/postgres-changes
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredTable, rule
from crowsfoot.link.security.exposure import open_tables
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.words import sql_name


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    security = table.security
    if security.platform != "supabase":
        return
    found = timeline_of(security).published.get(table.table.number)
    if found is None or found[0] != "supabase_realtime":
        return
    if table.enabled or table.policies or table.switches or table.table.number in open_tables(security):
        return
    yield Finding(
        found[1],
        f"changes of {table} are sent to every role that may read it, as it has no row-level security; "
        f"ALTER TABLE {sql_name(table.table)} ENABLE ROW LEVEL SECURITY, and write a policy for SELECT",
        subject=str(table),
        related=(Related(table.span, "the table"),),
        confidence=security.sure(Confidence.LIKELY, about=("row level security", "revoke")),
    )
