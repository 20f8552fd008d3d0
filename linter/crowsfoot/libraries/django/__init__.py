"""Django: models, query sets, and rows."""

from collections.abc import Iterable
from typing import Final

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import (
    functions,
    machinery,
    managers,
    models,
    names,
    ninja,
    querysets,
    related,
    represent,
    serializer_fields,
    templates,
)
from crowsfoot.libraries.django.fields import MANAGERS, makes_field
from crowsfoot.libraries.django.filters import filter_set
from crowsfoot.libraries.django.managers import Manager, ManagerClass
from crowsfoot.libraries.django.pages import Paginator, paginator
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, Class, External, Function, Object

_PACKAGES: Final = (
    *(
        "django",
        "rest_framework",
        "mptt",
        "model_utils",
        "polymorphic",
        "graphene_django",
        "treebeard",
        "taggit",
    ),
    *("wagtail", "modelcluster", "django_extensions", "simple_history", "parler", "guardian", "reversion"),
    *(
        "ordered_model",
        "adminsortable2",
        "safedelete",
        "solo",
        "oauth2_provider",
        "allauth",
        "django_lifecycle",
    ),
    *(
        "django_fsm",
        "tagulous",
        "auditlog",
        "dirtyfields",
        "organizations",
        "import_export",
        "django_tenants",
        "django_filters",
        "django_tables2",
        "oscar",
    ),
)


class Django(Library):
    """Django, and packages that extend it."""

    PACKAGES = _PACKAGES
    OF_ROWS = True
    GIVES = frozenset(("request",))

    def called(self, name: str, args: Args, at: At) -> Object | None:
        shown = templates.called(name, args, at)
        return functions.called(name, args, at) if shown is None else shown

    def instance(self, name: str) -> Object | None:
        last = dotted.last(name)
        if last.endswith("QuerySet") and not name.startswith("rest_framework."):
            return QuerySet(None)
        if last in MANAGERS:
            return None  # it is a field
        if last.endswith("Manager") and name.startswith(_OF_MODELS) and "()" not in name:
            return Manager(None)
        return None

    def receives(self, method: str) -> bool:
        return method in _TELLING or method in _OF_ROWS or method == _PAGED or querysets.is_method(method)

    def received(self, chain: tuple[str, ...], name: str, args: Args, at: At) -> Object | None:
        """Only where the name of the method, or of what it is called on, is Django's alone."""
        if name == _PAGED:
            return functions.paged(name, args, at)
        if name in _OF_ROWS:
            return Row(None).attribute(name, at).call(args, at) if _is_of_row(name, args, at) else None
        of = chain[-1] if chain else ""
        of_rows = of in _HOLDERS or of.endswith(("_set", "_queryset", "_qs"))
        if name not in _TELLING and not (of_rows and querysets.is_method(name)):
            return None
        if of.endswith("_set") and name in _OF_SETS and args.positional:
            return None  # `seen_set.union(others)` is what sets of Python can as well
        # Rows of a relation may have been prefetched; a model that an expression picks is one of some few.
        sure = name not in ("all", "count", "exists") if of.endswith("_set") else len(chain) > 1
        return querysets.call(QuerySet(None, made=at.place, sure=sure), name, args, at)

    def instance_of(self, cls: Class, at: At) -> Object | None:
        found = machinery.instance_of(cls, at)
        if found is not None:
            return found
        outside = tuple(names.outside(at.lineage(cls)))
        # What derives from Manager.from_queryset(BookQuerySet) has both among its bases, and is a manager.
        if any(map(_is_manager, outside)):
            return Manager(_named_after(cls, at), classes=(cls,))
        for it in outside:
            last = dotted.last(it)
            if last.endswith("QuerySet"):
                return QuerySet(_named_after(cls, at), sets=(cls,))
            if last == "Paginator" and it.startswith("django.core"):
                return Paginator(UNKNOWN)
        return None

    def constructed(self, cls: Class, args: Args, at: At) -> Object | None:
        """What a call of a class of the program makes that derives from one of Django's."""
        made = machinery.constructed(cls, args, at)
        if made is not None:
            return made
        for it in names.outside(at.lineage(cls)):
            last = dotted.last(it)
            if last == "Paginator" and it.startswith("django.core"):
                return paginator(it, args, at, counts=at.member(cls, "count", cls) is None)
            if last.endswith("FilterSet"):
                return filter_set(cls, args, machinery.model_of(cls, at), at)
            if it.startswith(_OF_FIELDS) and last.endswith(_FIELDS):
                return Built(it, args)
        return None

    def class_member(self, cls: Class, name: str, at: At) -> Object | None:
        """What a class of the program has from one of Django's: `as_manager`, `from_queryset`."""
        if name in ("as_manager", "from_queryset"):
            return ClassMethod(cls, name)
        if name == "choices" and any(it.endswith("Choices") for it in names.outside(at.lineage(cls))):
            return cls  # as many as it has members
        return None

    def model(self, cls: Class, at: At) -> Model | None:
        return models.model(cls, at)

    def makes_field(self, name: str) -> bool:
        return makes_field(External(name))

    def is_extended_by(self, name: str) -> bool:
        return _is_of_package(name)

    def connect(self, found: Iterable[Model]) -> list[Model]:
        return related.connect(found)

    def row(self, model: Model) -> Object:
        return Row(model, sure=False)

    def new_row(self, model: Model, args: Args) -> Object:
        return querysets.new_row(model, args)

    def class_attribute(self, model: Model, name: str, at: At) -> Object | None:
        return managers.class_attribute(model, name, at)

    def expected(
        self, param: str, cls: Class | None, decorators: tuple[Object, ...], at: At
    ) -> Object | None:
        return machinery.expected(param, cls, decorators, at)

    def review(self, cls: Class, at: At) -> None:
        machinery.review(cls, at)

    def review_function(
        self, decorators: tuple[Object, ...], returned: Object, annotation: Object | None, at: At
    ) -> None:
        ninja.review_function(decorators, returned, annotation, at)

    def is_for_last(self, cls: Class, at: At) -> bool:
        return serializer_fields.is_serializer(cls, at)

    def review_last(self, cls: Class, at: At) -> None:
        represent.review_last(cls, at)


def _is_manager(base: str) -> bool:
    last = dotted.last(base)
    if last in MANAGERS:
        return False  # it is a field
    of_models = base.startswith(_OF_MODELS) or _is_of_package(base)
    return (last.endswith("Manager") and of_models) or last == "from_queryset"


def _is_of_package(base: str) -> bool:
    """Whether it is a manager or query set of a package that extends Django, by where that has it."""
    module, _, last = base.rpartition(".")
    return last.endswith(("Manager", "QuerySet")) and (
        module.startswith("django_") or not _MODULES.isdisjoint(module.split(".")[1:])
    )


class ClassMethod(Object, frozen=True):
    """BookQuerySet.as_manager, BookManager.from_queryset, about to be called."""

    cls: Class
    name: str

    def call(self, args: Args, at: At) -> Object:
        if self.name == "as_manager":
            return Manager(None, sets=(self.cls,))
        given = args.get(0, "queryset_class")
        return ManagerClass((self.cls,), (given,) if isinstance(given, Class) else ())


def _is_of_row(name: str, args: Args, at: At) -> bool:
    """Whether what has a method of that name, and is given that, is a row of Django's."""
    if name in ("refresh_from_db", "arefresh_from_db") or args.get(None, "update_fields") is not None:
        return True
    # No other library has rows to refresh so, and what is deleted beside is one of them.
    here = Function(at.place.path, at.place.scope, "")
    return args == Args() and "refresh_from_db" in at.words(here)


def _named_after(cls: Class, at: At) -> Model | None:
    """The model that a manager or query set is called after: Book of BookManager."""
    word = (
        cls.name.removesuffix("Manager")
        .removesuffix("QuerySet")
        .removesuffix("Queryset")
        .removesuffix("Base")
    )
    found = at.models.named(word)
    # One of an abstract model is of whichever model has it.
    own = len(found) == 1 and found[0].library == models.LIBRARY_NAME and not found[0].abstract
    return found[0] if own else None


_OF_MODELS: Final = tuple(f"{it}." for it in _PACKAGES if it not in ("rest_framework", "graphene_django"))
_OF_FIELDS: Final = (
    *("django.db.models.", "django.contrib.gis.db.models."),
    "django.contrib.contenttypes.fields.",
)
_FIELDS: Final = ("Field", "ForeignKey", "GenericRelation")
# Where packages that extend Django have their managers and query sets: softdelete.models.SoftDeleteManager.
_MODULES: Final = frozenset(("models", "manager", "managers", "query", "queryset", "querysets"))
# What holds query sets, or makes them.
_HOLDERS: Final = frozenset(("objects", "_default_manager", "_base_manager", "queryset", "qs"))
_PAGED: Final = "paginate_queryset"
_OF_SETS: Final = frozenset(("difference", "intersection", "union", "update"))
_OF_ROWS: Final = frozenset(("save", "asave", "delete", "adelete", "refresh_from_db", "arefresh_from_db"))
# No other library has a method of that name.
_TELLING: Final = frozenset(
    (
        *("select_related", "prefetch_related", "values_list", "update_or_create", "in_bulk", "bulk_update"),
        *("get_or_create", "select_for_update", "aget_or_create", "aupdate_or_create", "abulk_create"),
    )
)

LIBRARY: Final = Django()
