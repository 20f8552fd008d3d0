"""Rectangles to places beside each other on a sheet that is about as wide as a screen."""

from collections.abc import Sequence

from crowsfoot.drawing.layout import Point

_ASPECT = 1.6


def pack(sizes: Sequence[tuple[float, float]], gap: float, aspect: float = _ASPECT) -> list[Point]:
    """The top left corner of each (width, height): in turn, each as far up as it fits, then as far left.

    A skyline: what is known of those that are placed is where they end, from left to right.
    """
    area = sum((width + gap) * (height + gap) for width, height in sizes)
    sheet = max([(area * aspect) ** 0.5 * 1.06, *(width + gap for width, _ in sizes)], default=0.0)
    skyline: list[tuple[float, float]] = [(0.0, 0.0)]  # (x, y): from x on, y is free
    corners: list[Point] = []
    for width, height in sizes:
        x, y = _lowest(skyline, width + gap, sheet)
        corners.append((x, y))
        _raise(skyline, x, x + width + gap, y + height + gap)
    return corners


def _lowest(skyline: Sequence[tuple[float, float]], width: float, sheet: float) -> Point:
    best: tuple[float, float] | None = None
    for n, (x, _) in enumerate(skyline):
        if x + width > sheet + 0.5:
            break
        y = 0.0
        for left, top in skyline[n:]:
            if left >= x + width:
                break
            y = max(y, top)
        if best is None or (y, x) < best:
            best = (y, x)
    y, x = best if best is not None else (max(top for _, top in skyline), 0.0)
    return x, y


def _raise(skyline: list[tuple[float, float]], start: float, stop: float, y: float) -> None:
    after = max((it for it in skyline if it[0] <= stop), key=lambda it: it[0])[1]
    skyline[:] = sorted([it for it in skyline if not start <= it[0] <= stop] + [(start, y), (stop, after)])
