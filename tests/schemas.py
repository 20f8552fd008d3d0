"""A schema that several tests begin with."""

# One finding: no index starts with [authorId].
UNINDEXED = """datasource db {
  provider = "postgresql"
}

model User {
  id    Int    @id
  posts Post[]
}

model Post {
  id       Int  @id
  authorId Int
  author   User @relation(fields: [authorId], references: [id])
}
"""
