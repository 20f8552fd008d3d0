"""Lookups -> which columns a query compares, and how: `author__name="x"` is equal on "author.name"."""

from __future__ import annotations

from functools import reduce
from typing import Final, TypeAlias

from crowsfoot.libraries import where as asked
from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.expressions import F
from crowsfoot.libraries.django.fields import DjangoField
from crowsfoot.libraries.models import Field, Model, Models
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Constant, Object
from crowsfoot.libraries.query import Kind
from crowsfoot.libraries.where import NOTHING, SOMETHING, any_of

Where: TypeAlias = asked.Where[str]

_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("exact",), "equal"),
    **dict.fromkeys(("isnull",), "null"),
    **dict.fromkeys(("in",), "among"),
    **dict.fromkeys(("gt", "gte", "lt", "lte", "range"), "ranges"),
}
# Of these, a comparison with the whole is one with a range of the column: "year" is BETWEEN two days.
_PARTS: Final = frozenset(("year", "iso_year"))
# What is compared is made of the column: as these words say, or by a function of that name.
# Source: https://docs.djangoproject.com/en/stable/ref/models/querysets/#field-lookups
_IGNORING_CASE: Final = frozenset(("iexact", "istartswith", "icontains", "iendswith"))
_PREFIX: Final = "startswith"
_FUNCTIONS: Final = frozenset(("date", "lower", "upper", "length", "trim"))
_OTHERS: Final = frozenset(
    (
        *_IGNORING_CASE,
        _PREFIX,
        *_FUNCTIONS,
        *("month", "day", "week", "week_day", "iso_week_day", "quarter", "time", "hour", "minute", "second"),
        "unaccent",
        *("contains", "endswith", "regex", "iregex", "search"),
        *("contained_by", "overlap", "has_key", "has_keys", "has_any_keys", "len", "trigram_similar"),
    )
)
_MOST: Final = 40
_DEEPEST: Final = 8


class Condition(Object, frozen=True):
    """A Q object: lookups as they are written, to be read once the model is known."""

    lookups: tuple[tuple[str, Object], ...] = ()
    parts: tuple[Condition, ...] = ()
    negated: bool = False
    either: bool = False
    depth: int = 0
    decided: bool = False  # which of its parts it is, the run decides

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
        parts = tuple(dict.fromkeys((*self._ways, *other._ways)))[:_MOST]
        return Condition(parts=parts, depth=1 + max(it.depth for it in parts), decided=True)

    @property
    def _ways(self) -> tuple[Condition, ...]:
        return self.parts if self.decided else (self,)


def _flat(conditions: tuple[Condition, ...], either: bool) -> tuple[Condition, ...]:
    """Those that say something; what is joined alike already is taken apart."""
    found: list[Condition] = []
    for it in conditions:
        alike = it.parts and not it.lookups and not it.negated and not it.decided and it.either == either
        found.extend(it.parts if alike else (it,) if it.lookups or it.parts else ())
    return tuple(found[:_MOST])


def condition(args: Args) -> Condition:
    """Q(...)"""
    return Condition(args.keywords, tuple(it for it in args.positional if isinstance(it, Condition)))


def where(args: Args, model: Model | None, models: Models) -> Where:
    """What filter(...) adds."""
    found = SOMETHING if args.spread else NOTHING
    # What differs from call to call comes last: it is what a query for all of them is given a list of.
    for name, value in sorted(args.keywords, key=lambda it: not isinstance(it[1], Constant)):
        found = found.and_(_compared(name, value, model, models))
    for it in args.positional:
        found = found.and_(_of(it, model, models))
    return found


def without(found: Where, model: Model | None) -> Where:
    """What exclude(...) adds: NOT of a boolean that is never NULL is the boolean's other value."""
    if len(found.constants) == 1 and found.all == found.equal and len(found.equal) == 1 and found.whole:
        column, value = found.constants[0]
        field = model.fields.get(column) if model is not None else None
        if value in _OPPOSITE and field is not None and not field.nullable:
            return asked.Where(equal=found.equal, constants=((column, _OPPOSITE[value]),))
    return found.negated()


_OPPOSITE: Final = {"true": "false", "false": "true"}


def _of(it: Object, model: Model | None, models: Models) -> Where:
    if not isinstance(it, Condition):
        return SOMETHING
    parts = [_compared(name, value, model, models) for name, value in it.lookups]
    parts += (_of(part, model, models) for part in it.parts)
    if it.either:
        found = any_of(parts)
    elif it.decided:
        found = reduce(asked.Where.or_else, parts)
    else:
        found = NOTHING
        for part in parts:
            found = found.and_(part)
    return without(found, model) if it.negated else found


def _compared(lookup: str, value: Object, model: Model | None, models: Models) -> Where:
    path, rest = path_of(lookup, model, models)
    column = ".".join(path)
    here = (column,)
    if isinstance(value, F):
        beside, _ = path_of(value.name, model, models)
        return asked.Where(others=(column, ".".join(beside)))  # two columns of the same row
    word = rest[0] if rest else "exact"
    if word in _PARTS:
        return asked.Where(ranges=here)
    if len(rest) > 1:
        made = word in _FUNCTIONS and len(rest) == 2 and rest[1] in _KINDS and rest[1] != "isnull"
        return asked.Where(others=here, functions=((column, word),) if made else ())
    if word == "exact":
        if not isinstance(value, Constant):
            return asked.Where(equal=here)
        said = asked.constant(value.value)
        if said is None and value.value is None:
            return asked.Where(null=here)
        return asked.Where(equal=here, constants=((column, said),) if said is not None else ())
    if word == "isnull":
        missing = names.truth(value)
        if missing is None:
            return asked.Where(others=here)
        return asked.Where(null=here) if missing else asked.Where(ranges=here)
    kind = _KINDS.get(word)
    if kind is not None:
        return NOTHING.with_(kind, here)
    if word in _FUNCTIONS or word in _IGNORING_CASE or word == _PREFIX:
        word = "icontains" if word == "iendswith" else word
        return asked.Where(others=here, functions=((column, word),))
    return asked.Where(others=here)


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
