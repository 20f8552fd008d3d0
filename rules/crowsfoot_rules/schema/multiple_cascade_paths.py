"""Changes of one table reach another in two ways.

SQL Server refuses to create the second of two foreign keys by which a delete or an update can spread to the
same table (error 1785), and Prisma refuses such a schema there.

```prisma
datasource db {
  provider = "sqlserver"
}

model Customer {
  id       Int       @id
  orders   Order[]
  invoices Invoice[]
}

model Order {
  id         Int       @id
  customerId Int
  customer   Customer  @relation(fields: [customerId], references: [id])
  invoices   Invoice[]
}

model Invoice {
  id         Int      @id
  orderId    Int
  order      Order    @relation(fields: [orderId], references: [id])
//^^^^^ want "changes of Customer reach Invoice by Invoice.customer and by Invoice.order -> Order.customer"
  customerId Int
  customer   Customer @relation(fields: [customerId], references: [id])
}
```

Say at one of the ways that nothing is passed on. Without onUpdate, Prisma writes `ON UPDATE CASCADE`.

```prisma
datasource db {
  provider = "sqlserver"
}

model Customer {
  id       Int       @id
  orders   Order[]
  invoices Invoice[]
}

model Order {
  id         Int       @id
  customerId Int
  customer   Customer  @relation(fields: [customerId], references: [id])
  invoices   Invoice[]
}

model Invoice {
  id      Int      @id
  orderId Int
  order   Order    @relation(fields: [orderId], references: [id])
  buyerId Int
  buyer   Customer @relation(fields: [buyerId], references: [id], onDelete: NoAction, onUpdate: NoAction)
}
```

Source: https://learn.microsoft.com/sql/relational-databases/errors-events/mssqlserver-1785-database-engine-error
"""

from collections.abc import Iterator

from crowsfoot import Finding, ForeignKey, Related, Severity, Table, rule
from crowsfoot.databases.foreign_keys import passes_changes_on, refuses_cascade_paths


@rule(over=Table, since="0.1", severity=Severity.ERROR)
def check(table: Table) -> Iterator[Finding]:
    keys = [fk for fk in table.foreign_keys if passes_changes_on(fk) and fk.target is not table]
    if len(keys) < 2 or table.kind != "table" or not refuses_cascade_paths(table.database):
        return
    ways: dict[str, list[ForeignKey]] = {}
    for fk in keys:
        found = _ways(fk)
        source = next((model for model in found if model in ways), None)
        if source:
            first, second = sorted((ways[source], found[source]), key=len)
            yield Finding(
                second[0].name_span,
                f"changes of {source} reach {table} by {_path(first)} and by {_path(second)}, "
                "which SQL Server refuses; set onDelete and onUpdate to NoAction at one of them",
                subject=str(table),
                related=tuple(
                    Related(it.name_span, f"{it.target} to {it.table}") for it in (*second[1:], *first)
                ),
            )
            return
        ways |= found


def _ways(fk: ForeignKey) -> dict[str, list[ForeignKey]]:
    """The shortest way to each table whose changes the key passes on, each way beginning with the key."""
    ways = {fk.target.model: [fk]}
    waiting = [fk.target]
    for table in waiting:
        for further in table.foreign_keys:
            new = further.target.model not in ways and further.target is not fk.table
            if new and passes_changes_on(further):
                ways[further.target.model] = [*ways[table.model], further]
                waiting.append(further.target)
    return ways


def _path(way: list[ForeignKey]) -> str:
    return " -> ".join(str(fk.relation.owner) if fk.relation else str(fk) for fk in way)
