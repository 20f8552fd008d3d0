"""Rows of Peewee, their relations, and what the classes of models do.

Measured on Peewee 4.5.3: a foreign key that is read asks for its row each time, as rows do not share what
they have loaded; `author_id` is there. A join alone loads nothing, unless columns of the other table are
selected.
"""

from typing import Final

import msgspec

from crowsfoot.libraries.calls import Asked, Bound, in_both
from crowsfoot.libraries.models import Field, Model, Models
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Constant, Many, Object
from crowsfoot.libraries.peewee import selects
from crowsfoot.libraries.peewee.conditions import FieldOf
from crowsfoot.libraries.peewee.models import LIBRARY_NAME
from crowsfoot.libraries.query import Operation, Query
from crowsfoot.libraries.raw.queries import query_of
from crowsfoot.libraries.standard import listed

_WRITES: Final[dict[str, Operation]] = {
    "insert": "insert",
    "insert_many": "insert",
    "insert_from": "insert",
    "replace": "upsert",
    "replace_many": "upsert",
    "update": "update",
    "delete": "delete",
}
# One statement for many rows: where it stands in a loop, it is given few.
_BULK: Final = frozenset(("insert_many", "insert_from", "replace_many", "bulk_create", "bulk_update"))
_NOW: Final = frozenset(
    (
        *("get", "get_or_none", "get_by_id", "set_by_id", "delete_by_id", "create", "get_or_create"),
        *("bulk_create", "bulk_update"),
    )
)
CLASS_METHODS: Final = (
    _WRITES.keys()
    | _NOW
    | {"select", "filter", "alias", "raw", "noop"}
    | {f"{selects.AWAITED}{name}" for name in _NOW}
)
_ROW_METHODS: Final = frozenset(("save", "delete_instance", "get_id", "aio_save", "aio_delete_instance"))


class ModelClass(Asked, frozen=True):
    """The class of a model."""

    model: Model

    def ask(self, name: str, args: Args, at: At) -> Object:
        name = name.removeprefix(selects.AWAITED)
        model = self.model
        row = Row(model, ())
        if name == "alias":
            return selects.AliasOf(model)
        if name in ("select", "filter"):
            found = selects.Select(model, selects.start(model, name), row, made=at.place)
            if name == "filter":
                return found.ask("where", args, at)
            return found.of_columns(args, at)
        if name == "raw":
            at.runs(query_of(args.get(0, "sql") or UNKNOWN, f"{model.name}.raw()", LIBRARY_NAME))
            return Many(row)
        if name in _WRITES:
            query = selects.start(model, name, _WRITES[name], _bulk_of(model, _WRITES[name]))
            if name == "update" and args.all and all(isinstance(it, Constant) for it in args.all):
                for_all = selects.by_keys(model, "update(...)", (f"{model.name}.{_key_of(model)}",))
                query = msgspec.structs.replace(query, instead=for_all.said(for_all.keys), for_all=for_all)
            if name in _BULK:
                query = msgspec.structs.replace(query, likely=False, many=True)
            return selects.Write(model, query)
        if name in _NOW:
            return self._now(name, args, at)
        return UNKNOWN

    def _now(self, name: str, args: Args, at: At) -> Object:
        model = self.model
        row = Row(model, ())
        key = model.primary_key
        if name in ("get", "get_or_none", "get_by_id"):
            query = selects.start(model, name)
            query = msgspec.structs.replace(
                selects.filtered(query, args, {model.id: ""}), limit=1, many=False
            )
            if name == "get_by_id" or not (args.positional or args.keywords):
                query = msgspec.structs.replace(query, equal=key)
            at.runs(selects.with_instead(query, model))
            return row
        if name == "get_or_create":
            keys = Args((), tuple(it for it in args.keywords if it[0] != "defaults"), args.spread)
            query = selects.start(
                model, name, "get-or-create", f"{model.name}.insert_many().on_conflict_ignore()"
            )
            at.runs(msgspec.structs.replace(selects.filtered(query, keys, {}), many=False))
            return listed((row, UNKNOWN))
        operation: Operation = {"set_by_id": "update", "delete_by_id": "delete", "bulk_update": "update"}.get(
            name, "insert"
        )  # type: ignore[assignment]  # one of those
        query = selects.start(model, name, operation, _bulk_of(model, operation))
        if name in ("set_by_id", "delete_by_id"):
            query = msgspec.structs.replace(query, equal=key)
        if name in _BULK:
            query = msgspec.structs.replace(query, likely=False, many=True, instead=f"one {name}()")
        at.runs(query)
        return Row(model, (selects.EVERYTHING,)) if name == "create" else UNKNOWN


def _bulk_of(model: Model, operation: Operation) -> str:
    """What writes all rows at once."""
    if operation == "insert":
        return f"{model.name}.insert_many()"
    if operation == "upsert":
        return f"{model.name}.replace_many()"
    if operation == "delete":
        return f"{model.name}.delete().where({model.name}.{_key_of(model)}.in_(...))"
    return f"{model.name}.bulk_update()"


def _key_of(model: Model) -> str:
    return model.primary_key[0] if len(model.primary_key) == 1 else "..."


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
        if field is not None:
            return UNKNOWN if field.kind == "column" else self._relation(field, at)
        if name in _ROW_METHODS:
            return Bound(self, name)
        cls = self.model.cls
        found = at.member(cls, name, self) if isinstance(cls, Class) else None
        return found if found is not None else UNKNOWN

    def _relation(self, field: Field, at: At) -> Object:
        target = at.models.target(field)
        if target is None:
            return UNKNOWN
        there = self._within(field.name)
        path = f"{self.path}.{field.name}" if self.path else field.name
        if field.kind == "many":
            if there is not None:
                # prefetch() sets the row that they belong to.
                return Many(Row(target, (*there, field.back or ""), path))
            query = self._query(field, target)
            return selects.Select(target, query, Row(target, ()), made=at.place)
        if there is None and field.loading == "none":
            return UNKNOWN
        if there is None:
            at.runs(self._query(field, target))
        return Row(target, there or (), path)

    def _within(self, name: str) -> tuple[str, ...] | None:
        if self.loaded is None:
            return None
        if selects.EVERYTHING in self.loaded:
            return (selects.EVERYTHING,)
        if name not in self.loaded:
            return None
        return tuple(it[len(name) + 1 :] for it in self.loaded if it.startswith(f"{name}."))

    def _query(self, field: Field, target: Model) -> Query:
        source, many = self.model.name, field.kind == "many"
        instead = f"select({source}, {target.name}).join({target.name})"
        if many:
            instead = f"prefetch({source}.select(), {target.name}.select())"
        return Query(
            LIBRARY_NAME,
            f"{source}.{field.name}",
            "select",
            cause="relation",
            model=target.id,
            table=target.table,
            equal=(field.back,) if many and field.back else target.primary_key,
            many=many,
            limit=False if many else 1,
            relation=field.name,
            instead=instead,
        )

    def ask(self, name: str, args: Args, at: At) -> Object:
        model = self.model
        name = name.removeprefix(selects.AWAITED)
        if name == "get_id":
            return UNKNOWN
        new = self.loaded == (selects.EVERYTHING,)
        if name == "save":
            instead = _bulk_of(model, "insert" if new else "update")
            query = selects.start(model, name, "save", instead)
        else:
            query = selects.start(model, name, "delete", _bulk_of(model, "delete"))
        at.runs(msgspec.structs.replace(query, equal=() if new else model.primary_key))
        return UNKNOWN

    def awaited(self, at: At) -> Object:
        return self

    def to_dict(self, at: At, seen: frozenset[str] = frozenset()) -> None:
        """model_to_dict(self): every foreign key is followed."""
        if self.model.id in seen:
            return
        for name, field in self.model.fields.items():
            if field.stored and field.kind == "one":
                it = self.attribute(name, at)
                if isinstance(it, Row):
                    it.to_dict(at, seen | {self.model.id})

    def with_loaded(self, paths: tuple[str, ...]) -> Object:
        return Row(self.model, (*(self.loaded or ()), *paths), self.path)

    def keeps_relation(self, name: str, models: Models) -> bool:
        field = self.model.fields.get(name)
        return field is not None and field.kind == "one"

    def with_read(self, path: tuple[str, ...]) -> Object:
        return self.with_loaded((".".join(path),))

    def joined(self, other: Object) -> Object | None:
        if not isinstance(other, Row) or other.model is not self.model:
            return None
        if self.loaded is None or other.loaded is None:
            return Row(self.model, None, self.path)
        return Row(self.model, in_both(self.loaded, other.loaded, selects.EVERYTHING), self.path)


def field_of(model: Model, name: str) -> Object | None:
    """`Author.name`, of the class; the key of a relation is the relation there."""
    if name in model.fields:
        return FieldOf(model, name)
    for field in model.fields.values():
        if name in field.key_attributes:
            return FieldOf(model, field.name)
    return None
