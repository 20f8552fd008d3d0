"""What the Meta of a Django model says of indexes and constraints -> the indexes that they are.

https://docs.djangoproject.com/en/stable/ref/models/indexes/ and .../ref/models/constraints/
"""

from collections.abc import Iterator, Mapping
from typing import Final

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import constraint_names, names
from crowsfoot.libraries.django.expressions import F, Ordered
from crowsfoot.libraries.django.shapes import Condition
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    Built,
    Class,
    Constant,
    External,
    Function,
    Many,
    Object,
)
from crowsfoot.libraries.tables import IndexDef, KeyDef, Reading, Spot

# By the class of the index: its method, and the end of the name that it is given.
_METHODS: Final = {
    "Index": ("btree", "idx"),
    "BTreeIndex": ("btree", "btree"),
    "HashIndex": ("hash", "hash"),
    "GinIndex": ("gin", "gin"),
    "GistIndex": ("gist", "gist"),
    "SpGistIndex": ("spgist", "spgist"),
    "BrinIndex": ("brin", "brin"),
    "BloomIndex": ("bloom", "bloom"),
}

# Meta may put more into a list that it has begun: `indexes.append(...)`.
_CHANGE: Final = frozenset(("append", "extend", "insert"))


def indexes_of(
    meta: Mapping[str, Object], place: Class | None, table: str, columns: Mapping[str, str], reading: Reading
) -> Iterator[IndexDef | None]:
    """The indexes of Meta, None for one that cannot be read; columns are names by those of fields."""
    if place is None:
        return
    if reading.at(place).words(Function(place.path, place.scope, place.name)) & _CHANGE:
        yield None
    for it, spot in _each(meta, place, "indexes", reading):
        yield _index(it, spot, table, columns, reading)
    for it, spot in _each(meta, place, "constraints", reading):
        if not isinstance(it, Built) or dotted.last(it.name) == "UniqueConstraint":
            yield _constraint(it, spot, columns)
    for key, unique in (("unique_together", True), ("index_together", False)):
        for it, spot in _each(meta, place, key, reading):
            fields = [found for one in _items(it) if (found := names.text(one)) is not None]
            if it is UNKNOWN:
                yield None
            if fields:
                named = [columns.get(field, field) for field in fields]
                suffix = "_uniq" if unique else "_idx"
                yield IndexDef(
                    tuple(KeyDef(name) for name in named),
                    spot,
                    f"{key} ({', '.join(fields)})",
                    constraint_names.made_for(table, named, suffix, reading.provider),
                    unique,
                )


def _each(
    meta: Mapping[str, Object], place: Class, key: str, reading: Reading
) -> Iterator[tuple[Object, Spot]]:
    """The elements of a list of Meta, each with its place; one set of fields may stand by itself. What is no
    list that is written out is one element that nobody knows.
    """
    value = meta.get(key)
    if value is None or names.is_none(value):
        return
    whole = reading.spot(place, key)
    if not isinstance(value, Many) or value.items is None:
        yield UNKNOWN, whole
        return
    items = _items(value)
    if items and names.text(items[0]) is not None:
        yield value, whole
        return
    spots = reading.parts(place, key)
    for number, it in enumerate(items):
        yield it, spots[number] if len(spots) == len(items) else whole


def _items(it: Object) -> tuple[Object, ...]:
    return it.items or () if isinstance(it, Many) else ()


def _index(
    it: Object, spot: Spot, table: str, columns: Mapping[str, str], reading: Reading
) -> IndexDef | None:
    if not isinstance(it, Built):
        return None
    word = dotted.last(it.name)
    if not word.endswith("Index"):
        return None
    method, suffix = _METHODS.get(word, ("other", "idx"))
    keys = tuple(_keys(it.args, columns))
    if not keys or it.args.spread or any(key.expression == "?" for key in keys):
        return None
    name = names.text(it.args.get(None, "name"))
    if name is not None and "%(" in name:
        name = None  # of an abstract base: each class has one of its own
    elif name is None and all(key.column for key in keys):
        ordered = [(key.column or "", key.descending) for key in keys]
        name = constraint_names.of_meta_index(table, ordered, suffix)
    return IndexDef(
        keys,
        spot,
        f"{word}({_written(it.args)})",
        name,
        method=method,
        predicate=_condition(it.args.get(None, "condition"), columns),
        include=tuple(columns.get(field, field) for field in names.texts(it.args.get(None, "include"))),
    )


def _constraint(it: Object, spot: Spot, columns: Mapping[str, str]) -> IndexDef | None:
    if not isinstance(it, Built) or dotted.last(it.name) != "UniqueConstraint":
        return None
    keys = tuple(_keys(it.args, columns))
    if not keys or it.args.spread or any(key.expression == "?" for key in keys):
        return None
    return IndexDef(
        keys,
        spot,
        f"UniqueConstraint({_written(it.args)})",
        names.text(it.args.get(None, "name")),
        unique=True,
        predicate=_condition(it.args.get(None, "condition"), columns),
        include=tuple(columns.get(field, field) for field in names.texts(it.args.get(None, "include"))),
        nulls_distinct=names.truth(it.args.get(None, "nulls_distinct")) is not False,
    )


def _written(args: Args) -> str:
    fields = names.texts(args.get(None, "fields"))
    if fields:
        return f"fields=[{', '.join(fields)}]"
    return names.text(args.get(None, "name")) or "…"


def _keys(args: Args, columns: Mapping[str, str]) -> Iterator[KeyDef]:
    fields = args.get(None, "fields")
    opclasses = names.texts(args.get(None, "opclasses"))
    items = _items(fields) if fields is not None else ()
    for number, it in enumerate(items):
        field = names.text(it)
        if field is None:
            yield KeyDef(None, "?")
            continue
        descending = field.startswith("-")
        field = field.removeprefix("-")
        opclass = opclasses[number] if number < len(opclasses) else None
        yield KeyDef(columns.get(field, field), None, descending, opclass)
    for it in args.positional:
        yield _expression(it, columns)


def _expression(it: Object, columns: Mapping[str, str]) -> KeyDef:
    """Lower("name"), F("name").desc(), "name"."""
    field = names.text(it)
    if field is not None:
        return KeyDef(columns.get(field, field))
    if isinstance(it, F):
        return KeyDef(columns.get(it.name, it.name))
    if isinstance(it, Ordered):
        return KeyDef(columns.get(it.of, it.of), None, it.way == "desc", nulls=it.nulls)
    if isinstance(it, Built):
        word = dotted.last(it.name)
        inner = [_expression(one, columns) for one in it.args.positional]
        if word in ("desc", "asc") or any(key.expression == "?" for key in inner):
            return KeyDef(None, "?")
        more = [f"{key}={value}" for key, value in it.args.keywords]
        return KeyDef(
            None, f"{word}({', '.join([*(one.column or one.expression or '' for one in inner), *more])})"
        )
    return KeyDef(None, f"{it.value!r}" if isinstance(it, Constant) else "?")


def _condition(it: Object | None, columns: Mapping[str, str]) -> str | None:
    """The predicate, near enough to SQL to be compared with others; None where there is none."""
    if it is None or (isinstance(it, Constant) and it.value is None):
        return None
    if not isinstance(it, Condition) or it.decided:
        return f"? {it}"
    words = [*_lookups(it, columns), *(f"({_condition(part, columns)})" for part in it.parts)]
    joined = (" or " if it.either else " and ").join(words)
    return f"not ({joined})" if it.negated else joined


def _lookups(it: Condition, columns: Mapping[str, str]) -> Iterator[str]:
    for lookup, value in it.lookups:
        field, _, kind = lookup.partition("__")
        name = columns.get(field, field)
        constant = value.value if isinstance(value, Constant) else None
        if kind == "isnull" and isinstance(constant, bool):
            yield f'"{name}" IS {"" if constant else "NOT "}NULL'
        elif isinstance(value, Constant) and constant is None and kind in ("", "exact"):
            yield f'"{name}" IS NULL'
        elif isinstance(value, Constant):
            yield f'"{name}" {kind or "="} {constant!r}'
        else:
            shown = value.name if isinstance(value, External) else str(value)
            yield f'"{name}" {kind or "="} {shown}'
