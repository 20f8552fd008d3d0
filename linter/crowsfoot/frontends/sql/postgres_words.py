"""PostgreSQL text to words: where each begins and ends, and what belongs together.

The parser says where a thing begins and never where it ends; that is found here.
Source: https://www.postgresql.org/docs/18/sql-syntax-lexical.html
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Protocol

from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import Statement
from crowsfoot.source import Range

_SPACE = r" \t\n\r\f\v"
# Letters, "_" and all beyond ASCII. Said by what they are not: re takes a hundred times longer to compile a
# class that reaches from "\x80" to the last character (measured: 80 ms for what is compiled here).
_WORD_START = r"[^\x00-@\[-^`{-\x7f]"
_TAG_REST = r"[^\x00-/:-@\[-^`{-\x7f]"  # and digits
_WORD_REST = r"[^\x00-#%-/:-@\[-^`{-\x7f]"  # and digits and "$"
_WORD = rf"{_WORD_START}{_WORD_REST}*"
_QUOTED = r'"[^"]*(?:""[^"]*)*"'
_NEXT_PIECE = rf"[ \t\f\v]*[\r\n][{_SPACE}]*"  # strings on lines of their own are one string
_PLAIN = r"'[^']*(?:''[^']*)*'"
_ESCAPED = r"'[^'\\]*(?:(?:''|\\.)[^'\\]*)*'"
_STRING = (
    rf"[eE]{_ESCAPED}(?:{_NEXT_PIECE}{_ESCAPED})*"
    rf"|(?:[bBxXnN]|[uU]&)?{_PLAIN}(?:{_NEXT_PIECE}{_PLAIN})*"
    rf"|\$(?P<tag>(?:{_WORD_START}{_TAG_REST}*)?)\$.*?\$(?P=tag)\$"
)
_NUMBER = r"0[xXoObB][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?"
_COMMENT = r"--[^\n\r]*|/\*(?:[^*]|\*(?!/))*\*/"
NAME = rf"(?:(?:[uU]&)?{_QUOTED}|{_WORD})"
GAP = rf"(?:[{_SPACE}]|{_COMMENT})*"

_TOKEN = re.compile(
    rf"{_COMMENT}|(?:{_STRING}|(?:[uU]&)?{_QUOTED}|{_WORD}|{_NUMBER}|\$\d+|::|[^{_SPACE}])", re.DOTALL
)
_GAP_AT = re.compile(GAP, re.DOTALL)
_DOTTED_AT = re.compile(rf"{NAME}(?:{GAP}\.{GAP}(?:{NAME}|\*))*", re.DOTALL)
_LAST_PART = re.compile(rf"(?:{NAME}|\*)\Z", re.DOTALL)
_CONSTANT_AT = re.compile(
    rf"{_STRING}|[+-]?[{_SPACE}]*(?:{_NUMBER})|(?:[uU]&)?{_QUOTED}|{_WORD}|\$\d+|[^{_SPACE}]", re.DOTALL
)
_ONE_LINE = re.compile(r"(?:[^\s/-]| (?! )|-(?!-)|/(?!\*))*")
_LONGEST_NAME = 63  # bytes
_BLANKS = " \t\n\r\f\v"
_VERB_AT = re.compile(
    rf"(ALTER|CREATE|DROP)[{_SPACE}]+"
    rf"(?:(?:OR[{_SPACE}]+REPLACE|UNIQUE|TEMP|TEMPORARY|UNLOGGED|GLOBAL|LOCAL|RECURSIVE|CONSTRAINT|TRUSTED"
    rf"|PROCEDURAL)[{_SPACE}]+)*"
    rf"(MATERIALIZED[{_SPACE}]+VIEW|FOREIGN[{_SPACE}]+TABLE|FOREIGN[{_SPACE}]+DATA[{_SPACE}]+WRAPPER"
    rf"|EVENT[{_SPACE}]+TRIGGER|ACCESS[{_SPACE}]+METHOD|DEFAULT[{_SPACE}]+PRIVILEGES"
    rf"|TEXT[{_SPACE}]+SEARCH[{_SPACE}]+{_WORD}|OPERATOR[{_SPACE}]+(?:CLASS|FAMILY)|USER[{_SPACE}]+MAPPING"
    rf"|{_WORD})|({_WORD})",
    re.IGNORECASE,
)


class Words:
    """The words of a stretch of text, without blanks and comments.

    words holds them as written, but in upper case where they are not quoted.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        found = [(it.start(), it.end(), it[0]) for it in _TOKEN.finditer(text, start, end)]
        if text.find("--", start, end) >= 0 or text.find("/*", start, end) >= 0:
            found = [it for it in found if not it[2].startswith(("--", "/*"))]
        self.starts: list[int] = [it[0] for it in found]
        self.ends: list[int] = [it[1] for it in found]
        self.words: list[str] = [it[2] if it[2][0] in "\"'$" else it[2].upper() for it in found]

    @cached_property
    def closing(self) -> dict[int, int]:
        """The index of each opening bracket to that of the one that closes it."""
        pairs: dict[int, int] = {}
        open_ones: list[int] = []
        for index, word in enumerate(self.words):
            if word in ("(", "["):
                open_ones.append(index)
            elif word in (")", "]") and open_ones:
                pairs[open_ones.pop()] = index
        for index in open_ones:
            pairs[index] = len(self.words)
        return pairs

    def index(self, offset: int) -> int:
        """The index of the word that begins at offset, or of the next one."""
        return bisect_left(self.starts, offset)

    def find(self, word: str, first: int, end: int) -> int:
        """The index of word between first and end, outside of brackets; end where it is not."""
        closing = self.closing
        words = self.words
        index = first
        while index < end:
            it = words[index]
            if it == word:
                return index
            index = closing[index] + 1 if it in ("(", "[") else index + 1
        return end

    def items(self, first: int, end: int, mark: str = ",") -> list[tuple[int, int]]:
        """What commas divide between first and end, outside of brackets, as (first, end)."""
        found: list[tuple[int, int]] = []
        while first < end:
            comma = self.find(mark, first, end)
            found.append((first, comma))
            first = comma + 1
        return found

    def name_end(self, index: int) -> int:
        """The index after the name, qualified or not, that begins at index."""
        words = self.words
        index += 1
        while index + 1 < len(words) and words[index] == ".":
            index += 2
        return index

    def unmatched(self) -> int:
        """The index of the first bracket that closes none of these words, or their number."""
        depth = 0
        for index, word in enumerate(self.words):
            if word in ("(", "["):
                depth += 1
            elif word in (")", "]"):
                if depth == 0:
                    return index
                depth -= 1
        return len(self.words)

    def range(self, first: int, end: int) -> tuple[int, int]:
        return self.starts[first], self.ends[end - 1]


Place = Callable[[int, int], Range]  # a stretch of a text to where it stands in the file
NO_NAMES: frozenset[str] = frozenset()


class Bodies(Protocol):
    """Reads the statements that stand inside of another one, and counts the rows of the file."""

    rows: int  # of VALUES that may still be told of one by one

    def inner(
        self, text: str, place: Place, variables: frozenset[str], *, conditional: bool
    ) -> tuple[Statement, ...] | Problem:
        """The statements of a text of SQL; or what is wrong with it, with its place in the file."""


class RefusedError(Exception):
    """A statement that PostgreSQL refuses for what its body says."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Here:
    """One statement: its text, and where it and its parts stand in the file."""

    def __init__(
        self,
        text: str,
        at: Callable[[int], int],
        start: int,
        end: int,
        place: Place,
        bodies: Bodies,
        variables: frozenset[str] = NO_NAMES,
    ) -> None:
        self.text = text
        self.at = at  # what the parser counts (bytes) to code points of text
        self.start = start
        self.end = end
        self.place = place
        self.bodies = bodies
        self.variables = variables  # names that mean no column, inside of a function
        self.range = place(start, end)

    @cached_property
    def verb(self) -> str:
        """What it does to what, in upper case: "CREATE INDEX" for CREATE UNIQUE INDEX."""
        match = _VERB_AT.match(self.text, self.start, self.end)
        return _verb(match[0]) if match else ""

    @cached_property
    def words(self) -> Words:
        return Words(self.text, self.start, self.end)

    def between(self, first: int, end: int) -> Range:
        """Where the words from first to before end stand."""
        words = self.words
        if first >= end or first >= len(words.starts):
            return self.range
        return self.place(words.starts[first], words.ends[end - 1])

    def dotted(self, location: int) -> tuple[int, int]:
        """From where to where the name at a location of the parser goes, qualified or not."""
        start = self.at(location)
        match = _DOTTED_AT.match(self.text, start, self.end)
        return match.span() if match else (start, start)

    def name(self, location: int) -> Range:
        """Where the name at a location of the parser stands."""
        return self.place(*self.dotted(location))

    def after(self, word: str, offset: int) -> int:
        """Where the word begins that follows word, which stands at or after offset."""
        for match in _TOKEN.finditer(self.text, offset, self.end):
            if match[0].upper() == word:
                return self.skip(match.end())
        return offset

    def find(self, name: str, first: int) -> Range:
        """Where a name stands with its schema, at or after the word first; else the whole statement."""
        words = self.words
        for index in range(first, len(words.words)):
            if unquoted(words.words[index]) == name:
                start = index
                while start - 2 >= first and words.words[start - 1] == ".":
                    start -= 2
                return self.place(words.starts[start], words.ends[index])
        return self.range

    def constant(self, location: int) -> Range:
        """Where the constant at a location of the parser stands."""
        if location < 0:
            return self.range
        start = self.at(location)
        match = _CONSTANT_AT.match(self.text, start, self.end)
        return self.place(start, match.end()) if match else self.range

    def compact(self, start: int, end: int) -> str:
        """What is written from start to end, with one blank for blanks and comments."""
        written = self.text[start:end]
        if _ONE_LINE.fullmatch(written):
            return written
        words = Words(self.text, start, end)
        pieces: list[str] = []
        last = start
        for first, after in zip(words.starts, words.ends, strict=True):
            if first > last:
                pieces.append(" ")
            pieces.append(self.text[first:after])
            last = after
        return "".join(pieces)

    def until(self, start: int, limit: int) -> int:
        """Where the last word from start on ends that stands before limit, but a comma."""
        written = self.text[start:limit]
        if "--" in written or "*/" in written:
            words = Words(self.text, start, limit)
            last = len(words.words) - 1
            if last > 0 and words.words[last] == ",":
                last -= 1
            return words.ends[last] if last >= 0 else start
        written = written.rstrip(_BLANKS)
        if written.endswith(","):
            written = written[:-1].rstrip(_BLANKS)
        return start + len(written)

    def holds(self, word: str) -> bool:
        """Whether a word in upper case stands somewhere, if only in a string."""
        return word in self.text[self.start : self.end].upper()

    def skip(self, offset: int) -> int:
        """Where the word at or after offset begins."""
        match = _GAP_AT.match(self.text, offset, self.end)
        return match.end() if match else offset


@lru_cache(1024)
def _verb(words: str) -> str:
    match = _VERB_AT.match(words)
    return " ".join([" ".join(it.upper().split()) for it in match.groups() if it]) if match else ""


def unquoted(word: str) -> str:
    """A word as a name: without quotes, else in lower case, and cut to what a name can hold."""
    name = word[1:-1].replace('""', '"') if word.startswith('"') else word.lower()
    if len(name) * 4 > _LONGEST_NAME and len(encoded := name.encode()) > _LONGEST_NAME:
        name = encoded[:_LONGEST_NAME].decode(errors="ignore")
    return name


def word_at(text: str, offset: int) -> tuple[int, int]:
    """From where to where the word at offset goes; the last one where there is none."""
    if match := _TOKEN.match(text, offset):
        return match.start(), match.end()
    written = text[:offset].rstrip(_BLANKS)
    end = len(written)
    start = max(written.rfind(it) for it in _BLANKS) + 1
    return start, max(end, start)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """From the first to the last word between start and end: without blanks and comments around them."""
    gap = _GAP_AT.match(text, start, end)
    if gap:
        start = gap.end()
    written = text[start:end].rstrip(_BLANKS)
    last = written[written.rfind("\n") + 1 :]
    if "--" in last or written.endswith("*/"):
        words = Words(text, start, end)
        return start, words.ends[-1] if words.ends else start
    return start, start + len(written)
