"""Fixes and the texts they belong to, to new texts; each fix whole or not at all."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from crowsfoot.finding import Edit, Fix
from crowsfoot.source import Source


class Applied(msgspec.Struct, frozen=True):
    """What became of the fixes."""

    texts: dict[str, str]  # by path; only texts that changed
    applied: tuple[Fix, ...]  # in the order of place
    left: tuple[Fix, ...]  # in conflict with an applied one, or not possible in these texts


def apply(fixes: Sequence[Fix], sources: Mapping[str, Source]) -> Applied:
    """As many of the fixes as go together, the first by place winning.

    A fix that overlaps an applied one is left for the next round, when its rule has seen the new text.
    An edit that two fixes have in common is made once; different texts for one place go in one after
    the other. A fix is also left when it changes nothing, contradicts itself, or speaks of a place that is
    not there. Edits write "\\n"; the text gets the line end that most of its lines have.
    """
    accepted = {path: _Edits() for path in sources}
    applied: list[Fix] = []
    left: list[Fix] = []
    for fix in sorted(fixes, key=_place):
        edits = tuple(dict.fromkeys(fix.edits))
        if _possible(edits, sources) and all(accepted[it.span.path].take(it) for it in edits):
            for edit in edits:
                accepted[edit.span.path].add(edit)
            applied.append(fix)
        else:
            left.append(fix)
    made = {path: edits.made_in(sources[path].text) for path, edits in accepted.items() if edits}
    texts = {path: text for path, text in made.items() if text != sources[path].text}
    return Applied(texts, tuple(applied), tuple(left))


def unified_diff(before: str, after: str, path: str) -> str:
    """The change as `git apply` reads it; empty where there is none."""
    if before == after:
        return ""

    from difflib import unified_diff as lines_of

    # A tab ends a path that has blanks in it, as in git's own output.
    name = f"{path}\t" if " " in path else path
    lines = lines_of(_lines(before), _lines(after), f"a/{name}", f"b/{name}")
    return "".join(it if it.endswith("\n") else f"{it}\n\\ No newline at end of file\n" for it in lines)


def _place(fix: Fix) -> tuple[str, int, int]:
    first = min((it.span for it in fix.edits), default=None)
    return (first.path, first.start, first.end) if first else ("", 0, 0)


def _possible(edits: Sequence[Edit], sources: Mapping[str, Source]) -> bool:
    """Whether all places are there, the edits change something, and none overlaps another."""
    changes = False
    for edit in edits:
        span = edit.span
        source = sources.get(span.path)
        if source is None or not 0 <= span.start <= span.end <= len(source.text):
            return False
        changes = changes or source.text[span.start : span.end] != edit.text
    own: dict[str, _Edits] = {}
    for edit in edits:
        mine = own.setdefault(edit.span.path, _Edits())
        if not mine.take(edit):
            return False
        mine.add(edit)
    return changes


class _Edits:
    """Edits of one text that do not overlap: replacements sorted by place, insertions by offset."""

    def __init__(self) -> None:
        self._replaced: list[tuple[int, int, str]] = []
        self._inserted: dict[int, list[str]] = {}
        self._offsets: list[int] = []  # where something is inserted, sorted

    def __bool__(self) -> bool:
        return bool(self._replaced or self._inserted)

    def take(self, edit: Edit) -> bool:
        """Whether the edit goes together with these; it does when it is one of them."""
        start, end = edit.span.start, edit.span.end
        place = bisect_right(self._replaced, (start, end, edit.text))
        before = self._replaced[place - 1] if place else None
        after = self._replaced[place] if place < len(self._replaced) else None
        if start == end:
            # At the edge of a replacement there is room for an insertion, inside of it there is none.
            return not any(it and it[0] < start < it[1] for it in (before, after))
        if before == (start, end, edit.text):
            return True
        if (before and before[1] > start) or (after and after[0] < end):
            return False
        return bisect_right(self._offsets, start) == bisect_left(self._offsets, end)

    def add(self, edit: Edit) -> None:
        """Have the edit among these, once."""
        start, end = edit.span.start, edit.span.end
        if start < end:
            place = bisect_left(self._replaced, (start, end, edit.text))
            if self._replaced[place : place + 1] != [(start, end, edit.text)]:
                self._replaced.insert(place, (start, end, edit.text))
            return
        if start not in self._inserted:
            insort(self._offsets, start)
        texts = self._inserted.setdefault(start, [])
        if edit.text not in texts:
            texts.append(edit.text)

    def made_in(self, text: str) -> str:
        newline = _newline(text)
        pieces: list[str] = []
        position = 0
        for start, end, new in self._in_order():
            pieces += (text[position:start], _with(newline, new))
            position = end
        return "".join((*pieces, text[position:]))

    def _in_order(self) -> Iterator[tuple[int, int, str]]:
        inserted = [(at, at, text) for at, texts in self._inserted.items() for text in texts]
        # At one offset, insertions come before what is replaced there; sorted() keeps their own order.
        yield from sorted((*inserted, *self._replaced), key=lambda it: it[:2])


def _newline(text: str) -> str:
    crlf = text.count("\r\n")
    return "\r\n" if crlf * 2 > text.count("\n") else "\n"


def _with(newline: str, text: str) -> str:
    return text if newline == "\n" else text.replace("\r\n", "\n").replace("\n", newline)


def _lines(text: str) -> list[str]:
    """The lines with their ends; only "\\n" ends one, as in git."""
    lines = [f"{it}\n" for it in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
