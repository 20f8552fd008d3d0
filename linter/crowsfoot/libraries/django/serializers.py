"""Serializers of Django REST framework: what they ask of each row that they show.

Measured on Django REST framework 3.18 with Django 5.2 and 6.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.fields import DjangoField
from crowsfoot.libraries.django.managers import Manager, ManagerMethod
from crowsfoot.libraries.django.querysets import Method, QuerySet
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
    Place,
)
from crowsfoot.libraries.query import Query

_DEEPEST: Final = 4


class Serializer(Object, frozen=True):
    """A call of a serializer's class: a field of another serializer, or rows about to be shown."""

    cls: Class
    args: Args

    def attribute(self, name: str, at: At) -> Object:
        found = at.member(self.cls, name, self)
        if found is not None:
            return found
        if name == "data":
            self._show(at)
        return Child() if name == "child" else UNKNOWN

    def _show(self, at: At) -> None:
        rows = self.args.get(0, "instance")
        if rows is None or names.truth(self.args.get(None, "many")) is not True:
            return
        rows = _rows(rows, at)
        show(self.cls, rows.element(at), at.each(rows, "serializer"))


class Child(Object, frozen=True):
    """ListSerializer.child: it writes one row at a time."""

    def attribute(self, name: str, at: At) -> Object:
        return Write(name) if name in ("create", "update", "save") else UNKNOWN


class Write(Object, frozen=True):
    """child.create, about to be called."""

    name: str

    def call(self, args: Args, at: At) -> Object:
        at.runs(Query("django", f"child.{self.name}()", "save", instead="bulk_create()"))
        return UNKNOWN


def is_serializer(cls: Class, at: At) -> bool:
    return any(
        it.endswith("Serializer") and it.startswith(_PACKAGES) for it in names.outside(names.lineage(cls, at))
    )


def review(cls: Class, at: At) -> None:
    """What the class asks of rows of which nobody knows how they were fetched."""
    meta = _meta(cls, at)
    for name, value in at.attributes(cls).items():
        _review_input(cls, name, value, at)
    model = at.model_of(meta.get("model", UNKNOWN))
    if model is None:
        return
    row = Row(model, sure=False)
    whole = at.attributes(cls).get("Meta")
    fields = at.place_of(whole, "fields") if isinstance(whole, Class) else None
    for name, value in _fields(cls, model, at):
        place = at.place_of(cls, name) or fields
        if place is None:
            continue
        there = at.each(Many(row), "serializer").elsewhere(place)
        method = _method_of(cls, name, value, at)
        if method is None:
            _show_field(cls, name, value, row, there, _depth_of(meta), 0)
            continue
        for query, sent_at in at.sends(method, Args((row,))):
            one = msgspec.structs.replace(query, likely=False)
            at.each(Many(row), "serializer").elsewhere(sent_at).runs(one)


def show(cls: Class, row: Object, at: At, level: int = 0) -> None:
    """What the serializer of the class asks when it shows the row."""
    if level > _DEEPEST:
        return
    meta = _meta(cls, at)
    model = at.model_of(meta.get("model", UNKNOWN))
    for name, value in _fields(cls, model, at):
        method = _method_of(cls, name, value, at)
        if method is not None:
            at.call(method, Args((row,)))
        else:
            _show_field(cls, name, value, row, at, _depth_of(meta), level)
    whole = at.member(cls, "to_representation", Serializer(cls, Args()))
    if whole is not None:
        at.call(whole, Args((row,)))


def _show_field(
    cls: Class, name: str, value: Object | None, row: Object, at: At, depth: int, level: int
) -> None:
    if value is None:
        _show_plain(name, row, at, depth)
        return
    args, kind = _call_of(value)
    if names.truth(args.get(None, "write_only")) is True:
        return
    source = names.text(args.get(None, "source")) or name
    many = names.truth(args.get(None, "many")) is True
    if kind in ("PrimaryKeyRelatedField", "HyperlinkedRelatedField", "HyperlinkedIdentityField") and not many:
        head, _, last = source.rpartition(".")
        found = _follow(row, head, at) if head else row
        if _is_far(found, last):
            found.attribute(last, at)
        return
    found = _follow(row, source, at)
    if many:
        found = _rows(found, at).element(at)
    if isinstance(value, Serializer):
        show(value.cls, found, at, level + 1)
    elif kind == "StringRelatedField":
        found.told(at)
    elif kind == "SlugRelatedField":
        slug = names.text(args.get(0, "slug_field"))
        if slug:
            _follow(found, slug.replace("__", "."), at)
    elif isinstance(value, Instance) and isinstance(value.cls, Class):
        shown = at.member(value.cls, "to_representation", value)
        if shown is not None:
            at.call(shown, Args((found,)))


def _show_plain(name: str, row: Object, at: At, depth: int) -> None:
    """A name among the fields of a ModelSerializer for which no field is declared."""
    field = row.model.fields.get(name) if isinstance(row, Row) and row.model is not None else None
    if field is None or field.kind == "column":
        _called(row.attribute(name, at), at)
        return
    if field.kind == "many":
        inner = _rows(row.attribute(name, at), at).element(at)
    elif depth or not field.stored:
        inner = row.attribute(name, at)
    else:
        return  # the key that the row holds
    if depth and isinstance(inner, Row) and inner.model is not None:
        for other in _own_fields(inner.model):
            _show_plain(other, inner, at, depth - 1)


def _follow(row: Object, source: str, at: At) -> Object:
    """What source="author.name" leads to."""
    found = row
    if source == "*":
        return found
    for word in source.split("."):
        found = _called(found.attribute(word, at), at)
    return found


def _called(it: Object, at: At) -> Object:
    """What can be called without arguments is."""
    if isinstance(it, Method | ManagerMethod) and it.name not in ("count", "exists", "all", "first", "last"):
        return UNKNOWN
    return at.call(it, Args()) if isinstance(it, Function | Method | ManagerMethod) else it


def _rows(it: Object, at: At) -> Object:
    return it.query_set(at) if isinstance(it, Manager) else it


def _is_far(row: Object, name: str) -> bool:
    """Whether the key of it is in the other table."""
    field = row.model.fields.get(name) if isinstance(row, Row) and row.model is not None else None
    return field is not None and field.kind == "one" and not field.stored


def _fields(cls: Class, model: Model | None, at: At) -> Iterator[tuple[str, Object | None]]:
    """The names that a serializer shows, each with the field that is declared for it."""
    declared: dict[str, Object] = {}
    for it in reversed(tuple(names.classes(names.lineage(cls, at)))):
        declared.update((name, value) for name, value in at.attributes(it).items() if _is_field(value))
    meta = _meta(cls, at)
    listed = meta.get("fields")
    if isinstance(listed, Many) and listed.items is not None:
        shown = [found for it in listed.items if (found := names.text(it)) is not None]
        # A list that is put together from others is not known whole.
        yield from ((name, declared.get(name)) for name in shown)
        if len(shown) < len(listed.items):
            yield from ((name, it) for name, it in declared.items() if name not in shown)
        return
    yield from declared.items()
    if model is not None and (listed == Constant("__all__") or "exclude" in meta):
        left_out = names.texts(meta.get("exclude"))
        yield from (
            (name, None) for name in _own_fields(model) if name not in declared and name not in left_out
        )


def _own_fields(model: Model) -> tuple[str, ...]:
    """What "__all__" means: not the far sides of relations, nor generic ones."""
    return tuple(
        it.name
        for it in model.fields.values()
        if it.stored or (it.kind == "many" and it.target is not None and not _is_other_side(it))
        if not (isinstance(it, DjangoField) and it.generic)
    )


def _is_other_side(field: object) -> bool:
    return isinstance(field, DjangoField) and (field.far_key or field.query_name is not None)


def _meta(cls: Class, at: At) -> Mapping[str, Object]:
    for it in names.classes(names.lineage(cls, at)):
        meta = at.attributes(it).get("Meta")
        if isinstance(meta, Class):
            found: dict[str, Object] = {}
            for inner in reversed(tuple(names.classes(names.lineage(meta, at)))):
                found.update(at.attributes(inner))
            return found
    return {}


def _depth_of(meta: Mapping[str, Object]) -> int:
    return names.number(meta.get("depth")) or 0


def _is_field(value: Object) -> bool:
    if isinstance(value, Serializer):
        return True
    if isinstance(value, Built):
        return value.name.endswith(("Field", "Serializer")) and not names.is_of_models(value.name)
    return isinstance(value, Instance) and isinstance(value.cls, Class) and value.cls.name.endswith("Field")


def _call_of(value: Object) -> tuple[Args, str]:
    if isinstance(value, Built):
        return value.args, names.last(value.name)
    return (value.args, "Serializer") if isinstance(value, Serializer) else (Args(), "")


def _method_of(cls: Class, name: str, value: Object | None, at: At) -> Object | None:
    if not isinstance(value, Built) or names.last(value.name) != "SerializerMethodField":
        return None
    method = names.text(value.args.get(0, "method_name")) or f"get_{name}"
    return at.member(cls, method, Serializer(cls, Args())) or UNKNOWN


def _review_input(cls: Class, name: str, value: Object, at: At) -> None:
    """A list of keys is looked up key by key."""
    args, kind = _call_of(value)
    if kind not in ("PrimaryKeyRelatedField", "SlugRelatedField"):
        return
    rows, place = args.get(None, "queryset"), at.place_of(cls, name)
    if names.truth(args.get(None, "many")) is not True or rows is None or place is None:
        return
    model = getattr(rows, "model", None)
    known = model if isinstance(model, Model) else None
    at.each(Many(UNKNOWN), "serializer").elsewhere(place).runs(
        Query(
            "django",
            f"{name} of is_valid()",
            "select",
            model=known.id if known is not None else None,
            table=known.table if known is not None else None,
            equal=known.primary_key if known is not None else (),
            instead=f"ListField() and filter({'pk' if kind[0] == 'P' else 'slug'}__in=…)",
            likely=False,
        )
    )


_PACKAGES: Final = (
    "rest_framework",
    "drf_",
    "rest_polymorphic",
    "rest_flex_fields",
    "djoser",
    "dj_rest_auth",
)
