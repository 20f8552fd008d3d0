"""Texts of attributes and values to what they say: the only importer of lark.

Offsets are those of the joined text that lark has read; Parsed.base says where one text began in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from lark import Lark, Token

# Per-call costs of lark are high, so texts are parsed many at a time; an error ends its batch,
# and what followed it is parsed again, which stays linear because a batch is bounded.
_BATCH = 256


class Value(msgspec.Struct):
    """A string, number, constant (a name or a path), call, list or object, at start..end.

    text is a string's content with escapes resolved, a number's or a path's text, a call's function.
    """

    kind: str
    text: str
    start: int
    end: int
    items: list[Value] = []
    arguments: list[Argument] = []


class Argument(msgspec.Struct):
    """name: value, or only the value."""

    name: str | None
    value: Value


class Attribute(msgspec.Struct):
    """@name(arguments), or @@name(arguments) for a block, at start..end."""

    block: bool
    name: str
    start: int
    end: int
    arguments: list[Argument] = []


class Parsed(msgspec.Struct):
    """What one text says: attributes, or the value of a setting."""

    base: int
    attributes: list[Attribute] = []
    value: Value | None = None


class Broken(msgspec.Struct):
    """Why one text could not be read: at is the offset in it of the first token that does not fit."""

    at: int
    token: str
    expected: frozenset[str]


def parse(texts: Iterable[str]) -> dict[str, Parsed | Broken]:
    """What each of the distinct texts says; texts hold no line break and are not blank."""
    pending = list(dict.fromkeys(texts))
    found: dict[str, Parsed | Broken] = {}
    if not pending:
        return found
    from lark import UnexpectedCharacters, UnexpectedToken

    parser, reader = _parser()
    done = 0
    while done < len(pending):
        batch = pending[done : done + _BATCH]
        reader.lines = []
        at: int | None = None
        token, expected = "", frozenset[str]()
        joined = "".join([f"\n{it}" for it in batch])
        try:
            parser.parse(joined)
        except UnexpectedToken as error:
            at = len(joined) if error.token.type == "$END" else error.token.start_pos
            token, expected = str(error.token).strip("\n"), frozenset(error.accepts or ())
        except UnexpectedCharacters as error:
            at = error.pos_in_stream
            token = error.char
        base = 1
        for text, line in zip(batch, reader.lines, strict=False):
            first = line[0]
            if isinstance(first, Value):
                found[text] = Parsed(base, value=first)
            else:
                found[text] = Parsed(base, attributes=line)
            base += len(text) + 1
        done += len(reader.lines)
        if at is not None:
            found[pending[done]] = Broken(at - base, token, expected)
            done += 1
    return found


def _parser() -> tuple[Lark, Reader]:
    global _made
    if _made is None:
        from lark import Lark

        reader = Reader()
        parser = Lark.open(
            "prisma.lark",
            rel_to=__file__,
            parser="lalr",
            lexer="basic",
            transformer=reader,
            maybe_placeholders=False,
        )
        _made = parser, reader
    return _made


_made: tuple[Lark, Reader] | None = None


class Reader:
    """What lark calls for each rule that it has recognised; no tree is made."""

    def __init__(self) -> None:
        self.lines: list[Any] = []

    def start(self, children: list[Any]) -> None:
        pass

    def line(self, children: list[Any]) -> None:
        self.lines.append(children)

    def attribute(self, children: list[Any]) -> Attribute:
        token = children[0]
        if len(children) == 1:
            return Attribute(False, token[1:].lstrip(), token.start_pos, token.end_pos)
        arguments, end = children[1]
        return Attribute(False, token[1:].lstrip(), token.start_pos, end, arguments)

    def block_attribute(self, children: list[Any]) -> Attribute:
        attribute = self.attribute(children)
        attribute.block = True
        attribute.name = attribute.name[1:].lstrip()
        return attribute

    def arguments(self, children: list[Any]) -> tuple[list[Argument], int]:
        items = [it if isinstance(it, Argument) else Argument(None, it) for it in children[1:-1]]
        return items, children[-1].end_pos

    def named(self, children: list[Any]) -> Argument:
        return Argument(children[0][:-1].rstrip(), children[1])

    def string(self, children: list[Any]) -> Value:
        token = children[0]
        text = msgspec.json.decode(str(token), type=str) if "\\" in token else token[1:-1]
        return Value("string", text, token.start_pos, token.end_pos)

    def number(self, children: list[Any]) -> Value:
        token = children[0]
        return Value("number", token.value, token.start_pos, token.end_pos)

    def constant(self, children: list[Any]) -> Value:
        token = children[0]
        return Value("constant", token.value, token.start_pos, token.end_pos)

    def call(self, children: list[Any]) -> Value:
        path, (arguments, end) = children
        return Value("call", path.value, path.start_pos, end, [], arguments)

    def list(self, children: list[Any]) -> Value:
        return Value("list", "", children[0].start_pos, children[-1].end_pos, children[1:-1])

    def object(self, children: list[Any]) -> Value:
        return Value("object", "", children[0].start_pos, children[-1].end_pos, [], children[1:-1])
