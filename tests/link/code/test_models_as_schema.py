"""Models become databases of the linked project: kinds of databases, places, and what is not said twice."""

import pytest

from crowsfoot.frontends import prisma, python
from crowsfoot.link import link
from crowsfoot.link.project import Project

MODELS = """\
from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=80)


class Book(models.Model):
    author = models.ForeignKey(
        Author,
        on_delete=models.CASCADE,
    )
    title = title_of = models.CharField(max_length=80)

    class Meta:
        indexes = [
            models.Index(
                fields=["title"],
                name="by_title",
            ),
        ]
"""


def linked(files: dict[str, str], dialect: str | None = None, schema: str = "") -> Project:
    read = [("schema.prisma", prisma.read(schema))] if schema else []
    code = [(path, python.read(text)) for path, text in files.items()]
    return link(read, code=code, dialect=dialect)


def provider(files: dict[str, str], dialect: str | None = None) -> str:
    (database,) = linked(files, dialect).databases
    return database.provider


def shown(project: Project, files: dict[str, str], path: str, start: int, end: int) -> str:
    assert project.databases
    return files[path][start:end]


def test_spans_are_the_names_that_the_user_wrote() -> None:
    files = {"shop/models.py": MODELS}
    project = linked(files)
    (database,) = project.databases
    book = database.tables["Book"]
    spans = {
        "table": book.name_span,
        "author": book.columns["author"].name_span,
        "title": book.columns["title"].name_span,
        "foreign key": book.foreign_keys[0].name_span,
        "index": next(it.span for it in book.indexes if it.name == "by_title"),
    }
    texts = {what: shown(project, files, it.path, it.start, it.end) for what, it in spans.items()}
    assert texts == {
        "table": "Book",
        "author": "author",
        "title": "title",
        "foreign key": "author",
        "index": "models.Index",
    }


def test_spans_count_code_points() -> None:
    files = {"shop/models.py": "WORD = 'Bücher 本'\n" + MODELS}
    project = linked(files)
    span = project.databases[0].tables["Book"].columns["author"].name_span
    assert shown(project, files, span.path, span.start, span.end) == "author"


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("django.db.backends.postgresql", "postgresql"),
        ("django.contrib.gis.db.backends.postgis", "postgresql"),
        ("django.db.backends.sqlite3", "sqlite"),
        ("django_prometheus.db.backends.mysql", "mysql"),
        ("django_cockroachdb", "cockroachdb"),
        ("mssql", "sqlserver"),
        ("djongo", "unknown"),
    ],
)
def test_the_settings_of_django_name_the_database(engine: str, expected: str) -> None:
    settings = f'DATABASES = {{"default": {{"ENGINE": "{engine}"}}}}'
    assert provider({"shop/models.py": MODELS, "site/settings.py": settings}) == expected


def test_the_fallback_of_an_environment_variable_names_the_database() -> None:
    settings = """\
import os
DATABASES = {"default": {"ENGINE": os.environ.get("ENGINE", "django.db.backends.postgresql")}}
"""
    assert provider({"shop/models.py": MODELS, "site/settings.py": settings}) == "postgresql"


SQLALCHEMY = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Base(DeclarativeBase):
    pass

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ('URL = "postgresql+asyncpg://localhost/x"', "postgresql"),
        ('URL = "sqlite:///x.db"\nOTHER = "postgresql://localhost/x"', "postgresql"),
        ('URL = "sqlite:///x.db"', "sqlite"),
        ('URL = "mysql://localhost/x"\nOTHER = "postgresql://localhost/x"', "unknown"),
        ("from sqlalchemy.dialects.postgresql import JSONB", "postgresql"),
        ("import asyncpg", "postgresql"),
        ('def url(host):\n    return f"mysql+pymysql://{host}/x"', "mysql"),
        ("", "unknown"),
    ],
)
def test_urls_dialects_and_drivers_name_the_database(more: str, expected: str) -> None:
    assert provider({"models.py": SQLALCHEMY, "db.py": more}) == expected


def test_tests_and_scripts_do_not_name_the_database() -> None:
    files = {
        "models.py": SQLALCHEMY,
        "tests/conftest.py": 'URL = "sqlite://"',
        "scripts/a.py": "import asyncpg",
    }
    assert provider(files) == "unknown"


def test_the_configuration_goes_before_all_else() -> None:
    assert provider({"models.py": SQLALCHEMY, "db.py": 'URL = "sqlite://"'}, "mysql") == "mysql"


def test_models_of_tests_make_no_tables() -> None:
    assert linked({"tests/models.py": SQLALCHEMY}).databases == ()


def test_tables_that_a_schema_declares_are_not_there_twice() -> None:
    schema = 'datasource db {\n  provider = "postgresql"\n}\n\nmodel book {\n  id Int @id\n}\n'
    project = linked({"models.py": SQLALCHEMY}, schema=schema)
    assert [it.path for it in project.databases] == ["schema.prisma"]


def test_tables_that_no_schema_declares_are_there_beside_it() -> None:
    schema = 'datasource db {\n  provider = "postgresql"\n}\n\nmodel film {\n  id Int @id\n}\n'
    project = linked({"models.py": SQLALCHEMY}, schema=schema)
    assert [it.path for it in project.databases] == ["schema.prisma", "models.py"]


def test_two_tables_of_one_name_are_both_there() -> None:
    project = linked({"a/models.py": SQLALCHEMY, "b/models.py": SQLALCHEMY})
    (database,) = project.databases
    assert {it.name_span.path for it in database.tables.values()} == {"a/models.py", "b/models.py"}


@pytest.mark.parametrize(
    "body",
    [
        "    __table_args__ = __table_args__\n",
        "    __table_args__ = (Index(), UniqueConstraint(), ForeignKeyConstraint(), PrimaryKeyConstraint())\n",
        "    __table_args__ = (Index('a', *names), None, 3, {'schema': 1})\n",
        "    x = Column(ForeignKey('book.x'))\n    y = Column(ForeignKey('nowhere'), ForeignKey(''))\n",
        "    x = Column(ForeignKey('book.y'))\n    y = Column(ForeignKey('book.x'))\n",
        "    x = Column(String(with_variant=x)).with_variant(Column)\n    x: Mapped[Mapped[Optional[x]]]\n",
        "    x = Column(Enum(Book))\n    y = Column(Enum(Enum(Enum('a'))))\n    z = Column(ARRAY(ARRAY(z)))\n",
        "    type_annotation_map = {**a, 1: 2}\n    x: Mapped[1]\n",
        "    @declared_attr\n    def __table_args__(cls):\n        return cls.__table_args__\n",
    ],
)
def test_what_makes_no_sense_makes_no_failure(body: str) -> None:
    head = "from sqlalchemy import *\nfrom sqlalchemy import Column, Enum, ForeignKey, Index, String, UniqueConstraint\n"
    more = "from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint, ARRAY\n"
    more += "from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr\n"
    text = f"{head}{more}class Base(DeclarativeBase):\n    pass\n\nclass Book(Base):\n    __tablename__ = 'book'\n{body}"
    project = linked({"models.py": text})
    assert [it.message for it in project.problems if it.kind == "failure"] == []


@pytest.mark.parametrize(
    "body",
    [
        "    x = models.ForeignKey()\n    y = models.ForeignKey(3, 4)\n    z = models.ManyToManyField()\n",
        "    x = models.OneToOneField('self', parent_link=True, primary_key=True, on_delete=3)\n",
        "    x = ArrayField(ArrayField(models.ForeignKey('Book')))\n    y = models.GeneratedField()\n",
        "    class Meta:\n        indexes = indexes\n        constraints = [None, 3, models.Index(), models.Index(*x)]\n",
        "    class Meta:\n        unique_together = 'x'\n        index_together = [[[['a']]]]\n        db_table = 3\n",
        "    class Meta:\n        indexes = [models.Index(fields=[3, 'nowhere', '-']), models.Index(F(F('x')).desc())]\n",
        "    Meta = Meta\n    id = None\n",
    ],
)
def test_nonsense_for_django_makes_no_failure(body: str) -> None:
    head = "from django.db import models\nfrom django.contrib.postgres.fields import ArrayField\n"
    text = f"{head}from django.db.models import F\n\nclass Book(models.Model):\n{body}"
    project = linked({"shop/models.py": text})
    assert [it.message for it in project.problems if it.kind == "failure"] == []


KEYED = """\
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)


class Page(Base):
    __tablename__ = "page"
    book_id: Mapped[int] = mapped_column(ForeignKey("book.id"), primary_key=True, index=True)
    number: Mapped[int]
"""
MAKES = """\
import sqlalchemy as sa
from alembic import op


def upgrade():
    op.create_table("book", sa.Column("id", sa.Integer()))
    op.create_table("page", sa.Column("book_id", sa.Integer()), sa.Column("number", sa.Integer()){more})
    {then}
"""


@pytest.mark.parametrize(
    ("more", "then", "keyed"),
    [
        ("", "", False),
        (", sa.ForeignKeyConstraint(['book_id'], ['book.id'])", "op.execute('SELECT 1 FROM page')", False),
        (", sa.PrimaryKeyConstraint('book_id')", "", True),
        (", sa.Column('id', sa.Integer(), primary_key=True)", "", True),
        (", *more()", "", True),
        ("", "op.create_primary_key(None, 'page', ['book_id'])", True),
        ("", "op.execute('ALTER TABLE page ADD PRIMARY KEY (book_id)')", True),
        ("", "op.rename_table('pages', 'page')", True),
    ],
)
def test_a_table_that_its_migration_makes_without_a_primary_key_has_none(
    more: str, then: str, keyed: bool
) -> None:
    text = MAKES.replace("{more}", more).replace("{then}", then)
    (database,) = linked({"shop/models.py": KEYED, "migrations/versions/a.py": text}).databases
    assert (database.tables["Page"].primary_key is not None) is keyed
    assert [it.name for it in database.tables["Page"].indexes if not it.primary] == ["ix_page_book_id"]
    # What another table refers to has to be unique, whatever could be read of it.
    assert database.tables["Book"].primary_key is not None
