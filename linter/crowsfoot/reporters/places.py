"""Spans to lines and columns, in the units that a format counts in."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import msgspec

from crowsfoot.reporters import View
from crowsfoot.source import Source, Span


class Unit(msgspec.Struct, frozen=True, eq=False):
    """What columns count: a code point is one, and one more for each of these classes that it is in."""

    wider: tuple[re.Pattern[str], ...] = ()


code_points = Unit()
utf16_units = Unit((re.compile("[\U00010000-\U0010ffff]"),))
utf8_bytes = Unit(
    (re.compile("[^\x00-\x7f]"), re.compile("[^\x00-\u07ff]"), re.compile("[\U00010000-\U0010ffff]"))
)


class Place(msgspec.Struct, frozen=True):
    """Where a span starts and where it ends (exclusive), 1-based."""

    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def last_line(self) -> int:
        """The last line that has part in it: not the next one if a line end is included."""
        return self.end_line - (self.end_column == 1 and self.end_line > self.line)


def place(view: View, span: Span, unit: Unit = code_points) -> Place | None:
    """The place of a span, or None where the source is unknown.

    A span that reaches beyond its text (the file has changed since) is cut to it.
    """
    source = view.sources.get(span.path)
    if source is None:
        return None
    start = min(max(span.start, 0), len(source.text))
    end = min(max(span.end, start), len(source.text))
    line, column = source.position(start)
    end_column = column + end - start
    end_line = line
    if source.text.find("\n", start, end) >= 0:  # seldom: most spans are a name
        end_line, end_column = source.position(end)
    if unit.wider:
        column = _column(source, line, column, unit)
        end_column = _column(source, end_line, end_column, unit)
    return Place(line, column, end_line, end_column)


def first_line(view: View, span: Span, unit: Unit = code_points) -> Place | None:
    """Like place, but cut to the part on the span's first line, without its line end.

    Consumers show a region of several lines badly or not at all: a pull request shows an alert
    only if all of its lines are part of the change.
    """
    source = view.sources.get(span.path)
    if source is None:
        return None
    start = min(max(span.start, 0), len(source.text))
    line, _ = source.position(start)
    where = source.line_range(line)
    start = min(start, where.end)  # on the "\r" of a line end there is nothing to show
    end = min(max(span.end, start), where.end)
    before = _length(source, where.start, start, unit)
    return Place(line, before + 1, line, before + _length(source, start, end, unit) + 1)


def path_at_line_start(view: View, path: str) -> str:
    """A path as readers know it, where it may begin a line of text.

    A line that begins with "::" after its blanks is a command to GitHub's runner, and a file may be called
    anything. Source: https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
    """
    shown = view.path(path)
    return f"./{shown}" if shown.lstrip().startswith(":") else shown


def at(view: View, span: Span) -> str:
    """path:line:column as readers and terminals know it; the path alone where the source is unknown."""
    where = place(view, span)
    path = path_at_line_start(view, span.path)
    return path if where is None else f"{path}:{where.line}:{where.column}"


def _column(source: Source, line: int, column: int, unit: Unit) -> int:
    start = source.line_range(line).start
    return _length(source, start, start + column - 1, unit) + 1


def _length(source: Source, start: int, end: int, unit: Unit) -> int:
    """How many units there are from start to end, without looking at them: some files are one long line."""
    wider = (_places(source, it) for it in unit.wider)
    return end - start + sum(bisect_left(places, end) - bisect_left(places, start) for places in wider)


def _places(source: Source, wider: re.Pattern[str]) -> Sequence[int]:
    """Where the characters of a class stand."""
    known = _WIDER.setdefault(source, {})
    if wider not in known:
        known[wider] = () if source.text.isascii() else [it.start() for it in wider.finditer(source.text)]
    return known[wider]


_WIDER: WeakKeyDictionary[Source, dict[re.Pattern[str], Sequence[int]]] = WeakKeyDictionary()
