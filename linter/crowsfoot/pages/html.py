"""A page to one file of HTML that needs nothing else: no network, no other file, and no script to be read.

Everything that comes from the user's repository is escaped by Jinja, wherever it stands. The page's policy
names its own scripts by their digests and forbids every other, so that nothing that slips through can run.
Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hashlib import sha256

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crowsfoot import __version__
from crowsfoot.finding import Severity
from crowsfoot.pages.chapters import bars, chapters, said
from crowsfoot.pages.model import Group, Item, Page
from crowsfoot.pages.plan import Advised
from crowsfoot.pages.timeline import Weight
from crowsfoot.reporters import View, encodable
from crowsfoot.reporters.words import summary

_FEW_FINDINGS = 30  # so many are shown opened
_FEW_IN_TABLES = 120  # of so many the tables are opened, of more only those with new ones


class Section(msgspec.Struct, frozen=True):
    """A part of the page that somebody else has made: body, style and scripts are taken as they are."""

    id: str
    title: str
    body: str
    style: str = ""
    scripts: tuple[str, ...] = ()
    count: int = 0


def render(page: Page, view: View, sections: Sequence[Section] = ()) -> str:
    """The text of the file; it can always be encoded as UTF-8."""
    environment = _environment()
    scripts = [_text("script.js"), *(script for it in sections for script in it.scripts)]
    entries = [entry for line in page.timelines for entry in line.entries]
    text = environment.get_template("page.html").render(
        page=page,
        version=__version__,
        homepage=view.homepage,
        style=Markup(_text("style.css") + "".join(it.style for it in sections)),
        scripts=[Markup(it) for it in scripts],
        policy=_policy(scripts),
        summary=summary(view.report),
        severities=_counts(page.items),
        sections=[msgspec.structs.replace(it, body=Markup(it.body)) for it in sections],
        unfolded=_unfolded(page),
        opened=lambda group: _opened(group, page),
        ambiguous=_ambiguous(page),
        migrations=len(entries),
        heavy=sum(it.weight >= Weight.WRITES for it in entries),
        weights=[(it, it.name.lower(), said(it)) for it in reversed(Weight)],
    )
    return encodable(text)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("crowsfoot.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(by_severity=_counts, by_kind=_kinds, bars=bars, chapters=chapters, said=said)
    return environment


def _text(name: str) -> str:
    environment = _environment()
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _policy(scripts: Iterable[str]) -> str:
    digests = [f"'sha256-{b64encode(sha256(it.encode()).digest()).decode()}'" for it in scripts]
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(digests)}",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _counts(items: Iterable[Item]) -> list[tuple[str, int]]:
    """How many there are of each severity, the worst first."""
    counts = Counter(it.severity for it in items)
    return [(it.name.lower(), counts[it]) for it in reversed(Severity)]


def _kinds(changes: Iterable[Advised]) -> list[tuple[str, int]]:
    """How many changes there are of each kind."""
    counts = Counter(it.kind for it in changes)
    return [(it, counts[it]) for it in ("add", "replace", "drop") if counts[it]]


def _unfolded(page: Page) -> Callable[[Item], bool]:
    """Which findings are opened: all, or since a revision those that are new, if they are few."""
    if page.since is None:
        few = len(page.items) <= _FEW_FINDINGS
        return lambda it: few
    few = page.new <= _FEW_FINDINGS
    return lambda it: few and it.new


def _opened(group: Group, page: Page) -> bool:
    return any(it.new for it in group.items) or (page.since is None and len(page.items) <= _FEW_IN_TABLES)


def _ambiguous(page: Page) -> set[str]:
    """Names of several tables."""
    tables = {(it.owner.name, it.owner.where) for it in page.tables if it.owner}
    tables |= {(it.name, it.where) for it in (page.plan.tables if page.plan else ())}
    counts = Counter(name for name, _ in tables)
    return {name for name, count in counts.items() if count > 1}
