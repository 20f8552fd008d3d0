"""A policy -> whom it is about, as far as its roles, its name and its columns tell.

- ordinary(policy): it applies to a role that whoever uses the application has.
- meant_for_all(policy): its name says that everybody is meant, or it names the role of those without a login.
- meant_for_service(policy): its name says that only a service is meant.
- logs_in(role, principals): migrations make it for a program that works with the database.
- says_public(name): a column that says that a row may be seen by others, such as is_published.
- beside(policy, command): the other policies of the table that count together with it.
- narrowed(policy, command): a restrictive policy keeps tenants apart whatever this one says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot.link.security.model import Command, SecuredPolicy, SecuredTable
from crowsfoot.link.security.principals import LOW_TRUST, Principals
from crowsfoot.link.security.scoping import Condition, scoping, share_roles
from crowsfoot.prose import series

_MOST: Final = 50  # policies of one table for one command

# Patterns are made when they are first asked for: most projects have no policies.
_ALL: Final = (
    r"(?<![a-z])(public(?:ly)?|publish(?:ed)?|any ?one|any ?body|every ?one|every ?body"
    r"|all[ _](?:users|authenticated)|anon(?:ymous)?|visitors?|guests?|open|world|global(?:ly)?|shared"
    r"|non-private|catalog(?:ue)?|lookups?|reference)(?![a-z])"
)
_SERVICE: Final = (
    r"(?<![a-z])(service[ _-]?(?:role|account|key)?|backend|system|server|internal|cron|workers?|jobs?"
    r"|webhooks?|trigger|admins?|administrators?|staff|super[ _-]?(?:user|admin)s?)(?![a-z])"
)
# Roles that are not those of whoever uses the application.
_SPECIAL: Final = (
    r"(?<![a-z])(admins?|administrators?|super\w*|staff|support|operators?|ops|service\w*|backend|system|internal|cron"
    r"|workers?|jobs?|migrat\w*|owner|root|postgres|dba|reporting|report(?:er|s)?|analytics?|analysts?|bi|etl"
    r"|audit\w*|monitor\w*|backup\w*|replicat\w*|maintenance|bypass\w*|dashboard_user|supabase\w*|authenticator)(?![a-z])"
)
_PUBLIC_COLUMN: Final = (
    r"(?<![a-z])(is_?)?(public\w*|published\w*|visib\w*|shar(?:e|ed|ing)|share_\w+|private|listed|unlisted|template|demo"
    r"|featured|live|open|approved|privacy|access_level|discoverable|is_?active|active|status|state|available|enabled)(?![a-z])"
)


def ordinary(policy: SecuredPolicy) -> bool:
    """Whether it applies to a role that whoever uses the application has, and that policies count for."""
    principals = policy.table.security.principals
    roles = policy.policy.roles
    if any(it in LOW_TRUST or it in principals.runtime for it in roles):
        return True
    if principals.runtime and not any(policy.applies_to(it) for it in principals.runtime):
        return False
    return any(not re.search(_SPECIAL, it, re.IGNORECASE) and not principals.bypasses(it) for it in roles)


def meant_for_all(policy: SecuredPolicy) -> bool:
    roles = policy.policy.roles
    return bool(re.search(_ALL, policy.policy.name.replace("_", " "), re.IGNORECASE)) or (
        "anon" in roles and "public" not in roles
    )


def meant_for_service(policy: SecuredPolicy) -> bool:
    return bool(re.search(_SERVICE, policy.policy.name.replace("_", " "), re.IGNORECASE))


def logs_in(role: str, principals: Principals) -> bool:
    """Whether migrations make it for a program to log in as, and its name speaks of no other work."""
    made = principals.catalog.roles.get(role)
    if made is None or "login" not in principals.options(role) or role == principals.migrator:
        return False
    return not re.search(_SPECIAL, role, re.IGNORECASE)


def says_public(name: str) -> bool:
    return bool(re.search(_PUBLIC_COLUMN, re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name), re.IGNORECASE))


def roles(policy: SecuredPolicy) -> str:
    """Whom it is about, as a phrase."""
    names = policy.policy.roles
    return "everybody" if "public" in names else series(names)


def commands(policy: SecuredPolicy) -> tuple[Command, ...]:
    """The commands that it speaks of."""
    command = policy.policy.command
    if command == "all":
        return ("select", "insert", "update", "delete")
    return tuple([it for it in ("select", "insert", "update", "delete") if it == command])


def asked(policy: SecuredPolicy, command: Command) -> Condition | None:
    """What it asks for to let the command see rows, or to let INSERT write them."""
    found = scoping(policy)
    return found.check if command == "insert" else found.using


def beside(policy: SecuredPolicy, command: Command, *, permissive: bool) -> Iterator[SecuredPolicy]:
    """The other policies of the table that apply to the command, and to a role that it applies to."""
    for it in _policies(policy.table, command, permissive):
        if it is not policy and share_roles(policy, it):
            yield it


def _policies(table: SecuredTable, command: Command, permissive: bool) -> tuple[SecuredPolicy, ...]:
    """The policies of a table for a command, worked out once; more than the first are nobody's."""
    memo: dict[tuple[Command, bool], tuple[SecuredPolicy, ...]] = table.__dict__.setdefault("_beside", {})
    key = (command, permissive)
    if key not in memo:
        found = [it for it in table.policies_for(command) if it.policy.permissive is permissive]
        memo[key] = tuple(found[:_MOST])
    return memo[key]


def narrowed(policy: SecuredPolicy, command: Command) -> bool:
    """Whether a restrictive policy asks for more than this one, of everybody whom this one is about."""
    for it in beside(policy, command, permissive=False):
        if "public" in it.policy.roles or all(it.applies_to(role) for role in policy.policy.roles):
            found = asked(it, command)
            if found is not None and found.kind not in ("open", "login"):
                return True
    return False
