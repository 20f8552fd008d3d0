"""Fields of models and what compares them -> the columns that a query filters by.

`Author.id == 1` is a Condition. Measured on Peewee 4.5.3, with its PostgresqlDatabase.
"""

from typing import Final, Literal, TypeAlias

from crowsfoot.libraries.calls import Bound
from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Constant, Object
from crowsfoot.libraries.query import Kind
from crowsfoot.libraries.where import NOTHING, SOMETHING, Where, any_of, constant

# The id of a model, and the name of its field.
Column: TypeAlias = tuple[str, str]
Compared: TypeAlias = Where[Column]

_OPERATORS: Final[dict[str, Kind]] = {
    "==": "equal",
    "!=": "others",
    "<": "ranges",
    "<=": "ranges",
    ">": "ranges",
    ">=": "ranges",
    "<<": "among",
    ">>": "null",
    "%": "others",
    "^": "others",
}
_METHODS: Final[dict[str, Kind]] = {
    "in_": "among",
    "between": "ranges",
    "not_in": "others",
    "regexp": "others",
    "iregexp": "others",
    "like": "others",
}
# All of these are ILIKE.
_IGNORING_CASE: Final = {
    "ilike": "ilike",
    "startswith": "ilike",
    "contains": "icontains",
    "endswith": "icontains",
}


class Condition(Object, frozen=True):
    """What a WHERE says."""

    where: Compared

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        if operator in ("~", "not"):
            return Condition(self.where.negated())
        if operator == "|":
            return Condition(any_of(asked(it) for it in operands))
        found: Compared = NOTHING
        for it in operands:
            found = found.and_(asked(it))
        return Condition(found)


class Ordered(Object, frozen=True):
    """`Author.name.desc(nulls="LAST")`"""

    model: str
    name: str
    direction: Literal["asc", "desc"]
    nulls: Literal["first", "last"] | None = None


class Made(Object, frozen=True):
    """What a function makes of a field: fn.LOWER(Author.name). It is "" where it takes more than that."""

    column: Column
    function: str

    def attribute(self, name: str, at: At) -> Object:
        return Bound(self, name)

    def ask(self, name: str, args: Args, at: At) -> Object:
        if name in ("in_", "between"):
            return self._compared(self.function)
        word = _IGNORING_CASE.get(name, "")
        return self._compared(word) if word or name in _METHODS else UNKNOWN

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        if operator not in _OPERATORS:
            return UNKNOWN
        served = _OPERATORS[operator] in ("equal", "ranges", "among") and len(operands) > 1
        beside = any(isinstance(it, (FieldOf, Made)) and it is not self for it in operands)
        return self._compared(self.function if served and not beside else "")

    def _compared(self, function: str) -> Condition:
        functions = ((self.column, function),) if function else ()
        return Condition(Where(others=(self.column,), functions=functions))


class FieldOf(Object, frozen=True):
    """`Author.name`, of the class."""

    model: Model
    name: str

    def attribute(self, name: str, at: At) -> Object:
        field = self.model.fields.get(self.name)
        target = at.models.target(field) if field is not None else None
        if target is not None and name in target.fields:
            return FieldOf(target, name)
        return Bound(self, name)

    @property
    def column(self) -> Column:
        return self.model.id, self.name

    def ask(self, name: str, args: Args, at: At) -> Object:
        if name in ("asc", "desc"):
            return Ordered(*self.column, "desc" if name == "desc" else "asc", _nulls(args.get(1, "nulls")))
        if name in _METHODS:
            return self._compared(_METHODS[name])
        if name in _IGNORING_CASE:
            return self._made(_IGNORING_CASE[name])
        if name == "is_null":
            return self._compared("ranges" if args.get(0) == Constant(False) else "null")
        if name == "cast":
            made = args.get(0)
            return Made(self.column, "date" if made in (Constant("date"), Constant("DATE")) else "")
        if name in ("alias", "coerce"):
            return self
        return UNKNOWN

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        if operator in ("~", "not"):
            return Condition(Where(equal=(self.column,), constants=((self.column, "false"),)))
        if operator in ("&", "|"):
            return Condition(NOTHING).operated(operator, operands, at)
        if operator == "**":
            return self._made("ilike")
        if operator in ("-", "+") and len(operands) == 1:
            return Ordered(*self.column, "desc" if operator == "-" else "asc")
        kind = _OPERATORS.get(operator)
        if kind is None:
            return UNKNOWN
        fields = [it for it in operands if isinstance(it, (FieldOf, Made))]
        if len(fields) > 1:
            joins = operator == "==" and len({it.column[0] for it in fields}) > 1
            return Condition(NOTHING if joins else Where(others=tuple(it.column for it in fields)))
        value = next((it for it in operands if it is not self), UNKNOWN)
        if kind == "equal" or operator == ">>":
            return self._equal(value)
        missing = value == Constant(None)
        return self._compared("ranges" if operator == "!=" and missing else kind)

    def _equal(self, value: Object) -> Condition:
        if value == Constant(None):
            return self._compared("null")
        said = constant(value.value) if isinstance(value, Constant) else None
        return Condition(
            Where(equal=(self.column,), constants=((self.column, said),) if said is not None else ())
        )

    def _compared(self, kind: Kind) -> Condition:
        return Condition(NOTHING.with_(kind, (self.column,)))

    def _made(self, word: str) -> Condition:
        return Condition(Where(others=(self.column,), functions=((self.column, word),)))


def asked(it: Object) -> Compared:
    """What something asks of rows that stands where a condition does."""
    if isinstance(it, Condition):
        return it.where
    if isinstance(it, FieldOf):
        return Where(equal=(it.column,), constants=((it.column, "true"),))
    return SOMETHING


def function(name: str, args: Args) -> Object | None:
    """fn.LOWER(Author.name); None where it is not made of one field."""
    fields = [it for it in args.all if isinstance(it, (FieldOf, Made))]
    if len(fields) == 1 and isinstance(fields[0], FieldOf):
        return Made(fields[0].column, last(name).lower() if len(args.all) == 1 else "")
    return None


def _nulls(value: Object | None) -> Literal["first", "last"] | None:
    said = str(value.value).lower() if isinstance(value, Constant) else ""
    return "first" if said == "first" else "last" if said == "last" else None
