"""A line that could not be read.

The rest of the file is linted all the same, but what stands on the line is not seen: rules that report an
absence stay silent about the model it stands in.

```prisma
model Post {
  id Int @id
  title String @default('untitled')
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ want "single quotes"
}
```

Prisma is line oriented; strings are written in double quotes:

```prisma
model Post {
  id    Int    @id
  title String @default("untitled")
}
```

Source: https://www.prisma.io/docs/orm/reference/prisma-schema-reference
"""

from collections.abc import Iterator

from crowsfoot import Finding, Problem, Severity, rule


@rule(over=Problem, since="0.1", severity=Severity.ERROR)
def check(problem: Problem) -> Iterator[Finding]:
    if problem.kind in ("syntax", "directive"):
        yield Finding(problem.span, problem.message)
