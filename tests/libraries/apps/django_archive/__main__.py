# mypy: ignore-errors
"""The statements that each case sends for 1, 10 and 100 rows, as JSON: `python -m django_archive`."""

import inspect
import json
import sqlite3
import sys
from contextlib import contextmanager

import django
from asgiref.sync import async_to_sync
from django.conf import settings

TEMPLATES: dict[str, str] = {}  # filled once the models that pages speak of can be imported

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django_archive"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", TEMPLATES)]},
        }
    ],
)
django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from . import cases, pages  # noqa: E402
from .models import Country, Film, Genre, Passport, Person, Review, Studio  # noqa: E402


def fill(rows):
    """That many rows of each model; people are a chain of pupils, films have one genre and two reviews."""
    keys = range(1, rows + 1)
    Country.objects.bulk_create(Country(id=it, name=f"country {it}") for it in keys)
    Studio.objects.bulk_create(Studio(id=it, name=f"studio {it}", country_id=it) for it in keys)
    Person.objects.bulk_create(
        Person(id=it, name=f"person {it}", studio_id=it, mentor_id=it - 1 or None) for it in keys
    )
    Passport.objects.bulk_create(Passport(id=it, number=it, person_id=it) for it in keys)
    Genre.objects.bulk_create(Genre(id=it, name=str(it)) for it in keys)
    Film.objects.bulk_create(Film(id=it, title=f"film {it}", director_id=it) for it in keys)
    Film.genres.through.objects.bulk_create(Film.genres.through(film_id=it, genre_id=it) for it in keys)
    Review.objects.bulk_create(Review(film_id=it, stars=stars) for it in keys for stars in (1, 2))


@contextmanager
def counting():
    sent = []

    def count(execute, sql, params, many, context):
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield sent


def counted(case, filled, rows):
    filled.backup(connection.connection)
    ContentType.objects.clear_cache()
    given = [list(range(1, rows + 1))] if inspect.signature(case).parameters else []
    if inspect.isgeneratorfunction(case):  # what it does before its `yield` is not counted
        prepared = case(*given)
        next(prepared)
        with counting() as sent:
            list(prepared)
        return len(sent)
    with counting() as sent:
        (async_to_sync(case) if inspect.iscoroutinefunction(case) else case)(*given)
    return len(sent)


def main():
    found = {}
    TEMPLATES.update((f"pages/{name}.html", text) for name, text in pages.PAGES.items())
    call_command("migrate", run_syncdb=True, verbosity=0)
    empty = sqlite3.connect(":memory:")
    connection.connection.backup(empty)
    for rows in (1, 10, 100):
        empty.backup(connection.connection)
        fill(rows)
        filled = sqlite3.connect(":memory:")
        connection.connection.backup(filled)
        for module in (cases, pages):
            for name, case in inspect.getmembers(module, inspect.isfunction):
                if case.__module__ == module.__name__ and not name.startswith("_"):
                    found.setdefault(name, []).append(counted(case, filled, rows))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
