"""`for` and `while` to Loop: what they go over, how the next pass is reached, what it finds of the last."""

import ast
from typing import Literal

from crowsfoot.facts.code import Element, Loop
from crowsfoot.frontends.python.assigned import Names, assigned, named_in
from crowsfoot.frontends.python.operators import test
from crowsfoot.frontends.python.places import place
from crowsfoot.frontends.python.targets import names_of, store
from crowsfoot.frontends.python.variables import Delta, Frame, Pass, begin, branch, end, here, join, perhaps
from crowsfoot.frontends.python.ways import (
    BREAK,
    GOES_ON,
    LEAVES,
    NEXT,
    NEXT_FAILED,
    ON,
    ON_FAILED,
    RAISE,
    REPEATS,
    RETURN,
    block,
)

_MOST_WAYS = 32  # on which a loop is left or goes on early: more are not told apart


def for_(frame: Frame, node: ast.For | ast.AsyncFor) -> int:
    source, target = node.iter, node.target
    over = frame.read[source.__class__](frame, source)
    starts = frame.starts
    start = starts[node.lineno] + node.col_offset
    close = starts[source.end_lineno] + source.end_col_offset  # type: ignore[index,operator]
    number, parent = len(frame.loops), frame.loop
    frame.loops.append(None)
    frame.loop = number
    frame.sources[number] = source
    names = dict.fromkeys(names_of(target))
    held = ", ".join(names)
    around = begin(frame, assigned(node.body, names, frame.file.binds_in_expressions), node)
    first = len(frame.values)
    frame.values.append(Element(*place(frame, target), number))
    store(frame, target, len(frame.values) - 1)
    ways = block(frame, node.body)
    left = end(frame, around, ways)
    if ways & BREAK:
        perhaps(frame, first, number)
    if ways & RETURN:
        frame.perhaps.append((-1, first, -1))
    frame.loop = parent
    is_async = node.__class__ is ast.AsyncFor
    frame.loops[number] = Loop(
        "for",
        start,
        close,
        parent,
        over,
        None,
        is_async,
        _again(ways),
        _leaves(ways),
        tuple(around.carried),
        held,
    )
    return _after(frame, node, around, ways, left)


def while_(frame: Frame, node: ast.While) -> int:
    asked = node.test
    starts = frame.starts
    start = starts[node.lineno] + node.col_offset
    close = starts[asked.end_lineno] + asked.end_col_offset  # type: ignore[index,operator]
    number, parent = len(frame.loops), frame.loop
    frame.loops.append(None)
    frame.loop = number
    names: Names = {}
    if frame.file.binds_in_expressions:
        named_in(asked, names)
    around = begin(frame, assigned(node.body, names, frame.file.binds_in_expressions), node)
    tested = test(frame, asked)
    after_test: Delta = {name: frame.env.get(name) for name in names if name in frame.changed}
    ways = block(frame, node.body)
    left = end(frame, around, ways)
    left.update(after_test)
    frame.loop = parent
    frame.loops[number] = Loop(
        "while", start, close, parent, None, tested, False, _again(ways), _leaves(ways), tuple(around.carried)
    )
    endless = asked.__class__ is ast.Constant and bool(asked.value)
    return _after(frame, node, around, ways, None if endless else left)


def _after(
    frame: Frame, node: ast.For | ast.AsyncFor | ast.While, around: Pass, ways: int, left: Delta | None
) -> int:
    """The ways on after the loop: at its end, which assigns `left`, through `else`, and from each `break`."""
    out = ways & (RETURN | RAISE)
    deltas: list[Delta] = []
    heads = around.heads
    if left is not None:
        if node.orelse:
            more, left = branch(frame, node.orelse, left)
            out |= more
            if more & GOES_ON:
                deltas.append(left)
        else:
            out |= ON
            deltas.append(left)
    if ways & BREAK:
        out |= ON
        deltas.extend({**heads, **it} for it in around.leavings)
    join(frame, deltas, node)
    return out


def continue_(frame: Frame, node: ast.Continue) -> int:
    if frame.passes:
        around = frame.passes[-1]
        if len(around.continues) < _MOST_WAYS:
            around.continues.append(here(frame, around.depth))
    return NEXT


def break_(frame: Frame, node: ast.Break) -> int:
    if frame.passes:
        around = frame.passes[-1]
        if len(around.leavings) < _MOST_WAYS:
            around.leavings.append(here(frame, around.depth))
    return BREAK


def _again(ways: int) -> Literal["always", "after a failure", "never"]:
    if ways & (ON | NEXT):
        return "always"
    return "after a failure" if ways & (ON_FAILED | NEXT_FAILED) else "never"


def _leaves(ways: int) -> bool:
    return bool(ways & LEAVES and ways & REPEATS)
