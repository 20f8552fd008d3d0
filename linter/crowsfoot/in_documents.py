"""Blocks of documents and rules -> what is said of them: by the rules that judge by what a block itself says.

A block is a piece of something. What it lacks, the rest may have: an index, a model at the other end, a lock
timeout, a migration that comes before. So a rule is silent there, unless it is named here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import force_setattr

from crowsfoot.applying import SaidOfDocuments, apply_rules
from crowsfoot.config import Config
from crowsfoot.facts import Unread
from crowsfoot.facts.documents import Document
from crowsfoot.link.code.access import Code
from crowsfoot.link.documents import Blocks, Part
from crowsfoot.link.project import Problem, Project
from crowsfoot.link.security.scripts import settings_of_script
from crowsfoot.link.security.settings import ContextSetting, context_settings
from crowsfoot.rule import Rule
from crowsfoot.source import Source
from crowsfoot.subjects import SUBJECTS

# Categories of which every rule speaks of what it sees.
_CATEGORIES: Final = frozenset(("security",))

# Rules of those that need to have seen everything.
_SILENT: Final = frozenset(
    ("policy-widens-another",)  # a page shows one way after the other to let somebody in
)

# Others that speak, of one block: where a page comes back to a table, it may show another way to make it.
_RULES: Final = frozenset(
    (
        "syntax-error",  # of blocks in which nothing is left out
        "query-in-loop",
        "query-behind-call-in-loop",
        "lazy-load-in-loop",
        "count-or-exists-in-loop",
        "get-or-create-in-loop",
        "write-in-loop",
        "fan-out-queries",
        "async-lazy-load",
        "sql-built-from-strings",
        "duplicate-index",  # both of its indexes are in one model
        "redundant-index",
    )
)


def speaks(rule: Rule[Any]) -> bool:
    """Whether the rule is asked about blocks of documents."""
    return rule.name in _RULES or (rule.category in _CATEGORIES and rule.name not in _SILENT)


def said_of_documents(
    read: Sequence[tuple[str, Document | Unread]],
    texts: Mapping[str, Source],
    rules: Sequence[Rule[Any]],
    link: Callable[[Part], Project],
    config: Config,
) -> SaidOfDocuments:
    """What those of the rules say that speak of documents. link makes a project of blocks."""
    pages = [(path, it) for path, it in read if isinstance(it, Document)]
    blocks = Blocks(pages)
    projects: list[Project] = []
    settings: list[ContextSetting] = []
    for path, parts in blocks.parts():
        linked = [link(it) for it in parts]
        projects += linked
        settings += _settings(linked, blocks, texts[path].text)
    subjects = {type: [it for project in projects for it in find(project)] for type, find in SUBJECTS.items()}
    subjects[ContextSetting] = settings
    said = apply_rules([it for it in rules if speaks(it)], subjects, config)
    shown = [it for it in said.diagnostics if it.rule not in _RULES or blocks.in_one(it)]
    about = apply_rules(rules, {Problem: list(blocks.problems())}, config)
    within = [blocks.directive(it) for project in projects for it in project.directives]
    problems = [it for project in projects for it in project.problems]
    return SaidOfDocuments(
        paths=frozenset(path for path, it in pages if it.blocks),
        diagnostics=(*map(blocks.placed, shown), *about.diagnostics),
        directives=(*blocks.directives(), *within),
        quoted=frozenset(it.span for it in within),
        failures=(
            *(
                f"{path}: {it.message}"
                for path, page in read
                if isinstance(page, Unread)
                for it in page.problems
            ),
            *(f"{path}: {it.message}" for path, it in blocks.unread()),
            *(f"{blocks.span(it.span).path}: {it.message}" for it in problems if it.kind == "failure"),
            *said.failures,
            *about.failures,
        ),
    )


def _settings(projects: Sequence[Project], blocks: Blocks, text: str) -> Iterator[ContextSetting]:
    """What the blocks of one page set of their sessions, each told of the policies that the page shows."""
    page = next((it for it in projects if it.histories), None)
    if page is not None:
        files = (migration.file for history in page.histories for migration in history.migrations)
        said = (settings_of_script(it, blocks.text(it.path, text)) for it in files)
        force_setattr(page, "code", Code(settings=tuple(it for each in said for it in each)))
        yield from context_settings(page)
        force_setattr(page, "code", None)
    for project in projects:
        if page is None:
            yield from context_settings(project)
        elif project.code is not None:
            force_setattr(page, "code", project.code)
            yield from context_settings(page)
            force_setattr(page, "code", None)
