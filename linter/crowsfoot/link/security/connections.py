"""The files of a project -> by whom it connects to its databases, and for what: Connections.

They stand in .env files, in compose files, in alembic.ini, in prisma.config.* and schema.prisma, in DATABASES
of Django's settings, and in the code itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

from msgspec.structs import replace

from crowsfoot.facts import Automation, Environment
from crowsfoot.facts.environment import Login, Variable
from crowsfoot.facts.prisma import PrismaFile
from crowsfoot.link.project import File, Linked, Project, once
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.link.code.access import Access
    from crowsfoot.link.security.model import SecuredTable, Security
    from crowsfoot.link.security.settings import ContextSetting

Purpose = Literal["runtime", "migration", "test"]

# What a variable is for, by its name.
_MIGRATES: Final = re.compile(
    r"DIRECT|MIGRAT|ADMIN|OWNER|SHADOW|SUPERUSER|ROOT|MASTER|UNPOOLED|NON_POOLING|SERVICE|BACKUP|ALEMBIC",
    re.I,
)
_TESTS: Final = re.compile(r"(?:^|_)(?:TEST|TESTING|CI|E2E)(?:_|$)", re.I)
_TEST_FILES: Final = re.compile(r"(?:^|[/._-])(?:test|tests|testing|ci|e2e)(?:[/._-]|$)", re.I)
_USERS: Final = re.compile(
    r"^(?:\w+_)?(?:DB|DATABASE|POSTGRES|POSTGRESQL|PG|PSQL|SQL|RDS)_?(?:USER|USERNAME)$", re.I
)
_OF_IMAGE: Final = re.compile(
    r"^POSTGRES(?:QL)?_(?:USER|USERNAME)$"
)  # what makes the image of PostgreSQL its superuser
_LOCAL: Final = frozenset(
    ("localhost", "127.0.0.1", "::1", "[::1]", "db", "postgres", "database", "host.docker.internal")
)


class Connection(Linked, frozen=True, eq=False, dict=True):
    """A place that says by whom a database is connected to. No password is ever kept.

    span is that of the user's name, where one is written. made_superuser: the image of PostgreSQL that a
    compose file starts makes this user its superuser.
    """

    variable: str
    user: str | None
    span: Span
    purpose: Purpose
    pooler: bool = False
    local: bool = False
    made_superuser: bool = False
    migrates: bool = False  # migrations run by the same variable, so that it owns what they make

    # What a rule sees of the project around it.

    @property
    def securities(self) -> tuple[Security, ...]:
        """The databases with policies."""
        found: tuple[Security, ...] = self.__dict__.get("securities_", ())
        return found

    @property
    def settings(self) -> tuple[ContextSetting, ...]:
        found: tuple[ContextSetting, ...] = self.__dict__.get("settings_", ())
        return found

    @property
    def asked(self) -> tuple[Access, ...]:
        found: tuple[Access, ...] = self.__dict__.get("asked_", ())
        return found

    @property
    def others(self) -> tuple[Connection, ...]:
        """All of the project, itself among them."""
        found: tuple[Connection, ...] = self.__dict__.get("others_", ())
        return found

    def bypasses(self, security: Security) -> str:
        """Why no policy applies to it, "" where they do or nobody can tell."""
        if self.user is None:
            return ""
        options = security.principals.options(self.user)
        if "superuser" in options or (self.user == "postgres" and security.platform == "plain"):
            return "a superuser"
        if "bypassrls" in options:
            return "which has BYPASSRLS"
        if self.made_superuser:
            return "whom the image of PostgreSQL makes a superuser"
        return "the owner of the tables" if self.owned(security) else ""

    def owned(self, security: Security) -> tuple[SecuredTable, ...]:
        """The tables whose policies it goes around as their owner."""
        if self.user is None:
            return ()
        return tuple(
            it for it in security.tables if it.enabled and not it.forced and it.policies and self._owns(it)
        )

    def _owns(self, table: SecuredTable) -> bool:
        security = table.security
        if self.user is not None and security.principals.owns(self.user, table.table):
            return True
        return self.migrates and security.history.tool == "prisma" and table.table.owner is None

    def is_subject(self, security: Security) -> bool:
        """Whether it is a role that policies are known to apply to: one that the migrations make or name."""
        if self.user is None or self.bypasses(security):
            return False
        return self.user in set(security.principals.known()) or self.user in {
            role for table in security.tables for it in table.policies for role in it.policy.roles
        }

    def __str__(self) -> str:
        return self.variable


class EnvironmentVariable(Linked, frozen=True, eq=False, dict=True):
    """A variable that holds, or is named as if it held, a key that no policy applies to."""

    name: str
    span: Span
    value: Span
    secret: Literal["", "service_role", "secret"]
    path: str

    def __str__(self) -> str:
        return self.name


@once
def connections_of(project: Project) -> tuple[Connection, ...]:
    """All that the project's files say, in their order."""
    return tuple(_connections(project))


def variables_of(project: Project) -> tuple[EnvironmentVariable, ...]:
    """The variables with keys, for rules."""
    return tuple(
        EnvironmentVariable(it.name.text, file.span(it.name.range), file.span(it.value), it.secret, file.path)
        for file, it in _variables(project.files)
        if it.secret or _NAMES_KEY.search(it.name.text)
    )


_NAMES_KEY: Final = re.compile(r"SERVICE_ROLE|SERVICE_KEY|SECRET", re.I)


def _connections(project: Project) -> Iterator[Connection]:
    variables = list(_variables(project.files))
    migrating = frozenset(_migrating(project.files))
    superusers = frozenset(_superusers(variables))
    for file, it in variables:
        if it.login is not None:
            migrates = isinstance(file.facts, Environment) and file.facts.kind == "ini"
            found = _of_login(it.login, it.name.text, file, superusers, "migration" if migrates else None)
            yield replace(found, migrates=True) if it.name.text in migrating else found
    logins = {file.path for file, it in variables if it.login is not None}
    for file, it in variables:
        if it.word is not None and _USERS.match(it.name.text) and file.path not in logins and not it.service:
            yield _of_user(it.name.text, it.word.text, file.span(it.word.range), file.path, superusers)
    for file in project.files:
        for url in file.literal_urls:
            from crowsfoot.frontends.logins import login_of

            login = login_of(url.text, 0, {})
            if login is not None and login.user is not None:
                purpose: Purpose = "runtime" if url.key == "url" else "migration"
                yield Connection(url.key, _user(login), url.span, purpose, login.pooler, login.host in _LOCAL)
    if project.code is not None:
        from crowsfoot.link.security.code_logins import logins_in

        for file in project.files:
            if file.path.endswith(".py"):
                for name, login in logins_in(file):
                    yield _of_login(login, name, file, superusers, None)


def _variables(files: Sequence[File]) -> Iterator[tuple[File, Variable]]:
    for file in files:
        if isinstance(file.facts, Environment | Automation):
            for it in file.facts.variables:
                yield file, it


def _migrating(files: Sequence[File]) -> Iterator[str]:
    """The variables by which both the application and `prisma migrate` connect."""
    for file in files:
        if isinstance(file.facts, PrismaFile):
            for block in file.facts.datasources:
                url = block.get("url")
                if url is not None and url.env and block.get("directUrl") is None:
                    yield url.env


def _superusers(variables: Sequence[tuple[File, Variable]]) -> Iterator[str]:
    """Source: https://hub.docker.com/_/postgres"""
    composed = [it for _, it in variables if it.service and _OF_IMAGE.match(it.name.text)]
    for it in composed:
        if it.word is not None:
            yield it.word.text
    if any(it.word is None for it in composed):  # ${POSTGRES_USER}, which .env says
        for _, it in variables:
            if not it.service and _OF_IMAGE.match(it.name.text) and it.word is not None:
                yield it.word.text


def _of_login(
    login: Login, name: str, file: File, superusers: frozenset[str], purpose: Purpose | None
) -> Connection:
    user = _user(login)
    return Connection(
        name,
        user,
        file.span(login.range),
        purpose or _purpose(name, file.path),
        login.pooler,
        login.host in _LOCAL,
        user in superusers,
    )


def _of_user(name: str, user: str, span: Span, path: str, superusers: frozenset[str]) -> Connection:
    return Connection(name, user, span, _purpose(name, path), made_superuser=user in superusers)


def _user(login: Login) -> str | None:
    """The role: Supabase's pooler wants the name of the project behind a dot."""
    if login.user is not None and "supabase.com" in login.host:
        return login.user.partition(".")[0]
    return login.user


def _purpose(name: str, path: str) -> Purpose:
    if _TESTS.search(name) or _TEST_FILES.search(path):
        return "test"
    return "migration" if _MIGRATES.search(name) else "runtime"


def connections_for_rules(project: Project) -> tuple[Connection, ...]:
    """Those of a project that has policies, with what they may go around."""
    from crowsfoot.link.security.model import secured
    from crowsfoot.link.security.settings import context_settings

    securities = tuple(it for it in secured(project) if any(table.policies for table in it.tables))
    if not securities:
        return ()
    found = connections_of(project)
    for it in found:
        it.__dict__.update(
            securities_=securities,
            settings_=context_settings(project),
            asked_=project.code.accesses if project.code is not None else (),
            others_=found,
        )
    return found
