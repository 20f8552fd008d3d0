"""Projects that a page shows."""

SCHEMA = """datasource db {
  provider = "postgresql"
}

model User {
  id    Int     @id
  name  String?
  posts Post[]
}

model Post {
  id       Int  @id
  authorId Int  @map("author_id")
  author   User @relation(fields: [authorId], references: [id])

  @@map("posts")
}
"""

FIRST = """CREATE TABLE "User" ("id" INTEGER NOT NULL, "name" TEXT, PRIMARY KEY ("id"));
CREATE TABLE "posts" ("id" INTEGER NOT NULL, "author_id" INTEGER NOT NULL, PRIMARY KEY ("id"));
"""

# Every weight of a lock: rows are read, an index is built, a column is added, an index is built aside.
SECOND = """ALTER TABLE "User" ADD COLUMN "mail" TEXT;
CREATE INDEX "posts_id_author" ON "posts" ("id", "author_id");
ALTER TABLE "posts" ADD CONSTRAINT "posts_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "User"("id");
ALTER TABLE "User" ALTER COLUMN "name" SET NOT NULL;
"""

SHOP: dict[str, str | bytes] = {
    "prisma/schema.prisma": SCHEMA,
    "prisma/migrations/migration_lock.toml": 'provider = "postgresql"\n',
    "prisma/migrations/20240101000000_first/migration.sql": FIRST,
    "prisma/migrations/20250101000000_second/migration.sql": SECOND,
}
