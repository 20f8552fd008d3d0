"""Columns, relations and conditions, as statements are made of them: Book.id.in_(ids), func.count()."""

from typing import Literal, TypeAlias

from crowsfoot.libraries.objects import UNKNOWN, Args, At, Constant, Object
from crowsfoot.libraries.sqlalchemy.receiver import Receiver, is_none, text

# The id of a model, and the name of its attribute.
Column: TypeAlias = tuple[str, str]

RANGES = frozenset(("<", "<=", ">", ">="))
# What a column is compared by, and what becomes of an index on it.
# https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.ColumnElement
_RANGES_BY_NAME = frozenset(("between", "startswith", "istartswith"))
_OTHERS_BY_NAME = frozenset(
    [
        "like",
        "ilike",
        "contains",
        "endswith",
        "icontains",
        "not_in",
        "notin_",
        "is_not",
        "isnot",
        "not_like",
        "notlike",
        "not_ilike",
        "notilike",
        "match",
        "regexp_match",
        "is_distinct_from",
        "is_not_distinct_from",
        "any",
        "all",
        "has_key",
        "any_",
        "overlaps",
        "contained_by",
        "bool_op",
    ]
)
_ORDER = frozenset(("asc", "desc", "nulls_first", "nulls_last", "nullsfirst", "nullslast"))


class Condition(Receiver, frozen=True):
    """What rows are asked to be; columns are sorted, each once."""

    equal: tuple[Column, ...] = ()
    null: tuple[Column, ...] = ()
    among: tuple[Column, ...] = ()
    ranges: tuple[Column, ...] = ()
    others: tuple[Column, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        return _sorted(self.equal, self.null, self.among, self.ranges, self.others)

    def method(self, name: str, args: Args, at: At) -> Object:
        return self if name in ("self_group", "label", "correlate", "is_") else Condition(others=self.columns)

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        if operator == "&":
            return both(*(it for it in operands if isinstance(it, Condition)))
        return either(*operands)


class ColumnRef(Receiver, frozen=True):
    """A column of a model: Book.title."""

    model: str
    name: str

    @property
    def column(self) -> Column:
        return self.model, self.name

    def method(self, name: str, args: Args, at: At) -> Object:
        here = (self.column,)
        if name in ("in_", "in"):
            return Condition(among=here)
        if name == "is_":
            return Condition(null=here) if is_none(args.get(0)) else Condition(equal=here)
        if name in _RANGES_BY_NAME:
            return Condition(ranges=here)
        if name in _OTHERS_BY_NAME:
            return Condition(others=here)
        if name in _ORDER:
            return Ordered(self.column, "desc" if name == "desc" else "asc")
        if name == "label":
            return Expression(here, label=text(args.get(0)) or "")
        return Expression(here)

    def item(self, index: Object, at: At) -> Object:
        return Expression((self.column,))

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        return compared(operator, operands)


class RelationRef(Receiver, frozen=True):
    """A relation of a model, as loader options and joins name it: Book.author."""

    model: str
    name: str
    target: str | None

    def method(self, name: str, args: Args, at: At) -> Object:
        if name in ("of_type", "and_"):
            return self
        if name in ("has", "any"):
            within = tuple(it for given in args.all for it in columns(given))
            return Condition(others=_sorted(within, ((self.model, self.name),)))
        return Condition(others=((self.model, self.name),))

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        here = ((self.model, self.name),)
        return Condition(equal=here) if operator == "==" else Condition(others=here)


class Expression(Receiver, frozen=True):
    """Something computed of columns; kind is what a statement of nothing else asks for."""

    of: tuple[Column, ...] = ()
    kind: Literal["", "count", "exists", "aggregate"] = ""
    label: str = ""
    table: str = ""  # the model that it goes over, where it names one: exists(select(Book))
    where: Condition = Condition()  # what the rows are asked to be that it goes over

    def method(self, name: str, args: Args, at: At) -> Object:
        if name == "label":
            return Expression(self.of, self.kind, text(args.get(0)) or "", self.table)
        if name in _ORDER and len(self.of) == 1:
            return Ordered(self.of[0], "desc" if name == "desc" else "asc")
        within = tuple(it for given in args.all for it in columns(given))
        if name in ("in_", "is_", "is_not", "isnot") or name in _RANGES_BY_NAME or name in _OTHERS_BY_NAME:
            return Condition(others=_sorted(self.of, within))
        return Expression(_sorted(self.of, within), self.kind, self.label, self.table)

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        within = tuple(it for given in operands for it in columns(given))
        if operator in RANGES or operator in ("==", "!=", "&", "|", "~", "not"):
            return Condition(others=_sorted(within))
        return Expression(_sorted(within), self.kind, self.label, self.table)

    def item(self, index: Object, at: At) -> Object:
        return self


class Ordered(Receiver, frozen=True):
    """A column in an order."""

    column: Column
    direction: Literal["asc", "desc"]

    def method(self, name: str, args: Args, at: At) -> Object:
        return Ordered(self.column, "desc") if name == "desc" else self


def compared(operator: str, operands: tuple[Object, ...]) -> Object:
    """What a comparison of columns with something else asks."""
    here = tuple(it.column for it in operands if isinstance(it, ColumnRef))
    if operator in ("&", "|", "~", "not"):
        return either(*operands)
    if len(here) == 2 and operator == "==":
        return Condition()  # how two tables are joined
    if operator == "==":
        if any(is_none(it) for it in operands):
            return Condition(null=here)
        if any(isinstance(it, Expression) for it in operands):
            return Condition(equal=here)
        return Condition(equal=here)
    if operator in RANGES:
        return Condition(ranges=_sorted(here))
    if operator in ("!=", "is", "is not"):
        return Condition(others=_sorted(here))
    if operator in ("in", "not in"):
        return UNKNOWN
    return Expression(_sorted(here))


def both(*conditions: Object | None) -> Condition:
    """All of them at once; what is no condition asks nothing that is known."""
    known = [it for it in conditions if isinstance(it, Condition)]
    if len(known) == 1:
        return known[0]
    return Condition(
        _sorted(*(it.equal for it in known)),
        _sorted(*(it.null for it in known)),
        _sorted(*(it.among for it in known)),
        _sorted(*(it.ranges for it in known)),
        _sorted(*(it.others for it in known)),
    )


def either(*conditions: Object | None) -> Condition:
    """Any of them, or none: no single index serves that."""
    return Condition(others=_sorted(*(columns(it) for it in conditions)))


def columns(value: Object | None) -> tuple[Column, ...]:
    """The columns that an expression is made of."""
    if isinstance(value, ColumnRef):
        return (value.column,)
    if isinstance(value, Condition):
        return value.columns
    if isinstance(value, Expression):
        return value.of
    return ()


def function(name: str, args: Args) -> Object:
    """func.name(args)."""
    within = _sorted(*(columns(it) for it in args.all))
    if name == "count":
        return Expression(within, "count")
    return Expression(within, "aggregate" if name in _AGGREGATES else "")


_AGGREGATES = frozenset(
    [
        "sum",
        "avg",
        "min",
        "max",
        "array_agg",
        "string_agg",
        "bool_or",
        "bool_and",
        "json_agg",
        "jsonb_agg",
        "group_concat",
    ]
)


def by_keywords(model: str, args: Args) -> Condition:
    """filter_by(title="x")."""
    equal = _sorted(tuple((model, key) for key, value in args.keywords if key != "**" and not is_none(value)))
    return Condition(equal, _sorted(tuple((model, key) for key, value in args.keywords if is_none(value))))


def is_constant(value: Object | None) -> bool:
    return isinstance(value, Constant)


def _sorted(*groups: tuple[Column, ...]) -> tuple[Column, ...]:
    found = {it for group in groups for it in group}
    return tuple(sorted(found))
