"""Tortoise: what is sent once a query set, a relation or a method of a row is awaited."""

from collections.abc import Iterable
from typing import Final

from crowsfoot.libraries.library import Library
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import Args, At, Built, Class, Object
from crowsfoot.libraries.raw.connections import Connection
from crowsfoot.libraries.tortoise import filters, models, rows
from crowsfoot.libraries.tortoise.filters import ALL_LOADED


class Tortoise(Library):
    """Tortoise ORM, and dipdup, which extends it."""

    PACKAGES = models.PACKAGES

    def called(self, name: str, args: Args, at: At) -> Object | None:
        last = name.rpartition(".")[2]
        if last.endswith(("Field", "EnumField")):
            return Built(name, args)
        if last == "Q":
            return filters.q(args)
        if last in ("get_connection", "in_transaction") or name.endswith("connections.get"):
            return Connection(models.LIBRARY_NAME, last)
        return None

    def instance(self, name: str) -> Object | None:
        if name.endswith(("DBAsyncClient", ".TransactionContext")):
            return Connection(models.LIBRARY_NAME)
        return None

    def model(self, cls: Class, at: At) -> Model | None:
        return models.model_of(cls, at)

    def connect(self, found: Iterable[Model]) -> list[Model]:
        return models.connect(found)

    def row(self, model: Model) -> Object:
        return rows.Row(model)

    def new_row(self, model: Model, args: Args) -> Object:
        return rows.Row(model, (ALL_LOADED,))

    def class_attribute(self, model: Model, name: str, at: At) -> Object | None:
        return rows.ModelClass(model).attribute(name, at) if name in rows.CLASS_METHODS else None


LIBRARY: Final = Tortoise()
