"""PostgreSQL text to words: where each begins and ends, and what belongs together.

The parser says where a thing begins and never where it ends; that is found here.
Source: https://www.postgresql.org/docs/18/sql-syntax-lexical.html
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

SPACE = r" \t\n\r\f\v"
# Letters, "_" and all beyond ASCII. Said by what they are not: re takes a hundred times longer to compile a
# class that reaches from "\x80" to the last character (measured: 80 ms for what is compiled here).
_WORD_START = r"[^\x00-@\[-^`{-\x7f]"
_TAG_REST = r"[^\x00-/:-@\[-^`{-\x7f]"  # and digits
_WORD_REST = r"[^\x00-#%-/:-@\[-^`{-\x7f]"  # and digits and "$"
WORD = rf"{_WORD_START}{_WORD_REST}*+"
_QUOTED = r'"[^"]*(?:""[^"]*)*"'
_NEXT_PIECE = rf"[ \t\f\v]*[\r\n][{SPACE}]*"  # strings on lines of their own are one string
_PLAIN = r"'[^']*(?:''[^']*)*'"
_ESCAPED = r"'[^'\\]*(?:(?:''|\\.)[^'\\]*)*'"
_STRING = (
    rf"[eE]{_ESCAPED}(?:{_NEXT_PIECE}{_ESCAPED})*"
    rf"|(?:[bBxXnN]|[uU]&)?{_PLAIN}(?:{_NEXT_PIECE}{_PLAIN})*"
    rf"|\$(?P<tag>(?:{_WORD_START}{_TAG_REST}*)?)\$.*?\$(?P=tag)\$"
)
_NUMBER = r"0[xXoObB][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?"
_COMMENT = r"--[^\n\r]*|/\*(?:[^*]|\*(?!/))*\*/"
NAME = rf"(?:(?:[uU]&)?{_QUOTED}|{WORD})"
GAP = rf"[{SPACE}]*+(?:(?:{_COMMENT})[{SPACE}]*+)*"

# Names and marks come first, as most words are one; but a quote makes a name the beginning of a string. The
# blanks before a word belong to the pattern, as to search from each of them takes twice as long.
_TOKEN = re.compile(
    rf"[{SPACE}]*+(?P<word>{WORD}(?!['&])|[(),;]|{_QUOTED}"
    rf"|{_COMMENT}|{_STRING}|[uU]&{_QUOTED}|{WORD}|{_NUMBER}|\$\d+|::|[^{SPACE}])",
    re.DOTALL,
)
GAP_AT = re.compile(GAP, re.DOTALL)
DOTTED_AT = re.compile(rf"{NAME}(?:{GAP}\.{GAP}(?:{NAME}|\*))*", re.DOTALL)
CONSTANT_AT = re.compile(
    rf"{_STRING}|[+-]?[{SPACE}]*(?:{_NUMBER})|(?:[uU]&)?{_QUOTED}|{WORD}|\$\d+|[^{SPACE}]",
    re.DOTALL,
)
_LONGEST_NAME = 63  # bytes
BLANKS = " \t\n\r\f\v"


def tokens(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """The words and comments from start to end; each is the group "word" of a match."""
    # No word follows the blanks at the end, from whichever of them one looks.
    return _TOKEN.finditer(text, start, start + len(text[start:end].rstrip(BLANKS)))


class Words:
    """The words of a stretch of text, without blanks and comments.

    words holds them as written, but in upper case where they are not quoted.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        found = [(*it.span(1), it[1]) for it in tokens(text, start, end)]
        if text.find("--", start, end) >= 0 or text.find("/*", start, end) >= 0:
            found = [it for it in found if not it[2].startswith(("--", "/*"))]
        self.starts: list[int] = [it[0] for it in found]
        self.ends: list[int] = [it[1] for it in found]
        self.words: list[str] = [it[2] if it[2][0] in "\"'$" else it[2].upper() for it in found]
        self._closing: dict[int, int] | None = None

    @property
    def closing(self) -> dict[int, int]:
        """The index of each opening bracket to that of the one that closes it."""
        if self._closing is None:
            self._closing = self._pairs()
        return self._closing

    def _pairs(self) -> dict[int, int]:
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

    def range(self, first: int, end: int) -> tuple[int, int]:
        return self.starts[first], self.ends[end - 1]


def unquoted(word: str) -> str:
    """A word as a name: without quotes, else in lower case, and cut to what a name can hold."""
    if word.startswith('"'):
        name = word[1:-1].replace('""', '"')
    else:  # only the letters of ASCII are folded
        name = word.lower() if word.isascii() else word.encode().lower().decode()
    if len(name) * 4 > _LONGEST_NAME and len(encoded := name.encode()) > _LONGEST_NAME:
        name = encoded[:_LONGEST_NAME].decode(errors="ignore")
    return name


def word_at(text: str, offset: int) -> tuple[int, int]:
    """From where to where the word at offset goes; the last one where there is none."""
    if (match := _TOKEN.match(text, offset)) and match.start("word") == offset:
        return match.span("word")
    written = text[:offset].rstrip(BLANKS)
    end = len(written)
    start = max(written.rfind(it) for it in BLANKS) + 1
    return start, max(end, start)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """From the first to the last word between start and end: without blanks and comments around them."""
    gap = GAP_AT.match(text, start, end)
    if gap:
        start = gap.end()
    written = text[start:end].rstrip(BLANKS)
    last = written[written.rfind("\n") + 1 :]
    if "--" in last or written.endswith("*/"):
        words = Words(text, start, end)
        return start, words.ends[-1] if words.ends else start
    return start, start + len(written)
