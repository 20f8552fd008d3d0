"""A Prisma schema of as many models as you like, on standard output: python generate.py 5000.

The models look like those of real applications: about ten fields, two or three relations, an index, a
compound unique, native types, mapped names. The same number always gives the same text.
"""

import sys
from collections.abc import Iterator

HEAD = """datasource db {
  provider = "postgresql"
}

generator client {
  provider = "prisma-client-js"
}

enum Status {
  DRAFT
  ACTIVE
  ARCHIVED
}
"""

ROOT = """
model Tenant {
  id        String   @id @default(uuid()) @db.Uuid
  name      String
  createdAt DateTime @default(now()) @map("created_at") @db.Timestamptz(3)
%s}
"""

MODEL = """
model Entity{n} {{
  id          String    @id @default(uuid()) @db.Uuid
  tenantId    String    @map("tenant_id") @db.Uuid
  tenant      Tenant    @relation(fields: [tenantId], references: [id], onDelete: Cascade)
  parentId    String?   @map("parent_id") @db.Uuid
  parent      {parent}? @relation("Parent{n}", fields: [parentId], references: [id])
  title       String    @db.VarChar({length})
  status      Status    @default(DRAFT)
  position    Int       @default({n})
  settings    Json      @default("{{}}")
  publishedAt DateTime? @map("published_at") @db.Timestamptz(3)
  createdAt   DateTime  @default(now()) @map("created_at") @db.Timestamptz(3)
  updatedAt   DateTime  @updatedAt @map("updated_at") @db.Timestamptz(3)
{children}
  @@unique([tenantId, title])
  @@index([tenantId, status, createdAt(sort: Desc)])
{index}  @@map("entity_{n}")
}}
"""


def schema(models: int) -> Iterator[str]:
    """The schema in pieces. Model n is a child of model n // 2, so the relation graph is a tree."""
    yield HEAD
    yield ROOT % "".join(f"  entities{n} Entity{n}[]\n" for n in range(1, models))
    for n in range(1, models):
        parent = f"Entity{max(n // 2, 1)}"
        children = [child for child in (2 * n, 2 * n + 1) if child < models and child != n]
        back = [f'  children{child} Entity{child}[] @relation("Parent{child}")\n' for child in children]
        if n == 1:
            back.insert(0, '  children1 Entity1[] @relation("Parent1")\n')
        yield MODEL.format(
            n=n,
            parent=parent,
            length=40 + n % 200,
            children="".join(back),
            index="" if n % 3 == 0 else "  @@index([parentId])\n",
        )


if __name__ == "__main__":
    sys.stdout.writelines(schema(int(sys.argv[1])))
