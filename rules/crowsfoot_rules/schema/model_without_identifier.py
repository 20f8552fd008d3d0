"""No key tells the rows of a model apart.

Prisma refuses a model without a unique criterion whose fields are all required: it could not read back the
row that it has just written. MongoDB asks for an `@id`.

```prisma
model Visit {
//    ^^^^^ want "Visit has no @id"
  page String
  at   DateTime
}
```

A unique constraint with an optional field does not do, because it holds any number of rows without a value:

```prisma
model Subscriber { // want "Subscriber.email is optional"
  email String? @unique
  name  String
}
```

```prisma
model Visit {
  id   BigInt   @id @default(autoincrement())
  page String
  at   DateTime
}

model Subscriber {
  email String @unique
  name  String
}
```

Every class of SQLAlchemy has a primary key; whether its table has one, the migrations of Alembic say. A
`Table` that only links two others needs none: SQLAlchemy fills in both columns of each row, so that a unique
constraint over them is enough, whether they are optional or not. Without one the same link can be there
twice, and then SQLAlchemy cannot take it away: it deletes one row, finds two and raises `StaleDataError`.

A table that must stay without a key can be kept from the client with `@@ignore`. Views need no key since
Prisma 6.13 and are not looked at.

Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/models#defining-an-id-field
Source: https://docs.sqlalchemy.org/en/20/orm/basic_relationships.html#many-to-many
"""

from collections.abc import Iterator

from crowsfoot import Column, Finding, Index, Related, Severity, Table, rule


@rule(over=Table, since="0.1", severity=Severity.ERROR)
def check(table: Table) -> Iterator[Finding]:
    if table.kind != "table" or table.ignored or not table.complete or any(map(_identifies, table.indexes)):
        return
    key, a_key = ("primary key", "a primary key") if table.library else ("@id", "an @id")
    if table.library in ("sqlalchemy", "sqlmodel"):
        key = "primary key in the database"  # its class may name one that no migration makes
    unique = [index for index in table.indexes if index.unique]
    optional = [column for index in unique for column in index.columns if column.nullable]
    if table.database.provider == "mongodb":
        message = (
            f"{table} has no @id, which MongoDB needs; "
            'add id String @id @default(auto()) @map("_id") @db.ObjectId'
        )
    elif links := _links(table):
        message = (
            f"{table} has no primary key and no unique constraint, so it can hold the same link twice; "
            f"make {' and '.join(it.name for it in links)} its primary key"
        )
    elif optional:
        message = (
            f"{optional[0]} is optional, so no key tells the rows of {table} apart; "
            f"make it required or add {a_key}"
        )
    else:
        message = (
            f"{table} has no {key} and no unique constraint, so no key tells its rows apart; add {a_key}"
        )
    related = tuple(Related(index.span, f"{index.declaration} has optional fields") for index in unique)
    yield Finding(table.name_span, message, subject=str(table), related=related)


def _links(table: Table) -> list[Column]:
    """The columns of a table that does nothing but link others; none where it has columns of its own."""
    columns = list(table.columns.values())
    keys = {column for it in table.foreign_keys for column in it.columns}
    return columns if table.library and len(columns) > 1 and all(it in keys for it in columns) else []


def _identifies(index: Index) -> bool:
    if index.table.database.provider == "mongodb":
        return index.primary
    if index.unique and len(index.columns) > 1 and set(index.columns) == set(_links(index.table)):
        return True  # the library fills in all of them
    # Prisma cannot read by a type that it does not know; libraries that have types of their own can.
    prisma = not index.table.library
    return index.unique and not any(
        column.nullable or (prisma and column.type.startswith("Unsupported(")) for column in index.columns
    )
