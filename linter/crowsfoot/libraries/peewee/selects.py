"""Queries of Peewee: what SELECT, INSERT, UPDATE and DELETE ask, and which of their methods send it.

A SELECT is sent once and keeps its rows: to go over it again is free. Measured on Peewee 4.5.3.
"""

from typing import Final, Literal

import msgspec

from crowsfoot.libraries.calls import Asked, in_both, number, string
from crowsfoot.libraries.models import Model, Models
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Class,
    Constant,
    Many,
    Object,
    Place,
    Sliced,
    Table,
)
from crowsfoot.libraries.peewee import conditions
from crowsfoot.libraries.peewee.conditions import FieldOf, Ordered
from crowsfoot.libraries.peewee.models import LIBRARY_NAME
from crowsfoot.libraries.query import ForAll, Kind, Operation, Query
from crowsfoot.libraries.where import NOTHING, SOMETHING, Where, asking, constant, either_way, written

EVERYTHING: Final = "*"  # whatever is joined: what is selected is not written out
AWAITED: Final = "aio_"  # what peewee_async puts before the methods that are awaited
Shape = Literal["rows", "dicts", "tuples"]

_SAME: Final = frozenset(
    (
        *(
            "group_by",
            "having",
            "distinct",
            "for_update",
            "with_cte",
            "alias",
            "bind",
            "clone",
            "from_",
            "cte",
        ),
        *("window", "offset", "objects", "columns"),
        *("group_by_extend", "order_by_extend", "lateral"),
    )
)
# Of what rows come of it then, these say more than conditions do.
_COMPOUND: Final = frozenset(("union", "union_all", "intersect", "except_", "orwhere"))
_ENDS: Final[dict[str, Operation]] = {
    "count": "count",
    "exists": "exists",
    "scalar": "select",
    "scalars": "select",
}


class AliasOf(Asked, frozen=True):
    """`Author.alias()`"""

    model: Model

    def attribute(self, name: str, at: At) -> Object:
        return FieldOf(self.model, name) if name in self.model.fields else Asked.attribute(self, name, at)

    def ask(self, name: str, args: Args, at: At) -> Object:
        return UNKNOWN


class Join(msgspec.Struct, frozen=True):
    """A table that is joined: the path of attributes to its rows, and the id of its model."""

    path: str
    model: str


class Select(Asked, frozen=True):
    """A SELECT of the rows of a model; query says it so far, made where it was made.

    selected are the ids of the other models of which it gives columns: only their rows come along.
    """

    model: Model
    query: Query
    row: Object  # of which nothing has been loaded
    selected: tuple[str, ...] = ()
    joins: tuple[Join, ...] = ()
    context: str = ""  # the path of what the next join() starts from
    shape: Shape = "rows"
    made: Place | None = None

    def ask(self, name: str, args: Args, at: At) -> Object:
        name = name.removeprefix(AWAITED)
        build = _BUILDS.get(name)
        if build is not None:
            return msgspec.structs.replace(build(self, args, at), made=at.place)
        if name in _SAME:
            return msgspec.structs.replace(self, made=at.place)
        if name in _COMPOUND:
            return msgspec.structs.replace(self, query=asking(self.query, SOMETHING), made=at.place)
        if name in ("get", "get_or_none", "first", "peek"):
            at.runs(self._ending(name, limit=1, many=False))
            return self.each()
        if name in _ENDS:
            limit = {"limit": 1} if name == "exists" else {}
            at.runs(self._ending(name, operation=_ENDS[name], **limit))
            return Many(UNKNOWN) if name == "scalars" else UNKNOWN
        if name in ("execute", "iterator"):
            at.runs(self.said(), self.made)
            return Many(self.each())
        return UNKNOWN

    def _ending(self, name: str, **change: object) -> Query:
        query = self.said()
        api = query.api if query.api.endswith(f".{name}()") else f"{query.api}.{name}()"
        # A relation that is counted, and not read.
        return msgspec.structs.replace(query, api=api, cause="call", **change)

    def said(self) -> Query:
        """The query, with what comes along."""
        loads = tuple(it.path for it in self.joins if self._gives(it.model))
        query = msgspec.structs.replace(self.query, loads=(*self.query.loads, *loads))
        return with_instead(query, self.model)

    def _gives(self, model: str) -> bool:
        return model in self.selected or EVERYTHING in self.selected

    def each(self) -> Object:
        """One of its rows."""
        if self.shape == "rows":
            return self.row.with_loaded(self.said().loads)
        return Table(UNKNOWN, UNKNOWN) if self.shape == "dicts" else UNKNOWN

    def element(self, at: At) -> Object:
        at.runs(self.said(), self.made)
        return self.each()

    def measured(self, at: At) -> None:
        at.runs(self.said(), self.made)

    def item(self, index: Object, at: At) -> Object:
        # All rows are fetched, whatever is taken of them.
        at.runs(self.said(), self.made)
        return Many(self.each()) if isinstance(index, Sliced) else self.each()

    def moved(self, place: Place) -> Object:
        return self if self.made is None else msgspec.structs.replace(self, made=place)

    def joined(self, other: Object) -> Object | None:
        """`if name: query = query.where(...)`: one of the two is sent."""
        if not isinstance(other, Select) or other.model is not self.model or other.shape != self.shape:
            return None
        joins = tuple(it for it in other.joins if it in self.joins)
        chosen = in_both(self.selected, other.selected, EVERYTHING)
        loads = in_both(self.query.loads, other.query.loads, EVERYTHING)
        query = msgspec.structs.replace(other.query, loads=loads)
        query = either_way(query, self.query)
        return msgspec.structs.replace(other, joins=joins, selected=chosen, query=query)

    # What builds on it

    def _where(self, args: Args, at: At) -> "Select":
        return msgspec.structs.replace(self, query=filtered(self.query, args, self._paths()))

    def _paths(self) -> dict[str, str]:
        return {it.model: it.path for it in reversed(self.joins)} | {self.model.id: ""}

    def of_columns(self, args: Args, at: At) -> "Select":
        """After select(...), which names columns or whole models."""
        query = msgspec.structs.replace(self.query, narrowed=any(isinstance(it, FieldOf) for it in args.all))
        return msgspec.structs.replace(self, query=query, selected=selected(args, at))

    def _order(self, args: Args, at: At) -> "Select":
        return msgspec.structs.replace(self, query=_sorted(self.query, args, self._paths()))

    def _limited(self, args: Args, at: At) -> "Select":
        limit = number(args.get(0)) or True
        return msgspec.structs.replace(
            self, query=msgspec.structs.replace(self.query, limit=limit, many=self.query.many and limit != 1)
        )

    def _paginated(self, args: Args, at: At) -> "Select":
        return msgspec.structs.replace(self, query=msgspec.structs.replace(self.query, limit=True))

    def _join(self, args: Args, at: At) -> "Select":
        src = args.get(None, "src")
        start = self if src is None else self._switched(src, at)
        return start._joined_to(args.get(0, "dest"), args, at)

    def _join_from(self, args: Args, at: At) -> "Select":
        rest = args.rest
        return self._switched(args.get(0, "src"), at)._joined_to(rest.get(0, "dest"), rest, at)

    def _switch(self, args: Args, at: At) -> "Select":
        return self._switched(args.get(0, "ctx"), at)

    def _switched(self, to: Object | None, at: At) -> "Select":
        model = _model_of(to, at)
        path = next((it.path for it in self.joins if model is not None and it.model == model.id), "")
        if model is self.model:
            path = ""
        return msgspec.structs.replace(self, context=path)

    def _joined_to(self, to: Object | None, args: Args, at: At) -> "Select":
        dest = _model_of(to, at)
        source = _at_path(self.model, self.context, at.models)
        if dest is None or source is None:
            return self
        attribute = args.get(None, "attr")
        name = _attribute_of(source, dest, args.get(2, "on"), at)
        if attribute is not None:
            name = str(getattr(attribute, "value", name))
        path = f"{self.context}.{name}" if self.context else name
        return msgspec.structs.replace(self, joins=(*self.joins, Join(path, dest.id)), context=path)

    def _dicts(self, args: Args, at: At) -> "Select":
        return msgspec.structs.replace(self, shape="dicts")

    def _tuples(self, args: Args, at: At) -> "Select":
        return msgspec.structs.replace(self, shape="tuples")

    def _related(self, args: Args, at: At) -> "Select":
        return msgspec.structs.replace(
            self, query=msgspec.structs.replace(self.query, loads=(*self.query.loads, EVERYTHING))
        )

    def _prefetch(self, args: Args, at: At) -> "Select":
        """Rows of other tables by a query each, handed out to the rows that they belong to."""
        at.runs(self.said(), self.made)
        found: list[Join] = [Join("", self.model.id)]
        for it in args.positional:
            model = it.model if isinstance(it, Select) else _model_of(it, at)
            if model is None:
                return self._related(args, at)
            if isinstance(it, Select):
                at.runs(it.said(), it.made)
            for before in reversed(found):
                source = at.models.get(before.model)
                name = _relation_between(source, model) if source is not None else None
                if name is not None:
                    found.append(Join(f"{before.path}.{name}" if before.path else name, model.id))
                    break
        loads = tuple(it.path for it in found[1:])
        return msgspec.structs.replace(
            self, query=msgspec.structs.replace(self.query, loads=(*self.query.loads, *loads))
        )


_BUILDS: Final = {
    **dict.fromkeys(("where", "filter"), Select._where),
    **dict.fromkeys(("select", "select_extend"), Select.of_columns),
    "order_by": Select._order,
    "limit": Select._limited,
    "paginate": Select._paginated,
    **dict.fromkeys(("join", "left_outer_join"), Select._join),
    "join_from": Select._join_from,
    "switch": Select._switch,
    "dicts": Select._dicts,
    **dict.fromkeys(("tuples", "namedtuples"), Select._tuples),
    "with_related": Select._related,
    "prefetch": Select._prefetch,
}


def filtered(query: Query, args: Args, paths: dict[str, str]) -> Query:
    """The query with what the conditions compare; paths lead from its model to the others that are joined."""
    found = SOMETHING if args.spread else NOTHING
    for it in args.positional:
        found = found.and_(conditions.asked(it))
    more = Where(**found.named(lambda column: (_named(column[0], column[1], paths),)))
    for key, value in args.keywords:
        more = more.and_(_looked_up(key, value))
    return asking(query, more)


def _looked_up(key: str, value: Object) -> Where[str]:
    """filter(name__ilike="x")"""
    path, _, lookup = key.rpartition("__")
    kind = _LOOKUPS.get(lookup) if path else None
    column = (path if kind else key).replace("__", ".")
    if (kind or "equal") == "equal" and value == Constant(None):
        kind = "null"
    said = constant(value.value) if isinstance(value, Constant) and kind in (None, "equal") else None
    found: Where[str] = Where(constants=((column, said),) if said is not None else ())
    return found.with_(kind or "equal", (column,))


_LOOKUPS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("eq", "is"), "equal"),
    **dict.fromkeys(("lt", "lte", "gt", "gte"), "ranges"),
    **dict.fromkeys(("ne", "like", "ilike", "regexp"), "others"),
    "in": "among",
}


def with_instead(query: Query, model: Model, of: str = "select()") -> Query:
    """The query, with what asks for all rows at once, or changes them: select(), delete()."""
    if query.instead:
        return query
    own = [it for it in query.equal if "." not in it]
    keys = (f"{model.name}.{own[0]}",) if len(own) == 1 else ()
    for_all = by_keys(model, of, keys)
    return msgspec.structs.replace(query, instead=for_all.said(keys), for_all=for_all)


def by_keys(model: Model, of: str, keys: tuple[str, ...]) -> ForAll:
    """Book.select().where(Book.shelf.in_(...)), where one column tells the rows apart."""
    start = f"{model.name}.{of}"
    return ForAll(keys, f"{start}.where({{}}.in_(...))", none=f"one {start} for all of them")


def _named(model: str, name: str, paths: dict[str, str]) -> str:
    path = paths.get(model, model.rpartition(".")[2].lower())
    return f"{path}.{name}" if path else name


def _sorted(query: Query, args: Args, paths: dict[str, str]) -> Query:
    """The query in that order; "?" is what is no column."""
    order: list[tuple[str, Literal["asc", "desc"]]] = []
    nulls: list[tuple[str, Literal["first", "last"]]] = []
    for it in (*args.positional, UNKNOWN) if args.spread else args.positional:
        if isinstance(it, FieldOf):
            it = Ordered(*it.column, "asc")
        name = _named(it.model, it.name, paths) if isinstance(it, Ordered) else "?"
        order.append((name, it.direction if isinstance(it, Ordered) else "asc"))
        if isinstance(it, Ordered) and it.nulls is not None:
            nulls.append((name, it.nulls))
    return msgspec.structs.replace(query, order=tuple(order), nulls=tuple(nulls))


def selected(args: Args, at: At) -> tuple[str, ...]:
    """The ids of the models of which select() names columns."""
    found: list[str] = [EVERYTHING] if args.spread else []
    for it in args.positional:
        model = _model_of(it, at)
        if model is not None:
            found.append(model.id)
    return tuple(dict.fromkeys(found))


def _model_of(it: Object | None, at: At) -> Model | None:
    if isinstance(it, (FieldOf, AliasOf, Select)):
        return it.model
    return at.model_of(it) if isinstance(it, Class) else None


def _at_path(model: Model, path: str, models: Models) -> Model | None:
    found: Model | None = model
    for name in path.split(".") if path else ():
        field = found.fields.get(name) if found is not None else None
        found = models.target(field) if field is not None else None
    return found


def _attribute_of(source: Model, dest: Model, on: Object | None, at: At) -> str:
    """The attribute that holds the joined row. Source: ModelSelect._normalize_join() of 4.5.3"""
    if isinstance(on, FieldOf) and on.model is source:
        return on.name
    for name, field in source.fields.items():
        if field.stored and field.target == dest.id:
            return name
    return dest.name.lower()


def _relation_between(source: Model, dest: Model) -> str | None:
    stored = (name for name, it in source.fields.items() if it.stored and it.target == dest.id)
    back = (name for name, it in source.fields.items() if not it.stored and it.target == dest.id)
    return next(back, None) or next(stored, None)


class Write(Asked, frozen=True):
    """An INSERT, UPDATE or DELETE that is sent once execute() is called."""

    model: Model
    query: Query

    def ask(self, name: str, args: Args, at: At) -> Object:
        if name.removeprefix(AWAITED) == "execute":
            query = msgspec.structs.replace(self.query, api=f"{self.query.api}.execute()")
            if query.operation == "delete":
                query = with_instead(msgspec.structs.replace(query, instead=""), self.model, "delete()")
            at.runs(query)
            return UNKNOWN
        if name == "where":
            return Write(self.model, filtered(self.query, args, {self.model.id: ""}))
        if name.startswith("on_conflict"):
            return Write(self.model, self._upsert(args, at))
        return self

    def _upsert(self, args: Args, at: At) -> Query:
        """on_conflict(conflict_target=[Author.name], conflict_where=...)"""
        given = args.get(None, "conflict_target")
        items = given.items or (given.of,) if isinstance(given, Many) else (given,) if given else ()
        names = [it.name if isinstance(it, FieldOf) else string(it) for it in items]
        where = args.get(None, "conflict_where")
        said = written(conditions.asked(where).named(lambda it: (it[1],))) if where is not None else None
        target = tuple(it for it in names if it is not None) if None not in names else ()
        return msgspec.structs.replace(self.query, operation="upsert", target=target, target_where=said)


def start(model: Model, name: str, operation: Operation = "select", instead: str = "") -> Query:
    """A query of all rows of the model."""
    return Query(
        LIBRARY_NAME,
        f"{model.name}.{name}()",
        operation,
        model=model.id,
        table=model.table,
        many=operation == "select",
        instead=instead,
    )
