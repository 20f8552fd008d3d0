"""Places as ast gives them, in UTF-8 bytes of a line, to places in the text: in bytes, then code points."""

import ast
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from msgspec.structs import force_setattr, replace

from crowsfoot.facts.code import Scope
from crowsfoot.source import Range

if TYPE_CHECKING:
    from crowsfoot.frontends.python.variables import Frame

_WIDE = re.compile(rb"[\xc0-\xff][\x80-\xbf]+")


def place(frame: "Frame", node: ast.AST) -> tuple[int, int, int]:
    """Where node stands, in bytes, and the loop around it."""
    starts = frame.starts
    return (
        starts[node.lineno] + node.col_offset,  # type: ignore[attr-defined]
        starts[node.end_lineno] + node.end_col_offset,  # type: ignore[attr-defined]
        frame.loop,
    )


def in_code_points(scopes: Iterable[Scope], data: bytes) -> tuple[Scope, ...]:
    """The scopes of a text that is not ASCII alone, each place moved to where it is in code points.

    The values are still nobody else's, so that they are changed and not made again.
    """
    moved = _mover(data)
    wide = _WIDE.search(data)
    first = len(data) if wide is None else wide.start()
    found = []
    for scope in scopes:
        for part in (scope.values, scope.loops):
            for it in part:
                if it.end > first:
                    force_setattr(it, "start", moved(it.start))
                    force_setattr(it, "end", moved(it.end))
        written = tuple([(name, moved(start)) for name, start in scope.written])
        whole, named = _range(scope.range, moved), _range(scope.name_range, moved)
        found.append(replace(scope, range=whole, name_range=named, written=written))
    return tuple(found)


def _range(it: Range, moved: Callable[[int], int]) -> Range:
    return Range(moved(it.start), moved(it.end))


def _mover(data: bytes) -> Callable[[int], int]:
    """From an offset in data to that in its text."""
    ends = [0]
    surplus = [0]
    total = 0
    for match in _WIDE.finditer(data):
        total += match.end() - match.start() - 1
        ends.append(match.end())
        surplus.append(total)

    def moved(offset: int) -> int:
        return offset - surplus[bisect_right(ends, offset) - 1]

    return moved
