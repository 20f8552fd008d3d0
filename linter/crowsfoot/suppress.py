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
    for diagnostic in diagnostics:
        span = diagnostic.finding.span
        covering = coverage.get((span.path, diagnostic.rule))
        found = covering.at(span.start) if covering else []
        # All that cover it are in use: to remove one and keep the other would be a matter of taste.
        for group in found:
            group.used = True
        if found:
            allowed.append(Allowed(diagnostic, directives[found[0].directives[0]]))
        else:
            kept.append(diagnostic)
    used = {
        (index, rule)
        for (_, rule), covering in coverage.items()
        for group in covering.groups
        if group.used
        for index in group.directives
    }
    unused: list[Unused] = []
    for index, directive in enumerate(directives):
        source = sources.get(directive.span.path)
        names = tuple(dict.fromkeys(directive.rules))
        idle = tuple(it for it in names if it in known and it in ran and (index, it) not in used)
        if idle:
            unused.append(
                Unused(directive.span, idle, True, fix=_without(directive, idle, source) if source else None)
            )
        unknown = [it for it in names if it not in known]
        written = _names(directive, source) if source and unknown else []
        places = dict(zip(directive.rules, written, strict=False))
        for name in unknown:
            meant = closest(name, known)
            fix = _renamed(places[name], name, meant) if meant and name in places else None
            unused.append(Unused(directive.span, (name,), False, meant, fix))
    return Judgement(tuple(kept), tuple(allowed), tuple(unused))


class _Group:
    """Directives, by index, that cover the very same for one rule; covers is None for the whole file."""

    def __init__(self, covers: Span | None) -> None:
        self.covers = covers
        self.directives: list[int] = []
        self.used = False


class _Coverage:
    """The groups of one path and rule, ready to be asked for the ones that cover an offset."""

    def __init__(self, groups: Collection[_Group]) -> None:
        self.groups = groups
        self._whole = [it for it in groups if it.covers is None]
        self._parts = sorted([(it.covers, it) for it in groups if it.covers], key=lambda it: it[0])
        self._starts = [covers.start for covers, _ in self._parts]
        # The furthest end so far: going back from an offset, it says when nothing can reach it any more.
        self._reach: list[int] = []
        for covers, _ in self._parts:
            self._reach.append(max(covers.end, self._reach[-1] if self._reach else covers.end))

    def at(self, offset: int) -> list[_Group]:
        """The groups that cover the offset, those that begin nearest first."""
        found: list[_Group] = []
        place = bisect_right(self._starts, offset) - 1
        while place >= 0 and self._reach[place] >= offset:
            covers, group = self._parts[place]
            if offset <= covers.end:  # what begins at the very end of a line belongs to it
                found.append(group)
            place -= 1
        return found + self._whole


def _coverage(directives: Sequence[Directive]) -> dict[tuple[str, str], _Coverage]:
    groups: dict[tuple[str, str], dict[Span | None, _Group]] = {}
    for index, directive in enumerate(directives):
        covers = directive.covers
        path = covers.path if covers else directive.span.path
        for name in directive.rules:
            group = groups.setdefault((path, name), {}).setdefault(covers, _Group(covers))
            group.directives.append(index)
    return {key: _Coverage(found.values()) for key, found in groups.items()}


_OPENING = re.compile(r"crowsfoot[ \t]*:[ \t]*allow(?:-file)?(?![\w-])")
_NAME = re.compile(r"[^\s,]+")


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


def _renamed(where: Span, name: str, meant: str) -> Fix:
    """A fix that is only shown: the name may also be that of a plug-in that is not installed here."""
    return Fix(f"change {name} to {meant}", (Edit(where, meant),), Safety.MANUAL)


def _names(directive: Directive, source: Source) -> list[Span]:
    """Where the names stand, one after the other; none when the text does not read so."""
    opening = _OPENING.search(source.text, directive.span.start, directive.span.end)
    if opening is None:
        return []
    words = _NAME.finditer(source.text, opening.end(), directive.span.end)
    found = list(zip(directive.rules, words, strict=False))
    if len(found) < len(directive.rules) or any(name != word.group() for name, word in found):
        return []
    return [Span(source.path, word.start(), word.end()) for _, word in found]


def _comment(span: Span, source: Source) -> Span:
    """The comment and the blanks before it; with the line, when it has that to itself."""
    text = source.text
    number, _ = source.position(span.start)
    line = source.line_range(number)
    rest = text[span.end : line.end].strip()
    if rest and text.startswith(("{#", "<!--"), span.start):
        return span  # a comment that has an end may stand before something
    # Of "///" the directive has the last two.
    code = text[line.start : span.start].rstrip(text[span.start]).rstrip(" \t")
    if code:
        return Span(span.path, line.start + len(code), line.end)
    if number < source.line_count:
        return Span(span.path, line.start, source.line_range(number + 1).start)
    return Span(span.path, line.start, line.end)
