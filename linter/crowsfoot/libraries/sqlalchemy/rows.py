"""Rows of models: reading a relation that has not come with the row sends a query.

Counted on SQLAlchemy 1.4.54 and 2.0.58.
"""

from typing import Final

import msgspec

from crowsfoot.libraries.models import Field, Model, Models
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Many, Object, OneOf, Place
from crowsfoot.libraries.query import Query
from crowsfoot.libraries.sqlalchemy.fields import ProxyField, RelationField
from crowsfoot.libraries.sqlalchemy.loading import Loads
from crowsfoot.libraries.sqlalchemy.receiver import Receiver

# Some other scope.
_ELSEWHERE: Final = Place("", 0, 0)
# How many steps from the row that was fetched a message shows.
_LONGEST: Final = 4

# What a session's commit() leaves behind it: rows of which every column is loaded anew when one is read.
# https://docs.sqlalchemy.org/en/20/orm/session_basics.html#expiring-refreshing
EXPIRED: Final = "expired"
MAY_HAVE_EXPIRED: Final = "may have expired"
FAILED: Final = "expired for good"
MAY_HAVE_FAILED: Final = "may have expired for good"
_MARKS: Final = (EXPIRED, FAILED, MAY_HAVE_EXPIRED, MAY_HAVE_FAILED)


class Row(Object, frozen=True):
    """A row of a model.

    trail holds what leads to it from the row that a query has fetched: ("joinedload(Book.author)",).
    is_async: it came from an AsyncSession, where reading loads no relation; None: nobody can tell.
    fresh: the program has made it, and the database has none of it yet: nothing of it is loaded later.
    guessed: no query is known that has fetched it.
    shared: the relation that leads this one and its peers to one row; origin: where that is seen.
    kept: it is such a row itself; what is read of it is read once.
    """

    model: str
    loads: Loads = Loads()
    trail: tuple[str, ...] = ()
    is_async: bool | None = None
    fresh: bool = False
    guessed: bool = False
    shared: str = ""
    origin: Place | None = None
    kept: Place | None = None

    @property
    def is_fetched(self) -> bool:
        return not self.fresh and not self.guessed

    @property
    def is_guessed(self) -> bool:
        return self.guessed

    def attribute(self, name: str, at: At) -> Object:
        model = at.models.get(self.model)
        if model is None:
            return UNKNOWN
        field = model.fields.get(name)
        if field is None:
            return self._other(name, model, at)
        if isinstance(field, ProxyField):
            return self._proxied(field, at)
        if field.kind == "column":
            if not self.fresh and self.loads.leaves_out(model, name, field.deferred):
                self._deferred(field, model, at)
            elif field.stored and not self.fresh:
                expired(model, name, at)
            return UNKNOWN
        return self._relation(field, model, at, asked=False)

    def _other(self, name: str, model: Model, at: At) -> Object:
        if name == "awaitable_attrs":
            return AwaitableAttributes(self)
        if isinstance(model.cls, Class):
            found = at.member(model.cls, name, self)
            if found is not None:
                return found
        if name == "__class__" and isinstance(model.cls, Class):
            return model.cls
        return UNKNOWN

    def _proxied(self, field: ProxyField, at: At) -> Object:
        rows = self.attribute(field.via, at)
        if isinstance(rows, Row):
            return rows.attribute(field.attribute, at)
        if isinstance(rows, Many):
            within = at.each(rows, f"association_proxy({field.via!r})")
            return Many(rows.of.attribute(field.attribute, within), size=rows.size)
        return UNKNOWN

    def _deferred(self, field: Field, model: Model, at: At) -> None:
        query = Query(
            model.library,
            f"{model.name}.{field.name}",
            "select",
            "deferred",
            model=model.id,
            table=model.table or None,
            equal=model.primary_key,
            relation=field.name,
            instead=self._path(f"undefer({model.name}.{field.name})"),
            # Who reads such a column of rows that are given to it has most often been given it as well.
            likely=self.is_async is not None or self.loads != Loads(),
            fails=self.is_async is True,
        )
        at.runs(query)

    def awaited_relation(self, name: str, at: At) -> Object:
        """await row.awaitable_attrs.name"""
        model = at.models.get(self.model)
        field = model.fields.get(name) if model is not None else None
        if model is None or field is None or field.kind == "column":
            return UNKNOWN
        return self._relation(field, model, at, asked=True)

    def _relation(self, field: Field, model: Model, at: At, *, asked: bool) -> Object:
        how = None if self.fresh else self.loads.how(field.name)
        loading = how or field.loading
        reached = self.reached(field, model, at)
        if loading == "dynamic" and how is None:
            from crowsfoot.libraries.sqlalchemy.legacy import dynamic

            return dynamic(self, field, model, at)
        if loading == "read" and any(map(at.marked, _MARKS)):
            loading = "lazy"
        if loading == "lazy" and not self.fresh and field.target is not None and self._may_ask(at):
            query = self.query(field, model, at, fails=self.is_async is True and not asked)
            if self.guessed and not asked and not _may_load(at):
                query = msgspec.structs.replace(query, likely=False)
            at.runs(query, self.kept)
        if loading == "none":
            return Many(UNKNOWN, (), "fixed") if field.kind == "many" else UNKNOWN
        return reached

    def _may_ask(self, at: At) -> bool:
        """Whether it asks for its own sake: what many lead back to is asked where they were come by."""
        return self.kept is None or (self.kept.path, self.kept.scope) == (at.place.path, at.place.scope)

    def query(self, field: Field, model: Model, at: At, *, fails: bool = False) -> Query:
        """What reading a relation sends that is not loaded."""
        target = at.models.get(field.target)
        loader = "joinedload" if field.kind == "one" else "selectinload"
        if target is not None and field.kind == "one":
            equal = target.primary_key
        elif target is not None:
            back = target.fields.get(field.back or "")
            equal = back.key_attributes if back is not None else ()
        else:
            equal = ()
        return Query(
            model.library,
            f"{model.name}.{field.name}",
            "select",
            "relation",
            model=field.target,
            table=target.table or None if target is not None else None,
            equal=equal,
            many=field.kind == "many",
            relation=field.name,
            instead=self._path(f"{loader}({model.name}.{field.name})"),
            fails=fails,
            guessed=self.guessed,
        )

    def reached(self, field: Field, model: Model, at: At) -> Object:
        """The row or rows that a relation leads to."""
        target = at.models.get(field.target)
        if target is None:
            return Many(UNKNOWN) if field.kind == "many" else UNKNOWN
        loads = self.loads.under(field.name)
        back = parent_field(field, model, target)
        shared = ""
        if back is not None and field.kind == "many" and not field.through:
            shared = back.name
            # The children know their parent: it is in the session, and is found there by its key.
            known = [(back.name,), (back.name, field.name)]
            known += [
                (back.name, path[0])
                for path, how in self.loads.relations
                if len(path) == 1 and how == "eager"
            ]
            loads = loads.has(*known)
        loader = "joinedload" if field.kind == "one" else "selectinload"
        step = f"{loader}({model.name}.{field.name})"
        trail = self.trail if step in self.trail or len(self.trail) >= _LONGEST else (*self.trail, step)
        row = Row(
            target.id,
            loads,
            trail,
            self.is_async,
            self.fresh and field.kind == "many",
            self.guessed,
            shared,
            at.place if shared else None,
            self.origin if field.name == self.shared else None,
        )
        return Many(row) if field.kind == "many" else row

    def _path(self, last: str) -> str:
        """The option that would load it, from the row that was fetched on."""
        return ".".join((*self.trail, last))

    def store(self, name: str, value: Object, at: At) -> None:
        model = at.models.get(self.model)
        field = model.fields.get(name) if model is not None else None
        if model is not None and field is not None and field.kind == "many" and not self.fresh:
            # To put another collection in its place, the old one is loaded.
            self._relation(field, model, at, asked=False)

    def told(self, at: At) -> None:
        model = at.models.get(self.model)
        if model is not None and isinstance(model.cls, Class):
            function = at.member(model.cls, "__str__", self) or at.member(model.cls, "__repr__", self)
            if function is not None:
                at.call(function, Args())

    def awaited(self, at: At) -> Object:
        return self if self.is_async is not None else msgspec.structs.replace(self, is_async=True)

    def joined(self, other: Object) -> Object | None:
        if not isinstance(other, Row) or other.model != self.model or self.fresh != other.fresh:
            return None
        if self.loads == other.loads:
            # Only how they were come by differs.
            return Row(
                self.model,
                self.loads,
                self.trail if self.trail == other.trail else (),
                self.is_async if self.is_async == other.is_async else None,
                self.fresh,
                self.guessed and other.guessed,
            )
        return None

    def moved(self, place: Place) -> Object:
        """Which row it was reached by, the other scope cannot tell; but that it is one for all."""
        if self.origin is None and self.kept is None:
            return self
        return msgspec.structs.replace(self, origin=self.origin and _ELSEWHERE, kept=self.kept and _ELSEWHERE)

    def with_loaded(self, paths: tuple[str, ...]) -> Object:
        """The same row, after those relations were loaded."""
        return msgspec.structs.replace(self, loads=self.loads.has(*((it,) for it in paths)))

    def keeps_relation(self, name: str, models: Models) -> bool:
        model = models.get(self.model)
        field = model.fields.get(name) if model is not None else None
        if field is None or field.kind == "column" or isinstance(field, ProxyField):
            return False
        return (self.loads.how(name) or field.loading) not in ("dynamic", "none")

    def with_read(self, path: tuple[str, ...]) -> Object:
        return msgspec.structs.replace(self, loads=self.loads.read(path))


class AwaitableAttributes(Receiver, frozen=True):
    """row.awaitable_attrs, of which every attribute is awaited."""

    row: Row

    def attribute(self, name: str, at: At) -> Object:
        return AwaitableAttribute(self.row, name)


class AwaitableAttribute(Object, frozen=True):
    row: Row
    name: str

    def awaited(self, at: At) -> Object:
        return self.row.awaited_relation(self.name, at)


class Tuple(Many, frozen=True):
    """A row of a result: of entities, columns and what is computed, some of them under names."""

    names: tuple[str, ...] = ()

    def item(self, index: Object, at: At) -> Object:
        key = getattr(index, "value", None)
        if isinstance(key, str):
            return self.attribute(key, at)
        return super().item(index, at)

    def attribute(self, name: str, at: At) -> Object:
        if name in self.names and self.items is not None:
            return self.items[self.names.index(name)]
        return self if name in ("_mapping", "_t", "t") else super().attribute(name, at)

    def joined(self, other: Object) -> Object | None:
        return self if self == other else None

    def with_read(self, path: tuple[str, ...]) -> Object:
        return self

    def moved(self, place: Place) -> Object:
        return self


def tuple_of(items: tuple[Object, ...], names: tuple[str, ...]) -> Tuple:
    """A row of those things."""
    known = tuple(dict.fromkeys(it for it in items if it is not UNKNOWN))
    of = known[0] if len(known) == 1 else OneOf(known) if known else UNKNOWN
    return Tuple(of, items, "fixed", names=names)


def expired(model: Model, name: str, at: At, *, likely: bool = True) -> None:
    """A column that is read after a commit: the first of a row sends a query, and brings them all."""
    word = next((it for it in _MARKS if at.marked(it)), None)
    if word is None:
        return
    at.runs(
        Query(
            model.library,
            f"{model.name}.{name}",
            "refresh",
            "expired",
            model=model.id,
            table=model.table or None,
            equal=model.primary_key,
            relation=name,
            instead="expire_on_commit=False, or read it before commit()",
            likely=likely and word in (EXPIRED, FAILED),
            fails=word in (FAILED, MAY_HAVE_FAILED),
        )
    )


def _may_load(at: At) -> bool:
    """Whether rows of which nobody knows the query may load lazily: those of an asynchronous session raise.

    What raises is seen when it is first run, so that who reads a relation there has most often loaded it.
    """
    if not at.speaks_of("AsyncSession"):
        return True
    return not at.is_async and at.speaks_of("Session")


def parent_field(field: Field, model: Model, target: Model) -> Field | None:
    """The relation of the target that leads back to the row it was reached from."""
    if field.back and field.back in target.fields:
        return target.fields[field.back]
    found = [
        it
        for it in target.fields.values()
        if it.kind == "one" and it.target == model.id and isinstance(it, RelationField) and it.stored
    ]
    return found[0] if len(found) == 1 else None
