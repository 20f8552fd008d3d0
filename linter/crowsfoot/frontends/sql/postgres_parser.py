"""PostgreSQL text to the tree of PostgreSQL's own parser, or to what is wrong with it. Its only importer.

The parser is C code that goes down the tree by recursion and does not look at its stack: a chain of 50,000
operators ends the process. So what is long gets a stack of its own, what may still be too deep is refused.
"""

import re
import sys
import threading
from typing import Final

import postgast
from google.protobuf.message import DecodeError  # type: ignore[import-untyped,unused-ignore]
from postgast.pg_query_pb2 import ParseResult

from crowsfoot.frontends.sql.pieces import pieces

# Measured with postgast 0.2.0: 420 bytes of stack for each level, and two characters of text at least.
_DEEPEST: Final = 50_000
_STACK: Final = 64 << 20
_FEW: Final = (
    1_500 if sys.platform == "win32" else 16_000
)  # characters that the stack of the process can take


class UnparsedError(Exception):
    """Why a text cannot be read, and the code point at which."""

    def __init__(self, message: str, offset: int, kind: str = "syntax") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.kind = kind


def parse(text: str) -> ParseResult:
    """The tree of a text; places in it count bytes of UTF-8. Raises UnparsedError."""
    if (nul := text.find("\0")) >= 0:
        raise UnparsedError("a NUL character cannot stand in SQL", nul)
    if len(text) <= _FEW:
        return _parse(text)
    if len(text) > 2 * _DEEPEST and (deep := _too_deep(text)) is not None:
        raise UnparsedError("this is nested too deeply to be read", deep, "unsupported")
    from concurrent.futures import ThreadPoolExecutor

    before = threading.stack_size(_STACK)
    try:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(_parse, text).result()
    finally:
        threading.stack_size(before)


def refuses(body: str) -> tuple[str, int] | None:
    """What PostgreSQL says against the grammar of a PL/pgSQL body, and in which line; None: nothing.

    The parser stands alone here: what it says about names and types is not to be trusted, and is left out.
    """
    if len(body) > _FEW or "\0" in body or _TAG in body:
        return None
    try:
        postgast.parse_plpgsql(f"DO {_TAG}{body}{_TAG}")
    except postgast.PgQueryError as error:
        if error.message.startswith(_OF_GRAMMAR):
            line = _LINE.search(error.context or "")
            return error.message, int(line[1]) if line else 1
    except (ValueError, RecursionError):
        pass  # its JSON is broken at times; the grammar had nothing against the text
    return None


_TAG: Final = "$crowsfoot$"
_LINE: Final = re.compile(r"near line (\d+)")
_OF_GRAMMAR: Final = ("syntax error", "mismatched parentheses", "missing ", "unexpected end of function")


def _parse(text: str) -> ParseResult:
    try:
        return postgast.parse(text)
    except postgast.PgQueryError as error:
        # cursorpos counts characters, whatever its documentation says.
        raise UnparsedError(error.message, max(error.cursorpos - 1, 0)) from None
    except UnicodeEncodeError as error:
        raise UnparsedError("this character cannot be encoded", error.start) from None
    except DecodeError:
        pass
    # A tree of more than 100 levels, such as 34 strings joined by ||. protobuf's limit can be lifted.
    try:
        from google._upb import _message  # type: ignore[import-untyped,unused-ignore]

        _message.SetAllowOversizeProtos(True)
        return postgast.parse(text)
    except (ImportError, AttributeError, DecodeError):
        raise UnparsedError("this is nested too deeply to be read", 0, "unsupported") from None


def _too_deep(text: str) -> int | None:
    """Where a text could be nested too deeply; None where it cannot.

    At each place no more levels are open than there are pairs of characters in what is not yet closed: by a
    comma at the same level, a bracket or a semicolon.
    """
    open_above: list[int] = []
    above = run = end = 0
    for piece in pieces(text, "postgresql"):
        commas = text.count(",", end, piece.start)
        if commas:
            longest = max([len(it) for it in text[end : piece.start].split(",")])
            if above + max(run, longest // 2) > _DEEPEST:
                return piece.start
            run = (piece.start - text.rfind(",", end, piece.start)) // 2
        else:
            run += (piece.start - end) // 2
        run += 1
        end = piece.end
        if above + run > _DEEPEST:
            return piece.start
        if piece.kind == "open":
            open_above.append(run)
            above += run
            run = 0
        elif piece.kind == "close" and open_above:
            run = open_above.pop()
            above -= run
        elif piece.kind == "semicolon":
            open_above.clear()
            above = run = 0
    return end if above + run + (len(text) - end) // 2 > _DEEPEST else None
