"""A unique constraint spans all tenants.

What one tenant has taken, no other can use: the second one to name a project "Website" is refused, and
learns in this way that somebody has it.

```prisma
model Tenant {
  id        Int        @id
  projects  Project[]
  customers Customer[]
  invoices  Invoice[]
  members   Member[]
}

model Project {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
  name     String @unique
//                ^^^^^^^ want "Project.name is unique across every Tenant"
}

model Customer {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
  number   Int

  @@unique([tenantId, number])
}

model Invoice {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
}

model Member {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
}
```

Put the tenant first:

```prisma
model Tenant {
  id       Int       @id
  projects Project[]
}

model Project {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
  name     String

  @@unique([tenantId, name])
}
```

Primary keys, keys of other tables, columns that the database or Prisma fills, and what is unique in the
world by its nature are not reported: tokens, hashes, UUIDs, ids of other systems, slugs and domains that
stand in a URL, and the email that somebody logs in with.

How the tenant column is found: see `nullable-tenant`.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

import re
from collections.abc import Iterator

from crowsfoot import Column, Confidence, Finding, Index, Related, Table, rule

# Words of names whose values are made to be unique everywhere, or come from outside.
_WORLDWIDE = (
    r"(?i)token|secret|hash|digest|signature|fingerprint|uuid|guid|nano|cuid|ulid|slug|domain|subdomain|host|url|uri|"
    r"path|email|username|login|handle|phone|(?:(?<=[a-z_])|^)(?:id|ids)$|_id$|Id$|ID$|api_?key|key$|code$|session|"
    r"nonce|state$|vin$|isbn|iban|ean$|arn$"
)


@rule(over=Index, since="0.1", default=False)
def check(index: Index) -> Iterator[Finding]:
    table = index.table
    tenancy = table.database.tenancy
    tenant = tenancy.column(table) if tenancy else None
    if tenancy is None or tenant is None or not index.unique or index.primary or table is tenancy.target:
        return
    if (
        table.kind != "table"
        or table.ignored
        or tenant in index.columns
        or len(index.columns) < len(index.keys)
    ):
        return
    keys = {column for fk in table.foreign_keys for column in fk.columns}
    if any(column in keys or _worldwide(column) for column in index.columns):
        return
    names = ", ".join(column.field for column in index.columns)
    subject = f"{table}.{names}" if len(index.columns) == 1 else f"{table} [{names}]"
    yield Finding(
        index.span,
        f"{subject} is unique across every {tenancy.target or 'tenant'}; "
        + _instead(table, f"{tenant.field}, {names}", tenant.field),
        subject=str(index),
        related=(Related(tenant.name_span, f"this says whose row of {table} it is"),),
        confidence=Confidence.LIKELY,
    )


def _instead(table: Table, names: str, tenant: str) -> str:
    if table.library:
        return f"put {tenant} in it"
    if table.database.datasource is None:  # there are only migrations
        return f"make it UNIQUE ({names})"
    return f"make it @@unique([{names}])"


def _worldwide(column: Column) -> bool:
    generated = column.default is not None and column.default.function is not None
    return generated or column.type == "Bytes" or re.search(_WORLDWIDE, column.field) is not None
