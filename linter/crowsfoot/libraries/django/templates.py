"""What shows a template with which names: render(), responses, loaders, and the generic views of Django.

https://docs.djangoproject.com/en/5.2/topics/http/shortcuts/#render
https://docs.djangoproject.com/en/5.2/ref/class-based-views/generic-display/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from crowsfoot.libraries import dotted, standard
from crowsfoot.libraries.django import managers, names
from crowsfoot.libraries.django.functions import query_set
from crowsfoot.libraries.django.models import LIBRARY_NAME
from crowsfoot.libraries.django.orders import order
from crowsfoot.libraries.django.page_answers import answer, answer_unseen
from crowsfoot.libraries.django.pages import Page
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.requests import REQUEST, Request
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Class,
    Constant,
    Many,
    Object,
    Table,
)
from crowsfoot.libraries.rendering import show, template_names


def called(name: str, args: Args, at: At) -> Object | None:
    """What comes of a function that shows a template; None: it is none of Django's."""
    given = _GIVEN.get(dotted.last(name))
    if given is None or not name.startswith("django."):
        return None
    if dotted.last(name) in _LOADERS:
        template = args.get(0, "template_name")
        return Template(template) if template is not None else None
    at_template, at_context = given
    shown = args.get(at_template, "template_name") or args.get(at_template, "template")
    context = args.get(at_context, "context")
    if at_template == 1:
        context = _with_request(context, args.get(0, "request"), at)
    if not show(shown, context, at) and isinstance(context, Table):
        answer_unseen((it for _, it in context.named), at)
    return UNKNOWN


def _with_request(context: Object | None, request: Object | None, at: At) -> Object | None:
    """What the template sees of the request, by the context processors that a project starts with.

    Source: https://docs.djangoproject.com/en/5.2/ref/templates/api/#built-in-template-context-processors
    """
    if not isinstance(request, Request) or not isinstance(context, Table | None):
        return context
    named = context.named if context is not None else ()
    known = {"request": request, "user": request.attribute("user", at)}
    return _table({**known, **dict(named)})


class Template(Object, frozen=True):
    """A template that was loaded; name is that of it, or a list of some."""

    name: Object

    def attribute(self, name: str, at: At) -> Object:
        return Rendering(self.name) if name == "render" else UNKNOWN


class Rendering(Object, frozen=True):
    """template.render, about to be called."""

    name: Object

    def call(self, args: Args, at: At) -> Object:
        context = args.get(0, "context")
        if not show(self.name, context, at) and isinstance(context, Table):
            answer_unseen((it for _, it in context.named), at)
        return UNKNOWN


class GenericView(Object, frozen=True):
    """self of a class-based view."""

    cls: Class

    def attribute(self, name: str, at: At) -> Object:
        found = at.member(self.cls, name, self)
        if name == "object" and (found is UNKNOWN or names.is_none(found)):
            found = None  # `self.object = form.save()`: it is of the view's model, whoever knows the form
        return found if found is not None else self.inherited(name, at)

    def inherited(self, name: str, at: At) -> Object:
        """What it has from a class of Django's."""
        if name == "request":
            return REQUEST
        if name == "object":
            return _row(self, at.apart())  # it has been fetched before
        if name == "object_list":
            return _rows(self, at)
        if name == "model":
            model = _model(self, at)
            found: Object | None = model.cls if model is not None else None
            return found or UNKNOWN
        return ViewMethod(self, name) if name in _METHODS else UNKNOWN


class ViewMethod(Object, frozen=True):
    """A method of Django's own view, about to be called."""

    of: GenericView
    name: str

    def call(self, args: Args, at: At) -> Object:
        if self.name == "get_ordering":
            return at.member(self.of.cls, "ordering", self.of) or Constant(None)
        if self.name == "get_queryset":
            return _all(self.of, at)
        if self.name == "get_object":
            rows = args.get(0, "queryset")
            if not isinstance(rows, QuerySet):  # `get_object(self, queryset=None)` hands on what it is given
                rows = at.call(self.of.attribute("get_queryset", at), Args())
            return rows.one() if isinstance(rows, QuerySet) else UNKNOWN
        if self.name == "get_context_data":
            return _context(self.of, args, at)
        if self.name == "get_template_names":
            return standard.listed(tuple(Constant(it) for it in _template_names(self.of, at)))
        if self.name == "render_to_response":
            _show(self.of, args.get(0, "context") or UNKNOWN, at)
        return UNKNOWN


def is_view(cls: Class, at: At) -> bool:
    """Whether it derives from a view of Django that shows a template."""
    return any(dotted.last(it) in _VIEWS for it in names.outside(at.lineage(cls)))


def review(cls: Class, at: At) -> None:
    """What the template of a view reads of what the view gives it."""
    view = GenericView(cls)
    written = (at.written(cls, it) for it in ("get_context_data", "get_queryset", "queryset", "model"))
    place = next((it for it in written if it is not None), None)
    at = at.elsewhere(place) if place is not None else at
    is_seen = False
    if next(_shown_by(view, at), None) is not None:
        context = at.call(view.attribute("get_context_data", at), Args())
        is_seen = _show(view, context, at)
    answer(view, is_seen, at if place is not None else at.elsewhere(at.defined(cls)))


def _show(view: GenericView, context: Object, at: At) -> bool:
    """Whether the program has one of its templates."""
    shown = [show(Constant(name), context, at) for name in _shown_by(view, at)]
    return any(shown)


def _shown_by(view: GenericView, at: At) -> Iterator[str]:
    """The templates of a view; that of its own name is the last that Django looks for."""
    said = at.call(view.attribute("get_template_names", at), Args())
    yield from dict.fromkeys(template_names(said))


def _template_names(view: GenericView, at: At) -> Iterator[str]:
    name = names.text(view.attribute("template_name", at))
    if name is not None:
        yield name
        return
    model, suffix = _model(view, at), names.text(view.attribute("template_name_suffix", at))
    kind = next((_VIEWS[dotted.last(it)] for it in _kinds(view, at) if _VIEWS[dotted.last(it)]), "")
    if model is not None and isinstance(model.cls, Class) and (suffix or kind):
        yield f"{names.app_of(model.cls.path)}/{model.name.lower()}{suffix or kind}.html"


def _kinds(view: GenericView, at: At) -> Iterator[str]:
    return (it for it in names.outside(at.lineage(view.cls)) if dotted.last(it) in _VIEWS)


def _context(view: GenericView, args: Args, at: At) -> Object:
    """What get_context_data() of Django gives to the template."""
    given: dict[str, Object] = {
        "view": view,
        "request": REQUEST,
        "user": REQUEST.attribute("user", at),
    }
    kinds = {_VIEWS[dotted.last(it)] for it in _kinds(view, at)}
    keywords = dict(args.keywords)
    own = names.text(view.attribute("context_object_name", at))
    if "_list" in kinds or "object_list" in keywords:
        rows = keywords.get("object_list") or view.attribute("object_list", at)
        model = getattr(rows, "model", None)
        if at.member(view.cls, "paginate_by", view) is not None and isinstance(rows, QuerySet):
            rows = msgspec.structs.replace(rows, made=at.place, limit=True, narrowed=True)
            given["page_obj"] = Page(rows)
        given["object_list"] = rows
        if own:
            given[own] = rows
        elif isinstance(model, Model):
            given[f"{model.name.lower()}_list"] = rows
    if kinds & {"_detail", "_form", "_confirm_delete"}:
        row = view.attribute("object", at)
        given["object"] = row
        if own:
            given[own] = row
        elif isinstance(row, Row) and row.model is not None:
            given[row.model.name.lower()] = row
    extra = view.attribute("extra_context", at)
    if isinstance(extra, Table):
        given |= {str(name): value for name, value in extra.named}
    return _table({**given, **keywords})


def _table(given: Mapping[str, Object]) -> Table:
    return Table(UNKNOWN, UNKNOWN, tuple(given.items()))


def _rows(view: GenericView, at: At) -> Object:
    return at.call(view.attribute("get_queryset", at), Args())


def _row(view: GenericView, at: At) -> Object:
    kinds = {_VIEWS[dotted.last(it)] for it in _kinds(view, at)}
    if not kinds & {"_detail", "_form", "_confirm_delete"}:
        return UNKNOWN
    return at.call(view.attribute("get_object", at), Args())


def _all(view: GenericView, at: At) -> Object:
    """get_queryset() of Django: all of `queryset`, or of the model; of a list in the view's own order."""
    said = at.member(view.cls, "queryset", view)
    found = query_set(said, at) if said is not None else None
    if found is not None:
        found = msgspec.structs.replace(found, made=at.place, cached=False)
    else:
        model = _model(view, at)
        if model is None:
            return UNKNOWN
        found = managers.default(model, at).query_set(at)
    own = at.call(view.attribute("get_ordering", at), Args())
    keys = own.items if isinstance(own, Many) and own.items is not None else (own,)
    if "_list" not in {_VIEWS[dotted.last(it)] for it in _kinds(view, at)} or keys == (Constant(None),):
        return found
    return msgspec.structs.replace(found, order=order(keys, found.model, at.models))


def _model(view: GenericView, at: At) -> Model | None:
    said = at.member(view.cls, "model", view)
    model = at.model_of(said) if said is not None else None
    if model is None:
        model = getattr(at.member(view.cls, "queryset", view), "model", None)
    return model if model is not None and model.library == LIBRARY_NAME else None


# Which argument is the template, and which the names in it.
_GIVEN: Final = {
    "render": (1, 2),
    "render_to_string": (0, 1),
    "render_to_response": (0, 1),
    "TemplateResponse": (1, 2),
    "SimpleTemplateResponse": (0, 1),
    "get_template": (0, 0),
    "select_template": (0, 0),
}
_LOADERS: Final = frozenset(("get_template", "select_template"))
# Views that show a template, and what ends the name of that by default.
_VIEWS: Final = {
    **dict.fromkeys(("ListView", "BaseListView", "MultipleObjectMixin"), "_list"),
    **dict.fromkeys(("MultipleObjectTemplateResponseMixin", "ArchiveIndexView"), "_list"),
    "SingleTableView": "_list",  # of django-tables2
    **dict.fromkeys(("DetailView", "BaseDetailView", "SingleObjectMixin"), "_detail"),
    "SingleObjectTemplateResponseMixin": "_detail",
    "UpdateView": "_form",
    "DeleteView": "_confirm_delete",
    **dict.fromkeys(("TemplateView", "TemplateResponseMixin", "ContextMixin"), ""),
    **dict.fromkeys(("FormView", "CreateView"), ""),
}
_METHODS: Final = frozenset(
    (
        *("get_queryset", "get_object", "get_context_data", "get_template_names", "render_to_response"),
        "get_ordering",
    )
)
