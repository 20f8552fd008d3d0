"""A foreign key and the key it refers to have types that do not go together.

The database refuses the constraint, so the migration fails: PostgreSQL compares no `uuid` with a `text`
(error 42804), MySQL wants integers of one size and sign (error 3780), SQL Server the same type and length
(errors 1778 and 1753). On MongoDB an ObjectId never equals a string. Two different Prisma types
(Int and BigInt) are refused by Prisma itself.

```prisma
model Device {
  id       String    @id @default(uuid()) @db.Uuid
  readings Reading[]
}

model Reading {
  id       Int    @id
  deviceId String
//^^^^^^^^ want "Reading.deviceId is Text and Device.id is Uuid"
  device   Device @relation(fields: [deviceId], references: [id])

  @@index([deviceId])
}
```

Give the column the type of the key that it holds:

```prisma
model Device {
  id       String    @id @default(uuid()) @db.Uuid
  readings Reading[]
}

model Reading {
  id       Int    @id
  deviceId String @db.Uuid
  device   Device @relation(fields: [deviceId], references: [id])

  @@index([deviceId])
}
```

Types that the database compares without more ado are not reported (on PostgreSQL Text and VarChar, or
SmallInt and Integer).

Source: https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARMS-REFERENCES
Source: https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
Source: https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors-1000-to-1999
"""

from collections.abc import Iterator

from crowsfoot import Finding, ForeignKey, Related, Severity, rule
from crowsfoot.databases.foreign_keys import type_conflict


@rule(over=ForeignKey, since="0.1", severity=Severity.ERROR)
def check(fk: ForeignKey) -> Iterator[Finding]:
    if fk.table.kind != "table" or fk.target.kind != "table":
        return
    for column, target in zip(fk.columns, fk.target_columns, strict=True):
        conflict = type_conflict(column, target)
        if conflict is None or not (fk.enforced or column.type != target.type or _joins_by_value(fk)):
            continue
        ours, theirs = conflict
        refused_by_prisma = column.type != target.type and fk.table.library is None
        yield Finding(
            column.name_span,
            f"{column} is {ours} and {target} is {theirs}, so {_effect(fk, refused_by_prisma)}; "
            "give both the same type",
            subject=str(column),
            related=(Related(target.name_span, f"{target} is {theirs}"),),
        )


def _joins_by_value(fk: ForeignKey) -> bool:
    return fk.table.database.provider == "mongodb"


def _effect(fk: ForeignKey, refused_by_prisma: bool) -> str:
    if refused_by_prisma:
        return "Prisma refuses the relation"
    if _joins_by_value(fk):
        return f"no {fk.table} finds its {fk.target}"
    return "the database refuses the foreign key"
