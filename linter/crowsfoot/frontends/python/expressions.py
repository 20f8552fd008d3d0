"""Names, constants, attributes, calls and their like to values: each handler gives the number of its value.

Values stand in the order in which they are computed. What most code is made of is written out, call by call.
"""

import ast
from collections.abc import Sequence

from crowsfoot.facts.code import Attribute, Awaited, Call, Const, Given, Item, Name, Text
from crowsfoot.frontends.python import strings
from crowsfoot.frontends.python.places import place
from crowsfoot.frontends.python.variables import Frame, Reader, bind, chosen, unclear

_NAME = ast.Name


def _name(frame: Frame, node: ast.Name) -> int:
    number = frame.env.get(node.id)
    if number is None:
        values = frame.values
        number = len(values)
        starts = frame.starts
        values.append(
            Name(
                starts[node.lineno] + node.col_offset,
                starts[node.end_lineno] + node.end_col_offset,  # type: ignore[index,operator]
                frame.loop,
                node.id,
            )
        )
    elif number < 0:
        return chosen(frame, node.id, number)
    return number


def constant(frame: Frame, node: ast.Constant) -> int:
    values = frame.values
    number = len(values)
    starts = frame.starts
    value = node.value
    if value.__class__ is not str or len(value) > 200 or not value.isascii() or strings.may_be_secret(value):
        value = strings.kept(value)
        if value is None and node.value.__class__ in _NOT_KEPT:
            return unclear(frame)
    values.append(
        Const(
            starts[node.lineno] + node.col_offset,
            starts[node.end_lineno] + node.end_col_offset,  # type: ignore[index,operator]
            frame.loop,
            value,
        )
    )
    return number


def _attribute(frame: Frame, node: ast.Attribute) -> int:
    value = node.value
    if value.__class__ is not _NAME or (of := frame.env.get(value.id, -1)) < 0:
        of = frame.read[value.__class__](frame, value)
    values = frame.values
    number = len(values)
    starts = frame.starts
    values.append(
        Attribute(
            starts[node.lineno] + node.col_offset,
            starts[node.end_lineno] + node.end_col_offset,  # type: ignore[index,operator]
            frame.loop,
            of,
            node.attr,
        )
    )
    return number


def _call(frame: Frame, node: ast.Call) -> int:
    read = frame.read
    func = node.func
    of = read[func.__class__](frame, func)
    given = node.args
    args: tuple[int, ...] = ()
    if given:
        if len(given) == 1:
            it = given[0]
            args = (read[it.__class__](frame, it),)
        else:
            args = tuple([read[it.__class__](frame, it) for it in given])
    named = node.keywords
    keywords: tuple[tuple[str, int], ...] = ()
    if named:
        found = []
        for keyword in named:
            it = keyword.value
            found.append((keyword.arg or "**", read[it.__class__](frame, it)))
        keywords = tuple(found)
    values = frame.values
    number = len(values)
    starts = frame.starts
    values.append(
        Call(
            starts[node.lineno] + node.col_offset,
            starts[node.end_lineno] + node.end_col_offset,  # type: ignore[index,operator]
            frame.loop,
            of,
            args,
            keywords,
        )
    )
    return number


def _subscript(frame: Frame, node: ast.Subscript) -> int:
    value, at = node.value, node.slice
    of = frame.read[value.__class__](frame, value)
    index = frame.read[at.__class__](frame, at)
    values = frame.values
    values.append(Item(*place(frame, node), of, index))
    return len(values) - 1


def _awaited(frame: Frame, node: ast.Await) -> int:
    value = node.value
    of = frame.read[value.__class__](frame, value)
    frame.values.append(Awaited(*place(frame, node), of))
    return len(frame.values) - 1


def _yield(frame: Frame, node: ast.Yield) -> int:
    value = node.value
    of = None if value is None else frame.read[value.__class__](frame, value)
    frame.values.append(Given(*place(frame, node), of, False))
    return len(frame.values) - 1


def _yield_from(frame: Frame, node: ast.YieldFrom) -> int:
    value = node.value
    of = frame.read[value.__class__](frame, value)
    frame.values.append(Given(*place(frame, node), of, True))
    return len(frame.values) - 1


def _named(frame: Frame, node: ast.NamedExpr) -> int:
    value = node.value
    number = frame.read[value.__class__](frame, value)
    bind(frame, node.target.id, number)
    return number


def _joined(frame: Frame, node: ast.JoinedStr) -> int:
    return text(frame, node, node.values)


def text(frame: Frame, node: ast.expr, pieces: Sequence[ast.expr]) -> int:
    parts: list[str | int] = []
    for piece in pieces:
        if isinstance(piece, ast.Constant):
            parts.append(strings.text(str(piece.value)))
        elif isinstance(piece, ast.FormattedValue) or hasattr(piece, "value"):
            value: ast.expr = piece.value
            parts.append(frame.read[value.__class__](frame, value))
            layout = getattr(piece, "format_spec", None)
            if layout is not None and any(not isinstance(it, ast.Constant) for it in layout.values):
                text(frame, layout, layout.values)
    frame.values.append(Text(*place(frame, node), tuple(parts)))
    return len(frame.values) - 1


def _unknown(frame: Frame, node: ast.expr) -> int:
    return unclear(frame)


_NOT_KEPT = (bytes, int, complex)  # where facts have no place for it: it is something else than None

READERS: dict[type, Reader] = {
    **dict.fromkeys(ast.expr.__subclasses__(), _unknown),
    ast.Name: _name,
    ast.Constant: constant,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Subscript: _subscript,
    ast.Await: _awaited,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.NamedExpr: _named,
    ast.JoinedStr: _joined,
}
if hasattr(ast, "TemplateStr"):  # Python 3.14
    READERS[ast.TemplateStr] = _joined
