"""PostgreSQL text to its statements, however broken they are."""

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot.frontends.sql.pieces import pieces

_ATOMIC: Final = re.compile(r"\bBEGIN\s+ATOMIC\b", re.IGNORECASE)
_ATOMIC_WORDS: Final = re.compile(r"\b(?:(?P<atomic>BEGIN\s+ATOMIC)|CASE|(?P<end>END))\b", re.IGNORECASE)


def statements(text: str) -> Iterator[tuple[int, int]]:
    """From where to where each statement of PostgreSQL goes, without its semicolon, however broken it is.

    A semicolon in brackets divides nothing, and neither does one of the body that BEGIN ATOMIC opens.
    """
    atomic = _ATOMIC.search(text) is not None
    start = seen = depth = nesting = 0
    in_body = False
    for piece in pieces(text, "postgresql"):
        if atomic:
            for word in _ATOMIC_WORDS.finditer(text, seen, piece.start):
                if word["atomic"] is not None:
                    in_body = True
                if in_body:
                    nesting += -1 if word["end"] is not None else 1
            seen = piece.end
        if piece.kind == "open":
            depth += 1
        elif piece.kind == "close":
            depth = max(depth - 1, 0)
        elif piece.kind == "semicolon" and depth == 0 and nesting <= 0:
            yield start, piece.start
            start = piece.end
            nesting = 0
            in_body = False
    yield start, len(text)


def every_statement(text: str) -> Iterator[tuple[int, int]]:
    """The same, where every semicolon divides: for a statement whose brackets do not match."""
    start = 0
    for piece in pieces(text, "postgresql"):
        if piece.kind == "semicolon":
            yield start, piece.start
            start = piece.end
    yield start, len(text)
