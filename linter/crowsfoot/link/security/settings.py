"""What rules see of the code that sets something of a session: where, how long it lasts, and what follows it.

What such a setting opens, the policies of the databases tell: those that read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from crowsfoot.libraries.query import Query
from crowsfoot.link.project import Linked, Project
from crowsfoot.roles import Role
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.link.security.connections import Connection
    from crowsfoot.link.security.model import SecuredPolicy, Security

CLAIMS: Final = re.compile(r"request\.jwt(?:\.claims?(?:\.\w+)?)?|request\.claims?|jwt\.claims?.*")
# What tells the database for whom it works, by its name.
_CONTEXT: Final = re.compile(
    r"tenant|user|org|account|company|customer|workspace|claims|client|team|school|clinic|practice|member"
    r"|merchant|store|shop|project|current|identity|principal|actor|group|role|admin|bypass|rls",
)
_ELEVATED: Final = re.compile(r"(?:^|[._])(?:is_)?(?:super|admin|bypass|system|service|root|staff|sudo|god)")
_TRUE: Final = frozenset(("true", "on", "1", "yes", "t", "y"))
# Variables of PostgreSQL's own extensions.
_EXTENSIONS: Final = frozenset(
    (
        "pg_trgm",
        "hnsw",
        "ivfflat",
        "auto_explain",
        "plpgsql",
        "timescaledb",
        "pg_stat_statements",
        "citus",
        "vectors",
        "diskann",
        "postgis",
        "pgaudit",
        "log",
        "pgroonga",
        "bm25",
        "paradedb",
        "pg_hint_plan",
        "plperl",
        "plv8",
        "cron",
        "vchordrq",
        "vectorscale",
        "age",
        "enable",
    )
)


class Sent(NamedTuple):
    """A statement of the same function. below: where it is sent, if that is in a function that is called."""

    span: Span
    query: Query
    below: Span | None = None


class ContextSetting(Linked, frozen=True, eq=False, dict=True):
    """A place that sets something of a session, or takes it back.

    name is in lower case: "app.tenant", "role", "search_path"; "" where only the run knows it. local: until
    the transaction ends; None: nobody can tell. handed: the connection is a parameter; callers know more.
    """

    action: Literal["set", "reset"]
    name: str
    value: str  # where it is constant
    how: Literal["constant", "parameter", "built"]
    local: bool | None
    query: Query
    span: Span
    function: str
    role: Role
    library: str
    pooled: bool | None  # the connection goes back to others; None: nobody can tell
    cleans: bool  # the pool sends RESET ALL before
    transaction: Literal["block", "implicit", "none", "unknown"]
    callers: tuple[str, ...]  # in which transactions they call it
    handed: bool
    taken_back: Span | None  # by the same function
    taken_back_surely: bool  # whatever happens: in `finally`
    taken_back_elsewhere: bool
    event: Literal["", "connect", "checkout", "return"]  # what calls the function
    after: tuple[Sent, ...]  # what the function asks on the same connection afterwards
    elsewhere: tuple[Sent, ...]  # what it asks on other connections afterwards, and nothing on this one
    lost: tuple[Sent, ...]  # of after: what comes when the transaction has ended
    set_role: bool  # the function sets the role of the connection as well
    goes_on: bool  # it hands the connection on: it yields, or calls what handles the request
    reads: bool  # the same statement reads a table
    checked: bool  # what it writes into the text is a number or a UUID, or has been checked
    own: bool  # the statement takes a connection of its own out of the pool
    in_middleware: bool
    role_elsewhere: bool = False  # another function sets a role
    over: bool = False  # the function commits, and then hands the connection on

    @property
    def is_context(self) -> bool:
        """Whether it may decide which rows are seen: by a variable, or as a role."""
        if self.name in ("role", "session_authorization"):
            return True
        prefix, dot, _rest = self.name.partition(".")
        return bool(dot) and prefix not in _EXTENSIONS and (bool(self.policies) or self.is_named_so)

    @property
    def is_named_so(self) -> bool:
        """Whether its name is that of a tenant, a user, or a right."""
        return CLAIMS.fullmatch(self.name) is not None or _CONTEXT.search(self.name) is not None

    @property
    def is_claims(self) -> bool:
        return CLAIMS.fullmatch(self.name) is not None

    @property
    def is_script(self) -> bool:
        """Whether it is SQL of a document, and not of a program."""
        return not self.function and self.library == "sql" and self.query.api.isupper()

    @property
    def repeats(self) -> bool:
        """Whether the same function sets something else before, for the same statements."""
        return bool(self.__dict__.get("_repeats", False))

    @property
    def is_flag(self) -> bool:
        """Whether it is named for a right, and not for whom the session works."""
        return _ELEVATED.search(self.name) is not None

    @property
    def elevates(self) -> bool:
        """Whether it lets its connection see more than others: a flag that is up, a role that bypasses."""
        if self.name in ("role", "session_authorization"):
            return self.how == "constant" and any(
                it.principals.bypasses(self.value) for it in self.securities
            )
        return (
            self.how == "constant" and self.value.lower() in _TRUE and _ELEVATED.search(self.name) is not None
        )

    @property
    def outlives(self) -> bool:
        """Whether whoever gets the connection next finds it there, as far as anybody can tell."""
        if self.action != "set" or self.local is not False or self.event or self.taken_back_surely:
            return False
        if self.behind_pooler is not None:
            return True
        if self.cleans and self.name not in ("role", "session_authorization"):
            return False  # RESET ALL leaves the role as it is
        return self.pooled is not False

    @property
    def behind_pooler(self) -> Connection | None:
        """The connection of the project that PgBouncer or Supavisor hands on after each transaction."""
        found = [it for it in self.connections if it.purpose == "runtime"]
        return found[0] if found and all(it.pooler for it in found) else None

    @property
    def in_doubt(self) -> bool:
        """Whether something that is not seen may put it right, or it is no part of an application."""
        return (
            self.role != "application"
            or self.taken_back is not None
            or self.taken_back_elsewhere
            or (self.pooled is None and self.behind_pooler is None)
        )

    @property
    def securities(self) -> Sequence[Security]:
        found: Sequence[Security] = self.__dict__.get("_securities", ())
        return found

    @property
    def connections(self) -> Sequence[Connection]:
        """By whom the project connects, as far as its files say."""
        found: Sequence[Connection] = self.__dict__.get("_connections", ())
        return found

    @cached_property
    def policies(self) -> tuple[SecuredPolicy, ...]:
        """The policies that read it, of tables whose row-level security is on."""
        return tuple(it for security in self.securities for it in policies_reading(security, self.name))

    def __str__(self) -> str:
        return f"{self.function or 'module'}: {self.name}"


def policies_reading(security: Security, name: str) -> tuple[SecuredPolicy, ...]:
    """The policies of a database that the variable decides."""
    known: dict[str, tuple[SecuredPolicy, ...]] = security.__dict__.setdefault("_policies_reading", {})
    if name not in known:
        known[name] = tuple(_reading(security, name))
    return known[name]


def _reading(security: Security, name: str) -> Iterator[SecuredPolicy]:
    from crowsfoot.link.security.contexts import contexts_of

    contexts = contexts_of(security)
    claims = CLAIMS.fullmatch(name) is not None
    for table in security.tables:
        if not table.enabled:
            continue
        for policy in table.policies:
            terms = [it for it in (policy.using, policy.check) if it is not None]
            found = [it for term in terms for it in contexts.within(term)]
            if any(
                (it.kind == "setting" and it.name.lower() == name)
                or (claims and it.kind in ("claim", "identity", "email", "role"))
                or (it.kind == "function" and name in it.name.lower())
                for it in found
            ):
                yield policy


def _goes_with(it: ContextSetting, last: ContextSetting) -> bool:
    return (it.span.path, it.function, it.after) == (last.span.path, last.function, last.after)


def context_settings(project: Project) -> tuple[ContextSetting, ...]:
    """Those of the project, which know its databases then."""
    found = project.code.settings if project.code is not None else ()
    if found:
        from crowsfoot.link.security.connections import connections_of
        from crowsfoot.link.security.model import secured

        securities, connections = secured(project), connections_of(project)
        last: ContextSetting | None = None
        for it in found:
            it.__dict__["_repeats"] = last is not None and _goes_with(it, last)
            last = it if it.action == "set" and "." in it.name and not it.is_flag else last
            it.__dict__["_securities"] = securities
            it.__dict__["_connections"] = connections
    return found
