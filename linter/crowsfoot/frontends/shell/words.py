"""Shell text to simple commands, each a list of words. Linear, and never raises.

It reads what automation is written in: sh and bash, also inside of YAML and JSON, where a quote may be
escaped. Loops and conditions count as what stands in them.
Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

import re
from collections.abc import Iterator

import msgspec

from crowsfoot.source import Range


class Word(msgspec.Struct, frozen=True):
    """A word without its quotes; inner is what stands between them when it is one quoted string."""

    text: str
    start: int
    end: int
    inner: Range | None = None


def simple_commands(
    text: str, start: int, end: int, *, folded: bool = False, depth: int = 0
) -> Iterator[list[Word]]:
    """The words of each command between start and end, in order.

    folded: a line end is a blank, as in a folded scalar of YAML.
    """
    reader = _Reader(text, end)
    words: list[Word] = []
    here: list[tuple[str, bool]] = []  # delimiters of here-documents, and whether a shell reads them
    dropping = False  # the next word is the file of a redirection
    at = start
    while at < end:
        char = text[at]
        if char in " \t\r":
            at += 1
        elif char == "\n":
            at += 1
            if folded and not here and not _is_blank(text, at, end):
                continue
            if words:
                yield words
                words = []
            for delimiter, is_shell in here:
                body = at
                at, stop = _here_document(text, at, end, delimiter)
                if is_shell and depth < _DEEPEST:
                    yield from simple_commands(text, body, stop, depth=depth + 1)
            here, dropping = [], False
        elif char == "#":
            at = reader.line_end(at)
        elif char in ";&|()":
            if words:
                yield words
                words = []
            dropping = False
            at += 1
        elif char in "<>":
            begin = _HERE.match(text, at, end)
            if begin:
                here.append(
                    (begin[1], not words or any(it.text.rpartition("/")[2] in SHELLS for it in words))
                )
                at = begin.end()
            else:
                if words and words[-1].end == at and words[-1].text.isdigit():
                    words.pop()
                at = _REDIRECTION.match(text, at, end).end()  # type: ignore[union-attr]  # it matches "<" and ">"
                dropping = True
        else:
            word = reader.word(at)
            at = word.end
            if not dropping and word.text:
                words.append(word)
            dropping = False
    if words:
        yield words


SHELLS = frozenset(("sh", "bash", "zsh", "dash", "ash", "ssh", "su"))

_DEEPEST = 4
_HERE = re.compile(r"<<-?[ \t]*[\"'\\]?(\w+)[\"']?")
_REDIRECTION = re.compile(r"[<>&|]+")
_PLAIN = re.compile(r"[^\s;&|()<>'\"\\$`]+")
_DOUBLE_QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)


class _Reader:
    """Reads words. What has no end in the text is looked for only once."""

    def __init__(self, text: str, end: int) -> None:
        self.text = text
        self.end = end
        self._missing: set[str] = set()

    def line_end(self, at: int) -> int:
        found = self.text.find("\n", at, self.end)
        return self.end if found < 0 else found

    def word(self, start: int) -> Word:
        text, at = self.text, start
        pieces: list[str] = []
        inner: Range | None = None
        count = 0
        while at < self.end:
            plain = _PLAIN.match(text, at, self.end)
            if plain:
                pieces.append(plain[0])
                at = plain.end()
                count += 1
                continue
            char = text[at]
            if char in " \t\r\n;&|()<>\f\v" or char.isspace():
                # A form feed is no blank to a shell, but no program is called so either.
                at += char not in " \t\r\n;&|()<>" and at == start
                break
            stop = self._closing(char, at)
            count += 1
            if char == "\\":
                # In JSON and YAML an escaped quote is a quote of the shell.
                following = "\r\n" if text.startswith("\r\n", at + 1) else text[at + 1 : at + 2]
                pieces.append(following.strip("\"'\r\n"))
                at += 1 + len(following)
            elif stop is None:
                pieces.append(char)
                at += 1
            elif char in "\"'":
                pieces.append(text[at + 1 : stop - 1])
                inner = Range(at + 1, stop - 1)
                at = stop
            else:
                pieces.append(text[at:stop])
                at = stop
        at = min(max(at, start + 1), self.end)
        return Word("".join(pieces), start, at, inner if count == 1 else None)

    def _closing(self, char: str, at: int) -> int | None:
        """Where what begins with char ends; None when it is an ordinary character."""
        if char == "'":
            return self._found("'", self.text.find("'", at + 1, self.end), 1)
        if char == "`":
            return self._found("`", self.text.find("`", at + 1, self.end), 1)
        if char == '"' and '"' not in self._missing:
            quoted = _DOUBLE_QUOTED.match(self.text, at, self.end)
            return self._found('"', quoted.end() if quoted else -1, 0)
        if char == "$" and self.text.startswith("${{", at) and "}}" not in self._missing:
            return self._found("}}", self.text.find("}}", at + 3, self.end), 2)
        if char == "$" and self.text.startswith("$(", at) and "$(" not in self._missing:
            return self._found("$(", self._parenthesis(at + 1), 0)
        return None

    def _found(self, what: str, place: int, length: int) -> int | None:
        if place < 0:
            self._missing.add(what)
            return None
        return place + length

    def _parenthesis(self, at: int) -> int:
        depth = 0
        for match in _PARENTHESES.finditer(self.text, at, self.end):
            depth += 1 if match[0] == "(" else -1
            if depth == 0:
                return match.end()
        return -1


_PARENTHESES = re.compile(r"[()]")


def _is_blank(text: str, at: int, end: int) -> bool:
    """Whether the line at `at` is blank."""
    stop = text.find("\n", at, end)
    return not text[at : end if stop < 0 else stop].strip()


def _here_document(text: str, at: int, end: int, delimiter: str) -> tuple[int, int]:
    """Where the text goes on behind a here-document, and where the document ends."""
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        if text[at:stop].strip() == delimiter:
            return min(stop + 1, end), at
        at = stop + 1
    return end, end
