"""The client, its transactions and batches, and the accessors of its models."""

from typing import Final, Literal

from crowsfoot.libraries.calls import Asked
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Many, Object
from crowsfoot.libraries.prisma_client.actions import ACTIONS, fits, promised, run
from crowsfoot.libraries.prisma_client.schema import LIBRARY_NAME, model_of_accessor
from crowsfoot.libraries.raw.queries import query_of

# Source: the generated client.py
_RAW: Final = frozenset(("query_raw", "query_first", "execute_raw"))
_OWN: Final = _RAW | {
    *(
        "connect",
        "disconnect",
        "is_connected",
        "is_registered",
        "tx",
        "batch_",
        "commit",
        "start",
        "rollback",
    ),
    *("get_metrics", "_engine", "_active_provider", "_make_sqlite_datasource", "_original_prisma"),
}


class Client(Asked, frozen=True):
    """A Prisma() of the program; what a batch is asked for is queued, and sent at its end in one request."""

    kind: Literal["client", "batch"] = "client"

    def attribute(self, name: str, at: At) -> Object:
        if name in _OWN or name.startswith("_"):
            return super().attribute(name, at)
        return Accessor(name, model_of_accessor(at.models, name), self.kind == "batch")

    def some_attribute(self, at: At) -> Object:
        return Accessor("", None, self.kind == "batch")

    def ask(self, name: str, args: Args, at: At) -> Object:
        return client_call(name, args, at, batch=self.kind == "batch") or UNKNOWN

    def entered(self, at: At) -> Object:
        return self

    def awaited(self, at: At) -> Object:
        return self


def client_call(name: str, args: Args, at: At, batch: bool = False) -> Object | None:
    """What a method of the client itself gives; None where it is none of those that matter."""
    if name == "batch_":
        return Client("batch")
    if name in ("tx", "start", "connect"):
        return Client("batch" if batch else "client")
    if name not in _RAW:
        return None
    if not batch:
        at.runs(query_of(args.get(0, "query") or UNKNOWN, f"{name}()", LIBRARY_NAME))
    return Many(UNKNOWN) if name == "query_raw" else UNKNOWN


class Accessor(Asked, frozen=True):
    """db.user"""

    name: str
    model: Model | None = None
    batch: bool = False
    may_be_batch: bool = False  # of something that nobody knows

    def ask(self, name: str, args: Args, at: At) -> Object:
        if self.may_be_batch and name in ACTIONS:
            return promised(name, args, at, self.model, self.name) if fits(name, args) else UNKNOWN
        if name in ACTIONS:
            return run(name, args, at, self.model, self.name, batch=self.batch)
        return client_call(name, args, at, batch=self.batch) or UNKNOWN
