"""Facts of all files -> Project: the only place where files meet."""

from collections.abc import Iterable

from crowsfoot.facts import Facts
from crowsfoot.facts.common import Problem as FactProblem
from crowsfoot.finding import Directive
from crowsfoot.link.prisma import link_schema
from crowsfoot.link.project import Database, File, Problem, Project
from crowsfoot.link.units import group_schemas
from crowsfoot.source import Span


def link(
    read: Iterable[tuple[str, Facts]],
    unread: Iterable[tuple[str, FactProblem]] = (),
    *,
    tenant_column: str | None = None,
) -> Project:
    """The project that the files make together.

    read holds the facts of each path, unread what could not be read at all. Nothing is lost: two
    declarations of one thing are a problem with both places.
    """
    files = tuple(File(path, facts) for path, facts in read)
    unread = tuple(unread)
    # A schema file that could not be read at all may declare what another one lacks.
    lacking = any(path.endswith(".prisma") for path, _ in unread)
    problems = [Problem(Span(path, it.range.start, it.range.end), it.message, it.kind) for path, it in unread]
    problems += [
        Problem(file.span(it.range), it.message, it.kind) for file in files for it in file.facts.problems
    ]
    databases: list[Database] = []
    for unit in group_schemas(files):
        database, found = link_schema(unit, tenant_column, lacking=lacking)
        databases.append(database)
        problems += found
    return Project(
        databases=tuple(databases),
        files=files,
        problems=tuple(sorted(problems, key=lambda it: it.span)),
        directives=tuple(directive for file in files for directive in _directives(file)),
    )


def _directives(file: File) -> Iterable[Directive]:
    for comment in file.facts.comments:
        covers = None if comment.covers is None else file.span(comment.covers)
        yield Directive(file.span(comment.range), comment.rules, comment.reason, covers)
