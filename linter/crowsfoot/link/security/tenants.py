"""Policies -> the columns by which they keep tenants apart, though no schema names one."""

from __future__ import annotations

from crowsfoot.link.security.model import SecuredPolicy, SecuredTable, Security
from crowsfoot.link.security.scoping import scoping


def scoped_by(table: SecuredTable) -> tuple[str, SecuredPolicy] | None:
    """The column of the table that says whose a row is, and a policy that scopes another table by such a one.

    None too where most tables that have the column live without row-level security.
    """
    columns = scoping_columns(table.security)
    names = [table.tenant.name] if table.tenant is not None else []
    for name in (*names, *columns):
        if name in table.table.columns and name in columns:
            return name, columns[name]
    return None


def scoping_columns(security: Security) -> dict[str, SecuredPolicy]:
    """The columns that policies of at least as many tables compare with the session as leave it be."""
    found: dict[str, SecuredPolicy] | None = security.__dict__.get("_scoping_columns")
    if found is None:
        first: dict[str, SecuredPolicy] = {}
        for table in security.tables:
            if not table.enabled:
                continue
            for policy in table.policies:
                using = scoping(policy).using
                if policy.policy.permissive and using is not None and using.kind == "scoped":
                    for name in using.bound:
                        first.setdefault(name, policy)
        found = {name: policy for name, policy in first.items() if name != "id" and _usual(security, name)}
        security.__dict__["_scoping_columns"] = found
    return found


def _usual(security: Security, name: str) -> bool:
    having = [it for it in security.tables if name in it.table.columns]
    return 2 * sum(it.enabled for it in having) >= len(having)
