"""Facts of schema files -> Database: providers, modes, defaults, duplicates, what was not read."""

import pytest

from crowsfoot.facts.common import Problem
from crowsfoot.frontends import prisma
from crowsfoot.link import link
from crowsfoot.link.project import ForeignKey
from crowsfoot.source import Range

from .conftest import Schema

ONE_TO_MANY = """
model Author {
  id    Int    @id
  books Book[]
}

model Book {
  id       Int    @id
  authorId Int%s
  author   Author%s @relation(fields: [authorId], references: [id])
}
"""
REQUIRED, OPTIONAL = ONE_TO_MANY % ("", ""), ONE_TO_MANY % ("?", "?")


def key(models: str, schema: Schema, provider: str = "postgresql", settings: str = "") -> ForeignKey:
    (fk,) = schema(models, provider, settings).foreign_keys()
    return fk


def test_postgres_is_another_name_of_postgresql(schema: Schema) -> None:
    assert schema(REQUIRED, "postgres").provider == "postgresql"


def test_an_unknown_provider_is_unknown(schema: Schema) -> None:
    assert schema(REQUIRED, "oracle").provider == "unknown"


@pytest.mark.parametrize(
    ("provider", "settings", "mode"),
    [
        ("postgresql", "", "foreignKeys"),
        ("postgresql", 'relationMode = "foreignKeys"', "foreignKeys"),
        ("mysql", 'relationMode = "prisma"', "prisma"),
        ("mysql", 'referentialIntegrity = "prisma"', "prisma"),
        ("mongodb", "", "prisma"),
    ],
)
def test_the_relation_mode_says_whether_the_database_knows_the_key(
    schema: Schema, provider: str, settings: str, mode: str
) -> None:
    fk = key(REQUIRED, schema, provider, settings)
    assert fk.table.database.relation_mode == mode
    assert fk.enforced is (mode == "foreignKeys")


@pytest.mark.parametrize(
    ("models", "provider", "settings", "on_delete"),
    [
        (REQUIRED, "postgresql", "", "Restrict"),
        (OPTIONAL, "postgresql", "", "SetNull"),
        (REQUIRED, "sqlserver", "", "NoAction"),
        (OPTIONAL, "sqlserver", "", "SetNull"),
        # SQL Server knows no Restrict; the emulation does.
        (REQUIRED, "sqlserver", 'relationMode = "prisma"', "Restrict"),
        (REQUIRED, "mongodb", "", "Restrict"),
        (OPTIONAL, "mongodb", "", "SetNull"),
    ],
)
def test_what_holds_where_ondelete_is_not_written(
    schema: Schema, models: str, provider: str, settings: str, on_delete: str
) -> None:
    fk = key(models, schema, provider, settings)
    assert (fk.on_delete, fk.on_delete_written) == (on_delete, False)


@pytest.mark.parametrize("provider", ["postgresql", "sqlserver", "mongodb"])
def test_updates_cascade_where_onupdate_is_not_written(schema: Schema, provider: str) -> None:
    """The engines name this default for MongoDB too, when they refuse a circle."""
    assert key(OPTIONAL, schema, provider).on_update == "Cascade"


@pytest.mark.parametrize(
    ("first", "second", "on_delete"),
    [("Int", "Int", "Restrict"), ("Int", "Int?", "Restrict"), ("Int?", "Int?", "SetNull")],
)
def test_a_compound_key_is_set_null_only_when_all_of_it_can_be_null(
    schema: Schema, first: str, second: str, on_delete: str
) -> None:
    fk = key(
        f"""
        model Place {{
          x    Int
          y    Int
          pins Pin[]

          @@id([x, y])
        }}

        model Pin {{
          id    Int    @id
          x     {first}
          y     {second}
          place Place? @relation(fields: [x, y], references: [x, y])
        }}
        """,
        schema,
    )
    assert fk.on_delete == on_delete


def test_fields_of_composite_types_and_enums_are_columns(schema: Schema) -> None:
    database = schema(
        """
        type Address {
          street String
        }

        enum Kind {
          A @map("a")
          B
        }

        model Shop {
          id      String  @id @map("_id")
          address Address
          kind    Kind
        }
        """,
        "mongodb",
    )
    shop = database.tables["Shop"]
    assert [(it.field, it.name, it.type) for it in shop.columns.values()] == [
        ("id", "_id", "String"),
        ("address", "address", "Address"),
        ("kind", "kind", "Kind"),
    ]
    assert shop.columns["kind"].enum is database.enums["Kind"]
    assert database.enums["Kind"].values == ("a", "B")
    assert not database.unresolved


def duplicates(*texts: str) -> list[tuple[str, int]]:
    """Each duplicate as its message, and the number of other places that it names."""
    project = link([(f"{number}.prisma", prisma.read(text)) for number, text in enumerate(texts)])
    return [(it.message, len(it.others)) for it in project.problems if it.kind == "duplicate"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model A {\n id Int @id\n}\nenum A {\n X\n}", "A is declared twice in one schema"),
        ("model A {\n id Int @id\n a Int\n a String\n}", "A.a is declared twice"),
        ('model A {\n id Int @id\n a Int @map("b")\n b Int\n}', "b and a of A are both b in the database"),
        ("enum E {\n X\n X\n}", "E.X is declared twice"),
        (
            'model A {\n id Int @id\n @@map("t")\n}\nmodel t {\n id Int @id\n}',
            "t and A are both the table t of the database",
        ),
        (
            'enum A {\n X\n @@map("t")\n}\nenum B {\n X\n @@map("t")\n}',
            "B and A are both the enum t of the database",
        ),
    ],
)
def test_two_declarations_of_one_name_are_a_problem(text: str, message: str) -> None:
    assert duplicates(text) == [(message, 1)]


@pytest.mark.parametrize(
    "text",
    [
        # A relation field is no column, so a column may have its name in the database.
        'model A {\n id Int @id\n bId Int @map("b")\n b B @relation(fields: [bId], references: [id])\n}\n'
        "model B {\n id Int @id\n a A[]\n}",
        'model A {\n id Int @id\n @@map("t")\n @@schema("x")\n}\n'
        'model B {\n id Int @id\n @@map("t")\n @@schema("y")\n}',
        'model A {\n id Int @id\n @@map("t")\n}\nenum B {\n X\n @@map("t")\n}',
    ],
)
def test_names_of_different_things_may_be_the_same(text: str) -> None:
    assert duplicates(text) == []


def test_the_first_of_two_declarations_counts() -> None:
    text = "model A {\n id Int @id\n a Int\n a String\n}\nmodel A {\n id Int @id\n}"
    (database,) = link([("a.prisma", prisma.read(text))]).databases
    assert [(it.field, it.type) for it in database.tables["A"].columns.values()] == [
        ("id", "Int"),
        ("a", "Int"),
    ]


def test_a_second_datasource_names_the_first() -> None:
    text = 'datasource a {\n provider = "mysql"\n}\ndatasource b {\n provider = "sqlite"\n}\n'
    assert duplicates(text) == [("a second datasource in one schema; Prisma accepts one", 1)]


def test_a_broken_line_makes_only_its_model_incomplete() -> None:
    text = "model A {\n id Int @id\n b Int @default(\n}\nmodel B {\n id Int @id\n}"
    (database,) = link([("a.prisma", prisma.read(text))]).databases
    assert not database.complete
    assert {name: table.complete for name, table in database.tables.items()} == {"A": False, "B": True}


def test_a_schema_file_that_could_not_be_read_makes_the_databases_incomplete() -> None:
    read = [("a.prisma", prisma.read("model A {\n id Int @id\n}"))]
    problem = Problem(Range(0, 0), "this is not text", "unreadable")
    project = link(read, [("b.prisma", problem)])
    assert [it.complete for it in project.databases] == [False]
    assert [(it.span.path, it.kind) for it in project.problems] == [("b.prisma", "unreadable")]
    assert [it.complete for it in link(read, [("package.json", problem)]).databases] == [True]


def test_what_is_linked_cannot_be_changed(schema: Schema) -> None:
    database = schema(REQUIRED)
    table = database.tables["Book"]
    with pytest.raises(AttributeError):
        table.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        table.columns["id"] = table.columns["authorId"]  # type: ignore[index]
