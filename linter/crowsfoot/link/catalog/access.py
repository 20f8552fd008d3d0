"""Who may do what: policies, roles, grants, owners."""

from __future__ import annotations

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AlterPolicy,
    ChangeOwner,
    CreatePolicy,
    CreateRole,
    Expression,
    Grant,
    ObjectName,
)
from crowsfoot.link.catalog.builtin import SYSTEM_COLUMNS
from crowsfoot.link.catalog.constants import check_casts
from crowsfoot.link.catalog.draft import Draft, edited
from crowsfoot.link.catalog.model import MOST, Granted, Policy, Role, Table


def create_policy(draft: Draft, change: CreatePolicy) -> None:
    table = draft.table(change.table)
    refuse_views(draft, table, change.table)
    if change.name in table.policies:
        draft.refuse(
            "42710",
            f'policy "{change.name}" for table "{table.name}" already exists',
            change.range,
            change.name,
            table.name,
            others=(table.policies[change.name].span,),
        )
    for expression in (change.using, change.check):
        check_condition(draft, table, expression)
    policy = Policy(
        change.name,
        draft.span(change.range),
        change.command,
        change.permissive,
        change.roles,
        change.using,
        change.check,
    )
    draft.put(replace(table, policies=edited(table.policies, change.name, policy)))


def alter_policy(draft: Draft, change: AlterPolicy) -> None:
    table = draft.table(change.table)
    refuse_views(draft, table, change.table)
    for expression in (change.using, change.check):
        check_condition(draft, table, expression)
    old = table.policies.get(change.name)
    if old is None:
        draft.refuse(
            "42704",
            f'policy "{change.name}" for table "{table.name}" does not exist',
            change.range,
            change.name,
            table.name,
        )
    policy = replace(
        old,
        roles=old.roles if change.roles is None else change.roles,
        using=old.using if change.using is None else change.using,
        check=old.check if change.check is None else change.check,
    )
    draft.put(replace(table, policies=edited(table.policies, change.name, policy)))


def refuse_views(draft: Draft, table: Table, name: ObjectName) -> None:
    if table.kind != "table":
        draft.refuse("42809", f'"{table.name}" is not a table', name.range, table.name)


def check_condition(draft: Draft, table: Table, expression: Expression | None) -> None:
    """Refuses columns that there are not; those of subqueries are somebody else's."""
    if expression is None or not draft.postgres:
        return
    if not expression.has_query:
        for name in expression.columns:
            if name not in table.columns and name not in SYSTEM_COLUMNS:
                draft.refuse_column(table, name, expression.range, bare=True)
    check_casts(draft, expression)


def create_role(draft: Draft, change: CreateRole) -> None:
    """Roles belong to all databases of a server: one that is there already, or missing, proves nothing."""
    roles = draft.catalog.roles
    old = roles.get(change.name)
    options = change.options
    if change.alter and old is not None:
        opposite = {it.removeprefix("no") if it.startswith("no") else f"no{it}" for it in options}
        kept = tuple(it for it in old.options if it not in opposite and it not in options)
        options = (*kept, *options)
    members = (*old.member_of, *change.member_of) if old is not None else change.member_of
    role = Role(change.name, draft.span(change.range), options, members)
    draft.catalog = replace(draft.catalog, roles=roles.insert(change.name, role))


def grant(draft: Draft, change: Grant) -> None:
    catalog = draft.catalog
    if change.kind in ("table", "view") and not change.all_in_schema and not change.default:
        for name in change.names:
            if catalog.number_of(name) is None and catalog.sequences.get(key_of(draft, name)) is None:
                draft.refuse_table(name)
    if change.kind == "role":
        join_roles(draft, change)
        return
    if len(catalog.grants) > MOST:
        draft.leave_out()
    span = draft.span(change.range)
    grants = list(catalog.grants)
    for name in change.names:
        for grantee in change.grantees:
            if change.revoke:
                grants = revoked(grants, change, name.schema, name.name, grantee)
            else:
                grants.append(
                    Granted(
                        change.kind,
                        name,
                        change.privileges,
                        grantee,
                        span,
                        change.all_in_schema,
                        change.default,
                    )
                )
    draft.catalog = replace(draft.catalog, grants=tuple(grants))


def key_of(draft: Draft, name: object) -> tuple[str, str]:
    schema = getattr(name, "schema", None) or draft.catalog.search_path[-1]
    return schema, str(getattr(name, "name", ""))


def join_roles(draft: Draft, change: Grant) -> None:
    roles = draft.catalog.roles
    for grantee in change.grantees:
        role = roles.get(grantee) or Role(grantee, draft.span(change.range))
        names = tuple(it.name for it in change.names)
        if change.revoke:
            members = tuple(it for it in role.member_of if it not in names)
        else:
            members = tuple(dict.fromkeys((*role.member_of, *names)))
        roles = roles.insert(grantee, replace(role, member_of=members))
    draft.catalog = replace(draft.catalog, roles=roles)


def revoked(
    grants: list[Granted], change: Grant, schema: str | None, name: str, grantee: str
) -> list[Granted]:
    """What is left of the grants; a part of ALL is left as all but that part, which nobody lists: ALL."""
    left: list[Granted] = []
    for it in grants:
        same = (it.kind, it.on.name, it.grantee, it.all_in_schema, it.default) == (
            change.kind,
            name,
            grantee,
            change.all_in_schema,
            change.default,
        ) and (it.on.schema == schema or schema is None or it.on.schema is None)
        if not same:
            left.append(it)
        elif change.privileges:
            if not it.privileges:
                left.append(it)
                continue
            rest = tuple(privilege for privilege in it.privileges if privilege not in change.privileges)
            if rest:
                left.append(replace(it, privileges=rest))
    return left


def change_owner(draft: Draft, change: ChangeOwner) -> None:
    if change.kind in ("table", "view", "materialized view"):
        if (
            draft.catalog.number_of(change.name) is None
            and key_of(draft, change.name) in draft.catalog.sequences
        ):
            return
        table = draft.table(change.name)
        draft.put(replace(table, owner=change.owner))
