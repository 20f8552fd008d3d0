"""A view of DRF and the rows of it -> what its backends and its paginator make of these before they are sent.

Filters that a user may choose (`filterset_fields`, `search_fields`) are no part of what is surely asked: the
list is sent without them wherever nobody gives any. Their columns are told as what some calls compare.
https://www.django-rest-framework.org/api-guide/filtering/
https://www.django-rest-framework.org/api-guide/pagination/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from crowsfoot.libraries import dotted, standard
from crowsfoot.libraries.calls import options
from crowsfoot.libraries.django import names, shapes
from crowsfoot.libraries.django.answers import narrowed
from crowsfoot.libraries.django.orders import order
from crowsfoot.libraries.django.pages import cut
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    Constant,
    External,
    Instance,
    Many,
    Object,
    Table,
)
from crowsfoot.libraries.where import Where

if TYPE_CHECKING:
    from crowsfoot.libraries.django.views import View


class Paged(NamedTuple):
    """The rows that a list shows; counted: a paginator counts all of them first.

    sure: nothing but what is known here decides on how many there are.
    """

    rows: QuerySet
    counted: bool = False
    sure: bool = True


def filtered(view: View, rows: QuerySet, at: At) -> QuerySet:
    """What filter_queryset() of DRF makes of rows for who chooses no filter."""
    backends = _backends(view, at)
    if backends is None or names.is_changed(view.cls, "rest_framework.", at):
        return narrowed(rows)
    for it in backends:
        rows = _by_backend(it, view, rows, at)
    return rows


def paged(view: View, rows: QuerySet, at: At) -> Paged:
    """What paginate_queryset() of DRF sends."""
    said = names.said_of(view.cls, "pagination_class", view, at)
    sure = True
    if said is None:
        name = _setting("DEFAULT_PAGINATION_CLASS", at)
        said = at.imported(it) if (it := names.text(name)) else Constant(None)
        sure = name is not None or next(_settings(at), None) is not None
    if names.is_none(said):
        return Paged(rows, sure=sure)
    kind = _kind(said, _PAGINATORS, at)
    if kind is None or (isinstance(said, Class) and at.member(said, "paginate_queryset", said) is not None):
        return Paged(narrowed(rows), sure=False)
    size = _of(said, "default_limit" if kind == _BY_OFFSET else "page_size", at)
    if size is None:
        size = _setting("PAGE_SIZE", at)
    if size is None or names.is_none(size):
        return Paged(rows, sure=sure)
    if kind != _BY_CURSOR:
        return Paged(cut(rows, at), counted=True)
    return Paged(cut(_by_cursor(said, view, rows, at), at))


def _by_cursor(of: Object, view: View, rows: QuerySet, at: At) -> QuerySet:
    """In the order of the cursor, unless a backend knows another."""
    by_backend = any(_kind(it, (_ORDERING,), at) for it in _backends(view, at) or ())
    if by_backend and at.member(view.cls, "ordering", view) is not None:
        return rows
    said = _of(of, "ordering", at) or Constant("-created")
    if isinstance(of, Class) and at.member(of, "get_ordering", of) is not None:
        said = UNKNOWN
    return _sorted(rows, said, at)


def _sorted(rows: QuerySet, said: Object, at: At) -> QuerySet:
    """By one name, or some."""
    keys = said.items if isinstance(said, Many) and said.items is not None else (said,)
    return msgspec.structs.replace(rows, order=order(keys, rows.model, at.models))


def _backends(view: View, at: At) -> tuple[Object, ...] | None:
    """The classes that filter its rows; None: nobody can tell."""
    said = names.said_of(view.cls, "filter_backends", view, at)
    if said is not None:
        return said.items if isinstance(said, Many) else None
    said = _setting("DEFAULT_FILTER_BACKENDS", at)
    if said is None:
        return ()
    return tuple(map(at.imported, names.texts(said))) if isinstance(said, Many) else None


def _by_backend(of: Object, view: View, rows: QuerySet, at: At) -> QuerySet:
    own = at.member(of, "filter_queryset", Instance(of)) if isinstance(of, Class) else None
    if own is not None:
        within = at.apart()
        found = standard.join([*options(within.call(own, Args((UNKNOWN, rows, view))))])
        fits = isinstance(found, QuerySet) and found.model is rows.model
        return found if fits and isinstance(found, QuerySet) else narrowed(rows)
    kind = _kind(of, (_ORDERING, _SEARCH, _CHOSEN), at)
    if kind == _ORDERING:
        said = at.member(view.cls, "ordering", view)
        if isinstance(of, Class) and at.member(of, "get_ordering", of) is not None:
            return _sorted(rows, UNKNOWN, at)
        if isinstance(of, Class) and (own := at.member(of, "get_default_ordering", of)) is not None:
            said = at.apart().call(own, Args((view,)))
        return rows if said is None or names.is_none(said) else _sorted(rows, said, at)
    if kind is None:
        return narrowed(rows)
    chosen = _chosen(view, at) if kind == _CHOSEN else _searched(view, at)
    return narrowed(rows) if chosen is None else _may_compare(rows, chosen, at)


def _may_compare(rows: QuerySet, chosen: tuple[str, ...], at: At) -> QuerySet:
    """Rows of which some calls compare more; of other tables they tell nothing."""
    found: dict[str, None] = {}
    for it in chosen:
        path, _ = shapes.path_of(it, rows.model, at.models)
        if len(path) == 1 and path[0] not in rows.where.all:
            found[path[0]] = None
    more: Where[str] = Where(others=tuple(found), optional=tuple(found))
    return msgspec.structs.replace(rows, where=rows.where.and_(more))


def _searched(view: View, at: At) -> tuple[str, ...]:
    said = at.member(view.cls, "search_fields", view)
    return tuple(it.lstrip("^=@$") for it in names.texts(said))


def _chosen(view: View, at: At) -> tuple[str, ...] | None:
    """What a set of filters may compare; None where it compares something whoever asks."""
    cls = at.member(view.cls, "filterset_class", view) or at.member(view.cls, "filter_class", view)
    if cls is None or names.is_none(cls):
        fields = at.member(view.cls, "filterset_fields", view) or at.member(view.cls, "filter_fields", view)
        return tuple(_listed(fields))
    if not isinstance(cls, Class) or any(at.member(cls, it, cls) is not None for it in _DECIDING):
        return None
    found: list[str] = []
    for it in names.classes(at.lineage(cls)):
        for name, value in at.attributes(it).items():
            if isinstance(value, Built) and dotted.last(value.name).endswith("Filter"):
                if names.truth(value.args.get(None, "required")):
                    return None
                found.append(names.text(value.args.get(0, "field_name")) or name)
            elif isinstance(value, Class) and name == "Meta":
                found += _listed(at.attributes(value).get("fields"))
    return tuple(found)


def _listed(fields: Object | None) -> Iterator[str]:
    """The names of fields: of a list, or of a dict from each to its lookups."""
    if isinstance(fields, Table):
        yield from (str(name) for name, _ in fields.named)
    else:
        yield from names.texts(fields)


def _kind(of: Object, kinds: tuple[str, ...], at: At) -> str | None:
    """Which of the library's classes it is, or derives from."""
    known = tuple(names.outside(at.lineage(of))) if isinstance(of, Class) else ()
    if isinstance(of, External):
        known = (of.name,)
    return next((kind for it in known for kind in kinds if dotted.last(it).endswith(kind)), None)


def _of(cls: Object, name: str, at: At) -> Object | None:
    return names.said_of(cls, name, cls, at) if isinstance(cls, Class) else None


def _setting(name: str, at: At) -> Object | None:
    """What REST_FRAMEWORK of the nearest settings that say it has by that name."""
    for it in _settings(at):
        found = next((value for key, value in it.named if key == name), None)
        if found is not None:
            return found
    return None


def _settings(at: At) -> Iterator[Table]:
    return (it for it in at.settings("REST_FRAMEWORK", _KEYS) if isinstance(it, Table))


_BY_OFFSET: Final = "LimitOffsetPagination"
_BY_CURSOR: Final = "CursorPagination"
_PAGINATORS: Final = ("PageNumberPagination", _BY_OFFSET, _BY_CURSOR)
_ORDERING: Final = "OrderingFilter"
_SEARCH: Final = "SearchFilter"
_CHOSEN: Final = "DjangoFilterBackend"
# What makes a set of filters compare something that no user has chosen.
_DECIDING: Final = ("qs", "filter_queryset", "__init__")
# Of these, REST_FRAMEWORK has one at least.
_KEYS: Final = (
    *("DEFAULT_PAGINATION_CLASS", "PAGE_SIZE", "DEFAULT_FILTER_BACKENDS", "DEFAULT_PERMISSION_CLASSES"),
    *("DEFAULT_AUTHENTICATION_CLASSES", "DEFAULT_RENDERER_CLASSES", "DEFAULT_SCHEMA_CLASS"),
)
