"""Projects to drawings."""

import unicodedata

import pytest

from crowsfoot.drawing import Drawing, UnknownTableError, around
from crowsfoot.drawing.cardinality import ends
from crowsfoot.finding import Severity

from ..schemas import UNINDEXED
from .conftest import Folder
from .drawings import SHOP, drawing, project


def edges(models: str, provider: str = "postgresql", settings: str = "") -> dict[str, tuple[str, str]]:
    drawn = drawing(models, provider, settings)
    return {f"{drawn.nodes[it.source].label}.{'+'.join(it.columns)}": (it.near, it.far) for it in drawn.edges}


def test_the_ends_of_a_line_follow_from_nullability_and_uniqueness() -> None:
    assert edges(SHOP) == {
        "Profile.userId": ("zero-or-one", "one"),
        "Post.authorId": ("zero-or-many", "one"),
        "Post.editorId": ("zero-or-many", "zero-or-one"),
        "Post.parentId": ("zero-or-many", "zero-or-one"),
        "_PostToTag.A": ("zero-or-many", "one"),
        "_PostToTag.B": ("zero-or-many", "one"),
    }


PAIR = """
model A {{
  x Int
  y Int{null}
  b B @relation(fields: [x, y], references: [x, y])
  {more}
}}
model B {{
  x Int
  y Int
  as A[]
  @@id([x, y])
}}
"""


@pytest.mark.parametrize(
    ("more", "near"),
    [
        ("@@id([x, y])", "zero-or-one"),
        ("@@id([x])", "zero-or-one"),  # one column of it is a key by itself
        ("z Int\n  @@id([x, y, z])", "zero-or-many"),
        ("z Int @id\n  @@index([x, y])", "zero-or-many"),
        ("z Int @id\n  @@unique([y, x])", "zero-or-one"),
    ],
)
def test_a_foreign_key_is_unique_where_some_of_its_columns_are(more: str, near: str) -> None:
    assert edges(PAIR.format(null="", more=more))["A.x+y"] == (near, "one")


def test_one_nullable_column_lets_a_row_refer_to_nothing() -> None:
    models = PAIR.format(null="?", more="z Int @id").replace("b B @relation", "b B? @relation")
    assert edges(models)["A.x+y"] == ("zero-or-many", "zero-or-one")


def test_a_partial_unique_index_says_nothing_about_other_rows(folder: Folder) -> None:
    tables = "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a);\n"
    partial = "CREATE UNIQUE INDEX one_live ON b (a) WHERE id > 0;\n"
    drawn = folder({"migrations/0001.sql": tables + partial})
    assert [(it.near, it.far) for it in drawn.edges] == [("zero-or-many", "one")]


def test_a_relation_that_only_the_client_keeps_is_not_enforced() -> None:
    drawn = drawing(SHOP, "mysql", 'relationMode = "prisma"')
    assert {it.enforced for it in drawn.edges} == {False}
    assert {it.enforced for it in drawing(SHOP).edges} == {True}


def test_an_edge_is_told_in_words() -> None:
    drawn = drawing(SHOP)
    (edge,) = (it for it in drawn.edges if it.columns == ("editorId",))
    said = "Post.editorId refers to User.id: zero or more Post for zero or one User"
    assert drawn.in_words(edge) == said


def test_the_ends_are_worked_out_once() -> None:
    (database,) = project(SHOP).databases
    fk = next(database.foreign_keys())
    assert ends(fk) is ends(fk)


def test_around_a_table_are_those_that_so_many_foreign_keys_lead_to() -> None:
    drawn = drawing(SHOP)

    def names(depth: int, *tables: str) -> set[str]:
        return {it.label for it in around(drawn, tables, depth).nodes}

    assert names(0, "Tag") == {"Tag"}
    assert names(1, "tag") == {"Tag", "_PostToTag"}
    assert names(2, "Tag") == {"Tag", "_PostToTag", "Post"}
    assert names(3, "Tag") == {"Tag", "_PostToTag", "Post", "User"}
    assert names(99, "Tag") == {"Tag", "_PostToTag", "Post", "User", "Profile"}
    assert names(0, "Tag", "Setting") == {"Tag", "Setting"}


def test_what_is_around_a_table_keeps_its_edges() -> None:
    drawn = around(drawing(SHOP), ["User"], 1)
    for n, edge in enumerate(drawn.edges):
        parts = [it.name for it in drawn.nodes[edge.source].fields if n in it.foreign]
        assert tuple(parts) == edge.columns
    assert [drawn.nodes[it.target].label for it in drawn.edges] == ["User", "User", "User", "Post"]


def test_a_table_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownTableError) as error:
        around(drawing(SHOP), ["Pots"], 1)
    assert error.value.name == "Pots"
    assert "Post" in error.value.known


MODELS = """
from django.db import models

class Author(models.Model):
    name = models.TextField()

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    title = models.TextField()
"""
VIEWS = """
from models import Book

def titles(request):
    for book in Book.objects.filter(title="x"):
        print(book.author.name)
"""


def test_findings_and_queries_belong_to_their_tables(folder: Folder) -> None:
    drawn = folder({"models.py": MODELS, "views.py": VIEWS})
    by_name = {it.label: it for it in drawn.nodes}
    book, author = by_name["Book"], by_name["Author"]
    assert [it.said for it in book.asked if not it.repeated] == ["Book.objects.filter()"]
    assert [str(it.place) for it in author.asked] == ["views.py:6"]
    assert (author.queries, author.loops) == (1, 1)
    assert [(it.rule, str(it.place)) for it in author.findings] == [("lazy-load-in-loop", "views.py:6")]
    assert author.worst is Severity.WARNING
    assert book.worst is None


def test_a_finding_in_the_schema_belongs_to_the_table_around_it(folder: Folder) -> None:
    drawn = folder({"schema.prisma": UNINDEXED})
    assert [(it.label, [said.rule for said in it.findings]) for it in drawn.nodes] == [
        ("User", []),
        ("Post", ["unindexed-foreign-key"]),
    ]
    assert str(drawn.nodes[1].findings[0].place) == "schema.prisma:13"


def test_two_databases_may_have_a_table_of_one_name(folder: Folder) -> None:
    schema = 'datasource db {\n  provider = "sqlite"\n}\nmodel Same {\n  id Int @id\n}\n'
    drawn = folder({"a/prisma/schema.prisma": schema, "b/prisma/schema.prisma": schema})
    assert [it.label for it in drawn.nodes] == ["Same", "Same"]
    assert len({it.id for it in drawn.nodes}) == 2
    assert len(drawn.databases) == 2


def test_names_hold_nothing_that_a_reader_would_obey(hostile: Drawing) -> None:
    names = [it.label for it in hostile.nodes] + [field.name for it in hostile.nodes for field in it.fields]
    assert not [
        name for name in names if {unicodedata.category(it) for it in name} & {"Cc", "Cs", "Zl", "Zp"}
    ]
    assert not [name for name in names if set(name) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")]
