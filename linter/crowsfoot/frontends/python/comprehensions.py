"""Comprehensions to loops of the scope that they stand in."""

import ast
from collections.abc import Sequence
from typing import Literal

from crowsfoot.facts.code import Comprehension, Element, Loop
from crowsfoot.frontends.python.operators import test
from crowsfoot.frontends.python.places import place
from crowsfoot.frontends.python.targets import names_of, unpack
from crowsfoot.frontends.python.variables import Frame, Reader, perhaps


def _list_comprehension(frame: Frame, node: ast.ListComp) -> int:
    return _comprehension(frame, node, "list", node.elt, node.generators)


def _set_comprehension(frame: Frame, node: ast.SetComp) -> int:
    return _comprehension(frame, node, "set", node.elt, node.generators)


def _generator(frame: Frame, node: ast.GeneratorExp) -> int:
    return _comprehension(frame, node, "generator", node.elt, node.generators)


def _dict_comprehension(frame: Frame, node: ast.DictComp) -> int:
    return _comprehension(frame, node, "dict", node.value, node.generators, node.key)


def _comprehension(
    frame: Frame,
    node: ast.expr,
    kind: Literal["list", "set", "dict", "generator"],
    element: ast.expr,
    generators: Sequence[ast.comprehension],
    key: ast.expr | None = None,
) -> int:
    """Loops of the same scope, whose variables are gone after them."""
    read, env, outside = frame.read, frame.env, frame.outside
    loop = frame.loop
    begins = len(frame.values)
    hidden: dict[str, int | None] = {}
    changed, frame.changed = frame.changed, {}
    tried, frame.tried = frame.tried, None
    left_out = -1
    if outside:
        frame.outside = outside.difference(*(names_of(it.target) for it in generators))
    for generator in generators:
        source = generator.iter
        over = read[source.__class__](frame, source)
        number = len(frame.loops)
        names = dict.fromkeys(names_of(generator.target))
        for name in names:
            hidden.setdefault(name, env.get(name))
        start, target_end, _ = place(frame, generator.target)
        end = place(frame, source)[1]
        is_async = bool(generator.is_async)
        frame.loops.append(
            Loop("comprehension", start, end, frame.loop, over, None, is_async, target=", ".join(names))
        )
        frame.loop = number
        frame.values.append(Element(start, target_end, number, number))
        unpack(frame, generator.target, len(frame.values) - 1)
        for condition in generator.ifs:
            test(frame, condition)
            left_out = len(frame.values) if left_out < 0 else left_out
    keyed = None if key is None else read[key.__class__](frame, key)
    each = read[element.__class__](frame, element)
    if left_out >= 0:
        perhaps(frame, left_out)
    innermost, frame.loop = frame.loop, loop
    bound, frame.changed = frame.changed, changed
    frame.tried = tried
    frame.outside = outside
    for name, before in bound.items():
        if name not in hidden and name not in changed:
            changed[name] = before
    for name, before in hidden.items():
        if before is None:
            env.pop(name, None)
        else:
            env[name] = before
    frame.values.append(Comprehension(*place(frame, node), kind, each, keyed, innermost))
    if kind == "generator":
        perhaps(frame, begins)  # whoever goes over it may stop early
    return len(frame.values) - 1


READERS: dict[type, Reader] = {
    ast.ListComp: _list_comprehension,
    ast.SetComp: _set_comprehension,
    ast.GeneratorExp: _generator,
    ast.DictComp: _dict_comprehension,
}
