"""What the tests of drawings share."""

from crowsfoot.drawing import Drawing, draw
from crowsfoot.frontends import prisma
from crowsfoot.link import link
from crowsfoot.link.project import Project

# In the order of their uses: a name between tags, quotes and backslashes, the end of a script and of a comment, a
# template of JavaScript, line ends of every kind, what is read from right to left, wide signs, what joins signs.
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><svg onload=alert(1)>",
    "\"'`\\",
    "a\nb\rc\u2028d\u2029e",
    "--><!--",
    "${alert(1)} {{x}} %s $data",
    "\u202eabc\u202c",
    "שלום עולם",
    "表の名前 😀👩‍👩‍👧",
    "&amp;&#60;b&#62;",
    "]]>",
    "\x00\x1b[31m\x7f",
    "t0",
    "class",
    "N" * 10_000,
    "",
)

SHOP = """
model User {
  id      Int      @id
  email   String   @unique
  profile Profile?
  posts   Post[]   @relation("author")
  edited  Post[]   @relation("editor")
}

model Profile {
  userId Int  @id
  user   User @relation(fields: [userId], references: [id])
}

model Post {
  id       Int   @id
  authorId Int
  editorId Int?
  parentId Int?
  author   User  @relation("author", fields: [authorId], references: [id])
  editor   User? @relation("editor", fields: [editorId], references: [id])
  parent   Post? @relation("thread", fields: [parentId], references: [id])
  replies  Post[] @relation("thread")
  tags     Tag[]
}

model Tag {
  id    Int    @id
  posts Post[]
}

model Setting {
  name String @id
}
"""


def project(models: str, provider: str = "postgresql", settings: str = "") -> Project:
    text = f'datasource db {{\n  provider = "{provider}"\n  {settings}\n}}\n\n{models}'
    return link([("schema.prisma", prisma.read(text))])


def drawing(models: str, provider: str = "postgresql", settings: str = "") -> Drawing:
    return draw(project(models, provider, settings))


def star(leaves: int) -> str:
    """Tables that all refer to one."""
    models = ["model Hub {\n  id Int @id\n  " + "\n  ".join(f"a{n} Leaf{n}[]" for n in range(leaves)) + "\n}"]
    to = "hubId Int\n  hub Hub @relation(fields: [hubId], references: [id])"
    models += (f"model Leaf{n} {{\n  id Int @id\n  {to}\n}}" for n in range(leaves))
    return "\n".join(models)


def chains(count: int, length: int) -> str:
    """So many components of so many tables, each of which refers to the one before it."""
    models = []
    for chain in range(count):
        for n in range(length):
            back = f"next T{chain}x{n + 1}[]" if n < length - 1 else ""
            to = (
                f"upId Int\n  up T{chain}x{n - 1} @relation(fields: [upId], references: [id])"
                if n
                else "value Int"
            )
            models.append(f"model T{chain}x{n} {{\n  id Int @id\n  {to}\n  {back}\n}}")
    return "\n".join(models)


def hostile_sql() -> str:
    """A migration of PostgreSQL whose tables, columns and constraints have those names."""
    quoted = ['"' + name.replace('"', '""') + '"' for name in HOSTILE if name and "\x00" not in name]
    tables = [f"CREATE TABLE {quoted[0]} (id int PRIMARY KEY, {quoted[1]} text);"]
    for n, name in enumerate(quoted[1:], 1):
        before, column = quoted[n - 1], quoted[(n + 1) % len(quoted)]
        tables.append(
            f"CREATE TABLE {name} (id int PRIMARY KEY, {column} int NOT NULL, "
            f"CONSTRAINT {column} FOREIGN KEY ({column}) REFERENCES {before} (id));"
        )
    return "\n".join(tables)
