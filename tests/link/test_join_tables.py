"""The tables that Prisma makes for implicit many-to-many relations."""

import pytest

from .conftest import Schema

# The SQL that Prisma 6 writes for it on PostgreSQL: CREATE TABLE "_PostToTag" ("A" INTEGER NOT NULL, "B" UUID NOT NULL,
# CONSTRAINT "_PostToTag_AB_pkey" PRIMARY KEY ("A","B")); CREATE INDEX "_PostToTag_B_index" ON "_PostToTag"("B");
# both keys ON DELETE CASCADE ON UPDATE CASCADE.
POSTS_AND_TAGS = """
model Tag {
  id    String @id @db.Uuid
  posts Post[]
}

model Post {
  id   Int   @id
  tags Tag[]

  @@map("posts")
}
"""


def test_it_is_named_after_both_models_in_the_order_of_the_alphabet(schema: Schema) -> None:
    database = schema(POSTS_AND_TAGS)
    join = database.tables["_PostToTag"]
    assert (join.name, join.kind) == ("_PostToTag", "join")
    assert database.relations[0].join is join


def test_a_is_the_first_model_and_b_the_second_with_the_types_of_their_keys(schema: Schema) -> None:
    join = schema(POSTS_AND_TAGS).tables["_PostToTag"]
    assert [(it.name, it.type, it.nullable) for it in join.columns.values()] == [
        ("A", "Int", False),
        ("B", "String", False),
    ]
    assert [it.native and it.native.name for it in join.columns.values()] == [None, "Uuid"]
    assert [fk.target.model for fk in join.foreign_keys] == ["Post", "Tag"]


def test_it_has_a_primary_key_and_an_index_on_b(schema: Schema) -> None:
    join = schema(POSTS_AND_TAGS).tables["_PostToTag"]
    assert [(it.name, str(it), it.primary) for it in join.indexes] == [
        ("_PostToTag_AB_pkey", "_PostToTag(A, B)", True),
        ("_PostToTag_B_index", "_PostToTag(B)", False),
    ]


def test_its_keys_cascade_and_its_tables_know_of_them(schema: Schema) -> None:
    database = schema(POSTS_AND_TAGS)
    join = database.tables["_PostToTag"]
    assert {(fk.on_delete, fk.on_update, fk.enforced) for fk in join.foreign_keys} == {
        ("Cascade", "Cascade", True)
    }
    assert [fk.table for fk in database.tables["Tag"].referenced_by] == [join]


def test_the_relations_name_is_the_tables_name(schema: Schema) -> None:
    database = schema(
        POSTS_AND_TAGS.replace("Post[]", 'Post[] @relation("labels")').replace(
            "Tag[]", 'Tag[] @relation("labels")'
        )
    )
    assert "_labels" in database.tables


def test_in_a_self_relation_a_is_the_first_field_by_name(schema: Schema) -> None:
    database = schema(
        """
        model User {
          id        Int    @id
          following User[] @relation("follows")
          followers User[] @relation("follows")
        }
        """
    )
    relation = database.relations[0]
    assert (relation.owner.name, relation.other.name) == ("followers", "following")
    assert [fk.name_span for fk in database.tables["_follows"].foreign_keys] == [
        relation.owner.name_span,
        relation.other.name_span,
    ]


def test_two_relations_between_two_models_make_two_tables(schema: Schema) -> None:
    database = schema(
        """
        model A {
          id Int @id
          x  B[] @relation("x")
          y  B[] @relation("y")
        }

        model B {
          id Int @id
          x  A[] @relation("x")
          y  A[] @relation("y")
        }
        """
    )
    assert [it.name for it in database.tables.values() if it.kind == "join"] == ["_x", "_y"]


def test_a_model_without_a_single_id_can_have_none(schema: Schema) -> None:
    database = schema(POSTS_AND_TAGS.replace("@id @db.Uuid", "@unique @db.Uuid"))
    assert not [it for it in database.tables.values() if it.kind == "join"]
    assert [str(it) for it in database.unresolved] == ["Post.tags"]


def test_mongodb_keeps_lists_at_both_ends_and_no_table(schema: Schema) -> None:
    database = schema(
        """
        model Post {
          id     String   @id @map("_id")
          tagIds String[]
          tags   Tag[]    @relation(fields: [tagIds], references: [id])
        }

        model Tag {
          id      String   @id @map("_id")
          postIds String[]
          posts   Post[]   @relation(fields: [postIds], references: [id])
        }
        """,
        "mongodb",
    )
    (relation,) = database.relations
    assert (relation.kind, relation.join, relation.foreign_key) == ("many-to-many", None, None)
    assert not database.unresolved
    assert list(database.tables) == ["Post", "Tag"]


@pytest.mark.parametrize("settings", ["", 'relationMode = "prisma"'])
def test_its_keys_are_enforced_where_the_database_knows_keys(schema: Schema, settings: str) -> None:
    database = schema(POSTS_AND_TAGS, settings=settings)
    assert {fk.enforced for fk in database.foreign_keys()} == {not settings}


def test_a_references_argument_on_one_side_does_not_keep_the_ends_apart(schema: Schema) -> None:
    """Prisma refuses the argument, but what is meant is plain."""
    database = schema(POSTS_AND_TAGS.replace("Tag[]", "Tag[] @relation(references: [id])"))
    assert not database.unresolved
    assert "_PostToTag" in database.tables
