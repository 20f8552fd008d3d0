"""Pages of little projects, and HTML as a browser would take it apart."""

from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec

from crowsfoot.config import parse
from crowsfoot.discover import Discovery, standard_input
from crowsfoot.finding import Confidence
from crowsfoot.link.assumed import Changes
from crowsfoot.link.project import Project
from crowsfoot.pages.html import Section, render
from crowsfoot.pages.model import Page, page_of
from crowsfoot.reporters import View
from crowsfoot.rule import load
from crowsfoot.run import analyse, check

EMPTY = Project(databases=(), files=(), problems=(), directives=())

# Elements that never have an end. Source: https://html.spec.whatwg.org/multipage/syntax.html#void-elements
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)


def checked(
    files: Mapping[str, str | bytes], *, changes: Changes | None = None, possible: bool = False
) -> tuple[Project, View]:
    """The project that the files make, and what is said of it."""
    rules = load()
    config = parse("", "crowsfoot.toml", rules)
    if possible:
        config = msgspec.structs.replace(config, min_confidence=Confidence.POSSIBLE)
    discovery = Discovery(root=Path.cwd())
    for path, text in files.items():
        data = text if isinstance(text, bytes) else text.encode()
        discovery = standard_input(discovery, data, Path(path))
    discovery = msgspec.structs.replace(discovery, named=frozenset())
    project = analyse(discovery, config, changes=changes)
    report = check(discovery, config, rules, changes=changes, project=project)
    assert not report.failures
    view = View(
        report=report,
        sources=discovery.by_path(),
        rules=lambda: rules,
        homepage="https://example.org",
        rule_url="https://example.org/rules#{rule}",
    )
    return project, view


def page(files: Mapping[str, str | bytes], **options: Any) -> Page:
    project, view = checked(files)
    return page_of(project, view, title="shop", **options)


def html(files: Mapping[str, str | bytes], **options: Any) -> str:
    project, view = checked(files)
    return render(page_of(project, view, title="shop", **options), view)


def rendered(view: View, project: Project = EMPTY, sections: tuple[Section, ...] = (), **options: Any) -> str:
    return render(page_of(project, view, title="shop", **options), view, sections)


class Element:
    """An element with what stands in it."""

    def __init__(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.inside: list[Element | str] = []

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def has(self, name: str) -> bool:
        return name in self.attributes

    @property
    def classes(self) -> set[str]:
        return set(self.get("class").split())

    @property
    def text(self) -> str:
        return "".join(it if isinstance(it, str) else it.text for it in self.inside)

    @property
    def children(self) -> list["Element"]:
        return [it for it in self.inside if isinstance(it, Element)]

    def all(self, tag: str = "", of_class: str = "") -> list["Element"]:
        """Every element in it, at any depth, in the order of the text."""
        found: list[Element] = []
        for it in self.children:
            if (not tag or it.tag == tag) and (not of_class or of_class in it.classes):
                found.append(it)
            found += it.all(tag, of_class)
        return found

    def one(self, tag: str = "", of_class: str = "", id: str = "") -> "Element":
        found = [it for it in self.all(tag, of_class) if not id or it.get("id") == id]
        assert len(found) == 1, f"{len(found)} of {tag}.{of_class}#{id}"
        return found[0]


class _Reader(HTMLParser):
    """Takes text for a tree, and nothing for granted: every element that is opened has to be closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> ends <{self.open[-1].tag}> at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(text: str) -> Element:
    """The document as a tree; fails where an element is not closed, or by another one."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root], f"not closed: {[it.tag for it in reader.open]}"
    return reader.root
