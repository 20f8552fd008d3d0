"""The test of a branch -> parameters that have to be true for it, or None: `if commit: session.commit()`."""

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from crowsfoot.facts.code import AnyValue, Attribute, Const, Display, Operation, Parameter
from crowsfoot.frontends.python.variables import Frame


def deciding(frame: Frame, test: ast.expr) -> Sequence[int]:
    """The values of those parameters; ~value of one that has to be false."""
    kind = test.__class__
    if kind is ast.Name:
        assert isinstance(test, ast.Name)
        number = frame.env.get(test.id, -1)
        return (number,) if number >= 0 and isinstance(frame.values[number], Parameter) else ()
    if kind is ast.UnaryOp:
        assert isinstance(test, ast.UnaryOp)
        of = deciding(frame, test.operand) if isinstance(test.operand, ast.Name) else ()
        return [~it for it in of] if test.op.__class__ is ast.Not else ()
    if kind is ast.BoolOp:
        assert isinstance(test, ast.BoolOp)
        is_all = test.op.__class__ is ast.And
        return [it for operand in test.values for it in deciding(frame, operand)] if is_all else ()
    return ()


def missing(frame: Frame, test: ast.expr) -> Sequence[int]:
    """The values of the parameters that have to be None; ~value of one that must not be."""
    if isinstance(test, ast.Compare):
        sign = _IS.get(test.ops[0].__class__)
        if sign is None or len(test.ops) > 1 or not isinstance(test.left, ast.Name):
            return ()
        other = test.comparators[0]
        of = deciding(frame, test.left) if isinstance(other, ast.Constant) and other.value is None else ()
        return [it if sign else ~it for it in of]
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [it for operand in test.values for it in missing(frame, operand)]
    return ()


_IS: Final[dict[type[ast.cmpop], bool]] = {ast.Is: True, ast.IsNot: False}


def chosen(frame: Frame, test: ast.expr, number: int) -> Sequence[tuple[int, tuple[str, ...]]]:
    """What of a parameter has to be one of some words for it, `self.action == "list"`; ~value: none of them.

    number is the value of the test, which has been read.
    """
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        of = frame.values[number]
        inner = chosen(frame, test.operand, of.operands[0]) if isinstance(of, Operation) else ()
        return [(~it, words) for it, words in inner]
    it = frame.values[number] if isinstance(test, ast.Compare) else None
    if not isinstance(it, Operation) or it.operator not in _EQUAL or len(it.operands) != 2:
        return ()
    words = tuple(_words(frame.values, it.operands[1]))
    if not words or not _is_of_parameter(frame.values, it.operands[0]):
        return ()
    return [(it.operands[0] if _EQUAL[it.operator] else ~it.operands[0], words)]


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


_EQUAL: Final = {"==": True, "in": True, "!=": False, "not in": False}
