"""The migrations of a timeline to the bars that draw it, and to chapters that fold."""

import re
from collections.abc import Sequence
from itertools import groupby

import msgspec

from crowsfoot.pages.timeline import Entry, Weight

_MOST_BARS = 1200  # of more migrations, several share one
_CHAPTER = 60  # migrations that are listed together where their names tell no year
_FEW = 30  # so many are shown opened


class Bar(msgspec.Struct, frozen=True):
    """What the timeline draws of one or several migrations; first is the number of the first."""

    first: int
    name: str
    height: int
    title: str


class Chapter(msgspec.Struct, frozen=True):
    """Migrations that are folded together, each with its number."""

    name: str
    entries: tuple[tuple[int, Entry], ...]
    open: bool

    def count(self, weight: Weight) -> int:
        return sum(it.weight is weight for _, it in self.entries)

    @property
    def new(self) -> int:
        return sum(it.new for _, it in self.entries)


def bars(entries: Sequence[Entry]) -> list[Bar]:
    share = -(-len(entries) // _MOST_BARS)
    return [_bar(number, entries[number : number + share]) for number in range(0, len(entries), share)]


def _bar(first: int, entries: Sequence[Entry]) -> Bar:
    number, worst = max(enumerate(entries, first), key=lambda it: it[1].weight)
    title = f"{worst.name}: {said(worst.weight).one}"
    return Bar(number, worst.weight.name.lower(), (2, 4, 7, 10)[worst.weight], title)


def chapters(entries: Sequence[Entry]) -> list[Chapter]:
    """The migrations by year, where their names begin with one, else so many at a time; the latest first."""
    numbered = list(enumerate(entries))
    if len(entries) <= _CHAPTER:
        return [Chapter("All migrations", tuple(numbered), len(entries) <= _FEW or _has_new(numbered))]
    if all(_year(it) for it in entries):
        parts = [list(them) for _, them in groupby(numbered, key=lambda it: _year(it[1]))]
    else:
        parts = [numbered[it : it + _CHAPTER] for it in range(0, len(numbered), _CHAPTER)]
    return [_chapter(part) for part in reversed(parts)]


def _chapter(part: Sequence[tuple[int, Entry]]) -> Chapter:
    entries = [it for _, it in part]
    first, last = entries[0].name, entries[-1].name
    year = _year(entries[0])
    name = year if year and year == _year(entries[-1]) else f"{first} to {last}"
    return Chapter(name, tuple(part), _has_new(part))


def _year(entry: Entry) -> str:
    """The year that the name begins with, as in 20240102030405_add_user, or nothing."""
    found = re.match(r"((?:19|20)\d\d)[01]\d[0-3]\d", entry.name, re.ASCII)
    return found[1] if found else ""


def _has_new(part: Sequence[tuple[int, Entry]]) -> bool:
    return any(it.new for _, it in part)


class Said(msgspec.Struct, frozen=True):
    """A weight in words: of one migration, of many after their number, and in short."""

    one: str
    many: str
    short: str


def said(weight: Weight) -> Said:
    return _SAID[weight]


_SAID = {
    Weight.NONE: Said("blocks nobody", "block nobody", "block nobody"),
    Weight.MOMENT: Said("blocks for a moment", "block for a moment", "for a moment"),
    Weight.WRITES: Said(
        "blocks writes while it works on rows", "block writes while they work on rows", "block writes"
    ),
    Weight.ALL: Said(
        "blocks reads and writes while it works on rows",
        "block reads and writes while they work on rows",
        "block reads and writes",
    ),
}
