"""What a document says: its fenced blocks, each of which is a file of its own.

Format: https://spec.commonmark.org/0.31.2/#fenced-code-blocks
"""

from typing import Literal

from crowsfoot.facts.code import CodeFile
from crowsfoot.facts.common import Comment, Fact, Problem, Unread
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.facts.sql import SqlFile
from crowsfoot.source import Range

Language = Literal["prisma", "sql", "python"]


class Block(Fact, frozen=True, array_like=True):
    """One fenced block. Its facts are in offsets of its own text, as those of a file would be.

    Its text is made of stretches of the document: starts says where each begins in the block, places where
    it stands in the document. One is enough, unless its lines are indented or quoted.
    """

    language: Language
    facts: PrismaFile | SqlFile | CodeFile | Unread
    range: Range  # of its lines in the document
    starts: tuple[int, ...] = (0,)
    places: tuple[int, ...] = (0,)
    lead: str | None = ""  # what stands before each of its lines; None where that is not the same for all
    guessed: bool = False  # SQL: nothing says that it is this dialect


class Document(Fact, frozen=True, array_like=True, tag="document"):
    """One document, with the blocks that are in a language that is read, in order."""

    blocks: tuple[Block, ...] = ()
    comments: tuple[Comment, ...] = ()  # those between the blocks
    problems: tuple[Problem, ...] = ()
