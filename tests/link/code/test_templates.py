"""What a view gives to a template is known in it, in those that it includes and in those that it extends."""

import pytest

from crowsfoot.finding import Finding
from crowsfoot.link.code.access import Repeated
from crowsfoot.link.code.analysis import link_code
from crowsfoot.link.code.per_row.told import once_per_row

from ...libraries.sending import read_file

MODELS = """\
from django.db import models

class Author(models.Model):
    name = models.TextField()
    mentor = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="pupils")

class Book(models.Model):
    title = models.TextField()
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
"""
VIEWS = """\
from django.shortcuts import render
from .models import Author, Book

def shelf(request):
    books = Book.objects.all()
    return render(request, "shop/shelf.html", {"books": books, "author": Author.objects.get(pk=1)})
"""
LOOP = "{% for book in books %}{{ book.author.name }}{% endfor %}"
DJANGO = {"shop/models.py": MODELS, "shop/views.py": VIEWS}


def found(files: dict[str, str]) -> list[Repeated]:
    return list(link_code([read_file(path, text) for path, text in files.items()]).repeated)


def places(files: dict[str, str]) -> list[str]:
    """Where a statement is likely sent once per row: path and what is written there."""
    return sorted(
        f"{it.span.path.rpartition('/')[2]}: {files[it.span.path][it.span.start : it.span.end]}"
        for it in found(files)
        if it.query.likely
    )


def page(text: str, **others: str) -> dict[str, str]:
    """A program whose view shows that template, and further templates of its folder."""
    rest = {f"shop/templates/shop/{name}.html": it for name, it in others.items()}
    return {**DJANGO, "shop/templates/shop/shelf.html": text, **rest}


def test_a_finding_stands_in_the_template() -> None:
    assert places(page(LOOP)) == ["shelf.html: book.author"]


def test_what_no_view_gives_is_not_known() -> None:
    assert found(page("{% for it in others %}{{ it.author.name }}{% endfor %}")) == []
    assert found({**DJANGO, "shop/templates/shop/unused.html": LOOP}) == []


def test_what_is_read_once_is_read_once() -> None:
    text = "{% for book in books %}{{ book.author.name }}{{ book.author.pk }}{% endfor %}{{ author.mentor }}"
    assert places(page(text)) == ["shelf.html: book.author"]


@pytest.mark.parametrize(
    "text",
    [
        "{% include 'shop/part.html' %}",
        "{% include 'shop/part.html' with books=books only %}",
        "{% with x=books %}{% include 'shop/part.html' with books=x %}{% endwith %}",
        "{% include './part.html' %}",
        "{% if books %}{% include 'shop/part.html' %}{% endif %}",
        "{% block a %}{% include 'shop/part.html' %}{% endblock %}",
    ],
)
def test_what_is_included_sees_what_it_is_given(text: str) -> None:
    assert places(page(text, part=LOOP)) == ["part.html: book.author"]


def test_what_is_included_alone_sees_nothing_else() -> None:
    assert found(page("{% include 'shop/part.html' with x=1 only %}", part=LOOP)) == []


def test_an_include_in_a_loop_is_told_of_where_it_is_included() -> None:
    files = page(
        "{% for book in books %}{% include 'shop/part.html' %}{% endfor %}", part="{{ book.author }}"
    )
    assert places(files) == ["shelf.html: {% include 'shop/part.html' %}"]
    [it] = found(files)
    assert [step.span.path for step in it.way] == ["shop/templates/shop/part.html"]


def test_a_child_shows_its_blocks_in_the_parent() -> None:
    base = "{% block a %}" + LOOP + "{% endblock %}{% block b %}" + LOOP + "{% endblock %}"
    # The second block finds what the first one has asked for.
    assert places(page("{% extends 'shop/base.html' %}", base=base)) == ["base.html: book.author"]
    child = "{% extends 'shop/base.html' %}{% block a %}-{% endblock %}"
    assert places(page(child, base=base)) == ["base.html: book.author"]
    child = "{% extends 'shop/base.html' %}{% block a %}" + LOOP + "{% endblock %}{% block b %}{% endblock %}"
    assert places(page(child, base=base)) == ["shelf.html: book.author"]
    child = "{% extends 'shop/base.html' %}{% block a %}{{ block.super }}{% endblock %}"
    assert places(page(child, base=base)) == ["base.html: book.author"]


def test_what_one_loop_has_asked_for_the_next_one_finds() -> None:
    assert places(page(LOOP + LOOP)) == ["shelf.html: book.author"]
    assert places(page("{% if user %}" + LOOP + "{% endif %}" + LOOP)) == ["shelf.html: book.author"] * 2
    some = "{% for book in books %}{% if book.id %}{{ book.author.name }}{% endif %}{% endfor %}"
    assert places(page(some + LOOP)) == ["shelf.html: book.author"] * 2
    asked = "{% for book in books %}{% if book.author.name %}-{% endif %}{% endfor %}"
    assert places(page(asked + LOOP)) == ["shelf.html: book.author"]


def test_a_grandchild_replaces_what_its_parent_has_replaced() -> None:
    files = page(
        "{% extends 'shop/middle.html' %}{% block a %}-{% endblock %}",
        middle="{% extends 'shop/base.html' %}{% block a %}" + LOOP + "{% endblock %}",
        base="{% block a %}" + LOOP + "{% endblock %}",
    )
    assert found(files) == []


def test_the_nearest_template_of_a_name_is_shown() -> None:
    files = page(LOOP) | {"other/templates/shop/shelf.html": LOOP}
    assert {it.span.path for it in found(files)} == {"shop/templates/shop/shelf.html"}


def test_a_tree_that_includes_itself_is_read_once() -> None:
    node = "{% for it in nodes %}{{ it.mentor.name }}{% include 'shop/node.html' with nodes=it.pupils.all %}{% endfor %}"
    views = VIEWS.replace("books = Book", "books = Author")
    text = "{% include 'shop/node.html' with nodes=books %}"
    files = {**page(text, node=node), "shop/views.py": views}
    assert "node.html: it.mentor" in places(files)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{% include 'shop/other.html' %}", "{% include 'shop/shelf.html' %}"),
        ("{% extends 'shop/other.html' %}", "{% extends 'shop/shelf.html' %}"),
        ("{% extends 'shop/shelf.html' %}", ""),
        ("{% import 'shop/other.html' as o %}{{ o.m(books) }}", "{% macro m(x) %}{{ m(x) }}{% endmacro %}"),
    ],
)
def test_circles_of_templates_end(one: str, other: str) -> None:
    assert places(page(one + LOOP, other=other)) == ["shelf.html: book.author"]


def test_a_long_chain_of_templates_ends() -> None:
    chain = {f"t{it}": f"{{% include 'shop/t{it + 1}.html' %}}" for it in range(2_000)}
    assert places(page("{% include 'shop/t0.html' %}" + LOOP, **chain)) == ["shelf.html: book.author"]


def test_macros_are_functions() -> None:
    macro = "{% macro row(it) %}{{ it.author.name }}{% endmacro %}"
    loop = "{% for book in books %}{{ row(book) }}{% endfor %}"
    assert places(page(macro + loop)) == ["shelf.html: row(book)"]
    imported = "{% from 'shop/m.html' import row %}" + loop
    assert places(page(imported, m=macro)) == ["shelf.html: row(book)"]
    imported = "{% import 'shop/m.html' as m %}" + loop.replace("row(", "m.row(")
    assert places(page(imported, m=macro)) == ["shelf.html: m.row(book)"]


def test_the_finding_leads_from_the_view_to_the_template() -> None:
    files = page(LOOP)
    [it] = found(files)
    told = once_per_row(it, "is loaded")
    assert isinstance(told, Finding)
    steps = [(step.span.path, files[step.span.path][step.span.start : step.span.end]) for step in told.flow]
    assert steps == [
        ("shop/views.py", "Book.objects.all()"),
        ("shop/templates/shop/shelf.html", "{% for book in books %}"),
        ("shop/templates/shop/shelf.html", "book.author"),
    ]
    assert told.related[-1].message == "`shelf` asks for the rows"


VIEWS_OF_CLASSES = {
    "by its default name": "class Shelf(ListView):\n    model = Book\n",
    "by a name": "class Shelf(ListView):\n    queryset = Book.objects.all()\n    template_name = 'shop/book_list.html'\n",
    "by a method": (
        "class Shelf(ListView):\n    model = Book\n"
        "    def get_template_names(self):\n        return ['shop/book_list.html']\n"
    ),
    "by get_queryset": (
        "class Shelf(ListView):\n    model = Book\n"
        "    def get_queryset(self):\n        return super().get_queryset().order_by('title')\n"
    ),
    "by a base": "class Base(ListView):\n    pass\n\nclass Shelf(Base):\n    model = Book\n",
    "by the context": (
        "class Shelf(TemplateView):\n    template_name = 'shop/book_list.html'\n"
        "    def get_context_data(self, **kwargs):\n"
        "        return super().get_context_data(book_list=Book.objects.all(), **kwargs)\n"
    ),
}


def test_a_finding_names_the_view_that_gives_its_rows() -> None:
    """A view that shows the same template without them comes first."""
    views = VIEWS.replace(
        "def shelf",
        'def about(request):\n    return render(request, "shop/shelf.html", {"title": "us"})\n\ndef shelf',
    ).replace("Book.objects.all()", "[it for it in Book.objects.all() if it.title]")
    text = "{{ title }}{% include 'shop/list.html' %}"
    files = {**page(text, list=LOOP), "shop/views.py": views}
    [it] = found(files)
    assert it.asked is None
    assert it.shown_by is not None
    assert it.shown_by.function == "shelf"


@pytest.mark.parametrize("views", VIEWS_OF_CLASSES.values(), ids=VIEWS_OF_CLASSES.keys())
def test_generic_views_give_their_rows(views: str) -> None:
    files = {
        "shop/models.py": MODELS,
        "shop/views.py": "from django.views.generic import ListView, TemplateView\n"
        "from .models import Book\n\n" + views,
        "shop/templates/shop/book_list.html": LOOP.replace("books", "book_list"),
    }
    assert places(files) == ["book_list.html: book.author"]
    loaded = views.replace("objects.all()", "objects.select_related('author')").replace(
        ".order_by('title')", ".select_related('author')"
    )
    if loaded != views:
        assert found({**files, "shop/views.py": files["shop/views.py"].replace(views, loaded)}) == []


ALCHEMY = """\
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Author(Base):
    __tablename__ = "author"
    id: Mapped[int] = mapped_column(primary_key=True)

class Book(Base):
    __tablename__ = "book"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"))
    author: Mapped[Author] = relationship()
"""
SHOWN_BY = {
    "flask": """
from flask import render_template

def shelf(session: Session):
    return render_template("shelf.html", books=session.scalars(select(Book)).all())
""",
    "starlette": """
from starlette.templating import Jinja2Templates
templates = Jinja2Templates(directory="templates")

def shelf(request, session: Session):
    books = session.scalars(select(Book)).all()
    return templates.TemplateResponse("shelf.html", {"request": request, "books": books})
""",
    "fastapi": """
from fastapi.templating import Jinja2Templates
templates = Jinja2Templates(directory="templates")

def shelf(request, session: Session):
    books = session.scalars(select(Book)).all()
    return templates.TemplateResponse(request, "shelf.html", {"books": books})
""",
    "pyramid": """
from pyramid.view import view_config

@view_config(route_name="shelf", renderer="app:templates/shelf.html")
def shelf(request):
    session: Session = request.db
    return {"books": session.scalars(select(Book)).all()}
""",
}


@pytest.mark.parametrize("code", SHOWN_BY.values(), ids=SHOWN_BY.keys())
def test_other_frameworks_show_templates(code: str) -> None:
    files = {"app/main.py": ALCHEMY + code, "app/templates/shelf.html": LOOP}
    assert places(files) == ["shelf.html: book.author"]
    loaded = code.replace("select(Book)", "select(Book).options(joinedload(Book.author))")
    assert found({**files, "app/main.py": ALCHEMY + loaded}) == []


def test_templates_do_not_change_what_is_found_in_code() -> None:
    code = ALCHEMY + (
        "from pyramid.request import Request\n\n"
        "def f(request: Request):\n"
        "    for book in request.db.scalars(select(Book)).all():\n"
        "        print(book.author.id)\n"
    )
    alone, beside = {"app/main.py": code}, {"app/main.py": code, "app/templates/x.html": LOOP}
    assert places(alone) == places(beside) == ["main.py: book.author"]


TAGS = """\
from django import template
register = template.Library()

@register.filter
def credit(book):
    return book.author.name

@register.filter("by")
def written_by(book):
    return book.author.name

@register.simple_tag
def line(book):
    return book.author.name

@register.simple_tag(takes_context=True, name="long_line")
def with_context(context, book):
    return book.author.name

@register.inclusion_tag("shop/part.html")
def part(books):
    return {"them": books}
"""


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("{% for book in books %}{{ book|credit }}{% endfor %}", ["shelf.html: book|credit"]),
        ("{% for book in books %}{{ book|by }}{% endfor %}", ["shelf.html: book|by"]),
        ("{% for book in books %}{% line book %}{% endfor %}", ["shelf.html: {% line book %}"]),
        ("{% for book in books %}{% long_line book %}{% endfor %}", ["shelf.html: {% long_line book %}"]),
        ("{% part books %}", ["part.html: it.author"]),
        ("{% for book in books %}{% unknown book %}{{ book|unknown }}{% endfor %}", []),
    ],
)
def test_tags_and_filters_of_the_program_are_functions(shown: str, expected: list[str]) -> None:
    files = page(shown, part="{% for it in them %}{{ it.author.name }}{% endfor %}")
    assert places({**files, "shop/templatetags/shop.py": TAGS}) == expected


def test_what_takes_the_place_of_the_rows_of_a_page_is_known() -> None:
    views = """\
from django.core.paginator import Paginator
from django.shortcuts import render
from .models import Book

def shelf(request):
    page = Paginator(Book.objects.all(), 25).get_page(1)
    return render(request, "shop/shelf.html", {"books": page})
"""
    files = {**page(LOOP), "shop/views.py": views}
    assert places(files) == ["shelf.html: book.author"]
    loads = "page.object_list = page.object_list.select_related('author')\n"
    for changed in (f"    {loads}    return", f"    if request.GET:\n        {loads}    return"):
        assert found({**files, "shop/views.py": views.replace("    return", changed)}) == []
