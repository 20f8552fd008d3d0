"""Loops that have a pass for every row are told from those for attempts, pages, chunks and constants of the program."""

import pytest

from ...libraries.sending import marked, sent

HEAD = """\
import asyncio
import enum
import itertools
import os
import random
import sys
import time
from itertools import batched, chain, islice
from django.conf import settings
from django.core.paginator import Paginator
from django.db import models

class Book(models.Model):
    title = models.CharField(max_length=50)

class Folder(models.Model):
    above_id = models.IntegerField(null=True)

class Kind(enum.Enum):
    NOVEL = 1
    ESSAY = 2

LANGUAGES = ("en", "de")

"""

PER_ROW = {
    "rows whose class is asked for": """
def f(rows):
    for row in rows:
        print(type(row).__name__, row.__class__ == Folder)
        Book.objects.get(pk=row.id)  # N
""",
    "what a repository of the program streams": """
async def f(repository, statement):
    async for key in repository.stream(statement):
        await Book.objects.aget(pk=key)  # N
""",
    "a comprehension over a parameter, or a constant": """
def f(languages):
    for key in [it.upper() for it in (languages or LANGUAGES)]:
        Book.objects.get(title=key)  # N
""",
    "a parameter": """
def f(keys):
    for key in keys:
        Book.objects.get(pk=key)  # N
""",
    "what is looked for until it is found": """
def f(keys):
    found = None
    for key in keys:
        if found is None:
            found = Book.objects.filter(pk=key).first()  # N
    return found
""",
    "what is emptied in each pass": """
def f(keys):
    found = None
    for key in keys:
        if found is None:
            found = Book.objects.get(title="x")  # N
        print(found)
        found = None
""",
    "what is filled in one case only": """
def f(keys):
    found = None
    for key in keys:
        if found is None:
            some = Book.objects.get(title="x")  # N
            if some.title:
                found = some
""",
    "what is empty for each outer row": """
def f(keys):
    for key in keys:
        found = None
        for part in key.parts:
            if found is None:
                found = Book.objects.get(pk=key)  # N
            print(part, found)
""",
    "a parameter with a name of many": """
def f(requests):
    return {it.key: Book.objects.get(pk=it.key) for it in requests}  # N
""",
    "the result of a call that nobody knows": """
def f(api):
    for it in api.fetch():
        Book.objects.get(pk=it)  # N
""",
    "what a request has sent": """
def f(request):
    for key in request.POST:
        Book.objects.get(pk=key)  # N
""",
    "seeds of pages": """
def f(page_seeds):
    for page_seed in page_seeds:
        Book.objects.get(pk=page_seed)  # N
""",
    "rows that come page by page": """
def f(api):
    for row in api.paginate():
        Book.objects.get(pk=row)  # N
""",
    "a list that a loop adds lists to": """
def f(changes):
    keys = []
    for change in changes:
        keys = keys + [it.key for it in change.parts]
    for key in keys:
        Book.objects.get(pk=key)  # N
    others = []
    for change in changes:
        others += [it.key for it in change.parts]
        others = [it for it in others if it]
    for key in others:
        Book.objects.get(pk=key)  # N
""",
    "an attribute": """
def f(order):
    for line in order.lines:
        Book.objects.get(pk=line)  # N
""",
    "the items of a dictionary": """
def f(prices):
    for key, price in prices.items():
        Book.objects.filter(pk=key).update(title=price)  # N
""",
    "rows": """
def f():
    for book in Book.objects.all():
        Book.objects.filter(title=book.title).count()  # N
""",
    "rows that are called after a constant": """
def f():
    ALL = Book.objects.all()
    for book in ALL:
        Book.objects.filter(title=book.title).count()  # N
""",
    "a range up to a number of the data": """
def f(count):
    for number in range(count):
        Book.objects.create(title=number)  # N
""",
    "what enumerate, zip, sorted, reversed and list pass on": """
def f(keys):
    for number, key in enumerate(sorted(reversed(list(keys)))):
        Book.objects.get(pk=key)  # N
    for key, other in zip(keys, keys):
        Book.objects.get(pk=other)  # N
""",
    "what is split out of a text": """
def f(text):
    for word in text.split(","):
        Book.objects.get(title=word)  # N
""",
    "the lines of a file": """
def f(path):
    with open(path) as file:
        for line in file:
            Book.objects.create(title=line)  # N
""",
    "a list that grows by the data": """
def f(rows):
    found = []
    for row in rows:
        found.append(row.key)
    for key in found:
        Book.objects.get(pk=key)  # N
""",
    "a while that takes one away": """
def f(keys):
    while keys:
        Book.objects.get(pk=keys.pop())  # N
""",
    "a while that takes the first away": """
def f(queue):
    while len(queue):
        key = queue.popleft()
        Book.objects.get(pk=key)  # N
""",
    "a constant within rows": """
def f(keys):
    for key in keys:
        for language in ("en", "de"):
            Book.objects.filter(pk=key, title=language).first()  # N
""",
    "an attempt within rows": """
def f(keys):
    for key in keys:
        for attempt in range(3):
            try:
                Book.objects.get(pk=key)  # N
                break
            except ValueError:
                continue
""",
    "rows of a chunk": """
def f(keys):
    for chunk in batched(keys, 100):
        for key in chunk:
            Book.objects.get(pk=key)  # N
""",
    "rows of a page": """
def f():
    for page in Paginator(Book.objects.order_by("id"), 100):
        for book in page:
            book.save()  # N
""",
    "a break that is seldom": """
def f(keys):
    for key in keys:
        if Book.objects.filter(pk=key).exists():  # N
            break
""",
    "the body of try": """
def f(keys):
    for key in keys:
        try:
            Book.objects.get(pk=key)  # N
        except Book.DoesNotExist:
            continue
""",
    "a condition of a comprehension": """
def f(keys):
    return [key for key in keys if Book.objects.filter(pk=key).exists()]  # N
""",
    "the second generator of a comprehension": """
def f(keys):
    return [it.title for key in keys for it in Book.objects.filter(pk=key)]  # N
""",
    "what one of many arguments holds": """
def f(**changes):
    for name, values in changes.items():
        for value in values:
            Book.objects.filter(title=value).delete()  # N
""",
    "those of many that a test leaves": """
def f(is_known, keys):
    known = []
    for key in keys:
        for it in ("a", "b"):
            if is_known(it):
                known.append(key + it)
    for it in known:
        Book.objects.filter(title=it).delete()  # N
""",
    "a list that grows page by page": """
def f(client):
    found, page = [], 0
    while page is not None:
        for it in ("a", "b"):
            found.append(client.get(it, page))
        page = client.next(page)
    for it in found:
        Book.objects.filter(title=it).delete()  # N
""",
    "all that is done": """
async def f(tasks):
    done, _ = await asyncio.wait(tasks)
    for task in done:
        await Book.objects.acreate(title=task.result())  # N
""",
    "the parents of a row": """
def found(key):
    return Folder.objects.get(pk=key)
def f(key):
    seen = set()
    while key and key not in seen:
        seen.add(key)
        if Book.objects.filter(folder=key).first():  # N
            break
        folder = found(key)  # N
        if folder and folder.above_id:
            key = folder.above_id
        else:
            break
""",
    "a list for each key": """
from collections import defaultdict
def f(rows):
    found = defaultdict(lambda: [])
    for row in rows:
        found[row.key].append(row.title)
    for key, titles in found.items():
        delete_all(titles)  # N
def delete_all(titles: list[str]):
    for title in titles:
        Book.objects.filter(title=title).delete()  # N
""",
    "a dictionary": """
def f(titles):
    for name, value in dict(titles).items():
        Book.objects.filter(title=name).update(title=value)  # N
""",
    "the key of a dictionary": """
def f(keys):
    return {Book.objects.get(pk=key): key for key in keys}  # N
""",
    "a generator": """
def f(keys):
    return sum(Book.objects.filter(pk=key).count() for key in keys)  # N
""",
    "a chain of lists": """
def f(some, others):
    for key in chain(some, others):
        Book.objects.get(pk=key)  # N
""",
    "async for": """
async def f():
    async for book in Book.objects.all():
        await Book.objects.aget(title=book.title)  # N
""",
    "gather": """
async def f(keys):
    await asyncio.gather(*(Book.objects.aget(pk=key) for key in keys))  # N
""",
    "a task for each": """
async def f(keys):
    async with asyncio.TaskGroup() as group:
        for key in keys:
            group.create_task(Book.objects.aget(pk=key))  # N
""",
    "else of a condition": """
def f(keys, known):
    for key in keys:
        if key in known:
            continue
        else:
            Book.objects.get(pk=key)  # N
""",
}

NOT_PER_ROW = {
    "classes, by their names": """
def f(kinds):
    for kind in kinds:
        print(kind.__name__, Book.objects.count())
""",
    "classes, of which one is another": """
def f(kinds):
    for number, kind in enumerate(kinds):
        if kind is not Folder:
            Book.objects.filter(title=number).delete()
""",
    "what is registered": """
from search.documents import registry

def f():
    for document in registry.get_documents():
        Book.objects.filter(title=document.name).count()
""",
    "functions": """
def f(hooks, book):
    for name, hook in hooks.items():
        hook(Book.objects.get(title=name))
""",
    "a comprehension over constants, or one thing": """
def f(language):
    languages = [language] if language is not None else LANGUAGES
    for key in [it.upper() for it in languages]:
        Book.objects.get(title=key)
""",
    "a stream of what happens": """
async def f(source, stream):
    async for key in source.paid_orders_stream():
        await Book.objects.aget(pk=key)
    async for key in stream:
        await Book.objects.aget(pk=key)
""",
    "what a call gives page by page": """
def f(api):
    for found in api.paginate():
        Book.objects.bulk_create(found)
    for page_number in range(api.count):
        Book.objects.filter(pk__in=api.rows(page_number)).count()
""",
    "a list that is made of constants again and again": """
def f(changes):
    names = ["a"]
    while changes:
        names = names + ["b"]
        changes.pop()
        break
    for name in ["a"] + ["b"]:
        Book.objects.filter(title=name).count()
""",
    "what a loop goes over": """
def f(keys):
    for book in Book.objects.filter(pk__in=keys):
        print(book.title)
""",
    "what a comprehension goes over first": """
def f():
    return [book.title for book in Book.objects.all()]
""",
    "else of a loop": """
def f(keys):
    for key in keys:
        print(key)
    else:
        Book.objects.create(title="none")
""",
    "a list that is written out": """
def f():
    for title in ["a", "b"]:
        Book.objects.create(title=title)
""",
    "a dictionary that is written out": """
def f():
    for title, text in {"a": 1, "b": 2}.items():
        Book.objects.create(title=title)
""",
    "a constant of the module": """
def f():
    for language in LANGUAGES:
        Book.objects.create(title=language)
""",
    "a constant that is called so": """
def f(config):
    for language in config.LANGUAGES:
        Book.objects.create(title=language)
""",
    "settings": """
def f():
    for language, name in settings.LANGUAGES:
        Book.objects.create(title=language)
""",
    "members of an enumeration": """
def f():
    for kind in Kind:
        Book.objects.get_or_create(title=kind.name)
""",
    "a range that is written out": """
def f():
    for number in range(3):
        Book.objects.create(title=number)
""",
    "the models of the program": """
def f(apps):
    for model in apps.get_models():
        model.objects.count()
        Book.objects.filter(title=model.__name__).exists()
""",
    "fields of a model": """
def f():
    for field in Book._meta.get_fields():
        Book.objects.filter(title=field.name).exists()
""",
    "arguments of the command line": """
def f():
    for title in sys.argv:
        Book.objects.create(title=title)
""",
    "files of a folder": """
def f(folder):
    for path in folder.glob("*.json"):
        Book.objects.create(title=path.name)
""",
    "attempts": """
def f(title):
    for attempt in range(int(os.environ["TRIES"])):
        try:
            return Book.objects.create(title=title)
        except ValueError:
            time.sleep(1)
""",
    "attempts that are counted": """
def f(title, tries):
    while tries:
        try:
            return Book.objects.create(title=title)
        except ValueError:
            tries -= 1
""",
    "a batch that several loops fill": """
def f(found, batch_size):
    batch = []
    for keys in found:
        for key in keys:
            batch.append(Book(title=key))
            if len(batch) >= batch_size:
                Book.objects.bulk_create(batch)
                batch = []
""",
    "what is asked for once, when it is needed": """
def f(keys, found=None):
    asked, same = False, None
    for key in keys:
        if key and found is None:
            found = Book.objects.get(title="x")
        if not asked:
            asked = True
            Book.objects.get(title=key)
        for other in key.parts:
            if not same:
                try:
                    same = Book.objects.get(title="y")
                except Book.DoesNotExist:
                    break
            print(key, found, same)
""",
    "as many as there are at most": """
def f(max_steps):
    for step in range(max_steps):
        Book.objects.filter(title="x").update(title="y")
""",
    "some of them": """
def f(keys):
    for key in random.sample(keys, k=min(3, len(keys))):
        Book.objects.get(pk=key)
""",
    "chunks, or all in one": """
def f(keys, size):
    parts = chunks(size, keys) if size else (keys,)
    for it in parts:
        list(Book.objects.filter(pk__in=it))
""",
    "what the program is configured with": """
def f(app):
    for it in app.config.stores:
        Book.objects.get(title=it)
    for it in app.config.get("TITLES", []):
        Book.objects.get(title=it)
    for it in app.config["TITLES"]:
        Book.objects.get(title=it)
""",
    "a dict of what is so, and what is not": """
def f(rows):
    found: dict[bool, list[int]] = {True: [], False: []}
    for row in rows:
        found[row.missing].append(row.pk)
    for missing, keys in found.items():
        Book.objects.filter(pk__in=keys).update(title=missing)
""",
    "batches with what has failed of them": """
def f(source):
    for book_batch, failed, cursor in source.run():
        Book.objects.bulk_create(book_batch)
        Book.objects.filter(pk__in=failed).delete()
""",
    "what comes when it happens": """
async def f(pubsub, socket):
    async for message in pubsub.listen():
        await Book.objects.aget(pk=message)
    async for message in socket.iter_json():
        await Book.objects.aget(pk=message)
""",
    "passes of a service": """
def f(interval, stopped):
    for number in itertools.cycle(range(interval)):
        if stopped.wait(60):
            break
        Book.objects.filter(title="x").delete()
""",
    "members of an enum that are given": """
def f(kinds: list[Kind]):
    for kind in kinds:
        Book.objects.filter(title=kind.name).update(title="x")
""",
    "chunks by batched": """
def f(keys):
    for some in batched(keys, 100):
        list(Book.objects.filter(pk__in=some))
""",
    "chunks by a range": """
def f(keys):
    for start in range(0, len(keys), 100):
        list(Book.objects.filter(pk__in=keys[start : start + 100]))
""",
    "chunks by their name": """
def f(split, keys):
    for chunk in split(keys):
        list(Book.objects.filter(pk__in=chunk))
""",
    "chunks by the name of what makes them": """
def f(keys):
    for some in chunked(keys, 100):
        list(Book.objects.filter(pk__in=some))
""",
    "pages by their name": """
def f(client):
    for page in client.pages():
        Book.objects.bulk_create([Book(title=it) for it in page])
""",
    "pages by an offset": """
def f():
    offset = 0
    while True:
        books = list(Book.objects.all()[offset : offset + 100])
        if not books:
            break
        offset += 100
""",
    "pages by a key": """
def f():
    last = 0
    while True:
        books = list(Book.objects.filter(pk__gt=last).order_by("pk")[:100])
        if not books:
            return
        last = books[-1].pk
""",
    "deleting until nothing is left": """
def f():
    while Book.objects.filter(title="").exists():
        Book.objects.filter(pk__in=Book.objects.filter(title="").values("pk")[:100]).delete()
""",
    "waiting": """
def f():
    while not Book.objects.filter(title="done").exists():
        time.sleep(1)
""",
    "a service that never ends": """
def f():
    while True:
        Book.objects.count()
        time.sleep(60)
""",
    "the first only": """
def f(keys):
    for key in keys:
        return Book.objects.get(pk=key)
""",
    "the first only, by break": """
def f(keys):
    for key in keys:
        Book.objects.get(pk=key)
        break
""",
    "what is found, and nothing after it": """
def f(keys, wanted):
    for key in keys:
        if key == wanted:
            return Book.objects.get(pk=key)
""",
    "what is found, by break": """
def f(keys, wanted):
    for key in keys:
        if key == wanted:
            Book.objects.get(pk=key)
            break
""",
    "an error": """
def f(keys, wanted):
    for key in keys:
        if key != wanted:
            raise ValueError(Book.objects.count())
""",
    "a name that is free": """
def f(title):
    number = 1
    while Book.objects.filter(title=f"{title}-{number}").exists():
        number += 1
    return f"{title}-{number}"
""",
    "the first of some few": """
def f():
    for title in islice(LANGUAGES, 1):
        Book.objects.get(title=title)
""",
    "two at once": """
async def f(one, other):
    await asyncio.gather(Book.objects.aget(pk=one), Book.objects.aget(pk=other))
""",
    "a function that is only defined in the loop": """
def f(keys):
    later = []
    for key in keys:
        later.append(lambda: Book.objects.get(pk=key))
    return later
""",
    "the arguments that a function is called with": """
def f(**changes):
    for name, value in changes.items():
        Book.objects.filter(title=name).update(title=value)
""",
    "the fields of a model of pydantic": """
def f(data):
    for name, value in data.model_dump(exclude_unset=True).items():
        Book.objects.filter(title=name).update(title=value)
""",
    "the attributes of an object": """
def f(data):
    for name in vars(data).keys():
        Book.objects.filter(title=name).delete()
""",
    "one key of a dictionary": """
def f(keys):
    for name, value in keys.items():
        if name == "title":
            Book.objects.filter(title=value).delete()
""",
    "those of some few that a test leaves": """
def f(is_known):
    known = []
    for it in [{"title": "a"}, {"title": "b"}]:
        if is_known(it):
            known.append(it)
    for it in known:
        Book.objects.filter(title=it["title"]).delete()
""",
    "settings of the program's own": """
class Settings:
    titles: list[str] = []
settings = Settings()
def f():
    for title in settings.titles:
        Book.objects.filter(title=title).delete()
""",
    "what is done first": """
async def f(tasks):
    while tasks:
        done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await Book.objects.acreate(title=task.result())
""",
    "waiting for a row that others change": """
def f(key):
    folder = Folder.objects.get(pk=key)
    while folder.above_id:
        time.sleep(1)
        folder = Folder.objects.get(pk=folder.pk)
""",
    "pages by a key that the page before has left": """
def f(key):
    while key:
        books = list(Book.objects.filter(pk__gt=key).order_by("pk")[:100])
        key = books[-1].pk if books else None
""",
    "every so many passes": """
def f(rows):
    waiting = []
    for number, row in enumerate(rows):
        waiting.append(Book(title=row))
        if number % 1000 == 0:
            Book.objects.bulk_create(waiting)
            waiting = []
""",
}


@pytest.mark.parametrize("name", PER_ROW)
def test_once_per_row_over(name: str) -> None:
    code = HEAD + PER_ROW[name]
    assert set(sent(code).repeated) == marked(code, "# N")


@pytest.mark.parametrize("name", NOT_PER_ROW)
def test_not_once_per_row_over(name: str) -> None:
    found = sent(HEAD + NOT_PER_ROW[name])
    assert not found.repeated
    assert found.queries or "lambda" in NOT_PER_ROW[name]  # that it is a query was understood
