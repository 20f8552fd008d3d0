"""Run as a program: making.py LIBRARY FOLDER URL has the library create the tables of its models.

Where it has no driver of its own for PostgreSQL here, it prints the statements.
"""

import importlib
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


def django(url: str) -> None:
    framework, conf = importlib.import_module("django"), importlib.import_module("django.conf")
    apps, db = importlib.import_module("django.apps"), importlib.import_module("django.db")
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
    conf.settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "shop"],
        AUTH_USER_MODEL="shop.Customer",
        DATABASES={"default": database},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=True,
    )
    framework.setup()
    with db.connection.schema_editor() as editor:
        for model in apps.apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)


def sqlalchemy(url: str) -> None:
    from sqlalchemy import create_engine, create_mock_engine
    from sqlalchemy.dialects import postgresql

    bases = (importlib.import_module("library").Base, importlib.import_module("heroes").SQLModel)
    if url.startswith("sqlite"):
        for base in bases:
            base.metadata.create_all(create_engine(url))
        return

    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]

    def show(sql: Any, *_: Any, **__: Any) -> None:
        print(f"{sql.compile(dialect=dialect)};")

    engine = create_mock_engine("postgresql://", show)
    for base in bases:
        base.metadata.create_all(engine, checkfirst=False)


def tortoise(url: str) -> None:
    import asyncio

    from tortoise import Tortoise, connections
    from tortoise.backends.base_postgres.schema_generator import BasePostgresSchemaGenerator

    async def make() -> None:
        is_file = url.startswith("sqlite")
        await Tortoise.init(
            db_url=url.replace("sqlite:///", "sqlite://") if is_file else "sqlite://:memory:",
            modules={"models": ["events"]},
        )
        if is_file:
            await Tortoise.generate_schemas(safe=False)
        else:
            print(BasePostgresSchemaGenerator(connections.get("default")).get_create_schema_sql(safe=False))
        await Tortoise.close_connections()

    asyncio.run(make())


def peewee(url: str) -> None:
    from peewee import PostgresqlDatabase, SqliteDatabase

    notes = importlib.import_module("notes")
    models = [notes.User, notes.Folder, notes.Note, notes.NoteTag, notes.Keyless, notes.SharedNote]
    models.append(notes.ReadersThrough)
    if url.startswith("sqlite"):
        database = SqliteDatabase(url.removeprefix("sqlite:///"))
        notes.db.initialize(database)
        database.create_tables(models, safe=False)
        return

    class Printing(PostgresqlDatabase):
        def get_binary_type(self) -> type:
            return bytes  # the driver's, and there is none

    notes.db.initialize(Printing(None))
    for model in models:
        manager = model._schema
        for made in (manager._create_table(safe=False), *manager._create_indexes(safe=False)):
            sql, params = made.query()
            assert not params, sql
            print(f"{sql};")


if __name__ == "__main__":
    library, folder, target = sys.argv[1:]
    sys.path.insert(0, str(Path(folder)))
    sys.modules["__main__"].__dict__[library](target)
