"""What Django itself calls: which parameters it gives to signal receivers, admin actions and filters."""

from typing import Final

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import (
    admin_pages,
    feeds,
    form_choices,
    keys_given,
    managers,
    model_forms,
    names,
    represent,
    serializer_fields,
    shown_tables,
    templates,
    views,
)
from crowsfoot.libraries.django.models import LIBRARY_NAME
from crowsfoot.libraries.django.plans import PLAIN
from crowsfoot.libraries.django.requests import REQUEST
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import Args, At, Built, Class, Object


def expected(param: str, cls: Class | None, decorators: tuple[Object, ...], at: At) -> Object | None:
    """What a parameter is given; None where Django has no part in it."""
    if param == "request":
        return REQUEST
    if param == "instance":
        for it in decorators:
            if isinstance(it, Built) and dotted.last(it.name) == "receiver":
                return _sent(it.args, at)
    if cls is not None and param in _OF_CLASSES:
        model = model_of(cls, at)
        if model is None:
            return None
        rows = admin_pages.rows_of(cls, model, at) if param != "instance" and _is_of_admin(cls, at) else None
        if param not in _MANY:
            return Row(model, rows.plan if rows is not None else PLAIN, sure=False)
        # It is given anew each time, so that nobody has looked at it before.
        return msgspec.structs.replace(rows or managers.default(model, at).query_set(at), made=None)
    return None


def instance_of(cls: Class, at: At) -> Object | None:
    """self in the methods of what Django or DRF calls."""
    if serializer_fields.is_serializer(cls, at):
        return represent.Serializer(cls)
    if views.is_view(cls, at):
        return views.View(cls)
    if templates.is_view(cls, at):
        return templates.GenericView(cls)
    if admin_pages.is_page(cls, at):
        return admin_pages.AdminPage(cls, model_of(cls, at))
    return model_forms.form(cls, None, at)


def constructed(cls: Class, args: Args, at: At) -> Object | None:
    """What a call of a class of the program makes that derives from one of theirs."""
    if form_choices.is_choice_field(cls, at):
        return form_choices.ChoiceField(cls, args)
    if shown_tables.is_table(cls, at):
        shown_tables.made(cls, args, at)
        return None
    column = shown_tables.column(cls, args, at)
    if column is not None:
        return column
    return model_forms.form(cls, args, at) or represent.serializer(cls, args, at)


def review(cls: Class, at: At) -> None:
    """What is sent for each row of a list that Django or DRF shows."""
    if shown_tables.is_view(cls, at):
        shown_tables.review(cls, at)
    if views.is_view(cls, at):
        views.review(cls, at)
    elif templates.is_view(cls, at):
        templates.review(cls, at)
    elif serializer_fields.is_serializer(cls, at):
        keys_given.review(cls, at)
    elif form_choices.is_form(cls, at):
        form_choices.review(cls, at)
    elif feeds.is_feed(cls, at):
        feeds.review(cls, at)
    elif admin_pages.is_page(cls, at):
        admin_pages.review(cls, model_of(cls, at), at)


def model_of(cls: Class, at: At) -> Model | None:
    """The model that a view, serializer, filter or page of the admin is about."""
    line = at.lineage(cls)
    kinds = [it for it in names.outside(line) if it.startswith(_KINDS) or ".admin." in it]
    if not kinds:
        return None
    for it in names.classes(line):
        found = _said(it, at)
        if found is not None:
            return found
    for decorator in at.class_decorators(cls):
        if isinstance(decorator, Built) and dotted.last(decorator.name) == "register":
            registered = decorator.args.get(0)
            found = at.model_of(registered) if registered is not None else None
            if found is not None:
                return found
    if any("Admin" in it for it in kinds):
        named = at.models.named(cls.name.removesuffix("Admin"))
        return named[0] if len(named) == 1 and named[0].library == LIBRARY_NAME else None
    return None


def _is_of_admin(cls: Class, at: At) -> bool:
    return any(".admin." in it for it in names.outside(at.lineage(cls)))


def _said(cls: Class, at: At) -> Model | None:
    """By `model`, `queryset`, or what Meta says."""
    own = at.attributes(cls)
    for name in ("model", "queryset"):
        it = own.get(name)
        if isinstance(it, Class):
            return at.model_of(it)
        model = getattr(it, "model", None)
        if isinstance(model, Model):
            return model
    meta = own.get("Meta")
    if isinstance(meta, Class):
        meant = at.attributes(meta).get("model")
        return at.model_of(meant) if isinstance(meant, Class) else None
    return None


def _sent(args: Args, at: At) -> Object | None:
    sender = args.get(None, "sender")
    model = at.model_of(sender) if isinstance(sender, Class) else None
    return Row(model, sure=False) if model is not None else None


_KINDS: Final = (
    "django.contrib.admin",
    "django_filters",
    "rest_framework",
    "import_export",
    "django.contrib.auth.admin",
)
_MANY: Final = frozenset(("queryset", "qs"))
_OF_CLASSES: Final = frozenset((*_MANY, "obj", "instance"))
