"""YAML text to its scalars, each with the keys that lead to it. Linear, and never raises.

It reads what CI files are made of: block mappings and sequences by their indentation, plain, quoted and
block scalars. Flow collections stay one value, aliases are not followed.
Source: https://yaml.org/spec/1.2.2/
"""

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from crowsfoot.source import Range

Style = Literal["plain", "quoted", "literal", "folded", "flow", "alias", "none"]


class Entry(msgspec.Struct, frozen=True):
    """A key of a mapping, or an item of a sequence, and its scalar; path ends with the key itself.

    Items have keys of their own, which no mapping has: "-1", "-2". style is "none" where the value is a
    collection, whose entries follow; value is its text without quotes.
    """

    path: tuple[str, ...]
    key: Range
    value: Range
    style: Style
    document: int


def entries(text: str) -> Iterator[Entry]:
    """Every key and item, in the order of the text."""
    stack: list[_Open] = []
    lines = _Lines(text)
    document = 0
    awaited: Range | None = None  # the key that has no value yet
    while (line := lines.next()) is not None:
        start, end = line
        content = text[start:end]
        if content.startswith(("---", "...")) and not content[3:].strip():
            stack.clear()
            document += 1
            continue
        at = start + len(content) - len(content.lstrip(" "))
        while _is_dash(text, at, end):
            indent = at - start
            _close(stack, indent, item=True)
            if stack and stack[-1].indent == indent and stack[-1].is_item:
                stack[-1].count += 1
            elif len(stack) < _DEEPEST:
                stack.append(_Open(indent, "", is_item=True, count=1))
            dash = at
            at = _skip_blanks(text, at + 1, end)
            if _is_dash(text, at, end):
                yield Entry(_path(stack), Range(dash, dash + 1), Range(at, at), "none", document)
            elif at < end and _key_end(text, at, end) is None:
                value, style = lines.value(at, end, indent)
                yield Entry(_path(stack), Range(dash, dash + 1), value, style, document)
                at = end
            else:
                yield Entry(_path(stack), Range(dash, dash + 1), Range(at, at), "none", document)
        if at >= end:
            continue
        stop = _key_end(text, at, end)
        if stop is None:
            if awaited and stack and at - start > stack[-1].indent:
                # The value of a key may begin on the line below it.
                value, style = lines.value(at, end, stack[-1].indent)
                yield Entry(_path(stack), awaited, value, style, document)
            awaited = None
            continue
        indent = at - start
        _close(stack, indent, item=False)
        key = text[at:stop].strip().strip("\"'")
        if len(stack) < _DEEPEST:
            stack.append(_Open(indent, key, is_item=False, count=0))
        first = _skip_blanks(text, stop + 1, end)
        value, style = lines.value(first, end, indent)
        awaited = Range(at, stop) if style == "none" else None
        yield Entry(_path(stack), Range(at, stop), value, style, document)


_DEEPEST = 30  # what lies deeper belongs to the last that is kept
_BLOCK = re.compile(r"(?P<style>[|>])[-+0-9]*[ \t]*(?:#[^\n]*)?\r?$")
_PROPERTY = re.compile(r"[&!]\S*[ \t]+")


class _Open(msgspec.Struct):
    """A key or an item whose entries are being read."""

    indent: int
    key: str
    is_item: bool
    count: int


class _Lines:
    """The lines of a text that hold something, and the values that go on over several of them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._at = 0

    def next(self) -> tuple[int, int] | None:
        """Where the next line stands that is neither blank nor a comment."""
        while (line := self._line()) is not None:
            content = self.text[line[0] : line[1]].strip()
            if content and content[0] != "#":
                return line
        return None

    def _line(self) -> tuple[int, int] | None:
        if self._at >= len(self.text):
            return None
        start, end = self._at, self.text.find("\n", self._at)
        end = len(self.text) if end < 0 else end
        self._at = end + 1
        return start, end

    def value(self, start: int, end: int, indent: int) -> tuple[Range, Style]:
        """The value that begins at start, in a line that ends at end, below a key of that indentation."""
        text = self.text
        while property := _PROPERTY.match(text, start, end):
            start = property.end()
        if (
            start >= end
            or text[start] in "#\r"
            or (text[start] in "&!" and not text[start:end].strip(" \t\r")[1:].count(" "))
        ):
            return Range(start, start), "none"
        if _BLOCK.match(text, start, end):
            stop = self._continued(end, indent)
            return Range(min(end + 1, stop), stop), "literal" if text[start] == "|" else "folded"
        if text[start] == "*":
            return Range(start, end), "alias"
        if text[start] in "[{":
            on_one_line = _flow_end(text, start, end)
            if on_one_line is not None:
                return Range(start, on_one_line), "flow"
            stop = self._continued(end, indent, closing=True)
            return Range(start, _flow_end(text, start, stop) or stop), "flow"
        if text[start] in "\"'":
            return self._quoted(start, end, indent), "quoted"
        stop = self._continued(end, indent)
        comment = _COMMENT.search(text, start, end)
        if comment:
            stop = comment.start()
        return Range(start, start + len(text[start:stop].rstrip())), "plain"

    def _quoted(self, start: int, end: int, indent: int) -> Range:
        quoted = _QUOTED.match(self.text, start, end)
        if quoted:
            return Range(start + 1, quoted.end() - 1)
        stop = self._continued(end, indent)
        quoted = _QUOTED.match(self.text, start, stop)
        return Range(start + 1, quoted.end() - 1 if quoted else stop)

    def _continued(self, end: int, indent: int, *, closing: bool = False) -> int:
        """The end of the last line that is indented more, or blank between such lines."""
        stop = end
        while (at := self._at) < len(self.text):
            line = self._line()
            assert line is not None
            content = self.text[line[0] : line[1]]
            bare = content.lstrip(" ")
            if not bare.strip():
                continue
            if len(content) - len(bare) <= indent and not (closing and bare[0] in "]}"):
                self._at = at
                break
            stop = line[1]
        return stop


_COMMENT = re.compile(r"[ \t]#")
_QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|\'[^\']*(?:\'\'[^\']*)*\'', re.DOTALL)


def _flow_end(text: str, start: int, end: int) -> int | None:
    """Where the collection ends that opens at start."""
    depth = 0
    for match in _FLOW.finditer(text, start, end):
        if match[0] in "[{":
            depth += 1
        elif match[0] in "]}":
            depth -= 1
            if depth == 0:
                return match.end()
    return None


# What is quoted and has no end goes on to the end of the value.
_FLOW = re.compile(r"[\[\]{}]|\"[^\"\\]*(?:\\.?[^\"\\]*)*(?:\"|\Z)|'[^']*(?:'|\Z)|[ \t]#[^\n]*", re.DOTALL)


def _close(stack: list[_Open], indent: int, *, item: bool) -> None:
    """Take from the stack what a key or an item of that indentation ends."""
    while stack and (
        stack[-1].indent > indent or (stack[-1].indent == indent and not (item and _holds_items(stack[-1])))
    ):
        stack.pop()


def _holds_items(last: _Open) -> bool:
    # A sequence may stand as far left as the key that it is the value of.
    return True if last.is_item else last.count == 0


def _is_dash(text: str, at: int, end: int) -> bool:
    return at < end and text[at] == "-" and (at + 1 == end or text[at + 1] in " \t\r")


def _path(stack: list[_Open]) -> tuple[str, ...]:
    return tuple([f"-{it.count}" if it.is_item else it.key for it in stack])


def _skip_blanks(text: str, at: int, end: int) -> int:
    while at < end and text[at] in " \t":
        at += 1
    return at


def _key_end(text: str, at: int, end: int) -> int | None:
    """Where the colon stands that makes what begins at `at` a key; None when it is none."""
    if at >= end or text[at] in "#[{|>&*!%@`":
        return None
    if text[at] in "\"'":
        quoted = _QUOTED.match(text, at, end)
        if quoted is None:
            return None
        stop = _skip_blanks(text, quoted.end(), end)
        return stop if stop < end and text[stop] == ":" else None
    key = _KEY.match(text, at, end)
    return key.end() - 1 if key else None


_KEY = re.compile(r"[^:\n#]*(?:(?::(?![ \t\r]|$)|(?<![ \t])#)[^:\n#]*)*:(?=[ \t\r]|$)", re.MULTILINE)
