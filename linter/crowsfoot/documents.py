"""The text of a document -> its facts: each block read by the frontend of its language."""

import re
import traceback
from typing import Final

from msgspec.structs import replace

from crowsfoot import frontends
from crowsfoot.databases.dialects import sniff
from crowsfoot.databases.tools import Dialect
from crowsfoot.facts.code import CodeFile
from crowsfoot.facts.common import Problem, Unread
from crowsfoot.facts.documents import Block, Document
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.facts.sql import SqlFile
from crowsfoot.frontends import markdown
from crowsfoot.libraries import may_send
from crowsfoot.source import Range, Source

_Facts = PrismaFile | SqlFile | CodeFile | Unread


def read(text: str) -> Document:
    """What the document says. Blocks that reach no database are left out."""
    page = markdown.read(text)
    blocks: list[Block] = []
    for found in page.blocks:
        content = found.content
        dialect: Dialect | None = None
        if found.language == "sql":
            # One page may speak of several databases, so each block is looked at by itself. A sign of another
            # one is no proof of it in a few lines, and hardly anything is said of others.
            if found.dialect is None and sniff([content.text]) not in (None, "postgresql"):
                continue
            dialect = found.dialect or "postgresql"
        elif found.language == "python" and not may_send(content.text):
            continue
        guessed = found.language == "sql" and found.dialect is None
        facts = _facts(found.language, content.text, dialect)
        blocks.append(
            Block(
                language=found.language,
                facts=_without_noise(facts, content.text, found.elided or guessed),
                range=found.range,
                starts=content.starts,
                places=content.places,
                lead=content.lead,
                guessed=guessed,
            )
        )
    return Document(tuple(blocks), page.comments, page.problems)


_NAMES: Final = {"prisma": "block.prisma", "sql": "block.sql", "python": "block.py"}


def _facts(language: str, text: str, dialect: Dialect | None) -> _Facts:
    """A frontend that raises is a bug of ours, and costs what this one block says."""
    try:
        facts = frontends.read(Source(_NAMES[language], text), dialect)
    except Exception:
        return Unread((Problem(Range(0, 0), f"reading failed:\n{traceback.format_exc()}", "failure"),))
    assert isinstance(facts, _Facts)
    return facts


def _without_noise(facts: _Facts, text: str, incomplete: bool) -> _Facts:
    """The facts without problems of what need not be correct, as it is a piece of something.

    What is left over of a broken block still counts. Comments to the linter may be shown to be talked about.
    """
    if isinstance(facts, PrismaFile):
        incomplete = incomplete or bool(_AT_THE_MARGIN.search(text) or _NEXT_PRISMA.search(text))
    told = ("failure",) if incomplete or isinstance(facts, CodeFile) else ("failure", "syntax")
    problems = tuple(it for it in facts.problems if it.kind in told)
    return facts if len(problems) == len(facts.problems) else replace(facts, problems=problems)


# What begins no block of a schema, and ends none: lines that belong into a model which is not shown. A block
# on one line is short for one.
_AT_THE_MARGIN: Final = re.compile(
    r"^(?!(?:model|enum|type|view|datasource|generator)\b|[})]|//|\s)\S|^\w+[ \t]+\w+[ \t]*\{[^\n]*\}",
    re.MULTILINE,
)
# The language of Prisma 8: fields of `uuid.String`, `String(8)`, `values = [...]`.
_NEXT_PRISMA: Final = re.compile(r"^[ \t]+\w+[ \t]+(?:\w+\.\w|\w+\(|=)", re.MULTILINE)
