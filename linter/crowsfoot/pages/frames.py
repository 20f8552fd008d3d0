"""A finding to code frames: the marked lines with those around them, cut where long, without secrets."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from urllib.parse import quote

import msgspec

from crowsfoot.finding import Finding
from crowsfoot.pages.shown import shown
from crowsfoot.pages.why import Words, words
from crowsfoot.reporters import View
from crowsfoot.reporters import terminal as t
from crowsfoot.reporters.framing import frames as framed
from crowsfoot.reporters.marked_line import Mark
from crowsfoot.reporters.places import at
from crowsfoot.secrets import masked
from crowsfoot.source import Source

MOST_RELATED = 8  # more related places than that are listed without their lines

_AROUND = 2  # lines above and below a marked one
_LONGEST = 240  # code points that are shown of a line
_REACH = 4000  # around these, a password is looked for that begins or ends there
_BEFORE = 60  # of these, so many stand before the first mark


class Piece(msgspec.Struct, frozen=True):
    """A stretch of a line; kind says what marks it: "" is not marked, "place" the finding's own place."""

    text: str
    kind: str = ""


class Row(msgspec.Struct, frozen=True):
    """A line of code, or with number 0 the lines that are left out, with the labels of its marks."""

    number: int
    pieces: tuple[Piece, ...] = ()
    labels: tuple[Words, ...] = ()
    skipped: int = 0
    marked: bool = False


class Frame(msgspec.Struct, frozen=True):
    """Lines of one file, under the place where to look; without rows its source is not known."""

    place: str
    rows: tuple[Row, ...]
    labels: tuple[Words, ...] = ()  # of places whose source is not known
    url: str = ""  # where the file can be seen

    @property
    def size(self) -> int:
        """About how many characters of the page it takes."""
        return 120 + sum(70 + sum(len(it.text) for it in row.pieces) for row in self.rows)


def frames(view: View, finding: Finding, source_url: str = "") -> tuple[Frame, ...]:
    """The frame of the finding's own place comes first; source_url is an address with {path} and {line}."""
    found = []
    for span, marks in framed(view, finding, MOST_RELATED):
        source = view.sources.get(span.path)
        place = t.visible(at(view, span))
        if source is None or not marks:
            labels = tuple(
                words(shown(it.message)) for it in finding.related[:MOST_RELATED] if it.span == span
            )
            found.append(Frame(place, (), labels))
        else:
            url = _url(source_url, view.path(span.path), source.position(span.start)[0])
            found.append(Frame(place, tuple(_rows(source, marks)), url=url))
    return tuple(found)


def _url(source_url: str, path: str, line: int) -> str:
    quoted = quote(path, errors="surrogatepass")
    return source_url.replace("{path}", quoted).replace("{line}", str(line))


def _rows(source: Source, marks: Sequence[Mark]) -> Iterator[Row]:
    by_line: dict[int, list[Mark]] = {}
    for mark in marks:
        by_line.setdefault(mark.line, []).append(mark)
    previous = 0
    for number in _shown(source, list(by_line)):
        if previous and number > previous + 1:
            yield Row(0, skipped=number - previous - 1)
        here = by_line.get(number, [])
        labels = tuple(dict.fromkeys(words(shown(it.label)) for it in here if it.label))
        yield Row(number, tuple(_pieces(source.line(number), here)), labels, marked=bool(here))
        previous = number


def _shown(source: Source, marked: list[int]) -> list[int]:
    """The marked lines and those around them; a single line between two of them is shown as well."""
    around = {line for it in marked for line in range(it - _AROUND, it + _AROUND + 1)}
    lines = sorted(it for it in around if 1 <= it <= source.line_count)
    between = {one + 1 for one, next in pairwise(lines) if next == one + 2}
    lines = sorted({*lines, *between})
    while lines[0] not in marked and not source.line(lines[0]).strip():
        lines.pop(0)
    while lines[-1] not in marked and not source.line(lines[-1]).strip():
        lines.pop()
    return lines


def _pieces(line: str, marks: Sequence[Mark]) -> Iterator[Piece]:
    """What is shown of the line, in stretches; the finding's own mark wins over those of others."""
    start, end = 0, len(line)
    if end > _LONGEST:
        first = min((it.start for it in _first(marks)), default=0)
        start = min(max(0, first - _BEFORE), end - _LONGEST)
        end = start + _LONGEST
    if start:
        yield Piece("…", "cut")
    # Some files are one long line, with a finding at every step.
    near = max(0, start - _REACH)
    cells = [cell for cell, _ in t.cells(masked(line[near : end + _REACH])[start - near : end - near])]
    edges = {start, end}
    for mark in marks:
        edges |= {min(max(it, start), end) for it in (mark.start, _end(mark))}
    bounds = sorted(edges)
    for one, next in pairwise(bounds):
        kinds = {it.primary for it in marks if it.start <= one and next <= _end(it)}
        kind = "place" if True in kinds else "other" if kinds else ""
        yield Piece("".join(cells[one - start : next - start]), kind)
    if end < len(line):
        yield Piece("…", "cut")


def _end(mark: Mark) -> int:
    """An empty mark is shown at the character that follows."""
    return max(mark.end, mark.start + 1)


def _first(marks: Sequence[Mark]) -> Sequence[Mark]:
    """Those that have to be seen: the finding's own, if it is on the line."""
    return [it for it in marks if it.primary] or marks
