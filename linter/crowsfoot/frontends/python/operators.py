"""Operators, comparisons and conditions to values, and what is asked whether it is true."""

import ast

from crowsfoot.facts.code import Const, Either, Operation, Tested
from crowsfoot.frontends.python import strings
from crowsfoot.frontends.python.deciding import deciding, otherwise
from crowsfoot.frontends.python.places import place
from crowsfoot.frontends.python.variables import Frame, Reader, perhaps, unclear

_OPERATORS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.Not: "not",
    ast.Invert: "~",
    ast.UAdd: "+",
    ast.USub: "-",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def _binary(frame: Frame, node: ast.BinOp) -> int:
    """a + b + c is one operation on three: chains are long where SQL is put together, and not nested."""
    operator = node.op.__class__
    operands = [node.right]
    left = node.left
    while left.__class__ is ast.BinOp and left.op.__class__ is operator:
        operands.append(left.right)
        left = left.left
    operands.append(left)
    if all(_is_number(it) for it in operands):
        return unclear(frame)
    read = frame.read
    numbers = tuple([read[it.__class__](frame, it) for it in reversed(operands)])
    return operation(frame, node, _OPERATORS[operator], numbers)


def _is_number(node: ast.expr) -> bool:
    return node.__class__ is ast.Constant and node.value.__class__ in _NUMBERS


_NUMBERS = (int, float, complex)


def operation(frame: Frame, node: ast.AST, operator: str, operands: tuple[int, ...]) -> int:
    frame.values.append(Operation(*place(frame, node), operator, operands))
    return len(frame.values) - 1


def augmented(frame: Frame, node: ast.AugAssign, old: int, by: int) -> int:
    return operation(frame, node, f"{_OPERATORS[node.op.__class__]}=", (old, by))


def _unary(frame: Frame, node: ast.UnaryOp) -> int:
    operand = node.operand
    if operand.__class__ is ast.Constant and operand.value.__class__ in _NUMBERS:
        value = operand.value
        if node.op.__class__ is ast.USub:
            frame.values.append(Const(*place(frame, node), strings.kept(-value)))
            return len(frame.values) - 1
        return unclear(frame)
    if node.op.__class__ is ast.Not:
        return operation(frame, node, "not", (test(frame, operand),))
    of = frame.read[operand.__class__](frame, operand)
    return operation(frame, node, _OPERATORS[node.op.__class__], (of,))


def _compare(frame: Frame, node: ast.Compare) -> int:
    read = frame.read
    left = node.left
    others = node.comparators
    if len(others) == 1:
        right = others[0]
        operands: tuple[int, ...] = (
            read[left.__class__](frame, left),
            read[right.__class__](frame, right),
        )
    else:
        operands = tuple([read[it.__class__](frame, it) for it in (left, *others)])
    return operation(frame, node, _OPERATORS[node.ops[0].__class__], operands)


def test(frame: Frame, node: ast.expr) -> int:
    """The number of the value, which is asked whether it is true."""
    number = frame.read[node.__class__](frame, node)
    if node.__class__ not in _TESTED_BY_THEMSELVES:
        starts = frame.starts
        frame.values.append(
            Tested(
                starts[node.lineno] + node.col_offset,
                starts[node.end_lineno] + node.end_col_offset,  # type: ignore[index,operator]
                frame.loop,
                number,
            )
        )
    return number


_TESTED_BY_THEMSELVES = (ast.Compare, ast.UnaryOp, ast.Constant)


def _either(frame: Frame, node: ast.BoolOp) -> int:
    read = frame.read
    operands = node.values
    options = [test(frame, operands[0])]
    first = len(frame.values)
    options += [test(frame, it) for it in operands[1:-1]]
    last = operands[-1]
    options.append(read[last.__class__](frame, last))
    perhaps(frame, first)
    return _one_of(frame, node, options)


def _conditional(frame: Frame, node: ast.IfExp) -> int:
    deciders = deciding(frame, node.test, test(frame, node.test))
    first = len(frame.values)
    body, orelse = node.body, node.orelse
    option = frame.read[body.__class__](frame, body)
    second = len(frame.values)
    options = [option, frame.read[orelse.__class__](frame, orelse)]
    deciders = [it for it in deciders if isinstance(it[1], tuple)]
    frame.decided += [(it, asked, first, second) for it, asked in deciders]
    frame.decided += [(it, asked, second, len(frame.values)) for it, asked in otherwise(node.test, deciders)]
    perhaps(frame, first)
    return _one_of(frame, node, options)


def _one_of(frame: Frame, node: ast.expr, options: list[int]) -> int:
    distinct = tuple(dict.fromkeys(options))
    if len(distinct) == 1:
        return distinct[0]
    frame.values.append(Either(*place(frame, node), distinct))
    return len(frame.values) - 1


READERS: dict[type, Reader] = {
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _either,
    ast.IfExp: _conditional,
}
