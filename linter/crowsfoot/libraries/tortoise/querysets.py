"""Query sets of Tortoise: nothing is sent until one is awaited, and then each time anew."""

from typing import Final, Literal

import msgspec

from crowsfoot.libraries.calls import Asked, in_both, number
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Many, Object, Place, Sliced, Table
from crowsfoot.libraries.query import ForAll, Operation, Query
from crowsfoot.libraries.raw.queries import query_of
from crowsfoot.libraries.standard import Coroutine
from crowsfoot.libraries.tortoise.filters import ALL_LOADED, filtered, ordered, paths
from crowsfoot.libraries.tortoise.models import LIBRARY_NAME
from crowsfoot.libraries.where import either_way

_BULK: Final[dict[str, Operation]] = {"bulk_create": "insert", "bulk_update": "update", "in_bulk": "select"}
Result = Literal["rows", "row", "values", "nothing"]

_SAME: Final = frozenset(
    (
        *("all", "distinct", "annotate", "group_by", "only", "using_db", "select_for_update", "force_index"),
        *("use_index", "defer"),
    )
)
_ENDS: Final[dict[str, tuple[Operation, Result]]] = {
    "count": ("count", "nothing"),
    "exists": ("exists", "nothing"),
    "contains": ("exists", "nothing"),
    "update": ("update", "nothing"),
    "delete": ("delete", "nothing"),
    "explain": ("execute", "nothing"),
    "values": ("select", "values"),
    "values_list": ("select", "values"),
}
_ONE: Final = frozenset(("first", "last", "get", "get_or_none", "latest", "earliest"))
METHODS: Final = (
    _SAME
    | _ENDS.keys()
    | _ONE
    | {
        *(
            "filter",
            "exclude",
            "order_by",
            "limit",
            "offset",
            "prefetch_related",
            "select_related",
            "union",
            "raw",
        ),
        *("in_bulk", "bulk_create", "bulk_update"),
    }
)


class QuerySet(Asked, frozen=True):
    """What is asked for so far; query says it, made where it was made."""

    model: Model
    query: Query
    row: Object  # of which nothing has been loaded
    result: Result = "rows"
    made: Place | None = None

    def ask(self, name: str, args: Args, at: At) -> Object:
        query = self.query
        if name in _SAME:
            return self._with(msgspec.structs.replace(query, narrowed=query.narrowed or name == "only"), at)
        if name in ("filter", "exclude"):
            return self._with(filtered(query, args, negated=name == "exclude"), at)
        if name == "order_by":
            return self._with(msgspec.structs.replace(query, order=ordered(args)), at)
        if name == "limit":
            limit = number(args.get(0)) or True
            return self._with(msgspec.structs.replace(query, limit=limit, many=query.many and limit != 1), at)
        if name == "offset":
            return self._with(query, at)
        if name in ("prefetch_related", "select_related"):
            return self._with(msgspec.structs.replace(query, loads=(*query.loads, *paths(args))), at)
        if name in _ONE:
            if name in ("get", "get_or_none"):
                query = filtered(query, args)
                query = msgspec.structs.replace(query, order=())
            elif name in ("latest", "earliest"):
                query = msgspec.structs.replace(query, order=ordered(args))
            if name in ("latest", "last"):
                key: Order = tuple((it, "asc") for it in self.model.primary_key)
                query = msgspec.structs.replace(query, order=_reversed(query.order or key))
            return self._with(self._ending(query, name, limit=1, many=False), at, "row")
        if name in _ENDS:
            operation, result = _ENDS[name]
            one = {"limit": 1} if name == "exists" else {}
            # What counts or changes rows does so in no order.
            order = {} if operation == "select" else {"order": ()}
            return self._with(self._ending(query, name, operation=operation, **one, **order), at, result)
        if name == "raw":
            api = f"{self.model.name}.raw()"
            return self._with(query_of(args.get(0, "sql") or UNKNOWN, api, LIBRARY_NAME), at)
        if name in ("bulk_create", "bulk_update", "in_bulk"):
            return _bulk(self.model, name, self.row, at)
        return UNKNOWN

    def _ending(self, query: Query, name: str, **change: object) -> Query:
        # "Book.get()" is what Book.get() starts with already.
        api = query.api if query.api.endswith(f".{name}()") else f"{query.api}.{name}()"
        return msgspec.structs.replace(query, api=api, **change)

    def _with(self, query: Query, at: At, result: Result | None = None) -> "QuerySet":
        return QuerySet(self.model, query, self.row, result or self.result, at.place)

    def awaited(self, at: At) -> Object:
        at.runs(self.said(), self.made)
        row = self.row.with_loaded(self.query.loads)
        if self.result == "rows":
            return Many(row)
        if self.result == "values":
            return Many(UNKNOWN)
        return row if self.result == "row" else UNKNOWN

    def streamed(self, at: At) -> Object:
        at.runs(self.said(), self.made)
        return self.row.with_loaded(self.query.loads) if self.result == "rows" else UNKNOWN

    def element(self, at: At) -> Object:
        return self.streamed(at)

    def item(self, index: Object, at: At) -> Object:
        if not isinstance(index, Sliced) or index.high is None:
            return self._with(self.query, at)
        return self._with(msgspec.structs.replace(self.query, limit=number(index.high) or True), at)

    def moved(self, place: Place) -> Object:
        return self if self.made is None else QuerySet(self.model, self.query, self.row, self.result, place)

    def joined(self, other: Object) -> Object | None:
        """`if name: books = books.filter(...)`: one of the two is sent, and has loaded what both have."""
        if not isinstance(other, QuerySet) or (other.model, other.result) != (self.model, self.result):
            return None
        loads = in_both(self.query.loads, other.query.loads, ALL_LOADED)
        query = either_way(msgspec.structs.replace(other.query, loads=loads), self.query)
        return msgspec.structs.replace(other, query=query)

    def said(self) -> Query:
        """The query, with what to write instead of many of it."""
        query = self.query
        if query.instead or query.sql is not None:
            return query
        if query.operation == "count":
            return msgspec.structs.replace(
                query, instead=f'{self.model.name}.annotate(count=Count("id")).group_by(...)'
            )
        for_all = self._for_all()
        instead = for_all.said(for_all.keys)
        return msgspec.structs.replace(query, instead=instead, for_all=for_all)

    def _for_all(self) -> ForAll:
        """Book.filter(shelf__in=...); of several columns, a caller may know which one changes."""
        query = self.query
        keys = tuple(it.replace(".", "__") for it in (*query.equal, *query.others))
        write = f".{query.operation}()" if query.operation in ("update", "delete") else ""
        unknown = f"{self.model.name}.filter(...__in=...){write}"
        return ForAll(keys, f"{self.model.name}.filter({{}}__in=...){write}", several=unknown, none=unknown)


Order = tuple[tuple[str, Literal["asc", "desc"]], ...]


def _reversed(order: Order) -> Order:
    return tuple((it, "asc" if way == "desc" else "desc") for it, way in order)


def start(model: Model, name: str, row: Object, at: At) -> QuerySet:
    """What a method of the model's class starts from."""
    return QuerySet(
        model,
        Query(
            LIBRARY_NAME,
            f"{model.name}.{name}()",
            "select",
            model=model.id,
            table=model.table,
            many=True,
        ),
        row,
        made=at.place,
    )


def _bulk(model: Model, name: str, row: Object, at: At) -> Object:
    """What writes or reads many rows by one statement; where it stands in a loop, it is given few."""
    operation = _BULK[name]
    api = f"{model.name}.{name}()"
    at.runs(
        Query(
            LIBRARY_NAME,
            api,
            operation,
            model=model.id,
            table=model.table,
            among=model.primary_key if name == "in_bulk" else (),
            many=True,
            instead=f"one {name}()",
            likely=False,
        )
    )
    if name == "in_bulk":
        return Coroutine(Table(UNKNOWN, row))
    return Coroutine(Many(row))
