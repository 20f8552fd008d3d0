"""Functions and classes of Django, by their dotted names: what comes of calling them."""

from collections.abc import Callable
from typing import Final

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import (
    admin_pages,
    expressions,
    managers,
    model_forms,
    names,
    permissions,
    querysets,
    related,
    shapes,
)
from crowsfoot.libraries.django.fields import USER, ModelClass
from crowsfoot.libraries.django.managers import Manager, ManagerClass
from crowsfoot.libraries.django.pages import paginator
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Function, Many, Object
from crowsfoot.libraries.query import Query
from crowsfoot.libraries.standard import Coroutine


def called(name: str, args: Args, at: At) -> Object | None:
    """What comes of calling it; None for nothing special."""
    last = dotted.last(name)
    if last == "register" and name.startswith("django.contrib.admin."):
        return admin_pages.registered(name, args, at)
    if name.startswith("guardian."):
        found = permissions.called(name, args, at)
        if found is not None:
            return found
    function = _FUNCTIONS.get(last)
    if function is not None:
        return function(name, args, at)
    if ".objects." in name or "._default_manager." in name:
        return _of_manager(name, args, at)
    model = at.models.get(name)
    if model is not None:
        return querysets.new_row(model, args)
    if name.startswith("django.") and len(args.positional) == 1 and isinstance(args.positional[0], Function):
        return args.positional[0]  # a decorator
    return None


def query_set(it: Object | None, at: At) -> QuerySet | None:
    """What a function takes for a model, a manager or a query set."""
    if isinstance(it, QuerySet):
        return it
    manager = it if isinstance(it, Manager) else managers.of_class(it, at) if it is not None else None
    return manager.query_set(at) if manager is not None else None


def _get_or_404(name: str, args: Args, at: At) -> Object:
    found = query_set(args.get(0, "klass"), at)
    if found is None:
        found = QuerySet(None, made=at.place)
    method = dotted.last(name).removeprefix("a")
    rest = args.rest
    if method == "get_list_or_404":
        made = querysets.call(found, "filter", rest, at)
        row = made.element(at)
        return Many(row) if name != "aget_list_or_404" else Coroutine(Many(row))
    row = querysets.call(found, "get", rest, at)
    return row if method == dotted.last(name) else Coroutine(row)


def _prefetch_related_objects(name: str, args: Args, at: At) -> Object:
    rows = args.get(0, "model_instances") or UNKNOWN
    given: list[str] = []
    for it in args.positional[1:]:
        lookup = it.args.get(0, "lookup") if hasattr(it, "args") else it
        text = names.text(lookup)
        if text is not None:
            given.append(text)
    at.runs(
        Query(
            "django",
            f"{dotted.last(name)}()",
            "select",
            many=True,
            loads=tuple(given),
            instead=f"one {dotted.last(name)}() for all rows",
            in_batch=at.gathered(0),
        )
    )
    at.loaded(rows, tuple(given))
    return UNKNOWN


def _user_model(name: str, args: Args, at: At) -> Object:
    return class_of(at.models.get(related.resolve(USER, at.models)), USER)


def class_of(model: Model | None, id: str) -> Object:
    """The class that a model is."""
    return model.cls if model is not None and isinstance(model.cls, Class) else ModelClass(id)


def _get_model(name: str, args: Args, at: At) -> Object | None:
    """apps.get_model("app.Model"), apps.get_model("app", "Model")"""
    given = [names.text(it) for it in args.positional]
    label = names.text(args.get(0, "app_label"))
    if label is None or None in given:
        return ModelClass("") if name.startswith("django.") else None
    written = label if "." in label else f"{label}.{names.text(args.get(1, 'model_name')) or ''}"
    id = related.resolve(f"?{written}", at.models)
    return class_of(at.models.get(id), id or "")


def _q(name: str, args: Args, at: At) -> Object | None:
    return shapes.condition(args) if names.is_of_models(name) else None


def _f(name: str, args: Args, at: At) -> Object | None:
    return expressions.expression(args) if names.is_of_models(name) else None


def _order_by(name: str, args: Args, at: At) -> Object | None:
    return expressions.order_by(args) if names.is_of_models(name) else None


def _from_queryset(name: str, args: Args, at: At) -> Object:
    given = args.get(0, "queryset_class")
    return ManagerClass((), (given,) if isinstance(given, Class) else ())


def _as_manager(name: str, args: Args, at: At) -> Object:
    return Manager(None)


def paged(name: str, args: Args, at: At) -> Object | None:
    """paginator.paginate_queryset(rows, request), of DRF: a page has some of the rows that it is given."""
    given = args.get(0, "queryset")
    return given.query_set(at) if isinstance(given, Manager) else given


def _cursor(name: str, args: Args, at: At) -> Object | None:
    if not name.startswith("django.db."):
        return None
    from crowsfoot.libraries.raw.connections import Cursor

    return Cursor("sqlite3", made="django")


def _of_manager(name: str, args: Args, at: At) -> Object:
    """User.objects.filter(...), where User is a model of a library."""
    marker = ".objects." if ".objects." in name else "._default_manager."
    id, _, method = name.partition(marker)
    model = at.models.get(related.resolve(id, at.models)) if not id.endswith(")") else None
    found: Object = Manager(model)
    for word in method.split("."):
        found = found.attribute(word, at)
    return at.call(found, args) if found is not UNKNOWN else UNKNOWN


_FUNCTIONS: Final[dict[str, Callable[[str, Args, At], Object | None]]] = {
    **dict.fromkeys(
        ("get_object_or_404", "aget_object_or_404", "get_list_or_404", "aget_list_or_404"), _get_or_404
    ),
    "prefetch_related_objects": _prefetch_related_objects,
    "aprefetch_related_objects": _prefetch_related_objects,
    "get_user_model": _user_model,
    "get_model": _get_model,
    "get_registered_model": _get_model,
    "Q": _q,
    "F": _f,
    "OrderBy": _order_by,
    "from_queryset": _from_queryset,
    "as_manager": _as_manager,
    "cursor": _cursor,
    "modelformset_factory": model_forms.factory,
    "inlineformset_factory": model_forms.factory,
    "paginate_queryset": paged,
    "Paginator": paginator,
    "AsyncPaginator": paginator,
}
