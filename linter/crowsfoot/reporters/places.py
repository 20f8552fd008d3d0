"""Spans to lines and columns, in the units that a format counts in."""

from collections.abc import Callable

import msgspec

from crowsfoot.reporters import View
from crowsfoot.source import Source, Span

Unit = Callable[[str], int]  # the length of a piece of one line


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


def code_points(text: str) -> int:
    return len(text)


def utf16_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


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
    end_line, end_column = source.position(end)
    if unit is not code_points:
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
    if unit is code_points:
        return Place(line, start - where.start + 1, line, end - where.start + 1)
    before = unit(source.text[where.start : start])
    return Place(line, before + 1, line, before + unit(source.text[start:end]) + 1)


def at(view: View, span: Span) -> str:
    """path:line:column as readers and terminals know it; the path alone where the source is unknown."""
    where = place(view, span)
    path = view.path(span.path)
    return path if where is None else f"{path}:{where.line}:{where.column}"


def _column(source: Source, line: int, column: int, unit: Unit) -> int:
    start = source.line_range(line).start
    return unit(source.text[start : start + column - 1]) + 1
