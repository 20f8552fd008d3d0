"""Prisma schema text to blocks and their lines.

The language is line oriented: a header and its "{" stand on one line, every field, value, setting
and block attribute on one line of its own, and a line that begins with "}" closes the block.

Source: https://github.com/prisma/prisma-engines/blob/main/psl/schema-ast/src/parser/datamodel.pest
"""

import re
from typing import Final, Literal

import msgspec

from crowsfoot.facts.common import Problem
from crowsfoot.frontends import directives
from crowsfoot.frontends.prisma import diagnose
from crowsfoot.source import Range

# White space is tab and the Unicode category Zs. A lone "\r" ends a line, too.
_BLANK: Final = r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]*+"
_BLANKS: Final = " \t\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_NEWLINE: Final = r"(?:\r\n|\n|\r)"
_NAME: Final = r"(?:[^\W\d_]|[0-9])[\w-]*+"
# Possessive quantifiers stand at single characters only: at groups, Python before 3.11.5 gets them wrong.
# Source: https://github.com/python/cpython/issues/106052
_STRING_BODY: Final = r'"[^"\\\r\n]*+(?:\\[^\r\n][^"\\\r\n]*+)*'
_STRING: Final = rf'{_STRING_BODY}"'
_JSON_CHARS: Final = r'[^"\\\x00-\x1f]*+'
_JSON_STRING: Final = rf'"{_JSON_CHARS}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{{4}}){_JSON_CHARS})*"'
# Up to a comment, or a string without end.
_CODE: Final = rf"[^\"/\r\n]*+(?:(?:{_STRING}|/(?![/*]))[^\"/\r\n]*+)*"
_COMMENT: Final = r"(?P<comment>//[^\r\n]*+)?"

# As in Prisma, no blank is needed after the keyword, and what stands behind the "{" is not read.
_HEADER: Final = (
    rf"(?P<keyword>datasource|generator|model|type|view|enum){_BLANK}(?P<name>{_NAME}){_BLANK}"
    r"\{(?P<opening>[^\r\n]*+)"
)
_TOP: Final = re.compile(rf"{_BLANK}(?:{_HEADER}|{_COMMENT})(?:{_NEWLINE}|\Z)")
_NESTED: Final = re.compile(rf"{_BLANK}{_HEADER}")
_CLOSE: Final = re.compile(rf"{_BLANK}\}}")
_ANY: Final = re.compile(rf"{_BLANK}(?P<code>{_CODE}){_COMMENT}(?P<rest>[^\r\n]*+)(?:{_NEWLINE}|\Z)")
_OPENS: Final = re.compile(r"\s*\{")
_CLOSES_ANYWHERE: Final = re.compile(r"[^}\r\n]*\}")
_LINE_END: Final = re.compile(rf"{_BLANK}(?:[\r\n]|\Z)")
_COMMENT_OR_STRING: Final = re.compile(rf'{_STRING_BODY}"?|//[^\r\n]*+|/\*')


def _line(head: str, attribute: str = rf"@@{_CODE}") -> re.Pattern[str]:
    """A line that is blank, a comment, a block attribute, or begins with head."""
    return re.compile(rf"{_BLANK}(?:{head}|(?P<attribute>{attribute}))?{_BLANK}{_COMMENT}(?:{_NEWLINE}|\Z)")


_ATTRIBUTES: Final = rf"(?P<rest>@(?!@){_CODE})?"
_FIELD: Final = _line(
    rf"(?P<name>{_NAME}){_BLANK}(?P<type>Unsupported\({_BLANK}{_JSON_STRING}{_BLANK}\)|{_NAME}){_BLANK}"
    rf"(?P<arity>\[\]|\?)?{_BLANK}{_ATTRIBUTES}"
)
_VALUE: Final = _line(rf"(?P<name>{_NAME}){_BLANK}{_ATTRIBUTES}")
_SETTING: Final = _line(rf"(?P<name>{_NAME}){_BLANK}={_BLANK}(?P<rest>{_CODE})", attribute="(?!)")
_LINES: Final = {
    "datasource": _SETTING,
    "generator": _SETTING,
    "model": _FIELD,
    "type": _FIELD,
    "view": _FIELD,
    "enum": _VALUE,
}


class Line(msgspec.Struct):
    """One line of a block that reads as far as its head.

    Groups of match: attribute ("@@..."), or name and rest (attributes or a setting's value; None
    or empty without), and in a model also type and arity ("[]", "?" or None).
    """

    match: re.Match[str]
    doc: str | None


class Block(msgspec.Struct):
    """One block up to its closing brace; the groups of header are keyword and name."""

    header: re.Match[str]
    doc: str | None
    lines: list[Line]
    append_at: int
    append_after: Literal["open", "field", "attribute"]
    end: int = 0

    @property
    def keyword(self) -> str:
        return self.header["keyword"]


class Outline(msgspec.Struct):
    """The blocks of a text, its // comments that may speak to the linter, and what does not read."""

    blocks: list[Block]
    comments: list[Range]
    problems: list[Problem]


def read(text: str) -> Outline:
    """The blocks of text; a line that does not read is a problem and costs nothing else."""
    outline = Outline([], [], [])
    if text.startswith("\ufeff"):
        outline.problems.append(Problem(Range(0, 1), diagnose.outside("\ufeff", False)))
        text = " " + text[1:]
    if "/*" in text:
        text = _without_block_comments(text)
    docs: list[str] = []
    at, end = 0, len(text)
    while at < end:
        match = _TOP.match(text, at)
        if match is None:
            at = _outside(text, at, outline)
            docs = []
            continue
        at = match.end()
        if match["keyword"] is not None:
            at = _block(text, match, _joined(docs), outline)
            docs = []
        elif match["comment"] is not None:
            _comment(match, docs, outline)
        else:
            docs = []
    return outline


def _block(text: str, header: re.Match[str], doc: str | None, outline: Outline) -> int:
    """Read the block of header into outline; return where it ends."""
    opening = _ANY.match(text, header.start("opening"))
    if opening is not None and opening["comment"] is not None:
        _comment(opening, [], outline)
    lines: list[Line] = []
    block = Block(header, doc, lines, _end_of(header), "open")
    outline.blocks.append(block)
    match_line = _LINES[header["keyword"]].match
    docs: list[str] = []
    last: re.Match[str] | None = None  # the last line with content
    after_comment = False
    at, end = header.end(), len(text)
    while at < end:
        match = match_line(text, at)
        if match is None:
            close = _CLOSE.match(text, at)
            if close is not None:
                block.end = at = close.end()
                break
            if _NESTED.match(text, at):
                break
            last = _inside(text, at, block, outline)
            at = last.end()
            docs, after_comment = [], False
            continue
        at = match.end()
        name, attribute, comment = match.group("name", "attribute", "comment")
        if name is not None or attribute is not None:
            if comment is not None:
                _comment(match, docs, outline)
            lines.append(Line(match, _joined(docs)))
            block.append_after = "field" if attribute is None else "attribute"
            last = match
            docs, after_comment = [], False
        elif comment is not None:
            # A field keeps the comment above it also across blank lines, but only the nearest one.
            if not after_comment:
                docs = []
            _comment(match, docs, outline)
            last = match
            after_comment = True
        else:
            after_comment = False
    if last is not None:
        block.append_at = _end_of(last)
    if not block.end:
        block.end = block.append_at
        _unclosed(text, at, header, outline)
    return at


def _comment(match: re.Match[str], docs: list[str], outline: Outline) -> None:
    """Keep what a comment says: documentation, or something that may concern the linter."""
    comment = match["comment"]
    if comment.startswith("///"):
        docs.append(comment[3:].strip())
    elif directives.WORD in comment:
        outline.comments.append(Range(match.start("comment"), match.end("comment")))


def _joined(docs: list[str]) -> str | None:
    return "\n".join(docs) if docs else None


def _inside(text: str, at: int, block: Block, outline: Outline) -> re.Match[str]:
    """Record the line at `at` of block, which does not read."""
    match, where = _broken(text, at, outline)
    code = text[where.start : where.end]
    block.append_after = "attribute" if code.startswith("@@") else "field"
    outline.problems.append(Problem(where, diagnose.inside(block.keyword, code)))
    return match


def _outside(text: str, at: int, outline: Outline) -> int:
    """Record what stands at `at` outside all blocks; return where reading goes on.

    When it opens a block of a kind that Prisma does not know, its lines are passed over.
    """
    match, where = _broken(text, at, outline)
    code = text[where.start : where.end]
    opens = code.endswith("{") or bool(re.match(r"[\w-]", code) and _OPENS.match(text, match.end()))
    outline.problems.append(Problem(where, diagnose.outside(code, opens)))
    at = match.end()
    if not opens:
        return at
    # "name {" without a second word ends at the first "}" wherever it stands.
    close = _CLOSES_ANYWHERE if re.fullmatch(rf"{_NAME}{_BLANK}\{{.*", code) else _CLOSE
    while at < len(text):
        closed = close.match(text, at)
        if closed is not None:
            return closed.end()
        if _NESTED.match(text, at):
            return at
        at = _any(text, at).end()
    return at


def _broken(text: str, at: int, outline: Outline) -> tuple[re.Match[str], Range]:
    """The line at `at`, and where its content stands, without a comment behind it."""
    match = _any(text, at)
    start = match.start("code")
    if match["comment"] is None:
        return match, Range(start, _end_of(match))
    _comment(match, [], outline)
    return match, Range(start, start + len(match["code"].rstrip(_BLANKS)))


def _unclosed(text: str, at: int, header: re.Match[str], outline: Outline) -> None:
    """Record that the block of header was not closed before `at`."""
    where = Range(header.start("keyword"), _end_of(header))
    nested = _NESTED.match(text, at)
    next_block = f"{nested['keyword']} {nested['name']} {{" if nested is not None else None
    message = diagnose.unclosed(header["keyword"], header["name"], header["opening"], next_block)
    outline.problems.append(Problem(where, message))


def _any(text: str, at: int) -> re.Match[str]:
    match = _ANY.match(text, at)
    assert match is not None  # it matches every line
    return match


def _end_of(match: re.Match[str]) -> int:
    """Where the content of a matched line ends."""
    return match.start() + len(match[0].rstrip(_BLANKS + "\r\n"))


def _without_block_comments(text: str) -> str:
    """text with blanks for each /* */ that stands before or behind all else of its lines.

    Prisma reads those from 6.1 on; between the words of a line it does not.
    """
    pieces: list[str] = []
    done = at = 0
    while match := _COMMENT_OR_STRING.search(text, at):
        start, at = match.span()
        if match[0] != "/*":
            continue
        end = text.find("*/", at) + 2
        if end < 2:
            break
        at = end
        # Only the blanks before it are looked at: a line may hold any number of comments.
        before = start
        while before > done and text[before - 1] in _BLANKS:
            before -= 1
        begins_line = before == done or text[before - 1] in "\r\n"
        if not begins_line and not _LINE_END.match(text, end):
            continue
        pieces += text[done:start], re.sub(r"[^\r\n]", " ", text[start:end])
        done = end
    pieces.append(text[done:])
    return "".join(pieces)
