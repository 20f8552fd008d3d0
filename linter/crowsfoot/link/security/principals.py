"""Roles: what each is a member of, which rows no policy keeps from it, and what it was granted.

Source: https://www.postgresql.org/docs/current/ddl-priv.html
        https://www.postgresql.org/docs/current/role-membership.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from crowsfoot.link.catalog import model as held
from crowsfoot.source import Span

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


class Privilege(msgspec.Struct, frozen=True):
    """What a role may do with an object, and the statement that has allowed it."""

    grantee: str
    name: str  # "select", "execute", ...; "all"
    span: Span


class Principals:
    """The roles of one catalog."""

    def __init__(self, catalog: held.Catalog, migrator: str | None, runtime: frozenset[str]) -> None:
        self.catalog = catalog
        self.migrator = migrator  # who runs the migrations, and owns what they make; None: not known
        self.runtime = runtime  # roles that the application connects as or assumes; empty: not known
        self._above: dict[str, frozenset[str]] = {}

    def known(self) -> Iterator[str]:
        """Every role that the migrations make or name in a grant."""
        yield from sorted({*self.catalog.roles.keys(), *(it.grantee for it in self.catalog.grants)})

    def options(self, role: str) -> tuple[str, ...]:
        """Its attributes in lower case: "bypassrls", "login"; those of platforms are known."""
        made = self.catalog.roles.get(role)
        own = made.options if made is not None else ()
        return (*own, *(it for it in _BROUGHT.get(role, ()) if f"no{it}" not in own))

    def above(self, role: str) -> frozenset[str]:
        """The roles that it is a member of, directly or not, itself and PUBLIC among them."""
        if role not in self._above:
            seen = {role, PUBLIC}
            waiting = [role]
            while waiting:
                made = self.catalog.roles.get(waiting.pop())
                for name in made.member_of if made is not None else ():
                    if name not in seen:
                        seen.add(name)
                        waiting.append(name)
            self._above[role] = frozenset(seen)
        return self._above[role]

    def is_any_of(self, role: str, names: Iterable[str]) -> bool:
        """Whether one of the names means the role: its own, PUBLIC, or that of a role that it is a member of."""
        return not self.above(role).isdisjoint(names)

    def bypasses(self, role: str) -> bool:
        """Whether no policy of any table applies to it. BYPASSRLS is not inherited: it counts after SET ROLE."""
        options = self.options(role)
        return "superuser" in options or "bypassrls" in options

    def owns(self, role: str, table: held.Table) -> bool:
        """Whether it is the owner of the table, or a member of it: policies count for it only if they are forced."""
        owner = table.owner or self.migrator
        return owner is not None and owner in self.above(role)
