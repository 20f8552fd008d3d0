"""Peewee: what is sent when a query is gone over or executed, a relation read, a row saved."""

from collections.abc import Iterable
from typing import Final

from crowsfoot.libraries.calls import options
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Constant, Many, Object
from crowsfoot.libraries.peewee import models, rows
from crowsfoot.libraries.peewee.conditions import function
from crowsfoot.libraries.peewee.selects import EVERYTHING, Select
from crowsfoot.libraries.raw.connections import Connection
from crowsfoot.libraries.standard import element_of


class Peewee(Library):
    """Peewee, and what comes with it as playhouse."""

    PACKAGES = models.PACKAGES

    def called(self, name: str, args: Args, at: At) -> Object | None:
        last = name.rpartition(".")[2]
        first = args.get(0)
        if last.endswith("Database"):
            return Connection(models.LIBRARY_NAME, last)
        if last == "prefetch" and isinstance(first, Select):
            return first.ask(last, Args(args.positional[1:], (), args.spread), at)
        if last == "chunked":
            return Many(Many(element_of(first or UNKNOWN, at)), size="chunks")
        if ".fn." in name:
            return function(name, args)
        if last == "model_to_dict":
            if args.get(1, "recurse") != Constant(False):
                for it in options(first):
                    if isinstance(it, rows.Row):
                        it.to_dict(at)
            return UNKNOWN
        return None

    def instance(self, name: str) -> Object | None:
        return Connection(models.LIBRARY_NAME) if name.endswith("Database") else None

    def model(self, cls: Class, at: At) -> Model | None:
        return models.model_of(cls, at)

    def connect(self, found: Iterable[Model]) -> list[Model]:
        return models.connect(found)

    def instance_of(self, cls: Class, at: At) -> Object | None:
        """A database of the program's own."""
        databases = (base for base in at.bases(cls) if isinstance(base, str) and base.endswith("Database"))
        return Connection(models.LIBRARY_NAME) if next(databases, None) is not None else None

    def row(self, model: Model) -> Object:
        return rows.Row(model)

    def new_row(self, model: Model, args: Args) -> Object:
        return rows.Row(model, (EVERYTHING,))

    def class_attribute(self, model: Model, name: str, at: At) -> Object | None:
        if name in rows.CLASS_METHODS:
            return rows.ModelClass(model).attribute(name, at)
        return rows.field_of(model, name)


LIBRARY: Final = Peewee()
