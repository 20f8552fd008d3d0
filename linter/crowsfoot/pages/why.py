"""The documentation of a rule to the few sentences that say why: its summary, and what leads to examples."""

import re

from crowsfoot.rule import Rule

_MOST = 700  # characters; whole paragraphs, but for the first
_CODE = re.compile(r"`([^`]+)`")


class Words(tuple[tuple[str, bool], ...]):
    """A paragraph in pieces, each with whether it is code."""


def why(rule: Rule[object]) -> tuple[Words, ...]:
    """Paragraphs; the first is the rule's summary."""
    found: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n", rule.help):
        text = " ".join(paragraph.split())
        if not text or paragraph.lstrip().startswith(("```", "Source")) or (found and _is_list(paragraph)):
            break
        if found and sum(map(len, found)) + len(text) > _MOST:
            break
        if text.endswith(":") and found:  # what it announces is an example
            text = text[:-1] + "."
        found.append(text)
    return tuple(map(words, found))


def words(text: str) -> Words:
    """The text, with what stands in backquotes as code."""
    pieces = _CODE.split(text)
    return Words((piece, number % 2 == 1) for number, piece in enumerate(pieces) if piece)


def _is_list(paragraph: str) -> bool:
    return paragraph.lstrip().startswith(("- ", "* ", "|", "#", "    "))
