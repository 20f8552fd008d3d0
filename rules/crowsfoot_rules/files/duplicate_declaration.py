"""Two declarations have one name.

Prisma refuses the schema: two models, enums or types of one name (also of different files of one schema), two
fields of one model, two values of one enum, two datasources, or two models that `@@map` makes the same table.
crowsfoot goes on with the first one.

```prisma
model User {
  id Int @id
}

model User {
//    ^^^^ want "User is declared twice"
  id    Int    @id
  email String @unique
}
```

Tables and columns count by the name that they have in the database:

```prisma
model User {
  id        Int    @id
  firstName String @map("name")
  name      String
//^^^^ want "are both name in the database"
}
```

One declaration is enough:

```prisma
model User {
  id        Int    @id
  email     String @unique
  firstName String @map("first_name")
  name      String
}
```

Source: https://www.prisma.io/docs/orm/reference/prisma-schema-reference
"""

from collections.abc import Iterator

from crowsfoot import Finding, Problem, Related, Severity, rule


@rule(over=Problem, since="0.1", severity=Severity.ERROR)
def check(problem: Problem) -> Iterator[Finding]:
    if problem.kind == "duplicate":
        first = tuple(Related(span, "declared here first") for span in problem.others)
        yield Finding(problem.span, problem.message, related=first)
