"""A line of code and stretches of it to rows of a code frame: the code, underlines, labels."""

from collections.abc import Iterator, Sequence

import msgspec

from crowsfoot.reporters import terminal as t
from crowsfoot.secrets import masked

_LONG = 1000  # of a longer line only the part around the marks is measured: some files are one line
_LABEL = 24  # a longer label begins at its mark only if it gets so many columns there,
_WIDE_LABEL = 40  # or else so far from the right edge


class Mark(msgspec.Struct, frozen=True):
    """A stretch of one line to underline, in code points from the start of the line."""

    line: int
    start: int
    end: int
    label: str
    primary: bool


def rows(line: str, marks: Sequence[Mark], room: int, style: str, color: bool) -> Iterator[str]:
    """The code, at most room columns of it, and the rows below it; style is that of primary marks.

    Without marks there is one row, and it has the beginning of the line.
    """
    window = _Window(masked(line), room, marks)
    yield window.text
    if marks:
        yield from _underlines(window, marks, room, style, color)


class _Window:
    """The part of a line that fits into room columns, chosen to show the marks."""

    def __init__(self, line: str, room: int, marks: Sequence[Mark]) -> None:
        self.skipped = 0  # code points left of the measured part
        measured = line
        if len(line) > _LONG:
            anchor = next(
                (it.start for it in marks if it.primary), min((it.start for it in marks), default=0)
            )
            self.skipped = max(0, anchor - 2 * room)
            measured = line[self.skipped : self.skipped + max(_LONG, 8 * room)]
        cells = t.cells(measured)
        self.columns = [0]  # the column of each measured code point, and of the end
        for _, size in cells:
            self.columns.append(self.columns[-1] + size)
        first, last = 0, len(cells)
        if self.columns[-1] > room or len(measured) < len(line):
            first, last = self._cut(room - 2, marks)  # a column is kept for each ellipsis
        self.first, self.last = self.columns[first], self.columns[last]
        self.shift = self.first  # what to take from a column of the line for one of the text
        self.text = "".join(cell for cell, _ in cells[first:last])
        if self.skipped + first:
            self.text = f"…{self.text}"
            self.shift -= 1
        if self.skipped + last < len(line):
            self.text += "…"

    def column(self, offset: int) -> int:
        """Where a code point of the line stands in the text, cut to what is shown."""
        return min(max(self._column(offset), self.first), self.last) - self.shift

    def _column(self, offset: int) -> int:
        return self.columns[min(max(offset - self.skipped, 0), len(self.columns) - 1)]

    def _cut(self, room: int, marks: Sequence[Mark]) -> tuple[int, int]:
        """The first and the past-the-last code point to show."""
        start = min((self._column(it.start) for it in marks), default=0)
        end = max((self._column(it.end) for it in marks), default=0)
        if end - start > room:  # not all fit: the primary mark comes first
            start = next((self._column(it.start) for it in marks if it.primary), start)
            end = start + room
        # Some of the context stays on the left, the rest goes to the right.
        left = max(0, min(start - (room - (end - start)) // 3, self.columns[-1] - room))
        if end <= room and not self.skipped:
            left = 0
        first = next(it for it, column in enumerate(self.columns) if column >= left)
        last = max(it for it, column in enumerate(self.columns) if column <= self.columns[first] + room)
        return first, last


def _underlines(
    window: _Window, marks: Sequence[Mark], room: int, primary_style: str, color: bool
) -> Iterator[str]:
    """Carets and dashes, then the labels from right to left."""
    placed = [(window.column(it.start), window.column(it.end), it) for it in marks]
    row = _Row(color)
    for start, end, mark in sorted(placed, key=lambda it: it[2].primary):  # carets win over dashes
        style = primary_style if mark.primary else t.BLUE
        row.fill(start, max(end - start, 1), "^" if mark.primary else "-", style)
    labels = sorted(((start, it) for start, _, it in placed if it.label), key=lambda it: it[0])
    if labels and labels[-1][0] == max(start for start, _, _ in placed):
        label = t.visible(labels[-1][1].label)
        if row.length + 1 + t.width(label) <= room:
            row.write(row.length + 1, label, t.BLUE)
            labels.pop()
    yield row.text()
    while labels:
        start, mark = labels.pop()
        label = t.visible(mark.label)
        column = start if room - start >= min(t.width(label), _LABEL) else max(0, room - _WIDE_LABEL)
        yield _connectors([*(it for it, _ in labels), start], color)
        for piece in t.wrap(label, room - column, room - column):
            row = _Row(color)
            for connector in {it for it, _ in labels if it < column - 1}:
                row.fill(connector, 1, "|", t.BLUE)
            row.write(column, piece, t.BLUE)
            yield row.text()


def _connectors(columns: Sequence[int], color: bool) -> str:
    row = _Row(color)
    for column in columns:
        row.fill(column, 1, "|", t.BLUE)
    return row.text()


class _Row:
    """One line under construction: styled text put at columns; what comes later covers what was there."""

    def __init__(self, color: bool) -> None:
        self.color = color
        self.cells: dict[int, tuple[str, str]] = {}
        self.length = 0

    def fill(self, column: int, count: int, character: str, style: str) -> None:
        for position in range(column, column + count):
            self.cells[position] = (character, style)
        self.length = max(self.length, column + count)

    def write(self, column: int, text: str, style: str) -> None:
        self.cells[column] = (text, style)
        self.length = max(self.length, column + t.width(text))

    def text(self) -> str:
        result, column = "", 0
        run, run_style = "", ""
        for position in sorted(self.cells):
            text, style = self.cells[position]
            if position > column or style != run_style:
                result += t.paint(run, run_style, self.color) + " " * (position - column)
                run, run_style = "", style
            run += text
            column = position + t.width(text)
        return result + t.paint(run, run_style, self.color)
