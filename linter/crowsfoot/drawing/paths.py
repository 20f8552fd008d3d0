"""The corners of a line, and what stands at its ends in crow's foot notation, to the path of an SVG."""

from collections.abc import Sequence

from crowsfoot.drawing.cardinality import Cardinality
from crowsfoot.drawing.layout import Point

_RADIUS = 6.0
_TOES = 6.0  # how far the foot spreads, to either side
_FOOT = 12.0  # how long it is
_RING = 3.8

# What of a line its end takes.
REACH = 22.0


def path(points: Sequence[Point], near: Cardinality, far: Cardinality) -> str:
    """A line with rounded corners; near stands at its first point, far at its last."""
    first, last = _direction(points[0], points[1]), _direction(points[-1], points[-2])
    inner = [_along(points[0], first, REACH), *points[1:-1], _along(points[-1], last, REACH)]
    return _rounded(inner) + end(points[0], first, near) + end(points[-1], last, far)


def curve(
    start: Point, stop: Point, leaves: float, arrives: float, near: Cardinality, far: Cardinality
) -> str:
    """A curve between the sides of two boxes; leaves and arrives are -1 at a left side, 1 at a right one."""
    (x1, y1), (x2, y2) = _along(start, (leaves, 0), REACH), _along(stop, (arrives, 0), REACH)
    pull = min(max(abs(x2 - x1) / 2, 50.0), 320.0)
    pulled = f"{_n(x1 + leaves * pull)} {_n(y1)} {_n(x2 + arrives * pull)} {_n(y2)}"
    bend = f"M{_n(x1)} {_n(y1)}C{pulled} {_n(x2)} {_n(y2)}"
    return bend + end(start, (leaves, 0), near) + end(stop, (arrives, 0), far)


def end(at: Point, away: Point, cardinality: Cardinality) -> str:
    """What stands at one end; away leads from the table along the line."""
    match cardinality:
        case "zero-or-many":
            return (
                _foot(at, away)
                + _ring(at, away, _FOOT + _RING)
                + _stroke(at, away, 0, _FOOT, 0, 0)
                + _stroke(at, away, _FOOT + 2 * _RING, REACH, 0, 0)
            )
        case "many":
            return _foot(at, away) + _bar(at, away, _FOOT + 4) + _stroke(at, away, 0, REACH, 0, 0)
        case "zero-or-one":
            ring = 9.0 + _RING
            return (
                _bar(at, away, 6)
                + _stroke(at, away, 0, ring - _RING, 0, 0)
                + _ring(at, away, ring)
                + _stroke(at, away, ring + _RING, REACH, 0, 0)
            )
        case "one":
            return _bar(at, away, 6) + _bar(at, away, 11) + _stroke(at, away, 0, REACH, 0, 0)


def _foot(at: Point, away: Point) -> str:
    return _stroke(at, away, 0, _FOOT, _TOES, 0) + _stroke(at, away, 0, _FOOT, -_TOES, 0)


def _bar(at: Point, away: Point, distance: float) -> str:
    return _stroke(at, away, distance, distance, -_TOES, _TOES)


def _stroke(at: Point, away: Point, start: float, stop: float, left: float, right: float) -> str:
    """From so far along and aside to so far along and aside."""
    (x1, y1), (x2, y2) = (
        _aside(_along(at, away, start), away, left),
        _aside(_along(at, away, stop), away, right),
    )
    return f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"


def _ring(at: Point, away: Point, distance: float) -> str:
    x, y = _along(at, away, distance)
    half = f"a{_n(_RING)} {_n(_RING)} 0 1 0"
    return f"M{_n(x - _RING)} {_n(y)}{half} {_n(2 * _RING)} 0{half} {_n(-2 * _RING)} 0"


def _rounded(points: Sequence[Point]) -> str:
    parts = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        room = min(_RADIUS, _distance(before, at) / 2, _distance(at, after) / 2)
        x1, y1 = _along(at, _direction(at, before), room)
        x2, y2 = _along(at, _direction(at, after), room)
        parts.append(f"L{_n(x1)} {_n(y1)}Q{_n(at[0])} {_n(at[1])} {_n(x2)} {_n(y2)}")
    parts.append(f"L{_n(points[-1][0])} {_n(points[-1][1])}")
    return "".join(parts)


def _direction(start: Point, stop: Point) -> Point:
    length = _distance(start, stop) or 1.0
    return (stop[0] - start[0]) / length, (stop[1] - start[1]) / length


def _distance(one: Point, other: Point) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)


def _along(at: Point, direction: Point, distance: float) -> Point:
    return at[0] + direction[0] * distance, at[1] + direction[1] * distance


def _aside(at: Point, direction: Point, distance: float) -> Point:
    return at[0] - direction[1] * distance, at[1] + direction[0] * distance


def _n(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    text = f"{value + 0.0:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
