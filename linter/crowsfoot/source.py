"""Text and places in it. Knows no language."""

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate

import msgspec

from crowsfoot.digests import digest


class Range(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """A half-open stretch of one text, in code points.

    What one file says is recorded in ranges, because the same text may stand at two paths.
    """

    start: int
    end: int


class Span(msgspec.Struct, frozen=True, array_like=True, order=True, gc=False):
    """A half-open stretch of the text at a path, in code points."""

    path: str
    start: int
    end: int


class Source:
    """The text of one file; path is relative to the project root, with forward slashes."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._asked = 0

    @cached_property
    def digest(self) -> str:
        """What stands for the text: whoever asks for it twice need not go through it again."""
        return digest(self.text)

    @cached_property
    def _line_starts(self) -> list[int]:
        # Only "\n" ends a line, as in git, GitHub and LSP; a lone "\r" or a form feed does not.
        return [0, *accumulate([len(line) + 1 for line in self.text.split("\n")[:-1]])]

    @property
    def line_count(self) -> int:
        return len(self._line_starts)

    def position(self, offset: int) -> tuple[int, int]:
        """The 1-based (line, column) of offset; columns count code points."""
        if self._asked < _FEW:  # to find all lines takes ten times as long as to count them once
            self._asked += 1
            start = self.text.rfind("\n", 0, offset) + 1
            return self.text.count("\n", 0, start) + 1, offset - start + 1
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line_range(self, line: int) -> Range:
        """Where the 1-based line stands, without its line end."""
        start = self._line_starts[line - 1]
        end = self._line_starts[line] - 1 if line < len(self._line_starts) else len(self.text)
        if end > start and self.text[end - 1] == "\r":
            end -= 1
        return Range(start, end)

    def line(self, line: int) -> str:
        """The text of the 1-based line, without its line end."""
        where = self.line_range(line)
        return self.text[where.start : where.end]


_FEW = 4  # places that are asked for in most files, if any
