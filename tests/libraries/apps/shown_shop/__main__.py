# mypy: ignore-errors
"""The SELECTs that each case sends for GET, as JSON: `python -m shown_shop`."""

import json
import sys
from contextlib import suppress

import django
from django.conf import settings

from . import settings as own

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django_filters", "rest_framework"],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {"shown.html": "{% for it in object_list %}{{ it.pk }}{% endfor %}"},
                    )
                ]
            },
        }
    ],
    REST_FRAMEWORK=own.REST_FRAMEWORK,
    ALLOWED_HOSTS=["*"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    SECRET_KEY="none",
    USE_TZ=True,
)
django.setup()

from django.db import connection  # noqa: E402
from django.http import Http404  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework.viewsets import ViewSetMixin  # noqa: E402

from . import cases, models  # noqa: E402

with connection.schema_editor() as editor:
    for model in (models.Author, models.Book):
        editor.create_model(model)
author = models.Author.objects.create(id=3, name="x", slug="x")
models.Author.objects.create(name="y", slug="y")
for number in range(1, 9):
    models.Book.objects.create(id=number, title="x", status="open", author=author, at=timezone.now())


def selects(does):
    """What it sends that reads."""
    sent = []

    def keep(execute, sql, params, many, context):
        if sql.startswith("SELECT"):
            sent.append(connection.ops.last_executed_query(context["cursor"].cursor, sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep), suppress(Http404):
        response = does()
        if hasattr(response, "render"):
            response.render()
    return sent


def asked(name, case):
    """What the case sends: of a view set, by both its actions."""
    get = RequestFactory().get("/")
    one = {"pk": 3, "slug": "x", "name": "x"}
    if name.endswith("_page"):
        return selects(lambda: case(get))
    if issubclass(case, ViewSetMixin):
        found = []
        for action in ("list", "retrieve"):
            view = case.as_view({"get": action})
            found += selects(lambda view=view, action=action: view(get, **(one if action != "list" else {})))
        return found
    if issubclass(case, APIView):
        return selects(lambda: case.as_view()(get, **one))
    if name == "SlugPage":
        return selects(lambda: case.as_view()(get, slug="x"))
    return selects(lambda: case.as_view()(get, pk=3))


found = {
    name: asked(name, it)
    for name, it in vars(cases).items()
    if name.endswith(("View", "Page", "_page")) and getattr(it, "__module__", "") == cases.__name__
}
json.dump(found, sys.stdout)
