"""Statements in order to the ways on which they are left: to the end, to the next pass of a loop, out of it.

A way is one bit. A statement's handler gives None for the plain case, that it goes on with the next one.
"""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from crowsfoot.frontends.python.variables import Frame

ON = 1  # to the statement below
ON_FAILED = 2  # to the statement below, an except clause having been entered
NEXT = 4  # to the next pass: `continue`
NEXT_FAILED = 8
BREAK = 16
RETURN = 32
RAISE = 64

GOES_ON = ON | ON_FAILED
REPEATS = ON | ON_FAILED | NEXT | NEXT_FAILED
LEAVES = BREAK | RETURN | RAISE
SKIPS = NEXT | NEXT_FAILED | BREAK


def block(frame: "Frame", body: Sequence[ast.stmt]) -> int:
    """The ways on which body is left."""
    run = frame.file.statements
    ways = 0
    on = ON
    first = ends = len(frame.values)  # ends is where what comes after the last `continue` begins
    left_out = -1
    for node in body:
        left = run[node.__class__](frame, node)
        if left is not None and on:
            if left_out < 0 and left & SKIPS and left & GOES_ON:
                left_out = len(frame.values)
            if on == ON_FAILED:
                left = failed(left)
            if left & REPEATS & ~GOES_ON:
                ends = len(frame.values)
            ways |= left & ~GOES_ON
            on = left & GOES_ON | (ON_FAILED if on & ON_FAILED and left & GOES_ON else 0)
        if node.__class__ in _LEAVES and node is not body[-1] and not _yields(body):
            break  # nothing comes to what stands behind it
    ways |= on
    if 0 <= left_out < len(frame.values):
        frame.perhaps.append((frame.loop, left_out, len(frame.values)))
    if ways == RAISE and frame.tried is None and first < len(frame.values):
        frame.raised.append((first, len(frame.values)))
    if frame.loop >= 0 and not on and ends < len(frame.values):
        frame.lasts.append((frame.loop if ways & BREAK else -1, ends, len(frame.values)))
    return ways


def failed(ways: int) -> int:
    """The same ways, an except clause having been entered."""
    return (
        ways & LEAVES
        | (ON_FAILED if ways & GOES_ON else 0)
        | (NEXT_FAILED if ways & (NEXT | NEXT_FAILED) else 0)
    )


def _yields(body: Sequence[ast.stmt]) -> bool:
    """Whether that is of a generator, which it is by a `yield` that nothing comes to as well."""
    return any(isinstance(it, ast.Yield | ast.YieldFrom) for each in body for it in ast.walk(each))


_LEAVES: Final = frozenset((ast.Return, ast.Raise, ast.Continue, ast.Break))
