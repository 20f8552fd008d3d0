"""What a value is, through all that a program does with it; hostile programs cost no more than others."""

from collections.abc import Callable
from typing import Any

import pytest

from crowsfoot.frontends import python
from crowsfoot.libraries.django import LIBRARY as DJANGO
from crowsfoot.libraries.raw import LIBRARY as RAW
from crowsfoot.link.code.evaluation.evaluate import Evaluator
from crowsfoot.link.code.program.program import Program

from ...libraries.sending import marked, sent

MODELS = """\
from __future__ import annotations
import contextlib
import functools
from dataclasses import dataclass, field
from typing import Annotated, Generic, Protocol, TypeVar
from django.db import models
from fastapi import Depends

class Author(models.Model):
    name = models.CharField(max_length=50)
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")

class Book(models.Model):
    title = models.CharField(max_length=50)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")

def find(key):
    return Author.objects.get(pk=key)
"""


CASES = {
    "what a row has loaded is known in what it is given to": """
def shown(book):
    return book.author.name

def f():
    return [shown(it) for it in Book.objects.select_related("author")]

def g():
    return [shown(it) for it in Book.objects.all()]  # N
""",
    "what all rows lead back to keeps what it was asked once": """
class Shelf(models.Model):
    name = models.CharField(max_length=50)

    @functools.cached_property
    def crowded(self):
        return self.places.exists()

class Place(models.Model):
    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name="places")

def f(key):
    shelf = Shelf.objects.get(pk=key)
    return [place.shelf.crowded for place in shelf.places.all()]

def g():
    return [place.shelf.crowded for place in Place.objects.select_related("shelf")]  # N

def h():
    for shelf in Shelf.objects.prefetch_related("places"):
        if shelf.name:
            for place in shelf.places.all():
                place.shelf.name
""",
    "an attribute by one of some names is one of those": """
def f(author, titles):
    for kind, model in [("books", Book), ("children", Author)]:
        for title in titles:
            getattr(author, kind).filter(pk=title).first()  # N
""",
    "what a list is extended by is as many rows as that": """
def f(titles):
    found = []
    found.extend(Book.objects.filter(title__in=titles))
    for book in found:
        book.save()  # N

def g(title):
    found = set()
    found.update(Book.objects.filter(title=title))
    for book in found:
        book.author.name  # N

def past_its_own(title):
    for book in Book.objects.filter(title=title):
        super(Book, book).save()  # N

def h(key):
    names = ["a"]
    names.extend(["b", "c"])
    for name in names:
        find(name)
""",
    "an empty list that a function is handed has been filled by others": """
def note(noted, sender):
    noted.append(sender)

def connected(connect):
    noted = []
    connect(functools.partial(note, noted))
    yield
    flush(noted)

def flush(noted):
    for name in noted:
        find(name)  # N

def some(*names):
    for name in names:
        find(name)

some()
some("a", "b")

def few(names):
    for name in names:
        find(name)

few([])
few(["a", "b"])
""",
    "what a row was fetched with is not asked for again": """
class Counted(models.Model):
    book = models.ForeignKey(Book, on_delete=models.CASCADE)

    @property
    def looked_for(self):
        if hasattr(self, "readers"):
            return self.readers
        return Author.objects.filter(name=self.pk).count()

    @functools.cached_property
    def kept(self):
        try:
            return self.readers
        except AttributeError:
            self.readers = Author.objects.filter(name=self.pk).count()
            return self.readers

def f():
    return [(it.looked_for, it.kept) for it in Counted.objects.annotate(readers=models.Count("book"))]

def g():
    return [it.kept for it in Counted.objects.all()]  # N
""",
    "an annotation says what a holder of anything hands on": """
from typing import TYPE_CHECKING

class Store:
    def author(self, key):
        return Author.objects.get(pk=key)

class App:
    store: Store

class Holder:
    def __init__(self):
        self.app = None

    def __getattr__(self, name):
        return getattr(self.app, name)

if TYPE_CHECKING:
    app: App
else:
    app = Holder()

def f(keys):
    return [app.store.author(it) for it in keys]  # N
""",
    "a function that somebody else calls, in another thread": """
import asyncio
import contextvars
import functools
from asgiref.sync import async_to_sync, sync_to_async
from fastapi.concurrency import run_in_threadpool

async def fetch(key):
    return await Author.objects.aget(pk=key)

async def in_context(function, *args, **kwargs):
    loop = asyncio.get_running_loop()
    context = contextvars.copy_context()
    if kwargs:
        bound = functools.partial(function, *args, **kwargs)
        return await loop.run_in_executor(None, context.run, bound)
    return await loop.run_in_executor(None, context.run, function, *args)

async def f(keys):
    loop = asyncio.get_running_loop()
    for key in keys:
        await run_in_threadpool(find, key)  # N
        await loop.run_in_executor(None, find, key)  # N
        await in_context(find, key)  # N
        await in_context(find, key=key)  # N
        author = await sync_to_async(find)(key)  # N
        for book in author.books.select_related("author"):  # N
            print(book.author.name)

def g(keys):
    return [async_to_sync(fetch)(key) for key in keys]  # N
""",
    "what a constant says is not done": """
def kept(key, save=True, force=False):
    author = Author(pk=key)
    if save and key:
        author.save()
    return author

def renamed(key, *, dry_run=False):
    if dry_run:
        return
    Author.objects.filter(pk=key).update(name="x")

def either(key, whole):
    if not whole:
        return Author(pk=key)
    else:
        return Author.objects.get(pk=key)

def f(keys):
    for key in keys:
        kept(key, save=False)
        renamed(key, dry_run=True)
        either(key, False)
    for key in keys:
        kept(key)  # N
        kept(key, save=True)  # N
        renamed(key)  # N
        renamed(key, dry_run=False)  # N
        either(key, True)  # N
        either(key, key)  # N
""",
    "what a default says of a function that it is handed on to": """
def kept(key, *, save: bool = False):
    author = Author(pk=key)
    if save:
        author.save()
    return author

def known(key, *, save: bool = False):
    return kept(key, save=save)

def f(keys):
    for key in keys:
        known(key)
        known(key, save=True)  # N
""",
    "what super() is in a class that is mixed in": """
class Table:
    model = None

    def found(self):
        return self.model.objects.filter(pk__gt=0)

    @classmethod
    def made(cls):
        return cls()

class Filtered:
    def found(self, *, all_of_them: bool = False):
        found = super().found()
        return found if all_of_them else found.filter(title="x")

    @classmethod
    def made(cls):
        return super().made()

class Books(Filtered, Table):
    model = Book

class Loaded(Filtered, Table):
    def found(self):
        return super().found().select_related("author")

    model = Book

def f():
    for it in Books.made().found():
        print(it.author.name)  # N
    for it in Loaded().found():
        print(it.author.name)
""",
    "another name of a class": """
from typing import NewType

Reader = NewType("Reader", Book)
Editor = NewType("Editor", Reader)

def f(found: list[Editor]):
    return [it.author.name for it in found]  # N
""",
    "what a constant says of a parameter that is something else by then": """
def kept(key, save=True):
    if key.own:
        save = True
    if save:
        Author(pk=key).save()

def f(keys):
    for key in keys:
        kept(key, save=False)  # N
""",
    "a function returns what it is given": """
def same(it):
    return it

def f():
    for it in same(Book.objects.select_related("author")):
        print(it.author.name)
    for it in same(Book.objects.all()):
        print(it.author.name)  # N
""",
    "a default argument": """
def books(found=None, *, eager=True):
    return Book.objects.select_related("author")

def f():
    return [it.author.name for it in books()]
""",
    "keywords, and what is spread": """
def shown(title, *, book):
    return book.author.name

def f():
    for it in Book.objects.all():
        shown("x", book=it)  # N
        shown(book=it, title="y")
    for it in Book.objects.all():
        shown(*["x"], **{"book": it})  # N
""",
    "arguments before what nobody can count": """
def shown(book, title="", **options):
    return book.author.name

def f(options, more):
    for it in Book.objects.all():
        shown(it, **options)  # N
    for it in Book.objects.all():
        shown(it, *more)  # N

def g(options):
    for it in Book.objects.select_related("author"):
        shown(it, **options)
""",
    "a dict of arguments": """
def shown(book, title=""):
    return book.author.name

def f():
    for it in Book.objects.all():
        options = {"title": "x", "book": it}
        shown(**options)  # N

def g(keys):
    for key in keys:
        options = {"pk": key}
        if key > 3:
            options["title"] = "x"
        print(Book.objects.get(**options))  # N
""",
    "what an object keeps for itself is asked for once for each": """
from functools import cached_property

class Shelf:
    _books = None

    def books(self):
        if self._books is None:
            self._books = list(Book.objects.filter(shelf=self.key))
        return self._books

    def early(self):
        if self._books:
            return self._books
        self._books = list(Book.objects.filter(shelf=self.key))
        return self._books

    def named(self):
        name = "_named"
        if not hasattr(self, name):
            setattr(self, name, list(Book.objects.filter(shelf=self.key)))
        return getattr(self, name)

    def got(self):
        if getattr(self, "_got", None) is None:
            self._got = list(Book.objects.filter(shelf=self.key))
        return self._got

    @cached_property
    def cached(self):
        return list(Book.objects.filter(shelf=self.key))

    @cached_property
    def writer(self):
        return Book.objects.get(pk=self.key).author.name

    def writes(self):
        if self._writes is None:
            self._writes = Book.objects.get(pk=self.key).author.name
        return self._writes

    def below(self):
        return self.books()

    def anew(self):
        if self.key > 3:
            self._anew = list(Book.objects.filter(shelf=self.key))
        return self._anew

def f(keys):
    shelf = Shelf()
    for key in keys:
        print(key, shelf.books(), shelf.early(), shelf.named(), shelf.got(), shelf.cached, shelf.below())
    for key in keys:
        print(key, shelf.writer, shelf.writes())
    for key in keys:
        print(shelf.anew())  # N
    for key in keys:
        mine = Shelf()
        print(mine.books())  # N
    for key in keys:
        mine = Shelf()
        print(mine.cached)  # N
    for key in keys:
        mine = Shelf()
        print(mine.below())  # N
""",
    "a closure": """
def f(keys):
    found = Author.objects.all()

    def one(key):
        return found.filter(pk=key).first()

    return [one(key) for key in keys]  # N
""",
    "a lambda in a variable": """
def f(keys):
    one = lambda key: find(key)
    return [one(key) for key in keys]  # N
""",
    "a function that is given": """
def each(function, keys):
    for key in keys:
        function(key)  # N

def f(keys):
    each(find, keys)
""",
    "a partial": """
def f(keys):
    one = functools.partial(find)
    return [one(key) for key in keys]  # N
""",
    "a function of a dictionary": """
FINDERS = {"author": find}

def f(keys):
    return [FINDERS["author"](key) for key in keys]  # N
""",
    "a decorator that keeps the function": """
def logged(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args)
    return inner

@logged
def one(key):
    return Author.objects.get(pk=key)

def f(keys):
    return [one(key) for key in keys]  # N
""",
    "a decorator that remembers": """
@functools.lru_cache
def one(key):
    return Author.objects.get(pk=key)

def f(keys):
    return [one(key) for key in keys]
""",
    "a context manager of a function": """
@contextlib.contextmanager
def finding():
    yield Author.objects

def f(keys):
    with finding() as found:
        for key in keys:
            found.get(pk=key)  # N
""",
    "a context manager of a class": """
class Finding:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass

    def one(self, key):
        return find(key)

def f(keys):
    with Finding() as found:
        return [found.one(key) for key in keys]  # N
""",
    "what a context manager does on entering": """
class Locked:
    def __init__(self, key):
        self.key = key

    def __enter__(self):
        return Author.objects.select_for_update().get(pk=self.key)

    def __exit__(self, *args):
        pass

def f(keys):
    for key in keys:
        with Locked(key):  # N
            pass
""",
    "a generator": """
def rows():
    for it in Book.objects.all():
        yield it

def f():
    return [it.author.name for it in rows()]  # N
""",
    "a generator of another": """
def rows():
    yield from Book.objects.select_related("author")

def f():
    return [it.author.name for it in rows()]
""",
    "a generator of pairs": """
def rows():
    for number, it in enumerate(Book.objects.all()):
        yield number, it

def f():
    return [it.author.name for number, it in rows()]  # N
""",
    "a method": """
class Store:
    def one(self, key):
        return Author.objects.get(pk=key)

def f(keys):
    store = Store()
    return [store.one(key) for key in keys]  # N

def g(keys, store: Store):
    return [store.one(key) for key in keys]  # N
""",
    "a method of a base": """
class Base:
    model = None

    def one(self, key):
        return self.model.objects.get(pk=key)

class Authors(Base):
    model = Author

def f(keys):
    return [Authors().one(key) for key in keys]  # N
""",
    "super": """
class Base:
    def one(self, key):
        return Author.objects.get(pk=key)

class Authors(Base):
    def one(self, key):
        return super().one(key)

def f(keys):
    return [Authors().one(key) for key in keys]  # N
""",
    "a class method": """
class Authors:
    @classmethod
    def one(cls, key):
        return cls._found(key)

    @staticmethod
    def _found(key):
        return Author.objects.get(pk=key)

def f(keys):
    return [Authors.one(key) for key in keys]  # N
""",
    "a property": """
class Shelf:
    @property
    def authors(self):
        return Author.objects.all()

def f(keys):
    shelf = Shelf()
    return [shelf.authors.get(pk=key) for key in keys]  # N
""",
    "a property that asks": """
class Shelf:
    @property
    def count(self):
        return Author.objects.count()

def f(shelves: list[Shelf]):
    return [it.count for it in shelves]  # N
""",
    "what __init__ stores": """
class Shelf:
    def __init__(self):
        self.authors = Author.objects

    def one(self, key):
        return self.authors.get(pk=key)

def f(keys):
    shelf = Shelf()
    return [shelf.one(key) for key in keys]  # N
""",
    "what __init__ is given with an annotation": """
class Store:
    def one(self, key):
        return Author.objects.get(pk=key)

class Service:
    def __init__(self, store: Store):
        self._store = store

    def all(self, keys):
        return [self._store.one(key) for key in keys]  # N
""",
    "an attribute that begins as None": """
class Store:
    def one(self, key):
        return Author.objects.get(pk=key)

class Service:
    store: Store = None

    def all(self, keys):
        return [self.store.one(key) for key in keys]  # N
""",
    "a field of a dataclass": """
class Store:
    def one(self, key):
        return Author.objects.get(pk=key)

@dataclass
class Service:
    store: Store
    kept: dict = field(default_factory=dict)

    def all(self, keys):
        return [self.store.one(key) for key in keys]  # N
""",
    "a method of a protocol is none": """
class Store(Protocol):
    def one(self, key):
        ...

def f(keys, store: Store):
    return [store.one(key) for key in keys]
""",
    "an object that is called": """
class Finder:
    def __call__(self, key):
        return Author.objects.get(pk=key)

def f(keys):
    finder = Finder()
    return [finder(key) for key in keys]  # N
""",
    "what dependency injection gives": """
def authors():
    return Author.objects

def f(keys, found=Depends(authors)):
    return [found.get(pk=key) for key in keys]  # N
""",
    "what dependency injection gives by annotation": """
class Store:
    def one(self, key):
        return Author.objects.get(pk=key)

def f(keys, store: Annotated[Store, Depends(Store)]):
    return [store.one(key) for key in keys]  # N
""",
    "what dependency injection yields": """
class Store:
    def one(self, key):
        return Author.objects.get(pk=key)

def opened():
    store = Store()
    yield store

def f(keys, store=Depends(opened)):
    return [store.one(key) for key in keys]  # N
""",
    "what is one or the other": """
def f(eager):
    found = Book.objects.all()
    if eager:
        found = found.select_related("author")
    return [it.author.name for it in found]
""",
    "what is one or the other, neither of them enough": """
def f(long):
    found = Book.objects.all()
    if long:
        found = found.filter(title="x")
    return [it.author.name for it in found]  # N
""",
    "a walrus": """
def f(keys):
    for key in keys:
        if book := Book.objects.filter(pk=key).first():  # N
            print(book.title)
""",
    "a match": """
def f(keys):
    for key in keys:
        match key:
            case int():
                Book.objects.get(pk=key)  # N
            case _:
                pass
""",
    "unpacking": """
def both():
    return Book.objects.all(), Book.objects.select_related("author")

def f():
    lazy, eager = both()
    print([it.author.name for it in lazy])  # N
    print([it.author.name for it in eager])
""",
    "a dictionary of rows": """
def f():
    found = {it.pk: it for it in Book.objects.all()}
    for key, book in found.items():
        print(book.author.name)  # N
    for book in found.values():
        print(book.title)
""",
    "a list that is filled": """
def f(keys):
    found = []
    for book in Book.objects.all():
        found.append(book)
    for book in found:
        print(book.author.name)  # N
""",
    "rows that were made and never sent": """
def f(keys):
    made = [Book(title=key) for key in keys]
    return [it.title for it in made]
""",
    "awaited": """
async def one(key):
    return await Author.objects.aget(pk=key)

async def f(keys):
    return [await one(key) for key in keys]  # N
""",
    "a name of a module that is bound later": """
store = None

class Store:
    def one(self, key):
        return Author.objects.get(pk=key)

def start():
    global store
    store = Store()

def f(keys):
    return [store.one(key) for key in keys]  # N
""",
    "a class within a function": """
def f(keys):
    class Finder:
        def one(self, key):
            return Author.objects.get(pk=key)

    return [Finder().one(key) for key in keys]  # N
""",
    "a nested class": """
class Outer:
    class Inner:
        def one(self, key):
            return Author.objects.get(pk=key)

def f(keys):
    return [Outer.Inner().one(key) for key in keys]  # N
""",
    "a name that shadows a class": """
def f(keys, Author):
    return [Author.objects_.get(pk=key) for key in keys]
""",
    "what isinstance() says": """
class Shelf:
    def __init__(self, key):
        self.key = key

    def owner(self):
        return Author.objects.get(pk=self.key)

def f(things):
    for thing in things:
        if isinstance(thing, Shelf) and thing.key:
            thing.owner()  # N
        elif isinstance(thing, (str, Shelf)) or isinstance(thing, Shelf):
            thing.owner()
        else:
            thing.owner()
        if isinstance(thing, Book):
            thing.author.name
        if isinstance(thing, Shelf):
            thing = thing.key
            thing.owner()
""",
    "recursion": """
def below(node):
    return [node, *(it for child in node.children.all() for it in below(child))]

def f(key):
    return below(Author.objects.get(pk=key))
""",
}


@pytest.mark.parametrize("name", CASES)
def test_is_followed(name: str) -> None:
    code = MODELS + CASES[name]
    if name == "recursion":
        found = sent(code).repeated
        assert {it.kind for group in found.values() for it in group} == {"recursive"}
    else:
        assert set(sent(code).repeated) == marked(code, "# N")


def test_what_a_class_or_a_module_keeps_under_a_key_may_be_there() -> None:
    code = (
        MODELS
        + """
_found = {}
_NONE = object()

class Known:
    by_key = {}

    def __init__(self):
        self._rows = {}

    def within(self, key):
        if key not in self._rows:
            self._rows[key] = Author.objects.get(pk=key)
        return self._rows[key]

    @classmethod
    def returned(cls, author):
        if author.pk in cls.by_key:
            return cls.by_key[author.pk]
        row = Author.objects.get(pk=author.pk)
        if row is None:
            return None
        cls.by_key[author.pk] = row
        return row

    @classmethod
    def caught(cls, key):
        try:
            return cls.by_key[key]
        except KeyError:
            pass
        row = Author.objects.get(pk=key)
        row.keep()
        return row

    @classmethod
    def under_another(cls, key, name):
        if name in cls.by_key:
            return cls.by_key[name]
        cls.by_key[key] = Author.objects.get(pk=key)

    @classmethod
    def only_put(cls, key):
        cls.by_key[key] = Author.objects.get(pk=key)

    def of_constants(self, key):
        return {"a": 1}.get(key) or Author.objects.get(pk=key)

def decided(key):
    known = _found.get(key, _NONE)
    if known is not _NONE:
        return known
    name = "a" if Author.objects.filter(pk=key).exists() else "b"
    _found[key] = name
    return name

def f(known: Known, authors, keys):
    for key in keys:
        known.within(key)  # N
        Known.caught(key)
        decided(key)
        known.under_another(key, "a")  # N
        known.only_put(key)  # N
        known.of_constants(key)  # N
    return [known.returned(author) for author in authors]
"""
    )
    found = sent(code).repeated
    assert {line for line, group in found.items() if group[0].query.likely} == marked(code, "# N")


def test_what_something_outside_is_asked_for_first_and_then_given_may_be_there() -> None:
    code = (
        MODELS
        + """
from django.core.cache import cache

class Known:
    _all = {}

    @classmethod
    def get(cls, key):
        return cls._all.get(key)

    @classmethod
    def put(cls, key, value, generation):
        cls._all[key] = value

def one(key):
    known = Known.get(key)
    if known is not None:
        return known
    name = Author.objects.get(pk=key).name or "nobody"
    Known.put(key, name, 1)
    return name

def either(key):
    found = cache.get(key)
    if not found:
        found = Author.objects.get(pk=key)
        cache.set(key, found, timeout=60)
    return found

def other(key):
    known = Known.get(key)
    name = Author.objects.get(pk=key).name
    Known.put(key, name, 1)
    return known == name

def f(keys):
    return [(one(key), either(key)) for key in keys]

def g(keys):
    return [other(key) for key in keys]  # N
"""
    )
    found = sent(code).repeated
    assert {line for line, group in found.items() if group[0].query.likely} == marked(code, "# N")


def test_a_query_far_below_is_told_with_its_way() -> None:
    code = MODELS + (
        "def one(key):\n    return find(key)\n\n"
        "def two(key):\n    return one(key)\n\n"
        "def f(keys):\n    for key in keys:\n        two(key)\n"
    )
    ((it,),) = sent(code).repeated.values()
    assert it.kind == "behind-call"
    assert [(step.function, step.code) for step in it.way] == [
        ("two", "one(key)"),
        ("one", "find(key)"),
        ("find", "Author.objects.get(pk=key)"),
    ]


def test_a_function_that_is_called_from_two_loops_is_told_at_both() -> None:
    code = MODELS + (
        "def f(keys):\n    for key in keys:\n        find(key)  # N\n\n"
        "def g(keys):\n    for key in keys:\n        find(key)  # N\n"
    )
    assert set(sent(code).repeated) == marked(code, "# N")


def test_a_loop_behind_a_call_is_told_where_it_is() -> None:
    code = MODELS + (
        "def every(keys):\n    return [find(key) for key in keys]  # N\n\n"
        "def f(keys):\n    return every(keys)\n"
    )
    assert set(sent(code).repeated) == marked(code, "# N")


# Hostile programs


def evaluated(code: str) -> Evaluator:
    libraries: list[Any] = [DJANGO, RAW]
    evaluator = Evaluator(Program({"app.py": python.read(code)}), libraries)
    for number in range(len(evaluator.program.files["app.py"].scopes)):
        evaluator.general("app.py", number)
    return evaluator


def values(evaluator: Evaluator) -> int:
    """How much has been looked at: the values of all frames."""
    return sum(len(it.scope.values) for it in evaluator.frames())


def chain(count: int) -> str:
    """Functions that each call the next."""
    calls = "".join(f"def f{it}(x):\n    return f{it + 1}(x)\n" for it in range(count))
    return f"{calls}def f{count}(x):\n    return x.objects.get(pk=1)\n\nfor it in y:\n    f0(it)\n"


def circle(count: int) -> str:
    """Functions that each call the next, and the last the first."""
    return "".join(f"def f{it}(x):\n    return f{(it + 1) % count}(x)\n" for it in range(count))


def all_call_some(count: int) -> str:
    """Each calls four others, so that there are more ways through them than anyone can go."""
    return "".join(
        f"def f{it}(x):\n    return [{', '.join(f'f{(it * 7 + step) % count}(x)' for step in (1, 3, 11, 29))}]\n"
        for it in range(count)
    )


def doubling(count: int) -> str:
    """Each gives the next two arguments of another kind: twice as many ways to call each as the one before."""
    calls = "".join(
        f"def f{it}(x):\n    f{it + 1}([x])\n    f{it + 1}((x, x))\n    return x\n" for it in range(count)
    )
    return f"{calls}def f{count}(x):\n    return x\n\nf0(1)\n"


def options(count: int) -> str:
    """A variable that may be one more thing after each condition."""
    return "def f(a):\n    x = 0\n" + "".join(
        f"    if a == {it}:\n        x = [x, {it}]\n" for it in range(count)
    )


def lists_of_lists(count: int) -> str:
    return "def f(a):\n    x = [a]\n" + "    x = [x, x]\n" * count + "    return x\n"


def loops_that_carry(count: int) -> str:
    carried = "".join(f"        x{it + 1} = (x{it}, x{it + 1})\n" for it in range(count))
    return f"def f(a):\n    x0 = {' = '.join(f'x{it}' for it in range(1, count + 1))} = 1\n    for it in a:\n{carried}"


def classes(count: int) -> str:
    """Each derives from the two before it."""
    return "class C0: pass\nclass C1(C0): pass\n" + "".join(
        f"class C{it}(C{it - 1}, C{it - 2}):\n    def m(self):\n        return super().m()\n"
        for it in range(2, count)
    )


def kinds(count: int) -> str:
    """A function with something for each kind, which is called with each: `f("kind 7")`."""
    does = "".join(
        f"    if kind == 'kind {it}':\n        print('{it}', it.of.some(kind), {{'of': it}})\n"
        for it in range(count)
    )
    calls = "".join(f"    f(it, 'kind {it}')\n" for it in range(count))
    return f"def f(it, kind):\n    if not kind:\n        it.objects.get(pk=1)\n{does}\ndef g(it):\n{calls}"


@pytest.mark.parametrize(
    "make",
    [chain, circle, all_call_some, doubling, options, lists_of_lists, loops_that_carry, classes, kinds],
)
def test_work_grows_with_the_program_and_no_faster(make: Callable[[int], str]) -> None:
    small, large = values(evaluated(make(50))), values(evaluated(make(200)))
    assert large < 5 * small


def test_ten_thousand_functions_that_call_each_other_end() -> None:
    evaluator = evaluated(all_call_some(10_000))
    assert values(evaluator) < 20 * sum(len(it.values) for it in evaluator.program.files["app.py"].scopes)


@pytest.mark.parametrize("make", [chain, circle])
def test_a_chain_of_three_thousand_calls_ends(make: Callable[[int], str]) -> None:
    assert values(evaluated(make(3_000)))


def test_attributes_in_a_long_row_end() -> None:
    evaluated("def f(x):\n    return x" + ".a" * 900 + "\n")
    evaluated("x = y\n" + "x = x.a\n" * 5_000)


def test_variables_that_are_made_of_each_other_end() -> None:
    evaluated("".join(f"x{it} = x{it + 1}\n" for it in range(3_000)) + "x3000 = x0\n")
    evaluated(
        "def f():\n    return g\n\ng = f()()()()\n\nclass A(A): pass\nclass B(C): pass\nclass C(B): pass\n"
    )


def test_what_a_long_function_sends_in_a_loop_is_told_after_all_that_its_calls_send() -> None:
    asks = "".join(f"    Author.objects.filter(pk={number}).first()\n" for number in range(30))
    calls = "".join(f"    ask_{number}()\n" for number in range(10))
    functions = "".join(f"def ask_{number}():\n{asks}\n" for number in range(10))
    code = f"{MODELS}{functions}\ndef long(keys):\n{calls}    for key in keys:\n        Author.objects.get(pk=key)  # N\n"
    assert set(sent(code).repeated) == marked(code, "# N")


def test_an_object_that_keeps_thousands_of_things_is_gone_through_once() -> None:
    """Looking back for each of them what was asked before would take minutes."""
    many = "".join(f"        self.kept_{it} = self.other_{it} = {{}}\n" for it in range(10_000))
    code = (
        f"{MODELS}\nclass Shelf:\n    def fill(self):\n        if self.books is None:\n"
        f"            self.books = list(Book.objects.all())\n{many}\n"
        "def f(keys):\n    shelf = Shelf()\n    for key in keys:\n        shelf.fill()\n"
    )
    assert sent(code).repeated == {}


def test_many_branches_and_many_readings_are_not_compared_with_each_other() -> None:
    """Each of them with all of the others would take a minute."""
    body = "        if key: pass\n        book.author\n" * 8_000
    code = f"{MODELS}\ndef f(key):\n    books = list(Book.objects.all())\n    for book in books:\n{body}"
    assert len(sent(code).repeated) == 1


def test_a_method_that_is_called_in_many_ways_is_still_that_of_its_class() -> None:
    """Which model it asks is not forgotten with the other arguments."""
    ways = "".join(f"    Books.rename('name {number}', {{'{number}': 1}})\n" for number in range(12))
    code = (
        f"{MODELS}\nclass Service:\n    @classmethod\n    def rename(cls, old, options):\n"
        "        return cls.model.objects.filter(title=old).update(**options)\n\n"
        f"class Books(Service):\n    model = Book\n\ndef many():\n{ways}\n"
        "def f(keys):\n    for key in keys:\n        Books.rename(key, {'key': key})\n"
    )
    [[found]] = sent(code).repeated.values()
    assert found.query.model == "app.Book"


def test_what_is_put_into_things_outside_thousands_of_times_is_looked_for_once() -> None:
    """To look back from each of them for what was asked before would take minutes."""
    asks = "    if key: key.name\n" * 10_000
    puts = "    seen.append(key)\n    cache.set(key, found)\n" * 10_000
    code = (
        f"{MODELS}\ndef keep(key):\n{asks}    found = Author.objects.get(pk=key)\n{puts}    return found\n\n"
        "def f(keys):\n    for key in keys:\n        keep(key)  # N\n"
    )
    assert set(sent(code).repeated) == marked(code, "# N")


def test_a_short_helper_that_everything_is_given_to_still_hands_each_its_own_rows() -> None:
    """`page_of(request, rows)` in dozens of views: what each has loaded with its rows counts there."""
    views = "".join(
        f"\ndef view{number}(request):\n    shown(page_of(request, Book.objects.filter(title='{number}')"
        f".select_related('author'), {number}))\n"
        for number in range(40)
    )
    code = (
        f"{MODELS}\nfrom django.core.paginator import Paginator\n\n"
        "def page_of(request, rows, size):\n"
        "    return Paginator(rows, size).get_page(request.GET.get('page'))\n\n"
        f"def shown(rows):\n    pass\n{views}\n"
        "def loaded(request):\n"
        "    return [it.author.name for it in page_of(request, Book.objects.select_related('author'), 50)]\n\n"
        "def plain(request):\n    return [it.author.name for it in page_of(request, Book.objects.all(), 60)]\n"
    )
    [[found]] = sent(code).repeated.values()
    assert found.function == "plain"


def test_a_method_of_all_query_sets_is_gone_through_for_each_model() -> None:
    models = "".join(
        f"\nclass Kind{number}(models.Model):\n    of = models.ForeignKey(Book, on_delete=models.CASCADE)\n"
        "    objects = Rows.as_manager()\n"
        for number in range(30)
    )
    asked = "".join(f"    Kind{number}.objects.seen_by(user)\n" for number in range(30))
    rows = (
        "\nclass Rows(models.QuerySet):\n    def seen_by(self, user):\n"
        "        if user.is_superuser:\n            return self\n        return self.filter(of__title=user.name)\n"
    )
    code = (
        f"{MODELS}{rows}{models}\ndef some(user):\n{asked}\n"
        "def last(user):\n    return [it.of.title for it in Kind29.objects.seen_by(user)]\n"
    )
    [[found]] = sent(code).repeated.values()
    assert found.query.model == "app.Book"


@pytest.mark.parametrize(
    ("known", "asked", "likely"),
    [
        ("Book.objects.in_bulk(keys)", "known.get(key) or Book.objects.get(pk=key)", False),
        ("{it.pk: it for it in Book.objects.filter(pk__in=keys)}", "look(known, key)", True),
        ("{it.pk: it for it in Book.objects.filter(pk__in=keys)}", "known.get(key) or find(key)", False),
        ("Book.objects.in_bulk(keys)", "known[key] if key in known else Book.objects.get(pk=key)", False),
        ("{}", "other.get(key) or Book.objects.get(pk=key)", True),
        ("Book.objects.in_bulk(keys)", "known.get(key) or Book.objects.create(pk=key)", True),
    ],
)
def test_what_a_query_for_all_has_not_found_is_asked_for_once_more(
    known: str, asked: str, likely: bool
) -> None:
    code = (
        f"{MODELS}\ndef look(known, key):\n    return Book.objects.get(pk=key)\n\n"
        f"def f(keys, other):\n    known = {known}\n    for key in keys:\n        book = {asked}\n        print(book)\n"
    )
    [[found]] = sent(code).repeated.values()
    assert found.query.likely is likely
