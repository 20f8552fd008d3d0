"""A history and its project -> Security."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from msgspec.structs import force_setattr

from crowsfoot.facts.settings import ServedSchemas
from crowsfoot.facts.sql import AlterTable, Change
from crowsfoot.link.catalog import model as held
from crowsfoot.link.history import History
from crowsfoot.link.project import Database, Project
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


# Whom a platform's tools connect as when they run migrations.
_MIGRATORS: Mapping[str, str] = MappingProxyType({"supabase": "postgres"})


def security_of(history: History, project: Project) -> Security:
    """What guards the database that the migrations leave."""
    catalog = history.final
    platform = _platform(history)
    served = _served(history, project) if platform == "supabase" else None
    security = Security(
        history=history,
        catalog=catalog,
        platform=platform,
        principals=Principals(catalog, _MIGRATORS.get(platform), frozenset(project.runtime_roles)),
        tables=(),
        views=(),
        functions=(),
        database=history.database,
        exposed_schemas=frozenset(project.exposed_schemas or (served.schemas if served else ())),
        certain=catalog.certain,
        exposes_tables=served.exposes if served else None,
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
    if tenancy is None and history.database is not None and any(it.policies for it in tables):
        _learn_tenancy(security, history.database)
    return security


def _learn_tenancy(security: Security, database: Database) -> None:
    """Where the schema does not say whose a row is, policies may; rules about tenants hear of it, too."""
    from crowsfoot.link.security.tenancy import tenancy_of, tenant_by_policies

    name = tenant_by_policies(security)
    if name is not None:
        if (tenancy := tenancy_of(database, name)) is not None:
            force_setattr(database, "tenancy", tenancy)
        for table in security.tables:
            force_setattr(table, "tenant", table.table.columns.get(name))


def _served(history: History, project: Project) -> ServedSchemas | None:
    """What the config.toml beside the folder of the migrations says."""
    folder = history.path.rpartition("/")[0]
    place = f"{folder}/config.toml" if folder else "config.toml"
    for file in project.files:
        if file.path == place and isinstance(file.facts, ServedSchemas):
            return file.facts
    return None


def _platform(history: History) -> Platform:
    """Whose database it is, by what only there is."""
    catalog = history.final
    if history.tool == "supabase" or "auth" in catalog.outside:
        return "supabase"
    if "hdb_catalog" in catalog.schemas:
        return "hasura"
    if "auth" in catalog.schemas:  # the migrations make one of their own
        return "plain"
    for table in catalog.tables.values():
        for policy in table.policies.values():
            for expression in (policy.using, policy.check):
                if expression is not None and (found := _OF_PLATFORMS.search(expression.text)):
                    return "neon" if found[1] == "user_id" else "supabase"
    return "plain"


# Functions that only a platform brings.
# Source: https://supabase.com/docs/guides/database/postgres/row-level-security#helper-functions
#         https://neon.com/docs/guides/rls-drizzle
_OF_PLATFORMS = re.compile(r"\bauth\.(uid|jwt|role|user_id)\(\)")


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
