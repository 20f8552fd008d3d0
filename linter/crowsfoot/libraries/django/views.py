"""Views of Django REST framework: which rows their lists show, by which serializer.

https://www.django-rest-framework.org/api-guide/generic-views/
"""

from __future__ import annotations

from typing import Final

import msgspec

from crowsfoot.libraries import dotted, standard
from crowsfoot.libraries.calls import options
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.filters import loaded
from crowsfoot.libraries.django.managers import Manager
from crowsfoot.libraries.django.per_row import Reading, of_one, tell_rows
from crowsfoot.libraries.django.plans import Plan
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.represent import REPRESENTED, Serializer, represent
from crowsfoot.libraries.django.requests import REQUEST
from crowsfoot.libraries.django.rest_answers import answer, routed
from crowsfoot.libraries.django.rest_pages import filtered, paged
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.django.serializer_fields import is_serializer, model_of
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Constant, Function, Many, Object, Place


class View(Object, frozen=True):
    """self of a view; left is what a method has assigned to self.queryset, action what it is asked for."""

    cls: Class
    left: Object | None = None
    action: str = ""

    def attribute(self, name: str, at: At) -> Object:
        if name == "queryset":
            return self.rows(at)
        found = at.member(self.cls, name, self)
        return found if found is not None else self.inherited(name, at)

    def says(self, path: tuple[str, ...]) -> str | None:
        return (self.action if path == ("action",) else _SENT.get(path, {}).get(self.action)) or None

    def inherited(self, name: str, at: At) -> Object:
        """What it has from a class of DRF."""
        if name == "action" and self.action:
            return Constant(self.action)
        if name == "request":
            return REQUEST
        return ViewMethod(self, name) if name in _METHODS else UNKNOWN

    def rows(self, at: At) -> Object:
        """What `queryset` is by now."""
        found = self.left or at.member(self.cls, "queryset", self) or UNKNOWN
        given = at.assigned(self, "queryset")
        if not given:
            return found
        known = [it for each in (found, *given) for it in _all(each, at)]
        if all(isinstance(it, QuerySet) and it.model is not None for it in known):
            return standard.join(known)
        # Of some nobody knows what comes with their rows; they are of the same model.
        told = [it for it in known if isinstance(it, QuerySet) and it.model is not None]
        model = told[0].model if told and all(it.model is told[0].model for it in told) else None
        return QuerySet(model, Plan(anything=True), sure=model is not None)

    def as_left(self, at: At) -> Object:
        return msgspec.structs.replace(self, left=self.rows(at)) if at.assigned(self, "queryset") else self


class ViewMethod(Object, frozen=True):
    """A method of DRF's own view, about to be called."""

    of: View
    name: str

    def call(self, args: Args, at: At) -> Object:
        if self.name in ("filter_queryset", "paginate_queryset"):
            given = standard.join(_all(args.get(0, "queryset") or UNKNOWN, at))
            if not isinstance(given, QuerySet):
                return given
            if self.name == "filter_queryset":
                return filtered(self.of, given, at)
            return paged(self.of, given, at).rows
        if self.name == "get_serializer_class":
            return at.member(self.of.cls, "serializer_class", self.of) or UNKNOWN
        if self.name == "get_serializer":
            classes = serializers(self.of, at)
            return Serializer(classes[0], args) if len(classes) == 1 else UNKNOWN
        if self.name == "get_queryset":
            # DRF calls all() on it for each request.
            rows = [it for it in _all(self.of.rows(at), at) if isinstance(it, QuerySet)]
            return standard.join([msgspec.structs.replace(it, made=at.place) for it in rows])
        found = rows_of(self.of, at) or [
            it
            for it in _all(at.member(self.of.cls, "queryset", self.of) or UNKNOWN, at)
            if isinstance(it, QuerySet)
        ]
        return found[0].attribute("get", at).call(Args(spread=True), at) if found else UNKNOWN


def is_view(cls: Class, at: At) -> bool:
    return any(
        it.startswith(_PACKAGES) and dotted.last(it).endswith(_VIEWS) for it in names.outside(at.lineage(cls))
    )


def review(cls: Class, at: At) -> None:
    """What the list of a view sends for each row that it shows."""
    view = View(cls)
    classes = every = serializers(view, at)
    outside = tuple(names.outside(at.lineage(cls)))
    own = at.member(cls, "list", view)
    lists = any(dotted.last(it) in _LISTS for it in outside) and _lists(own, at)
    lists = lists and "list" in (routed(cls, at) or ("list",))
    if lists:
        view = View(cls, action="list")
        classes = serializers(view, at)
    ways = rows_of(view, at)
    for it in every:
        # Of a list of which nobody knows the rows, what is asked of each row is asked all the same.
        if ways or not lists or it not in classes:
            at.note(it, REPRESENTED)
    if ways:
        of_library = own is None or "list" in at.words(own)
        answer(view, ways, of_library, _place(cls, view, at), at)
    if any("Prefetch" in it for it in outside):
        return  # it loads what the serializer needs
    if (
        not ways
        or not classes
        or not all(it.kind == "rows" and it.sure and not it.at_most_one for it in ways)
    ):
        return
    rows = ways[0]
    fitting = [it for it in classes if model_of(it, at) is rows.model] or classes
    shown = _shown_in_lists(fitting)
    pages = [_row(it) for it in _pages(view, ways, at)]
    if not pages:
        return
    found = _common([represent(it, each, at, many=lists) for each in pages for it in shown])
    place = _place(cls, view, at)
    if place is None:
        return
    tell_rows(found, rows, f"serializer {shown[0].name}", place, at)
    if lists and at.member(cls, "retrieve", view) is None and any(dotted.last(it) in _ROWS for it in outside):
        # Of one row, what is sent for each of several that it leads to.
        one = View(cls, action="retrieve")
        of_one = [it for it in serializers(one, at) if model_of(it, at) is rows.model]
        pages = [_row(it.one()) for it in rows_of(one, at)]
        for it in _shown_of_one(of_one, shown) if pages else ():
            found = _common([represent(it, each, at, many=False) for each in pages])
            tell_rows(found, rows, f"serializer {it.name}", place, at)


def _pages(view: View, ways: list[QuerySet], at: At) -> list[Object]:
    """A row of the page that a list shows, for each way to make its rows; none where nobody knows one."""
    own = at.member(view.cls, "paginate_queryset", view)
    if not isinstance(own, Function):
        return [it.one() for it in ways]
    # The program's own may fetch the rows of the page anew, with all that they need.
    within = at.each(UNKNOWN, "view").apart()
    made = [it for rows in ways for it in options(within.call(own, Args((rows,))))]
    found = [it.one() if isinstance(it, QuerySet) else it.of if isinstance(it, Many) else it for it in made]
    known = [it for it in found if not names.is_none(it)]
    return known if all(isinstance(it, Row) and it.sure for it in known) else []


def _row(it: Object) -> Object:
    row = of_one(it)
    # Whatever it was reached by, here is where to say what comes with it.
    return msgspec.structs.replace(row, path=(), own=0, single=True) if isinstance(row, Row) else row


def _lists(method: Object | None, at: At) -> bool:
    """Whether the program's own list() shows the rows of the view with its serializer."""
    if method is None:
        return True
    words = at.words(method)
    if words & {"select_related", "prefetch_related"}:
        return False
    return "list" in words or ("get_queryset" in words and bool(words & _SERIALIZERS))


def rows_of(view: View, at: At) -> list[QuerySet]:
    """The query set that the view works on, as its filters leave it: one for each way to make it."""
    within = at.each(UNKNOWN, "view").apart()
    own = at.member(view.cls, "filter_queryset", view)
    found = _all(within.call(view.attribute("get_queryset", within), Args()), within)
    if isinstance(own, Function):
        found = [it for rows in found for it in _all(within.call(own, Args((rows,))), within)]
    filters = at.member(view.cls, "filterset_class", view)
    if isinstance(filters, Class):
        found = [loaded(filters, it, within) if isinstance(it, QuerySet) else it for it in found]
    known = [it for it in found if isinstance(it, QuerySet) and not it.empty]
    return known if all(it.model is not None and it.model is known[0].model for it in known) else []


def _all(of: Object, at: At) -> list[Object]:
    """All that it may be, with what `queryset = Author.objects` calls all() on in the end."""
    return [it.query_set(at) if isinstance(it, Manager) else it for it in options(of)]


def serializers(view: View, at: At) -> list[Class]:
    """All that get_serializer_class() may return."""
    within = at.each(UNKNOWN, "view").apart()
    found = options(within.call(view.attribute("get_serializer_class", within), Args()))
    return [it for it in found if isinstance(it, Class) and is_serializer(it, at)]


def _shown_in_lists(classes: list[Class]) -> list[Class]:
    """Without those that are called after something else than a list, where there are others."""
    listing = [it for it in classes if any(word in it.name for word in _LISTING)]
    if listing:
        return listing
    return [it for it in classes if not any(word in it.name for word in _OTHERS)] or classes


def _shown_of_one(classes: list[Class], listing: list[Class]) -> list[Class]:
    """Those that show a single row, and no list: by their names, as those of lists are told."""
    return [it for it in classes if it not in listing and not any(word in it.name for word in _WRITING)]


def _common(found: list[list[Reading]]) -> list[Reading]:
    """What all of them read: which of several serializers shows a list, only the run knows."""
    same = set.intersection(*({it.query.instead for it in of if it.many} for of in found))
    return [it for it in found[0] if it.query.instead in same]


def _place(cls: Class, view: View, at: At) -> Place | None:
    """Where the view says which rows: in its own body, if it does so there."""
    method = at.member(cls, "get_queryset", view)
    own = at.written(cls, "get_queryset")
    if isinstance(method, Function) and own is not None:
        return at.returned(method) or own
    place = at.written(cls, "queryset") if not isinstance(method, Function) else None
    found = place or at.written(cls, "serializer_class")
    if found is not None or any(is_view(it, at) for it in names.classes(at.bases(cls))):
        return found  # a view that says neither itself is told of as the one that it derives from
    return at.written(cls, "get_serializer_class") or at.written(cls, "queryset") or at.defined(cls)


_PACKAGES: Final = ("rest_framework", "rest_flex_fields", "drf_", "dj_rest")
_VIEWS: Final = ("ViewSet", "APIView", "ModelMixin")
_METHODS: Final = frozenset(
    (
        *("get_queryset", "get_object", "get_serializer", "get_serializer_class"),
        *("filter_queryset", "paginate_queryset"),
    )
)
# What the actions of a router are requested by.
_SENT: Final[dict[tuple[str, ...], dict[str, str]]] = {
    ("request", "method"): dict.fromkeys(("list", "retrieve"), "GET")
}
_SERIALIZERS: Final = frozenset(("get_serializer", "get_serializer_class", "serializer_class"))
_LISTS: Final = frozenset(
    ("ModelViewSet", "ReadOnlyModelViewSet", "ListModelMixin", "ListAPIView", "ListCreateAPIView")
)
_ROWS: Final = frozenset(
    ("ModelViewSet", "ReadOnlyModelViewSet", "RetrieveModelMixin", "RetrieveAPIView", "RetrieveUpdateAPIView")
)
_LISTING: Final = ("List", "Overview", "Summary")
_WRITING: Final = ("Create", "Update", "Write", "Input", "Bulk")
_OTHERS: Final = (*_WRITING, "Detail", "Retrieve")
