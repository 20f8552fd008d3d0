"""A serializer of Django REST framework -> its fields: those that it declares, and those that its Meta names.

https://www.django-rest-framework.org/api-guide/serializers/#modelserializer
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.calls import options
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.fields import DjangoField
from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    Constant,
    Function,
    Many,
    Object,
    Place,
    Table,
)


class SerializerField(msgspec.Struct, frozen=True):
    """One field: what it is, None for one that Meta alone names, and which attribute of the row it shows."""

    name: str
    place: Place
    value: Object | None
    source: tuple[str, ...]  # () for the row itself: source="*"
    depth: int = 0  # of relations that Meta names: how deep they are shown as rows


class CustomField(Object, frozen=True):
    """A field of the program's own class."""

    cls: Class
    args: Args


def is_serializer(cls: Class, at: At) -> bool:
    return any(dotted.last(it).endswith("Serializer") for it in names.outside(at.lineage(cls)))


def is_model_serializer(cls: Class, at: At) -> bool:
    return any(dotted.last(it).endswith("ModelSerializer") for it in names.outside(at.lineage(cls)))


def model_of(cls: Class, at: At) -> Model | None:
    """The model that Meta names."""
    meta = _meta(cls, at)
    model = at.member(meta, "model", meta) if meta is not None else None
    return at.model_of(model) if isinstance(model, Class) else None


def is_listed_otherwise(cls: Class, at: At) -> bool:
    """Whether a list of its rows is made by a class of the program."""
    meta = _meta(cls, at)
    return meta is not None and at.member(meta, "list_serializer_class", meta) is not None


def fields(cls: Class, at: At) -> list[SerializerField]:
    """All fields that are shown."""
    found = {it.name: it for it in _declared(cls, at)}
    model, meta = model_of(cls, at), _meta(cls, at)
    if meta is not None and is_model_serializer(cls, at):
        found = {name: it for name, it in found.items() if _is_shown(name, meta, at)}
    if meta is not None and model is not None and is_model_serializer(cls, at):
        depth = names.number(at.member(meta, "depth", meta)) or 0
        extra = at.member(meta, "extra_kwargs", meta)
        for name, place in _named(cls, meta, model, at):
            if name not in found:
                source = names.text(_extra(extra, name, "source")) or name
                if names.truth(_extra(extra, name, "write_only")) is not True:
                    found[name] = SerializerField(name, place, None, tuple(source.split(".")), depth)
        for name, value in _built_otherwise(cls, model, at):
            if name in found and found[name].value is None:
                found[name] = msgspec.structs.replace(found[name], value=value, depth=0)
    found |= {it.name: it for it in _added(cls, at)}
    return [it for it in found.values() if not _is_hidden(it.value)]


def arguments(value: Object | None) -> Args:
    given = getattr(value, "args", None)
    return given if isinstance(given, Args) else Args()


def _declared(cls: Class, at: At) -> Iterator[SerializerField]:
    line = tuple(names.classes(at.lineage(cls)))
    taken: set[str] = set()
    for it in line:
        for name, value in at.attributes(it).items():
            if name in taken:
                continue
            taken.add(name)
            place = at.written(it, name)
            if place is not None and _is_field(value):
                source = names.text(arguments(value).get(None, "source"))
                words = () if source == "*" else tuple((source or name).split("."))
                yield SerializerField(name, place, value, words)


def _added(cls: Class, at: At) -> Iterator[SerializerField]:
    """What get_fields() of the program puts into the dict of fields."""
    from crowsfoot.libraries.django.represent import Serializer

    method = at.member(cls, "get_fields", Serializer(cls))
    holder = next((it for it in names.classes(at.lineage(cls)) if at.written(it, "get_fields")), None)
    place = at.written(holder, "get_fields") if holder is not None else None
    made = at.apart().call(method, Args()) if isinstance(method, Function) else None
    if isinstance(made, Table) and place is not None:
        for name, value in made.named:
            if _is_field(value):
                source = names.text(arguments(value).get(None, "source")) or name
                yield SerializerField(name, place, value, tuple(source.split(".")) if source != "*" else ())


def _built_otherwise(cls: Class, model: Model, at: At) -> Iterator[tuple[str, Object]]:
    """What build_relational_field() of the program returns: for a relation, the serializer of its model."""
    from crowsfoot.libraries.django.represent import Serializer

    method = at.member(cls, "build_relational_field", Serializer(cls))
    made = at.apart().call(method, Args()) if isinstance(method, Function) else UNKNOWN
    # Each return is a class and its arguments, and all of them are one list here.
    for it in options(made.of if isinstance(made, Many) else made):
        target = model_of(it, at) if isinstance(it, Class) and is_serializer(it, at) else None
        if target is not None and isinstance(it, Class):
            for field in model.fields.values():
                if field.target == target.id:
                    many = Constant(field.kind == "many")
                    yield field.name, Serializer(it, Args(keywords=(("many", many),)))


def _is_field(value: Object) -> bool:
    if isinstance(value, Built):
        last = dotted.last(value.name)
        return value.name.startswith("rest_framework") and last.endswith(("Field", "Serializer"))
    from crowsfoot.libraries.django.represent import Serializer

    return isinstance(value, CustomField | Serializer)


def _is_hidden(value: Object | None) -> bool:
    given = arguments(value)
    return names.truth(given.get(None, "write_only")) is True or (
        isinstance(value, Built) and dotted.last(value.name) == "HiddenField"
    )


def _named(cls: Class, meta: Class, model: Model, at: At) -> Iterator[tuple[str, Place]]:
    """What Meta.fields or Meta.exclude says."""
    said = at.member(meta, "fields", meta)
    holder = _holder(meta, "fields", at)
    if isinstance(said, Many) and said.items is not None and holder is not None:
        for index, it in enumerate(said.items):
            name, place = names.text(it), at.written(holder, "fields", index)
            if name is not None and place is not None:
                yield name, place
        return
    excluded = at.member(meta, "exclude", meta)
    if excluded is not None and (holder := _holder(meta, "exclude", at)) is not None:
        place, left_out = at.written(holder, "exclude"), names.texts(excluded)
        if not (isinstance(excluded, Many) and excluded.items is not None):
            return
    elif names.text(said) == "__all__" and holder is not None:
        place, left_out = at.written(holder, "fields"), ()
    else:
        return
    if place is None:
        return
    for name, field in model.fields.items():
        # Neither has what other models lead back by.
        if name not in left_out and (field.kind == "column" or is_own(field)):
            yield name, place


def is_own(field: Field) -> bool:
    """Whether the model itself declares the relation, and it leads to one model."""
    if not isinstance(field, DjangoField) or field.generic or field.target is None:
        return False
    return field.stored if field.kind == "one" else field.query_name is None and field.back is not None


def _is_shown(name: str, meta: Class, at: At) -> bool:
    """Whether Meta leaves a declared field in: of what a base declares, a serializer may show a part.

    https://www.django-rest-framework.org/api-guide/serializers/#serializer-inheritance
    """
    said = at.member(meta, "fields", meta)
    if isinstance(said, Many) and said.items is not None:
        texts = [names.text(it) for it in said.items]
        return name in texts or None in texts
    return name not in names.texts(at.member(meta, "exclude", meta))


def _holder(meta: Class, name: str, at: At) -> Class | None:
    """The class that says it: Meta itself, or a Meta that it derives from."""
    return next((it for it in names.classes(at.lineage(meta)) if at.written(it, name) is not None), None)


def _meta(cls: Class, at: At) -> Class | None:
    found = at.member(cls, "Meta", cls)
    return found if isinstance(found, Class) else None


def _extra(extra: Object | None, field: str, word: str) -> Object | None:
    if not isinstance(extra, Table):
        return None
    given = next((value for key, value in extra.named if key == field), None)
    return (
        next((value for key, value in given.named if key == word), None) if isinstance(given, Table) else None
    )
