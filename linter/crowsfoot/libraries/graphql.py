"""Strawberry and Graphene: resolvers, called for each object of a list, and loaders that put keys together.

Counted on strawberry-graphql-django: a resolver of a type that reads a relation sends a query per object, its
optimizer or not, unless the field names what it needs. https://strawberry.rocks/docs/django/guide/optimizer
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from crowsfoot.libraries.calls import options
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import (
    RESOLVER,
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    External,
    Function,
    Instance,
    Many,
    Object,
    Place,
)
from crowsfoot.libraries.query import Query
from crowsfoot.libraries.standard import Coroutine

if TYPE_CHECKING:
    from crowsfoot.libraries.django.plans import Plan

LOADER: Final = "dataloader"


class Loader(Object, frozen=True):
    """A DataLoader: keys that are asked for before anything is awaited are one batch."""

    def attribute(self, name: str, at: At) -> Object:
        return LoaderMethod(name) if name in ("load", "load_many") else UNKNOWN


class LoaderMethod(Object, frozen=True):
    """loader.load, about to be called."""

    name: str

    def call(self, args: Args, at: At) -> Object:
        return Loading() if self.name == "load" else Coroutine(Many(UNKNOWN))


class Loading(Object, frozen=True):
    """loader.load(key): to await it alone is to ask for one key."""

    def awaited(self, at: At) -> Object:
        at.runs(Query(LOADER, "loader.load()", "select", limit=1, instead="load_many()"))
        return UNKNOWN


class GraphQL(Library):
    """Strawberry and Graphene."""

    PACKAGES = (
        *("strawberry", "strawberry_django", "graphene", "graphene_django"),
        *("graphene_sqlalchemy", "aiodataloader", "promise"),
    )

    def called(self, name: str, args: Args, at: At) -> Object | None:
        return self.instance(name)

    def instance(self, name: str) -> Object | None:
        return Loader() if name.rpartition(".")[2] == "DataLoader" else None

    def instance_of(self, cls: Class, at: At) -> Object | None:
        bases = (it for it in at.bases(cls) if isinstance(it, str))
        return Loader() if any(self.instance(it) for it in bases) else None

    def review_function(
        self, decorators: tuple[Object, ...], returned: Object, annotation: Object | None, at: At
    ) -> None:
        """What is read of the rows that a resolver returns, by the type that it says it returns."""
        if any(is_of(it, "field") for it in decorators):
            from crowsfoot.libraries.graphql_types import respond

            respond(annotation, returned, at)

    def review(self, cls: Class, at: At) -> None:
        """What the resolvers of a type send for each object."""
        if cls.name.endswith(_ROOTS):
            return  # there is one of these
        strawberry = next((it for it in at.class_decorators(cls) if is_of(it, "type", "interface")), None)
        graphene = any(isinstance(it, str) and it.endswith("ObjectType") for it in at.bases(cls))
        if strawberry is None and not graphene:
            return
        known = _model(cls, strawberry, at)
        if known is not None and known.library == "django" and strawberry is not None:
            for of in (cls, *_mixins(cls, at)):
                _shown(cls, of, known, at)
        for name, it in _attributes(cls, known, strawberry, at):
            if not isinstance(it, Function):
                continue
            field = next((found for found in at.decorated(it) if is_of(found, "field")), None)
            if strawberry is not None and field is not None:
                if known is None and not at.uses(it, 0):
                    continue
                _resolved(Function(it.path, it.scope, it.name, _object(cls, known, field, at)), Args(), at)
            elif graphene and name.startswith("resolve_") and "resolver_hints" not in at.decorators(it):
                if known is None and not at.uses(it, 0):
                    continue  # no row is looked at: `shop { countries }`, of which there is one
                _resolved(it, Args((_object(cls, known, None, at), UNKNOWN)), at)


def _attributes(
    cls: Class, known: Model | None, strawberry: Object | None, at: At
) -> Iterator[tuple[str, Object]]:
    """What a type has by itself, and by those that know no model of their own, such as `class Tagged:`."""
    yield from at.attributes(cls).items()
    if strawberry is not None and known is not None and known.library == "django":
        for it in _mixins(cls, at):
            yield from at.attributes(it).items()


def _mixins(cls: Class, at: At) -> Iterator[Class]:
    """The types that one derives from and that are of no model: they tell what is asked of its rows."""
    for it in at.lineage(cls):
        if isinstance(it, Class) and it != cls:
            strawberry = next(
                (found for found in at.class_decorators(it) if is_of(found, "type", "interface")), None
            )
            if strawberry is None or _model(it, strawberry, at) is None:
                yield it


def is_of(it: Object, *words: str) -> bool:
    """Whether it is a decorator of Strawberry's of that name, called or not."""
    name = it.name if isinstance(it, External | Built) else ""
    return name.startswith("strawberry") and name.rpartition(".")[2] in words


def _model(cls: Class, strawberry: Object | None, at: At) -> Model | None:
    """The model that a type shows."""
    if isinstance(strawberry, Built):
        shown = strawberry.args.get(0, "model")
        return at.model_of(shown) if shown is not None else None
    meta = at.attributes(cls).get("Meta")
    shown = at.attributes(meta).get("model") if isinstance(meta, Class) else None
    return at.model_of(shown) if shown is not None else None


def _object(cls: Class, known: Model | None, field: Object | None, at: At) -> Object:
    """What a resolver is called with: a row of the model, with what the field asks to be loaded."""
    if known is None or known.library != "django":
        return Instance(cls)
    from crowsfoot.libraries.django.plans import Plan
    from crowsfoot.libraries.django.rows import Row

    if "get_queryset" in at.attributes(cls):
        return Row(known, Plan(anything=True))
    return Row(known, _plan(field.args, known, at) if isinstance(field, Built) else Plan())


def _plan(args: Args, known: Model, at: At) -> Plan:
    """What the hints of a field load."""
    from crowsfoot.libraries.django.eager import prefetched, selected
    from crowsfoot.libraries.django.plans import Plan

    plan = Plan()
    for name, load in (("select_related", selected), ("prefetch_related", prefetched)):
        hint = args.get(None, name)
        if isinstance(hint, Many):
            plan = load(plan, known, Args(hint.items or (hint.of,)), at)
        elif hint is not None:
            plan = load(plan, known, Args((hint,)), at)
    return msgspec.structs.replace(plan, anything=True) if args.spread else plan


def _shown(cls: Class, said: Class, known: Model, at: At) -> None:
    """What the relations send that a type names, which an optimizer loads with the rows if there is one.

    It knows those of Django, and not what other packages add to a model: `tags = TaggableManager()`.
    """
    from crowsfoot.libraries.django.read_paths import element, read

    optimized = at.speaks_of("DjangoOptimizerExtension")
    for name in at.annotations(said):
        field, place = known.fields.get(name), at.written(said, name)
        if field is None or field.kind == "column" or place is None:
            continue
        if optimized and not (field.kind == "many" and field.target is None):
            continue
        within = at.each(UNKNOWN, RESOLVER).apart()
        of = read(_object(cls, known, at.attributes(said).get(name), at), (name,), within)
        if field.kind == "many":
            element(of, within)
        _tell(within, place, at)


def _resolved(function: Function, args: Args, at: At) -> None:
    within = at.each(UNKNOWN, RESOLVER).apart()
    made = within.call(function, args)
    for it in options(made.of if isinstance(made, Coroutine) else made):
        if it.ROWS:
            it.element(within)  # whatever is returned lazily is asked for then
    _tell(within, at.returned(function), at)


def _tell(within: At, here: Place | None, at: At) -> None:
    for query, chain in within.sent:
        place = chain[0] if chain else here
        if query.library != LOADER and place is not None:
            once = msgspec.structs.replace(query, cause="call")
            at.each(UNKNOWN, "resolver's type").elsewhere(place, chain[1:]).runs(once)


_ROOTS: Final = ("Query", "Queries", "Mutation", "Mutations", "Subscription", "Subscriptions")

LIBRARY: Final = GraphQL()
