"""Displays, slices and stars to values: [a, b], {a: b}, a:b, *a."""

import ast
from collections.abc import Sequence
from typing import Literal

from crowsfoot.facts.code import Display, Slice, Spread
from crowsfoot.frontends.python import strings
from crowsfoot.frontends.python.expressions import constant
from crowsfoot.frontends.python.places import place
from crowsfoot.frontends.python.variables import Frame, Reader, unclear

_MANY = 64  # items: of more, only those constants are told apart that may hold SQL


def _list(frame: Frame, node: ast.List) -> int:
    return _display(frame, node, "list", node.elts)


def _tuple(frame: Frame, node: ast.Tuple) -> int:
    return _display(frame, node, "tuple", node.elts)


def _set(frame: Frame, node: ast.Set) -> int:
    return _display(frame, node, "set", node.elts)


def _display(
    frame: Frame, node: ast.expr, kind: Literal["list", "tuple", "set"], elements: Sequence[ast.expr]
) -> int:
    items = _items(frame, elements)
    frame.values.append(Display(*place(frame, node), kind, items))
    return len(frame.values) - 1


def _items(frame: Frame, elements: Sequence[ast.expr]) -> tuple[int, ...]:
    read = frame.read
    if len(elements) > _MANY:
        read = {**read, ast.Constant: _one_of_many}
    return tuple([read[it.__class__](frame, it) for it in elements])


def _one_of_many(frame: Frame, node: ast.Constant) -> int:
    return constant(frame, node) if strings.may_hold_sql(node.value) else unclear(frame)


def _dict(frame: Frame, node: ast.Dict) -> int:
    read = frame.read
    if len(node.values) > _MANY:
        read = {**read, ast.Constant: _one_of_many}
    keys, items = [], []
    for key, value in zip(node.keys, node.values, strict=True):
        keys.append(-1 if key is None else frame.read[key.__class__](frame, key))
        items.append(read[value.__class__](frame, value))
    frame.values.append(Display(*place(frame, node), "dict", tuple(items), tuple(keys)))
    return len(frame.values) - 1


def _slice(frame: Frame, node: ast.Slice) -> int:
    low, high, step = (
        None if it is None else frame.read[it.__class__](frame, it)
        for it in (node.lower, node.upper, node.step)
    )
    frame.values.append(Slice(*place(frame, node), low, high, step))
    return len(frame.values) - 1


def _starred(frame: Frame, node: ast.Starred) -> int:
    value = node.value
    of = frame.read[value.__class__](frame, value)
    frame.values.append(Spread(*place(frame, node), of))
    return len(frame.values) - 1


READERS: dict[type, Reader] = {
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.Slice: _slice,
    ast.Starred: _starred,
}
