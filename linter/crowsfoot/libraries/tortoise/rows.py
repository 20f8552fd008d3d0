"""Rows of Tortoise, their relations, and what the classes of models do.

Measured on Tortoise 1.1.9: a relation to one row that was not fetched is a query to await; one to many rows
raises where it is gone over without `async`. After prefetch_related() both are there, and still
`await a.books.all()` and `a.books.filter()` ask anew.
"""

from typing import Final

import msgspec

from crowsfoot.libraries.calls import Asked, Bound, in_both
from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Many, Object
from crowsfoot.libraries.query import Operation, Query
from crowsfoot.libraries.standard import Coroutine, listed
from crowsfoot.libraries.tortoise import querysets
from crowsfoot.libraries.tortoise.filters import ALL_LOADED, filtered, paths, within
from crowsfoot.libraries.tortoise.models import LIBRARY_NAME

_WRITES: Final[dict[str, tuple[Operation, str]]] = {
    "create": ("insert", "bulk_create()"),
    "get_or_create": ("get-or-create", "bulk_create(..., ignore_conflicts=True)"),
    "update_or_create": ("upsert", "bulk_create(..., update_fields=..., on_conflict=...)"),
}
CLASS_METHODS: Final = querysets.METHODS | _WRITES.keys() | {"fetch_for_list"}
_ROW_METHODS: Final = frozenset(
    ("save", "delete", "refresh_from_db", "fetch_related", "update_from_dict", "clone")
)


class ModelClass(Asked, frozen=True):
    """The class of a model."""

    model: Model

    def ask(self, name: str, args: Args, at: At) -> Object:
        model = self.model
        if name in _WRITES:
            operation, instead = _WRITES[name]
            query = Query(
                LIBRARY_NAME,
                f"{model.name}.{name}()",
                operation,
                model=model.id,
                table=model.table,
                instead=f"{model.name}.{instead}",
            )
            row = Row(model, ())
            if name == "create":
                at.runs(query)
                return Coroutine(Row(model, (ALL_LOADED,)))
            keys = Args((), tuple(it for it in args.keywords if it[0] != "defaults"), args.spread)
            at.runs(filtered(query, keys))
            return Coroutine(listed((row, UNKNOWN)))
        if name == "fetch_for_list":
            rows = args.get(0, "instance_list")
            if rows is not None:
                at.loaded(rows, paths(Args(args.positional[1:], (), args.spread)))
            return Coroutine(UNKNOWN)
        started = querysets.start(model, name, Row(model, ()), at)
        return started.ask(name, args, at)


class Row(Asked, frozen=True):
    """A row; loaded are the relations that came with it, None where nobody knows.

    path leads to it from the row that was fetched: "author".
    """

    model: Model
    loaded: tuple[str, ...] | None = None
    path: str = ""

    @property
    def is_fetched(self) -> bool:
        return self.loaded is not None

    @property
    def is_guessed(self) -> bool:
        return self.loaded is None

    def attribute(self, name: str, at: At) -> Object:
        field = self.model.fields.get(name)
        if field is not None and field.kind == "column":
            return UNKNOWN
        if field is not None:
            return self._relation(field, at)
        if name in _ROW_METHODS:
            return Bound(self, name)
        cls = self.model.cls
        found = at.member(cls, name, self) if isinstance(cls, Class) else None
        return found if found is not None else UNKNOWN

    def _relation(self, field: Field, at: At) -> Object:
        target = at.models.target(field)
        if target is None:
            return UNKNOWN
        there = None if self.loaded is None else within(self.loaded, field.name)
        if field.kind == "many":
            return Relation(self, field, target, there)
        if there is not None:
            return Row(target, there, self._path_to(field))
        return Unfetched(self, field, target)

    def _path_to(self, field: Field) -> str:
        return f"{self.path}.{field.name}" if self.path else field.name

    def relation_query(self, field: Field, target: Model) -> Query:
        """What is sent for the rows that the relation leads to."""
        return Query(
            LIBRARY_NAME,
            f"{self.model.name}.{field.name}",
            "select",
            cause="relation",
            model=target.id,
            table=target.table,
            equal=((field.back,) if field.back and not field.stored else target.primary_key),
            many=field.kind == "many",
            limit=1 if field.kind == "one" else False,
            relation=field.name,
            instead=f'prefetch_related("{self._path_to(field).replace(".", "__")}")',
        )

    def ask(self, name: str, args: Args, at: At) -> Object:
        model = self.model
        if name == "fetch_related":
            found = paths(args)
            at.loaded(self, found)
            at.runs(
                Query(
                    LIBRARY_NAME,
                    f"{model.name}.fetch_related()",
                    "select",
                    model=model.id,
                    table=model.table,
                    many=True,
                    loads=found,
                    relation=found[0] if found else "",
                    instead=f"{model.name}.fetch_for_list(...)",
                )
            )
            return Coroutine(UNKNOWN)
        if name in ("update_from_dict", "clone"):
            return self
        new = self.loaded == (ALL_LOADED,)
        operation, instead = {
            "save": ("save", f"{model.name}.bulk_create()" if new else f"{model.name}.bulk_update()"),
            "delete": ("delete", f"{model.name}.filter(pk__in=...).delete()"),
        }.get(name, ("refresh", f"{model.name}.filter(pk__in=...)"))
        at.runs(
            Query(
                LIBRARY_NAME,
                f"{model.name}.{name}()",
                operation,  # type: ignore[arg-type]  # one of the three above
                model=model.id,
                table=model.table,
                equal=() if new else model.primary_key,
                instead=instead,
            )
        )
        return Coroutine(UNKNOWN)

    def awaited(self, at: At) -> Object:
        return self

    def with_loaded(self, paths: tuple[str, ...]) -> Object:
        return Row(self.model, (*(self.loaded or ()), *paths), self.path)

    def joined(self, other: Object) -> Object | None:
        if not isinstance(other, Row) or other.model is not self.model:
            return None
        if self.loaded is None or other.loaded is None:
            return Row(self.model, None, self.path)
        return Row(self.model, in_both(self.loaded, other.loaded, ALL_LOADED), self.path)


class Unfetched(Object, frozen=True):
    """A relation to one row that is not there: it is asked for once it is awaited.

    Where it is used without, it must have been fetched before, by something that nobody has seen.
    """

    row: Row
    field: Field
    target: Model

    def awaited(self, at: At) -> Object:
        at.runs(self.row.relation_query(self.field, self.target))
        return Row(self.target, ())

    def attribute(self, name: str, at: At) -> Object:
        return Row(self.target, None).attribute(name, at)


class Relation(Asked, frozen=True):
    """A relation to many rows; loaded says what of theirs is there, None that they are not."""

    row: Row
    field: Field
    target: Model
    loaded: tuple[str, ...] | None

    def element(self, at: At) -> Object:
        # Without `async` it raises where nothing has been fetched.
        return Row(self.target, self.loaded, self.row._path_to(self.field))

    def item(self, index: Object, at: At) -> Object:
        return self.element(at)

    def streamed(self, at: At) -> Object:
        if self.loaded is None:
            at.runs(self._query())
        return Row(self.target, self.loaded or (), self.row._path_to(self.field))

    def awaited(self, at: At) -> Object:
        at.runs(self._query())
        return Many(Row(self.target, ()))

    def _query(self) -> Query:
        query = self.row.relation_query(self.field, self.target)
        if self.loaded is None:
            return query
        # It is there, and is asked for again.
        return msgspec.structs.replace(query, cause="call", instead=f"{self.field.name} without await")

    def ask(self, name: str, args: Args, at: At) -> Object:
        target, field = self.target, self.field
        if name in ("create", "add", "remove", "clear"):
            at.runs(
                Query(
                    LIBRARY_NAME,
                    f"{self.row.model.name}.{field.name}.{name}()",
                    "insert" if name in ("create", "add") else "delete",
                    model=target.id,
                    table=target.table,
                    relation=field.name,
                    instead=f"{target.name}.bulk_create()" if name == "create" else f"one {name}()",
                )
            )
            return Coroutine(Row(target, (ALL_LOADED,)) if name == "create" else UNKNOWN)
        query = self._query()
        if name != "all":
            query = msgspec.structs.replace(
                query,
                cause="call",
                api=f"{self.row.model.name}.{field.name}.{name}()",
                instead=f'prefetch_related(Prefetch("{field.name}", ...))',
            )
        return querysets.QuerySet(target, query, Row(target, ()), made=at.place).ask(name, args, at)
