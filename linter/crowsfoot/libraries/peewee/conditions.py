"""Fields of models and what compares them -> the columns that a query filters by.

`Author.id == 1` is a Condition. "|" and "~" leave nothing that an index of one column serves.
"""

from typing import Final, Literal

from crowsfoot.libraries.calls import Bound
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Constant, Object
from crowsfoot.libraries.query import Kind

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
    "**": "others",
    "^": "others",
}
_METHODS: Final[dict[str, Kind]] = {
    "in_": "among",
    "between": "ranges",
    "startswith": "ranges",
    "not_in": "others",
    "contains": "others",
    "endswith": "others",
    "regexp": "others",
    "iregexp": "others",
    "like": "others",
    "ilike": "others",
}


class Condition(Object, frozen=True):
    """What a WHERE says: each field that it compares, by its model's id and its name."""

    compared: tuple[tuple[Kind, str, str], ...]

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        compared = [each for it in operands if isinstance(it, Condition) for each in it.compared]
        if operator != "&":
            compared = [("others", model, name) for _, model, name in compared]
        return Condition(tuple(compared))


class Ordered(Object, frozen=True):
    """`Author.name.desc()`"""

    model: str
    name: str
    direction: Literal["asc", "desc"]


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

    def ask(self, name: str, args: Args, at: At) -> Object:
        if name in ("asc", "desc"):
            return Ordered(self.model.id, self.name, "desc" if name == "desc" else "asc")
        if name in _METHODS:
            return self._compared(_METHODS[name])
        if name == "is_null":
            return self._compared("others" if args.get(0) == Constant(False) else "null")
        if name in ("alias", "cast", "coerce"):
            return self
        return UNKNOWN

    def operated(self, operator: str, operands: tuple[Object, ...], at: At) -> Object:
        kind = _OPERATORS.get(operator)
        if kind is None:
            return UNKNOWN
        if operator == "==" and all(isinstance(it, FieldOf) for it in operands):
            return Condition(())  # two columns, of tables that are joined
        if operator == "==" and Constant(None) in operands:
            kind = "null"
        return self._compared(kind)

    def _compared(self, kind: Kind) -> Condition:
        return Condition(((kind, self.model.id, self.name),))
