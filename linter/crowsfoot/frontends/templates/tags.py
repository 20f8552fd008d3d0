"""The text of a template to its tags: `{% for x in xs %}` and `{{ x }}`, in order, and what they hold.

What `{% comment %}`, `{% verbatim %}` and `{% raw %}` hold is left out, as are `{# comments #}`.
https://docs.djangoproject.com/en/5.2/ref/templates/language/
https://jinja.palletsprojects.com/en/stable/templates/
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple


class Tag(NamedTuple):
    """A tag, whole from start to end; name is "" for `{{ }}`.

    What follows the name goes from rest to rest_end.
    """

    name: str
    start: int
    end: int
    rest: int
    rest_end: int


def tags(text: str) -> Iterator[Tag]:
    """All tags; one that is not closed, or is absurdly long, is text."""
    at = 0
    closings = {it: _Closing(text, it) for it in ("%}", "}}", "#}")}
    while opening := _OPENING.search(text, at):
        start = opening.start()
        closing = _CLOSES[opening.group()]
        end = closings[closing].after(start + 2)
        if end < 0 or end - start > _LONGEST:
            at = start + 2
            continue
        at = end + 2
        if closing == "#}":
            continue
        first, last = start + 2, end
        # `{%- -%}` of Jinja takes away the blanks around it.
        if text[first] in "-+":
            first += 1
        if last > first and text[last - 1] in "-+":
            last -= 1
        if closing == "}}":
            yield Tag("", start, at, first, last)
            continue
        word = _WORD.match(text, first, last)
        if word is None:
            continue
        name = word[1]
        if name in _SKIPPED:
            found = re.compile(rf"\{{%[-+]?\s*end{name}\b[^%]*%\}}").search(text, at)
            at = found.end() if found else len(text)
            continue
        yield Tag(name, start, at, word.end(), last)


class _Closing:
    """Where the next closing mark is: each is looked for once, however many openings there are before it."""

    def __init__(self, text: str, mark: str) -> None:
        self._text = text
        self._mark = mark
        self._next = -2  # -1: there is none any more

    def after(self, at: int) -> int:
        if self._next == -1:
            return -1
        if self._next < at:
            self._next = self._text.find(self._mark, at)
        return self._next


_OPENING: Final = re.compile(r"\{[%{#]")
_CLOSES: Final = {"{%": "%}", "{{": "}}", "{#": "#}"}
_WORD: Final = re.compile(r"\s*([A-Za-z_]\w*)")
_SKIPPED: Final = frozenset(("comment", "verbatim", "raw"))
_LONGEST: Final = 20_000
