"""Comments of a template that speak to the linter: `{# crowsfoot: allow RULE #}`, `<!-- crowsfoot: … -->`."""

import re
from typing import Final

from crowsfoot.facts.common import Comment, Problem
from crowsfoot.frontends import directives
from crowsfoot.source import Range


def comments(text: str) -> tuple[tuple[Comment, ...], tuple[Problem, ...]]:
    """What they say, of the line that they stand in, or, alone in theirs, of the next that holds anything."""
    found: list[Comment] = []
    problems: list[Problem] = []
    if directives.WORD not in text:
        return (), ()
    below: tuple[int, Range] | None = None  # the comment below that is alone in its line, and what it covers
    # From the end, so that of a run of comments only the last looks for what it speaks of.
    for match in reversed(list(_COMMENT.finditer(text))):
        said = match["of_template"] or match["of_page"] or ""
        where = Range(match.start(), match.end())
        covers, is_alone = _covers(text, where, below)
        below = (where.start, covers) if is_alone else None
        read = directives.directive(said, where, covers)
        if isinstance(read, Comment):
            found.append(read)
        elif read is not None:
            problems.append(read)
    return tuple(reversed(found)), tuple(reversed(problems))


def _covers(text: str, where: Range, below: tuple[int, Range] | None) -> tuple[Range, bool]:
    """What a comment speaks of, and whether it is alone in its line."""
    line = text.rfind("\n", 0, where.start) + 1
    end = _end(text, where.end)
    if text[line : where.start].strip() or text[where.end : end].strip():
        return Range(line, end), False
    following = _SOMETHING.search(text, end)
    if following is None:
        return Range(len(text), len(text)), True
    if below is not None and below[0] == following.start():
        return below[1], True
    return Range(following.start(), _end(text, following.start())), True


def _end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


_COMMENT: Final = re.compile(
    r"\{#-?[ \t]*(?P<of_template>crowsfoot[^\n#]{0,500}?)[ \t]*-?#\}"
    r"|<!--[ \t]*(?P<of_page>crowsfoot[^\n>]{0,500}?)[ \t]*-->"
)
_SOMETHING: Final = re.compile(r"\S")
