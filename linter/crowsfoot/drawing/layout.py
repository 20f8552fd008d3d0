"""Boxes and lines between them to where they go: the only importer of graphlay.

What referred-to tables are stands at the left of what refers to them. Nothing of the user's repository goes
into the library but sizes and numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

Point = tuple[float, float]

NEEDED = "graphlay"

# Room at each side of a box for what stands at the end of a line in crow's foot notation. The library lays
# out boxes that are wider by it, so that no line bends there.
_ROOM = 24.0
_OPTIONS: Mapping[str, Any] = {
    "direction": "leftright",
    "spacing": {
        "layer_gap": 34.0,
        "node_gap": 26.0,
        "dummy_gap": 14.0,
        "port_gap": 14.0,
        "stub": 6.0,
        "isolated_gap": 22.0,
    },
    "routing": {"port_sides": "facing_only", "centre_ports": "off"},
    "compaction": {"mode": "priority"},
    "wrap": {"viewport_aspect": 1.6},
    # Above the box, with room for both ends.
    "self_loops": {"side": "cross_negative", "size": 30.0, "gap": 16.0},
}


class Line(msgspec.Struct, frozen=True):
    """A line to lay: from the table that has the columns to the one that they refer to, both by position.

    at is where it is to begin, as a part of the height of its box; None where that does not matter.
    """

    source: int
    target: int
    at: float | None = None


class Laid(msgspec.Struct, frozen=True):
    """Where everything went: the upper left corners of boxes, the corners of each line from its source on."""

    corners: tuple[Point, ...]
    lines: tuple[tuple[Point, ...], ...]
    width: float
    height: float


class MissingLibraryError(Exception):
    """The library that lays out is not installed."""


def lay_out(sizes: Sequence[tuple[float, float]], lines: Sequence[Line]) -> Laid:
    """The layout of boxes of those (width, height), from (0, 0) to (width, height).

    Raises MissingLibraryError.
    """
    try:
        import graphlay
    except ImportError as error:
        raise MissingLibraryError(NEEDED) from error

    nodes = [
        {"size": {"width": width + 2 * _ROOM, "height": height}, "shape": "box"} for width, height in sizes
    ]
    edges = [_edge(it) for it in lines]
    laid = graphlay.layout({"nodes": nodes, "edges": edges}, options=_OPTIONS).raw
    left, top = laid["bounds"]["min"]["x"] + _ROOM, laid["bounds"]["min"]["y"]
    right, bottom = laid["bounds"]["max"]["x"] - _ROOM, laid["bounds"]["max"]["y"]
    return Laid(
        tuple(
            (it["center"]["x"] - left - width / 2, it["center"]["y"] - top - height / 2)
            for it, (width, height) in zip(laid["nodes"], sizes, strict=True)
        ),
        tuple(tuple((x - left, y - top) for x, y in _points(it)) for it in laid["edges"]),
        right - left,
        bottom - top,
    )


def _edge(line: Line) -> dict[str, Any]:
    # The library's edges lead from left to right.
    edge: dict[str, Any] = {"source": line.target, "target": line.source, "weight": 1.0}
    if line.at is not None and line.source != line.target:
        # -1 is one end of the side, 1 the other.
        edge["target_port"] = {"offset": {"side": "left", "t": 2 * line.at - 1}}
    return edge


def _points(edge: Mapping[str, Any]) -> list[Point]:
    """The corners of a line of the library, led on to the boxes, from the table that has the columns."""
    points = [(it["x"], it["y"]) for it in reversed(edge["points"])]
    for at, port in ((0, edge["target_port"]), (-1, edge["source_port"])):
        x, y = points[at]
        inward = {"left": _ROOM, "right": -_ROOM}.get(port["side"], 0.0)
        end = (x + inward, y)
        if inward and points[at + 1 if at == 0 else at - 1][1] != y:
            points.insert(0 if at == 0 else len(points), end)
        else:
            points[at] = end
    return points
