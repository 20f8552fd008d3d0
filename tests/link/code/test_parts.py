"""Parts of a program -> the same, whoever evaluates them, and in which order."""

import msgspec
import pytest

from crowsfoot.frontends import python
from crowsfoot.link.code.analysis import evaluator_of
from crowsfoot.link.code.parts.sent import Part, evaluate, evaluate_all, evaluate_last, split
from crowsfoot.link.code.parts.sharing import shared
from crowsfoot.roles import role_of

MODELS = """
from django.db import models

class Named(models.Manager):
    def shown(self):
        return self.filter(hidden=False)

class Author(models.Model):
    name = models.TextField()

class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
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
"""
VIEWS = """
from .models import Author, Book
from .shelf import names, BookSerializer

def shown():
    return names(Book.objects.shown())

def loaded():
    return names(Book.objects.select_related("author"))

def of_each():
    for author in Author.objects.all():
        print(Book.objects.filter(author=author).count())

def constant():
    return names([Book.objects.get(pk=1)])
"""
TEXTS = {
    "shop/__init__.py": "",
    "shop/models.py": MODELS,
    "shop/shelf.py": SHELF,
    "shop/views.py": VIEWS,
    "shop/urls.py": "from . import views\n\nurls = [views.shown, views.of_each]\n",
}


def told(order: "list[int]", cores: int = 0) -> bytes:
    files = {path: python.read(text) for path, text in TEXTS.items()}
    evaluator, libraries = evaluator_of(files)
    paths = split(files, [list(files)], of=20)
    assert len(paths) > 3
    if cores:
        parts = evaluate_all(evaluator, libraries, paths, role_of, cores)
    else:
        known = {
            it % len(paths): evaluate(evaluator, libraries, paths[it % len(paths)], role_of) for it in order
        }
        parts = [known[it] for it in range(len(paths))]
    last = evaluate_last(evaluator, parts, role_of)
    return msgspec.msgpack.encode([*parts, last])


def test_the_parts_have_all_files_in_their_order() -> None:
    files = {path: python.read(text) for path, text in TEXTS.items()}
    assert [path for part in split(files, [list(files)], of=20) for path in part] == list(files)
    assert split(files, [list(files)]) == [list(files)]


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [2, 4, 0, 1, 3, 2]])
def test_what_comes_of_a_part_does_not_depend_on_what_was_evaluated_before(order: "list[int]") -> None:
    assert told(order) == told([0, 1, 2, 3, 4])


@pytest.mark.parametrize("cores", [1, 3])
def test_what_comes_of_a_part_does_not_depend_on_who_evaluates_it(cores: int) -> None:
    assert told([], cores) == told([0, 1, 2, 3, 4])


def test_something_comes_of_them() -> None:
    parts = msgspec.msgpack.decode(told([0, 1, 2, 3, 4]), type=list[Part])
    assert {it.repeated.query.api for part in parts for it in part.seen} >= {"Book.objects.filter().count()"}


@pytest.mark.parametrize("cores", [0, 1])
def test_this_process_does_something_of_its_own_first(cores: int) -> None:
    done: list[str] = []

    def work(number: int) -> int:
        done.append(f"work on {number}")
        return number * number

    found = shared([1, 2, 3], work, int, cores=cores, first=lambda: done.append("its own"))
    assert dict(found) == {1: 1, 2: 4, 3: 9}
    assert done[0] == "its own"
