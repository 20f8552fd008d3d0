"""A column is named after the key of a model, but no relation uses it.

Nothing keeps the value from referring to a row that is gone, and the client cannot follow it. That may be
meant: rows that outlive what they speak of, models of another service, keys without a constraint for the
sake of partitions.

```prisma
model Order {
  id         Int @id
  customerId Int
//^^^^^^^^^^ want "Order.customerId looks like the key of Customer, but no relation uses it"
}

model Customer {
  id Int @id
}
```

```prisma
model Order {
  id         Int      @id
  customerId Int
  customer   Customer @relation(fields: [customerId], references: [id])

  @@index([customerId])
}

model Customer {
  id     Int     @id
  orders Order[]
}
```

Only columns of the type of that model's primary key are reported.

Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations
"""

import re
from collections.abc import Iterator

from crowsfoot import Confidence, Database, Finding, Related, Severity, Table, rule

_KEY = r"(?P<stem>\w+?)_?(?:Id|ID|id)"


@rule(over=Database, since="0.1", severity=Severity.NOTE, default=False)
def check(database: Database) -> Iterator[Finding]:
    # Their columns may belong to a relation whose other end is missing.
    broken = {it.field.table for it in database.unresolved}
    models = {_plain(name): table for name, table in database.tables.items() if table.kind == "table"}
    for table in database.tables.values():
        if table.kind != "table" or table.ignored or not table.complete or table in broken:
            continue
        used = {column for fk in table.foreign_keys for column in fk.columns}
        for column in table.columns.values():
            match = re.fullmatch(_KEY, column.field)
            if match is None or column in used or column.ignored or column.is_list:
                continue
            target = models.get(_plain(match["stem"]))
            if target and not target.ignored and target is not table and column.type == _type_of_key(target):
                yield Finding(
                    column.name_span,
                    f"{column} looks like the key of {target}, but no relation uses it; "
                    "add one, or say in a comment why there is none",
                    subject=str(column),
                    related=(Related(target.name_span, f"{target} is here"),),
                    confidence=Confidence.LIKELY,
                )


def _type_of_key(table: Table) -> str | None:
    key = table.primary_key
    return key.columns[0].type if key and len(key.columns) == 1 else None


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
