"""An API serves a materialized view or a foreign table, which no policy can guard.

A materialized view holds what its owner has read, of every user. A foreign table asks another server, as one
user of it. PostgreSQL has row-level security for neither.

```sql
CREATE ROLE anon NOLOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL, total numeric NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE MATERIALIZED VIEW turnover AS -- want "anon can read every row of turnover"
  SELECT org_id, sum(total) FROM invoice GROUP BY org_id;
GRANT SELECT ON turnover TO anon;
```

```sql
CREATE ROLE anon NOLOGIN;
CREATE TABLE invoice (id int PRIMARY KEY, org_id int NOT NULL, total numeric NOT NULL);
ALTER TABLE invoice ENABLE ROW LEVEL SECURITY;
CREATE MATERIALIZED VIEW turnover AS
  SELECT org_id, sum(total) FROM invoice GROUP BY org_id;
GRANT SELECT ON turnover TO anon;
REVOKE ALL ON turnover FROM anon;
```

Of materialized views only those are reported that are made from a table with row-level security.

Source: https://www.postgresql.org/docs/current/sql-altertable.html
        https://www.postgresql.org/docs/current/rules-materializedviews.html
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, SecuredTable, SecuredView, Security, rule
from crowsfoot.link.security.exposure import ROWS
from crowsfoot.link.security.views import bypassed
from crowsfoot.link.security.words import listed, may, sql_name, who


@rule(over=Security, since="0.2")
def check(security: Security) -> Iterator[Finding]:
    for view in security.views:
        if view.view.kind == "materialized view" and (tables := bypassed(view)):
            yield from _reported(view, f"which holds what its owner has read of {listed(tables)}")
    for table in security.tables:
        if table.table.foreign:
            yield from _reported(table, "a foreign table, for which there is no row-level security")


def _reported(thing: SecuredView | SecuredTable, why: str) -> Iterator[Finding]:
    exposure = thing.security.exposure
    held = thing.view if isinstance(thing, SecuredView) else thing.table
    names = ("select",) if isinstance(thing, SecuredView) else ROWS
    reaches = [*exposure.reaches(exposure.outsiders, held, *names)]
    if not reaches:
        return
    spans = dict.fromkeys(it.span for it in reaches if it.span is not None)
    roles = ", ".join(dict.fromkeys(it.role for it in reaches))
    yield Finding(
        thing.span,
        f"{who(reaches)} can {may(reaches)} every row of {thing}, {why}; REVOKE ALL ON {sql_name(held)} "
        f"FROM {roles}, and let a function or a view tell of it what each may see",
        subject=str(thing),
        related=tuple(Related(it, "granted here") for it in spans)[:3],
        confidence=thing.security.sure(*(it.confidence for it in reaches), about=("revoke",)),
    )
