"""What a statement has brought: rows, taken one by one, as lists, as tuples or as the first thing of each.

The rows are there: nothing that is asked of a result sends a query.
https://docs.sqlalchemy.org/en/20/core/connections.html#sqlalchemy.engine.Result
"""

from typing import Final

import msgspec

from crowsfoot.libraries.objects import UNKNOWN, Args, At, Many, Object, OneOf
from crowsfoot.libraries.sqlalchemy.receiver import Awaiting, Receiver
from crowsfoot.libraries.sqlalchemy.rows import Row, Tuple, tuple_of

_LISTS: Final = frozenset(("all", "fetchall", "fetchmany"))
_ROWS: Final = frozenset(("first", "one", "one_or_none", "fetchone", "first_or_404", "one_or_404"))
_SCALARS: Final = frozenset(("scalar", "scalar_one", "scalar_one_or_none"))
_SAME: Final = frozenset(
    [
        "unique",
        "yield_per",
        "tuples",
        "columns",
        "execution_options",
        "freeze",
        "merge",
        "close",
        "__enter__",
        "__aenter__",
    ]
)


class Result(Receiver, frozen=True):
    """Rows, of which each is `of`; streaming: its methods are awaited."""

    of: Object
    streaming: bool = False
    single: bool = False  # there is at most one

    def attribute(self, name: str, at: At) -> Object:
        return (
            UNKNOWN
            if name in ("rowcount", "lastrowid", "inserted_primary_key")
            else super().attribute(name, at)
        )

    def method(self, name: str, args: Args, at: At) -> Object:
        found = self._method(name, args, at)
        if self.streaming and name in _LISTS | _ROWS | _SCALARS:
            return Awaiting(found)
        return found

    def _method(self, name: str, args: Args, at: At) -> Object:
        if name == "scalars":
            return msgspec.structs.replace(self, of=first(self.of, args.get(0)))
        if name in _LISTS:
            return self._many()
        if name in _ROWS:
            return self.of
        if name in _SCALARS:
            return first(self.of)
        if name == "mappings":
            return self
        if name == "partitions":
            return Many(Many(self.of), size="chunks")
        return self if name in _SAME else UNKNOWN

    def _many(self) -> Many:
        return Many(self.of, size="fixed" if self.single else "rows")

    def element(self, at: At) -> Object:
        return self.of

    def entered(self, at: At) -> Object:
        return self

    def awaited(self, at: At) -> Object:
        return msgspec.structs.replace(self, of=of_async(self.of, at))


def first(row: Object, index: Object | None = None) -> Object:
    """The first thing of a row."""
    if isinstance(row, Tuple):
        key = getattr(index, "value", 0)
        items = row.items or (UNKNOWN,)
        return items[key] if isinstance(key, int) and 0 <= key < len(items) else items[0]
    if isinstance(row, OneOf):
        return OneOf(tuple(first(it, index) for it in row.options))
    return row


def first_of(result: Object) -> Object:
    """The first thing of a row of a result."""
    return first(result.of) if isinstance(result, Result) else UNKNOWN


def of_async(it: Object, at: At) -> Object:
    """What has been awaited has come from an asynchronous session."""
    if isinstance(it, Row):
        return it.awaited(at)
    if isinstance(it, Tuple):
        return tuple_of(tuple(of_async(one, at) for one in it.items or ()), it.names)
    if isinstance(it, Many):
        return Many(of_async(it.of, at), None, it.size)
    return it
