"""What Python's parser refuses to a problem with its place, in plain words."""

import re
import sys
from typing import Final

from crowsfoot.facts.common import Problem
from crowsfoot.source import Range

# Not "syntax": the project may be written for a later Python than the one that crowsfoot runs on.
KIND: Final = "unparsed"

_PYTHON_2 = (
    (re.compile(r"\bprint\s+[^\s=(,.)]|\bprint\s*>>"), "`print` is a statement"),
    (re.compile(r"\bexec\s+[\w\"']"), "`exec` is a statement"),
    # Python 3.14 lists exceptions so: https://peps.python.org/pep-0758/. Those have a capital, or a dot.
    (re.compile(r"\bexcept\b[^:#]*,\s*[a-z_][a-z_0-9]*\s*:"), "`except` binds with a comma"),
    (re.compile(r"\braise\s+[\w.]+\s*,"), "`raise` takes a comma"),
    (re.compile(r"<>"), "`<>` is an operator"),
    (re.compile(r"`[^`]*`"), "backticks are an operator"),
    (re.compile(r"\b[uU][rR][\"']"), 'ur"" is a string'),
    (re.compile(r"\b0[0-7]+\b|\b\d+[lL]\b"), "numbers are written as there"),
)


def unparsed(text: str, error: Exception) -> Problem:
    """The problem of a text that is not Python."""
    if "\0" in text:
        at = text.index("\0")
        return Problem(Range(at, at + 1), "null byte in the source; this is no text of Python", KIND)
    if isinstance(error, UnicodeEncodeError):
        where = Range(error.start, error.end)
        return Problem(where, "half of a surrogate pair; this is no text of Python", KIND)
    if not isinstance(error, SyntaxError):
        return Problem(Range(0, 0), f"Python cannot parse this: {error}", KIND)
    lines = re.split(r"\r\n|[\r\n]", text)
    starts = [0, *(it.end() for it in re.finditer(r"\r\n|[\r\n]", text))]
    row = min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
    line, start = lines[row], starts[row]
    column = min(max((error.offset or 1) - 1, 0), len(line))
    if row == 0 and text.startswith("\ufeff"):
        column = min(column + 1, len(line))
    end = len(line)
    if error.end_lineno == error.lineno and error.end_offset and error.end_offset - 1 > column:
        end = min(error.end_offset - 1, end)
    where = Range(start + column, max(start + column, start + end))
    for pattern, what in _PYTHON_2:
        if pattern.search(line):
            return Problem(where, f"this is Python 2, where {what}", KIND)
    said = (error.msg or "invalid syntax").rstrip(".")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Problem(where, f"Python {version} cannot parse this: {said[:1].lower()}{said[1:]}", KIND)


def too_deep(text: str) -> Problem:
    """The problem of a text whose nesting is more than Python's parser bears."""
    return Problem(Range(0, len(text.partition("\n")[0])), "nested too deeply for Python to parse", KIND)
