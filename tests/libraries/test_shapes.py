"""What we say that a query compares and sorts by is what its library really sends."""

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import asdict

from crowsfoot.libraries.query import Query
from crowsfoot.libraries.raw.statements import Statement, read

from .sending import sent
from .sql_shapes import Shape, said
from .sql_shapes import sent as told

APPS = Path(__file__).parent / "apps"


def query_of(code: str, expression: str, *, files: dict[str, str] | None = None) -> Query:
    """What the expression sends first, which stands in the last line."""
    text = code + f"    return {expression}\n"
    found = sent({"app.py": text, **(files or {})}).queries[text.count("\n")]
    return found[0]


def named(shape: Shape, names: dict[str, str]) -> Shape:
    """The same by the names that models have for columns."""

    def of(columns: frozenset[str]) -> frozenset[str]:
        return frozenset(names.get(it, it) for it in columns)

    order = tuple((names.get(it, it), way, nulls) for it, way, nulls in shape.order)
    kinds = (of(shape.equal), of(shape.null), of(shape.among), of(shape.ranges), of(shape.others))
    return Shape(*kinds, order=order, limit=shape.limit)


# Django

LIBRARY = """
class Author(models.Model):
    name = models.CharField(max_length=50)
    country = models.CharField(max_length=50, null=True)

    class Meta:
        app_label = "library"
        ordering = ["name"]

class Selling(models.QuerySet):
    def called(self, title):
        return self.filter(title=title)

class Sellers(models.Manager.from_queryset(Selling)):
    def get_queryset(self):
        return super().get_queryset().filter(models.Q(sold=1) | models.Q(sold=2))

class Book(models.Model):
    title = models.CharField(max_length=50)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    at = models.DateTimeField()
    sold = models.IntegerField(null=True)
    out = models.BooleanField()
    maybe = models.BooleanField(null=True)
    objects = models.Manager()
    sellers = Sellers()

    class Meta:
        app_label = "library"

class Note(models.Model):
    book = models.ForeignKey(Book, on_delete=models.CASCADE)
    at = models.DateTimeField()

    class Meta:
        app_label = "library"
        ordering = ["-at", "book_id"]
"""
DJANGO = """
from django.db.models import F, Q
from django.db.models.functions import Lower
from library.models import Author, Book, Note

def go(x, author):
"""
DJANGO_QUERIES = (
    "list(Book.objects.filter(title=x))",
    "list(Book.objects.filter(author_id=3, sold__isnull=True))",
    "list(Book.objects.filter(author=author, sold__isnull=False))",
    "list(Book.objects.filter(sold=None))",
    "list(Book.objects.exclude(sold=None))",
    "list(Book.objects.exclude(title=x))",
    "list(Book.objects.exclude(out=True))",
    "list(Book.objects.filter(~Q(out=False)))",
    "list(Book.objects.exclude(maybe=True))",
    "list(Book.objects.filter(sold__in=[1, 2], at__gte='2020-01-01 00:00Z'))",
    "list(Book.objects.filter(sold__range=(1, 2)))",
    "list(Book.objects.filter(at__year=2020))",
    "list(Book.objects.filter(at__date='2020-01-01'))",
    "list(Book.objects.filter(title__iexact=x))",
    "list(Book.objects.filter(title__icontains=x))",
    "list(Book.objects.filter(title__startswith=x))",
    "list(Book.objects.filter(Q(title=x) | Q(sold=1)))",
    "list(Book.objects.filter(Q(title=x) | Q(title='y')))",
    "list(Book.objects.filter(Q(title=x, out=True) | Q(sold__gt=1), author=3))",
    "list(Book.objects.filter(Q(title=x) & ~Q(sold=1)))",
    "list(Book.objects.filter(sold=F('id')))",
    "list(Book.objects.filter(sold__gt=F('id')))",
    "Book.objects.get(pk=3)",
    "Book.objects.order_by('at').get(title=x)",
    "Book.objects.filter(title=x).first()",
    "Book.objects.filter(title=x).last()",
    "Book.objects.order_by('-at').first()",
    "Book.objects.order_by('-at', 'title').last()",
    "Book.objects.latest('at')",
    "Book.objects.earliest('at', '-sold')",
    "list(Book.objects.order_by('-at')[:10])",
    "Book.objects.order_by('-at')[3]",
    "list(Book.objects.order_by(F('sold').desc(nulls_last=True))[:3])",
    "list(Book.objects.order_by(F('sold').asc(nulls_first=True), 'id'))",
    "list(Book.objects.order_by(F('sold').desc(nulls_last=True)).reverse())",
    "list(Book.objects.order_by(Lower('title')))",
    "list(Book.objects.order_by('author_id', '-pk'))",
    "list(Book.objects.order_by('?'))",
    "list(Book.objects.order_by('at').order_by())",
    "list(Note.objects.filter(book=3))",
    "Note.objects.filter(book=3).first()",
    "list(Note.objects.filter(book=3).order_by())",
    "list(Note.objects.filter(book=3).reverse()[:2])",
    "Author.objects.filter(country=x).last()",
    "list(Book.sellers.filter(title=x))",
    "list(Book.sellers.called(x).order_by('at')[:3])",
)
DJANGO_COLUMNS = {"author_id": "author", "book_id": "book"}


@pytest.fixture(scope="module")
def by_django() -> dict[str, str]:
    """What Django sends, by a process of its own: it is set up once per process."""
    pytest.importorskip("django", minversion="4.2")
    given = json.dumps({"models": LIBRARY, "expressions": DJANGO_QUERIES})
    done = subprocess.run(
        [sys.executable, "shapes_django.py"],
        cwd=APPS,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(DJANGO_QUERIES, json.loads(done.stdout), strict=True))


def of_django(expression: str) -> Query:
    files = {"library/models.py": f"from django.db import models\n{LIBRARY}", "library/__init__.py": ""}
    return query_of(DJANGO, expression, files=files)


@pytest.mark.parametrize("expression", DJANGO_QUERIES)
def test_django_sends_what_we_say(expression: str, by_django: dict[str, str]) -> None:
    assert said(of_django(expression)) == named(told(by_django[expression], "sqlite"), DJANGO_COLUMNS)


@pytest.mark.parametrize(
    ("expression", "field", "value"),
    [
        ("Book.objects.get(title__iexact=x)", "functions", (("title", "iexact"),)),
        ("list(Book.objects.filter(title__icontains=x))", "functions", (("title", "icontains"),)),
        ("list(Book.objects.filter(at__date__gte=x))", "functions", (("at", "date"),)),
        ("list(Book.objects.filter(at__month=3))", "functions", ()),
        ("list(Book.objects.exclude(title__iexact=x))", "functions", ()),
        ("list(Book.objects.filter(Q(title__iexact=x) | Q(sold=1)))", "functions", ()),
        ("list(Book.objects.filter(Q(title=x) | Q(sold=1), out=True))", "either", (("title",), ("sold",))),
        (
            "list(Book.objects.filter(Q(title=x) | Q(sold=1) | Q(at__gt=x)))",
            "either",
            (("title",), ("sold",), ("at",)),
        ),
        (
            "list(Book.objects.filter(Q(title=x, out=True) | Q(sold=1)))",
            "either",
            (("title", "out"), ("sold",)),
        ),
        ("list(Book.objects.filter(Q(title=x) | ~Q(sold=1)))", "either", ()),
        ("list(Book.objects.filter(Q(title=x) | Q(title__icontains=x)))", "either", ()),
        ("list(Book.objects.exclude(Q(title=x) | Q(sold=1)))", "either", ()),
        ("list(Book.objects.filter(out=True, title=x))", "constants", (("out", "true"),)),
        (
            "list(Book.objects.filter(title='it\\'s', sold=3))",
            "constants",
            (("title", "'it''s'"), ("sold", "3")),
        ),
        ("list(Book.objects.exclude(out=True))", "constants", (("out", "false"),)),
        ("list(Book.objects.filter(Q(out=True) | Q(sold=1)))", "constants", ()),
        ("list(Book.objects.filter(title=x))", "whole", True),
        ("list(Book.objects.filter(x))", "whole", False),
        ("list(Book.objects.filter(**x))", "whole", False),
        ("Book.objects.get_or_create(**x, defaults={})", "whole", False),
        (
            "list(Book.objects.filter(title=1).union(Book.objects.filter(sold=1)))",
            "optional",
            ("title", "sold"),
        ),
        (
            "Book.objects.bulk_create([], update_conflicts=True, unique_fields=['title', 'author'])",
            "target",
            ("title", "author"),
        ),
        ("Book.objects.bulk_create([], ignore_conflicts=True)", "target", ()),
        ("Book.objects.filter(title=x).exists()", "limit", 1),
        ("Book.objects.filter(title=x).count()", "limit", False),
        ("Note.objects.filter(book=3).count()", "order", ()),
        ("Note.objects.filter(book=3).exists()", "order", ()),
        ("Note.objects.filter(book=3).delete()", "order", ()),
        ("list(Book.objects.order_by('author'))", "order", (("?", "asc"),)),
        ("list(Book.objects.order_by(*x))", "order", (("?", "asc"),)),
        (
            "list(Book.objects.raw('SELECT * FROM library_book WHERE author_id = %s', [x]))",
            "equal",
            ("author_id",),
        ),
        ("list(Book.objects.raw('SELECT * FROM library_author'))", "whole", False),
    ],
)
def test_django_asks(expression: str, field: str, value: object) -> None:
    assert getattr(of_django(expression), field) == value


def test_what_only_some_ways_to_a_query_compare_is_optional() -> None:
    code = """
from library.models import Book

def go(x, y):
    books = Book.objects.filter(out=True)
    if x:
        books = books.filter(title=x)
    if y:
        books = books.order_by("at")
    return list(books[:5])
"""
    files = {"library/models.py": f"from django.db import models\n{LIBRARY}", "library/__init__.py": ""}
    ((query,),) = sent({"app.py": code, **files}).queries.values()
    assert (query.equal, query.optional, query.order, query.limit) == (("out", "title"), ("title",), (), 5)


@pytest.mark.parametrize(
    ("lines", "equal", "optional", "either"),
    [
        (("q = Q(out=True)", "if y:", "    q &= Q(title=x)"), ("out", "title"), ("title",), ()),
        (("q = Q()", "if y:", "    q &= Q(title=x)"), ("title",), ("title",), ()),
        (("q = Q(title=x) if y else Q(sold=1)",), ("title", "sold"), ("title", "sold"), ()),
        (("q = Q(title=x)", "q |= Q(sold=1)"), (), (), (("title",), ("sold",))),
        (("q = Q(title=x, out=True) if y else Q(title=None, out=True)",), ("title", "out"), ("title",), ()),
    ],
)
def test_conditions_that_the_run_decides_on(
    lines: tuple[str, ...], equal: object, optional: object, either: object
) -> None:
    code = "from django.db.models import Q\nfrom library.models import Book\ndef go(x, y):\n"
    code += "".join(f"    {line}\n" for line in (*lines, "return list(Book.objects.filter(q))"))
    files = {"library/models.py": f"from django.db import models\n{LIBRARY}", "library/__init__.py": ""}
    ((query,),) = sent({"app.py": code, **files}).queries.values()
    assert (query.equal, query.optional, query.either) == (equal, optional, either)


# SQLAlchemy

SQLALCHEMY = """
from sqlalchemy import (
    Date, ForeignKey, and_, asc, between, case, cast, desc, exists, false, func, not_, nulls_last, or_, select,
    text, true, tuple_,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    at: Mapped[str]
    sold: Mapped[int | None]
    out: Mapped[bool]
    author: Mapped[Author] = relationship()

"""
SELECTS = (
    "select(Book).where(Book.title == x, Book.sold.is_(None))",
    "select(Book).where(Book.sold == None, Book.title != None)",
    "select(Book).where(Book.sold.is_not(None)).where(Book.title != x)",
    "select(Book).where(Book.out)",
    "select(Book).where(~Book.out)",
    "select(Book).where(not_(Book.out), Book.title.in_([x]))",
    "select(Book).where(Book.out.is_(True))",
    "select(Book).where(Book.out == true())",
    "select(Book).where(Book.title.not_in([x]))",
    "select(Book).where(Book.sold > 3, Book.at.between(1, 2))",
    "select(Book).where(between(Book.sold, 3, 4))",
    "select(Book).where(Book.title.startswith(x))",
    "select(Book).where(Book.title.contains(x))",
    "select(Book).where(Book.title.like('x%'))",
    "select(Book).where(Book.title.like('%x'))",
    "select(Book).where(Book.title.ilike(x))",
    "select(Book).where(Book.title.istartswith(x))",
    "select(Book).where(func.lower(Book.title) == x)",
    "select(Book).where(cast(Book.at, Date) == x)",
    "select(Book).where(Book.sold == Book.author_id)",
    "select(Book).where(Book.sold > Book.author_id)",
    "select(Book).where(Book.sold + 1 == x)",
    "select(Book).where(or_(Book.title == x, Book.sold == 1))",
    "select(Book).where((Book.title == x) | (Book.title == 'y'))",
    "select(Book).where(or_(Book.title == x))",
    "select(Book).where(and_(Book.title == x, or_(Book.sold == 1, Book.out)))",
    "select(Book).where(not_(Book.title == x))",
    "select(Book).where(~(Book.sold.is_(None)))",
    "select(Book).where(tuple_(Book.title, Book.sold).in_([(x, 1)]))",
    "select(Book).filter_by(title=x, sold=None)",
    "select(Book).where(Book.author_id == 1).order_by(Book.at.desc(), Book.id).limit(3)",
    "select(Book).order_by(desc(Book.at), asc(Book.id))",
    "select(Book).order_by(nulls_last(Book.sold.desc()))",
    "select(Book).order_by(Book.sold.desc().nulls_last(), Book.id.nulls_first())",
    "select(Book).order_by(func.lower(Book.title))",
    "select(Book).order_by(Book.at).order_by(None)",
    "select(Book.id).where(Book.at > x).limit(10)",
    "select(Book).join(Author).where(Author.name == x, Book.out)",
    "select(Book).join(Author, and_(Author.id == Book.author_id, Author.name == x))",
    "select(Book).outerjoin(Author, and_(Author.id == Book.author_id, Author.name == x))",
)


def of_sqlalchemy(expression: str) -> Query:
    return query_of(f"{SQLALCHEMY}def go(session: Session, x):\n", f"session.execute({expression})")


@pytest.mark.parametrize("expression", SELECTS)
def test_sqlalchemy_sends_what_we_say(expression: str) -> None:
    postgresql = pytest.importorskip("sqlalchemy.dialects.postgresql")
    names: dict[str, object] = {"x": "5"}
    exec(SQLALCHEMY, names)
    statement = eval(expression, names)
    dialect = postgresql.dialect(paramstyle="named")
    sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    assert said(of_sqlalchemy(expression)) == told(sql, "postgres"), sql


@pytest.mark.parametrize(
    ("expression", "field", "value"),
    [
        ("select(Book).where(func.lower(Book.title) == x)", "functions", (("title", "lower"),)),
        ("select(Book).where(func.lower(Book.title).in_([x]))", "functions", (("title", "lower"),)),
        ("select(Book).where(func.lower(Book.title) == func.lower(x))", "functions", (("title", "lower"),)),
        ("select(Book).where(func.lower(Book.title) != x)", "functions", ()),
        ("select(Book).where(func.coalesce(Book.title, 'y') == x)", "functions", ()),
        ("select(Book).where(func.lower(Book.title).contains(x))", "functions", (("title", "icontains"),)),
        ("select(Book).where(Book.title.ilike(x))", "functions", (("title", "ilike"),)),
        ("select(Book).where(Book.title.ilike(f'%{x}%'))", "functions", (("title", "icontains"),)),
        ("select(Book).where(cast(Book.at, Date) >= x)", "functions", (("at", "date"),)),
        ("select(Book).where(or_(Book.title == x, Book.sold > 1))", "either", (("title",), ("sold",))),
        (
            "select(Book).where((Book.title == x) | Book.out | (Book.sold == 1))",
            "either",
            (("title",), ("out",), ("sold",)),
        ),
        (
            "select(Book).where(or_(and_(Book.title == x, Book.out), Book.sold == 1))",
            "either",
            (("title", "out"), ("sold",)),
        ),
        ("select(Book).where(or_(Book.title == x, Book.sold != 1))", "either", ()),
        ("select(Book).where(or_(Book.title == x, x))", "whole", False),
        ("select(Book).where(Book.out, Book.title == 'y')", "constants", (("out", "true"), ("title", "'y'"))),
        ("select(Book).filter_by(sold=3, out=False)", "constants", (("sold", "3"), ("out", "false"))),
        ("select(Book).where(x)", "whole", False),
        ("select(Book).where(*x)", "whole", False),
        ("select(Book).where(true())", "whole", True),
        ("select(Book).where(exists().where(Author.id == Book.author_id))", "whole", False),
        ("select(Book).where(Book.author.has(Author.name == x))", "whole", False),
        (
            "insert(Book).on_conflict_do_update(index_elements=[Book.title, 'at'], set_={})",
            "target",
            ("title", "at"),
        ),
        (
            "insert(Book).on_conflict_do_nothing(index_elements=['title'], index_where=Book.sold.is_(None))",
            "target_where",
            "sold IS NULL",
        ),
        (
            "insert(Book).on_conflict_do_nothing(index_elements=['title'], index_where=Book.out)",
            "target_where",
            "out = true",
        ),
        (
            "insert(Book).on_conflict_do_nothing(index_elements=['title'], index_where=text('out'))",
            "target_where",
            "out",
        ),
        (
            "insert(Book).on_conflict_do_nothing(index_elements=['title'], index_where=Book.sold > 3)",
            "target_where",
            "?",
        ),
        ("insert(Book).on_conflict_do_nothing(index_elements=['title'])", "target_where", None),
        ("insert(Book).on_conflict_do_nothing(constraint='title_key')", "target", ()),
    ],
)
def test_sqlalchemy_asks(expression: str, field: str, value: object) -> None:
    code = f"from sqlalchemy.dialects.postgresql import insert\n{SQLALCHEMY}def go(session: Session, x):\n"
    query = query_of(code, f"session.execute({expression})")
    assert getattr(query, field) == value


@pytest.mark.parametrize(
    ("expression", "field", "value"),
    [
        ("text('SELECT * FROM book WHERE title = :x ORDER BY at DESC LIMIT 3')", "table", "book"),
        ("text('SELECT * FROM book WHERE title = :x ORDER BY at DESC LIMIT 3')", "equal", ("title",)),
        ("text('SELECT * FROM book WHERE title = :x ORDER BY at DESC LIMIT 3')", "order", (("at", "desc"),)),
        ("text(f'SELECT * FROM book WHERE title = :x AND {x}')", "whole", False),
        ("text('INSERT INTO book (id) VALUES (:x) ON CONFLICT (id) DO NOTHING')", "target", ("id",)),
        ("text(x)", "whole", False),
        ("select(shelf).where(shelf.c.place == x).order_by(shelf.c.id)", "table", "shelf"),
        ("select(shelf).where(shelf.c.place == x).order_by(shelf.c.id)", "equal", ("place",)),
        ("select(shelf.c.id).where(shelf.c.place == x).order_by(shelf.c.id)", "order", (("id", "asc"),)),
    ],
)
def test_core_asks(expression: str, field: str, value: object) -> None:
    code = f"from sqlalchemy import MetaData, Table\n{SQLALCHEMY}shelf = Table('shelf', MetaData())\n"
    query = query_of(f"{code}def go(session: Session, x):\n", f"session.execute({expression})")
    assert getattr(query, field) == value


@pytest.mark.parametrize(
    ("expression", "equal", "order", "limit"),
    [
        ("session.get(Book, x)", ("id",), (), False),
        ("session.query(Book).filter(Book.title == x).first()", ("title",), (), 1),
        ("session.query(Book).filter_by(title=x).one_or_none()", ("title",), (), False),
        ("session.query(Book).order_by(Book.at.desc())[:7]", (), (("at", "desc"),), 7),
        ("session.query(Book).order_by('at').limit(x).all()", (), (("at", "asc"),), True),
        ("session.query(Book).order_by(Book.at).count()", (), (), False),
        ("session.scalars(select(Book).order_by(Book.at)).first()", (), (("at", "asc"),), False),
    ],
)
def test_a_session_takes_some(expression: str, equal: tuple[str, ...], order: object, limit: object) -> None:
    query = query_of(f"{SQLALCHEMY}def go(session: Session, x):\n", expression)
    assert (query.equal, query.order, query.limit) == (equal, order, limit)


LEAVES = (
    "Book.title == x",
    "Book.sold == 3",
    "Book.sold.is_(None)",
    "Book.sold.is_not(None)",
    "Book.out",
    "Book.at > x",
    "Book.at.between(1, 2)",
    "Book.title.in_([x])",
    "Book.title != x",
    "Book.title.like('a%')",
    "Book.title.ilike(x)",
    "func.lower(Book.title) == x",
    "Book.sold == Book.author_id",
    "not_(Book.title == x)",
    "not_(or_(Book.title == x, Book.out))",
)
KEYS = (
    "Book.at",
    "Book.at.desc()",
    "Book.sold.desc().nulls_last()",
    "Book.id.asc()",
    "func.lower(Book.title)",
)


def test_conditions_at_random() -> None:
    postgresql = pytest.importorskip("sqlalchemy.dialects.postgresql")
    dice = random.Random(6)

    def condition(depth: int) -> str:
        joined = dice.choice(("", "and_", "or_"))
        if depth == 0 or not joined:
            return dice.choice(LEAVES)
        return f"{joined}({', '.join(condition(depth - 1) for _ in range(dice.randint(2, 3)))})"

    expressions = []
    for _ in range(150):
        text = f"select(Book).where({', '.join(condition(2) for _ in range(dice.randint(1, 3)))})"
        if dice.random() < 0.5:
            text += f".order_by({', '.join(dice.sample(KEYS, 2))})"
        expressions.append(text + dice.choice(("", ".limit(5)")))
    head = f"{SQLALCHEMY}def go(session: Session, x):\n"
    code = head + "".join(f"    session.execute({it})\n" for it in expressions)
    queries = sent(code).queries
    names: dict[str, object] = {"x": "5"}
    exec(SQLALCHEMY, names)
    for line, expression in enumerate(expressions, start=head.count("\n") + 1):
        statement = eval(expression, names)
        dialect = postgresql.dialect(paramstyle="named")
        sql = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        shape = told(sql, "postgres")
        assert said(queries[line][0]) == shape, sql
        statement = read(sql.replace("book.", ""))
        assert said(_of_statement(statement))[:5] == shape[:5], sql


# Peewee

PEEWEE = """
import peewee
from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, Model, fn

db = peewee.PostgresqlDatabase("shop")

class Author(Model):
    name = CharField()

    class Meta:
        database = db

class Book(Model):
    title = CharField()
    author = ForeignKeyField(Author, backref="books")
    at = IntegerField()
    sold = IntegerField(null=True)
    out = BooleanField()

    class Meta:
        database = db

"""
PEEWEE_QUERIES = (
    "Book.select().where(Book.title == x, Book.sold.is_null())",
    "Book.select().where((Book.title == x) & (Book.sold >> None))",
    "Book.select().where(Book.sold.is_null(False))",
    "Book.select().where(Book.sold == None)",
    "Book.select().where(Book.sold != None)",
    "Book.select().where(Book.title != x)",
    "Book.select().where(Book.out)",
    "Book.select().where(~Book.out, Book.title << ['a'])",
    "Book.select().where(Book.out & (Book.title == x))",
    "Book.select().where(Book.sold.in_([1]), Book.at > 3)",
    "Book.select().where(Book.sold.not_in([1]))",
    "Book.select().where(Book.at.between(1, 2))",
    "Book.select().where(Book.title.startswith(x))",
    "Book.select().where(Book.title.contains(x))",
    "Book.select().where(Book.title ** x)",
    "Book.select().where(fn.LOWER(Book.title) == x)",
    "Book.select().where(Book.sold == Book.at)",
    "Book.select().where(Book.sold > Book.at)",
    "Book.select().where((Book.title == x) | (Book.sold == 1))",
    "Book.select().where((Book.title == x) | (Book.title == 'y'))",
    "Book.select().where(~(Book.title == x))",
    "Book.select().where(Book.author == 3).order_by(Book.at.desc(), Book.id).limit(3)",
    "Book.select().order_by(Book.sold.desc(nulls='last')).paginate(2, 10)",
    "Book.select().order_by(-Book.at, +Book.id)",
    "Book.select().order_by(fn.LOWER(Book.title))",
)


@pytest.mark.parametrize("expression", PEEWEE_QUERIES)
def test_peewee_sends_what_we_say(expression: str) -> None:
    pytest.importorskip("peewee")
    names: dict[str, object] = {"x": "5"}
    exec(PEEWEE, names)
    sql, given = eval(expression, names).sql()
    for value in given:
        sql = sql.replace("%s", f"'{value}'" if isinstance(value, str) else str(value), 1)
    query = query_of(f"{PEEWEE}def go(x):\n", f"list({expression})")
    assert said(query) == named(told(sql, "postgres"), {"author_id": "author"}), sql


@pytest.mark.parametrize(
    ("expression", "field", "value"),
    [
        ("list(Book.select().where(fn.LOWER(Book.title) == x))", "functions", (("title", "lower"),)),
        ("list(Book.select().where(Book.title ** x))", "functions", (("title", "ilike"),)),
        ("list(Book.select().where(Book.title.contains(x)))", "functions", (("title", "icontains"),)),
        ("list(Book.select().where((Book.title == x) | (Book.sold > 1)))", "either", (("title",), ("sold",))),
        (
            "list(Book.select().where(Book.out, Book.title == 'y'))",
            "constants",
            (("out", "true"), ("title", "'y'")),
        ),
        ("list(Book.select().where(x))", "whole", False),
        ("list(Book.select().where(*x))", "whole", False),
        ("list(Book.select().where(Book.out).orwhere(Book.sold == 1))", "whole", False),
        ("Book.get(Book.title == x)", "limit", 1),
        ("Book.select().where(Book.title == x).exists()", "limit", 1),
        (
            "Book.insert(title=x).on_conflict(conflict_target=[Book.title], preserve=[Book.at]).execute()",
            "target",
            ("title",),
        ),
        (
            "Book.insert(title=x).on_conflict(conflict_target=['title'], conflict_where=(Book.out == True)).execute()",
            "target_where",
            "out = true",
        ),
        ("Book.insert(title=x).on_conflict_ignore().execute()", "target", ()),
    ],
)
def test_peewee_asks(expression: str, field: str, value: object) -> None:
    assert getattr(query_of(f"{PEEWEE}def go(x):\n", expression), field) == value


# Tortoise

TORTOISE = """
from tortoise import fields
from tortoise.expressions import Q
from tortoise.models import Model

class Author(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(50)

class Book(Model):
    id = fields.IntField(primary_key=True)
    title = fields.CharField(50)
    author = fields.ForeignKeyField("models.Author")
    at = fields.DatetimeField()
    sold = fields.IntField(null=True)
    out = fields.BooleanField()

"""
TORTOISE_QUERIES = (
    "Book.filter(title=x, sold__isnull=True)",
    "Book.filter(sold__isnull=False, sold=None)",
    "Book.filter(sold__not_isnull=True)",
    "Book.filter(author_id=3, sold__in=[1, 2])",
    "Book.filter(sold__gte=3, at__lt=x)",
    "Book.filter(sold__range=(1, 2))",
    "Book.filter(title__startswith=x)",
    "Book.filter(title__not=x)",
    "Book.filter(title__iexact=x)",
    "Book.filter(title__icontains=x)",
    "Book.filter(sold__not_in=[1])",
    "Book.exclude(title=x)",
    "Book.filter(Q(title=x) | Q(sold=1))",
    "Book.filter(Q(title=x, sold=1, join_type='OR'))",
    "Book.filter(Q(title=x) & Q(sold=1))",
    "Book.filter(~Q(sold__isnull=True))",
    "Book.filter(Q(title=x) | Q(title='y'))",
    "Book.filter(title=x).order_by('-at', 'id').limit(3)",
    "Book.filter(title=x).first()",
    "Book.filter(title=x).last()",
    "Book.all().order_by('at').last()",
    "Book.get(id=3)",
    "Book.all().latest('at')",
    "Book.all().earliest('at')",
)


@pytest.fixture(scope="module")
def by_tortoise() -> dict[str, str]:
    """What Tortoise would send to SQLite."""
    tortoise = pytest.importorskip("tortoise")
    names: dict[str, object] = {"x": "2020-01-01 00:00:00", "__name__": "shop_models"}
    module = type(sys)("shop_models")
    sys.modules["shop_models"] = module
    exec(TORTOISE, names)
    vars(module).update(names)

    async def ask() -> dict[str, str]:
        await tortoise.Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["shop_models"]})
        try:
            return {it: eval(it, names).sql(params_inline=True) for it in TORTOISE_QUERIES}
        finally:
            await tortoise.Tortoise.close_connections()

    return asyncio.run(ask())


@pytest.mark.parametrize("expression", TORTOISE_QUERIES)
def test_tortoise_sends_what_we_say(expression: str, by_tortoise: dict[str, str]) -> None:
    code = f"{TORTOISE}async def go(x):\n"
    shape = told(by_tortoise[expression], "sqlite")
    assert said(query_of(code, f"await {expression}")) == shape, by_tortoise[expression]


@pytest.mark.parametrize(
    ("expression", "field", "value"),
    [
        ("await Book.filter(title__iexact=x)", "functions", (("title", "iexact"),)),
        ("await Book.filter(Q(title=x) | Q(sold=1), out=True)", "either", (("title",), ("sold",))),
        ("await Book.filter(out=True, title='y')", "constants", (("out", "true"), ("title", "'y'"))),
        ("await Book.filter(x)", "whole", False),
        ("await Book.filter(**x)", "whole", False),
        ("await Book.filter(title=x).exists()", "limit", 1),
        ("await Book.filter(title=x).order_by('at').count()", "order", ()),
        ("await Book.all()[:5]", "limit", 5),
    ],
)
def test_tortoise_asks(expression: str, field: str, value: object) -> None:
    assert getattr(query_of(f"{TORTOISE}async def go(x):\n", expression), field) == value


# SQL

STATEMENTS = (
    "SELECT * FROM book WHERE title = $1 AND sold IS NULL",
    "SELECT * FROM book b WHERE b.title = $1 AND NOT b.out ORDER BY b.at DESC NULLS LAST, id LIMIT 5",
    "SELECT * FROM book WHERE sold IS NOT NULL AND out IS TRUE AND title <> 'x'",
    "SELECT * FROM book WHERE out AND sold IN (1, 2) AND at BETWEEN $1 AND $2",
    "SELECT * FROM book WHERE sold = ANY($1) AND at >= $2",
    "SELECT * FROM book WHERE sold NOT IN (1, 2) AND title NOT LIKE 'x%'",
    "SELECT * FROM book WHERE lower(title) = lower($1)",
    "SELECT * FROM book WHERE title ILIKE $1 AND title LIKE 'x%'",
    "SELECT * FROM book WHERE at::date = $1 AND id = $2",
    "SELECT * FROM book WHERE title = $1 OR sold = 1",
    "SELECT * FROM book WHERE (title = $1 OR title = 'x') AND (out OR sold > 3)",
    "SELECT * FROM book WHERE NOT (title = $1)",
    "SELECT * FROM book WHERE NOT (sold IS NULL)",
    "SELECT * FROM book WHERE sold = author_id",
    "SELECT * FROM book WHERE (made, id) < ($1, $2) ORDER BY made DESC, id DESC LIMIT 10",
    "SELECT * FROM book JOIN author a ON a.id = book.author_id WHERE a.name = $1 AND book.out",
    "SELECT * FROM book LEFT JOIN author a ON a.id = book.author_id WHERE book.title = $1",
    "SELECT * FROM book WHERE author_id = $1 ORDER BY lower(title) LIMIT 3",
    "SELECT * FROM book WHERE coalesce(sold, 0) = 3",
    "SELECT * FROM book WHERE title = 'it''s' AND sold = 3",
)


@pytest.mark.parametrize("sql", STATEMENTS)
def test_sql_asks_what_we_say(sql: str) -> None:
    assert said(_of_statement(read(sql))) == named(told(sql, "postgres"), {"a.name": "author.name"})


def _of_statement(it: Statement) -> Query:
    return Query("sql", "", it.operation, order=it.order, limit=it.limit, nulls=it.nulls, **asdict(it.where))


@pytest.mark.parametrize(
    ("sql", "field", "value"),
    [
        ("SELECT * FROM book WHERE lower(title) = lower($1)", "functions", (("title", "lower"),)),
        ("SELECT * FROM book WHERE lower(title) <> $1", "functions", ()),
        ("SELECT * FROM book WHERE lower(title) LIKE '%' || $1", "functions", (("title", "icontains"),)),
        ("SELECT * FROM book WHERE CAST(made AS date) >= $1", "functions", (("made", "date"),)),
        ("SELECT * FROM book WHERE id::text = $1", "functions", ()),
        ("SELECT * FROM book WHERE date_trunc('day', at) = $1", "functions", ()),
        ("SELECT * FROM book WHERE title ILIKE '%x'", "functions", (("title", "icontains"),)),
        ("SELECT * FROM book WHERE a = $1 OR b > 3 OR c IS NULL", "either", (("a",), ("b",), ("c",))),
        ("SELECT * FROM book WHERE (a = $1 AND d = 2) OR b > 3", "either", (("a", "d"), ("b",))),
        ("SELECT * FROM book WHERE a = $1 OR b <> 3", "either", ()),
        ("SELECT * FROM book WHERE a = $1 OR $1 IS NULL", "either", ()),
        (
            "SELECT * FROM book WHERE out AND NOT new AND title = 'x'",
            "constants",
            (("out", "true"), ("new", "false"), ("title", "'x'")),
        ),
        ("SELECT * FROM book WHERE title = $1", "constants", ()),
        ("SELECT * FROM book WHERE title = \x00", "whole", True),
        ("SELECT * FROM book WHERE title IN (\x00) LIMIT \x00", "whole", True),
        ("SELECT * FROM book WHERE title = $1 AND \x00", "whole", False),
        ("SELECT * FROM book WHERE title = $1 \x00", "whole", False),
        ("SELECT * FROM book WHERE title = $1 AND EXISTS (SELECT 1 FROM author)", "whole", False),
        ("SELECT * FROM book WHERE 1 = 1 AND title = $1", "whole", True),
    ],
)
def test_conditions_of_sql(sql: str, field: str, value: object) -> None:
    assert getattr(read(sql).where, field) == value


@pytest.mark.parametrize(
    ("conflict", "target", "where"),
    [
        ("(title, at) DO UPDATE SET at = EXCLUDED.at WHERE book.out", ("title", "at"), None),
        ('("title") WHERE sold IS NULL DO NOTHING', ("title",), "sold IS NULL"),
        ("(lower(title)) DO NOTHING", (), None),
        ("ON CONSTRAINT title_key DO NOTHING", (), None),
        ("DO NOTHING", (), None),
    ],
)
def test_the_target_of_an_upsert(conflict: str, target: tuple[str, ...], where: str | None) -> None:
    statement = read(f"INSERT INTO book (title, at) VALUES ($1, $2) ON CONFLICT {conflict}")
    assert (statement.operation, statement.target, statement.target_where) == ("upsert", target, where)
