"""Blocks of documents and rules -> what is said of them: by the rules that judge by what a block itself says.

A block is a piece of something. What it lacks, the rest may have: an index, a model at the other end, a lock
timeout, a migration that comes before. So a rule is silent there, unless it is named here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import force_setattr, replace

from crowsfoot.applying import SaidOfDocuments, apply_rules
from crowsfoot.config import Config
from crowsfoot.facts import Unread
from crowsfoot.facts.documents import Document
from crowsfoot.link.code.access import Code
from crowsfoot.link.documents import Blocks, Part
from crowsfoot.link.project import Problem, Project
from crowsfoot.link.security.model import SecuredPolicy
from crowsfoot.link.security.settings import ContextSetting, context_settings
from crowsfoot.rule import Rule
from crowsfoot.source import Source
from crowsfoot.subjects import SUBJECTS

# What they report stands in one block: where a page comes back to a table, it may show another way to make
# it.
OF_A_BLOCK: Final = frozenset(
    (
        "syntax-error",  # of blocks in which nothing is left out
        "duplicate-index",  # both of its indexes are in one model
        "redundant-index",
        "query-in-loop",
        "query-behind-call-in-loop",
        "lazy-load-in-loop",
        "count-or-exists-in-loop",
        "get-or-create-in-loop",
        "write-in-loop",
        "fan-out-queries",
        "async-lazy-load",
        "sql-built-from-strings",
    )
)
# What they report the page says as a whole: a policy in one block, and what goes around it in another. Not
# among them are rules about what is missing (row-level security that is off, a policy for a command, an
# index, a role for the application), about what a page may show only to tell of it (BYPASSRLS, a second
# policy), and about what a policy costs, which nobody asks of an example.
OF_A_PAGE: Final = frozenset(
    (
        # what code and statements set
        "claims-without-role",
        "elevated-setting-leaks",
        "local-setting-outside-transaction",
        "session-setting-leaks",
        "setting-at-connect",
        "setting-built-from-strings",
        "setting-on-other-connection",
        # what a policy says itself
        "check-drops-tenant",
        "insert-policy-without-check",
        "policy-always-true",
        "policy-checks-only-login",
        "policy-fails-open",
        "policy-recursion",
        "setting-bypasses-policy",
        "storage-policy-without-bucket",
        "unqualified-setting",
        "user-metadata-in-policy",
        # what a function or a view says itself
        "definer-search-path",
        "immutable-function-reads-setting",
        "view-bypasses-rls",
    )
)


def speaks(rule: Rule[Any]) -> bool:
    """Whether the rule is asked about blocks of documents."""
    return rule.name in OF_A_BLOCK or rule.name in OF_A_PAGE


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
    subjects: dict[type[Any], Sequence[Any]] = {ContextSetting: settings}
    for kind, find in SUBJECTS.items():
        if kind is not ContextSetting:
            subjects[kind] = [it for project in projects for it in find(project)]
    subjects[SecuredPolicy] = [it for it in subjects[SecuredPolicy] if not _is_public(it)]
    said = apply_rules([it for it in rules if speaks(it)], subjects, config)
    shown = [it for it in said.diagnostics if it.rule in OF_A_PAGE or blocks.in_one(it)]
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


_MOST_SETTINGS: Final = 300  # of one page: each is held against all of its policies
_SETS: Final = re.compile(r"\bset_config\b|^[ \t>]*(?:set|reset|discard)\b", re.IGNORECASE | re.MULTILINE)


def _settings(projects: Sequence[Project], blocks: Blocks, text: str) -> Sequence[ContextSetting]:
    """What the blocks of one page set of their sessions, each told of the policies that the page shows."""
    found = [it for project in projects if project.code for it in project.code.settings]
    page = next((it for it in projects if it.histories), None)
    if page is not None and _SETS.search(text):
        from crowsfoot.link.security.scripts import settings_of_script

        for migration in (it for history in page.histories for it in history.migrations):
            found += settings_of_script(migration.file, blocks.text(migration.file.path, text))
    if not found:
        return ()
    first = tuple(found[:_MOST_SETTINGS])
    code = Code(talked=lambda: first)
    settings = context_settings(replace(page or projects[0], code=code))
    for it in settings:
        # Where the page does not make the tables, nobody knows who owns them; claims come with a role.
        if not it.is_claims and all(not policy.table.table.complete for policy in it.policies):
            force_setattr(it, "set_role", True)
    return settings


def _is_public(policy: SecuredPolicy) -> bool:
    """Whether it shows all rows and changes none, which a page says on purpose."""
    using = policy.policy.using
    return (
        policy.policy.command == "select" and using is not None and using.text.strip("() ").lower() == "true"
    )
