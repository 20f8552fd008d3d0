"""What stands on a line behind its head: attributes and values, as the grammar knows them.

Offsets are those of the joined text that the parser has read; Parsed.base says where one text began in it.
"""

from __future__ import annotations

import msgspec


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
