"""Prisma schema text to blocks and their lines.

The language is line oriented: a header and its "{" stand on one line, every field, value, setting
and block attribute on one line of its own, and a line that begins with "}" closes the block.

Source: https://github.com/prisma/prisma-engines/blob/main/psl/schema-ast/src/parser/datamodel.pest
"""

import re
from typing import Final

import msgspec

from crowsfoot.facts.common import Problem
from crowsfoot.frontends.prisma import diagnose
from crowsfoot.source import Range

# Prisma's white space is tab and the Unicode category Zs; a lone "\r" ends a line, too.
_SPACE: Final = r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*+"
_NEWLINE: Final = r"(?:\r\n|\n|\r)"
_NAME: Final = r"(?:[^\W\d_]|[0-9])[\w-]*+"
_STRING: Final = r'"(?:[^"\\\r\n]++|\\[^\r\n])*+"'
_REST: Final = rf"(?:[^\"/\r\n]++|{_STRING}|/(?![/*]))*+"

_HEADER: Final = (
    rf"(?P<keyword>datasource|generator|model|type|view|enum){_SPACE}(?P<name>{_NAME}){_SPACE}\{{(?P<open>[^\r\n]*)"
)
_TOP: Final = re.compile(
    rf"{_SPACE}(?:{_HEADER}(?:{_NEWLINE}|\Z)|(?P<comment>//[^\r\n]*+){_NEWLINE}?|(?P<blank>{_NEWLINE}|\Z))"
)
_NESTED: Final = re.compile(rf"{_SPACE}{_HEADER}")
_CLOSE: Final = re.compile(rf"{_SPACE}\}}")


def _line(head: str) -> re.Pattern[str]:
    return re.compile(
        rf"{_SPACE}(?:{head}|(?P<attribute>@@{_REST}))?(?P<comment>//[^\r\n]*+)?+(?:{_NEWLINE}|\Z)"
    )


_FIELD: Final = _line(
    rf"(?P<name>{_NAME}){_SPACE}(?P<type>Unsupported\({_SPACE}{_STRING}{_SPACE}\)|{_NAME}){_SPACE}"
    rf"(?P<arity>\[\]|\?)?+{_SPACE}(?P<rest>@(?!@){_REST})?+"
)
_VALUE: Final = _line(rf"(?P<name>{_NAME}){_SPACE}(?P<rest>@(?!@){_REST})?+")
_SETTING: Final = _line(rf"(?P<name>{_NAME}){_SPACE}={_SPACE}(?P<rest>(?!//){_REST})")
_LINES: Final = {
    "datasource": _SETTING,
    "generator": _SETTING,
    "model": _FIELD,
    "type": _FIELD,
    "view": _FIELD,
    "enum": _VALUE,
}

_COMMENT_OR_STRING: Final = re.compile(rf"{_STRING}|//[^\r\n]*+|/\*(?s:.*?)\*/")
_CONTENT: Final = re.compile(rf"{_SPACE}(?P<code>{_REST})(?P<comment>//[^\r\n]*+)?+(?P<tail>[^\r\n]*+){_NEWLINE}?")
_SPACES: Final = " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


class Line(msgspec.Struct):
    """One line of a block that reads as far as its head.

    Groups of match: attribute ("@@..."), or name, rest (attributes, or a setting's value; may be
    None or empty), and in a model also type and arity ("[]", "?" or None).
    """

    match: re.Match[str]
    doc: str | None


class Block(msgspec.Struct):
    """One block: header is the match of keyword and name."""

    header: re.Match[str]
    lines: list[Line]
    end: int
    append_at: int
    append_after: str  # "open", "field" or "attribute"
    doc: str | None

    @property
    def keyword(self) -> str:
        return self.header["keyword"]


class Outline(msgspec.Struct):
    """The blocks of a text, its // comments that name the linter, and the lines that do not read."""

    blocks: list[Block]
    comments: list[Range]
    problems: list[Problem]


def read(text: str) -> Outline:
    """The blocks of text; a line that does not read is a problem and costs nothing else."""
    if "/*" in text:
        text = _without_block_comments(text)
    outline = Outline([], [], [])
    docs: list[str] = []
    at = 0
    while at < len(text):
        match = _TOP.match(text, at)
        if match is None:
            at = _skip(text, at, outline)
            docs = []
        elif match["comment"] is not None:
            _note(match, docs, outline)
            at = match.end()
        elif match["keyword"] is not None:
            at = _block(text, match, "\n".join(docs) if docs else None, outline)
            docs = []
        else:
            docs = []
            at = match.end()
    return outline


def _block(text: str, header: re.Match[str], doc: str | None, outline: Outline) -> int:
    """Read the block of header into outline; return where it ends."""
    pattern = _LINES[header["keyword"]]
    line_match, length = pattern.match, len(text)
    start = header.start("keyword")
    if "//" in header["open"]:
        _directive(header.start("open") + header["open"].index("//"), header.end("open"), text, outline)
    lines: list[Line] = []
    docs: list[str] = []
    in_comment = False
    append_at = _rstrip(text, header.start("open"), header.end("open"))
    append_after = "open"
    at = header.end()
    while at < length:
        match = line_match(text, at)
        if match is None:
            close = _CLOSE.match(text, at)
            if close is not None:
                block = Block(header, lines, close.end(), append_at, append_after, doc)
                outline.blocks.append(block)
                return close.end()
            if _NESTED.match(text, at):
                break
            append_after = "attribute" if text.startswith("@@", _content(text, at)) else "field"
            at, append_at = _broken(text, at, header["keyword"], outline)
            in_comment = False
            docs = []
            continue
        name, attribute, comment = match.group("name", "attribute", "comment")
        if name is not None or attribute is not None:
            if attribute is not None:
                append_after = "attribute"
            else:
                append_after = "field"
            if comment is not None:
                _note(match, docs, outline)
            lines.append(Line(match, "\n".join(docs) if docs else None))
            append_at = _rstrip(text, at, _line_end(match))
            docs = []
            in_comment = False
        elif comment is not None:
            if not in_comment:
                docs = []
            in_comment = True
            _note(match, docs, outline)
            append_at = _rstrip(text, at, _line_end(match))
        else:
            in_comment = False
        at = match.end()
    outline.problems.append(Problem(Range(start, append_at_of_header(text, header)), diagnose.unclosed(header)))
    outline.blocks.append(Block(header, lines, append_at, append_at, append_after, doc))
    return at


def append_at_of_header(text: str, header: re.Match[str]) -> int:
    return _rstrip(text, header.start("open"), header.end("open"))


def _line_end(match: re.Match[str]) -> int:
    end = match.end()
    text = match.string
    while end > match.start() and text[end - 1] in "\r\n":
        end -= 1
    return end


def _rstrip(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1] in _SPACES:
        end -= 1
    return end


def _content(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACES:
        at += 1
    return at


def _note(match: re.Match[str], docs: list[str], outline: Outline) -> None:
    """Keep what a comment says: documentation, or a word to the linter."""
    comment = match["comment"]
    if comment.startswith("///"):
        docs.append(comment[3:].strip())
    elif "crowsfoot" in comment:
        outline.comments.append(Range(match.start("comment"), match.end("comment")))


def _directive(start: int, end: int, text: str, outline: Outline) -> None:
    if not text.startswith("///", start) and "crowsfoot" in text[start:end]:
        outline.comments.append(Range(start, end))


def _broken(text: str, at: int, keyword: str, outline: Outline) -> tuple[int, int]:
    """Record the line at `at` as a problem; return where the next begins, and where its content ends."""
    match = _CONTENT.match(text, at)
    assert match is not None  # the pattern matches anything
    start = match.start("code")
    comment = match["comment"]
    code_end = match.end("code") if comment is not None else match.end("tail")
    if comment is not None:
        _directive(match.start("comment"), match.end("comment"), text, outline)
    code_end = _rstrip(text, start, code_end)
    outline.problems.append(
        Problem(Range(start, code_end), diagnose.line(keyword, text[start:code_end]))
    )
    return match.end(), _rstrip(text, start, match.end("tail"))


def _skip(text: str, at: int, outline: Outline) -> int:
    """Record what stands at `at` outside all blocks as a problem; return where reading goes on."""
    end, _ = _broken(text, at, "", outline)
    problem = outline.problems[-1]
    return max(end, at + 1)


def _without_block_comments(text: str) -> str:
    """text with spaces for each /* */ that stands before or behind all else of its lines.

    Prisma reads them from 6.1 on, but not between the words of one line.
    """
    pieces: list[str] = []
    done = 0
    for match in _COMMENT_OR_STRING.finditer(text):
        start, end = match.span()
        if not text.startswith("/*", start):
            continue
        before = "".join(pieces) + text[done:start] if done else text[:start]
        before = before[max(before.rfind("\n"), before.rfind("\r")) + 1 :]
        after = _content(text, end)
        if before.strip(_SPACES) and after < len(text) and text[after] not in "\r\n":
            continue
        pieces.append(text[done:start])
        pieces.append(re.sub(r"[^\r\n]", " ", match[0]))
        done = end
    pieces.append(text[done:])
    return "".join(pieces)
