"""SQL text to what a reader must know to say where a statement ends: quotes, comments, brackets."""

import re
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from crowsfoot.facts.sql import Dialect

Kind = Literal["line comment", "block comment", "string", "name", "semicolon", "open", "close", "command"]


class Piece(msgspec.Struct, frozen=True):
    kind: Kind
    start: int
    end: int
    closed: bool = True  # False: the text ends before it does


def pieces(text: str, dialect: Dialect, start: int = 0) -> Iterator[Piece]:
    """All comments, strings, quoted names, semicolons and brackets, in order, whatever else the text says.

    What is not closed reaches to the end. A quote inside of a string, which is doubled, makes two strings of
    it, one behind the other. Each character is looked at a fixed number of times.
    """
    nesting = dialect in _NESTING
    pattern = re.compile(_PATTERNS[dialect])
    at = start
    while at >= 0:
        found = pattern.finditer(text, at)
        at = -1
        for match in found:
            group = match.lastgroup
            if group is None:
                continue
            begin, end = match.span()
            if group == "unclosed":
                mark = text[begin]
                if mark != "/":
                    names = '"`[' if dialect != "mysql" else "`["
                    yield Piece("name" if mark in names else "string", begin, len(text), False)
                    return
                at = comment_end(text, begin, nesting=nesting)
                yield Piece("block comment", begin, at if at >= 0 else len(text), at >= 0)
                break
            yield Piece(_KINDS[group], begin, end)


_KINDS: Final[dict[str, Kind]] = {
    "line": "line comment",
    "string": "string",
    "dollars": "string",
    "name": "name",
    "semicolon": "semicolon",
    "open": "open",
    "close": "close",
    "command": "command",
}
_NESTING: Final = frozenset(("postgresql", "sqlserver"))  # dialects whose comments nest
_COMMENT_MARK: Final = re.compile(r"/\*|\*/")

_SIMPLE: Final = r"(?P<semicolon>;)|(?P<open>\()|(?P<close>\))"
_PLAIN: Final = r"'[^']*'"
_ESCAPED: Final = r"'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'"
# Letters, "_" and all beyond ASCII. Said by what they are not: re takes long to compile a class that reaches
# to the last character (measured: 13 ms for the pattern below).
_WORD_START: Final = r"[^\x00-@\[-^`{-\x7f]"
_TAG_REST: Final = r"[^\x00-/:-@\[-^`{-\x7f]"  # and digits
_WORD_REST: Final = r"[^\x00-#%-/:-@\[-^`{-\x7f]"  # and digits and "$"
# Blanks and words come first, because they are fast to skip; a quote makes a word the beginning of a string.
# What opens and is not closed comes last: a block comment is one of them, because it can hold others.
# They are text, which re compiles when it first needs them: most runs need one.
_PATTERNS: Final[dict[Dialect, str]] = {
    "postgresql": (
        rf"(?s)\s+|[a-zA-Z_][a-zA-Z0-9_$]*+(?!')|(?P<line>--[^\n]*)|(?P<string>(?<![\w$])[eE]{_ESCAPED}|(?<!(?<![\w$])[eE]){_PLAIN})"
        rf'|(?P<name>"[^"]*")|{_SIMPLE}'
        rf"|(?P<dollars>(?<!{_WORD_REST})(?P<tag>\$(?:{_WORD_START}{_TAG_REST}*)?\$).*?(?P=tag))"
        rf"|(?P<command>\\[^\n]*)"
        rf"|(?P<unclosed>/\*|'|\"|(?<!{_WORD_REST})\$(?:{_WORD_START}{_TAG_REST}*)?\$)"
    ),
    "mysql": (
        rf"(?s)(?P<line>--(?=\s|\Z)[^\n]*|#[^\n]*)|(?P<string>{_ESCAPED}|\"[^\"\\]*(?:\\.[^\"\\]*)*\")"
        rf"|(?P<name>`[^`]*`)|{_SIMPLE}|(?P<unclosed>/\*|'|\"|`)"
    ),
    "sqlite": (
        rf"(?P<line>--[^\n]*)|(?P<string>{_PLAIN})|(?P<name>\"[^\"]*\"|`[^`]*`|\[[^\]]*\])"
        rf"|{_SIMPLE}|(?P<unclosed>/\*|'|\"|`|\[)"
    ),
    "sqlserver": (
        rf"(?P<line>--[^\n]*)|(?P<string>{_PLAIN})|(?P<name>\"[^\"]*\"|\[[^\]]*\])"
        rf"|{_SIMPLE}|(?P<unclosed>/\*|'|\"|\[)"
    ),
}


def comment_end(text: str, begin: int, *, nesting: bool) -> int:
    """Where the comment that opens at begin ends; -1 where it does not."""
    depth = 0
    for mark in _COMMENT_MARK.finditer(text, begin):
        if mark[0] == "*/":
            depth -= 1
            if depth == 0:
                return mark.end()
        elif nesting or depth == 0:
            depth += 1
    return -1
