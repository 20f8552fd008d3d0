"""Policies -> the tenancy of a database whose schema does not make plain which column says whose a row is.

What policies of most tables compare with the session is that column: with a setting or a claim, or with what
a SELECT or a function finds. What is compared with the user himself is not: users share a tenant, and rows of
one may well belong to those of another.
"""

from __future__ import annotations

import re
from typing import Final

from crowsfoot.link.project import Database, Tenancy
from crowsfoot.link.security.contexts import Context, Contexts, contexts_of
from crowsfoot.link.security.model import SecuredPolicy, Security
from crowsfoot.link.security.scoping import Comparison, comparisons
from crowsfoot.link.security.terms import bare
from crowsfoot.link.tenants import tenancy_by

_LEAST: Final = 3  # tables
_OF_USERS: Final = re.compile(
    r"(?i)(?:^|[._])(?:user|owner|author|creator|profile|person|sub|subject|login|email)(?:_?(?:id|uuid))?$"
    r"|(?:created|updated|owned|assigned)_?by"
)


def tenant_by_policies(security: Security) -> str | None:
    """The column that policies of most guarded tables, three at least, compare with what is no user."""
    guarded = [it for it in security.tables if it.enabled and it.policies]
    if len(guarded) < _LEAST:
        return None
    contexts = contexts_of(security)
    counts: dict[str, int] = {}
    for table in guarded:
        names = {name for policy in table.policies for name in _tenants_by(policy, contexts)}
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    name = max(sorted(counts), key=counts.__getitem__, default="")
    if counts.get(name, 0) < _LEAST or 2 * counts[name] < len(guarded):
        return None
    return name


def tenancy_of(database: Database, name: str) -> Tenancy | None:
    """What it comes to for the tables of the database."""
    columns = {
        table.model: column
        for table in database.tables.values()
        for column in table.columns.values()
        if column.name == name and table.kind == "table"
    }
    return tenancy_by(columns, database, configured=False)


def _tenants_by(policy: SecuredPolicy, contexts: Contexts) -> set[str]:
    if policy.using is None:
        return set()
    found = comparisons(policy.using, policy.table.table, contexts)
    return {it.column.name for it in found if it.operator == "=" and not _is_of_user(it, contexts)} - {"id"}


def _is_of_user(it: Comparison, contexts: Contexts) -> bool:
    if _OF_USERS.search(it.column.name):
        return True
    if it.context.kind == "query":
        return False
    if it.context.kind == "function":
        called = bare(it.against)
        functions = contexts.functions(called) if called.kind == "call" else ()
        return not any(
            query.tables or any(not _names_user(each) for each in contexts.read_by(function))
            for function in functions
            for query in function.body
        )
    return _names_user(it.context)


def _names_user(context: Context) -> bool:
    if context.kind in ("setting", "claim"):
        return _OF_USERS.search(context.name) is not None
    return context.kind in ("identity", "email", "role", "user")
