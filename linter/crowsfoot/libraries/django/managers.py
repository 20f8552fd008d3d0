"""Managers: `Author.objects`, those of the program's classes, and those of relations, to query sets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import builtin, names, querysets
from crowsfoot.libraries.django.fields import MANAGERS, DjangoField, ModelClass
from crowsfoot.libraries.django.models import DjangoModel
from crowsfoot.libraries.django.plans import PLAIN, Plan
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.sending import query
from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, Class, External, Instance, Object, Place
from crowsfoot.libraries.query import Operation

if TYPE_CHECKING:
    from crowsfoot.libraries.django.rows import Row

# Methods of Django's own managers that answer from memory.
_REMEMBERED: Final = {
    builtin.CONTENT_TYPE: (
        "get_for_model",
        "get_for_models",
        "get_for_id",
        "get_by_natural_key",
        "clear_cache",
    ),
    "django.contrib.sites.models.Site": ("get_current", "clear_cache"),
}


class Manager(Object, frozen=True, cache_hash=True):
    """A manager; without a model where no class has it yet."""

    model: Model | None
    classes: tuple[Class, ...] = ()  # the program's managers that it is an instance of
    sets: tuple[Class, ...] = ()  # the program's query sets that it makes
    owner: Row | None = None  # the row of which it has the related ones
    relation: str = ""
    read: Place | None = None  # where the relation was read
    opaque: bool = False  # it is of a class that nobody knows: any method may give a query set

    def attribute(self, name: str, at: At) -> Object:
        for cls in self.classes:
            found = at.member(cls, name, self)
            if found is not None and name not in _MAKES:
                return found
        for cls in self.sets:
            found = at.member(cls, name, self._plain(at.place))
            if found is not None and name not in _MAKES:
                return (
                    querysets.call(self.query_set(at), name, Args(), at)
                    if found is UNKNOWN
                    else self._of_set(cls, name, at)
                )
        if name in _MAKES:
            return ManagerMethod(self, name)
        return self.inherited(name, at)

    def inherited(self, name: str, at: At) -> Object:
        """What Django's own class has by that name."""
        if name == "model" and self.model is not None:
            found: Object = self.model.cls if self.model.cls is not None else ModelClass(self.model.id)
            return found
        if name == "instance" and self.owner is not None:
            return self.owner
        if name == "through":
            return ModelClass(_through(self))
        if name == "db_manager":
            return ManagerMethod(self, name)
        plain = name[1:] if name.startswith("a") and name[1:] in _RELATED else name
        if plain in _RELATED or querysets.is_method(name) or name in _OWN:
            return ManagerMethod(self, name, inherited=True)
        remembered = _REMEMBERED.get(self.model.id, ()) if self.model is not None else ()
        return ManagerMethod(self, name) if name in remembered or self.opaque else UNKNOWN

    def call(self, args: Args, at: At) -> Object:
        """author.books(manager="published")"""
        return self

    def typed(self, model: Model) -> Manager:
        return self if self.model is not None else msgspec.structs.replace(self, model=model)

    def query_set(self, at: At, inherited: bool = False) -> QuerySet:
        """A new query set of all that it has."""
        found = self._plain(at.place)
        if not inherited:
            found = self._overridden(found, at)
        if self.owner is None or self.owner.model is None:
            return found
        field = self.owner.model.fields.get(self.relation)
        loaded = self.owner.loaded(field) if field is not None else None
        if loaded is None:
            return found
        # Whatever has been loaded, filter() and the like ask anew.
        other = self.owner.plan.other
        return msgspec.structs.replace(found, plan=loaded, cached=not other, empty=other)

    def _of_set(self, cls: Class, name: str, at: At) -> Object:
        return at.member(cls, name, self.query_set(at)) or UNKNOWN

    def _plain(self, place: Place) -> QuerySet:
        return QuerySet(
            self.model, made=place, sets=self.sets, owner=self.owner, relation=self.relation, read=self.read
        )

    def _overridden(self, plain: QuerySet, at: At) -> QuerySet:
        """What the program's get_queryset() makes of it."""
        for cls in self.classes:
            method = at.member(cls, "get_queryset", self) or at.member(cls, _BEFORE_1_6, self)
            if method is None:
                continue
            made = at.call(method, Args())
            if not isinstance(made, QuerySet):
                return msgspec.structs.replace(plain, plan=Plan(anything=True))
            return msgspec.structs.replace(
                made,
                model=made.model or self.model,
                made=at.place,
                api="",
                owner=self.owner,
                relation=self.relation,
                read=self.read,
                narrowed=False,
            )
        return plain


class ManagerMethod(Object, frozen=True):
    """A method of a manager, about to be called; inherited where it is asked of Django's own class."""

    of: Manager
    name: str
    inherited: bool = False

    def call(self, args: Args, at: At) -> Object:
        of, name = self.of, self.name
        if name == "db_manager":
            return of  # the same, of another database
        if of.model is not None and name in _REMEMBERED.get(of.model.id, ()):
            # A site is one as well, with what has been read of it.
            return _row(of.model, Plan(anything=name == "get_current"))
        plain = name[1:] if name.startswith("a") and name[1:] in _RELATED else name
        if plain in _RELATED and of.owner is not None:
            return _change(of, plain, name, args, at)
        if name in _OWN:
            return querysets.create(of.query_set(at), name, args, at)
        if of.opaque and not querysets.is_method(name):
            return QuerySet(
                of.model,
                Plan(ones=True),
                at.place,
                f".{name}()",
                narrowed=True,
                owner=of.owner,
                relation=of.relation,
            )
        bare = self.inherited and name in ("get_queryset", "get_query_set")
        found = of.query_set(at, inherited=bare)
        if name in _MAKES:
            return msgspec.structs.replace(
                found, api=found.api or ("" if found.owner is None else f".{name}()")
            )
        return querysets.call(found, name, args, at)


class ManagerClass(Object, frozen=True):
    """X.from_queryset(Y): a class of managers; bases are what one derives from that derives from it."""

    classes: tuple[Class, ...]
    sets: tuple[Class, ...]

    @property
    def bases(self) -> tuple[Class | str, ...]:
        return (*self.classes, *self.sets, "django.db.models.Manager")

    def call(self, args: Args, at: At) -> Object:
        return Manager(None, self.classes, self.sets)


class TreeMethod(Object, frozen=True):
    """Category.get_root_nodes of django-treebeard, about to be called: rows of the model.

    Source: https://django-treebeard.readthedocs.io/en/latest/api.html
    """

    model: Model
    name: str

    def call(self, args: Args, at: At) -> Object:
        found = default(self.model, at).query_set(at)
        return msgspec.structs.replace(found, api=f".{self.name}()", narrowed=True)


class Descriptor(Object, frozen=True):
    """Book.tags: a field as the class has it."""

    model: Model
    field: str

    def attribute(self, name: str, at: At) -> Object:
        field = self.model.fields.get(self.field)
        return ModelClass(field.through or "") if name == "through" and field is not None else UNKNOWN


def related(owner: Row, field: Field, at: At) -> Manager:
    """The manager of what a relation to many rows leads to."""
    target = at.models.target(field)
    if target is None:
        return Manager(None, owner=owner, relation=field.name, read=at.place)
    found = default(target, at)
    return msgspec.structs.replace(found, owner=owner, relation=field.name, read=at.place)


def default(model: Model, at: At) -> Manager:
    """The manager that Django takes where none is named."""
    return named(model, "", at) or Manager(model)


def named(model: Model, name: str, at: At) -> Manager | None:
    """The manager of that name, or, without one, the first: of the class itself, else of the nearest base."""
    if not isinstance(model, DjangoModel) or not isinstance(model.cls, Class):
        return None
    known = model.managers.get(name)
    if known is None:
        known = _find(model, model.cls, name or model.default_manager or "", at) or UNKNOWN
        model.managers[name] = known
    return known if isinstance(known, Manager) else None


def class_attribute(model: Model, name: str, at: At) -> Object | None:
    """What the class of a model has by that name."""
    if name == "_default_manager":
        return default(model, at)
    if name == "_base_manager":
        return Manager(model)
    found = named(model, name, at)
    if found is not None:
        return found
    if name == "objects":
        return Manager(model)
    if name in _OF_TREES and getattr(model, "tree", False):
        return TreeMethod(model, name)
    field = model.fields.get(name)
    if field is None:
        return None
    historical = isinstance(field, DjangoField) and field.kind == "many" and field.target is None
    return Manager(None) if historical else Descriptor(model, name)


def value(it: Object, at: At) -> Manager | None:
    """The manager that something in the body of a class is."""
    if isinstance(it, Manager):
        return it if it.owner is None else None
    if isinstance(it, Built | Instance) and isinstance(name := names.class_name(it), str):
        last = dotted.last(name)
        if (last.endswith(("Manager", "as_manager"))) and last not in MANAGERS:
            return Manager(None, opaque=not name.startswith("django."))
    return None


def of_class(it: Object, at: At) -> Manager | None:
    """The default manager of what stands for a model: a class, or the dotted name of one of Django's own."""
    if isinstance(it, Class):
        model = at.model_of(it)
        return default(model, at) if model is not None else None
    if isinstance(it, External | ModelClass):
        from crowsfoot.libraries.django.related import resolve

        model = at.models.get(resolve(it.name if isinstance(it, External) else it.model, at.models))
        return default(model, at) if model is not None else Manager(None)
    return None


def _find(model: Model, cls: Class, name: str, at: At) -> Manager | None:
    for it in names.classes(at.lineage(cls)):
        attributes = at.attributes(it)
        candidates = [attributes[name]] if name in attributes else [] if name else list(attributes.values())
        for candidate in candidates:
            found = value(candidate, at)
            if found is not None:
                return msgspec.structs.replace(found, model=model)
        if attributes.get(name or "objects") is UNKNOWN:
            return Manager(model, opaque=True)
    return None


def _row(model: Model | None, plan: Plan = PLAIN) -> Object:
    from crowsfoot.libraries.django.rows import Row

    return Row(model, plan)


def _through(of: Manager) -> str:
    model = of.owner.model if of.owner is not None else None
    field = model.fields.get(of.relation) if model is not None else None
    return field.through or "" if field is not None else ""


def _change(of: Manager, plain: str, name: str, args: Args, at: At) -> Object:
    """author.books.add(...)"""
    found = msgspec.structs.replace(of.query_set(at, inherited=True), narrowed=True, api="", plan=PLAIN)
    at.runs(query(found, _RELATED[plain], name, at, many=True))
    return UNKNOWN


_BEFORE_1_6: Final = "get_query_set"  # what Django has called it
_MAKES: Final = frozenset(("all", "get_queryset", "get_query_set"))
_OF_TREES: Final = frozenset(("get_root_nodes", "get_tree"))
_OWN: Final = frozenset(("create_user", "create_superuser"))
_RELATED: Final[dict[str, Operation]] = {
    "add": "insert",
    "remove": "delete",
    "set": "insert",
    "clear": "delete",
}
