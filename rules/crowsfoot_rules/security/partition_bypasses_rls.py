"""A partition can be asked by its own name, and the policies of its parent do not count then.

```sql
CREATE ROLE web NOLOGIN;
CREATE TABLE event (id int, org_id int NOT NULL, year int NOT NULL) PARTITION BY LIST (year);
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON event TO web USING (org_id = current_setting('app.org')::int);
CREATE TABLE event_2026 PARTITION OF event FOR VALUES IN (2026); -- want "every row of event_2026"
GRANT SELECT ON ALL TABLES IN SCHEMA public TO web;
```

```sql
CREATE ROLE web NOLOGIN;
CREATE TABLE event (id int, org_id int NOT NULL, year int NOT NULL) PARTITION BY LIST (year);
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON event TO web USING (org_id = current_setting('app.org')::int);
GRANT SELECT ON event TO web;
CREATE TABLE event_2026 PARTITION OF event FOR VALUES IN (2026);
```

Whoever asks the parent needs no privileges on the partitions. Row-level security without a policy shuts a
partition for all who ask it by its own name. The same holds for tables that inherit from another one.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, SecuredTable, rule
from crowsfoot.link.security.exposure import ROWS
from crowsfoot.link.security.words import may, sql_name, who


@rule(over=SecuredTable, since="0.2")
def check(table: SecuredTable) -> Iterator[Finding]:
    security = table.security
    if table.enabled or table.policies or table.table.foreign:
        return
    parent = _secured_parent(table)
    if parent is None:
        return
    exposure = security.exposure
    roles = exposure.guarded
    reaches = [*exposure.reaches(roles, table.table, *ROWS)]
    reaches = [it for it in reaches if not security.principals.escapes(it.role, parent.table)]
    if not reaches:
        return
    spans = dict.fromkeys(it.span for it in reaches if it.span is not None)
    yield Finding(
        table.span,
        f"{who(reaches)} can {may(reaches)} every row of {table} by its own name, as only {parent} has "
        f"row-level security; ALTER TABLE {sql_name(table.table)} ENABLE ROW LEVEL SECURITY",
        subject=str(table),
        related=(
            *(Related(it.span, f"this policy of {parent} does not count") for it in parent.policies[:2]),
            *(Related(it, "granted here") for it in [*spans][:2]),
        ),
        confidence=security.sure(*(it.confidence for it in reaches), about=("row level security", "revoke")),
    )


def _secured_parent(table: SecuredTable) -> SecuredTable | None:
    """The nearest table above it that has row-level security."""
    security = table.security
    waiting = [table]
    seen: set[int] = set()
    while waiting:
        it = waiting.pop(0)
        numbers = [
            *it.table.inherits,
            *([it.table.partition_of] if it.table.partition_of is not None else []),
        ]
        for number in numbers:
            parent = security.table(number)
            if parent is not None and number not in seen:
                if parent.enabled:
                    return parent
                seen.add(number)
                waiting.append(parent)
    return None
