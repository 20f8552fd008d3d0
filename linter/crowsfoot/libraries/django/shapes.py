"""Lookups -> which columns a query compares, and how: `author__name="x"` is equal on "author.name"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.fields import DjangoField
from crowsfoot.libraries.models import Field, Model, Models
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Constant, Object
from crowsfoot.libraries.query import KINDS, Kind

_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("exact",), "equal"),
    **dict.fromkeys(("isnull",), "null"),
    **dict.fromkeys(("in",), "among"),
    **dict.fromkeys(("gt", "gte", "lt", "lte", "range", "startswith"), "ranges"),
}
# Of these, a comparison with the whole is one with a range of the column: "year" is BETWEEN two days.
_PARTS: Final = frozenset(("year", "iso_year"))
_OTHERS: Final = frozenset(
    (
        *(
            "iexact",
            "contains",
            "icontains",
            "istartswith",
            "endswith",
            "iendswith",
            "regex",
            "iregex",
            "search",
        ),
        *(
            "date",
            "month",
            "day",
            "week",
            "week_day",
            "iso_week_day",
            "quarter",
            "time",
            "hour",
            "minute",
            "second",
        ),
        *(
            "contained_by",
            "overlap",
            "has_key",
            "has_keys",
            "has_any_keys",
            "len",
            "trigram_similar",
            "unaccent",
        ),
    )
)


class Where(msgspec.Struct, frozen=True, cache_hash=True):
    """The columns that a query compares."""

    equal: tuple[str, ...] = ()
    null: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    ranges: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def with_(self, kind: Kind, columns: Iterable[str]) -> Where:
        known: tuple[str, ...] = getattr(self, kind)
        return msgspec.structs.replace(self, **{kind: tuple(dict.fromkeys((*known, *columns)))[:_MOST]})

    def and_(self, other: Where) -> Where:
        found = self
        for kind in KINDS:
            found = found.with_(kind, getattr(other, kind))
        return found

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.equal, *self.null, *self.among, *self.ranges, *self.others)

    def negated(self) -> Where:
        return Where(others=self.all)


NOTHING: Final = Where()
# What goes beyond is no query that an index could be chosen for.
_MOST: Final = 40
_DEEPEST: Final = 8


class Condition(Object, frozen=True):
    """A Q object: lookups as they are written, to be read once the model is known."""

    lookups: tuple[tuple[str, Object], ...] = ()
    parts: tuple[Condition, ...] = ()
    negated: bool = False
    either: bool = False
    depth: int = 0

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        conditions = tuple(it for it in operands if isinstance(it, Condition))
        if operator in ("~", "not"):
            return (
                Condition(parts=(self,), negated=True, depth=self.depth + 1)
                if self.depth < _DEEPEST
                else self
            )
        if operator in ("&", "|", "&=", "|=", "^"):
            either = not operator.startswith("&")
            known = _flat(conditions, either)
            if max((it.depth for it in known), default=0) >= _DEEPEST:
                return Condition()
            depth = 1 + max((it.depth for it in known), default=0)
            return known[0] if len(known) == 1 else Condition(parts=known, either=either, depth=depth)
        return UNKNOWN

    def joined(self, other: Object) -> Object | None:
        if not isinstance(other, Condition):
            return None
        if self == other or max(self.depth, other.depth) >= _DEEPEST:
            return self
        parts = _flat((self, other), True)
        return Condition(parts=parts, either=True, depth=1 + max((it.depth for it in parts), default=0))


def _flat(conditions: tuple[Condition, ...], either: bool) -> tuple[Condition, ...]:
    """Those that say something; what is joined alike already is taken apart."""
    found: list[Condition] = []
    for it in conditions:
        alike = it.parts and not it.lookups and not it.negated and it.either == either
        found.extend(it.parts if alike else (it,) if it.lookups or it.parts else ())
    return tuple(found[:_MOST])


def condition(args: Args) -> Condition:
    """Q(...)"""
    return Condition(args.keywords, tuple(it for it in args.positional if isinstance(it, Condition)))


def where(args: Args, model: Model | None, models: Models) -> Where:
    """What filter(...) adds."""
    found = NOTHING
    # What differs from call to call comes last: it is what a query for all of them is given a list of.
    for name, value in sorted(args.keywords, key=lambda it: not isinstance(it[1], Constant)):
        found = found.with_(*_compared(name, value, model, models))
    for it in args.positional:
        found = found.and_(_of(it, model, models))
    return found


def _of(it: Object, model: Model | None, models: Models) -> Where:
    if not isinstance(it, Condition):
        return NOTHING
    found = NOTHING
    for name, value in it.lookups:
        found = found.with_(*_compared(name, value, model, models))
    for part in it.parts:
        found = found.and_(_of(part, model, models))
    return found.negated() if it.negated or (it.either and len(found.all) > 1) else found


def _compared(
    lookup: str, value: Object, model: Model | None, models: Models
) -> tuple[Kind, tuple[str, ...]]:
    column, rest = path_of(lookup, model, models)
    if not rest:
        kind: Kind = "null" if names.is_none(value) else "equal"
    elif rest[0] in _PARTS:
        kind = "ranges"
    elif len(rest) > 1:
        kind = "others"
    else:
        kind = _KINDS.get(rest[0], "others")
    return kind, (".".join(column),)


def path_of(lookup: str, model: Model | None, models: Models) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A lookup as the attributes that it goes through, and what is left: transforms and the comparison."""
    words = lookup.split("__")
    found: list[str] = []
    while words:
        field = field_of(words[0], model)
        if field is None:
            break
        words.pop(0)
        found.append(field.name)
        model = models.target(field) if field.kind != "column" else None
        if model is None:
            break
        # `author__id` is the column of `author`, as `author_id` is.
        if (
            words
            and (words[0] == "pk" or words[0] in model.primary_key)
            and field.stored
            and field.kind == "one"
        ):
            words.pop(0)
            break
    if not found:
        # Nothing is known of the model: what looks like a comparison is one.
        if len(words) > 1 and (words[-1] in _KINDS or words[-1] in _OTHERS or words[-1] in _PARTS):
            return tuple(words[:-1]), (words[-1],)
        return tuple(words), ()
    return tuple(found), tuple(words)


def field_of(name: str, model: Model | None) -> Field | None:
    """The field that lookups call by that name."""
    if model is None:
        return None
    if name == "pk":
        return model.fields.get(model.primary_key[0])
    found = model.fields.get(name)
    if found is not None and not (isinstance(found, DjangoField) and found.query_name not in (None, name)):
        return found
    for it in model.fields.values():
        if name in it.key_attributes or (isinstance(it, DjangoField) and it.query_name == name):
            return it
    return found


def order(args: Args, model: Model | None, models: Models) -> tuple[tuple[str, Any], ...]:
    """order_by(...): columns, and which way."""
    found: list[tuple[str, Any]] = []
    for it in args.positional:
        name = names.text(it)
        if name and name != "?":
            column, _ = path_of(name.lstrip("-+"), model, models)
            found.append((".".join(column), "desc" if name.startswith("-") else "asc"))
    return tuple(found)
