"""Texts of attributes and values to what they say.

Offsets are those of the joined text that the parser has read; Parsed.base says where one text began in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

# A call of the parser costs more than a short text, so texts are parsed many at a time. An error
# ends its batch, and what stood behind it is parsed again: bounded batches keep that linear.
_BATCH: Final = 256


class Value(msgspec.Struct, frozen=True):
    """A value at start..end: string, number, constant (a name or path), call, list or object.

    text is a string's content with its escapes resolved, a number or path as written, the function
    of a call. items are a list's; arguments those of a call, or the members of an object.
    """

    kind: str
    text: str
    start: int
    end: int
    items: list[Value] = []
    arguments: list[Argument] = []


class Argument(msgspec.Struct, frozen=True):
    """name: value, or only the value."""

    name: str | None
    value: Value


class Attribute(msgspec.Struct, frozen=True):
    """@name(arguments), or @@name(arguments) of a block, at start..end."""

    name: str
    start: int
    end: int
    arguments: list[Argument] = []


class Parsed(msgspec.Struct, frozen=True):
    """What one text says: attributes, or one value."""

    base: int
    attributes: list[Attribute]
    value: Value | None


class Broken(msgspec.Struct, frozen=True):
    """Why a text does not read: the token at offset `at` of it, and what terminals would have fitted."""

    at: int
    token: str
    expected: frozenset[str]


def parse(texts: Iterable[str]) -> dict[str, Parsed | Broken]:
    """What each text says; a text is not blank, and holds no line break."""
    pending = list(dict.fromkeys(texts))
    found: dict[str, Parsed | Broken] = {}
    if not pending:
        return found
    # Imported late, as lark costs more than most of our own work.
    from crowsfoot.frontends.prisma import parser

    done = 0
    while done < len(pending):
        batch = pending[done : done + _BATCH]
        lines, broken = parser.parse("".join([f"\n{text}" for text in batch]))
        base = 1
        for text, line in zip(batch, lines, strict=False):
            found[text] = Parsed(base, [], line) if isinstance(line, Value) else Parsed(base, line, None)
            base += len(text) + 1
        done += len(lines)
        if broken is not None:
            found[pending[done]] = msgspec.structs.replace(broken, at=broken.at - base)
            done += 1
    return found
