"""Comments that claim what will be found: //^^^^^^ want "a piece of the message".

They make an example a test. See crowsfoot.testing for what they claim.
"""

import re
from collections.abc import Iterator

import msgspec

# Text, which re compiles when it first needs it: every run loads this module, and few show documentation.
_MARK = r"""(?x)(?P<opener>//|--|\#)(?P<gap>[ ]*)(?P<carets>\^+)?[ ]*
    want(?P<pieces>(?:[ ]+"(?:[^"\\]|\\.)*")+)[ ]*(?:\#\})?$"""
_PIECE = r'"((?:[^"\\]|\\.)*)"'


class Mark(msgspec.Struct, frozen=True):
    """One claim: a finding on that 1-based line, in exactly those columns where columns are given."""

    line: int
    columns: tuple[int, int] | None  # 1-based, the second one past the end
    piece: str


def marks(text: str) -> Iterator[Mark]:
    """Every claim of the text, in order."""
    above = 0
    for number, line in enumerate(text.split("\n"), start=1):
        match = re.search(_MARK, line.rstrip("\r"))
        if match and match["carets"]:
            columns = (match.start("carets") + 1, match.end("carets") + 1)
            yield from (Mark(above, columns, piece) for piece in _pieces(match))
            continue
        above = number
        if match:
            yield from (Mark(number, None, piece) for piece in _pieces(match))


def without_marks(text: str) -> str:
    """The text with claims as a reader would like them: //^^^^^^ a piece of the message."""
    return "\n".join(re.sub(_MARK, _as_comment, line) for line in text.split("\n"))


def _as_comment(match: re.Match[str]) -> str:
    return f"{match['opener']}{match['gap']}{match['carets'] or ''} {', '.join(_pieces(match))}".replace(
        "  ", " "
    )


def _pieces(match: re.Match[str]) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", piece) for piece in re.findall(_PIECE, match["pieces"])]
