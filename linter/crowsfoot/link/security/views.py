"""A view -> the tables whose policies do not count for those who ask it, and who they are.

A view reads with the rights of its owner, unless it says security_invoker: then the rights of those count who
ask, below another view as well. A materialized view holds what its owner has read.
Source: https://www.postgresql.org/docs/current/rules-privileges.html
        Measured on PostgreSQL 15 and 18.
"""

from __future__ import annotations

from collections.abc import Sequence

from crowsfoot.link.project import once
from crowsfoot.link.security.contexts import contexts_of
from crowsfoot.link.security.exposure import Reach
from crowsfoot.link.security.model import SecuredTable, SecuredView
from crowsfoot.link.security.terms import in_reading


@once
def bypassed(view: SecuredView) -> tuple[SecuredTable, ...]:
    """The tables with row-level security that the view reads past it, in the order of their creation."""
    tables = view.security.by_number
    return tuple(tables[it] for it in sorted(_bypassed(view, set())) if it in tables)


def _bypassed(view: SecuredView, seen: set[int]) -> set[int]:
    if view.invoker or view.view.number in seen:
        return set()
    seen.add(view.view.number)
    security = view.security
    owner = security.principals.owner(view.view)
    views = security.views_by_number
    found: set[int] = set()
    for number in view.view.reads:
        table = security.table(number)
        if table is not None:
            if table.enabled and security.principals.escapes(owner, table.table):
                found.add(number)
        elif number in views:
            found |= _bypassed(views[number], seen)
    return found


def filters_itself(view: SecuredView) -> bool:
    """Whether the view asks for the user or the tenant by itself."""
    query = view.view.query
    if query is None or query.reading is None:
        return False
    contexts = contexts_of(view.security)
    return any(contexts.value(it) is not None for it in in_reading(query.reading))


def readers(view: SecuredView, tables: Sequence[SecuredTable]) -> list[Reach]:
    """The roles that may ask the view and for which the policies of one of the tables would count."""
    security = view.security
    exposure, principals = security.exposure, security.principals
    roles = exposure.guarded
    return [
        it
        for it in exposure.reaches(roles, view.view, "select")
        if any(not principals.escapes(it.role, table.table) for table in tables)
    ]
