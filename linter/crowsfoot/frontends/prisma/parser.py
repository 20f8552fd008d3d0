"""Texts on lines to what each of them says. With tables.py, the only importer of lark."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
from lark import Lark, Token, UnexpectedToken
from lark.lexer import Lexer

from crowsfoot.frontends.prisma import tables
from crowsfoot.frontends.prisma.syntax import Argument, Attribute, Broken, Value


def parse(text: str) -> tuple[list[list[Attribute] | Value], Broken | None]:
    """What the lines of text say, as far as they read, and why the next one does not.

    Each line begins with a line break; Broken.at counts from the start of text.
    """
    lark, reader = _lark()
    lines = reader.lines = []
    try:
        lark.parse(text)
    except UnexpectedToken as error:
        token = error.token
        at = len(text) if token.type == "$END" else token.start_pos or 0
        return lines, Broken(at, token.rstrip("\n"), frozenset(error.accepts or ()))
    return lines, None


@cache
def _lark() -> "tuple[Lark, _Reader]":
    reader = _Reader()
    return tables.parser(PrismaLexer, reader), reader


class PrismaLexer(Lexer):
    """Lark's basic lexer less lines and columns, which nobody asks for, in half the time.

    What no terminal takes is UNKNOWN, so that all errors are the parser's.
    """

    def __init__(self, conf: Any) -> None:
        terminals = sorted(conf.terminals, key=lambda it: (-it.priority, -it.pattern.max_width, it.name))
        patterns = [f"(?P<{it.name}>{it.pattern.to_regexp()})" for it in terminals]
        self._tokens = re.compile("|".join([*patterns, "(?P<UNKNOWN>.)"]), re.DOTALL)
        self._ignored = frozenset(conf.ignore)

    def lex(self, text: Any) -> Iterator[Token]:  # type: ignore[override]
        for match in self._tokens.finditer(text):
            kind = match.lastgroup
            if kind not in self._ignored:
                yield Token(kind or "", match[0], match.start(), end_pos=match.end())


class _Reader:
    """Called by lark with the children of each rule that it has recognised, so that no tree is made."""

    def __init__(self) -> None:
        self.lines: list[list[Attribute] | Value] = []

    def line(self, children: list[Any]) -> None:
        self.lines.append(children[0] if isinstance(children[0], Value) else children)

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
