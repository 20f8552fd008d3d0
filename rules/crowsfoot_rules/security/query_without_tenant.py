"""A query reads or changes rows of tenants, and neither it nor a policy says of which tenant.

Whoever guesses an id gets the row of another tenant. The query can name the tenant, or row-level security of
the table can, which catches every query that forgets it.

```toml
tenant-column = "tenant_id"
```

```py
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Invoice(Base):
    __tablename__ = "invoice"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]

def invoice(session: Session, id: int):
    return session.execute(select(Invoice).where(Invoice.id == id)).scalar_one()  # want "of any tenant"
```

```toml
tenant-column = "tenant_id"
```

```py
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

class Base(DeclarativeBase): ...

class Invoice(Base):
    __tablename__ = "invoice"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int]

def invoice(session: Session, id: int, tenant: int):
    query = select(Invoice).where(Invoice.id == id, Invoice.tenant_id == tenant)
    return session.execute(query).scalar_one()
```

It is no more than possible: the row may be checked when it is there, and an administrator may see all of
them. `min-confidence = "possible"` shows it.

Source: https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/
"""

from collections.abc import Iterator
from typing import Final

from crowsfoot import Access, Column, Confidence, Finding, Project, Related, Severity, rule
from crowsfoot.link.security.model import secured

_OPERATIONS: Final = frozenset(("select", "count", "exists", "aggregate", "update", "delete"))


@rule(over=Project, since="0.2", severity=Severity.WARNING)
def check(project: Project) -> Iterator[Finding]:
    columns = {
        column.table.name.lower(): column
        for database in project.databases
        if database.tenancy is not None
        for column in database.tenancy.columns.values()
        if column.table is not database.tenancy.target
    }
    if project.code is None or not columns:
        return
    guarded = {
        table.table.name.lower()
        for security in secured(project)
        for table in security.tables
        if table.enabled and table.policies
    }
    for access in project.code.accesses:
        name = (access.query.table or "").rpartition(".")[2].strip('"').lower()
        column = columns.get(name)
        if column is None or name in guarded or not _reads_any(access, column):
            continue
        keys = {it.split(".")[0] for it in access.query.equal}
        by = f" by {', '.join(sorted(keys))} alone" if keys else ""
        verb = {"update": "changes", "delete": "deletes"}.get(access.query.operation, "reads")
        yield Finding(
            access.span,
            f"`{access.query.api}` {verb} rows of {column.table}{by}, of any tenant: neither the query "
            f"nor a policy of the table compares {column.field}; add it to the condition",
            subject=f"{access.function or 'module'}: {access.query.api}",
            related=(Related(column.name_span, "this says whose a row is"),),
            confidence=Confidence.POSSIBLE,
        )


def _reads_any(access: Access, column: Column) -> bool:
    """Whether it takes rows by their key, or all of them. What leads there from another row is left."""
    query = access.query
    if access.role != "application" or query.operation not in _OPERATIONS or query.cause != "call":
        return False
    if query.interpolated and query.sql is not None:
        return False
    compared = {*query.equal, *query.among, *query.ranges, *query.null, *query.others}
    stems = {column.field, column.name, *(it.removesuffix("_id") for it in (column.field, column.name))}
    if any(not stems.isdisjoint(it.split(".")) for it in compared):
        return False
    key = column.table.primary_key
    names = {name for it in key.columns for name in (it.field, it.name)} if key is not None else set()
    return query.whole and compared <= {"pk", *names}
