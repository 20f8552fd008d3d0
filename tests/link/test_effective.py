"""What migrations add to a declared schema, and the database of a project that has nothing but migrations."""

from pathlib import Path

from crowsfoot.config import parse
from crowsfoot.databases.drift import differences
from crowsfoot.databases.indexes import Cover, best_cover
from crowsfoot.discover import Discovery, standard_input
from crowsfoot.link.project import Project
from crowsfoot.run import analyse

SCHEMA = """
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Author {
  id    Int    @id
  email String @unique(map: "author_email")
  books Book[]
}

model Book {
  id       Int     @id
  title    String
  authorId Int
  editorId Int?
  author   Author  @relation(fields: [authorId], references: [id])
}
"""

MIGRATION = """
CREATE TABLE "Author" ("id" INTEGER PRIMARY KEY, "email" TEXT NOT NULL);
CREATE TABLE "Book" ("id" INTEGER PRIMARY KEY, "title" TEXT NOT NULL, "authorId" INTEGER NOT NULL,
    "editorId" INTEGER REFERENCES "Author"("id") ON DELETE SET NULL);
ALTER TABLE "Book" ADD FOREIGN KEY ("authorId") REFERENCES "Author"("id");
CREATE UNIQUE INDEX "author_email" ON "Author"("email") NULLS NOT DISTINCT WHERE "email" <> '';
CREATE INDEX "by_author" ON "Book"("authorId", lower("title")) INCLUDE ("title");
"""


def project(files: dict[str, str]) -> Project:
    discovery = Discovery(root=Path.cwd())
    for path, text in files.items():
        discovery = standard_input(discovery, text.encode(), Path(path))
    return analyse(discovery, parse("", "crowsfoot.toml", {}))


def prisma(schema: str = SCHEMA, migration: str = MIGRATION) -> Project:
    return project(
        {"prisma/schema.prisma": schema, "prisma/migrations/20240101000000_init/migration.sql": migration}
    )


def test_an_index_that_only_a_migration_creates_is_an_index_of_the_table() -> None:
    (database,) = prisma().databases
    book = database.tables["Book"]
    made = next(it for it in book.indexes if it.name == "by_author")
    assert (made.declared, made.migrated) == (False, True)
    assert [str(key) for key in made.keys] == ["authorId", 'lower("title")']
    assert [column.name for column in made.include] == ["title"]
    assert made.span.path.endswith("migration.sql")
    assert made.remove() == ()


def test_a_foreign_key_is_served_by_an_index_of_a_migration() -> None:
    (database,) = prisma().databases
    fk = next(it for it in database.tables["Book"].foreign_keys if it.relation)
    assert best_cover(fk)[0] is Cover.FULL


def test_a_declared_index_learns_what_only_sql_can_say() -> None:
    (database,) = prisma().databases
    email = next(it for it in database.tables["Author"].indexes if it.name == "author_email")
    assert email.declared
    assert email.predicate == "\"email\" <> ''"
    assert not email.nulls_distinct
    assert [span.path.rpartition(".")[2] for span in email.spans] == ["prisma", "sql"]


def test_a_foreign_key_without_a_relation_is_a_foreign_key_of_the_table() -> None:
    (database,) = prisma().databases
    book, author = database.tables["Book"], database.tables["Author"]
    (fk,) = (it for it in book.foreign_keys if it.relation is None)
    assert (str(fk), fk.target, fk.on_delete) == ("Book(editorId)", author, "SetNull")
    assert fk in author.referenced_by
    assert fk.name_span.path == "prisma/schema.prisma"


def test_a_folder_of_sql_alone_is_a_database() -> None:
    (database,) = project({"supabase/migrations/20240101000000_init.sql": MIGRATION}).databases
    assert database.provider == "postgresql"
    book = database.tables["Book"]
    assert [(it.name, it.type, it.nullable) for it in book.columns.values()] == [
        ("id", "Int", False),
        ("title", "String", False),
        ("authorId", "Int", False),
        ("editorId", "Int", True),
    ]
    assert {str(fk): str(fk.target) for fk in book.foreign_keys} == {
        "Book(editorId)": "Author",
        "Book(authorId)": "Author",
    }
    assert book.primary_key is not None


def test_drift_is_seen_both_ways_and_given_as_sql() -> None:
    schema = SCHEMA.replace("title    String\n", "title    String\n  year     Int?\n")
    migration = MIGRATION + 'ALTER TABLE "Author" ADD COLUMN "phone" TEXT;'
    (database,) = prisma(schema, migration).databases
    assert database.history is not None
    found = {(it.lacks, it.subject): it.sql for it in differences(database, database.history)}
    assert found == {
        ("migrations", "Book.year"): 'ALTER TABLE "Book" ADD COLUMN "year" integer;',
        ("schema", "Author"): "",
        ("schema", "Book"): "",  # the key of editorId
    }


def test_a_table_that_a_failed_migration_speaks_of_does_not_drift() -> None:
    schema = SCHEMA.replace("title    String\n", "title    String\n  year     Int?\n")
    migration = MIGRATION + 'ALTER TABLE "Book" ADD COLUMN "year" INTEGER, DROP COLUMN "gone";'
    (database,) = prisma(schema, migration).databases
    assert database.history is not None
    assert list(differences(database, database.history)) == []


def test_migrations_of_another_schema_are_no_drift() -> None:
    (database,) = prisma(migration="CREATE TABLE other (id int);").databases
    assert database.history is not None
    assert list(differences(database, database.history)) == []


def test_a_folder_that_changes_the_tables_of_others_accuses_nobody() -> None:
    files = {
        "db/migrations/001_fix.sql": "UPDATE account SET name = '' WHERE name IS NULL;",
        "db/migrations/002_more.sql": "ALTER TABLE account DROP COLUMN nickname;",
    }
    (history,) = project(files).histories
    assert [migration.failure for migration in history.migrations] == [None, None]
    assert not history.final.certain
