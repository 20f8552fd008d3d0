"""Markdown text to its blocks in languages that are read, and to the comments between them.

What a block holds, the frontend of its language reads; here it is text.
"""

import re
from typing import Final

import msgspec
from msgspec.structs import replace

from crowsfoot.databases.tools import Dialect
from crowsfoot.facts.common import Comment, Problem
from crowsfoot.facts.documents import Language
from crowsfoot.frontends import directives
from crowsfoot.frontends.markdown.contents import (
    PSQL,
    PYTHON,
    Content,
    after_diff,
    behind,
    content_of,
    imports_of,
    without_margin,
    without_prompts,
)
from crowsfoot.frontends.markdown.examples import is_elided, is_right, is_wrong, says_wrong
from crowsfoot.frontends.markdown.fences import Fenced, Heading, HtmlComment, pieces
from crowsfoot.frontends.markdown.info import Info, info_of
from crowsfoot.source import Range


class Found(msgspec.Struct, frozen=True):
    """One block, and what the document says of it."""

    language: Language
    dialect: Dialect | None
    content: Content
    range: Range
    elided: bool  # something is left out, or stands for what a reader puts there


class Page(msgspec.Struct, frozen=True):
    """A document. Blocks that are shown as what not to do are not among its blocks."""

    blocks: tuple[Found, ...] = ()
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()


def read(text: str) -> Page:
    """What the document holds. A block of Python that imports nothing has what those before it import."""
    blocks: list[Found] = []
    imports: dict[str, Range] = {}  # of the blocks of Python so far, by their text
    comments: list[tuple[str, Range]] = []
    covers: dict[int, Range] = {}  # of a comment, by its number
    wrong = _NONE  # the level of the section that says so
    after = 0  # where the prose began that stands over the next block
    for piece in pieces(text):
        if isinstance(piece, Heading):
            if piece.level <= wrong:
                wrong = piece.level if is_wrong(piece.text) else _NONE
        elif isinstance(piece, HtmlComment):
            if said := _said(text, piece.range):
                comments.append((said, piece.range))
        else:
            for number in range(len(comments) - 1, -1, -1):
                if number in covers:
                    break
                covers[number] = piece.range
            info = info_of(piece.info)
            if info is not None and not _is_wrong(text, after, piece, wrong < _NONE):
                found = _block(text, piece, info)
                if found is not None and found.language == "python":
                    made = imports_of(text, found.content)
                    if not made and imports:
                        found = replace(found, content=behind(text, [*imports.values()], found.content))
                    for it in made[: _MOST_IMPORTS - len(imports)]:
                        imports.setdefault(text[it.start : it.end], it)
                if found is not None:
                    blocks.append(found)
            after = piece.range.end
    nothing = Range(len(text), len(text))
    read = [
        directives.directive(said, where, covers.get(number, nothing))
        for number, (said, where) in enumerate(comments)
    ]
    return Page(
        tuple(blocks),
        tuple(it for it in read if isinstance(it, Comment)),
        tuple(it for it in read if isinstance(it, Problem)),
    )


def _block(text: str, piece: Fenced, info: Info) -> Found | None:
    content = content_of(text, piece)
    if info.language == "python":
        content = without_margin(text, without_prompts(text, content, PYTHON))
    elif info.language == "sql":
        content = without_prompts(text, content, PSQL)
    if info.diff or (info.language == "prisma" and _DIFF.search(content.text)):
        content = after_diff(text, content)
    if not content.text.strip() or says_wrong(content.text):
        return None
    return Found(info.language, info.dialect, content, piece.range, is_elided(content.text))


_MOST_IMPORTS: Final = 30  # that a page hands on
_NONE: Final = 7  # deeper than any heading

# No line of a schema begins so.
_DIFF: Final = re.compile(r"^[+-](?!-)", re.MULTILINE)
_LOOKS_BACK: Final = 1_000  # characters, also of a comment


def _said(text: str, where: Range) -> str | None:
    """What a comment says to the linter."""
    said = text[where.start : where.end].removeprefix("<!--").removesuffix("-->")
    said = said.removeprefix("{/*").removesuffix("*/}").strip(" \t\r\n*")
    if not said.startswith(directives.WORD) or len(said) > _LOOKS_BACK:
        return None
    return " ".join(said.split())


def _is_wrong(text: str, after: int, piece: Fenced, section: bool) -> bool:
    """Whether the words of the fence, or the last line over it, say that this is not the way.

    section: so do the headings over it; then only a caption can say that it is the way after all.
    """
    title = _MARKUP.sub("", _title(piece.info))
    start = max(after, piece.fence.start - _LOOKS_BACK)
    lines = [it.strip(" \t\r>") for it in text[start : piece.fence.start].split("\n")]
    last = next((it for it in reversed(lines) if it), "")
    # The line that closes the block before is none.
    caption = _MARKUP.sub("", last).strip() if last.strip("`~") else ""
    if is_wrong(title) or is_wrong(caption):
        return True
    return section and not (is_right(title) or is_right(caption))


_MARKUP: Final = re.compile(r"[*_`#]|</?[A-Za-z][^<>]{0,200}>|^\s*[-+]\s|^\s*!!!\s|^\s*:::\s?")
_TITLE: Final = re.compile(
    r"""(?:title|label|name|tab|filename)=(?:"([^"]*)"|'([^']*)'|(\S+))|\[([^\]]*)\]"""
)


def _title(info: str) -> str:
    """What a reader sees of the words behind a fence."""
    found = _TITLE.search(info[:300])
    return next((it for it in found.groups() if it), "") if found else ""
