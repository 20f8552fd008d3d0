"""A generic view of Django, or names that a template is given -> the statements that are sent to show them.

What a template of the program goes over is told by that one; here is what one shows that is not there, and
what a view sends before it shows any.
https://docs.djangoproject.com/en/5.2/ref/class-based-views/generic-display/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

import msgspec

from crowsfoot.libraries import dotted, standard
from crowsfoot.libraries.calls import options
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.answers import call, narrowed, sent
from crowsfoot.libraries.django.pages import Page
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Object

if TYPE_CHECKING:
    from crowsfoot.libraries.django.templates import GenericView


def answer_unseen(given: Iterable[Object], at: At) -> None:
    """Rows that a template is given which the program does not have: it goes over them."""
    for it in given:
        rows = it.rows if isinstance(it, Page) else it
        if (
            isinstance(rows, QuerySet)
            and not rows.cached
            and (rows.made is None or not at.fetched(rows.made))
        ):
            _answer(rows.element, at)


def answer(view: GenericView, is_seen: bool, at: At) -> None:
    """What a generic view asks for; is_seen: its template is there, and tells itself which rows it shows."""
    kinds = {dotted.last(it) for it in names.outside(at.lineage(view.cls))}
    if any(at.member(view.cls, it, view) is not None for it in ("get", "dispatch")) or not kinds & _SENDING:
        return  # what happens before that, and whether it goes on, the program decides
    within = at.apart()
    found = [*options(within.call(view.attribute("get_queryset", within), Args()))]
    rows = standard.join([it for it in found if isinstance(it, QuerySet) and not it.empty])
    if not isinstance(rows, QuerySet) or rows.model is None:
        return
    if names.is_changed(view.cls, "django.", at):
        rows = narrowed(rows)
    if kinds & _LISTS:
        _answer_list(view, rows, is_seen, at)
    elif at.member(view.cls, "get_object", view) is None:
        _answer(lambda it: call(_found(view, rows, it), "get", Args(), it), at)
    own = any(at.member(view.cls, it, view) is not None for it in _DELETING)
    if "DeleteView" in kinds and not own:
        _answer(lambda it: call(rows.one(), "delete", Args(), it), at)


def _answer_list(view: GenericView, rows: QuerySet, is_seen: bool, at: At) -> None:
    size = names.said_of(view.cls, "paginate_by", view, at)
    own = at.member(view.cls, "get_paginate_by", view) is not None
    own = own or at.member(view.cls, "paginate_queryset", view) is not None
    paged = size is not None and not names.is_none(size) and not own
    if paged and at.member(view.cls, "paginator_class", view) is None:
        _answer(lambda it: call(rows, "count", Args(), it), at)
    if not is_seen:
        shown = msgspec.structs.replace(rows, made=at.place, limit=rows.limit or paged)
        if own:
            shown = narrowed(shown)
        _answer(shown.element, at, shows=not paged and not own)


def _found(view: GenericView, rows: QuerySet, at: At) -> QuerySet:
    """The row that the URL names: by its key, or by a slug."""
    by_slug = any(at.member(view.cls, it, view) is not None for it in ("slug_field", "slug_url_kwarg"))
    by_key = at.member(view.cls, "pk_url_kwarg", view) is not None
    said = at.member(view.cls, "slug_field", view)
    slug = "slug" if said is None else names.text(said)
    has_slug = rows.model is not None and slug in rows.model.fields
    key = slug if by_slug and not by_key else "pk" if by_key != by_slug or not has_slug else None
    if key is None:  # only the URL tells which
        return narrowed(rows)
    found = call(rows, "filter", Args(keywords=((key, UNKNOWN),)), at)
    return found if isinstance(found, QuerySet) else rows


def _answer(does: Callable[[At], object], at: At, shows: bool = False) -> None:
    for query in sent(does, at):
        at.answers(query, shows)


_LISTS: Final = frozenset(("ListView", "BaseListView"))
_SENDING: Final = _LISTS | {"DetailView", "BaseDetailView", "UpdateView", "DeleteView"}
_DELETING: Final = ("form_valid", "delete", "post")
