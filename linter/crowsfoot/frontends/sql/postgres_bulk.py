"""An INSERT of very many rows to one of the first of them, with the others looked at and left out.

Its tree would take fifty times the memory of its text.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from crowsfoot.frontends.sql.pieces import pieces
from crowsfoot.frontends.sql.postgres_parser import UnparsedError, check
from crowsfoot.frontends.sql.postgres_words import GAP_AT, tokens


class Bulk(msgspec.Struct, frozen=True):
    text: str  # without the rows that are left out
    cut: int  # where they were
    length: int  # of what is left out
    rows: int  # all of them
    broken: (
        UnparsedError | None
    )  # the first thing that is wrong with what is left out; offset as in the whole

    def offset(self, offset: int) -> int:
        """Where that stands in the whole which stands at offset in text."""
        return offset if offset <= self.cut else offset + self.length


def shortened(text: str) -> Bulk | None:
    """The INSERT that text is; None where it is nothing of the kind."""
    begin = _values(text)
    if begin is None:
        return None
    ends = list(_rows(text, begin))
    if len(ends) <= _KEPT:
        return None
    cut, last = ends[_KEPT - 1], ends[-1]
    broken: UnparsedError | None = None
    if len(text) - last > _AT_ONCE:  # more than can stand behind the rows: the last one is no row
        broken = check(f"{_BEFORE}(1){text[last : last + _AT_ONCE]}", last - len(_BEFORE) - len("(1)"))
        if broken is None or not broken.message.startswith("syntax error at or near"):
            broken = UnparsedError("this row is not closed", text.find("(", last))
    first = cut
    for index in range(_KEPT, len(ends)):
        end = ends[index]
        if end - first < _AT_ONCE and index + 1 < len(ends):
            continue
        # What stands there is ", (...), (...)".
        start = text.index(",", first) + 1
        wrong = check(f"{_BEFORE}{text[start:end]}", start - len(_BEFORE))
        if wrong is not None:
            broken = wrong
            break
        first = end
    return Bulk(text[:cut] + text[last:], cut, last - cut, len(ends), broken)


_KEPT: Final = 20
_AT_ONCE: Final = 60_000  # characters
_FIRST: Final = 20_000  # characters, in which VALUES must stand
_BEFORE: Final = "VALUES "


def _values(text: str) -> int | None:
    """Where the rows begin, behind INSERT ... VALUES."""
    words = 0
    depth = 0
    gap = GAP_AT.match(text)
    start = gap.end() if gap else 0
    for match in tokens(text, start, start + _FIRST):
        word = match["word"].upper()
        if word.startswith(("--", "/*")):
            continue
        words += 1
        if words == 1 and word != "INSERT":
            return None
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif word == "VALUES" and depth == 0:
            return match.end()
        elif word in ("SELECT", "WITH") and depth == 0:
            return None
    return None


def _rows(text: str, begin: int) -> Iterator[int]:
    """Where each row ends, as long as nothing but commas stands between them."""
    depth = 0
    end = begin
    for piece in pieces(text, "postgresql", begin):
        if piece.kind == "open":
            if depth == 0 and end != begin and text[end : piece.start].strip() != ",":
                return
            depth += 1
        elif piece.kind == "close":
            depth -= 1
            if depth == 0:
                end = piece.end
                yield end
        elif depth == 0 or not piece.closed:
            return
