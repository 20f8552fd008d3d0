"""Python text to the comments in it that speak to the linter."""

import re
import tokenize
from itertools import accumulate

from crowsfoot.facts.common import Comment, Problem
from crowsfoot.frontends import directives
from crowsfoot.source import Range

_MAY_BE = re.compile(r"#[ \t]*crowsfoot\b")


def read_comments(text: str) -> tuple[tuple[Comment, ...], tuple[Problem, ...]]:
    """The directives of text; those that stand in a string are none."""
    if directives.WORD not in text or not _MAY_BE.search(text):
        return (), ()
    return directives.read(text, _comments(text), "#")


def _comments(text: str) -> list[Range]:
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    starts = [0, *accumulate(map(len, lines))]
    # A form feed is blank at the start of a line, wherever a byte order mark is not.
    lines[0] = lines[0].replace("\ufeff", "\f")
    ended = (it[:-1] + "\n" if it.endswith("\r") else it for it in lines)
    found = []
    try:
        for token in tokenize.generate_tokens(ended.__next__):
            if token.type == tokenize.COMMENT:
                start = starts[token.start[0] - 1] + token.start[1]
                found.append(Range(start, start + len(token.string)))
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # of a file that is broken, the comments above the break count
    return found
