"""A relation field does not lead to another table.

Prisma refuses the schema: the other end is missing, two relations between the same models cannot be told
apart, no end (or each of the two) says where the key is, or there is no such model. Nothing can be
generated or migrated until it is mended.

```prisma
model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
//         ^^^^ want "User has no field of type Post for its other end"
}

model User {
  id Int @id
}
```

A relation has two ends, and one of them holds the key:

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

Where two relations join the same models, give each pair of ends a name of its own:
`@relation("author", fields: [authorId], references: [id])` at one end, `@relation("author")` at the other.

Nothing is said where the other end may stand on a line that could not be read, nor in files without a
datasource, which may be parts of a schema that is put together elsewhere.

Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations
"""

from collections.abc import Iterator

from crowsfoot import Finding, Related, Severity, UnresolvedRelation, rule


@rule(over=UnresolvedRelation, since="0.1", severity=Severity.ERROR)
def check(unresolved: UnresolvedRelation) -> Iterator[Finding]:
    table = unresolved.field.table
    target = table.database.tables.get(unresolved.field.type)
    read = table.complete and (target.complete if target else table.database.complete)
    if table.database.datasource and read:
        yield Finding(
            unresolved.span,
            unresolved.reason,
            subject=str(unresolved),
            related=tuple(Related(span, "this is the other place") for span in unresolved.others),
        )
