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

Where more than three models are missing or more than ten fields lead nowhere, the schema is an excerpt or
stands in further files: one finding says so.

Nothing is said where the other end may stand on a line that could not be read, nor in files without a
datasource, which may be parts of a schema that is put together elsewhere.

Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations
"""

from collections.abc import Iterator

from crowsfoot import Database, Finding, Related, Severity, UnresolvedRelation, rule
from crowsfoot.prose import series

# Of a schema that is at work few models are misspelt, and few fields without their other end.
_MOST_MISSING = 3
_MOST_FIELDS = 10


@rule(over=Database, since="0.1", severity=Severity.ERROR)
def check(database: Database) -> Iterator[Finding]:
    if database.datasource is None:
        return
    found = [it for it in database.unresolved if _was_read(it)]
    missing = list(dict.fromkeys(it.field.type for it in found if it.field.type not in database.tables))
    if len(missing) > _MOST_MISSING or len(found) > _MOST_FIELDS:
        yield Finding(
            found[0].span,
            f"{_summary(found, missing)}; add the missing files, or leave an excerpt out with exclude",
            subject=str(database),
            related=tuple(Related(it.span, "this one leads nowhere, either") for it in found[1:4]),
        )
        return
    for unresolved in found:
        yield Finding(
            unresolved.span,
            unresolved.reason,
            subject=str(unresolved),
            related=tuple(Related(span, "this is the other place") for span in unresolved.others),
        )


def _summary(found: list[UnresolvedRelation], missing: list[str]) -> str:
    if len(missing) > _MOST_MISSING:
        shown = series([*missing[:2], f"{len(missing) - 2} more"])
        return f"there are no models {shown}, so {len(found)} relation fields lead nowhere"
    return f"{found[0].reason}, and {len(found) - 1} more relation fields lead nowhere"


def _was_read(unresolved: UnresolvedRelation) -> bool:
    """Whether both ends could be read, so that what is missing is not there."""
    table = unresolved.field.table
    target = table.database.tables.get(unresolved.field.type)
    return table.complete and (target.complete if target else table.database.complete)
