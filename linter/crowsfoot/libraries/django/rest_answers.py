"""A view of DRF and its rows -> the statements that the actions of DRF send: a list, its count, a row.

https://www.django-rest-framework.org/api-guide/generic-views/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crowsfoot.libraries import dotted, standard
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.answers import call, sent
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.rest_pages import filtered, paged
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Class, Place, Table

if TYPE_CHECKING:
    from crowsfoot.libraries.django.views import View


def answer(view: View, ways: list[QuerySet], lists: bool, place: Place | None, at: At) -> None:
    """Tell what a view sends in answer to requests. ways are its rows, one for each way to make them; lists:
    whether list() is DRF's; place is where the view says which rows, None where another class says all of it.
    """
    rows = standard.join(ways)
    actions = _actions(view.cls, at)
    if place is None:  # whose actions are its base's is answered for by that
        actions -= {it for base in names.classes(at.bases(view.cls)) for it in _actions(base, at)}
        place = at.defined(view.cls)
    if not isinstance(rows, QuerySet) or not actions:
        return
    there = at.elsewhere(place)
    rows = filtered(view, rows, at)
    if "list" in actions and lists:
        shown = paged(view, rows, at)
        for query in sent(lambda it: shown.rows.element(it), at):
            there.answers(query, shows=shown.sure)
        for query in sent(lambda it: call(rows, "count", Args(), it), at) if shown.counted else ():
            there.answers(query)
    if at.member(view.cls, "get_object", view) is None and actions & _OF_ONE:
        said = at.member(view.cls, "lookup_field", view)
        key = "pk" if said is None else names.text(said)
        if key:
            args = Args(keywords=((key, UNKNOWN),))
            for query in sent(lambda it: call(rows, "get", args, it), at):
                there.answers(query)
    if "destroy" in actions and at.member(view.cls, "perform_destroy", view) is None:
        for query in sent(lambda it: call(rows.one(), "delete", Args(), it), at):
            there.answers(query)


def _actions(cls: Class, at: At) -> set[str]:
    """The actions that DRF has for the class, which the program has not written itself."""
    kinds = [dotted.last(it) for it in names.outside(at.lineage(cls))]
    found = {action for action, classes in _ACTIONS.items() if any(it in classes for it in kinds)}
    methods = names.texts(at.member(cls, "http_method_names", cls))
    if methods and "delete" not in methods:
        found.discard("destroy")
    found &= routed(cls, at) or found
    # What a list of the program's own does with DRF's is looked at by who asks.
    return {it for it in found if it == "list" or at.member(cls, it, cls) is None}


def routed(cls: Class, at: At) -> set[str]:
    """The actions that `as_view({"get": "list"})` names, wherever the program writes it; none: a router may
    have them all.
    """
    given = [it.get(0, "actions") for it in at.calls_on(cls, "as_view")]
    named = [to for it in given if isinstance(it, Table) for _, to in it.named]
    return {action for it in named if (action := names.text(it))}


_VIEW_SETS: Final = ("ModelViewSet", "ReadOnlyModelViewSet")
_ACTIONS: Final = {
    "list": frozenset((*_VIEW_SETS, "ListModelMixin", "ListAPIView", "ListCreateAPIView")),
    "retrieve": frozenset(
        (
            *(*_VIEW_SETS, "RetrieveModelMixin", "RetrieveAPIView", "RetrieveUpdateAPIView"),
            *("RetrieveDestroyAPIView", "RetrieveUpdateDestroyAPIView"),
        )
    ),
    "update": frozenset(
        (
            *("ModelViewSet", "UpdateModelMixin", "UpdateAPIView", "RetrieveUpdateAPIView"),
            "RetrieveUpdateDestroyAPIView",
        )
    ),
    "destroy": frozenset(
        (
            *("ModelViewSet", "DestroyModelMixin", "DestroyAPIView", "RetrieveDestroyAPIView"),
            "RetrieveUpdateDestroyAPIView",
        )
    ),
}
_OF_ONE: Final = frozenset(("retrieve", "update", "destroy"))
