"""Roles: what each is a member of, which rows no policy keeps from it, and what it owns.

Source: https://www.postgresql.org/docs/current/role-attributes.html
        https://www.postgresql.org/docs/current/role-membership.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from crowsfoot.link.catalog import model as held

PUBLIC: Final = "public"

# Roles that platforms bring, with what counts of them here.
# Source: https://supabase.com/docs/guides/database/postgres/roles
#         https://neon.com/docs/manage/roles
_BROUGHT: Final[dict[str, tuple[str, ...]]] = {
    "postgres": ("bypassrls", "login"),
    "supabase_admin": ("superuser", "bypassrls", "login"),
    "service_role": ("bypassrls", "nologin"),
    "anon": ("nologin",),
    "authenticated": ("nologin",),
    "authenticator": ("noinherit", "login"),
    "neon_superuser": ("bypassrls", "nologin"),
    "neondb_owner": ("bypassrls", "login"),
    "rds_superuser": ("nologin",),
    "azure_pg_admin": ("nologin",),
    "cloudsqlsuperuser": ("nologin",),
}
# Roles that whoever reaches the API has without a login, or with one that anybody can get.
LOW_TRUST: Final = frozenset({"anon", "authenticated", "web_anon", "anonymous", PUBLIC})


class Principals:
    """The roles of one catalog."""

    def __init__(self, catalog: held.Catalog, migrator: str | None, runtime: frozenset[str]) -> None:
        self.catalog = catalog
        self.migrator = migrator  # who runs the migrations, and owns what they make; None: not known
        self.runtime = runtime  # roles that the application connects as or assumes; empty: not known
        self._above: dict[str, frozenset[str]] = {}
        self._reachable: dict[str, frozenset[str]] = {}
        self._known: tuple[str, ...] | None = None

    def known(self) -> Iterator[str]:
        """Every role that the migrations make or name in a grant."""
        if self._known is None:
            granted = {it.grantee for it in self.catalog.grants}
            self._known = tuple(sorted({*self.catalog.roles.keys(), *granted}))
        yield from self._known

    def options(self, role: str) -> tuple[str, ...]:
        """Its attributes in lower case: "bypassrls", "login"; those of platforms are known."""
        made = self.catalog.roles.get(role)
        own = made.options if made is not None else ()
        return (*own, *(it for it in _BROUGHT.get(role, ()) if f"no{it}" not in own))

    def above(self, role: str) -> frozenset[str]:
        """The roles whose privileges it has by itself: its own, PUBLIC's, and those of inherited memberships.

        Policies, grants and ownership all count for it by these.
        """
        if role not in self._above:
            self._above[role] = self._closure(role, self._inherits) | {PUBLIC}
        return self._above[role]

    def reachable(self, role: str) -> frozenset[str]:
        """The roles that it is or can become with SET ROLE."""
        if role not in self._reachable:
            self._reachable[role] = self._closure(role, self._may_set)
        return self._reachable[role]

    def _closure(self, role: str, passes: Callable[[held.Role, str], bool]) -> frozenset[str]:
        seen = {role}
        waiting = [role]
        while waiting:
            made = self.catalog.roles.get(waiting.pop())
            for name in made.member_of if made is not None else ():
                if name not in seen and made is not None and passes(made, name):
                    seen.add(name)
                    waiting.append(name)
        return frozenset(seen)

    def _inherits(self, role: held.Role, of: str) -> bool:
        said = dict(role.inherits).get(of)
        return "noinherit" not in self.options(role.name) if said is None else said

    def _may_set(self, role: held.Role, of: str) -> bool:
        return of not in role.without_set

    def is_any_of(self, role: str, names: Iterable[str]) -> bool:
        """Whether one of the names means the role: its own, PUBLIC, or one whose privileges it has."""
        return not self.above(role).isdisjoint(names)

    def bypasses(self, role: str) -> bool:
        """Whether no policy of any table applies to it; BYPASSRLS is not inherited."""
        options = self.options(role)
        return "superuser" in options or "bypassrls" in options

    def owner(self, thing: held.Table | held.Function) -> str | None:
        """The role that owns it; None where that is whoever runs the migrations, and nobody says who."""
        return thing.owner or self.migrator

    def owns(self, role: str, table: held.Table) -> bool:
        """Whether it owns the table or is a member of who does: policies count for it only if forced."""
        owner = self.owner(table)
        return owner is not None and owner in self.above(role)

    def escapes(self, role: str | None, table: held.Table) -> bool:
        """Whether no policy of the table counts for the role; None is whoever runs the migrations."""
        if role is None:
            return self.owner(table) is None and not table.rls_forced
        return self.bypasses(role) or (not table.rls_forced and self.owns(role, table))

    def subjects(self) -> Iterator[str]:
        """Known roles that policies are for: neither the migrator, nor one that passes them all by."""
        for role in self.known():
            if role not in (PUBLIC, self.migrator) and not self.bypasses(role):
                yield role
