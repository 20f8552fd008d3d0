"""A view was made anew without `security_invoker`, which it had before.

`CREATE OR REPLACE VIEW` takes the options as they stand there, and those that are not written are gone: from
then on the view reads with the rights of its owner again, past the policies of its tables.

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
CREATE VIEW recent WITH (security_invoker = true) AS SELECT id FROM invoice;
-- next migration
CREATE OR REPLACE VIEW recent AS SELECT id, org_id FROM invoice; -- want "recent no longer has"
```

```sql
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON invoice USING (org_id = current_setting('app.org')::int);
CREATE VIEW recent WITH (security_invoker = true) AS SELECT id FROM invoice;
-- next migration
CREATE OR REPLACE VIEW recent WITH (security_invoker = true) AS SELECT id, org_id FROM invoice;
```

Measured on PostgreSQL 15 and 18.

Source: https://www.postgresql.org/docs/current/sql-createview.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, SecuredView, Severity, rule
from crowsfoot.link.security.timeline import timeline_of
from crowsfoot.link.security.views import bypassed
from crowsfoot.link.security.words import listed, sql_name


@rule(over=SecuredView, since="0.2", severity=Severity.ERROR)
def check(view: SecuredView) -> Iterator[Finding]:
    if view.invoker or view.view.kind != "view" or not view.security.in_use:
        return
    lost = timeline_of(view.security).lost.get(view.view.number)
    if lost is None:
        return
    tables = bypassed(view)
    if not tables:
        return
    how = (
        "CREATE OR REPLACE VIEW keeps no option that is not written" if lost.replaced else "it was made anew"
    )
    yield Finding(
        lost.lost,
        f"{view} no longer has security_invoker, as {how}, and reads {listed(tables)} past the policies; "
        f"ALTER VIEW {sql_name(view.view)} SET (security_invoker = true)",
        subject=str(view),
        related=(Related(lost.had, "it had security_invoker here"),),
    )
