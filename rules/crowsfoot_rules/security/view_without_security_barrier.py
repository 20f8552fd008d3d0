"""A view that keeps tenants apart lets functions of the caller see rows that it drops.

PostgreSQL may ask a condition of the query first where that is cheaper than the view's own. A function in it
that tells what it is given, such as one that raises a notice, gets rows of every tenant. With
`security_barrier` the view's condition comes first.

```sql
CREATE ROLE web LOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE VIEW own_invoice AS -- want "own_invoice keeps rows back by itself"
  SELECT * FROM invoice WHERE org_id = current_setting('app.org')::int;
GRANT SELECT ON own_invoice TO web;
```

```sql
CREATE ROLE web LOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE VIEW own_invoice WITH (security_barrier = true) AS
  SELECT * FROM invoice WHERE org_id = current_setting('app.org')::int;
GRANT SELECT ON own_invoice TO web;
```

It takes a role that can write its own SQL and make functions, at least temporary ones. Whoever comes by an
API alone cannot, so views of such projects are not reported.

Source: https://www.postgresql.org/docs/current/rules-privileges.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, SecuredView, Severity, rule
from crowsfoot.link.security.views import filters_itself
from crowsfoot.link.security.words import listed, sql_name


@rule(over=SecuredView, since="0.2", severity=Severity.NOTE)
def check(view: SecuredView) -> Iterator[Finding]:
    security = view.security
    if view.invoker or view.barrier or view.view.kind != "view" or security.exposure.outsiders:
        return
    reaches = [*security.exposure.reaches(security.exposure.applications, view.view, "select")]
    if not reaches or not filters_itself(view):
        return
    # A role that may read the table itself learns nothing by the view.
    tables = [it for number in view.view.reads if (it := security.table(number)) is not None]
    roles = [
        it.role
        for it in reaches
        if not any(
            True for table in tables for _ in security.exposure.reaches([it.role], table.table, "select")
        )
    ]
    if not roles:
        return
    yield Finding(
        view.span,
        f"{view} keeps rows back by itself, and a function in a query of {listed(roles)} may see them "
        f"first; ALTER VIEW {sql_name(view.view)} SET (security_barrier = true)",
        subject=str(view),
        confidence=security.sure(),
    )
