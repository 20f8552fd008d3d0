"""Run as a program: making.py LIBRARY FOLDER URL creates the tables of the models in the folder, by their library."""

import importlib
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit


def django(url: str) -> None:
    from django.conf import settings

    if url.startswith("sqlite"):
        database = {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix("sqlite:///")}
    else:
        parts = urlsplit(url)
        host = parse_qs(parts.query).get("host", [unquote(parts.hostname or "")])[0]
        database = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.strip("/"),
            "USER": parts.username or "",
            "HOST": host,
            "PORT": str(parts.port or ""),
        }
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "shop"],
        AUTH_USER_MODEL="shop.Customer",
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
    )
    import django as framework
    from django.apps import apps
    from django.db import connection

    framework.setup()
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)


def sqlalchemy(url: str) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    importlib.import_module("library").Base.metadata.create_all(engine)
    importlib.import_module("heroes").SQLModel.metadata.create_all(engine)


if __name__ == "__main__":
    library, folder, target = sys.argv[1:]
    sys.path.insert(0, str(Path(folder)))
    sys.modules["__main__"].__dict__[library](target)
