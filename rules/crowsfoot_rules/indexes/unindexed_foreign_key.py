"""No index starts with the columns of a foreign key.

A foreign key indexes the side that is referred to, and not the side that refers. Without an index there,
every delete of a parent row reads the whole child table to find its children (measured on PostgreSQL 15
with 200,000 children: 950 ms for 50 parents, against 5 ms with an index), and so does every query that
follows the relation from the parent.

```prisma
model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
//^^^^^^ want "no index starts with [authorId]"
}

model User {
  id    Int    @id
  posts Post[]
}
```

An index, a unique constraint or a primary key that begins with the columns serves it:

```prisma
model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])

  @@index([authorId])
}

model User {
  id    Int    @id
  posts Post[]
}
```

The columns may stand in any order at the start of the index, and among the first columns of an index any
of them is better than nothing (`partially-indexed-foreign-key` asks for more). A partial index serves only
when it leaves out nothing but nulls of the columns.

MySQL creates the index by itself, but not under `relationMode = "prisma"`, where there is no key.

Where parents are never deleted and nobody goes from them to their children, as with the user that last
touched a row, an index may cost more than it gives. Allow such a key at its place, or name its columns for
the whole project: `ignore-columns = ["createdById", "updatedById"]`.

Source: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/relation-mode#indexes
"""

from collections.abc import Iterator

from crowsfoot import Finding, ForeignKey, Related, rule
from crowsfoot.databases.index_writing import declaration, fix, over
from crowsfoot.databases.indexes import Cover, best_cover
from crowsfoot.databases.providers import INDEXES_FOREIGN_KEYS


@rule(over=ForeignKey, since="0.1")
def check(fk: ForeignKey, *, ignore_columns: tuple[str, ...] = ()) -> Iterator[Finding]:
    table, provider = fk.table, fk.table.database.provider
    indexed_by_itself = fk.enforced and provider in INDEXES_FOREIGN_KEYS
    if provider == "unknown" or indexed_by_itself or not table.complete or table.kind != "table":
        return
    if all(column.field in ignore_columns for column in fk.columns):
        return
    if best_cover(fk)[0] > Cover.NONE or fk is not fk.twins[0]:
        return
    columns, index = f"[{', '.join(column.field for column in fk.columns)}]", over(table, fk.columns)
    # Without a constraint nothing is looked up on a delete, unless Prisma has an action to take.
    effect = f"deleting one {fk.target}" if fk.enforced else f"finding the {table} rows of one {fk.target}"
    yield Finding(
        fk.name_span,
        f"no index starts with {columns}, so {effect} scans all of {table}; add {declaration(index)}",
        subject=str(fk),
        related=tuple(Related(it.name_span, f"{it} uses the same columns") for it in fk.twins[1:]),
        fix=fix(index),
    )
