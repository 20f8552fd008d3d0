"""Policies -> the columns by which they keep tenants apart, though no schema names one."""

from __future__ import annotations

import re
from typing import Final

from crowsfoot.link.project import once
from crowsfoot.link.security.model import SecuredPolicy, SecuredTable, Security
from crowsfoot.link.security.scoping import scoping

# What people call the column of a row's owner; who has made or changed a row last need not own it.
_OWNER: Final = (
    r"(?i)((user|owner|author|profile|member|tenant|organi[sz]ation|org|workspace|team|account|company|customer"
    r"|client|merchant|shop|store)_?(id|uuid)|owner|tenant|user_?name|owner_?name)"
)


def says_whose(table: SecuredTable) -> str | None:
    """The column that says whose a row is: by the tenancy, by policies of other tables, or by its name."""
    names = table.table.columns
    if table.tenant is not None:
        return table.tenant.name
    by_policies = scoping_columns(table.security)
    known = next((it for it in names if it in by_policies), None)
    return known or next((it for it in names if re.fullmatch(_OWNER, it)), None)


def scoped_by(table: SecuredTable) -> tuple[str, SecuredPolicy] | None:
    """The column of the table that says whose a row is, and a policy that scopes another table by such a one.

    None too where most tables that have the column live without row-level security.
    """
    columns = scoping_columns(table.security)
    names = [table.tenant.name] if table.tenant is not None else []
    for name in (*names, *table.table.columns):
        if name in columns:
            return name, columns[name]
    return None


@once
def scoping_columns(security: Security) -> dict[str, SecuredPolicy]:
    """The columns that policies of at least as many tables compare with the session as leave it be."""
    first: dict[str, SecuredPolicy] = {}
    for table in security.tables:
        if not table.enabled:
            continue
        for policy in table.policies:
            using = scoping(policy).using
            if policy.policy.permissive and using is not None and using.kind == "scoped":
                for name in using.bound:
                    first.setdefault(name, policy)
    usual = _usual(security)
    return {name: policy for name, policy in first.items() if name != "id" and name in usual}


def _usual(security: Security) -> frozenset[str]:
    """The columns of which at least half stand in tables with row-level security."""
    having: dict[str, int] = {}
    guarded: dict[str, int] = {}
    for it in security.tables:
        for name in it.table.columns:
            having[name] = having.get(name, 0) + 1
            guarded[name] = guarded.get(name, 0) + it.enabled
    return frozenset(name for name, count in guarded.items() if 2 * count >= having[name])
