"""A schema is written in a format that crowsfoot does not read.

The contract files of Prisma 8 (`// use prisma-next`) have a grammar of their own. Nothing in such a file is
linted, and nothing of it counts when other files are:

```prisma
types { // want "Prisma 8 contract"
  Embedding = pgvector.Vector(1536)
}
```

Schemas of Prisma 5, 6 and 7 are read whole:

```prisma
model User {
  id String @id @default(uuid())
}
```

Leave the file out with `exclude` in the configuration to be rid of this note.

Source: https://github.com/prisma/prisma
"""

from collections.abc import Iterator

from crowsfoot import Finding, Problem, Severity, rule


@rule(over=Problem, since="0.1", severity=Severity.NOTE)
def check(problem: Problem) -> Iterator[Finding]:
    if problem.kind == "unsupported":
        yield Finding(problem.span, problem.message, subject=problem.span.path)
