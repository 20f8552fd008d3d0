"""Texts of attributes and values to what they say: the only importer of lark.

Offsets are those of the joined text that lark has read; Parsed.base says where one text began in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from lark import Lark

# A call of lark costs more than a short text, so texts are parsed many at a time. An error ends
# its batch, and what stood behind it is parsed again: bounded batches keep that linear.
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
    done = 0
    while done < len(pending):
        batch = pending[done : done + _BATCH]
        lines, broken = _read("".join([f"\n{text}" for text in batch]))
        base = 1
        for text, line in zip(batch, lines, strict=False):
            value = line[0] if isinstance(line[0], Value) else None
            found[text] = Parsed(base, [] if value else line, value)
            base += len(text) + 1
        done += len(lines)
        if broken is not None:
            found[pending[done]] = msgspec.structs.replace(broken, at=broken.at - base)
            done += 1
    return found


def _read(joined: str) -> tuple[list[list[Any]], Broken | None]:
    """What the lines of joined say, as far as they read, and why the next one does not."""
    from lark import UnexpectedCharacters, UnexpectedToken

    parser, reader = _parser()
    lines = reader.lines = []
    try:
        parser.parse(joined)
    except UnexpectedToken as error:
        token = error.token
        at = len(joined) if token.type == "$END" else token.start_pos or 0
        return lines, Broken(at, token.rstrip("\n"), frozenset(error.accepts or ()))
    except UnexpectedCharacters as error:
        return lines, Broken(error.pos_in_stream or 0, error.char, frozenset())
    return lines, None


@cache
def _parser() -> tuple[Lark, _Reader]:
    from lark import Lark

    reader = _Reader()
    options: Any = {"parser": "lalr", "lexer": "basic", "transformer": reader}
    return Lark.open("prisma.lark", rel_to=__file__, maybe_placeholders=False, **options), reader


class _Reader:
    """Called by lark with the children of each rule that it has recognised, so that no tree is made."""

    def __init__(self) -> None:
        self.lines: list[list[Any]] = []

    def line(self, children: list[Any]) -> None:
        self.lines.append(children)

    def attribute(self, children: list[Any]) -> Attribute:
        token = children[0]
        name = token.lstrip("@").lstrip()
        if len(children) == 1:
            return Attribute(name, token.start_pos, token.end_pos)
        arguments, end = children[1]
        return Attribute(name, token.start_pos, end, arguments)

    block_attribute = attribute

    def arguments(self, children: list[Any]) -> tuple[list[Argument], int]:
        found = [it if isinstance(it, Argument) else Argument(None, it) for it in children[1:-1]]
        return found, children[-1].end_pos

    def named(self, children: list[Any]) -> Argument:
        return Argument(children[0].rstrip()[:-1].rstrip(), children[1])

    def string(self, children: list[Any]) -> Value:
        token = children[0]
        text = msgspec.json.decode(token.value, type=str) if "\\" in token else token[1:-1]
        return Value("string", text, token.start_pos, token.end_pos)

    def number(self, children: list[Any]) -> Value:
        token = children[0]
        return Value("number", token.value, token.start_pos, token.end_pos)

    def constant(self, children: list[Any]) -> Value:
        token = children[0]
        return Value("constant", token.value, token.start_pos, token.end_pos)

    def call(self, children: list[Any]) -> Value:
        path, (arguments, end) = children
        return Value("call", path.value, path.start_pos, end, arguments=arguments)

    def array(self, children: list[Any]) -> Value:
        return Value("list", "", children[0].start_pos, children[-1].end_pos, items=children[1:-1])

    def object(self, children: list[Any]) -> Value:
        return Value("object", "", children[0].start_pos, children[-1].end_pos, arguments=children[1:-1])
