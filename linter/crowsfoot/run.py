"""The pipeline on one page, in the order the data takes.

paths -discover-> Source -frontend-> Facts -link-> Project -rules-> Finding -judge-> Report
"""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from itertools import chain, islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from crowsfoot.applying import SaidOfDocuments, apply_rules
from crowsfoot.cache import Cache
from crowsfoot.config import Config, enabled, silenced
from crowsfoot.discover import Discovery
from crowsfoot.facts import Automation, Environment, Facts, Installed
from crowsfoot.facts.common import Problem, Unread
from crowsfoot.facts.sql import SqlFile
from crowsfoot.finding import Confidence, Diagnostic, Finding, Report
from crowsfoot.inherited import told_once
from crowsfoot.link import link
from crowsfoot.link.assumed import Assumed, Changes
from crowsfoot.link.history import History, Migration, Step
from crowsfoot.link.layouts import Chosen, Layout, find_layouts, sort_out
from crowsfoot.link.project import Column, File, ForeignKey, Index, Project, Table
from crowsfoot.link.project import Problem as LinkProblem
from crowsfoot.reading import read_all, read_code, read_documents, read_migrations, read_templates
from crowsfoot.roles import Roles, roles_by
from crowsfoot.rule import Rule
from crowsfoot.subjects import SUBJECTS, Subjects
from crowsfoot.suppress import Unused, judge

if TYPE_CHECKING:
    from crowsfoot.facts.code import CodeFile
    from crowsfoot.facts.templates import TemplateFile
    from crowsfoot.link.documents import Part

Rules = Mapping[str, Rule[Any]]

_NOTHING_KEPT = Cache(None)


def check(
    discovery: Discovery,
    config: Config,
    rules: Rules,
    cache: Cache = _NOTHING_KEPT,
    changes: Changes | None = None,
    project: Project | None = None,
) -> Report:
    """What the enabled rules say of the files, judged by the user's comments and settings.

    project is what analyse() has made of the same files, where somebody has asked for it before.
    """
    read = _read(discovery, config, cache) if project is None else None
    # Rules take a while to load, and so does what they ask of migrations; others may use it to read on.
    chosen = enabled(config, rules)
    if read is not None and read.layouts:
        from crowsfoot.databases import locks, safe_ddl  # noqa: F401
    failures = [f"{it.name} is over {it.over.__name__}, which is no subject" for it in _subjectless(chosen)]
    if project is None:
        assert read is not None
        project = _link(read, config, changes, cache)
    failures += [f"{it.span.path or '.'}: {it.message}" for it in project.problems if it.kind == "failure"]

    said = apply_rules(chosen, Subjects(project), config)
    of_tables = {rule.name for rule in chosen if rule.over in (Table, Column, Index, ForeignKey)}
    pages = _of_documents(discovery, config, chosen, cache)
    judged = judge(
        [*told_once(said.diagnostics, of_tables), *pages.diagnostics],
        [*project.directives, *pages.directives],
        discovery.by_path(),
        known=rules.keys(),
        ran={rule.name for rule in chosen},
    )
    # Which comments are in vain is only known once every other rule has spoken.
    unused = [it for it in judged.unused if it.span not in pages.quoted]
    about_comments = apply_rules(chosen, {Unused: unused}, config)

    return Report(
        kept=_shown(
            (*judged.kept, *about_comments.diagnostics), config, rules, _wanted(project, changes, pages.paths)
        ),
        allowed=judged.allowed,
        files=len(_seen(project) | pages.paths),
        failures=(*failures, *said.failures, *pages.failures, *about_comments.failures),
    )


def _seen(project: Project) -> set[str]:
    """The files that have something to say, and those that could not be read."""
    unread = {it.span.path for it in project.problems if it.kind in ("unreadable", "unsupported")}
    silent = (
        file
        for file in project.files
        if isinstance(file.facts, Installed | Environment) or _runs_nothing(file)
    )
    return unread | {it.path for it in project.files} - {it.path for it in silent}


def _runs_nothing(file: File) -> bool:
    facts = file.facts
    return isinstance(facts, Automation) and not (facts.tasks or facts.comments or facts.problems)


def analyse(
    discovery: Discovery, config: Config, cache: Cache = _NOTHING_KEPT, changes: Changes | None = None
) -> Project:
    """Everything that was read, joined."""
    return _link(_read(discovery, config, cache), config, changes, cache)


def _of_documents(
    discovery: Discovery, config: Config, rules: Sequence[Rule[Any]], cache: Cache
) -> SaidOfDocuments:
    """What is said of documents, each block of which is a file of its own."""
    read = read_documents(discovery.sources, cache) if config.documents else []
    if not read:
        return SaidOfDocuments()  # what reads them is not loaded
    from crowsfoot.in_documents import said_of_documents

    def link_part(part: "Part") -> Project:
        # What is copied from a page becomes part of an application, wherever the page lies.
        read = _Read(
            [*part.facts], [*part.code], part.layouts, part.migrations, [], lambda path: "application"
        )
        return _link(read, config, None, _NOTHING_KEPT)

    return said_of_documents(read, discovery.by_path(), rules, link_part, config)


class _Read(msgspec.Struct, frozen=True):
    """What the files say, the migrations as they are read."""

    facts: list[tuple[str, Facts]]
    code: list[tuple[str, "CodeFile | TemplateFile | Unread"]]
    layouts: Sequence[Layout]
    migrations: Iterable[tuple[str, SqlFile | Unread]]
    problems: list[tuple[str, Problem]]
    roles: Roles  # what each file of code is for
    digests: Mapping[str, str] = MappingProxyType({})  # of the texts of code


def _read(discovery: Discovery, config: Config, cache: Cache) -> _Read:
    facts = read_all(discovery.sources, cache)
    everywhere = config.min_confidence == Confidence.POSSIBLE
    roles = roles_by(config.code_roles, (it.path for it in discovery.sources))
    digests: dict[str, str] = {}
    code: list[tuple[str, CodeFile | TemplateFile | Unread]] = [
        *read_code(discovery.sources, cache, everywhere=everywhere, roles=roles, digests=digests)
    ]
    if code:
        code += read_templates(discovery.sources, cache, everywhere=everywhere, roles=roles, digests=digests)
    # Which SQL is read, and in which dialect, the other files tell.
    texts = _sql(discovery)
    layouts = find_layouts(
        texts,
        [File(path, it) for path, it in facts],
        Chosen(
            folders=config.migrations,
            files=discovery.named,
            dialect=config.dialect,
            prisma=config.prisma_version,
            engine=config.prisma_engine,
        ),
        discovery.bare,
    )
    reading = read_migrations(layouts, texts, cache, asked=bool(code))
    # Whoever helps to read begins when the first is asked for.
    migrations: Iterable[tuple[str, SqlFile | Unread]] = chain([*islice(reading, 1)], reading)
    foreign: list[tuple[str, Problem]] = []
    if any(it.guessed for it in layouts):
        known = dict(migrations)
        layouts, foreign = sort_out(layouts, known)
        migrations = known.items()
    wanted = {entry.path for layout in layouts for entry in layout.entries}
    problems = [it for it in discovery.problems if not it[0].endswith(".sql") or it[0] in wanted]
    of_wanted = (it for it in migrations if it[0] in wanted)
    return _Read(facts, code, layouts, of_wanted, [*problems, *foreign], roles, digests)


def _link(read: _Read, config: Config, changes: Changes | None, cache: Cache) -> Project:
    return link(
        read.facts,
        read.problems,
        code=read.code,
        layouts=read.layouts,
        migrations=read.migrations,
        assumed=Assumed(
            postgres=config.postgres_version,
            after=config.migrations_after,
            changes=changes,
        ),
        tenant_column=config.tenant_column,
        roles=read.roles,
        dialect=config.dialect,
        runtime_roles=config.runtime_roles,
        exposed_schemas=config.exposed_schemas,
        store=cache if cache.keeps else None,
        texts=read.digests,
    )


def _sql(discovery: Discovery) -> dict[str, str | None]:
    """The text of each SQL file, None where it could not be read."""
    texts: dict[str, str | None] = {path: None for path, _ in discovery.problems if path.endswith(".sql")}
    texts.update((it.path, it.text) for it in discovery.sources if it.path.endswith(".sql"))
    return texts


def _subjectless(rules: Iterable[Rule[Any]]) -> list[Rule[Any]]:
    return [rule for rule in rules if rule.over not in SUBJECTS and rule.over is not Unused]


def _wanted(
    project: Project, changes: Changes | None, documents: Set[str]
) -> Callable[[Rule[Any], Finding], bool]:
    """Whether a finding speaks of something that can still be mended, or that has changed.

    A migration that is not new has been applied, and must stay as it is. What a rule says of all of the
    migrations it has picked out by itself.
    """
    old = {it.file.path for history in project.histories for it in history.migrations if not it.is_new}

    def wanted(rule: Rule[Any], finding: Finding) -> bool:
        if rule.over is History and finding.span.path not in documents:
            return True
        if finding.span.path in old and rule.over in _OF_ONE_FILE:
            return False
        if changes is None:
            return True
        spans = (finding.span, *(it.span for it in finding.related))
        return any(it.path in changes.new or it.path in changes.edited for it in spans)

    return wanted


_OF_ONE_FILE = (Migration, Step, LinkProblem, Unused)


def _shown(
    diagnostics: Iterable[Diagnostic],
    config: Config,
    rules: Rules,
    wanted: Callable[[Rule[Any], Finding], bool],
) -> tuple[Diagnostic, ...]:
    """Those that the user wants to see, by place.

    They are sorted out only after the comments have been heard: a comment is not in vain because what it
    allows would be hidden anyway.
    """
    silent = silenced(config)
    return tuple(
        sorted(
            (
                it
                for it in diagnostics
                if it.finding.confidence >= config.min_confidence
                and not silent(rules[it.rule], it.finding.span.path)
                and wanted(rules[it.rule], it.finding)
            ),
            key=lambda it: (it.finding.span, it.rule, it.finding.message),
        )
    )
