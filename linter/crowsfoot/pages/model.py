"""A report and its project to a page: what is shown, in which order and how much of it, in no format yet.

Each finding is shown once, in full, with its table, and named once under its rule. A page has room for so
much code: the worst and the new findings come first, and those left over are there without theirs.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import msgspec

from crowsfoot.about import Owner, Tables
from crowsfoot.finding import Confidence, Diagnostic, Finding, Related, Report, Safety, Severity
from crowsfoot.link.project import Project
from crowsfoot.pages.diffs import Hunk, hunks
from crowsfoot.pages.frames import MOST_RELATED, Frame, frames
from crowsfoot.pages.plan import ShownPlan
from crowsfoot.pages.shown import shown
from crowsfoot.pages.timeline import Timeline, timelines
from crowsfoot.pages.why import Words, why, words
from crowsfoot.reporters import View
from crowsfoot.reporters import terminal as t
from crowsfoot.reporters.places import at
from crowsfoot.reporters.words import failure_line, fix_line, sentence
from crowsfoot.rule import Rule
from crowsfoot.secrets import masked

_ROOM: Final = 3_000_000  # characters of code frames and diffs
_MOST_LISTED: Final = 200  # related places of one finding that are listed
_MOST_SNIPPET: Final = 60  # lines to paste of one finding


class Item(msgspec.Struct, frozen=True):
    """One finding. number is its place in the report, from 1: what it is linked by."""

    number: int
    rule: str
    severity: Severity
    message: Words
    place: str
    table: str
    new: bool
    confidence: Confidence
    fixable: bool  # --fix or --unsafe-fixes applies its fix
    detail: "Detail | None"  # None: the page has no room for it


class Detail(msgspec.Struct, frozen=True):
    """What a finding shows when it is opened. fix is the title of the fix, snippet what there is to paste."""

    frames: tuple[Frame, ...]
    flow: tuple[tuple[str, Words], ...]  # the way through the code: places, each with what happens there
    related: tuple[tuple[str, Words], ...]  # further places, each with what it has to do with the finding
    more: int  # places that are only counted
    fix: Words
    applied: bool  # the fix has edits
    hunks: tuple[Hunk, ...]
    snippet: tuple[str, ...]
    snippet_more: int


class Group(msgspec.Struct, frozen=True):
    """The findings of one table; owner is None for those of none."""

    owner: Owner | None
    items: tuple[Item, ...]

    @property
    def name(self) -> str:
        return self.owner.name if self.owner else ""


class RuleGroup(msgspec.Struct, frozen=True):
    """The findings of one rule, and why it reports them."""

    name: str
    category: str
    url: str | None
    why: tuple[Words, ...]
    items: tuple[Item, ...]


class Allowance(msgspec.Struct, frozen=True):
    """A finding that a comment allows."""

    rule: str
    message: Words
    place: str
    reason: str


class Page(msgspec.Struct, frozen=True):
    """All that the page shows."""

    title: str
    since: str | None
    files: int
    items: tuple[Item, ...]
    tables: tuple[Group, ...]
    rules: tuple[RuleGroup, ...]
    timelines: tuple[Timeline, ...]
    allowed: tuple[Allowance, ...]
    failures: tuple[str, ...]
    plan: ShownPlan | None = None  # None: nobody has asked for it

    @property
    def new(self) -> int:
        return sum(it.new for it in self.items)

    @property
    def fixes(self) -> int:
        return sum(it.fixable for it in self.items)

    @property
    def cut(self) -> int:
        """How many findings are there without their code."""
        return sum(it.detail is None for it in self.items)


def page_of(
    project: Project,
    view: View,
    *,
    title: str,
    since: str | None = None,
    new: Collection[Diagnostic] = (),
    plan: ShownPlan | None = None,
    source_url: str = "",
    room: int = _ROOM,
) -> Page:
    """The page of the report in view; new are those of its diagnostics that are new since that revision."""
    report = view.report
    tables = Tables(project)
    owners = [tables.of(it) for it in report.kept]
    fresh = set(map(_key, new))
    items = _items(view, owners, [_key(it) in fresh for it in report.kept], source_url, room)
    return Page(
        title=shown(title),
        since=shown(since) if since else None,
        files=report.files,
        items=items,
        tables=_by_table(items, owners),
        rules=_by_rule(items, view),
        timelines=timelines(project, view),
        allowed=_allowed(report, view),
        failures=tuple(shown(failure_line(it)) for it in report.failures),
        plan=plan,
    )


def together(all: Report, since: Report) -> Report:
    """What is said of the whole project, and what is said only of what is new.

    Migrations that go out together are judged as one deploy, so that each can say what the other does not.
    """
    known = set(map(_key, all.kept))
    more = [it for it in since.kept if _key(it) not in known]
    kept = sorted((*all.kept, *more), key=lambda it: (it.finding.span, it.rule, it.finding.message))
    return msgspec.structs.replace(all, kept=tuple(kept))


def _key(it: Diagnostic) -> tuple[object, ...]:
    return it.rule, it.finding.span, it.finding.subject, it.finding.message


def _items(
    view: View, owners: Sequence[Owner | None], new: Sequence[bool], source_url: str, room: int
) -> tuple[Item, ...]:
    kept = view.report.kept
    details: dict[int, Detail] = {}
    for number in sorted(range(len(kept)), key=lambda it: (not new[it], -kept[it].severity, it)):
        if room <= 0:
            break
        details[number] = _detail(view, kept[number], source_url)
        room -= _size(details[number])
    return tuple(
        _item(view, number, it, owners[number], new[number], details.get(number))
        for number, it in enumerate(kept)
    )


def _item(
    view: View, number: int, it: Diagnostic, owner: Owner | None, new: bool, detail: Detail | None
) -> Item:
    finding = it.finding
    return Item(
        number=number + 1,
        rule=t.visible(it.rule),
        severity=it.severity,
        message=words(shown(sentence(finding.message, finding.subject))),
        place=t.visible(at(view, finding.span)),
        table=t.visible(owner.name) if owner else "",
        new=new,
        confidence=finding.confidence,
        fixable=bool(finding.fix and finding.fix.edits and finding.fix.safety is not Safety.MANUAL),
        detail=detail,
    )


def _detail(view: View, diagnostic: Diagnostic, source_url: str) -> Detail:
    finding, fix = diagnostic.finding, diagnostic.finding.fix
    further = finding.related[MOST_RELATED:]
    snippet = masked(fix.snippet).splitlines() if fix else []
    return Detail(
        frames=frames(view, finding, source_url),
        flow=_places(view, finding.flow if _leads_further(finding) else ()),
        related=_places(view, further),
        more=max(0, len(further) - _MOST_LISTED),
        fix=words(shown(fix_line(fix)) if fix else ""),
        applied=bool(fix and fix.edits),
        hunks=hunks(view, fix) if fix else (),
        snippet=tuple(map(t.visible, snippet[:_MOST_SNIPPET])),
        snippet_more=max(0, len(snippet) - _MOST_SNIPPET),
    )


def _leads_further(finding: Finding) -> bool:
    """Whether the way goes over places that no frame shows."""
    framed = {finding.span, *(it.span for it in finding.related[:MOST_RELATED])}
    return any(it.span not in framed for it in finding.flow)


def _places(view: View, found: Sequence[Related]) -> tuple[tuple[str, Words], ...]:
    return tuple((t.visible(at(view, it.span)), words(shown(it.message))) for it in found[:_MOST_LISTED])


def _size(detail: Detail) -> int:
    """About how many characters of the page it takes."""
    return (
        sum(it.size for it in detail.frames)
        + sum(it.size for it in detail.hunks)
        + sum(len(place) + 150 for place, _ in (*detail.flow, *detail.related))
        + sum(map(len, detail.snippet))
    )


def _by_table(items: Iterable[Item], owners: Sequence[Owner | None]) -> tuple[Group, ...]:
    """The tables with the worst and the most findings first, what belongs to no table at the end."""
    groups: dict[Owner | None, list[Item]] = {}
    for item, owner in zip(items, owners, strict=True):
        groups.setdefault(owner, []).append(item)
    return tuple(
        sorted(
            (Group(owner, tuple(sorted(them, key=_rank))) for owner, them in groups.items()),
            key=lambda it: (it.owner is None, *_weight(it.items), it.owner or Owner("", "")),
        )
    )


def _by_rule(items: Iterable[Item], view: View) -> tuple[RuleGroup, ...]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.rule, []).append(item)
    rules = view.rules()
    found = [
        _rule_group(name, rules.get(name), view, tuple(sorted(them, key=_rank)))
        for name, them in groups.items()
    ]
    return tuple(sorted(found, key=lambda it: (*_weight(it.items), it.name)))


def _rule_group(name: str, rule: Rule[Any] | None, view: View, items: tuple[Item, ...]) -> RuleGroup:
    category = rule.category if rule else ""
    return RuleGroup(name, category, view.help_url(name), why(rule) if rule else (), items)


def _rank(it: Item) -> tuple[bool, int, int]:
    return not it.new, -it.severity, it.number


def _weight(items: Sequence[Item]) -> tuple[int, ...]:
    """What sorts the groups: new findings before old ones, by severity, and then by how many there are."""
    counts = Counter((it.new, it.severity) for it in items)
    return tuple(-counts[new, severity] for new in (True, False) for severity in reversed(Severity))


def _allowed(report: Report, view: View) -> tuple[Allowance, ...]:
    return tuple(
        Allowance(
            rule=t.visible(it.diagnostic.rule),
            message=words(shown(sentence(it.diagnostic.finding.message, it.diagnostic.finding.subject))),
            place=t.visible(at(view, it.diagnostic.finding.span)),
            reason=shown(it.directive.reason),
        )
        for it in report.allowed
    )
