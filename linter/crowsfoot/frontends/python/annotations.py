"""Annotations to values; one that is written as a string is what the string says, in its place."""

import ast
import re

from crowsfoot.facts.code import Display, Item, Name
from crowsfoot.frontends.python.operators import operation
from crowsfoot.frontends.python.places import place
from crowsfoot.frontends.python.variables import Frame, chosen

_NAME = re.compile(r"[^\W\d]\w*")
_LONGEST = 1000  # code points of an annotation in a string


def annotation(frame: Frame, node: ast.expr) -> int:
    """The number of the value of an annotation."""
    kind = node.__class__
    if kind is ast.Constant:
        if node.value.__class__ is str:  # type: ignore[attr-defined]
            return _text(frame, node, node.value.strip())  # type: ignore[attr-defined]
    elif kind is ast.Subscript:
        return _subscript(frame, node)  # type: ignore[arg-type]
    elif kind is ast.BinOp and node.op.__class__ is ast.BitOr:  # type: ignore[attr-defined]
        operands = [node.right]  # type: ignore[attr-defined]
        left = node.left  # type: ignore[attr-defined]
        while left.__class__ is ast.BinOp and left.op.__class__ is ast.BitOr:
            operands.append(left.right)
            left = left.left
        operands.append(left)
        return operation(frame, node, "|", tuple([annotation(frame, it) for it in reversed(operands)]))
    return frame.read[kind](frame, node)


def _subscript(frame: Frame, node: ast.Subscript) -> int:
    value, at = node.value, node.slice
    of = frame.read[value.__class__](frame, value)
    name = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
    if name == "Literal":
        index = frame.read[at.__class__](frame, at)
    elif isinstance(at, ast.Tuple | ast.List):
        elements = at.elts
        if name == "Annotated":
            rest = [frame.read[it.__class__] for it in elements[1:]]
            items = [annotation(frame, it) for it in elements[:1]]
            items += [read(frame, it) for read, it in zip(rest, elements[1:], strict=True)]
        else:
            items = [annotation(frame, it) for it in elements]
        kind = "tuple" if isinstance(at, ast.Tuple) else "list"
        frame.values.append(Display(*place(frame, at), kind, tuple(items)))  # type: ignore[arg-type]
        index = len(frame.values) - 1
    else:
        index = annotation(frame, at)
    frame.values.append(Item(*place(frame, node), of, index))
    return len(frame.values) - 1


def _text(frame: Frame, node: ast.expr, said: str) -> int:
    """What a string says as an annotation; where it says none, the string."""
    if _NAME.fullmatch(said):
        number = frame.env.get(said)
        if number is None:
            frame.values.append(Name(*place(frame, node), said))
            return len(frame.values) - 1
        return number if number >= 0 else chosen(frame, said, number)
    if len(said) <= _LONGEST and _NAME.match(said):
        try:
            inner = ast.parse(said, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
        else:
            for it in ast.walk(inner):
                if hasattr(it, "lineno"):
                    ast.copy_location(it, node)
            if inner.__class__ is not ast.Constant:
                return annotation(frame, inner)
    return frame.read[node.__class__](frame, node)
