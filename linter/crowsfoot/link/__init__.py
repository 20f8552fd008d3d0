"""Facts of all files -> Project: the only place where files meet."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec.structs import force_setattr

from crowsfoot.facts import Facts, Unread
from crowsfoot.facts.common import Problem as FactProblem
from crowsfoot.finding import Directive
from crowsfoot.link.assumed import Assumed
from crowsfoot.link.calls import link_commands
from crowsfoot.link.files import Files
from crowsfoot.link.layouts import Layout
from crowsfoot.link.prisma import link_schema
from crowsfoot.link.project import Database, File, Problem, Project, failed
from crowsfoot.link.units import group_schemas
from crowsfoot.roles import Roles, role_of
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.facts.code import CodeFile
    from crowsfoot.facts.templates import TemplateFile
    from crowsfoot.link.code.access import Code
    from crowsfoot.link.code.parts.keeping import Store
    from crowsfoot.link.history import History


def link(
    read: Iterable[tuple[str, Facts]],
    unread: Iterable[tuple[str, FactProblem]] = (),
    *,
    code: Iterable[tuple[str, "CodeFile | TemplateFile | Unread"]] = (),
    layouts: Sequence[Layout] = (),
    migrations: Iterable[tuple[str, Facts]] = (),
    assumed: Assumed = Assumed(),
    tenant_column: str | None = None,
    roles: Roles = role_of,
    dialect: str | None = None,
    runtime_roles: tuple[str, ...] = (),
    exposed_schemas: tuple[str, ...] = (),
    store: "Store | None" = None,
    texts: Mapping[str, str] = MappingProxyType({}),
) -> Project:
    """The project that the files make together.

    read holds the facts of each path, unread what could not be read at all, layouts which SQL files are
    migrations, and migrations their facts: each is asked for when it is needed, and may still be read until
    then. Nothing is lost: two declarations of one thing are a problem with both places. store keeps what was
    worked out of code whose texts, by their digests, are the same.
    """
    files = tuple(File(path, facts) for path, facts in read)
    unread = tuple(unread)
    # A schema file that could not be read at all may declare what another one lacks.
    lost = (*(path for path, _ in unread), *(it.path for it in files if isinstance(it.facts, Unread)))
    lacking = any(path.endswith(".prisma") for path in lost)
    problems: list[Problem] = []
    databases: list[Database] = []
    for unit in group_schemas(files):
        try:
            database, found = link_schema(unit, tenant_column, lacking=lacking)
        except Exception:
            problems.append(failed(unit[0].path, "linking the schema"))
            continue
        databases.append(database)
        problems += found
    histories: list[History] = []
    if layouts:
        # What replays migrations takes a while to load, and most projects of one schema have none.
        from crowsfoot.link.histories import link_history

        coming = Files(files, migrations)
        schemas = {it.path: it for it in databases}
        for layout in layouts:
            problems += layout.problems
            try:
                history = link_history(layout, coming, assumed)
                histories.append(history)
                problems += history.problems
                _join(history, layout, schemas, databases, tenant_column)
            except Exception:
                problems.append(failed(layout.folder, "linking the migrations"))
        files = coming.all()
    code_files = tuple(File(path, facts) for path, facts in code)
    files += code_files
    asked: Code | None = None
    if code_files:
        from crowsfoot.link.code.analysis import link_code

        try:
            asked = link_code(
                code_files,
                databases,
                roles,
                tenant_column=tenant_column,
                dialect=dialect,
                store=store,
                texts=texts,
            )
            problems += asked.failures
        except Exception:
            problems.append(failed("", "linking the code"))
    problems += [
        Problem(Span(path, it.range.start, it.range.end), it.message, it.kind) for path, it in unread
    ]
    problems += [
        Problem(file.span(it.range), it.message, it.kind) for file in files for it in file.facts.problems
    ]
    try:
        commands = link_commands(files, databases)
    except Exception:
        problems.append(failed("", "linking the commands"))
        commands = ()
    project = Project(
        code=asked,
        # Commands of Prisma's have nothing to do with those that models make.
        databases=(*databases, *(asked.databases if asked is not None else ())),
        files=files,
        problems=tuple(sorted(problems, key=lambda it: it.span)),
        directives=tuple(directive for file in files for directive in _directives(file)),
        histories=tuple(histories),
        commands=commands,
        runtime_roles=runtime_roles,
        exposed_schemas=exposed_schemas,
    )
    if any(_only_policies_tell_tenants(it) for it in histories):
        from crowsfoot.link.security.model import secured

        try:
            secured(project)
        except Exception:
            force_setattr(project, "problems", (*project.problems, failed("", "linking the policies")))
    return project


def _only_policies_tell_tenants(history: "History") -> bool:
    """Whether the schema does not say whose a row is, and there are policies that may."""
    database = history.database
    if database is None or database.tenancy is not None or history.dialect != "postgresql":
        return False
    return any(it.policies for it in history.final.tables.values())


def _join(
    history: "History",
    layout: Layout,
    schemas: Mapping[str, Database],
    databases: list[Database],
    tenant_column: str | None,
) -> None:
    """Let the history and its database know each other; a database that only migrations make is added."""
    from crowsfoot.link.effective import make_effective
    from crowsfoot.link.migrated import database_of

    database = schemas.get(layout.schema or "")
    if database is not None:
        force_setattr(database, "history", history)
        make_effective(database, history.final)
    elif layout.tool != "prisma" or not schemas:
        database = database_of(history, tenant_column)
        force_setattr(database, "history", history)
        databases.append(database)
    force_setattr(history, "database", database)


def _directives(file: File) -> Iterable[Directive]:
    for comment in file.facts.comments:
        covers = None if comment.covers is None else file.span(comment.covers)
        yield Directive(file.span(comment.range), comment.rules, comment.reason, covers)
