"""Markdown text to its fenced blocks, headings and comments, in order. Knows nothing of what blocks hold.

Format: https://spec.commonmark.org/0.31.2/#fenced-code-blocks; in MDX a comment is {/* ... */}.
Other than there, a fence may be indented as far as one likes: items of lists, admonitions and tags of JSX
indent what is in them.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec

from crowsfoot.source import Range


class Fenced(msgspec.Struct, frozen=True):
    """One block: the words behind the opening fence, and its lines."""

    info: str
    fence: Range  # the line of the opening fence
    range: Range  # the lines between the fences
    depth: int  # how many ">" stand before each line
    indent: int  # and how many blanks


class Heading(msgspec.Struct, frozen=True):
    """The text of a heading; level is the number of its "#"."""

    text: str
    level: int


class HtmlComment(msgspec.Struct, frozen=True):
    """A comment, with its marks."""

    range: Range


Piece = Fenced | Heading | HtmlComment

_MOST_LEADS: Final = 40  # containers, and blanks, that a line of prose or a fence may stand in

_PIECE: Final = re.compile(
    rf"""^(?P<lead>(?:[ \t>]|[-*+][ \t]|\d{{1,9}}[.)][ \t]){{0,{_MOST_LEADS}}})
    (?:(?P<fence>`{{3,}}|~{{3,}})(?P<info>[^\n]*)
      |(?P<level>\#{{1,6}})[ \t](?P<heading>[^\n]{{0,300}})
      |(?P<comment><!--|\{{/\*))""",
    re.MULTILINE | re.VERBOSE,
)
_QUOTED: Final = re.compile(r"[ \t]*(?:[-*+][ \t]+)?>[^\n]*(?:\n|\Z)")
_LINE: Final = re.compile(r"([ \t]*)([^\n]*)(?:\n|\Z)")
_ENDS: Final = {"<!--": "-->", "{/*": "*/}"}


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of the text, in order; what stands in a block or in a comment is none."""
    at = 0
    quote = Range(0, 0)
    while found := _PIECE.search(text, at):
        at = found.end()
        if found["heading"] is not None:
            yield Heading(found["heading"].strip(), len(found["level"]))
        elif mark := found["comment"]:
            end = text.find(_ENDS[mark], at)
            if end < 0:  # the rest of the text is a comment
                return
            at = end + len(_ENDS[mark])
            yield HtmlComment(Range(found.start("comment"), at))
        elif found["fence"][0] == "`" and "`" in found["info"]:
            continue  # a span of code, which may stand at the beginning of a line
        else:
            depth = found["lead"].count(">")
            start = min(at + 1, len(text))
            if depth and start > quote.end:
                quote = Range(start, _end_of_quote(text, start))
            end = quote.end if depth else len(text)
            if found["lead"].strip(" \t>"):
                end = min(end, _end_of_item(text, start, len(found["lead"])))
            indent = len(found["lead"].rpartition(">")[2])
            if depth:
                indent = max(0, indent - 1)
            closing = _closing(found["fence"][0], len(found["fence"]), len(found["lead"]))
            closed = closing.search(text, start, end)
            stop = closed.start() if closed else end
            yield Fenced(
                found["info"].strip(), Range(found.start(), found.end()), Range(start, stop), depth, indent
            )
            at = closed.end() if closed else end


@lru_cache(maxsize=64)
def _closing(mark: str, count: int, lead: int) -> re.Pattern[str]:
    return re.compile(rf"^[ \t>]{{0,{lead + 3}}}{mark}{{{count},}}[ \t]*\r?$", re.MULTILINE)


def _end_of_quote(text: str, at: int) -> int:
    """Where the lines end that begin with ">": a block in them goes no further."""
    while at < len(text) and (line := _QUOTED.match(text, at)):
        at = line.end()
    return at


def _end_of_item(text: str, at: int, indent: int) -> int:
    """Where the item of a list ends that begins on the line of the fence: at the first line less indented."""
    while at < len(text):
        line = _LINE.match(text, at)
        assert line is not None
        if line[2].strip() and len(line[1].expandtabs(4)) < indent and not line[1].startswith("\t"):
            break
        at = line.end()
    return at
