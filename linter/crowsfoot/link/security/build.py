"""A history and its project -> Security."""

from __future__ import annotations

from types import MappingProxyType

from msgspec.structs import force_setattr

from crowsfoot.facts.sql import AlterTable, Change
from crowsfoot.link.catalog import model as held
from crowsfoot.link.history import History
from crowsfoot.link.project import Project
from crowsfoot.link.security.model import (
    Platform,
    SecuredFunction,
    SecuredPolicy,
    SecuredTable,
    SecuredView,
    Security,
    Switch,
)
from crowsfoot.link.security.principals import Principals

_SWITCHES = MappingProxyType(
    {"enable rls": "enable", "disable rls": "disable", "force rls": "force", "no force rls": "no force"}
)


def security_of(history: History, project: Project) -> Security:
    """What guards the database that the migrations leave."""
    catalog = history.final
    security = Security(
        history=history,
        catalog=catalog,
        platform=_platform(history),
        principals=Principals(catalog, migrator=None, runtime=frozenset(project.runtime_roles)),
        tables=(),
        views=(),
        functions=(),
        database=history.database,
        exposed_schemas=frozenset(project.exposed_schemas),
        certain=catalog.certain,
    )
    switches = _switches(history)
    ordered = [it for it in catalog.tables_in_order() if not it.temporary]
    tenancy = history.database.tenancy if history.database else None
    tables: list[SecuredTable] = []
    for it in ordered:
        if it.kind == "table":
            tenant = it.columns.get(tenancy.name) if tenancy else None
            table = SecuredTable(security, it, (), tuple(switches.get(it.number, ())), tenant)
            force_setattr(
                table, "policies", tuple(SecuredPolicy(table, policy) for policy in it.policies.values())
            )
            tables.append(table)
    force_setattr(security, "tables", tuple(tables))
    views = (SecuredView(security, it) for it in ordered if it.kind != "table")
    force_setattr(security, "views", tuple(views))
    functions = [it for overloads in catalog.functions.values() for it in overloads]
    functions.sort(key=lambda it: (it.span, it.schema, it.name, it.arguments))
    force_setattr(security, "functions", tuple(SecuredFunction(security, it) for it in functions))
    return security


def _platform(history: History) -> Platform:
    """Whose database it is, by what only there is."""
    if history.tool == "supabase" or "auth" in history.final.outside:
        return "supabase"
    return "plain"


def _switches(history: History) -> dict[int, list[Switch]]:
    """The statements that switch row-level security, by the number of the table, in their order."""
    found: dict[int, list[Switch]] = {}
    for migration in history.migrations:
        for step in migration.steps:
            for change in step.does:
                number = _switched(change, step.before)
                if number is not None and isinstance(change, AlterTable):
                    switch = Switch(_SWITCHES[change.change], step.span_of(change.range))
                    found.setdefault(number, []).append(switch)
    return found


def _switched(change: Change, before: held.Catalog) -> int | None:
    if isinstance(change, AlterTable) and change.change in _SWITCHES:
        return before.number_of(change.table)
    return None
