"""A setting and what the project says of its connections -> whether policies count for who sets it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from crowsfoot.link.security.principals import LOW_TRUST

if TYPE_CHECKING:
    from crowsfoot.link.security.connections import Connection
    from crowsfoot.link.security.model import SecuredPolicy, SecuredTable, Security
    from crowsfoot.link.security.settings import ContextSetting

# Roles of platforms, which say nothing of the program's own.
_BROUGHT: Final = frozenset(
    (
        "postgres",
        "service_role",
        "authenticator",
        "supabase_admin",
        "dashboard_user",
        "supabase_auth_admin",
        "neondb_owner",
        "neon_superuser",
        "public",
        *LOW_TRUST,
    )
)


class Verdict(NamedTuple):
    """counts: policies count; None where nobody can tell. why: what the connection is, where they do not."""

    counts: bool | None
    why: str = ""
    connection: Connection | None = None


def verdict(setting: ContextSetting) -> Verdict:
    """Whether policies count for the connection as it logged in."""
    runtime = [it for it in setting.connections if it.purpose == "runtime" and it.user is not None]
    securities = [it for it in setting.securities if it.in_use]
    subject = False
    for connection in runtime:
        for security in securities:
            why = connection.bypasses(security)
            if why:
                if why == "the owner of the tables" and not _any_unforced(setting, security):
                    continue
                return Verdict(False, why, connection)
            subject = subject or connection.is_subject(security)
    if subject or any(_has_runtime_role(it) for it in securities):
        return Verdict(True)
    if securities and setting.policies and not any(_any_unforced(setting, it) for it in securities):
        return Verdict(True)  # who owns the tables is subject as well
    return Verdict(None)


def _has_runtime_role(security: Security) -> bool:
    """Whether the settings or the migrations know a role that the program may well log in as."""
    principals = security.principals
    if principals.runtime:
        return not any(principals.bypasses(it) for it in principals.runtime)
    return any(_is_own_role(security, it) for it in _named(security))


def _named(security: Security) -> Iterator[str]:
    yield from security.principals.known()
    for table in security.tables:
        for policy in table.policies:
            yield from policy.policy.roles


def _is_own_role(security: Security, role: str) -> bool:
    if role in _BROUGHT or security.principals.bypasses(role):
        return False
    return "nologin" not in security.principals.options(role)


def _any_unforced(setting: ContextSetting, security: Security) -> bool:
    tables = {it.table for it in setting.policies if it.table.security is security}
    return any(not it.forced for it in tables or security.tables if it.enabled)


def role_of(policies: Sequence[SecuredPolicy], claims: bool) -> str:
    """The role to work as: that of the policies, where they name one."""
    for policy in policies:
        for role in policy.policy.roles:
            if role not in ("public", "anon"):
                return role
    return "authenticated" if claims else "app_user"


def asked_tables(setting: ContextSetting) -> tuple[SecuredTable, ...]:
    """The tables with policies that are asked afterwards on the same connection."""
    names = {
        it.query.table.rpartition(".")[2].strip('"').lower()
        for it in setting.after
        if it.query.table is not None
    }
    return tuple(
        table
        for security in setting.securities
        for table in security.tables
        if table.enabled and table.policies and table.table.name.lower() in names
    )
