"""A fenced block -> its text as a file would hold it, and where each stretch of that stands in the document.

What a reader would not copy is left out: the blanks and quote marks of what the block stands in, prompts of
Python, and lines that a diff takes away.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from crowsfoot.frontends.markdown.fences import Fenced
from crowsfoot.source import Range


class Content(NamedTuple):
    """The text of a block. starts[i] of it stands at places[i] of the document.

    lead stands before each of its lines; None where that is not the same for all.
    """

    text: str
    starts: tuple[int, ...]
    places: tuple[int, ...]
    lead: str | None


class Prompts(NamedTuple):
    """How a program asks for input: mark stands in what begins, which first and next match."""

    mark: str
    first: re.Pattern[str]
    next: re.Pattern[str]


PYTHON: Final = Prompts(">>>", *(re.compile(rf"{it}(?:[ ]|(?=\r?\n|\Z))") for it in (">>>", r"\.\.\.")))
# Source: https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-PROMPTING
PSQL: Final = Prompts(
    "=", re.compile(r"\w*=[*!]?[>#][ ]"), re.compile(r"""\w*[-'"($*][*!]?[>#](?:[ ]|(?=\r?\n|\Z))""")
)

_QUOTE: Final = re.compile(r"[ \t]{0,3}>[ \t]?")
_BLANKS: Final = re.compile(r"[ \t]*")
_IMPORT: Final = re.compile(r"(?:import|from)[ ][\w.]+[^\n(\\]*\n")


def content_of(text: str, block: Fenced) -> Content:
    """What the block holds."""
    where = block.range
    if not (block.depth or block.indent):
        return Content(text[where.start : where.end], (0,), (where.start,), "")
    return _joined(text, list(_unindented(text, block)))


def without_margin(text: str, content: Content) -> Content:
    """The content without the blanks that all of its lines begin with: a piece of a function's body."""
    lines = _lines(content)
    margins = [_BLANKS.match(text, it.start) for it in lines if text[it.start : it.end].strip()]
    margin = min((len(it.group()) for it in margins if it is not None), default=0)
    if not margin:
        return content
    return _joined(text, [Range(min(it.start + margin, it.end), it.end) for it in lines])


def without_prompts(text: str, content: Content, prompts: Prompts) -> Content:
    """What was typed at prompts, without what was answered; all of it where there are none."""
    if prompts.mark not in content.text:
        return content
    kept: list[Range] = []
    typed = False
    for it in _lines(content):
        first = prompts.first.match(text, it.start, it.end)
        prompt = first or (prompts.next.match(text, it.start, it.end) if typed else None)
        typed = prompt is not None
        # A line that is left out leaves its end, so that no two become one.
        kept.append(Range(prompt.end() if prompt else max(it.start, it.end - 1), it.end))
    if not any(text[it.start : it.end].strip() for it in kept):
        return content
    return _joined(text, kept)._replace(lead=None)


def after_diff(text: str, content: Content) -> Content:
    """The lines as a diff leaves them: those with a "-" are gone, and a "+" is no part of its line."""
    kept: list[Range] = []
    for it in _lines(content):
        mark = text[it.start : it.start + 1]
        gone = mark == "-" and not text.startswith("---", it.start)
        start = max(it.start, it.end - 1) if gone else it.start + (mark == "+")
        kept.append(Range(min(start, it.end), it.end))
    return _joined(text, kept)._replace(lead=None)


def behind(text: str, before: Sequence[Range], content: Content) -> Content:
    """The content behind other lines of the document, such as the imports that an earlier block has made."""
    return _joined(text, [*before, *_lines(content)])._replace(lead=content.lead)


def imports_of(text: str, content: Content) -> list[Range]:
    """Where the lines stand by which a block of Python imports something, if it says so on one line."""
    return [it for it in _lines(content) if _IMPORT.match(text, it.start, it.end)]


def _unindented(text: str, block: Fenced) -> Iterator[Range]:
    for line in _split(text, block.range):
        at = line.start
        for _ in range(block.depth):
            mark = _QUOTE.match(text, at, line.end)
            at = mark.end() if mark else at
        blanks = _BLANKS.match(text, at, min(at + block.indent, line.end))
        yield Range(blanks.end() if blanks else at, line.end)


def _split(text: str, where: Range) -> Iterator[Range]:
    """The lines of a stretch, with their ends."""
    at = where.start
    while at < where.end:
        end = text.find("\n", at, where.end)
        end = where.end if end < 0 else end + 1
        yield Range(at, end)
        at = end


def _lines(content: Content) -> list[Range]:
    """Where the lines of the content stand in the document, with their ends."""
    found: list[Range] = []
    stretch = 0
    for line in _split(content.text, Range(0, len(content.text))):
        while stretch + 1 < len(content.starts) and content.starts[stretch + 1] <= line.start:
            stretch += 1
        start = content.places[stretch] + line.start - content.starts[stretch]
        found.append(Range(start, start + line.end - line.start))
    return found


def _joined(text: str, lines: list[Range]) -> Content:
    starts: list[int] = []
    places: list[int] = []
    length = 0
    previous = -1
    for it in lines:
        if it.start != previous:
            starts.append(length)
            places.append(it.start)
        length += it.end - it.start
        previous = it.end
    first = next((it.start for it in lines if text[it.start : it.end].strip()), 0)
    lead = text[text.rfind("\n", 0, first) + 1 : first]
    return Content(
        "".join([text[it.start : it.end] for it in lines]), tuple(starts) or (0,), tuple(places) or (0,), lead
    )
