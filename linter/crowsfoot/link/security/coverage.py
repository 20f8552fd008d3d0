"""A table -> which roles may change its rows without seeing them.

UPDATE, DELETE and RETURNING read rows, for which a policy for SELECT has to let them through.
Source: https://www.postgresql.org/docs/current/sql-createpolicy.html
"""

from __future__ import annotations

from collections.abc import Iterator

from crowsfoot.link.security.intents import ordinary
from crowsfoot.link.security.model import Command, SecuredPolicy, SecuredTable
from crowsfoot.link.security.policy_sql import Clauses, created
from crowsfoot.link.security.scoping import scoping


def lacking(
    table: SecuredTable, commands: tuple[Command, ...], only: tuple[str, ...] = ()
) -> Iterator[tuple[SecuredPolicy, tuple[str, ...]]]:
    """The first policy of the commands alone for each set of roles that no policy lets see anything."""
    if not table.enabled:
        return
    seen: set[str] = set()
    readable = {
        role for it in table.policies_for("select") if it.policy.permissive for role in it.policy.roles
    }
    for policy in table.policies:
        it = policy.policy
        if it.command not in commands or not it.permissive or (it.using or it.check) is None:
            continue
        if not ordinary(policy) or _lets_nothing(policy):
            continue
        missed = tuple(
            [
                role
                for role in it.roles
                if role not in seen
                and not table.security.principals.bypasses(role)
                and not table.security.principals.is_any_of(role, readable)
            ]
        )
        if "public" in missed and readable:
            continue  # the roles that may read are some of all
        if missed and (not only or set(missed) & set(only)):
            seen.update(missed)
            yield policy, missed


def select_policy(table: SecuredTable, like: SecuredPolicy, roles: tuple[str, ...]) -> str:
    """The policy that lets them see what the other lets them write, as SQL."""
    it = like.policy.using or like.policy.check
    clauses = Clauses(it.text if it is not None else "true")
    return created(table, f"see_{table.table.name}", "select", roles, clauses)


def _lets_nothing(policy: SecuredPolicy) -> bool:
    found = scoping(policy)
    clause = found.check if policy.policy.command == "insert" else found.using
    return clause is None or clause.kind == "never"
