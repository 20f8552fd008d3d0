"""Columns, relations and conditions, as statements are made of them: Book.id.in_(ids), func.count()."""

from typing import Final, Literal, TypeAlias

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, Constant, External, Object
from crowsfoot.libraries.query import Kind
from crowsfoot.libraries.sqlalchemy.receiver import Receiver, is_none, is_true, text
from crowsfoot.libraries.where import NOTHING, SOMETHING, Where, any_of, constant

# The id of a model, and the name of its attribute.
Column: TypeAlias = tuple[str, str]
Compared: TypeAlias = Where[Column]

RANGES = frozenset(("<", "<=", ">", ">="))
# What a column is compared by, and what becomes of an index on it.
# https://docs.sqlalchemy.org/en/20/core/sqlelement.html#sqlalchemy.sql.expression.ColumnElement
_RANGES_BY_NAME = frozenset(("between",))
_IGNORING_CASE: Final = {"istartswith": "ilike", "icontains": "icontains", "iendswith": "icontains"}
_OTHERS_BY_NAME = frozenset(
    [
        "like",
        "ilike",
        "startswith",
        "contains",
        "endswith",
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
        *_IGNORING_CASE,
    ]
)
ORDERS: Final = frozenset(("asc", "desc", "nulls_first", "nulls_last", "nullsfirst", "nullslast"))
_WILDCARDS: Final = ("%", "_")


class Condition(Receiver, frozen=True):
    """What rows are asked to be; present are those of its ranges that are IS NOT NULL and nothing else."""

    where: Compared = NOTHING
    present: tuple[Column, ...] = ()

    @property
    def equal(self) -> tuple[Column, ...]:
        return self.where.equal

    @property
    def columns(self) -> tuple[Column, ...]:
        return _sorted(self.where.all)

    def method(self, name: str, args: Args, at: At) -> Object:
        same = name in ("self_group", "label", "correlate", "is_")
        return self if same else Condition(Where(others=self.columns, whole=self.where.whole))

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        return _combined(operator, operands) or Condition(Where(others=self.columns))


class ColumnRef(Receiver, frozen=True):
    """A column of a model: Book.title."""

    model: str
    name: str

    @property
    def column(self) -> Column:
        return self.model, self.name

    def method(self, name: str, args: Args, at: At) -> Object:
        here = self.column
        if name in ("in_", "in"):
            return condition("among", here)
        if name == "is_":
            return _equal(here, args.get(0))
        if name in ("is_not", "isnot"):
            return _present(here) if is_none(args.get(0)) else condition("others", here)
        if name in _RANGES_BY_NAME:
            return condition("ranges", here)
        if name in _OTHERS_BY_NAME:
            return _other(here, name, args.get(0))
        if name in ORDERS:
            return Ordered(here, "asc").method(name, args, at)
        if name == "label":
            return Expression((here,), label=text(args.get(0)) or "")
        return Expression((here,))

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
            # Rows of another table, and what they are asked to be.
            return Condition(Where(others=_sorted(within, ((self.model, self.name),)), whole=False))
        return condition("others", (self.model, self.name))

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        here = (self.model, self.name)
        if operator == "==":
            return condition("null" if any(is_none(it) for it in operands) else "equal", here)
        return condition("others", here)


class Expression(Receiver, frozen=True):
    """Something computed of columns; kind is what a statement of nothing else asks for."""

    of: tuple[Column, ...] = ()
    kind: Literal["", "count", "exists", "aggregate"] = ""
    label: str = ""
    table: str = ""  # the model that it goes over, where it names one: exists(select(Book))
    where: Condition = Condition()  # what the rows are asked to be that it goes over
    function: str = ""  # what is done to the one column that it is made of: "lower"

    def method(self, name: str, args: Args, at: At) -> Object:
        if name == "label":
            return Expression(self.of, self.kind, text(args.get(0)) or "", self.table, function=self.function)
        if name in ORDERS and len(self.of) == 1:
            return Ordered(None, "asc").method(name, args, at)
        within = tuple(it for given in args.all for it in columns(given))
        if name == "in_" or name in _RANGES_BY_NAME:
            return self._compared(within, self.function)
        if name in ("is_", "is_not", "isnot") or name in _OTHERS_BY_NAME:
            part = name in ("contains", "like") and self.function in ("lower", "upper")
            return self._compared(within, "icontains" if part else "")
        return Expression(_sorted(self.of, within), self.kind, self.label, self.table)

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        within = tuple(it for given in operands if given is not self for it in columns(given))
        if operator in ("&", "|", "~", "not"):
            return _combined(operator, operands) or Condition(Where(others=self.of))
        if operator in RANGES or operator in ("==", "!="):
            missing = any(is_none(it) for it in operands)
            return self._compared(within, "" if operator == "!=" or missing else self.function)
        return Expression(_sorted(self.of, within), self.kind, self.label, self.table)

    def _compared(self, within: tuple[Column, ...], function: str) -> Condition:
        """A comparison with something that is made of those columns."""
        functions = ((self.of[0], function),) if function and not within else ()
        return Condition(Where(others=_sorted(self.of, within), functions=functions))

    def item(self, index: Object, at: At) -> Object:
        return self


class Ordered(Receiver, frozen=True):
    """A column in an order; None: what is computed."""

    column: Column | None
    direction: Literal["asc", "desc"]
    nulls: Literal["first", "last"] | None = None

    def method(self, name: str, args: Args, at: At) -> Object:
        if name in ("asc", "desc"):
            return Ordered(self.column, "desc" if name == "desc" else "asc", self.nulls)
        if name in ORDERS:
            return Ordered(self.column, self.direction, "first" if name.endswith("first") else "last")
        return self


def condition(kind: Kind, column: Column) -> Condition:
    """One column, compared."""
    return Condition(NOTHING.with_(kind, (column,)))


def _present(column: Column) -> Condition:
    """IS NOT NULL"""
    return Condition(NOTHING.with_("ranges", (column,)), (column,))


def compared(operator: str, operands: tuple[Object, ...]) -> Object:
    """What a comparison of columns with something else asks."""
    here = tuple(it.column for it in operands if isinstance(it, ColumnRef))
    if operator in ("&", "|", "~", "not"):
        return _combined(operator, operands) or UNKNOWN
    if operator in ("in", "not in"):
        return UNKNOWN
    beside = tuple(it for given in operands if isinstance(given, Expression) for it in given.of)
    if operator == "==" and len(here) == 2 and here[0][0] != here[1][0]:
        return Condition()  # how two tables are joined
    if operator in ("==", "!=") or operator in RANGES:
        if len(here) != 1 or any(it[0] == here[0][0] for it in beside):
            return Condition(Where(others=_sorted(here, beside)))  # of the same row
        if operator == "==":
            return _equal(here[0], next((it for it in operands if not isinstance(it, ColumnRef)), None))
        if operator == "!=":
            missing = any(is_none(it) for it in operands)
            return _present(here[0]) if missing else condition("others", here[0])
        return condition("ranges", here[0])
    if operator in ("is", "is not"):
        return Condition(Where(others=_sorted(here)))
    return Expression(_sorted(here, beside))


def _equal(column: Column, value: Object | None) -> Condition:
    """Compared with a value by =, or by IS."""
    if is_none(value):
        return condition("null", column)
    said = constant(value.value) if isinstance(value, Constant) else _truth(value)
    return Condition(Where(equal=(column,), constants=((column, said),) if said is not None else ()))


def _truth(value: Object | None) -> str | None:
    """What true() and false() are, and sqlalchemy.true."""
    word = last(value.name) if isinstance(value, External | Built) else ""
    return word if word in ("true", "false") else None


def _other(column: Column, name: str, pattern: Object | None) -> Condition:
    """What no plain index of the column serves, wherever the database is; of a text its beginning may be."""
    word = "like" if name == "startswith" else _IGNORING_CASE.get(name, "")
    starts = _beginning(pattern)
    if name == "like" and starts and not starts.startswith(_WILDCARDS):
        word = "like"
    elif name == "ilike":
        word = "icontains" if starts and starts.startswith(_WILDCARDS) else "ilike"
    return Condition(Where(others=(column,), functions=((column, word),) if word else ()))


def _beginning(pattern: Object | None) -> str:
    """What a pattern begins with, of one that is put together the first part: f"%{name}%"."""
    if isinstance(pattern, Built) and pattern.name == "builtins.str" and pattern.args.positional:
        pattern = pattern.args.positional[0]
    return text(pattern) or ""


def _combined(operator: str, operands: tuple[Object, ...]) -> Condition | None:
    """What AND, OR and NOT make of conditions."""
    if operator == "&":
        return both(*operands)
    if operator == "|":
        return either(*operands)
    if operator in ("~", "not"):
        return negation(operands[0])
    return None


def negation(it: Object) -> Condition:
    """not_(...): of a column it is the column's other value."""
    if isinstance(it, ColumnRef):
        return _equal(it.column, Constant(False))
    found = asked(it).negated()
    return Condition(found, found.ranges)


def both(*conditions: Object | None) -> Condition:
    """All of them at once."""
    known = [it for it in conditions if it is not None]
    if len(known) == 1 and isinstance(known[0], Condition):
        return known[0]
    found: Compared = NOTHING
    for it in known:
        found = found.and_(asked(it))
    present = [column for it in known if isinstance(it, Condition) for column in it.present]
    further = {it for each in known for it in asked(each).ranges if it not in getattr(each, "present", ())}
    return Condition(found, tuple(it for it in dict.fromkeys(present) if it not in further))


def either(*conditions: Object | None) -> Condition:
    """Any of them."""
    return Condition(any_of(asked(it) for it in conditions if it is not None))


def asked(it: Object) -> Compared:
    """What something asks of rows that stands where a condition does."""
    if isinstance(it, Condition):
        return it.where
    if isinstance(it, ColumnRef):
        return Where(equal=(it.column,), constants=((it.column, "true"),))
    if is_true(it) or is_none(it) or _truth(it) == "true":
        return NOTHING
    return Where(others=columns(it), whole=False) if isinstance(it, Expression) else SOMETHING


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
    if name in _AGGREGATES:
        return Expression(within, "aggregate")
    plain = len(args.all) == 1 and isinstance(args.all[0], ColumnRef)
    return Expression(within, function=name.lower() if plain else "")


def cast(args: Args) -> Object:
    """cast(Book.at, Date): what is compared is of another type."""
    within = columns(args.get(0, "expression"))
    given = args.get(1, "type_")
    to_day = isinstance(given, External | Built) and last(given.name).lower() == "date"
    return Expression(within, function="date" if to_day and isinstance(args.get(0), ColumnRef) else "")


def ordered(name: str, args: Args, at: At) -> Object:
    """desc(Book.at), nulls_last(Book.at.desc())"""
    of = args.get(0, "column")
    if isinstance(of, ColumnRef):
        of = Ordered(of.column, "asc")
    return of.method(name, args, at) if isinstance(of, Ordered) else Ordered(None, "asc")


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
    found = SOMETHING if args.spread else NOTHING
    for key, value in args.keywords:
        found = found.and_(_equal((model, key), value).where)
    return Condition(found)


def is_constant(value: Object | None) -> bool:
    return isinstance(value, Constant)


def _sorted(*groups: tuple[Column, ...]) -> tuple[Column, ...]:
    found = {it for group in groups for it in group}
    return tuple(sorted(found))
