"""`match` to values: what each pattern takes apart and binds, and the ways of its cases."""

import ast

from crowsfoot.facts.code import Attribute, Item, Part
from crowsfoot.frontends.python.operators import test
from crowsfoot.frontends.python.places import place
from crowsfoot.frontends.python.variables import (
    Delta,
    Frame,
    bind,
    branch,
    join,
    lose,
    perhaps,
    unclear,
    undone,
)
from crowsfoot.frontends.python.ways import GOES_ON, ON


def match(frame: Frame, node: ast.Match) -> int:
    subject = frame.read[node.subject.__class__](frame, node.subject)
    ways = 0
    deltas: list[Delta] = []
    always = False
    first = len(frame.values)
    for case in node.cases:
        changed, frame.changed = frame.changed, {}
        _take(frame, case.pattern, subject)
        if case.guard is not None:
            test(frame, case.guard)
        bound, frame.changed = undone(frame, frame.changed), changed
        left, delta = branch(frame, case.body, bound)
        ways |= left
        if left & GOES_ON:
            deltas.append(delta)
        else:
            lose(frame, delta)
        always = always or (case.guard is None and _is_irrefutable(case.pattern))
    if not always:
        ways |= ON
        deltas.append({})
    perhaps(frame, first)
    join(frame, deltas, node)
    return ways


def _is_irrefutable(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _take(frame: Frame, pattern: ast.pattern, of: int) -> None:
    """Bind the names of pattern to the parts of the value that they stand for."""
    if isinstance(pattern, ast.MatchAs):
        if pattern.pattern is not None:
            _take(frame, pattern.pattern, of)
        if pattern.name is not None:
            bind(frame, pattern.name, of)
    elif isinstance(pattern, ast.MatchValue):
        frame.read[pattern.value.__class__](frame, pattern.value)
    elif isinstance(pattern, ast.MatchOr):
        for it in pattern.patterns:
            _take(frame, it, of)
    elif isinstance(pattern, ast.MatchSequence):
        _take_sequence(frame, pattern, of)
    elif isinstance(pattern, ast.MatchMapping):
        for key, value in zip(pattern.keys, pattern.patterns, strict=True):
            index = frame.read[key.__class__](frame, key)
            frame.values.append(Item(*place(frame, value), of, index))
            _take(frame, value, len(frame.values) - 1)
        if pattern.rest is not None:
            bind(frame, pattern.rest, unclear(frame))
    elif isinstance(pattern, ast.MatchClass):
        frame.read[pattern.cls.__class__](frame, pattern.cls)
        for it in pattern.patterns:
            _take(frame, it, unclear(frame))
        for name, it in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
            frame.values.append(Attribute(*place(frame, it), of, name))
            _take(frame, it, len(frame.values) - 1)


def _take_sequence(frame: Frame, pattern: ast.MatchSequence, of: int) -> None:
    starred = False
    for index, it in enumerate(pattern.patterns):
        at: int | None = index
        if isinstance(it, ast.MatchStar):
            starred, at = True, None
        elif starred:
            at = index - len(pattern.patterns)
        frame.values.append(Part(*place(frame, it), of, at))
        if not isinstance(it, ast.MatchStar):
            _take(frame, it, len(frame.values) - 1)
        elif it.name is not None:
            bind(frame, it.name, len(frame.values) - 1)
