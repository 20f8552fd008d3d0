"""Query sets: what each method makes of one, and which of them send a statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, Literal

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import names, plans, shapes
from crowsfoot.libraries.django.eager import only, prefetched, selected
from crowsfoot.libraries.django.orders import NOT_A_COLUMN, SortKey, order, ordering, reversed_order
from crowsfoot.libraries.django.plans import PLAIN, Plan
from crowsfoot.libraries.django.sending import query
from crowsfoot.libraries.django.shapes import Where
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Class,
    Constant,
    External,
    Many,
    Object,
    OneOf,
    Place,
    Table,
)
from crowsfoot.libraries.query import Operation
from crowsfoot.libraries.raw.queries import text_of
from crowsfoot.libraries.raw.statements import read
from crowsfoot.libraries.standard import Coroutine
from crowsfoot.libraries.where import NOTHING, SOMETHING

Kind = Literal["rows", "dicts", "values"]


class QuerySet(Object, frozen=True, cache_hash=True):
    """Rows that are fetched when they are looked at, and then kept."""

    ROWS: ClassVar[bool] = True

    model: Model | None
    plan: Plan = PLAIN
    made: Place | None = None
    api: str = ""  # the first method that made it: ".filter()"
    where: Where = NOTHING
    order: tuple[SortKey, ...] | None = None  # None: nothing has been said, so that the model's own holds
    limit: int | bool = False
    sets: tuple[Class, ...] = ()  # the program's classes of it
    kind: Kind = "rows"
    owner: Object | None = None  # the row of which a relation is asked
    relation: str = ""
    narrowed: bool = False  # it is no longer all of the relation: what was prefetched does not serve
    cached: bool = False  # its rows are there
    empty: bool = False  # none()
    kin: bool = False  # a row of a tree is asked for it: category.get_children()
    read: Place | None = None  # where the relation was read of which it has the rows
    sure: bool = True  # it is one, and somebody knows what has been fetched before
    asked: Place | None = None  # where the program has made it that gives it to a template
    # Relations that have been read of each of its rows since they are there, and where it was made that has
    # those: what it is filtered to asks for rows anew.
    seen: tuple[tuple[str, ...], ...] = ()
    seen_of: Place | None = None

    @property
    def at_most_one(self) -> bool:
        """By `[:1]`, or as no two rows have the same in that column."""
        if not isinstance(self.limit, bool):
            return self.limit == 1
        known = self.model.fields if self.model is not None else {}
        fixed = (known.get(it) for it in self.where.equal if it not in self.where.optional)
        return any(it is not None and it.unique and it.kind != "many" for it in fixed)

    @property
    def few(self) -> bool:
        return self.at_most_one or (not isinstance(self.limit, bool) and self.limit <= _HANDFUL)

    def attribute(self, name: str, at: At) -> Object:
        for cls in self.sets:
            found = at.member(cls, name, self)
            if found is not None:
                return found
        return self.inherited(name, at)

    def inherited(self, name: str, at: At) -> Object:
        """What Django's own class has by that name."""
        if name == "model" and self.model is not None and self.model.cls is not None:
            found: Object = self.model.cls
            return found
        return Method(self, name) if is_method(name) else UNKNOWN

    def element(self, at: At) -> Object:
        if not self.cached and not self.empty:
            at.runs(query(self, "select", "", at, many=True), self.made)
        return self._kept()

    def item(self, index: Object, at: At) -> Object:
        if names.is_slice(index):
            if self.cached or evaluated(self, at):
                return self if self.kind == "rows" else Many(UNKNOWN)
            return msgspec.structs.replace(self, made=at.place, limit=_limit(index), narrowed=True)
        if not self.cached and not self.empty and not evaluated(self, at):
            at.runs(query(self, "select", "[]", at, limit=1), unless=self.made)
        return self._kept()

    def measured(self, at: At) -> None:
        self.element(at)

    def told(self, at: At) -> None:
        row = self.element(at)
        row.told(at)

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        if operator not in ("|", "&", "^", "|=", "&=", "^="):
            return UNKNOWN
        found: Object = self
        for it in operands:
            found = found if it is self else _together(found, it)
        return msgspec.structs.replace(found, made=at.place) if isinstance(found, QuerySet) else found

    def joined(self, other: Object) -> Object | None:
        return _together(self, other) if isinstance(other, QuerySet) else None

    def moved(self, place: Place) -> Object:
        read = self.read and Place("", 0, 0)
        if self.made is None:
            return self
        seen_of = place if self.seen_of == self.made else None
        return msgspec.structs.replace(self, made=place, read=read, seen_of=seen_of)

    def with_loaded(self, paths: tuple[str, ...]) -> QuerySet:
        plan = self.plan
        for path in paths:
            plan = plans.with_path(plan, names.path(path))
        return msgspec.structs.replace(self, plan=plan)

    def typed(self, model: Model) -> QuerySet:
        """What has been fetched with its rows, whoever has made it knows."""
        return self if self.model is not None else msgspec.structs.replace(self, model=model, sure=False)

    def asked_at(self) -> QuerySet:
        return self if self.asked or not self.made else msgspec.structs.replace(self, asked=self.made)

    def with_read(self, path: tuple[str, ...]) -> QuerySet:
        if self.kind != "rows":
            return self
        known = self.seen if self.seen_of == self.made else ()
        if path in known or len(known) >= _MOST_SEEN:
            return self
        return msgspec.structs.replace(self, seen=tuple(sorted((*known, path))), seen_of=self.made)

    def _kept(self) -> Object:
        """One of the rows that it has fetched and keeps."""
        row = self.one()
        if self.seen and self.seen_of == self.made:
            for path in self.seen:
                row = row.with_read(path)
        return row

    def one(self) -> Object:
        """One of its rows."""
        if self.kind == "dicts":
            return Table(UNKNOWN, UNKNOWN)
        if self.kind == "values":
            return UNKNOWN
        # A row leads to query sets, and a query set to rows.
        from crowsfoot.libraries.django.rows import Row, child_plan

        if self.owner is None:
            return Row(self.model, self.plan, sure=self.sure, reached=self.read)
        assert isinstance(self.owner, Row)
        plan: Plan = child_plan(self.owner, self.relation, self.plan)
        path, own = self.owner.step(self.relation)
        if self.narrowed or self.owner.given:
            own = len(path)  # it is sent whatever has been loaded with the owner
        single = own == len(path)
        return Row(self.model, plan, path, single, sure=self.sure, reached=self.read, own=own)


_HANDFUL: Final = 5  # `[:3]` is a preview; a query for each of so few is no load that grows


class Method(Object, frozen=True):
    """A method of a query set, about to be called."""

    of: QuerySet
    name: str

    def call(self, args: Args, at: At) -> Object:
        return call(self.of, self.name, args, at)


def is_method(name: str) -> bool:
    return name in _METHODS or (name[:1] == "a" and name[1:] in _AWAITED)


def call(of: QuerySet, name: str, args: Args, at: At) -> Object:
    """What comes of a method of Django's query set."""
    method = _METHODS.get(name)
    if method is not None:
        return method(of, name, args, at)
    method = _METHODS.get(name[1:]) if name[1:] in _AWAITED else None
    return Coroutine(method(of, name, args, at)) if method is not None else UNKNOWN


def evaluated(of: QuerySet, at: At) -> bool:
    """Whether its rows have been fetched already, so that counting them and picking one costs nothing."""
    return of.made is not None and at.fetched(of.made)


def _together(one: Object, other: Object) -> Object:
    if not isinstance(one, QuerySet) or not isinstance(other, QuerySet):
        return one if isinstance(one, QuerySet) else other
    if one.empty or other.empty:
        kept, lost = (other, one) if one.empty else (one, other)
        return msgspec.structs.replace(kept, made=_later(one.made, other.made), sets=kept.sets or lost.sets)
    if one.model is not other.model:
        return OneOf((one, other))
    return msgspec.structs.replace(
        one,
        plan=plans.merged(one.plan, other.plan),
        made=_later(one.made, other.made),
        where=one.where.or_else(other.where),
        order=one.order if one.order == other.order else (),
        narrowed=one.narrowed or other.narrowed,
        cached=one.cached and other.cached,
        sets=one.sets or other.sets,
        kind=one.kind if one.kind == other.kind else "values",
        limit=one.limit or other.limit,
        seen=one.seen if one.seen == other.seen else (),
    )


def _later(one: Place | None, other: Place | None) -> Place | None:
    """What may be either is made anew where the later one is."""
    return max((it for it in (one, other) if it is not None), default=None)


def _limit(index: Object) -> int | bool:
    high = getattr(index, "high", None)
    low = getattr(index, "low", None)
    found = names.number(high)
    if high is None or names.is_none(high):
        return False
    return found - (names.number(low) or 0) if found is not None and found > 0 else True


# What makes another query set


def _next(of: QuerySet, name: str, at: At, **changes: Any) -> QuerySet:
    return msgspec.structs.replace(
        of, made=at.place, cached=False, narrowed=True, api=of.api or f".{name}()", **changes
    )


def _all(of: QuerySet, name: str, args: Args, at: At) -> Object:
    return msgspec.structs.replace(of, made=at.place, cached=False, api=of.api or f".{name}()")


def _filter(of: QuerySet, name: str, args: Args, at: At) -> Object:
    found = shapes.where(args, of.model, at.models)
    if name == "exclude":
        found = shapes.without(found, of.model)
    if not (args.positional or args.keywords or args.spread):
        return _all(of, name, args, at)
    return _next(of, name, at, where=of.where.and_(found))


def _order(of: QuerySet, name: str, args: Args, at: At) -> Object:
    return _next(of, name, at, order=_given(args, of.model, at))


def _reverse(of: QuerySet, name: str, args: Args, at: At) -> Object:
    order = of.order if of.order is not None else ordering(of.model, at.models)
    return _next(of, name, at, order=reversed_order(order))


def _same(of: QuerySet, name: str, args: Args, at: At) -> Object:
    return _next(of, name, at)


def _select_related(of: QuerySet, name: str, args: Args, at: At) -> Object:
    return _next(of, name, at, plan=selected(of.plan, of.model, args, at))


def _prefetch_related(of: QuerySet, name: str, args: Args, at: At) -> Object:
    return _next(of, name, at, plan=prefetched(of.plan, of.model, args, at))


def _only(of: QuerySet, name: str, args: Args, at: At) -> Object:
    return _next(of, name, at, plan=only(of.plan, name, args))


def _annotate(of: QuerySet, name: str, args: Args, at: At) -> Object:
    added = [key for key, _ in args.keywords]
    for it in args.positional:
        made = names.class_name(it)
        if isinstance(made, str):
            of_ = next((names.text(arg) for arg in getattr(it, "args", Args()).positional), None)
            added.append(f"{of_}__{dotted.last(made).lower()}")
    for key in ("select", "select_params"):
        extra = args.get(0 if key == "select" else None, key) if name == "extra" else None
        if isinstance(extra, Table):
            added.extend(str(key) for key, _ in extra.named)
    if name == "alias":
        return _next(of, name, at)
    plan = msgspec.structs.replace(
        of.plan,
        free=tuple(dict.fromkeys((*of.plan.free, *added)))[:_MOST_ADDED],
        anything=of.plan.anything or args.spread,
    )
    return _next(of, name, at, plan=plan)


def _values(of: QuerySet, name: str, args: Args, at: At) -> Object:
    return _next(of, name, at, kind="dicts" if name == "values" else "values")


def _none(of: QuerySet, name: str, args: Args, at: At) -> Object:
    return _next(of, name, at, empty=True)


def _union(of: QuerySet, name: str, args: Args, at: At) -> Object:
    found: Object = of
    for it in args.positional:
        found = _together(found, it)
    return _next(found if isinstance(found, QuerySet) else of, name, at)


def _fetch_mode(of: QuerySet, name: str, args: Args, at: At) -> Object:
    mode = args.get(0, "mode")
    peers = isinstance(mode, External) and mode.name.endswith("FETCH_PEERS")
    return _next(of, name, at, plan=msgspec.structs.replace(of.plan, peers=peers))


def _raw(of: QuerySet, name: str, args: Args, at: At) -> Object:
    written = text_of(args.get(0, "raw_query") or UNKNOWN)
    said = read(written) if written is not None else None
    if said is None or of.model is None or said.table != of.model.table:
        return _next(of, name, at, where=SOMETHING, order=())
    placed = dict(said.nulls)
    order = tuple((column, way, placed.get(column)) for column, way in said.order)
    return _next(of, name, at, where=said.where, order=order, limit=said.limit)


def _iterator(of: QuerySet, name: str, args: Args, at: At) -> Object:
    """Nothing is kept, so that rows have no peers; prefetches are done once per chunk."""
    plan = msgspec.structs.replace(of.plan, peers=False)
    return _next(of, name, at, plan=plan)


# What sends a statement


def _row(of: QuerySet, name: str, args: Args, at: At) -> Object:
    """get(), earliest(), latest(), first(), last()"""
    narrowed = bool(args.keywords or args.positional or args.spread)
    found = of
    if name.removeprefix("a") == "get":
        if any(isinstance(it, Constant) for it in args.positional):
            return UNKNOWN  # of a dict that is called as a relation is: get() of a manager takes conditions
        found = msgspec.structs.replace(
            of,
            where=of.where.and_(shapes.where(args, of.model, at.models)),
            narrowed=of.narrowed or narrowed,
            order=(),  # get() takes it away
        )
        at.runs(query(found, "select", name, at, limit=of.limit or _MOST_GOT))
        return found.one()
    last = name.removeprefix("a")
    if last == "first" and _ordered(of) and (of.cached or evaluated(of, at)):
        return of.one()
    if of.empty:
        return of.one()
    found = msgspec.structs.replace(of, order=_order_of(of, last, args, at), narrowed=True)
    at.runs(query(found, "select", name, at, limit=1))
    return of.one()


def _ordered(of: QuerySet) -> bool:
    return (
        bool(of.order) or of.plan.ordered or of.plan.anything or (of.model is not None and of.model.ordered)
    )


def _order_of(of: QuerySet, name: str, args: Args, at: At) -> tuple[SortKey, ...]:
    """By what a method that takes the first of an order sorts.

    Source: https://docs.djangoproject.com/en/stable/ref/models/querysets/#first
    """
    if name in ("latest", "earliest"):
        found = _given(args, of.model, at) or ((NOT_A_COLUMN, "asc", None),)  # Meta.get_latest_by
    else:
        found = of.order if of.order is not None else ordering(of.model, at.models)
        found = found or order((Constant("pk"),), of.model, at.models)
    return reversed_order(found) if name in ("last", "latest") else found


def _given(args: Args, model: Model | None, at: At) -> tuple[SortKey, ...]:
    """What the arguments say of an order."""
    return order((*args.positional, UNKNOWN) if args.spread else args.positional, model, at.models)


def _counted(of: QuerySet, name: str, args: Args, at: At) -> Object:
    """count(), exists(), contains(): the rows tell where they are there."""
    if not of.cached and not of.empty and not evaluated(of, at):
        operation: Operation = "count" if "count" in name else "exists"
        at.runs(query(of, operation, name, at, limit=1 if operation == "exists" else None), unless=of.made)
    return UNKNOWN


def _aggregate(of: QuerySet, name: str, args: Args, at: At) -> Object:
    at.runs(query(msgspec.structs.replace(of, narrowed=True), "aggregate", name, at))
    return Table(UNKNOWN, UNKNOWN)


def _in_bulk(of: QuerySet, name: str, args: Args, at: At) -> Object:
    field = names.text(args.get(None, "field_name")) or "pk"
    column, _ = shapes.path_of(field, of.model, at.models)
    where = of.where.with_("among", (".".join(column),)) if args.positional else of.where
    at.runs(query(msgspec.structs.replace(of, where=where, narrowed=True), "select", name, at, many=True))
    return Table(UNKNOWN, of.one())


def create(of: QuerySet, name: str, args: Args, at: At) -> Object:
    """create() of rows, create_user() of users"""
    at.runs(query(of, "insert", name, at))
    return new_row(of.model, args)


def _get_or_create(of: QuerySet, name: str, args: Args, at: At) -> Object:
    told = tuple(it for it in args.keywords if it[0] not in ("defaults", "create_defaults"))
    lookups = Args(keywords=told, spread=args.spread)
    where = of.where.and_(shapes.where(lookups, of.model, at.models))
    operation: Operation = "upsert" if "update" in name else "get-or-create"
    at.runs(query(msgspec.structs.replace(of, where=where), operation, name, at))
    row = of.one()
    return Many(row, (row, UNKNOWN), "fixed")


def _bulk(of: QuerySet, name: str, args: Args, at: At) -> Object:
    from crowsfoot.libraries.django.rows import Row

    given = args.get(0, "objs")
    made = given.element(at) if given is not None else UNKNOWN
    operation: Operation = "insert" if "create" in name else "update"
    target: tuple[str, ...] = ()
    if names.truth(args.get(None, "update_conflicts")):
        given_target = names.texts(args.get(None, "unique_fields"))
        operation, target = (
            "upsert",
            tuple(".".join(shapes.path_of(it, of.model, at.models)[0]) for it in given_target),
        )
    found = query(of, operation, name, at, many=True, target=target)
    # What has been gathered over many passes is sent for many at a time.
    at.runs(msgspec.structs.replace(found, in_batch=at.gathered(0)))
    if "create" not in name:
        return UNKNOWN
    # It gives back the rows that it was given, with the relations that they were made with.
    return Many(made if isinstance(made, Row) and made.model is of.model else new_row(of.model, Args()))


def _write(of: QuerySet, name: str, args: Args, at: At) -> Object:
    if not of.empty:
        at.runs(query(of, "delete" if "delete" in name else "update", name, at, many=True))
    return UNKNOWN


def _explain(of: QuerySet, name: str, args: Args, at: At) -> Object:
    at.runs(query(of, "execute", name, at))
    return UNKNOWN


def new_row(model: Model | None, args: Args) -> Object:
    """What has just been made: the relations that it was given are there."""
    from crowsfoot.libraries.django.rows import Row

    plan = Plan(anything=args.spread)
    for name, value in args.keywords:
        field = model.fields.get(name) if model is not None else None
        if field is not None and field.kind == "one" and not names.is_none(value):
            plan = plans.with_path(plan, (name,), plans.cut(value.plan) if isinstance(value, Row) else PLAIN)
    return Row(model, plan, new=True)


_MOST_ADDED: Final = 200
_MOST_SEEN: Final = 20
_MOST_GOT: Final = 21  # Django's MAX_GET_RESULTS: it tells how many there are where there are several
_AWAITED: Final = frozenset(
    (
        *(
            "get",
            "first",
            "last",
            "latest",
            "earliest",
            "count",
            "exists",
            "contains",
            "aggregate",
            "in_bulk",
        ),
        *("create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "update", "delete"),
        *("explain", "iterator"),
    )
)
_METHODS: Final[dict[str, Callable[[QuerySet, str, Args, At], Object]]] = {
    **dict.fromkeys(("all", "using", "_clone", "_chain", "get_queryset", "get_query_set"), _all),
    **dict.fromkeys(("filter", "exclude", "complex_filter"), _filter),
    "order_by": _order,
    "reverse": _reverse,
    **dict.fromkeys(("distinct", "select_for_update"), _same),
    "select_related": _select_related,
    "prefetch_related": _prefetch_related,
    **dict.fromkeys(("only", "defer"), _only),
    **dict.fromkeys(("annotate", "alias", "extra"), _annotate),
    **dict.fromkeys(("values", "values_list", "dates", "datetimes"), _values),
    "none": _none,
    **dict.fromkeys(("union", "intersection", "difference"), _union),
    "fetch_mode": _fetch_mode,
    "raw": _raw,
    "iterator": _iterator,
    **dict.fromkeys(("get", "first", "last", "latest", "earliest"), _row),
    **dict.fromkeys(("count", "exists", "contains"), _counted),
    "aggregate": _aggregate,
    "in_bulk": _in_bulk,
    "create": create,
    **dict.fromkeys(("get_or_create", "update_or_create"), _get_or_create),
    **dict.fromkeys(("bulk_create", "bulk_update"), _bulk),
    **dict.fromkeys(("update", "delete", "_raw_delete"), _write),
    "explain": _explain,
}
