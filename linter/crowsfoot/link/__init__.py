"""Facts of all files -> Project: the only place where files meet."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import force_setattr

from crowsfoot.facts import Facts
from crowsfoot.facts.common import Problem as FactProblem
from crowsfoot.finding import Directive
from crowsfoot.link.assumed import Assumed
from crowsfoot.link.calls import link_commands
from crowsfoot.link.files import Files
from crowsfoot.link.layouts import Layout
from crowsfoot.link.prisma import link_schema
from crowsfoot.link.project import Database, File, Problem, Project
from crowsfoot.link.units import group_schemas
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.link.history import History


def link(
    read: Iterable[tuple[str, Facts]],
    unread: Iterable[tuple[str, FactProblem]] = (),
    *,
    layouts: Sequence[Layout] = (),
    migrations: Iterable[tuple[str, Facts]] = (),
    assumed: Assumed = Assumed(),
    tenant_column: str | None = None,
) -> Project:
    """The project that the files make together.

    read holds the facts of each path, unread what could not be read at all, layouts which SQL files are
    migrations, and migrations their facts: each is asked for when it is needed, and may still be read until
    then. Nothing is lost: two declarations of one thing are a problem with both places.
    """
    files = tuple(File(path, facts) for path, facts in read)
    unread = tuple(unread)
    # A schema file that could not be read at all may declare what another one lacks.
    lacking = any(path.endswith(".prisma") for path, _ in unread)
    problems: list[Problem] = []
    databases: list[Database] = []
    for unit in group_schemas(files):
        database, found = link_schema(unit, tenant_column, lacking=lacking)
        databases.append(database)
        problems += found
    histories: list[History] = []
    if layouts:
        # What replays migrations takes a while to load, and most projects of one schema have none.
        from crowsfoot.link.histories import link_histories

        coming = Files(files, migrations)
        histories += _joined(databases, layouts, link_histories(layouts, coming, assumed), tenant_column)
        problems += [it for layout in layouts for it in layout.problems]
        files = coming.all()
    problems += [
        Problem(Span(path, it.range.start, it.range.end), it.message, it.kind) for path, it in unread
    ]
    problems += [
        Problem(file.span(it.range), it.message, it.kind) for file in files for it in file.facts.problems
    ]
    return Project(
        databases=tuple(databases),
        files=files,
        problems=tuple(sorted(problems, key=lambda it: it.span)),
        directives=tuple(directive for file in files for directive in _directives(file)),
        histories=tuple(histories),
        commands=link_commands(files, databases),
    )


def _joined(
    databases: list[Database],
    layouts: Iterable[Layout],
    histories: Iterable["History"],
    tenant_column: str | None,
) -> Iterator["History"]:
    """The histories, which databases know then, and they them; a database that only they make is added."""
    from crowsfoot.link.effective import make_effective
    from crowsfoot.link.migrated import database_of

    by_path = {it.path: it for it in databases}
    for layout, history in zip(layouts, histories, strict=True):
        database = by_path.get(layout.schema or "")
        if database is not None:
            force_setattr(database, "history", history)
            make_effective(database, history.final)
        elif layout.tool != "prisma" or not by_path:
            database = database_of(history, tenant_column)
            force_setattr(database, "history", history)
            databases.append(database)
        force_setattr(history, "database", database)
        yield history


def _directives(file: File) -> Iterable[Directive]:
    for comment in file.facts.comments:
        covers = None if comment.covers is None else file.span(comment.covers)
        yield Directive(file.span(comment.range), comment.rules, comment.reason, covers)
