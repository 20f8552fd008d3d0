"""What a tag holds to words: names, texts, numbers and signs, with their places."""

import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

Kind = Literal["name", "text", "number", "sign"]


class Word(NamedTuple):
    """One word; of a text, what stands between its quotes."""

    kind: Kind
    text: str
    start: int
    end: int


def words(text: str, start: int, end: int) -> list[Word]:
    """The words between two places; what is none is left out."""
    found: list[Word] = []
    for match in _WORD.finditer(text, start, end):
        kind = match.lastgroup
        said = match.group()
        if kind == "text":
            found.append(Word("text", said[1:-1], match.start(), match.end()))
        elif kind == "name":
            found.append(Word("name", said, match.start(), match.end()))
        elif kind == "number":
            found.append(Word("number", said, match.start(), match.end()))
        else:
            found.append(Word("sign", said, match.start(), match.end()))
    return found


class Reader:
    """Words that are taken one after the other."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self.at = 0

    @property
    def next(self) -> Word | None:
        return self._words[self.at] if self.at < len(self._words) else None

    def ahead(self, count: int) -> Word | None:
        number = self.at + count
        return self._words[number] if number < len(self._words) else None

    def take(self) -> Word | None:
        found = self.next
        self.at += found is not None
        return found

    def is_next(self, *texts: str) -> bool:
        """Whether the next is one of those names or signs."""
        found = self.next
        return found is not None and found.kind in ("name", "sign") and found.text in texts

    def took(self, *texts: str) -> bool:
        """Takes the next if it is one of those names or signs."""
        if self.is_next(*texts):
            self.at += 1
            return True
        return False

    def name(self) -> Word | None:
        """Takes the next if it is a name."""
        found = self.next
        return self.take() if found is not None and found.kind == "name" else None

    def touches(self) -> bool:
        """Whether nothing stands between the next and the one before it."""
        found = self.next
        return found is not None and self.at > 0 and self._words[self.at - 1].end == found.start


# A text that is not closed goes on to the end, so that none is looked for twice.
_WORD: Final = re.compile(
    r"""
    (?P<text>"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)|'[^'\\]*(?:\\.[^'\\]*)*(?:'|\Z))
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\d[\d_]*(?:\.\d+)?)
    |(?P<sign>==|!=|<=|>=|//|\*\*|[-+*/%~<>=|.,:()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)
