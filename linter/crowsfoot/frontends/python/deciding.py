"""The test of a branch -> what has to be so for it.

Of parameters, as in `if commit`, `if kw.get("commit")`, `if self.action == "list"`; of anything, that
it is of a class, as in `if isinstance(it, Book)`.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from crowsfoot.facts.code import (
    AnyValue,
    Asked,
    Attribute,
    Call,
    Const,
    Display,
    Either,
    Operation,
    Parameter,
)
from crowsfoot.frontends.python.variables import Frame

# The value that a parameter is, or that is read of one, and what it is asked for; ~value of what must not be.
Decider = tuple[int, Asked]


def deciding(frame: Frame, test: ast.expr, number: int = -1) -> Sequence[Decider]:
    """All of what has to be so; number is the value of the test, which has been read."""
    kind = test.__class__
    if kind is ast.Name:
        return [(it, True) for it in _parameter(frame, test)]
    if kind is ast.Call:
        return [(number, True)] if number >= 0 and _is_of_keywords(frame, number) else ()
    if kind is ast.Compare:
        assert isinstance(test, ast.Compare)
        return _compared(frame, test, number)
    if kind is ast.UnaryOp:
        assert isinstance(test, ast.UnaryOp)
        if test.op.__class__ is not ast.Not:
            return ()
        of = frame.values[number] if number >= 0 else None
        inner = of.operands[0] if isinstance(of, Operation) else -1
        return otherwise(test.operand, deciding(frame, test.operand, inner))
    if kind is ast.BoolOp:
        assert isinstance(test, ast.BoolOp)
        is_all = test.op.__class__ is ast.And
        return [it for operand in test.values for it in deciding(frame, operand)] if is_all else ()
    return ()


def otherwise(test: ast.expr, deciders: Sequence[Decider]) -> Sequence[Decider]:
    """What has to be so where the test fails, as its deciders tell: of several, nobody knows which failed."""
    return () if isinstance(test, ast.BoolOp) else [(~it, asked) for it, asked in deciders]


def narrowed(frame: Frame, test: ast.expr, number: int) -> Sequence[tuple[int, int]]:
    """The values that have to be instances for it, each with that of the class: `isinstance(it, Book)`.

    number is the value of the test, which has been read.
    """
    it = frame.values[number]
    if isinstance(test, ast.BoolOp):
        if not isinstance(test.op, ast.And) or not isinstance(it, Either):
            return ()
        parts = zip(test.values, it.options, strict=False)
        return [found for operand, of in parts for found in narrowed(frame, operand, of)]
    if not isinstance(test, ast.Call) or not isinstance(it, Call) or len(it.args) != 2:
        return ()
    is_asked = isinstance(test.func, ast.Name) and test.func.id == "isinstance"
    return ((it.args[0], it.args[1]),) if is_asked else ()


def _compared(frame: Frame, test: ast.Compare, number: int) -> Sequence[Decider]:
    """`owner is None`; `self.action == "list"`, of which number is the value."""
    sign = _IS.get(test.ops[0].__class__)
    if sign is not None:
        other = test.comparators[0]
        is_none = len(test.ops) == 1 and isinstance(other, ast.Constant) and other.value is None
        return [(it if sign else ~it, None) for it in _parameter(frame, test.left)] if is_none else ()
    it = frame.values[number] if number >= 0 else None
    if not isinstance(it, Operation) or it.operator not in _EQUAL or len(it.operands) != 2:
        return ()
    words = tuple(_words(frame.values, it.operands[1]))
    if not words or not _is_of_parameter(frame.values, it.operands[0]):
        return ()
    return [(it.operands[0] if _EQUAL[it.operator] else ~it.operands[0], words)]


def _parameter(frame: Frame, node: ast.expr) -> Sequence[int]:
    """The value of the parameter that the name stands for, if it does; also what `**kw` have by a name."""
    number = frame.env.get(node.id, -1) if isinstance(node, ast.Name) else -1
    if number < 0:
        return ()
    decides = isinstance(frame.values[number], Parameter) or _is_of_keywords(frame, number)
    return (number,) if decides else ()


def _is_of_keywords(frame: Frame, number: int) -> bool:
    """`kw.pop("commit", False)`, `kw.get("commit")`, of the `**kw` of the function."""
    it = frame.values[number]
    if frame.keywords < 0 or not isinstance(it, Call) or not 0 < len(it.args) < 3:
        return False
    method = frame.values[it.of]
    if not isinstance(method, Attribute) or method.name not in ("pop", "get"):
        return False
    return method.of == frame.keywords


def _words(values: Sequence[AnyValue], number: int) -> Iterator[str]:
    it = values[number]
    if isinstance(it, Const) and isinstance(it.value, str):
        yield it.value
    elif isinstance(it, Display) and it.kind != "dict":
        parts = [values[item] for item in it.items]
        found = [part.value for part in parts if isinstance(part, Const) and isinstance(part.value, str)]
        if len(found) == len(parts):
            yield from found


def _is_of_parameter(values: Sequence[AnyValue], number: int) -> bool:
    """`self.action`, `self.request.method`"""
    it = values[number]
    if not isinstance(it, Attribute):
        return False
    of = values[it.of]
    return isinstance(of, Parameter) or (isinstance(of, Attribute) and isinstance(values[of.of], Parameter))


_IS: Final[dict[type[ast.cmpop], bool]] = {ast.Is: True, ast.IsNot: False}
_EQUAL: Final = {"==": True, "in": True, "!=": False, "not in": False}
