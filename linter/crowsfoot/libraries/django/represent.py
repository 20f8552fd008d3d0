"""Serializers of Django REST framework: of each row that is represented, they read what their fields name.

Counted on DRF 3.18 with Django 5.2 and 6.1. The key of what leads to one row is shown without a query; what
leads to many is asked for row by row, and so is every row that is nested.
https://www.django-rest-framework.org/api-guide/relations/
"""

from __future__ import annotations

from typing import Final

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.calls import options
from crowsfoot.libraries.django import names, serializer_fields
from crowsfoot.libraries.django.per_row import Reading, of_one, readings, tell, tell_rows, together
from crowsfoot.libraries.django.querysets import QuerySet
from crowsfoot.libraries.django.read_paths import element, read, read_key, tell_text
from crowsfoot.libraries.django.rows import Row
from crowsfoot.libraries.django.serializer_fields import CustomField, SerializerField
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
    OneOf,
    Table,
)
from crowsfoot.libraries.query import Operation, Query

# What is noted of a serializer of which a use is known.
REPRESENTED: Final = "represented"


class Serializer(Object, frozen=True):
    """A serializer, with the arguments that it was made of; none of them where it is self of a method."""

    ALIKE = True

    cls: Class
    args: Args = Args()

    @property
    def many(self) -> bool:
        return names.truth(self.args.get(None, "many")) is True

    def attribute(self, name: str, at: At) -> Object:
        found = at.member(self.cls, name, self)
        return found if found is not None else self.inherited(name, at)

    def inherited(self, name: str, at: At) -> Object:
        """What it has from a class of DRF."""
        if name == "data":
            _represented(self, at)
            return Table(UNKNOWN, UNKNOWN)
        if name == "instance":
            return self.args.get(0, "instance") or UNKNOWN
        if name == "child":
            return Child()
        if name == "get_fields":
            return Fields()
        if name == "save":
            return SaveAll(self.cls) if self.many else SaveOne(self)
        return Represent(self.cls) if name == "to_representation" else UNKNOWN


class Represent(Object, frozen=True):
    """super().to_representation, about to be called with a row."""

    cls: Class

    def call(self, args: Args, at: At) -> Object:
        row = args.get(0, "instance")
        if row is not None:
            _tell_one(represent(self.cls, row, at, many=False, plain=True), at)
        return Table(UNKNOWN, UNKNOWN)


class Fields(Object, frozen=True):
    """super().get_fields, about to be called: what the program adds to them is what it gives."""

    def call(self, args: Args, at: At) -> Object:
        return Table(UNKNOWN, UNKNOWN)


class Child(Object, frozen=True):
    """self.child of a ListSerializer: it writes one row at a time."""

    def attribute(self, name: str, at: At) -> Object:
        return ChildMethod(name) if name in _WRITES else UNKNOWN


class SaveAll(Object, frozen=True):
    """serializer.save, about to be called, of many: each row is a statement of its own."""

    cls: Class

    def call(self, args: Args, at: At) -> Object:
        model = serializer_fields.model_of(self.cls, at)
        own = at.member(self.cls, "create", self.cls)
        if model is None or own is not None or serializer_fields.is_listed_otherwise(self.cls, at):
            return UNKNOWN
        saved = Query(
            "django",
            f"{model.name}.objects.create()",
            "insert",
            model=model.id,
            table=model.table,
            instead="bulk_create() in create() of a ListSerializer",
        )
        at.each(UNKNOWN, "list that is given").runs(saved)
        return Many(Row(model))


class SaveOne(Object, frozen=True):
    """serializer.save, about to be called: by create() or update(), which may be the program's own."""

    of: Serializer

    def call(self, args: Args, at: At) -> Object:
        cls, given = self.of.cls, self.of.args.get(0, "instance")
        word = "create" if given is None else "update"
        own = at.member(cls, word, self.of)
        if own is not None:
            return at.call(own, Args((UNKNOWN,) if given is None else (given, UNKNOWN)))
        model = serializer_fields.model_of(cls, at)
        if model is None:
            return UNKNOWN
        row = Row(model, new=given is None, sure=False) if not isinstance(given, Row) else given
        at.call(row.attribute("save", at), Args())
        return row


class ChildMethod(Object, frozen=True):
    """self.child.create, about to be called."""

    name: str

    def call(self, args: Args, at: At) -> Object:
        operation, instead = _WRITES[self.name]
        at.runs(Query("django", f"child.{self.name}()", operation, instead=instead))
        return UNKNOWN


def _represented(it: Serializer, at: At) -> None:
    """What `serializer.data` sends."""
    at.note(it.cls, REPRESENTED)
    shown = it.args.get(0, "instance")
    if shown is None or (it.many and serializer_fields.is_listed_otherwise(it.cls, at)):
        return
    for rows in shown.options if isinstance(shown, OneOf) else (shown,):
        if it.many:
            found = represent(it.cls, of_one(element(rows, at)), at, many=True)
            tell_rows(found, rows, f"serializer {it.cls.name}", at.place, at)
        else:
            _tell_one(represent(it.cls, rows, at, many=False), at)


def _tell_one(found: list[Reading], at: At) -> None:
    """Of one row: what is sent for it alone counts where it is represented, which may be in a loop."""
    alone = [it.query for it in found if not it.many and it.query.likely]
    if alone:
        at.runs(together(alone))
    tell([it for it in found if it.many and it.query.likely], UNKNOWN, "serializer", at)


def review_last(cls: Class, at: At) -> None:
    """Of a serializer of which no use is known: what it reads, unless whoever uses it has loaded that."""
    if REPRESENTED in at.notes(cls):
        return
    model = serializer_fields.model_of(cls, at)
    if model is not None:
        row = Row(model, sure=not at.is_named(cls))
        tell(represent(cls, row, at, many=True), UNKNOWN, f"serializer {cls.name}", at)


def represent(
    cls: Class,
    row: Object,
    at: At,
    many: bool,
    seen: tuple[Class, ...] = (),
    plain: bool = False,
) -> list[Reading]:
    """What is sent to represent a row; plain: by DRF's own to_representation, whatever the class has."""
    if isinstance(row, OneOf):
        return [it for option in row.options for it in represent(cls, option, at, many, seen, plain)]
    for it in names.classes(at.lineage(cls)):  # what a base has is shown by what derives from it
        at.note(it, REPRESENTED)
    if cls in seen or len(seen) >= _DEEPEST or isinstance(row, Constant):
        return []
    own = at.member(cls, "to_representation", Serializer(cls)) if not plain else None
    if isinstance(own, Function):
        within = at.each(UNKNOWN, _HOW).apart()
        within.call(own, Args((row,)))
        return readings(within, row, at.defined(cls), many, own=True)
    found: list[Reading] = []
    for field in serializer_fields.fields(cls, at):
        found += _shown(cls, field, row, at, many, (*seen, cls))
    return found


def _shown(
    cls: Class, field: SerializerField, row: Object, at: At, many: bool, seen: tuple[Class, ...]
) -> list[Reading]:
    """What one field sends."""
    within = at.each(UNKNOWN, _HOW).apart()
    value = _as_method_field(field.value, at)
    below: list[Reading] = []
    if isinstance(value, Serializer):
        of = read(row, field.source, within)
        if _is_chosen(value.args):
            pass  # which of its fields are shown, a class of the program decides by what it is given
        elif not value.many:
            below = represent(value.cls, of, at, many, seen)
        elif not serializer_fields.is_listed_otherwise(value.cls, at):
            below = represent(value.cls, element(of, within), at, True, seen)
        if value.many:
            element(of, within)
        at.note(value.cls, REPRESENTED)
    elif isinstance(value, CustomField):
        _custom(value, field, row, within)
    elif isinstance(value, Built):
        below = _built(cls, value, field, row, within, at, seen)
    else:
        below = _by_name(field, row, within, at, many)
    own = isinstance(value, Built) and dotted.last(value.name) == _METHOD
    here = readings(within, row, field.place, many, own, () if own else field.source)
    if isinstance(value, CustomField):  # it stays, and may keep what it has asked for once
        here = [it for it in here if it.query.relation]
    return [*here, *below]


def _as_method_field(value: Object | None, at: At) -> Object | None:
    """A field that a program derives from SerializerMethodField as DRF's own, if it is shown as that is."""
    if isinstance(value, CustomField) and at.member(value.cls, "to_representation", value) is None:
        found = (it for it in names.outside(at.lineage(value.cls)) if dotted.last(it) == _METHOD)
        base = next(found, None)
        return Built(base, value.args) if base is not None else value
    return value


def _is_chosen(args: Args) -> bool:
    return args.spread or any(name not in _KNOWN for name, _ in args.keywords)


def _built(
    cls: Class,
    value: Built,
    field: SerializerField,
    row: Object,
    within: At,
    at: At,
    seen: tuple[Class, ...],
) -> list[Reading]:
    """A field of DRF's own."""
    last, given = dotted.last(value.name), value.args
    many = names.truth(given.get(None, "many")) is True
    if last == _METHOD:
        name = names.text(given.get(0, "method_name")) or f"get_{field.name}"
        method = at.member(cls, name, Serializer(cls))
        made = within.call(method, Args((row,))) if method is not None else UNKNOWN
        for it in options(made):
            if isinstance(it, QuerySet):
                element(it, within)  # whoever makes JSON of it goes over it
    elif last in _KEYS and not many:
        lookup = names.text(given.get(None, "lookup_field")) or "pk"
        if lookup == "pk":
            read_key(row, field.source, within)
        elif last != "HyperlinkedIdentityField":
            read(row, field.source, within)
    elif last in _RELATED:
        of = read(row, field.source, within)
        of = element(of, within) if many else of
        if last == "StringRelatedField":
            tell_text(of, within)
        elif last == "SlugRelatedField":
            read(of, tuple((names.text(given.get(0, "slug_field")) or "pk").split("__")), within)
    elif isinstance(child := given.get(None, "child"), Serializer):
        rows = element(read(row, field.source, within), within)
        return represent(child.cls, rows, at, True, seen)
    else:
        read(row, field.source, within)
    return []


def _custom(value: CustomField, field: SerializerField, row: Object, at: At) -> None:
    """A field of the program's own class."""
    kinds = {dotted.last(it) for it in names.outside(at.lineage(value.cls))}
    many = names.truth(value.args.get(None, "many")) is True
    of: Object = UNKNOWN
    method = at.member(value.cls, "get_attribute", Instance(value.cls))
    if method is not None:
        of = at.call(method, Args((row,)))
    elif kinds & _KEYS and not many:
        read_key(row, field.source, at)
    else:
        of = read(row, field.source, at)
        of = element(of, at) if many else of
    method = at.member(value.cls, "to_representation", Instance(value.cls))
    if method is not None:
        at.call(method, Args((of,)))


def _by_name(field: SerializerField, row: Object, within: At, at: At, many: bool) -> list[Reading]:
    """A field that Meta names: a key for what leads to one row, a list of keys for what leads to many."""
    model = row.model if isinstance(row, Row) else None
    known = model.fields.get(field.source[0]) if model is not None and len(field.source) == 1 else None
    if known is None or known.kind == "column":
        read(row, field.source, within)
        return []
    if field.depth > 0:
        of = read(row, field.source, within)
        if known.kind == "many":
            return _deep(element(of, within), field, at, True)
        return _deep(of, field, at, many)
    if known.kind == "many":
        element(read(row, field.source, within), within)
    elif not known.stored:
        read(row, field.source, within)
    return []


def _deep(row: Object, field: SerializerField, at: At, many: bool) -> list[Reading]:
    """Meta.depth: all fields of what a relation leads to, where relations are shown one level less deep."""
    found: list[Reading] = []
    if isinstance(row, Row) and row.model is not None:
        for it in row.model.fields.values():
            if serializer_fields.is_own(it):
                within = at.each(UNKNOWN, _HOW).apart()
                inner = msgspec.structs.replace(field, source=(it.name,), depth=field.depth - 1)
                below = _by_name(inner, row, within, at, many)
                found += [*readings(within, row, field.place, many), *below]
    return found


def serializer(cls: Class, args: Args, at: At) -> Object | None:
    """What a call of a class of the program makes that derives from one of DRF's."""
    line = tuple(names.outside(at.lineage(cls)))
    if any(dotted.last(it).endswith("Serializer") for it in line):
        return Serializer(cls, args)
    if any(it.startswith("rest_framework.") and dotted.last(it).endswith("Field") for it in line):
        return CustomField(cls, args)
    return None


_HOW: Final = "serializer"
_METHOD: Final = "SerializerMethodField"
_DEEPEST: Final = 6
# What DRF's own serializers are given.
_KNOWN: Final = frozenset(
    (
        *("instance", "data", "many", "partial", "context", "allow_empty", "max_length", "min_length"),
        *("read_only", "write_only", "required", "default", "initial", "source", "label", "help_text"),
        *("style", "error_messages", "allow_null", "validators", "trim_whitespace"),
    )
)
_KEYS: Final = frozenset(("PrimaryKeyRelatedField", "HyperlinkedRelatedField", "HyperlinkedIdentityField"))
_RELATED: Final = frozenset((*_KEYS, "SlugRelatedField", "StringRelatedField"))
_WRITES: Final[dict[str, tuple[Operation, str]]] = {
    "create": ("insert", "bulk_create()"),
    "update": ("update", "bulk_update()"),
    "save": ("save", "bulk_create()"),
}
