"""What is kept of parts -> what would come of them anew, and no more work than what has changed asks for."""

import ast
import random
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from crowsfoot.cache import Cache
from crowsfoot.digests import digest
from crowsfoot.facts.code import CodeFile
from crowsfoot.frontends import python
from crowsfoot.frontends import templates as template_frontend
from crowsfoot.link.code.access import Code
from crowsfoot.link.code.analysis import link_code
from crowsfoot.link.code.parts.keeping import Store
from crowsfoot.link.project import File
from crowsfoot.reading import read_code
from crowsfoot.roles import Role, Roles, role_of
from crowsfoot.session import Choices, Session
from crowsfoot.source import Source

T = TypeVar("T")

MODELS = """
from django.db import models

class Named(models.Manager):
    def shown(self):
        return self.filter(hidden=False)

class Author(models.Model):
    name = models.TextField()

class Book(models.Model):
    author = models.ForeignKey(Author, related_name="books", on_delete=models.CASCADE)
    hidden = models.BooleanField()
    objects = Named()

    def by(self):
        return self.author.name
"""
SHELF = """
from rest_framework import serializers
from .models import Book

class BookSerializer(serializers.ModelSerializer):
    by = serializers.CharField()
    class Meta:
        model = Book
        fields = ["by"]

def names(books):
    return [book.by() for book in books]

def guessed(author):
    return [book.author.name for book in author.books.all()]
"""
VIEWS = """
from django.shortcuts import render
from .models import Author, Book
from .shelf import names, BookSerializer

class Base:
    queryset = None

    def shown(self):
        return [it.author.name for it in self.queryset]

class Shown(Base):
    queryset = Book.objects.all()

def shown(request):
    return render(request, "books.html", {"books": Book.objects.all()})

def of_each():
    for author in Author.objects.all():
        print(Book.objects.filter(author=author).count(), names(Book.objects.shown()))

def loaded():
    return names(Book.objects.select_related("author"))
"""
TABLES = """
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Owner(Base):
    __tablename__ = "owner"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("owner.id"))
    owner: Mapped[Owner] = relationship(back_populates="items")
"""
REPO = """
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from .tables import Item, Owner

def enter(session: Session, tenant: str):
    session.execute(text("SET app.tenant = 'a'"))
    work(session)
    session.execute(text("RESET app.tenant"))

def work(session: Session):
    for item in session.scalars(select(Item)):
        print(item.owner.name)

def by_id(session: Session, ids: list[int]):
    return [session.get(Item, it) for it in ids]
"""
TEXTS = {
    **{
        f"{it}/{name}": text
        for it in ("shop", "depot")
        for name, text in {
            "__init__.py": "",
            "models.py": MODELS,
            "shelf.py": SHELF,
            "views.py": VIEWS,
            "urls.py": "from . import views\n\nurls = [views.shown, views.of_each]\n",
            "templates/books.html": "{% for book in books %}{{ book.author.name }}{% endfor %}",
        }.items()
    },
    "billing/__init__.py": "",
    "billing/tables.py": TABLES,
    "billing/repo.py": REPO,
    "billing/jobs.py": "from .repo import *\n\ndef run(session):\n    enter(session, 'b')\n",
    "script.py": "import json\n\nprint(json.dumps({}))\n",
}


class Kept:
    """A store that counts what is put into it, which is what was evaluated."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], bytes] = {}
        self.put_again: list[str] = []

    def get(self, kind: str, key: str, type: type[T]) -> T | None:
        found = self.entries.get((kind, key))
        return msgspec.msgpack.decode(found, type=type) if found is not None else None

    def put(self, kind: str, key: str, value: object) -> None:
        self.entries[kind, key] = msgspec.msgpack.encode(value)
        self.put_again.append(kind)


def linked(texts: Mapping[str, str], store: Store | None = None, roles: Roles = role_of) -> Code:
    read = {
        path: python.read(text) if path.endswith(".py") else template_frontend.read(text)
        for path, text in texts.items()
    }
    files = [File(path, facts) for path, facts in read.items()]
    digests = {path: digest(text) for path, text in texts.items()}
    return link_code(files, (), roles, store=store, texts=digests, of=60)


def told(code: Code) -> object:
    return (
        [msgspec.msgpack.encode(it) for it in (code.repeated, code.accesses, code.edges)],
        [[repr(getattr(it, name)) for name in it.__struct_fields__] for it in code.settings],
    )


def evaluated(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What was evaluated of a program after it has changed; that it comes to the same is checked as well."""
    store = Kept()
    told(linked(before, store))
    store.put_again.clear()
    assert told(linked(after, store)) == told(linked(after))
    return store.put_again


def test_what_is_set_of_sessions_waits_for_who_asks() -> None:
    store = Kept()
    code = linked(TEXTS, store)
    assert "settings" not in store.put_again
    assert code.settings == code.settings
    assert store.put_again.count("settings") == 1


def changed(path: str, old: str, new: str) -> dict[str, str]:
    assert old in TEXTS[path]
    return {**TEXTS, path: TEXTS[path].replace(old, new)}


def test_there_is_something_to_keep() -> None:
    code = linked(TEXTS)
    assert {"lazy", "behind-call", "count"} <= {it.kind for it in code.repeated}
    assert {it.span.path for it in code.repeated} >= {"shop/templates/books.html", "billing/repo.py"}
    assert code.settings
    assert len(evaluated({}, TEXTS)) > 5


def test_of_an_unchanged_program_nothing_is_evaluated() -> None:
    assert not evaluated(TEXTS, TEXTS)


@pytest.mark.parametrize(
    ("path", "old", "new", "more"),
    [
        ("shop/urls.py", "views.of_each", "views.loaded", []),
        ("script.py", "{}", "[]", []),
        # It calls what sets something of a session, which is looked at once more when all is known.
        ("billing/jobs.py", "'b'", "'c'", ["settings"]),
    ],
)
def test_a_change_at_the_edge_concerns_one_part(path: str, old: str, new: str, more: list[str]) -> None:
    assert evaluated(TEXTS, changed(path, old, new)) == ["models", "part", *more]


def looked_into(texts: Mapping[str, str], folder: Path) -> set[str]:
    """The files whose scopes somebody asks for, where a folder keeps what came of earlier runs."""
    cache, digests = Cache(folder), dict[str, str]()
    sources = [Source(path, text) for path, text in texts.items()]
    files = [File(path, facts) for path, facts in read_code(sources, cache, digests=digests)]
    link_code(files, store=cache, texts=digests, of=60)
    return {it.path for it in files if "scopes" in it.facts.__dict__}


def test_only_what_is_evaluated_anew_is_looked_into(tmp_path: Path) -> None:
    texts = {path: text for path, text in TEXTS.items() if path.endswith(".py")}
    assert len(looked_into(texts, tmp_path)) == len(texts)
    assert not looked_into(texts, tmp_path)
    edited = {**texts, "shop/urls.py": texts["shop/urls.py"].replace("views.of_each", "views.loaded")}
    again = looked_into(edited, tmp_path)
    assert "shop/urls.py" in again
    assert not again & {
        "script.py",
        "billing/tables.py",
        "billing/repo.py",
        "billing/jobs.py",
        "depot/urls.py",
    }
    assert not looked_into(edited, tmp_path)


def test_scopes_that_are_gone_are_read_again(tmp_path: Path) -> None:
    sources = [Source(path, text) for path, text in TEXTS.items() if path.endswith(".py")]
    before = [
        (path, it.scopes) for path, it in read_code(sources, Cache(tmp_path)) if isinstance(it, CodeFile)
    ]
    for file in tmp_path.glob("scopes-*"):
        file.unlink()
    after = [
        (path, it.scopes) for path, it in read_code(sources, Cache(tmp_path)) if isinstance(it, CodeFile)
    ]
    assert after == before
    edited = [Source(it.path, it.text + "\n# more\n") for it in sources[:1]] + sources[1:]
    kept = read_code(edited, Cache(tmp_path))
    unedited = [(path, it.scopes) for path, it in kept[1:] if isinstance(it, CodeFile)]
    assert unedited == before[1:]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("billing/tables.py", "name: Mapped[str]", "word: Mapped[str]"),
        # The other shop has models of the same names.
        ("depot/models.py", "hidden = models", "secret = models"),
        ("depot/models.py", "name = models", "title = models"),
    ],
)
def test_a_change_in_one_service_leaves_the_others_alone(path: str, old: str, new: str) -> None:
    store = Kept()
    linked(TEXTS, store)
    before = dict(store.entries)
    linked(changed(path, old, new), store)
    again = {key for key, entry in before.items() if store.entries[key] != entry}
    service = path.partition("/")[0].encode()
    assert again
    assert all(service in before[key] for key in again)
    assert any(service not in entry for entry in before.values())


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("shop/models.py", "ForeignKey", "ManyToManyField"),
        ("shop/models.py", 'related_name="books", ', ""),
        ("shop/models.py", "hidden=False", "gone=False"),
        ("shop/models.py", "class Author(models.Model)", "class Author(Named)"),
        ("shop/views.py", "class Shown(Base)", "class Shown"),
        ("shop/templates/books.html", "book.author.name", "book.hidden"),
        ("depot/models.py", "class Author", "class Person"),
        ("billing/repo.py", "SET app.tenant", "SELECT 1"),
        ("billing/jobs.py", "import *", "import work"),
        ("billing/jobs.py", "enter(session, 'b')", "session.execute('SET role x')"),
        ("script.py", "import json", "import peewee, json"),
    ],
)
def test_what_the_change_of_one_file_means_for_others_is_seen(path: str, old: str, new: str) -> None:
    assert evaluated(TEXTS, changed(path, old, new))


@pytest.mark.parametrize(
    "more",
    [
        {"shop/models/__init__.py": ""},
        {"django/__init__.py": ""},
        {"shop/templates/shop/templates/books.html": "{{ books }}"},
        {"shop/templatetags/more.py": "@register.filter\ndef name(book):\n    return book.author\n"},
        {"shop/broken.py": "def ("},
    ],
)
def test_what_comes_and_goes_is_seen(more: dict[str, str]) -> None:
    evaluated(TEXTS, {**TEXTS, **more})
    evaluated({**TEXTS, **more}, TEXTS)
    evaluated(TEXTS, {path: TEXTS[path] for path in list(TEXTS)[2:]})


API = {
    "shop/api.py": """
from rest_framework import viewsets
from .models import Book

class Books(viewsets.ModelViewSet):
    queryset = Book.objects.filter(hidden=False)
""",
    "settings.py": """
REST_FRAMEWORK = {"DEFAULT_PAGINATION_CLASS": "depot.paging.Pages", "PAGE_SIZE": 9}
""",
    "depot/paging.py": """
from rest_framework.pagination import PageNumberPagination

class Pages(PageNumberPagination):
    page_size = 3
""",
    "depot/routes.py": """
from shop.api import Books
routes = [Books.as_view({"get": "list"})]
""",
}


@pytest.mark.parametrize("path", [it for it in API if it != "shop/api.py"])
def test_what_settings_and_routes_say_of_a_view_is_seen(path: str) -> None:
    texts = {**TEXTS, **API}
    without = {it: text for it, text in texts.items() if it != path}
    changed = {**texts, path: texts[path].replace('"list"', '"retrieve"').replace("9", "None")}
    assert told(linked(texts)) != told(linked(without))
    evaluated(texts, without)
    evaluated(without, texts)
    evaluated(texts, changed)


def test_what_code_is_for_is_part_of_what_is_kept() -> None:
    def roles(path: str) -> Role:
        return "test" if "views" in path else role_of(path)

    store = Kept()
    linked(TEXTS, store)
    assert told(linked(TEXTS, store, roles)) == told(linked(TEXTS, None, roles))


def _block(text: str, kinds: tuple[type[ast.stmt], ...], chance: random.Random) -> "ast.stmt | None":
    try:
        found = [it for it in ast.walk(ast.parse(text)) if isinstance(it, kinds)]
    except SyntaxError:
        return None
    return chance.choice(found) if found else None


def _without_block(text: str, chance: random.Random) -> str:
    it = _block(text, (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.ImportFrom, ast.For), chance)
    lines = text.split("\n")
    return "\n".join([*lines[: it.lineno - 1], *lines[it.end_lineno :]]) if it is not None else text


def _renamed(text: str, chance: random.Random) -> str:
    words = re.findall(r"(?:class|def) (\w+)", text)
    return re.sub(rf"\b{chance.choice(words)}\b", "Renamed", text) if words else text


def _replaced(text: str, chance: random.Random) -> str:
    for old, new in chance.sample(_CHANGES, len(_CHANGES)):
        if old in text:
            return text.replace(old, new, 1)
    return text


_CHANGES = [
    ("ForeignKey", "OneToOneField"),
    (".objects.all()", '.objects.select_related("author")'),
    ("Manager", "Model"),
    ("{{ book.author", "{{ book.author.books.all.0"),
    ("models.Model", "Base"),
    ("relationship(", 'relationship(lazy="joined", '),
    ("import *", "import work"),
    ("Mapped[Owner]", 'Mapped["Owner"]'),
    ("SET app.tenant", "SET LOCAL app.tenant"),
    ("author", "writer"),
]


def _edited(texts: dict[str, str], chance: random.Random) -> dict[str, str]:
    """A program after somebody has worked on it."""
    path = chance.choice(list(texts))
    edits: list[Callable[[str, random.Random], str]] = [
        *(_without_block, _renamed, _replaced, _replaced),
        lambda text, _: "# more\n" + text,
        lambda text, _: text + "\n\ndef added(book, owner):\n    return [it.name for it in owner.items]\n",
        lambda text, _: f"from {chance.choice(['shop', 'depot', 'billing'])}.models import *\n" + text,
    ]
    kind = chance.random()
    if kind < 0.8:
        return {**texts, path: chance.choice(edits)(texts[path], chance)}
    if kind < 0.9:
        return {it: text for it, text in texts.items() if it != path}
    name = path.replace("/", "/new_" if kind < 0.95 else "/inner/", 1)
    return {**texts, name: texts[path]}


@pytest.mark.parametrize("seed", range(30))
def test_whatever_is_edited_what_is_kept_is_what_would_come_of_it_anew(seed: int) -> None:
    chance, store, texts = random.Random(seed), Kept(), TEXTS
    linked(texts, store)
    for _ in range(4):
        texts = _edited(texts, chance)
        assert told(linked(texts, store)) == told(linked(texts))


def _reported(root: Path, *, cached: bool) -> bytes:
    return msgspec.msgpack.encode(Session((root,), Choices(), cached=cached).report)


def test_a_report_is_the_same_with_and_without_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "project"
    for path, text in TEXTS.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    (root / "pyproject.toml").write_text("[tool.crowsfoot]\n")
    assert _reported(root, cached=True) == _reported(root, cached=False)
    for path, old, new in (
        ("shop/views.py", "names(Book.objects.shown())", "1"),
        ("shop/models.py", "related_name", "related_query_name"),
        ("shop/templates/books.html", "book.author.name", "book"),
        ("pyproject.toml", "]\n", ']\ncode-roles = { "shop/**" = "script" }\nmin-confidence = "possible"\n'),
    ):
        (root / path).write_text((root / path).read_text().replace(old, new))
        assert _reported(root, cached=True) == _reported(root, cached=False)


@pytest.mark.parametrize("spoil", [lambda it: it[:-9], lambda it: b"", lambda it: it[:60] + b"\xff" * 60])
def test_entries_that_are_not_what_was_put_are_evaluated_anew(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    expected = told(linked(TEXTS, Cache(tmp_path)))
    for file in _entries(tmp_path):
        file.write_bytes(spoil(file.read_bytes()))
    assert told(linked(TEXTS, Cache(tmp_path))) == expected
    for file in _entries(tmp_path):
        file.write_bytes(_entries(tmp_path)[0].read_bytes())
    assert told(linked(TEXTS, Cache(tmp_path))) == expected


def _entries(folder: Path) -> "list[Path]":
    found: Iterable[Path] = (it for kind in ("models", "part", "settings") for it in folder.glob(f"{kind}-*"))
    return sorted(found)
