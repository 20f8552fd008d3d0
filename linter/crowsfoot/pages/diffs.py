"""A fix to what it changes: for each stretch of a file, the lines that go and those that come."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from crowsfoot.finding import Edit, Fix
from crowsfoot.fix import apply, unified_diff
from crowsfoot.reporters import View
from crowsfoot.reporters import terminal as t
from crowsfoot.secrets import masked
from crowsfoot.source import Source, Span

_AROUND = 2  # lines above and below what changes
_MOST_LINES = 60  # of one stretch; what is longer is cut, and says so
_MOST_TEXT = 20_000  # code points that are compared; of longer lines only the number is shown
_LONGEST = 240  # code points of a line


class Hunk(msgspec.Struct, frozen=True):
    """Lines with "+", "-" or " " before them; more is how many are left out at the end."""

    path: str
    line: int  # where the first of them stands now
    lines: tuple[tuple[str, str], ...]
    more: int = 0

    @property
    def size(self) -> int:
        """About how many characters of the page it takes."""
        return 120 + sum(40 + len(text) for _, text in self.lines)


def hunks(view: View, fix: Fix) -> tuple[Hunk, ...]:
    """What the edits change, by place; nothing where they speak of places that are not there."""
    by_path: dict[str, list[Edit]] = {}
    for edit in dict.fromkeys(fix.edits):
        by_path.setdefault(edit.span.path, []).append(edit)
    found: list[Hunk] = []
    for path, edits in by_path.items():
        source = view.sources.get(path)
        if source is None or any(not 0 <= it.span.start <= it.span.end <= len(source.text) for it in edits):
            return ()
        found += (_hunk(view, source, it) for it in _near(source, sorted(edits, key=lambda it: it.span)))
    return tuple(it for it in found if it.lines or it.more)


def _near(source: Source, edits: Sequence[Edit]) -> Iterator[list[Edit]]:
    """Edits whose surroundings meet, together."""
    group: list[Edit] = []
    last = 0
    for edit in edits:
        line, _ = source.position(edit.span.start)
        if group and line - last > 2 * _AROUND + 1:
            yield group
            group = []
        group.append(edit)
        last = max(last, source.position(edit.span.end)[0])
    if group:
        yield group


def _hunk(view: View, source: Source, edits: Sequence[Edit]) -> Hunk:
    """The change to the lines of the edits alone: files may be long, and fixes many."""
    first = max(1, source.position(edits[0].span.start)[0] - _AROUND)
    last = min(source.line_count, max(source.position(it.span.end)[0] for it in edits) + _AROUND)
    start, end = source.line_range(first).start, source.line_range(last).end
    path = t.visible(view.path(source.path))
    if end - start > _MOST_TEXT:
        return Hunk(path, first, (), last - first + 1)
    before = source.text[start:end]
    moved = [replace(it, span=Span("", it.span.start - start, it.span.end - start)) for it in edits]
    after = apply([Fix("", tuple(moved))], {"": Source("", before)}).texts.get("", before)
    # The first three lines name the file and the place, and one that begins so speaks of the end of the text.
    told = unified_diff(masked(before), masked(after), "").split("\n")[3:]
    lines = [(it[:1], _shown(it[1:])) for it in told if it and not it.startswith("\\")]
    return Hunk(path, first, tuple(lines[:_MOST_LINES]), max(0, len(lines) - _MOST_LINES))


def _shown(line: str) -> str:
    line = line.removesuffix("\r")
    cut = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
    return "".join(cell for cell, _ in t.cells(cut))
