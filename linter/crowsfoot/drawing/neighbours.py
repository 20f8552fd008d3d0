"""A scene to one small scene for each table: the table with those that it refers to, and that refer to it."""

from collections.abc import Iterator

import msgspec

from crowsfoot.drawing.boxes import with_room
from crowsfoot.drawing.layout import Point, lay_out
from crowsfoot.drawing.paths import path
from crowsfoot.drawing.scene import Scene, arriving, lines_of

_MOST = 40  # tables around one
_MOST_IN_ALL = 40_000  # boxes, over all small scenes of a drawing
_FEW = 16  # up to that many, what they refer to among themselves is drawn as well


class Around(msgspec.Struct, frozen=True):
    """The table and its neighbours, with their corners; its edges, with their paths.

    height_of is how high the box of the table itself is here. left_out neighbours are not drawn.
    """

    nodes: tuple[int, ...]
    corners: tuple[Point, ...]
    edges: tuple[int, ...]
    paths: tuple[str, ...]
    width: float
    height: float
    height_of: float
    left_out: int


def neighbourhoods(scene: Scene) -> Iterator[Around]:
    """What is around each node, in their order. Raises MissingLibraryError."""
    drawing = scene.drawing
    most = max(8, min(_MOST, _MOST_IN_ALL // max(len(drawing.nodes), 1)))
    edges_of: list[list[int]] = [[] for _ in drawing.nodes]
    for n, edge in enumerate(drawing.edges):
        edges_of[edge.source].append(n)
        if edge.target != edge.source:
            edges_of[edge.target].append(n)
    for node in range(len(drawing.nodes)):
        yield _around(scene, node, edges_of, most)


def _around(scene: Scene, node: int, edges_of: list[list[int]], most: int) -> Around:
    drawing = scene.drawing
    others = {drawing.edges[it].source for it in edges_of[node]}
    others |= {drawing.edges[it].target for it in edges_of[node]}
    # Where not all fit, those that most is said of.
    ranked = sorted(
        others - {node},
        key=lambda it: (-len(drawing.nodes[it].findings) - drawing.nodes[it].queries, -len(edges_of[it]), it),
    )
    nodes = sorted([node, *ranked[:most]])
    drawn = set(nodes)
    wanted = nodes if len(nodes) <= _FEW else [node]
    edges = sorted(
        {
            it
            for one in wanted
            for it in edges_of[one]
            if drawing.edges[it].source in drawn and drawing.edges[it].target in drawn
        }
    )
    ends = arriving(drawing, edges)
    boxes = {it: with_room(scene.boxes[it], ends[it] if it == node else 0) for it in nodes}
    laid = lay_out([(it.width, it.height) for it in boxes.values()], lines_of(drawing, edges, nodes, boxes))
    paths = (
        path(points, drawing.edges[it].near, drawing.edges[it].far)
        for it, points in zip(edges, laid.lines, strict=True)
    )
    return Around(
        tuple(nodes),
        laid.corners,
        tuple(edges),
        tuple(paths),
        laid.width,
        laid.height,
        boxes[node].height,
        max(len(ranked) - most, 0),
    )
