"""A finding to the frames that show it: places that are near each other together, as marked lines."""

from collections.abc import Iterator

from crowsfoot.finding import Finding
from crowsfoot.reporters import View
from crowsfoot.reporters.marked_line import Mark
from crowsfoot.source import Source, Span

_GAP = 20  # places that are further apart get frames of their own


def frames(view: View, finding: Finding, most_related: int) -> Iterator[tuple[Span, list[Mark]]]:
    """The place that heads each frame, and the marks in it by line; no marks where there is no source.

    Of the related places the first most_related are marked.
    """
    places = [
        (finding.span, "", True),
        *((it.span, it.message, False) for it in finding.related[:most_related]),
    ]
    for path in dict.fromkeys(span.path for span, _, _ in places):
        here = [it for it in places if it[0].path == path]
        source = view.sources.get(path)
        if source is None:
            yield from ((span, []) for span in dict.fromkeys(span for span, _, _ in here))
            continue
        groups = list(_near([(it[0], list(_marks(source, *it))) for it in here]))
        # The frame with the primary place comes first: that is where to begin reading.
        groups.sort(key=lambda group: not any(mark.primary for mark in group[1]))
        yield from groups


def _near(places: list[tuple[Span, list[Mark]]]) -> Iterator[tuple[Span, list[Mark]]]:
    """Places of one file that are near each other in one frame, headed by the primary or first of them."""
    places.sort(key=lambda it: (it[1][0].line, it[1][0].start))
    group = places[:1]
    for place in places[1:]:
        if place[1][0].line - max(mark.line for _, marks in group for mark in marks) > _GAP:
            yield _headed(group)
            group = []
        group.append(place)
    yield _headed(group)


def _headed(group: list[tuple[Span, list[Mark]]]) -> tuple[Span, list[Mark]]:
    head = next((span for span, marks in group if marks[0].primary), group[0][0])
    return head, sorted((mark for _, marks in group for mark in marks), key=lambda it: (it.line, it.start))


def _marks(source: Source, span: Span, label: str, primary: bool) -> Iterator[Mark]:
    """The stretches to underline: of several lines, only the first and the last, which has the label."""
    start = min(max(span.start, 0), len(source.text))
    end = min(max(span.end, start), len(source.text))
    line, column = source.position(start)
    last, end_column = source.position(end)
    if last > line and end_column == 1:  # the line end is included, not the next line
        last -= 1
        end_column = len(source.line(last)) + 1
    if last == line:
        yield Mark(line, column - 1, max(end_column, column) - 1, label, primary)
        return
    yield Mark(line, column - 1, len(source.line(line)), "", primary)
    text = source.line(last)
    yield Mark(last, len(text) - len(text.lstrip()), end_column - 1, label, primary)
