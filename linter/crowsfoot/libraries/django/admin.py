"""Pages of the admin and choices of forms: what they ask of each row that they list.

Measured on Django 5.2 and 6.1.
"""

from __future__ import annotations

from typing import Final

import msgspec

from crowsfoot.libraries.django import machinery, managers, names, plans
from crowsfoot.libraries.django.plans import Plan
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    Constant,
    Function,
    Instance,
    Many,
    Object,
)

_FOLLOWED: Final = 5


def review(cls: Class, at: At) -> None:
    """What a page of the admin, or a form, asks once per row."""
    line = tuple(names.outside(names.lineage(cls, at)))
    if any(names.last(it).endswith("Admin") and ".admin" in it for it in line):
        _review_list(cls, at)
    elif any(".forms" in it or it.startswith(("django.forms", "django_filters")) for it in line):
        for name, value in at.attributes(cls).items():
            _review_choices(cls, name, value, at)


def _review_list(cls: Class, at: At) -> None:
    """The list of rows: a column per name."""
    model, shown = machinery.model_of(cls, at), _found(cls, "list_display", at)
    place = at.place_of(cls, "list_display")
    if model is None or place is None or not isinstance(shown, Many) or shown.items is None:
        return
    columns = [names.text(it) or "" for it in shown.items]
    plan, sure = _plan(cls, model, columns, at)
    row = Row(model, plan, sure=sure)
    there = at.each(Many(row), "list page").elsewhere(place)
    for name, it in zip(columns, shown.items, strict=True):
        _show(cls, name, it, row, at, there)
    for name in names.texts(_found(cls, "list_editable", at)):
        field = model.fields.get(name)
        target = at.models.target(field) if field is not None and field.kind != "column" else None
        if target is not None:  # each row has a list of choices of its own
            rows = managers.default(target, there).query_set(there)
            msgspec.structs.replace(rows, made=None).element(there).told(there)


def _show(cls: Class, name: str, it: Object, row: Row, at: At, there: At) -> None:
    assert row.model is not None
    if not name:
        if isinstance(it, Function):
            there.call(it, Args((row,)))
        return
    own = at.member(cls, name, Instance(cls))
    if own is not None:
        if isinstance(own, Function):
            for query, sent_at in at.sends(own, Args((row,))):
                at.each(Many(row), "list page").elsewhere(sent_at).runs(query)
        return
    found: Object = row
    for word in name.split("__"):
        if word == "str":
            continue
        found = found.attribute(word, there)
    if isinstance(found, Function):
        there.call(found, Args())
    elif isinstance(found, Row):
        found.told(there)


def _plan(cls: Class, model: Model, columns: list[str], at: At) -> tuple[Plan, bool]:
    """How the rows are fetched, and whether that is sure."""
    rows: Object | None = None
    method = at.member(cls, "get_queryset", Instance(cls))
    if method is not None:
        rows = at.call(method, Args())
        if not isinstance(rows, QuerySet):
            return Plan(anything=True), False
    plan = rows.plan if isinstance(rows, QuerySet) else managers.default(model, at).query_set(at).plan
    related = _found(cls, "list_select_related", at)
    if isinstance(related, Constant) and related.value is True:
        return msgspec.structs.replace(plan, follows=_FOLLOWED), True
    if isinstance(related, Many):
        for path in names.texts(related):
            plan = plans.with_path(plan, names.path(path))
        return plan, True
    keys = [field for name in columns if (field := model.fields.get(name)) is not None]
    if any(it.kind == "one" and it.stored for it in keys):
        # What may be NULL is followed from Django 6.1 on.
        return msgspec.structs.replace(plan, follows=_FOLLOWED), not any(it.nullable for it in keys)
    return plan, True


def _found(cls: Class, name: str, at: At) -> Object:
    for it in names.classes(names.lineage(cls, at)):
        attributes = at.attributes(it)
        if name in attributes:
            return attributes[name]
    return UNKNOWN


def _review_choices(cls: Class, name: str, value: Object, at: At) -> None:
    """ModelChoiceField(rows): the label of a choice is str(row)."""
    place = at.place_of(cls, name)
    if not isinstance(value, Built) or not names.last(value.name).startswith("Model") or place is None:
        return
    rows = value.args.get(0, "queryset")
    if isinstance(rows, managers.Manager):
        rows = rows.query_set(at)
    if isinstance(rows, QuerySet) and rows.kind == "rows":
        row = rows.one()
        row.told(at.each(Many(row), "list of choices").elsewhere(place))
