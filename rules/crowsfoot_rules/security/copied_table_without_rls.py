"""A copy of a table with row-level security has none.

`CREATE TABLE AS` and `LIKE`, even with `INCLUDING ALL`, copy neither policies nor the switch.

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
CREATE TABLE invoice_2025 AS SELECT * FROM invoice; -- want "invoice_2025 holds rows of invoice"
```

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
CREATE TABLE invoice_2025 AS SELECT * FROM invoice;
ALTER TABLE invoice_2025 ENABLE ROW LEVEL SECURITY;
```

Source: https://www.postgresql.org/docs/current/sql-createtable.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredTable, rule
from crowsfoot.link.security.exposure import ROWS, open_tables
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.words import listed, sql_name


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    security = table.security
    if table.enabled or table.policies or table.switches or not security.in_use:
        return
    copied = timeline_of(security).copied.get(table.table.number)
    if copied is None or table.table.number in open_tables(security):
        return
    exposure = security.exposure
    roles = exposure.guarded
    if roles and not any(True for _ in exposure.reaches(roles, table.table, *ROWS)):
        return  # nobody but the migrator reaches it
    sources = listed(copied.sources)
    what = "is shaped like" if copied.how == "LIKE" else "holds rows of"
    yield Finding(
        table.span,
        f"{table} {what} {sources}, without its row-level security: {copied.how} copies neither the switch "
        f"nor the policies; ALTER TABLE {sql_name(table.table)} ENABLE ROW LEVEL SECURITY, and write the "
        "policies again",
        subject=str(table),
        related=tuple(
            Related(it.span, f"a policy of {source}")
            for source in copied.sources[:2]
            for it in [*source.policies.values()][:2]
        ),
        confidence=security.sure(Confidence.LIKELY, about=("row level security", "revoke")),
    )
