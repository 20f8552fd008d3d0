"""A foreign key lets a row of one tenant refer to a row of another.

Both tables say whose row it is, but the key does not include it: the database accepts the key of a row that
belongs to somebody else, which a forged or mixed-up id is enough for. With `onDelete: Cascade` one tenant
can then delete rows of another.

```prisma
model Tenant {
  id        Int        @id
  customers Customer[]
  orders    Order[]
  products  Product[]
  stocks    Stock[]
}

model Customer {
  id       Int     @id
  tenantId Int
  tenant   Tenant  @relation(fields: [tenantId], references: [id])
  orders   Order[]
}

model Order {
  id         Int      @id
  tenantId   Int
  tenant     Tenant   @relation(fields: [tenantId], references: [id])
  customerId Int
  customer   Customer @relation(fields: [customerId], references: [id])
//^^^^^^^^ want "Order.customer can refer to Customer rows of another Tenant"
}

model Product {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
}

model Stock {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
}
```

Let the key hold the tenant as well:

```prisma
model Tenant {
  id        Int        @id
  customers Customer[]
  orders    Order[]
  products  Product[]
  stocks    Stock[]
}

model Customer {
  id       Int     @id
  tenantId Int
  tenant   Tenant  @relation(fields: [tenantId], references: [id])
  orders   Order[]

  @@unique([tenantId, id])
}

model Order {
  id         Int      @id
  tenantId   Int
  tenant     Tenant   @relation(fields: [tenantId], references: [id])
  customerId Int
  customer   Customer @relation(fields: [tenantId, customerId], references: [tenantId, id])
}

model Product {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
}

model Stock {
  id       Int    @id
  tenantId Int
  tenant   Tenant @relation(fields: [tenantId], references: [id])
}
```

How the tenant column is found: see `nullable-tenant`.

Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from collections.abc import Iterator

from crowsfoot import Confidence, Finding, ForeignKey, Related, rule


@rule(over=ForeignKey, since="0.1", default=False)
def check(fk: ForeignKey) -> Iterator[Finding]:
    tenancy = fk.table.database.tenancy
    if tenancy is None or fk.table.kind != "table":
        return
    ours, theirs = tenancy.column(fk.table), tenancy.column(fk.target)
    if ours is None or theirs is None or fk.target is tenancy.target:
        return
    if (ours, theirs) in zip(fk.columns, fk.target_columns, strict=True):
        return
    end = fk.relation.owner.name if fk.relation else fk.columns[0].field
    yield Finding(
        fk.name_span,
        f"{fk.table}.{end} can refer to {fk.target} rows of another {tenancy.target or 'tenant'}; "
        f"refer to [{theirs.field}, {', '.join(it.field for it in fk.target_columns)}] with a key that holds "
        f"{ours.field} as well",
        subject=str(fk),
        related=(Related(theirs.name_span, f"this says whose row of {fk.target} it is"),),
        confidence=Confidence.LIKELY,
    )
