"""The test of a branch -> the parameters that have to be true for it: `if commit: session.commit()`."""

import ast
from collections.abc import Sequence

from crowsfoot.facts.code import Parameter
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
