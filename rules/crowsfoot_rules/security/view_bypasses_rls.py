"""A view shows rows that the policies of its tables would keep back.

A view reads with the rights of its owner, so the policies of the owner count, and who owns the tables passes
by them. From PostgreSQL 15 on `security_invoker` makes the rights and policies of those count who ask.

```sql
CREATE ROLE web NOLOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL, paid boolean NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
CREATE VIEW unpaid AS SELECT * FROM invoice WHERE NOT paid; -- want "web sees through unpaid"
GRANT SELECT ON invoice, unpaid TO web;
```

```sql
CREATE ROLE web NOLOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL, paid boolean NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice TO web USING (org_id = current_setting('app.org')::int);
CREATE VIEW unpaid WITH (security_invoker = true) AS SELECT * FROM invoice WHERE NOT paid;
GRANT SELECT ON invoice, unpaid TO web;
```

A view that asks for the user or the tenant by itself, as with `WHERE org_id =
current_setting('app.org')::int`, is a wall of its own; it is reported with the confidence "possible". A view
may be meant to show what its tables hide: `WITH (security_invoker = false)` says so.

Source: https://www.postgresql.org/docs/current/sql-createview.html#SQL-CREATEVIEW-SECURITY
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Related, SecuredView, rule
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.views import bypassed, filters_itself, readers
from crowsfoot.link.security.words import listed, sql_name


@rule(over=SecuredView, since="0.2")
def check(view: SecuredView) -> Iterator[Finding]:
    security = view.security
    if view.invoker or not security.in_use or view.view.kind != "view":
        return
    if "security_invoker" in dict(view.view.options):
        return  # it is switched off in so many words
    if view.view.number in timeline_of(security).lost or not (tables := bypassed(view)):
        return
    reaches = readers(view, tables)
    if not reaches:
        return
    policies = [it for table in tables for it in table.policies]
    related = [Related(it.span, f"this policy of {it.table} does not count") for it in policies[:3]]
    related += [Related(it.span, f"granted to {it.role}") for it in reaches if it.span is not None][:2]
    names = listed(it.role for it in reaches)
    yield Finding(
        view.span,
        f"{names} {'sees' if len(reaches) == 1 else 'see'} through {view} every row of {listed(tables)} "
        "that it selects, whatever the policies say, as it reads with the rights of its owner; ALTER VIEW "
        f"{sql_name(view.view)} SET (security_invoker = true)",
        subject=str(view),
        related=tuple(related),
        confidence=Confidence.POSSIBLE
        if filters_itself(view)
        else security.sure(*(it.confidence for it in reaches), about=("security_invoker", "revoke", "owner")),
    )
