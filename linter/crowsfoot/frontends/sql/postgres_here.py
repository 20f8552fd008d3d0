"""One statement of PostgreSQL: its text, and where it and its parts stand in the file."""

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Final, Protocol

from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import Statement
from crowsfoot.frontends.sql.postgres_words import (
    BLANKS,
    CONSTANT_AT,
    DOTTED_AT,
    GAP_AT,
    SPACE,
    WORD,
    Words,
    tokens,
    unquoted,
)
from crowsfoot.source import Range

Place = Callable[[int, int], Range]  # a stretch of a text to where it stands in the file
NO_NAMES: frozenset[str] = frozenset()


class Bodies(Protocol):
    """Reads the statements that stand inside of another one, and counts the rows of the file."""

    terms: bool  # whether it is told what views and queries in functions are made of
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
        self._words: Words | None = None

    @property
    def verb(self) -> str:
        """What it does to what, in upper case: "CREATE INDEX" for CREATE UNIQUE INDEX."""
        plain = _PLAIN_VERB_AT.match(self.text, self.start, self.end)
        if plain is not None:
            return _PLAIN_VERBS[plain[1]]
        match = _VERB_AT.match(self.text, self.start, self.end)
        return _verb(match[0]) if match else ""

    @property
    def subject(self) -> str:
        """What the statement is about, where its verb says so: "collation"."""
        return self.verb.partition(" ")[2].lower()

    @property
    def words(self) -> Words:
        # By hand: functools.cached_property takes a lock before Python 3.12 (measured: 5 ms of 400).
        if self._words is None:
            self._words = Words(self.text, self.start, self.end)
        return self._words

    def dotted(self, location: int) -> tuple[int, int]:
        """From where to where the name at a location of the parser goes, qualified or not."""
        start = self.at(location)
        match = DOTTED_AT.match(self.text, start, self.end)
        return match.span() if match else (start, start)

    def name(self, location: int) -> Range:
        """Where the name at a location of the parser stands."""
        return self.place(*self.dotted(location))

    def after(self, word: str, offset: int) -> int:
        """Where the word begins that follows word, which stands at or after offset."""
        for match in tokens(self.text, offset, self.end):
            if match["word"].upper() == word:
                return self.skip(match.end())
        return offset

    def find(self, name: str, first: int) -> Range:
        """Where a name stands with its schema, at or after the word first; else the whole statement."""
        if self._words is None and (near := self._find_near(name, first)) is not None:
            return near
        words = self.words
        places = self._names.get(name, ())
        at = bisect_left(places, first)
        if at == len(places):
            return self.range
        index = start = places[at]
        while start - 2 >= first and words.words[start - 1] == ".":
            start -= 2
        return self.place(words.starts[start], words.ends[index])

    def _find_near(self, name: str, first: int) -> Range | None:
        """The same, if it is among the first words: where most stand, so that the others need not be told."""
        starts: list[int] = []
        words: list[str] = []
        for match in tokens(self.text, self.start, self.end):
            word = match[1]
            if word.startswith(("--", "/*")):
                continue
            index = len(words)
            starts.append(match.start(1))
            words.append(word)
            if index >= first and unquoted(word) == name:
                while index - 2 >= first and words[index - 1] == ".":
                    index -= 2
                return self.place(starts[index], match.end(1))
            if index > _NEAR:
                break
        return None

    @cached_property
    def _names(self) -> dict[str, list[int]]:
        """The words that can be names, each with where it stands among the words."""
        words = self.words
        found: dict[str, list[int]] = {}
        for index, (start, end) in enumerate(zip(words.starts, words.ends, strict=True)):
            found.setdefault(unquoted(self.text[start:end]), []).append(index)
        return found

    def constant(self, location: int) -> Range:
        """Where the constant at a location of the parser stands."""
        if location < 0:
            return self.range
        start = self.at(location)
        match = CONSTANT_AT.match(self.text, start, self.end)
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
        written = written.rstrip(BLANKS)
        if written.endswith(","):
            written = written[:-1].rstrip(BLANKS)
        return start + len(written)

    def holds(self, word: str) -> bool:
        """Whether a word in upper case stands somewhere, if only in a string."""
        return word in self.text[self.start : self.end].upper()

    def skip(self, offset: int) -> int:
        """Where the word at or after offset begins."""
        match = GAP_AT.match(self.text, offset, self.end)
        return match.end() if match else offset


_NEAR: Final = 12  # words
_ONE_LINE: Final = re.compile(r"(?:[^\s/-]| (?! )|-(?!-)|/(?!\*))*")
# Those of nearly all statements, as most people and all tools write them: the pattern below takes four times
# as long.
_PLAIN_VERBS: Final = {
    **{
        it: it
        for verb in ("ALTER", "CREATE", "DROP")
        for it in (f"{verb} TABLE", f"{verb} INDEX", f"{verb} TYPE", f"{verb} VIEW", f"{verb} FUNCTION")
    },
    **{it: it for it in ("BEGIN", "COMMIT", "DELETE", "DO", "INSERT", "SELECT", "UPDATE")},
    "CREATE UNIQUE INDEX": "CREATE INDEX",
    "CREATE OR REPLACE VIEW": "CREATE VIEW",
    "CREATE OR REPLACE FUNCTION": "CREATE FUNCTION",
}
_PLAIN_VERB_AT: Final = re.compile(rf"({'|'.join(_PLAIN_VERBS)})[{SPACE}]")
_VERB_AT: Final = re.compile(
    rf"(ALTER|CREATE|DROP)[{SPACE}]+"
    rf"(?:(?:OR[{SPACE}]+REPLACE|UNIQUE|TEMP|TEMPORARY|UNLOGGED|GLOBAL|LOCAL|RECURSIVE|CONSTRAINT|TRUSTED"
    rf"|PROCEDURAL)[{SPACE}]+)*"
    rf"(MATERIALIZED[{SPACE}]+VIEW|FOREIGN[{SPACE}]+TABLE|FOREIGN[{SPACE}]+DATA[{SPACE}]+WRAPPER"
    rf"|EVENT[{SPACE}]+TRIGGER|ACCESS[{SPACE}]+METHOD|DEFAULT[{SPACE}]+PRIVILEGES"
    rf"|TEXT[{SPACE}]+SEARCH[{SPACE}]+{WORD}|OPERATOR[{SPACE}]+(?:CLASS|FAMILY)|USER[{SPACE}]+MAPPING"
    rf"|{WORD})|(REFRESH)[{SPACE}]+(MATERIALIZED[{SPACE}]+VIEW)|({WORD})",
    re.IGNORECASE,
)


@lru_cache(1024)
def _verb(words: str) -> str:
    match = _VERB_AT.match(words)
    return " ".join([" ".join(it.upper().split()) for it in match.groups() if it]) if match else ""
