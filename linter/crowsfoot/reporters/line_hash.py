"""The text of a file to the hashes by which GitHub code scanning knows its lines again.

A line's hash covers the 100 UTF-16 code units from its start on, spaces and tabs left out, line ends as
"\\n", with U+FFFF for the end of the file and zeros after it; ":n" is appended to the n-th line of one hash.
Source: https://github.com/github/codeql-action/blob/main/src/fingerprints.ts
"""

import re
from collections import Counter
from collections.abc import Collection
from operator import mul
from sys import byteorder

_WINDOW = 100
_MASK = 2**64 - 1
_POWERS = tuple(pow(37, _WINDOW - 1 - it, 2**64) for it in range(_WINDOW))
_UTF_16 = "utf-16-le" if byteorder == "little" else "utf-16-be"  # what memoryview.cast reads
_LINE_END = re.compile("\r\n?")
_DROPPED = str.maketrans("", "", " \t")


def line_hashes(text: str, lines: Collection[int]) -> dict[int, str]:
    """primaryLocationLineHash of the wanted 1-based lines; those that do not exist are left out.

    Here a lone "\\r" ends a line, unlike everywhere else in crowsfoot, because GitHub counts so.
    """
    pieces = _LINE_END.sub("\n", text).translate(_DROPPED).split("\n")
    units = memoryview(_encode("\n".join(pieces) + "\uffff" + "\0" * _WINDOW)).cast("H")
    seen: Counter[bytes] = Counter()
    hashes = {}
    start = 0
    for line, piece in enumerate(pieces, 1):
        window = units[start : start + _WINDOW]
        # Lines share a hash when they share a window, so only wanted ones need the arithmetic.
        key = window.tobytes()
        seen[key] += 1
        if line in lines:
            hashes[line] = f"{sum(map(mul, window, _POWERS)) & _MASK:x}:{seen[key]}"
        start += (len(piece) if piece.isascii() else len(_encode(piece)) // 2) + 1
    return hashes


def _encode(text: str) -> bytes:
    return text.encode(_UTF_16, "surrogatepass")
