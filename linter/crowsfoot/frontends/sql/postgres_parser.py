"""PostgreSQL text to the tree of PostgreSQL's own parser, or to what is wrong with it. Its only caller.

The parser is libpg_query, which postgast brings. It is called past postgast itself: the tree as JSON takes
half the time of the tree as protobuf, and loading a library takes 3 ms where importing postgast takes 70.

It is C code that goes down the tree by recursion and does not look at its stack: a chain of 50,000 operators
ends the process. So what is long gets a stack of its own, and what may still be too deep is refused.
"""

import ctypes
import re
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from os.path import exists, join
from typing import Any, Final, Generic, TypeVar

import msgspec

from crowsfoot.frontends.sql.pieces import pieces

# The fields of a node by name, or {"its kind": {its fields}} where a node of any kind may stand. What is
# false, 0 or empty is left out.
# Source: https://github.com/pganalyze/libpg_query/blob/18-latest/protobuf/pg_query.proto
Tree = dict[str, Any]
_T = TypeVar("_T")


class Raw(msgspec.Struct, frozen=True):
    """A statement, and where it stands in the text: in bytes of UTF-8."""

    stmt: Tree
    stmt_location: int = 0
    stmt_len: int = 0  # 0: up to the end


class UnparsedError(Exception):
    """Why a text cannot be read, and the code point at which."""

    def __init__(self, message: str, offset: int, kind: str = "syntax") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.kind = kind


def parse(text: str) -> list[Raw]:
    """The statements of a text. Raises UnparsedError."""
    return _with_room(text, _parse)


def check(text: str, base: int) -> UnparsedError | None:
    """What is wrong with a text that stands at base, without making a tree of it."""
    try:
        _with_room(text, _check)
    except UnparsedError as error:
        return UnparsedError(error.message, base + error.offset, error.kind)
    return None


def refuses(body: str, *, alone: bool) -> tuple[str, int] | None:
    """What PostgreSQL says against a PL/pgSQL body, and in which line; None: nothing.

    It is read as that of a DO block, without the database: what it says about types is left out, and what it
    says about names, unless the body stands alone and has no arguments.
    """
    if len(body) > _FEW or "\0" in body or _TAG in body:
        return None
    library = _library()
    try:
        result = library.pg_query_parse_plpgsql(f"DO {_TAG}{body}{_TAG}".encode())
    except UnicodeEncodeError:
        return None
    try:
        if not result.error:
            return None
        error = result.error.contents
        message = _text(error.message)
        if not message.startswith(_OF_GRAMMAR) and not (alone and _UNDECLARED.fullmatch(message)):
            return None
        line = _LINE.search(_text(error.context))
        return message, int(line[1]) if line else 1
    finally:
        library.pg_query_free_plpgsql_parse_result(result)


_TOO_DEEP: Final = "this is nested too deeply to be read"
_TAG: Final = "$crowsfoot$"
_LINE: Final = re.compile(r"near line (\d+)")
# A field of a %ROWTYPE is not known either, where the table is not.
_UNDECLARED: Final = re.compile(r'"[^.]+" is not a known variable')
_OF_GRAMMAR: Final = (
    "syntax error",
    "mismatched parentheses",
    "missing ",
    "unexpected end of function",
)

# Measured with postgast 0.2.0: up to 420 bytes of stack for each level, of which each takes two characters.
_DEEPEST: Final = 50_000
_STACK: Final = 64 << 20
# Of such a run PostgreSQL reads what is left of it again for each token: 200,000 characters take 40 seconds.
_ENDLESS: Final = re.compile(r"[+-]{2000}|(?:/\*[-~!@#^&|`?+*%<>=]*){1000}")
# Characters that every stack has room for, of 1 MB and of 8 MB. A thread for them takes 1.5 ms.
_FEW: Final = 1_500 if sys.platform == "win32" else 25_000
_LIBRARIES: Final = {"win32": "pg_query.dll", "darwin": "libpg_query.dylib"}


class _Error(ctypes.Structure):
    _fields_ = (
        ("message", ctypes.c_char_p),
        ("function", ctypes.c_char_p),
        ("file", ctypes.c_char_p),
        ("line", ctypes.c_int),
        ("cursor", ctypes.c_int),  # counts characters from 1; 0: unknown
        ("context", ctypes.c_char_p),
    )


class _Parsed(ctypes.Structure):
    _fields_ = (
        ("tree", ctypes.c_char_p),
        ("stderr", ctypes.c_char_p),
        ("error", ctypes.POINTER(_Error)),
    )


class _ParsedBody(ctypes.Structure):
    _fields_ = (("functions", ctypes.c_char_p), ("error", ctypes.POINTER(_Error)))


class _Statements(msgspec.Struct, frozen=True):
    stmts: list[Raw] = []


_DECODER: Final = msgspec.json.Decoder(_Statements)


@cache
def _library() -> ctypes.CDLL:
    """libpg_query, with what it takes and gives.

    Source: https://github.com/pganalyze/libpg_query/blob/18-latest/pg_query.h
    """
    spec = find_spec("postgast")
    name = _LIBRARIES.get(sys.platform, "libpg_query.so")
    found = [join(it, name) for it in (spec.submodule_search_locations or ())] if spec else []
    path = next(filter(exists, found), None)
    if path is None:
        raise ImportError("postgast is not installed, or not with libpg_query")
    library = ctypes.CDLL(path)
    library.pg_query_parse.argtypes = [ctypes.c_char_p]
    library.pg_query_parse.restype = _Parsed
    library.pg_query_free_parse_result.argtypes = [_Parsed]
    library.pg_query_free_parse_result.restype = None
    library.pg_query_parse_plpgsql.argtypes = [ctypes.c_char_p]
    library.pg_query_parse_plpgsql.restype = _ParsedBody
    library.pg_query_free_plpgsql_parse_result.argtypes = [_ParsedBody]
    library.pg_query_free_plpgsql_parse_result.restype = None
    return library


def _with_room(text: str, work: Callable[[str], _T]) -> _T:
    """What work makes of a text, with as large a stack as it may need."""
    if (nul := text.find("\0")) >= 0:
        raise UnparsedError("a NUL character cannot stand in SQL", nul)
    if len(text) <= _FEW:
        # What is short is no danger to C, but may be too deep for Python.
        with suppress(RecursionError):
            return work(text)
    elif run := _ENDLESS.search(text):
        raise UnparsedError("no SQL that means anything looks like this", run.start(), "unsupported")
    elif len(text) > 2 * _DEEPEST and (deep := _too_deep(text)) is not None:
        raise UnparsedError(_TOO_DEEP, deep, "unsupported")
    stack, levels = threading.stack_size(_STACK), sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(max(levels, _DEEPEST))
        task = _Task(work, text)
        task.start()
        task.join()
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(levels)
    if isinstance(task.error, RecursionError):
        raise UnparsedError(_TOO_DEEP, 0, "unsupported")
    if task.error is not None:
        raise task.error
    return task.answer


class _Task(threading.Thread, Generic[_T]):
    """Work in a thread of its own. What concurrent.futures has for that takes 5 ms to load."""

    answer: _T
    error: BaseException | None = None

    def __init__(self, work: Callable[[str], _T], text: str) -> None:
        super().__init__()
        self.work = work
        self.text = text

    def run(self) -> None:
        try:
            self.answer = self.work(self.text)
        except BaseException as error:
            self.error = error


def _parse(text: str) -> list[Raw]:
    return _DECODER.decode(_json(text)).stmts


def _check(text: str) -> None:
    _json(text)


def _json(text: str) -> bytes:
    library = _library()
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise UnparsedError("this character cannot be encoded", error.start) from None
    result = library.pg_query_parse(encoded)
    try:
        if result.error:
            refusal = result.error.contents
            raise UnparsedError(_text(refusal.message), max(refusal.cursor - 1, 0))
        tree: bytes = result.tree
        return tree
    finally:
        library.pg_query_free_parse_result(result)


def _text(given: bytes | None) -> str:
    return given.decode(errors="replace") if given else ""


def _too_deep(text: str) -> int | None:
    """Where a text could be nested too deeply; None where it cannot.

    At each place no more levels are open than there are pairs of characters in what is not yet closed: by a
    comma at the same level, a bracket or a semicolon.
    """
    open_above: list[int] = []
    above = run = end = 0
    for piece in pieces(text, "postgresql"):
        code = text[end : piece.start]
        if "," in code:
            parts = [_pairs(it) for it in code.split(",")]
            if above + max(run + parts[0], *parts) > _DEEPEST:
                return piece.start
            run = parts[-1]
        else:
            run += _pairs(code)
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
    return end if above + run + _pairs(text[end:]) > _DEEPEST else None


def _pairs(code: str) -> int:
    """How many levels a stretch of text can open: two characters make one; blanks make none."""
    if len(code) < 16:
        return len(code) // 2
    return (len(code) - code.count(" ") - code.count("\n")) // 2
