"""A drawing to what is to be seen of it: boxes, groups and lines, each with its place.

Of each group the library lays out the tables and the foreign keys between them. A foreign key that leads from
one group into another is named in its row, and its line is drawn when somebody asks for it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from crowsfoot.drawing.boxes import HEAD, Box, Columns, box, columns_for
from crowsfoot.drawing.groups import Group, groups
from crowsfoot.drawing.layout import Laid, Line, Point, lay_out
from crowsfoot.drawing.model import Drawing, Edge
from crowsfoot.drawing.packing import pack
from crowsfoot.drawing.paths import curve, path

_MARGIN = 24.0
_TITLE = 34.0  # above the tables of a group, at least
_HIGHEST_TITLE = 240.0
_READABLE = 24.0  # what a title takes on the screen, where all of a large drawing is seen at once
_SCREEN = (1400.0, 760.0)  # a usual window, without what stands around the drawing
_BETWEEN = 40.0  # groups
_LISTED = 22.0  # between tables without lines
_EDGE = 28.0  # of the whole


Boxes = Sequence[Box] | Mapping[int, Box]  # by node


class Frame(msgspec.Struct, frozen=True):
    """A group, and the rectangle around it."""

    group: Group
    x: float
    y: float
    width: float
    height: float


class Scene(msgspec.Struct, frozen=True):
    """What is drawn: boxes and their corners by node, paths by edge; far tells which lead between groups."""

    drawing: Drawing
    boxes: tuple[Box, ...]
    corners: tuple[Point, ...]
    frames: tuple[Frame, ...]
    paths: tuple[str, ...]
    far: frozenset[int]
    width: float
    height: float
    title: float = _TITLE  # how high the strip above the tables of a group is


def scene(drawing: Drawing, columns: Columns | None = None) -> Scene:
    """The drawing, laid out. Raises MissingLibraryError."""
    found = groups(drawing)
    near = {edge for group in found for edge in group.near}
    shown = columns or columns_for(drawing)
    ends = arriving(drawing, near)
    boxes = [
        box(node, shown, [_away(drawing, it.foreign, near) for it in node.fields], ends[n])
        for n, node in enumerate(drawing.nodes)
    ]
    laid = [_laid(drawing, group, boxes) for group in found]
    title, sizes, places = _packed(laid)

    corners: list[Point] = [(0.0, 0.0)] * len(boxes)
    paths = [""] * len(drawing.edges)
    frames: list[Frame] = []
    for group, it, (x, y), (width, height) in zip(found, laid, places, sizes, strict=True):
        frames.append(Frame(group, x + _EDGE, y + _EDGE, width, height))
        moved = _moved(it, x + _EDGE + _MARGIN, y + _EDGE + title)
        for node, corner in zip(group.nodes, moved.corners, strict=True):
            corners[node] = corner
        for at, points in zip(group.near, moved.lines, strict=True):
            paths[at] = path(points, drawing.edges[at].near, drawing.edges[at].far)
    far = frozenset(range(len(paths))) - near
    for at in far:
        paths[at] = _across(at, drawing.edges[at], boxes, corners)
    return Scene(
        drawing,
        tuple(boxes),
        tuple(corners),
        tuple(frames),
        tuple(paths),
        far,
        max((it.x + it.width for it in frames), default=0.0) + _EDGE,
        max((it.y + it.height for it in frames), default=0.0) + _EDGE,
        title,
    )


def lines_of(drawing: Drawing, edges: Sequence[int], nodes: Sequence[int], boxes: Boxes) -> list[Line]:
    """The edges as lines between those nodes, each from the row of its first column."""
    position = {node: n for n, node in enumerate(nodes)}
    found = []
    for at in edges:
        edge = drawing.edges[at]
        of = boxes[edge.source]
        row = row_of(of, at)
        start = of.y_of(row) / of.height if row is not None else None
        found.append(Line(position[edge.source], position[edge.target], start))
    return found


def row_of(box: Box, edge: int) -> int | None:
    """The first row of the box that is part of the edge."""
    rows = enumerate(box.rows)
    return next((n for n, it in rows if it.field is not None and edge in it.field.foreign), None)


def arriving(drawing: Drawing, edges: Iterable[int]) -> Counter[int]:
    """How many of the edges lead to each node from others: they arrive at its right side."""
    them = (drawing.edges[it] for it in edges)
    return Counter(it.target for it in them if it.target != it.source)


def _away(drawing: Drawing, edges: Sequence[int], near: set[int]) -> str:
    """What a column refers to outside of its group, where it refers to nothing within."""
    if not edges or any(it in near for it in edges):
        return ""
    return drawing.nodes[drawing.edges[edges[0]].target].label


def _laid(drawing: Drawing, group: Group, boxes: Sequence[Box]) -> Laid:
    """Where the tables of a group are; those that nothing joins are packed like rectangles."""
    sizes = [(boxes[it].width, boxes[it].height) for it in group.nodes]
    lines = lines_of(drawing, group.near, group.nodes, boxes)
    if any(it.source != it.target for it in lines):
        return lay_out(sizes, lines)
    own: list[list[int]] = [[] for _ in sizes]
    for n, line in enumerate(lines):
        own[line.source].append(n)
    # What refers to itself takes some room beside it.
    alone = [
        lay_out([size], [Line(0, 0) for _ in loops]) if loops else Laid(((0.0, 0.0),), (), *size)
        for size, loops in zip(sizes, own, strict=True)
    ]
    places = pack([(it.width, it.height) for it in alone], _LISTED)
    laid = [_moved(it, x, y) for it, (x, y) in zip(alone, places, strict=True)]
    by_line = {
        n: points
        for it, loops in zip(laid, own, strict=True)
        for n, points in zip(loops, it.lines, strict=True)
    }
    return Laid(
        tuple(corner for it in laid for corner in it.corners),
        tuple(by_line[n] for n in range(len(lines))),
        max(x + it.width for it, (x, _) in zip(laid, places, strict=True)),
        max(y + it.height for it, (_, y) in zip(laid, places, strict=True)),
    )


def _packed(laid: Sequence[Laid]) -> tuple[float, list[Point], list[Point]]:
    """How high a title is, and the sizes and corners of the groups: titles grow with the drawing."""
    title = _TITLE
    while True:
        sizes = [(it.width + 2 * _MARGIN, it.height + title + _MARGIN) for it in laid]
        places = pack(sizes, _BETWEEN)
        if title > _TITLE or len(laid) < 2:
            return title, sizes, places
        wide = max(x + width for (x, _), (width, _) in zip(places, sizes, strict=True)) + 2 * _EDGE
        high = max(y + height for (_, y), (_, height) in zip(places, sizes, strict=True)) + 2 * _EDGE
        needed = _READABLE * max(wide / _SCREEN[0], high / _SCREEN[1])
        if needed <= _TITLE:
            return title, sizes, places
        title = min(needed, _HIGHEST_TITLE)


def _moved(laid: Laid, x: float, y: float) -> Laid:
    return replace(
        laid,
        corners=tuple((x + dx, y + dy) for dx, dy in laid.corners),
        lines=tuple(tuple((x + dx, y + dy) for dx, dy in points) for points in laid.lines),
    )


def _across(at: int, edge: Edge, boxes: Sequence[Box], corners: Sequence[Point]) -> str:
    """A line from one group to another, or back to the table itself."""
    source, target = boxes[edge.source], boxes[edge.target]
    (x1, y1), (x2, y2) = corners[edge.source], corners[edge.target]
    row = row_of(source, at)
    start = y1 + (source.y_of(row) if row is not None else HEAD / 2)
    stop = y2 + HEAD / 2
    if x2 > x1 + source.width + 60:
        return curve((x1 + source.width, start), (x2, stop), 1, -1, edge.near, edge.far)
    if x1 > x2 + target.width + 60:
        return curve((x1, start), (x2 + target.width, stop), -1, 1, edge.near, edge.far)
    return curve((x1, start), (x2, stop), -1, -1, edge.near, edge.far)
