"""Every query asks for the rows of one tenant, and an index begins with another column.

Where all queries on a table say whose rows they want, an index that does not begin with the tenant's column
leads through the rows of all tenants: a search for those since yesterday reads everybody's. Measured on
PostgreSQL 15 with 200,000 rows of 200 tenants: 2,372 blocks by `(created_at)`, 74 by
`(tenant_id, created_at)`.

```sql
CREATE TABLE tenant (id int PRIMARY KEY);
CREATE TABLE document (
  id int PRIMARY KEY,
  tenant_id int NOT NULL REFERENCES tenant (id),
  title text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX document_created_at ON document (created_at); -- want "asks for one tenant_id"
```

```toml
tenant-column = "tenant_id"
```

```py
import psycopg

def since(connection: psycopg.Connection, tenant: int, start: str):
    query = "SELECT * FROM document WHERE tenant_id = %s AND created_at > %s"
    return connection.execute(query, [tenant, start])

def named(connection: psycopg.Connection, tenant: int, title: str):
    query = "SELECT * FROM document WHERE tenant_id = %s AND title = %s"
    return connection.execute(query, [tenant, title])
```

```sql
CREATE TABLE tenant (id int PRIMARY KEY);
CREATE TABLE document (
  id int PRIMARY KEY,
  tenant_id int NOT NULL REFERENCES tenant (id),
  title text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX document_created_at ON document (tenant_id, created_at);
```

```toml
tenant-column = "tenant_id"
```

```py
import psycopg

def since(connection: psycopg.Connection, tenant: int, start: str):
    query = "SELECT * FROM document WHERE tenant_id = %s AND created_at > %s"
    return connection.execute(query, [tenant, start])

def named(connection: psycopg.Connection, tenant: int, title: str):
    query = "SELECT * FROM document WHERE tenant_id = %s AND title = %s"
    return connection.execute(query, [tenant, title])
```

Left out are unique indexes (`tenant-unscoped-unique` asks about those), indexes for foreign keys, and columns
whose values are so many that a tenant narrows nothing (ids, keys, tokens, names of something). What queries
that have the tenant already search in a wrong order, `wrong-index-order` tells.

Source: https://www.postgresql.org/docs/current/indexes-multicolumn.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, Index, Queried, Related, rule
from crowsfoot.databases.index_use import Part, part
from crowsfoot.databases.index_writing import Proposal, declaration, fix
from crowsfoot.databases.indexes import Cover, covers
from crowsfoot.databases.providers import RELATIONAL
from crowsfoot.databases.selectivity import tells_apart
from crowsfoot.databases.unserved import reading
from crowsfoot.link.project import Column
from crowsfoot.link.wanted import Wanted

# Of one query nobody concludes how all of them ask.
_FEWEST = 2


@rule(over=Queried, since="0.3")
def check(queried: Queried) -> Iterator[Finding]:
    table = queried.table
    tenancy = table.database.tenancy
    tenant = tenancy.column(table) if tenancy is not None else None
    if tenant is None or tenant.nullable or table.kind != "table" or not table.complete:
        return
    shapes = [it for it in queried.shapes if reading(it)]
    if len(shapes) < _FEWEST or not all(it.whole and tenant.name in it.asked.equal for it in shapes):
        return
    if table.database.provider not in RELATIONAL:
        return
    for index in table.indexes:
        lead = index.keys[0].column if index.keys else None
        if lead is None or not _is_for_queries(index, tenant, lead):
            continue
        using = [it for it in shapes if lead.name in it.asked.ranges | _sorted_by(it)]
        if not using or _is_led(index, tenant):
            continue
        places = [place for shape in using for place in reading(shape)]
        proposal = Proposal(table, (_part(tenant), *map(_part, index.columns)), replaces=index)
        sure = all(it.likely for shape in shapes for it in shape.places)
        yield Finding(
            index.span,
            f"every query on {table} asks for one {tenant.field}, and {index.declaration} begins with "
            f"{lead.field}, so it leads through the rows of all; make it {declaration(proposal)}",
            subject=str(index),
            related=tuple(Related(it.span, f"this query asks for both: `{it.said}`") for it in places[:5]),
            fix=fix(proposal),
            confidence=Confidence.LIKELY if sure else Confidence.POSSIBLE,
        )


def _is_for_queries(index: Index, tenant: Column, lead: Column) -> bool:
    """Whether it is there for searches only, and for one that the tenant narrows."""
    plain = (
        index.method == "btree"
        and index.predicate is None
        and not any(key.column is None or key.descending or key.opclass or key.length for key in index.keys)
    )
    if index.unique or not plain or tenant in index.columns or tells_apart(lead):
        return False
    return all(covers(index, fk) is Cover.NONE for fk in index.table.foreign_keys)


def _part(column: Column) -> Part:
    return part(column.name, column.table.database.provider)


def _sorted_by(shape: Wanted) -> frozenset[str | None]:
    return frozenset(it.column for it in shape.asked.order[:1]) if shape.limit else frozenset()


def _is_led(index: Index, tenant: Column) -> bool:
    """Whether another index has the same columns behind the tenant's."""
    wanted = (tenant, *index.columns)
    return any(it.columns[: len(wanted)] == wanted for it in index.table.indexes)
