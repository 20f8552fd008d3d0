"""What guards the rows of a database in the end: what rules of the category "security" are over.

Everything is told of the final state of a history, and points at the migration that made it so.
Source: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from crowsfoot.facts.terms import Term
from crowsfoot.finding import Confidence
from crowsfoot.link.project import Database, Linked, Project, once
from crowsfoot.source import Span

if TYPE_CHECKING:
    from crowsfoot.link.catalog import model as held
    from crowsfoot.link.history import History
    from crowsfoot.link.security.exposure import Exposure
    from crowsfoot.link.security.principals import Principals

Platform = Literal["supabase", "neon", "hasura", "plain"]
Command = Literal["select", "insert", "update", "delete"]
COMMANDS: tuple[Command, ...] = ("select", "insert", "update", "delete")


class Switch(Linked, frozen=True, eq=False, dict=True):
    """A statement that has switched row-level security of a table.

    what is "enable", "disable", "force" or "no force".
    """

    what: str
    span: Span


class Security(Linked, frozen=True, eq=False, dict=True):
    """All that guards one database.

    certain is False where something could not be followed: what is not here may exist then.
    """

    history: History
    catalog: held.Catalog
    platform: Platform
    principals: Principals
    tables: tuple[SecuredTable, ...]  # as they were created; partitions among them, views not
    views: tuple[SecuredView, ...]  # materialized ones too
    functions: tuple[SecuredFunction, ...]
    database: Database | None
    exposed_schemas: frozenset[str]  # that an API serves: PostgREST's, Hasura's
    certain: bool
    exposes_tables: bool | None = (
        None  # whether the platform grants new tables, where a setting of it says so
    )

    @cached_property  # asked for each table
    def in_use(self) -> bool:
        """Whether this database relies on row-level security at all."""
        return any(it.enabled or it.policies for it in self.tables)

    def table(self, number: int) -> SecuredTable | None:
        return self.by_number.get(number)

    @cached_property
    def by_number(self) -> Mapping[int, SecuredTable]:
        return {it.table.number: it for it in self.tables}

    @cached_property
    def views_by_number(self) -> Mapping[int, SecuredView]:
        return {it.view.number: it for it in self.views}

    @cached_property
    def functions_by_name(self) -> Mapping[str, tuple[SecuredFunction, ...]]:
        found: dict[str, tuple[SecuredFunction, ...]] = {}
        for it in self.functions:
            name = it.function.name.lower()
            found[name] = (*found.get(name, ()), it)
        return found

    def sure(self, *confidences: Confidence, about: Iterable[str] = ()) -> Confidence:
        """The least of them, for what rests on absence: less where something could not be followed.

        about are the words without which what is absent cannot have been written: "policy", "revoke"; ()
        for all that is about rights.
        """
        least = min(confidences, default=Confidence.CERTAIN)
        if self.certain:
            return least
        lost = self.rights_lost.intersection(about) if about else self.rights_lost
        return Confidence.POSSIBLE if lost else min(least, Confidence.LIKELY)

    @cached_property
    def rights_lost(self) -> frozenset[str]:
        """The words of what could not be followed and is about policies, privileges or owners."""
        from crowsfoot.link.security.followed import rights_lost

        return frozenset() if self.certain else rights_lost(self.history)

    @cached_property
    def exposure(self) -> Exposure:
        """Who reaches what."""
        from crowsfoot.link.security.exposure import exposure_of

        return exposure_of(self)

    def __str__(self) -> str:
        return str(self.history)


class SecuredTable(Linked, frozen=True, eq=False, dict=True):
    """A table, whose rows row-level security may guard."""

    security: Security
    table: held.Table
    policies: tuple[SecuredPolicy, ...]
    switches: tuple[Switch, ...]  # of its row-level security, in the order in which they ran
    tenant: held.Column | None  # the column that says whose a row is

    @property
    def enabled(self) -> bool:
        return self.table.rls

    @property
    def forced(self) -> bool:
        """Its owner is subject to its policies, too."""
        return self.table.rls and self.table.rls_forced

    @property
    def span(self) -> Span:
        return self.table.span

    def policies_for(self, command: Command, role: str | None = None) -> tuple[SecuredPolicy, ...]:
        """Those that apply to the command, and to the role where one is asked for."""
        return tuple(
            it
            for it in self.policies
            if it.policy.command in ("all", command) and (role is None or it.applies_to(role))
        )

    def __str__(self) -> str:
        return str(self.table)


class SecuredPolicy(Linked, frozen=True, eq=False, dict=True):
    """A policy of a table."""

    table: SecuredTable
    policy: held.Policy

    @property
    def using(self) -> Term | None:
        """Which rows can be seen by it; None where nothing is written: none (measured on PostgreSQL 16)."""
        return self.policy.using.term if self.policy.using else None

    @property
    def check(self) -> Term | None:
        """Which rows may be written by it; USING counts where nothing else is written."""
        if self.policy.check is not None:
            return self.policy.check.term
        return None if self.policy.command == "insert" else self.using

    @property
    def span(self) -> Span:
        return self.policy.span

    def span_of(self, term: Term) -> Span:
        """Where a part of its expressions stands."""
        return Span(self.policy.span.path, term.range.start, term.range.end)

    def applies_to(self, role: str) -> bool:
        """Whether it speaks of the role, or of one that it is a member of."""
        return self.table.security.principals.is_any_of(role, self.policy.roles)

    def __str__(self) -> str:
        return f'"{self.policy.name}" on {self.table}'


class SecuredView(Linked, frozen=True, eq=False, dict=True):
    """A view, which reads with the rights of its owner unless it says security_invoker."""

    security: Security
    view: held.Table

    @property
    def invoker(self) -> bool:
        """Those who ask need the rights themselves, and their policies count; from PostgreSQL 15 on."""
        return self.view.invoker

    @property
    def barrier(self) -> bool:
        from crowsfoot.link.catalog.model import is_on

        return is_on(dict(self.view.options).get("security_barrier"))

    @property
    def span(self) -> Span:
        return self.view.span

    def __str__(self) -> str:
        return str(self.view)


class SecuredFunction(Linked, frozen=True, eq=False, dict=True):
    """A function of the migrations."""

    security: Security
    function: held.Function

    @property
    def span(self) -> Span:
        return self.function.span

    def __str__(self) -> str:
        schema = "" if self.function.schema == "public" else f"{self.function.schema}."
        return f"{schema}{self.function.name}()"


@once
def secured(project: Project) -> tuple[Security, ...]:
    """What guards each database of the project; of PostgreSQL alone, as no other has policies."""
    histories = [it for it in project.histories if it.dialect == "postgresql"]
    if not histories:
        return ()
    # Most projects have no policies, and what looks at them takes a while to load.
    from crowsfoot.link.security.build import security_of

    return tuple(security_of(it, project) for it in histories)
