"""prisma-client-py: which calls of its client send a statement.

Each awaited action is a request, find_unique too; what batch_() is asked for goes out in one; a relation that
was not included is None, and reading it sends nothing. Measured on prisma-client-py 0.15.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from crowsfoot.libraries.library import Library
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import Args, At, Class, Object
from crowsfoot.libraries.prisma_client.actions import ACTIONS, Row, fits, promised, says, tells
from crowsfoot.libraries.prisma_client.clients import Accessor, Client, client_call
from crowsfoot.libraries.prisma_client.schema import (
    LIBRARY_NAME,
    has_schema,
    model_of_accessor,
    model_of_class,
    models_of,
)

if TYPE_CHECKING:
    from crowsfoot.link.project import Database


class PrismaClient(Library):
    """The client that prisma-client-py generates from a schema."""

    PACKAGES = (LIBRARY_NAME,)
    HELD_AS = frozenset(("db",))

    def called(self, name: str, args: Args, at: At) -> Object | None:
        if name in _CLIENTS:
            return Client()
        if name.endswith(".prisma") and name.startswith(_MODULES):
            # User.prisma()
            cls = name.removesuffix(".prisma").rpartition(".")[2]
            return Accessor(cls.lower(), model_of_class(at.models, cls))
        if name.startswith(_MODULES):
            return Row(model_of_class(at.models, name))
        return None

    def instance(self, name: str) -> Object | None:
        if name in _CLIENTS:
            return Client()
        if name in ("prisma.Batch", "prisma.client.Batch"):
            return Client("batch")
        return Row(None) if name.startswith(_MODULES) else None

    def receives(self, method: str) -> bool:
        return method in ACTIONS or method in _OF_CLIENT

    def received(self, chain: tuple[str, ...], method: str, args: Args, at: At) -> Object | None:
        """What a method of an unknown receiver gives; None where it may be anyone's.

        The evidence is the accessor of a model of the schema before an action, `db` before one, or arguments
        that no other library takes; in a project without a schema both of the latter.
        """
        of_db = chain[-1:] in (("db",), ("prisma",), ("prisma_client",), ("tx",), ("transaction",))
        if of_db and (method == "batch_" or (method == "tx" and not args.positional)):
            return client_call(method, args, at)
        if of_db and method in ("query_raw", "execute_raw", "query_first"):
            return client_call(method, args, at)
        if not fits(method, args):
            return None
        accessor = chain[-1] if chain else ""
        model = model_of_accessor(at.models, accessor)
        if model is not None and (chain[-2:-1] == ("db",) or says(args)):
            return promised(method, args, at, model, accessor)
        if not tells(method, args):
            return None
        if chain[-2:-1] == ("db",) or has_schema(at.models):
            return promised(method, args, at, None, accessor if chain[-2:-1] == ("db",) else "")
        return None

    def held(self, of: str, name: str, at: At) -> Object | None:
        """client.db.user, which a function or a property may return."""
        model = model_of_accessor(at.models, name)
        return Accessor(name, model, may_be_batch=True) if model is not None else None

    def models_of(self, databases: Iterable["Database"]) -> list[Model]:
        return models_of(databases)

    def model(self, cls: Class, at: At) -> Model | None:
        """A class that derives from a generated one stands for the same table."""
        for base in at.bases(cls):
            if isinstance(base, str) and base.startswith(_MODULES):
                return model_of_class(at.models, base)
        return None

    def instance_of(self, cls: Class, at: At) -> Object | None:
        """A client of the program's own that derives from Prisma."""
        return Client() if any(base in _CLIENTS for base in at.bases(cls)) else None

    def class_attribute(self, model: Model, name: str, at: At) -> Object | None:
        return _Prisma(model) if name == "prisma" else None


class _Prisma(Object, frozen=True):
    """User.prisma"""

    model: Model

    def call(self, args: Args, at: At) -> Object:
        return Accessor(self.model.name.lower(), self.model)


_CLIENTS = ("prisma.Prisma", "prisma.client.Prisma", "prisma.Client", "prisma.client.Client")
_MODULES = ("prisma.models.", "prisma.partials.")

_OF_CLIENT: Final = frozenset(("batch_", "tx", "query_raw", "execute_raw", "query_first"))

LIBRARY: Final = PrismaClient()

__all__ = ["LIBRARY", "PrismaClient", "models_of"]
