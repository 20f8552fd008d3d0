"""Diagnostics and the comments that allow them, to what is kept, what is allowed, and what allows nothing."""

import re
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence

import msgspec

from crowsfoot.finding import Allowed, Diagnostic, Directive, Edit, Fix, Safety
from crowsfoot.source import Source, Span
from crowsfoot.suggest import closest


class Unused(msgspec.Struct, frozen=True):
    """Names of one directive that allow nothing: either all that are rules, or one that is no rule."""

    span: Span  # of the directive
    names: tuple[str, ...]
    known: bool  # True: rules that ran and found nothing here; False: no rule is called so
    meant: str | None = None  # the rule that an unknown name comes nearest to
    fix: Fix | None = None


class Judgement(msgspec.Struct, frozen=True):
    """Each tuple in the order of what came in."""

    kept: tuple[Diagnostic, ...]
    allowed: tuple[Allowed, ...]
    unused: tuple[Unused, ...]


def judge(
    diagnostics: Sequence[Diagnostic],
    directives: Sequence[Directive],
    sources: Mapping[str, Source],
    *,
    known: Collection[str],
    ran: Collection[str],
) -> Judgement:
    """Which diagnostics the directives allow, and which directives allow nothing.

    A directive allows a diagnostic of a rule that it names, if the diagnostic begins in what it covers.
    known are the names of all rules, ran those of this run: a directive for a rule that did not run is
    not unused. diagnostics should hold those that are hidden for their confidence too, for the same reason.
    """
    coverage = _coverage(directives)
    kept: list[Diagnostic] = []
    allowed: list[Allowed] = []
    used: set[tuple[int, str]] = set()
    for diagnostic in diagnostics:
        span = diagnostic.finding.span
        covering = coverage.get((span.path, diagnostic.rule))
        found = covering.at(span.start) if covering else []
        # All that cover it are in use: to remove one and keep the other would be a matter of taste.
        used.update((it, diagnostic.rule) for it in found)
        if found:
            allowed.append(Allowed(diagnostic, directives[found[0]]))
        else:
            kept.append(diagnostic)
    unused: list[Unused] = []
    for index, directive in enumerate(directives):
        source = sources.get(directive.span.path)
        names = tuple(dict.fromkeys(directive.rules))
        idle = tuple(it for it in names if it in known and it in ran and (index, it) not in used)
        if idle:
            unused.append(
                Unused(directive.span, idle, True, fix=_without(directive, idle, source) if source else None)
            )
        for name in names:
            if name not in known:
                meant = closest(name, known)
                fix = _renamed(directive, name, meant, source) if source and meant else None
                unused.append(Unused(directive.span, (name,), False, meant, fix))
    return Judgement(tuple(kept), tuple(allowed), tuple(unused))


class _Coverage:
    """The directives of one path and rule, ready to be asked for the ones that cover an offset."""

    def __init__(self, whole: Sequence[int], parts: Sequence[tuple[Span, int]]) -> None:
        self._whole = whole
        self._parts = sorted(parts)
        self._starts = [span.start for span, _ in self._parts]
        # The furthest end so far: going back from an offset, it says when nothing can reach it any more.
        self._reach: list[int] = []
        for span, _ in self._parts:
            self._reach.append(max(span.end, self._reach[-1] if self._reach else span.end))

    def at(self, offset: int) -> list[int]:
        """Indexes of the directives that cover the offset; those of a line before those of the file."""
        found: list[int] = []
        place = bisect_right(self._starts, offset) - 1
        while place >= 0 and self._reach[place] >= offset:
            span, index = self._parts[place]
            if offset <= span.end:  # an empty span at the end of a line belongs to it
                found.append(index)
            place -= 1
        return [*sorted(found), *self._whole]


def _coverage(directives: Sequence[Directive]) -> dict[tuple[str, str], _Coverage]:
    whole: dict[tuple[str, str], list[int]] = {}
    parts: dict[tuple[str, str], list[tuple[Span, int]]] = {}
    for index, directive in enumerate(directives):
        for name in directive.rules:
            if directive.covers is None:
                whole.setdefault((directive.span.path, name), []).append(index)
            else:
                parts.setdefault((directive.covers.path, name), []).append((directive.covers, index))
    return {key: _Coverage(whole.get(key, ()), parts.get(key, ())) for key in {**whole, **parts}}


_OPENING = re.compile(r"crowsfoot[ \t]*:[ \t]*allow(?:-file)?(?![\w-])")
_NAME = re.compile(r"[^\s,]+")
_MARKERS = ("//", "--", "#")


def _without(directive: Directive, idle: Collection[str], source: Source) -> Fix | None:
    """A fix that takes the names out of the comment, or the comment out of the text."""
    left = dict.fromkeys(name for name in directive.rules if name not in idle)
    if not left:
        return Fix("remove the comment", (Edit(_comment(directive.span, source), ""),), Safety.SAFE)
    names = _names(directive, source)
    if not names:
        return None
    where = Span(source.path, names[0].start, names[-1].end)
    title = f"remove {', '.join(idle)} from the comment"
    return Fix(title, (Edit(where, ", ".join(left)),), Safety.SAFE)


def _renamed(directive: Directive, name: str, meant: str, source: Source) -> Fix | None:
    """A fix that is only shown: the name may also be that of a plug-in that is not installed here."""
    for span in _names(directive, source):
        if source.text[span.start : span.end] == name:
            return Fix(f"change {name} to {meant}", (Edit(span, meant),), Safety.MANUAL)
    return None


def _names(directive: Directive, source: Source) -> list[Span]:
    """Where the names stand, one after the other; none when the text does not read so."""
    opening = _OPENING.match(source.text, directive.span.start, directive.span.end)
    if opening is None:
        return []
    words = _NAME.finditer(source.text, opening.end(), directive.span.end)
    found = list(zip(directive.rules, words, strict=False))
    if len(found) < len(directive.rules) or any(name != word.group() for name, word in found):
        return []
    return [Span(source.path, word.start(), word.end()) for _, word in found]


def _comment(span: Span, source: Source) -> Span:
    """The comment with its marker and the blanks before it; with the line, when it has that to itself."""
    text = source.text
    number, _ = source.position(span.start)
    line = source.line_range(number)
    code = text[line.start : span.start].rstrip(" \t")
    code = code.rstrip(code[-1]).rstrip(" \t") if code.endswith(_MARKERS) else code
    if code:
        return Span(span.path, line.start + len(code), line.end)
    if number < source.line_count:
        return Span(span.path, line.start, source.line_range(number + 1).start)
    return Span(span.path, line.start, line.end)
