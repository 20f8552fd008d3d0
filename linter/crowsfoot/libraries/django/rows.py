"""Rows: which of their attributes are there, and which are asked of the database."""

from __future__ import annotations

from typing import Final

import msgspec

from crowsfoot.libraries.django import managers, names, permissions, plans
from crowsfoot.libraries.django.added import added
from crowsfoot.libraries.django.fields import DjangoField
from crowsfoot.libraries.django.plans import PLAIN, Plan
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.sending import column_read, relation_read, row_write
from crowsfoot.libraries.models import Field, Model, Models
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Function, Many, Object, Place
from crowsfoot.libraries.query import Operation
from crowsfoot.libraries.standard import Coroutine, iterated

_ELSEWHERE: Final = Place("", 0, 0)
# Where Django keeps what was prefetched with a row, by the names of the relations.
_KEPT: Final = "_prefetched_objects_cache"
# How many steps from the row that was fetched are remembered, for what to write instead.
_LONGEST: Final = 4


class Row(Object, frozen=True, cache_hash=True):
    """A row of a model, and how it was fetched."""

    model: Model | None
    plan: Plan = PLAIN
    path: tuple[str, ...] = ()  # the relations from the row that was asked for
    single: bool = True  # each of which leads to one row
    new: bool = False  # it is not in the database yet
    sure: bool = True  # somebody knows how it was fetched
    reached: Place | None = None  # where the relation was read that it was reached by
    kept: Place | None = None  # the same of a row that many lead back to: what is read of it is read once
    within: str = ""  # the method that the program's class has in place of Django's: super() leads to no more
    own: int = 0  # so many of path come before the last query set of its own, which is where to load more
    given: bool = False  # the program has not asked for it: what comes with it, it says nowhere

    @property
    def is_fetched(self) -> bool:
        return self.sure and not self.new

    @property
    def is_guessed(self) -> bool:
        return not self.sure

    @property
    def added(self) -> tuple[str, ...]:
        return (*self.plan.free, *(name for name, _, _ in self.plan.listed))

    def attribute(self, name: str, at: At) -> Object:
        model = self.model
        if model is None:
            return self._guess(name, at)
        for attribute, relation, plan in self.plan.listed:
            if attribute == name:
                return self._listed(attribute, relation, plan, at)
        if name in self.plan.free or name == "pk":
            return UNKNOWN
        field = model.fields.get(name)
        if field is not None:
            return self._field(field, at)
        for it in model.fields.values():
            if name in it.key_attributes:
                return self._column(it.name, it, at)
        return self._other(name, model, at)

    def inherited(self, name: str, at: At) -> Object:
        """What Django's Model has by that name, whatever the program's class overrides."""
        plain = name.removeprefix("a") if name.startswith("a") and name[1:] in _METHODS else name
        if plain == self.within:
            return Done()
        if plain in _METHODS or (self.model is not None and is_tree_method(self.model, plain)):
            return RowMethod(self, name)
        if name in permissions.OF_USERS and self.model is not None and self.model.users:
            return permissions.UserMethod(self, name)
        return UNKNOWN

    def element(self, at: At) -> Object:
        cls = self.model.cls if self.model is not None else None
        return iterated(cls, self, at) if isinstance(cls, Class) else UNKNOWN

    def told(self, at: At) -> None:
        cls = self.model.cls if self.model is not None else None
        if isinstance(cls, Class):
            for name in ("__str__", "__repr__"):
                method = at.member(cls, name, self)
                if method is not None:
                    at.call(method, Args())
                    return

    def store(self, name: str, value: Object, at: At) -> None:
        field = self.model.fields.get(name) if self.model is not None else None
        if field is not None and field.kind == "one":
            at.loaded(self, (name,))

    def joined(self, other: Object) -> Object | None:
        if not isinstance(other, Row) or other.model is not self.model:
            return None
        if self == other:
            return self
        nearer = min(self, other, key=lambda it: (len(it.path), it.own))
        return Row(
            self.model,
            plans.merged(self.plan, other.plan),
            nearer.path,
            self.single and other.single,
            self.new and other.new,
            self.sure and other.sure,
            own=nearer.own,
        )

    def moved(self, place: Place) -> Object:
        """Which row it was reached by, the other scope cannot tell; but that it is one for all."""
        if self.reached is None and self.kept is None:
            return self
        return msgspec.structs.replace(
            self, reached=self.reached and _ELSEWHERE, kept=self.kept and _ELSEWHERE
        )

    def with_loaded(self, paths: tuple[str, ...]) -> Row:
        plan = self.plan
        for path in paths:
            plan = plans.with_path(plan, names.path(path))
        return msgspec.structs.replace(self, plan=plan)

    def keeps_relation(self, name: str, models: Models) -> bool:
        field = self.model.fields.get(name) if self.model is not None else None
        return field is not None and field.kind == "one"

    def with_read(self, path: tuple[str, ...]) -> Row:
        plan = plans.with_path(self.plan, path, plans.unknown_of(self.plan))
        return msgspec.structs.replace(self, plan=plan)

    def _guess(self, name: str, at: At) -> Object:
        """Of a row of some model: a relation to many rows that only one model has tells which."""
        found = [model for model, field in at.models.with_relation(name) if field.kind == "many"]
        told = len(found) == 1 and not at.models.has_column(name)
        if told and (model := at.models.get(found[0].id)) is not None:
            return Row(model, self.plan, self.path, self.single, sure=False).attribute(name, at)
        return self.inherited(name, at)

    def _field(self, field: Field, at: At) -> Object:
        if field.kind == "column":
            return self._column(field.name, field, at)
        plan = self.plan
        row = self
        if plan.listed or plan.free or plan.anything or (plan.loaded and field.kind == "many"):
            row = self._with_another(field, at)
        if field.kind == "many":
            return managers.related(row, field, at)
        target = at.models.target(field)
        loaded = row.loaded(field)
        if loaded is None:
            loaded = plans.unknown_of(self.plan)
            if not self.plan.peers and not (self.kept is not None and not _is_here(self.kept, at)):
                at.runs(relation_read(self, field, at), self.kept)
        if field.back is not None and (field.unique or not field.stored):
            # The far side of a one-to-one knows whom it belongs to.
            loaded = plans.with_path(loaded, (field.back,), plans.cut(self.plan, 1))
        if target is None:
            return UNKNOWN if isinstance(field, DjangoField) and field.generic else Row(None, sure=False)
        kept = self.reached if loaded.shared else self.kept
        path, own = self.step(field.name)
        return Row(target, loaded, path, self.single, sure=self.sure, kept=kept, own=own)

    def _with_another(self, field: Field, at: At) -> Row:
        """`if hasattr(self, "_tags"): return self._tags`: what follows is for rows that came without."""
        names = [name for name, relation, _ in self.plan.listed if relation == field.name]
        names += self.plan.free if field.kind == "many" else ()
        here = Function(at.place.path, at.place.scope, "")
        looked_for = at.looked_for(here, at.place.value) if names or self.plan.anything else frozenset()
        if looked_for and not self.plan.anything:
            looked_for = looked_for.intersection(names)
        other = bool(looked_for) and field.name in at.words(here)
        if not other and self.loaded(field) is not None and at.speaks_of(_KEPT):
            # `if "books" in self._prefetched_objects_cache`
            other = field.kind == "many" and (_KEPT in at.words(here) or _KEPT in at.looked_for(here))
        return msgspec.structs.replace(self, plan=Plan(anything=True, other=True)) if other else self

    def loaded(self, field: Field) -> Plan | None:
        """How the rows of a relation were fetched with this one; None where they were not."""
        found = plans.of(self.plan, field.name)
        if found is not None:
            return found
        if self.plan.anything:
            return Plan(anything=True)
        if self.plan.ones and field.kind == "one":
            return Plan(ones=True)
        if self.plan.follows and field.stored and field.kind == "one" and not field.nullable:
            return Plan(follows=self.plan.follows - 1)
        if isinstance(field, DjangoField) and field.parent_link:
            return PLAIN  # it is made of what the row of the child holds
        return None

    def step(self, name: str) -> tuple[tuple[str, ...], int]:
        """The path to what a relation leads to, and how much of it comes before a query set of its own."""
        path = (*self.path, name)[-_LONGEST:]
        return path, max(0, self.own - (len(self.path) + 1 - len(path)))

    def _column(self, name: str, field: Field, at: At) -> Object:
        plan, model = self.plan, self.model
        assert model is not None
        known = {name, *field.key_attributes}
        if name in model.primary_key or plan.anything or plan.peers:
            return UNKNOWN
        left_out = plan.only is not None and not any(it.partition("__")[0] in known for it in plan.only)
        if left_out or known & set(plan.deferred):
            at.runs(column_read(self, name))
        return UNKNOWN

    def _listed(self, attribute: str, relation: str, plan: Plan, at: At) -> Object:
        """What a Prefetch has put under a name of its own: a list, or the row of a relation to one."""
        field = self.model.fields.get(relation) if self.model is not None else None
        target = at.models.target(field) if field is not None else None
        loaded = child_plan(self, relation, plan)
        path, own = self.step(attribute)
        row = Row(target, loaded, path, single=False, sure=self.sure, reached=at.place, own=own)
        return row if field is not None and field.kind == "one" else Many(row)

    def _other(self, name: str, model: Model, at: At) -> Object:
        cls = model.cls
        found = at.member(cls, name, self) if isinstance(cls, Class) else None
        if found is None:
            found = added(model, name, self, at)
        if found is None:
            return self.inherited(name, at)
        plain = name.removeprefix("a") if name.startswith("a") and name[1:] in _METHODS else name
        if plain in _METHODS and isinstance(found, Function):
            return RowMethod(self, name, found)
        return found


class RowMethod(Object, frozen=True):
    """A method of Django's Model, about to be called; own is what the program's class has in its place."""

    of: Row
    name: str
    own: Function | None = None

    def call(self, args: Args, at: At) -> Object:
        name = self.name
        if name.startswith("a") and name[1:] in _METHODS:
            return Coroutine(self._call(name[1:], args, at))
        return self._call(name, args, at)

    def _call(self, name: str, args: Args, at: At) -> Object:
        if self.own is not None:
            # It calls Django's own in turn, which is the statement that is told of here.
            row = msgspec.structs.replace(self.of, within=name)
            at.call(msgspec.structs.replace(self.own, bound=row), args)
        found = _METHODS.get(name)
        if found is not None:
            operation, instead = found
            if name == "save" and self.of.new:
                instead = "{}bulk_create()"
            instead = instead.replace("{}", _manager(self.of)) + self._left_out(name)
            at.runs(row_write(self.of, operation, self.name, instead))
            return UNKNOWN
        return _kin(self.of, name, at)

    def _left_out(self, name: str) -> str:
        """What the program's class does besides, and a query set does not do when it writes many rows.

        Source: https://docs.djangoproject.com/en/5.2/ref/models/querysets/#bulk-update
        Source: https://docs.djangoproject.com/en/5.2/topics/db/queries/#deleting-objects
        """
        model = self.of.model
        return f", which does not call {model.name}.{name}()" if self.own is not None and model else ""


class Done(Object, frozen=True):
    """super().save(), of which the caller has told."""


def _manager(row: Row) -> str:
    """What Django's own managers are called by, where the model is known and has one."""
    return f"{row.model.name}.objects." if row.model is not None and not row.model.abstract else ""


def _is_here(place: Place, at: At) -> bool:
    return (place.path, place.scope) == (at.place.path, at.place.scope)


def child_plan(owner: Row, relation: str, plan: Plan) -> Plan:
    """How the rows of a relation are fetched, which know the row that they were reached by."""
    field = owner.model.fields.get(relation) if owner.model is not None else None
    if field is not None and field.back is not None and field.through is None and _leads_to_one(owner, field):
        same = msgspec.structs.replace(plans.cut(owner.plan, 1), shared=True)
        plan = plans.with_path(plan, (field.back,), same)
    return plan


def _leads_to_one(owner: Row, field: Field) -> bool:
    """Whether what leads back is a key: only then a row knows the one that it was reached by."""
    return isinstance(field, DjangoField) and field.far_key


def is_tree_method(model: Model, name: str) -> bool:
    return name in _KIN and getattr(model, "tree", False)


def _kin(row: Row, name: str, at: At) -> Object:
    """What rows of a tree, by django-mptt or django-treebeard, say of each other."""
    found = QuerySet(row.model, made=at.place, api=f".{name}()", kin=True)
    if name in ("get_root", "get_parent"):
        from crowsfoot.libraries.django.sending import query

        at.runs(query(found, "select", "", at, limit=1))
        return Row(row.model)
    return found


_KIN: Final = frozenset(
    (
        *("get_ancestors", "get_descendants", "get_children", "get_family", "get_siblings", "get_leafnodes"),
        *("get_root", "get_parent", "get_tree", "get_root_nodes"),
    )
)
# What each sends, and what to write instead.
_METHODS: Final[dict[str, tuple[Operation, str]]] = {
    "save": ("save", "{}bulk_update()"),
    "save_base": ("save", "{}bulk_update()"),
    "delete": ("delete", "{}filter(pk__in=…).delete()"),
    "refresh_from_db": ("refresh", "{}in_bulk(…)"),
}
