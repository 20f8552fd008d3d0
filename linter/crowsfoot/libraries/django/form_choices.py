"""Choices of forms: the label of each is str(row), and what that reads is asked for row by row.

https://docs.djangoproject.com/en/5.2/ref/forms/fields/#django.forms.ModelChoiceField
"""

from typing import Final

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.managers import Manager
from crowsfoot.libraries.django.per_row import readings, together
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.objects import Args, At, Built, Class, Instance, Object


class ChoiceField(Object, frozen=True):
    """A field of the program's own class, which may label its choices itself."""

    cls: Class
    args: Args


def is_form(cls: Class, at: At) -> bool:
    return any(
        it.startswith("django") and dotted.last(it).endswith("Form") for it in names.outside(at.lineage(cls))
    )


def is_choice_field(cls: Class, at: At) -> bool:
    return any(
        it.startswith("django.") and dotted.last(it) in _FIELDS for it in names.outside(at.lineage(cls))
    )


def review(cls: Class, at: At) -> None:
    """What the fields of a form send to label their choices."""
    for name, value in at.attributes(cls).items():
        place = at.written(cls, name)
        if place is None or not _is_choice(value):
            continue
        args: Args = getattr(value, "args", Args())
        rows = args.get(0, "queryset")
        if isinstance(rows, Manager):
            rows = rows.query_set(at)
        if not isinstance(rows, QuerySet) or rows.empty or not _is_shown(args):
            continue
        if isinstance(value, ChoiceField) and any(at.member(value.cls, it, value.cls) for it in _OWN):
            continue
        within = at.each(rows, "field").apart()
        row = rows.one()
        method = None
        if isinstance(value, ChoiceField):
            method = at.member(value.cls, "label_from_instance", Instance(value.cls))
        if method is not None:
            within.call(method, Args((row,)))
        else:
            row.told(within)
        found = readings(within, row, place, many=True)
        if found:
            # A form that is made may replace the rows before it is shown.
            sure = at.member(cls, "__init__", cls) is None
            query = together([it.query for it in found])
            there = at.each(rows, f"choices of {name}").elsewhere(place)
            there.runs(msgspec.structs.replace(query, likely=query.likely and sure))


def _is_choice(value: Object) -> bool:
    if isinstance(value, Built):
        return value.name.startswith("django.") and dotted.last(value.name) in _FIELDS
    return isinstance(value, ChoiceField)


def _is_shown(args: Args) -> bool:
    """Whether its widget lists the choices, as the one does that it has by itself."""
    widget = args.get(None, "widget")
    if widget is None:
        return True
    name = getattr(widget, "name", "")
    return isinstance(name, str) and dotted.last(name) in _LISTING


_FIELDS: Final = ("ModelChoiceField", "ModelMultipleChoiceField")
# With one of these, a field says itself what is shown of its choices.
_OWN: Final = ("widget", "iterator", "choices", "get_bound_field", "__init__")
_LISTING: Final = ("Select", "SelectMultiple", "RadioSelect", "CheckboxSelectMultiple")
