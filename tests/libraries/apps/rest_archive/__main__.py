# mypy: ignore-errors
"""The statements that each case sends for 1, 10 and 100 rows, as JSON: `python -m rest_archive`."""

import inspect
import json
import sqlite3
import sys
from contextlib import contextmanager

import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        *("django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"),
        *("django.contrib.sessions", "django.contrib.messages", "rest_framework", "rest_archive"),
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    ROOT_URLCONF="rest_archive.urls",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    SECRET_KEY="none",
    STATIC_URL="/static/",
    USE_TZ=True,
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.messages.storage.cookie import CookieStorage  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.forms import Form  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework.viewsets import ViewSetMixin  # noqa: E402

from . import cases  # noqa: E402
from .models import Artist, City, Contract, Label, Record, Style, Track  # noqa: E402


def fill(rows):
    """That many rows of each model."""
    keys = range(1, rows + 1)
    City.objects.bulk_create(City(id=it, name=f"city {it}") for it in keys)
    Label.objects.bulk_create(Label(id=it, name=f"label {it}", city_id=it) for it in keys)
    Artist.objects.bulk_create(Artist(id=it, name=f"artist {it}", label_id=it, agent_id=it) for it in keys)
    Contract.objects.bulk_create(Contract(id=it, number=it, artist_id=it) for it in keys)
    Style.objects.bulk_create(Style(id=it, name=f"style {it}") for it in keys)
    Record.objects.bulk_create(Record(id=it, title=f"record {it}", artist_id=it) for it in keys)
    Record.styles.through.objects.bulk_create(Record.styles.through(record_id=it, style_id=it) for it in keys)
    Track.objects.bulk_create(Track(record_id=it, by_id=it, title=str(it)) for it in keys)
    User.objects.create(id=1, username="root", is_superuser=True, is_staff=True)


def show(case):
    """What a case does."""
    if inspect.isfunction(case):
        case()
    elif issubclass(case, APIView):
        view = case.as_view({"get": "list"}) if issubclass(case, ViewSetMixin) else case.as_view()
        view(RequestFactory().get("/")).render()
    elif issubclass(case, Form):
        str(case())
    else:
        request = RequestFactory().get("/")
        request.user = User.objects.get(pk=1)
        request._messages = CookieStorage(request)
        page = type(case.__name__, (case,), {"list_per_page": 1000})(case.model, admin.site)
        page.changelist_view(request).render()


def is_case(it):
    if inspect.isfunction(it):
        return it.__module__ == cases.__name__
    return (
        inspect.isclass(it)
        and it.__module__ == cases.__name__
        and issubclass(it, (APIView, Form, admin.ModelAdmin))
    )


@contextmanager
def counting():
    sent = []

    def count(execute, sql, params, many, context):
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield sent


def main():
    found = {}
    call_command("migrate", run_syncdb=True, verbosity=0)
    empty = sqlite3.connect(":memory:")
    connection.connection.backup(empty)
    for it in (Artist, City, Contract, Label, Record, Style, Track):
        admin.site.register(it)
    for rows in (1, 10, 100):
        empty.backup(connection.connection)
        fill(rows)
        for name, case in inspect.getmembers(cases, is_case):
            with counting() as sent:
                show(case)
            found.setdefault(name, []).append(len(sent))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
