"""Who reaches what: roles that policies are for, and the privileges by which they come to a table.

An API (PostgREST, Hasura) serves some schemas to roles that anybody can have; a program connects as a role of
its own. Nothing is said of the migrator and of roles that no policy keeps from anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from crowsfoot.finding import Confidence
from crowsfoot.link.catalog import model as held
from crowsfoot.link.project import once
from crowsfoot.link.security.principals import LOW_TRUST, PUBLIC, Principals
from crowsfoot.link.security.privileges import Privilege, Privileges

if TYPE_CHECKING:
    from crowsfoot.link.history import History
    from crowsfoot.link.security.model import Security

# Whom Supabase grants every new table and function of the schema public to.
# Source: https://github.com/supabase/postgres/blob/develop/migrations/db/init-scripts/00000000000000-initial-schema.sql
SUPABASE_ROLES: Final = ("anon", "authenticated", "service_role")
SUPABASE_OUTSIDERS: Final = ("anon", "authenticated")
# The days from which on it does so no more: in new projects, and in all of them.
# Source: https://supabase.com/changelog/45329-breaking-change-tables-not-exposed-to-data-and-graphql-api-automatically
_FOR_NEW: Final = "20260530"
_FOR_ALL: Final = "20261030"
_DATED: Final = re.compile(r"(20\d\d[01]\d[0-3]\d)\d{4,6}(?!\d)")
# What Supabase serves where nothing else is said.
# Source: https://supabase.com/docs/guides/local-development/cli/config#api.schemas
SUPABASE_SCHEMAS: Final = frozenset({"public", "graphql_public"})


# As whom PostgREST logs in, to become the role of each request.
# Source: https://docs.postgrest.org/en/stable/references/auth.html
_POSTGREST: Final = "authenticator"
# What row-level security is for.
ROWS: Final = ("select", "insert", "update", "delete")


class Reach(Privilege, frozen=True):
    """A role that has a privilege, by whatever way; grantee is whom it was granted to."""

    role: str = ""

    @property
    def confidence(self) -> Confidence:
        """What a platform grants by itself hangs on the age of the project."""
        return Confidence.LIKELY if self.source in ("platform", "assumed") else Confidence.CERTAIN


class Exposure:
    """What the roles of one catalog reach.

    exposed are the schemas that an API serves; empty where none is known, and then every schema counts that a
    role may use.
    """

    def __init__(
        self,
        principals: Principals,
        privileges: Privileges,
        exposed: frozenset[str],
        brought: tuple[str, ...] = (),  # outsiders that are there whether a migration names them or not
    ) -> None:
        self.principals = principals
        self.privileges = privileges
        self.exposed = exposed
        self._brought = brought
        self._outsiders: tuple[str, ...] | None = None
        self._applications: tuple[str, ...] | None = None
        self._guarded: tuple[str, ...] | None = None
        self._guarded_set: set[str] | None = None
        self._below: dict[str, set[str]] | None = None  # role -> those that have its privileges
        self._ungranted: frozenset[str] | None = None
        self._usable: dict[tuple[str, str], bool] = {}

    @property
    def outsiders(self) -> tuple[str, ...]:
        """The roles that anybody can have who reaches the API, in the order of their names."""
        if self._outsiders is None:
            known = {*self.principals.known()}
            served: frozenset[str] = frozenset()
            if _POSTGREST in known:
                served = self.principals.reachable(_POSTGREST) - {_POSTGREST}
            found = sorted(((LOW_TRUST - {PUBLIC}) & known) | {*self._brought} | served)
            self._outsiders = tuple(it for it in found if not self.principals.bypasses(it))
        return self._outsiders

    @property
    def applications(self) -> tuple[str, ...]:
        """The roles that a program works with: those that the user names, or those that policies are for."""
        if self._applications is None:
            runtime = sorted(self.principals.runtime)
            roles = runtime or [*self.principals.subjects()]
            self._applications = tuple(it for it in roles if not self.principals.bypasses(it))
        return self._applications

    @property
    def guarded(self) -> tuple[str, ...]:
        """All whom policies are for: the roles of the API and of the application."""
        if self._guarded is None:
            self._guarded = tuple(sorted({*self.outsiders, *self.applications}))
        return self._guarded

    def reaches(
        self, roles: Iterable[str], thing: held.Table | held.Function, *names: str
    ) -> Iterator[Reach]:
        """For each role the first way in which it has each of these privileges, and may use the schema."""
        if not self.serves(thing.schema):
            return
        given = [it for it in self.privileges.of(thing) if it.name in names]
        if isinstance(thing, held.Table) and self._strangers:
            for role in self._strangers.intersection(roles):
                given += [Privilege(role, it, None, "assumed") for it in names if it in ROWS]
        for role in self._among(roles, {it.grantee for it in given}) if given else ():
            above = self.principals.above(role)
            held_by = [it for it in given if it.grantee in above]
            if not held_by or not self._may_use(role, thing.schema):
                continue
            for name in names:
                ways = [it for it in held_by if it.name == name]
                if ways:
                    it = min(ways, key=_directness)
                    yield Reach(it.grantee, it.name, it.span, it.source, it.columns, role)

    def _among(self, roles: Iterable[str], grantees: set[str]) -> Iterable[str]:
        """Those that may have what was granted; the others may be many, one for each table."""
        if PUBLIC in grantees:
            return roles
        if self._below is None:
            self._below = {}
            for role in self.guarded:
                for name in self.principals.above(role):
                    self._below.setdefault(name, set()).add(role)
        guarded = {*self.guarded} if self._guarded_set is None else self._guarded_set
        self._guarded_set = guarded
        below: set[str] = set().union(*(self._below.get(it, ()) for it in grantees))
        return [it for it in roles if it in below or it not in guarded]

    @property
    def _strangers(self) -> frozenset[str]:
        """Roles of the application that no migration grants anything: somebody else must have done that."""
        if self._ungranted is None:
            granted = {it.grantee for it in self.principals.catalog.grants if it.kind != "role"}
            self._ungranted = frozenset(
                role
                for role in self.principals.runtime
                if granted.isdisjoint(self.principals.above(role) - {PUBLIC})
            )
        return self._ungranted

    def serves(self, schema: str) -> bool:
        return not self.exposed or schema in self.exposed

    def _may_use(self, role: str, schema: str) -> bool:
        key = (role, schema)
        if key not in self._usable:
            above = self.principals.above(role)
            usable = role in self._strangers or any(
                it.name == "usage" and it.grantee in above for it in self.privileges.of_schema(schema)
            )
            # What an API is told to serve, its roles may use, or it would serve nothing.
            self._usable[key] = usable or (schema in self.exposed and not self.privileges.speaks_of(schema))
        return self._usable[key]


def _directness(it: Privilege) -> tuple[int, bool]:
    return ("grant", "default", "built-in", "platform", "assumed").index(it.source), bool(it.columns)


def exposure_of(security: Security) -> Exposure:
    """What the roles of the database reach in the end."""
    catalog, principals = security.catalog, security.principals
    if security.platform != "supabase":
        privileges = Privileges(catalog, principals.migrator)
        return Exposure(principals, privileges, security.exposed_schemas)
    grants = SupabaseGrants(security.history, security.exposes_tables)
    privileges = Privileges(catalog, principals.migrator, grants, SUPABASE_ROLES)
    return Exposure(principals, privileges, security.exposed_schemas or SUPABASE_SCHEMAS, SUPABASE_OUTSIDERS)


@once
def open_tables(security: Security) -> Mapping[int, tuple[Reach, ...]]:
    """The tables without row-level security that anybody reaches, by number, with the ways to them.

    Partitions and heirs are left to what is said of their parents.
    """
    found: dict[int, tuple[Reach, ...]] = {}
    exposure = security.exposure
    for it in security.tables:
        if not it.enabled and it.table.partition_of is None and not it.table.inherits:
            reaches = tuple(exposure.reaches(exposure.outsiders, it.table, *ROWS))
            if reaches:
                found[it.table.number] = reaches
    return found


class SupabaseGrants:
    """Whether Supabase has granted an object to its roles when it was made, by the dates of the migrations.

    always is what the user's configuration says of it, where it does.
    """

    def __init__(self, history: History, always: bool | None) -> None:
        self.always = always
        self.dates = [_date(it.name) for it in history.migrations]
        self.born = min((it for it in self.dates if it), default=None)

    def __call__(self, thing: held.Table | held.Function) -> bool:
        return self.at(thing.created_in)

    def at(self, migration: int) -> bool:
        """Whether it has granted what the migration of that number has made."""
        if self.always is not None:
            return self.always
        date = self.dates[migration] if 0 <= migration < len(self.dates) else None
        if date is not None and date >= _FOR_ALL:
            return False
        return self.born is None or self.born < _FOR_NEW


def _date(name: str) -> str | None:
    found = _DATED.match(name)
    return found[1] if found else None
