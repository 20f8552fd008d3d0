"""Who may do what: policies, roles, grants, owners."""

from __future__ import annotations

from collections.abc import Iterator

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
from crowsfoot.link.catalog.model import Catalog, Function, Granted, Policy, Role, Table


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
        read_by(draft.catalog, change.using),
        read_by(draft.catalog, change.check),
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
        using_reads=old.using_reads if change.using is None else read_by(draft.catalog, change.using),
        check_reads=old.check_reads if change.check is None else read_by(draft.catalog, change.check),
    )
    draft.put(replace(table, policies=edited(table.policies, change.name, policy)))


def read_by(catalog: Catalog, expression: Expression | None) -> frozenset[int]:
    """The tables and views that its subqueries read: they stay so when they are renamed."""
    if expression is None or not expression.tables:
        return frozenset()
    numbers = [catalog.number_of(it) for it in expression.tables]
    return frozenset([it for it in numbers if it is not None])


def refuse_views(draft: Draft, table: Table, name: ObjectName) -> None:
    if table.kind != "table":
        draft.refuse("42809", f'"{table.name}" is not a table', name.range, table.name)


def check_condition(draft: Draft, table: Table, expression: Expression | None) -> None:
    """Refuses columns that there are not; those of subqueries are somebody else's."""
    if expression is None or not draft.postgres:
        return
    if not expression.has_query and table.complete:
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
    if change.revoke and change.grant_option:
        return  # they keep the privilege, and may no longer hand it on
    if catalog.accesses > _MOST_GRANTS:
        draft.leave_out()
    span = draft.span(change.range)
    names = change.names or (ObjectName("", change.range),)
    grants = catalog.grants
    count = catalog.accesses
    creators = tuple(role_of(draft, it) for it in change.for_roles) if change.for_roles else (catalog.role,)
    for place, name in enumerate(names):
        arguments = change.arguments[place] if place < len(change.arguments) else None
        numbers = () if change.default else tuple(meant(draft, change, name, arguments))
        for grantee in change.grantees:
            grants = grants.push_front(
                Granted(
                    change.kind,
                    name,
                    change.privileges,
                    role_of(draft, grantee) or grantee,
                    span,
                    change.all_in_schema,
                    change.default,
                    change.revoke,
                    change.columns,
                    numbers,
                    creators if change.default else (),
                )
            )
            count += 1
    draft.catalog = replace(catalog, grants=grants, accesses=count)


_MOST_GRANTS = 50_000


def role_of(draft: Draft, name: str) -> str | None:
    """The role that the word means; None for whoever runs the migrations."""
    return draft.catalog.role if name in ("current_role", "current_user", "session_user") else name


def meant(draft: Draft, change: Grant, name: ObjectName, arguments: tuple[str, ...] | None) -> Iterator[int]:
    """The numbers of the tables or functions that GRANT or REVOKE means: those that there are now."""
    catalog = draft.catalog
    if change.all_in_schema:
        schema = name.name
        if change.kind in ("table", "view"):
            yield from sorted(it.number for it in catalog.tables.values() if it.schema == schema)
        elif change.kind == "function":
            overloads = [its for (home, _), its in catalog.functions.items() if home == schema]
            yield from sorted(it.number for its in overloads for it in its)
    elif change.kind in ("table", "view"):
        number = catalog.number_of(name)
        if number is not None:
            yield number
    elif change.kind == "function":
        found = function_named(catalog, name, arguments)
        if found is not None:
            yield found.number


def function_named(catalog: Catalog, name: ObjectName, arguments: tuple[str, ...] | None) -> Function | None:
    """The function of that name; None where several could be meant.

    Types of arguments can be written in many ways, so a function that is the only one of its name is meant.
    """
    for schema in (name.schema,) if name.schema is not None else catalog.search_path:
        overloads = catalog.functions.get((schema, name.name), ())
        if len(overloads) == 1:
            return overloads[0]
        if overloads:
            return next((it for it in overloads if it.arguments == arguments), None)
    return None


def key_of(draft: Draft, name: object) -> tuple[str, str]:
    schema = getattr(name, "schema", None) or draft.catalog.search_path[-1]
    return schema, str(getattr(name, "name", ""))


def join_roles(draft: Draft, change: Grant) -> None:
    """Membership, and its options: GRANT sets those that it names, REVOKE can take one of them alone."""
    roles = draft.catalog.roles
    names = tuple(it.name for it in change.names)
    only_option = change.revoke and (change.grant_option or bool(change.options))
    for grantee in change.grantees:
        role = roles.get(grantee) or Role(grantee, draft.span(change.range))
        inherits = dict(role.inherits)
        without_set = set(role.without_set)
        if change.revoke and not only_option:
            members = tuple(it for it in role.member_of if it not in names)
            inherits = {key: it for key, it in inherits.items() if key not in names}
            without_set -= {*names}
        else:
            members = role.member_of if only_option else tuple(dict.fromkeys((*role.member_of, *names)))
            if "inherit" in change.options or "noinherit" in change.options:
                inherits.update((it, "inherit" in change.options) for it in names)
            if "noset" in change.options:
                without_set |= {*names}
            elif "set" in change.options:
                without_set -= {*names}
        joined = replace(
            role,
            member_of=members,
            inherits=tuple(inherits.items()),
            without_set=tuple(sorted(without_set)),
        )
        roles = roles.insert(grantee, joined)
    draft.catalog = replace(draft.catalog, roles=roles)


def change_owner(draft: Draft, change: ChangeOwner) -> None:
    owner = role_of(draft, change.owner)
    if change.kind in ("table", "view", "materialized view"):
        if (
            draft.catalog.number_of(change.name) is None
            and key_of(draft, change.name) in draft.catalog.sequences
        ):
            return
        table = draft.table(change.name)
        draft.put(replace(table, owner=owner))
    elif change.kind == "function":
        function = function_named(draft.catalog, change.name, change.arguments)
        if function is not None:
            put_function(draft, replace(function, owner=owner))
    elif change.kind == "role":
        reassign(draft, role_of(draft, change.name.name), owner)


def reassign(draft: Draft, old: str | None, new: str | None) -> None:
    """REASSIGN OWNED: all that the one role has made or was given belongs to the other."""
    for table in draft.catalog.tables_in_order():
        if table.owner == old:
            draft.put(replace(table, owner=new))
    for overloads in list(draft.catalog.functions.values()):
        for function in overloads:
            if function.owner == old:
                put_function(draft, replace(function, owner=new))


def put_function(draft: Draft, function: Function) -> None:
    """A function, changed, in the place of the one that it was."""
    key = (draft.catalog.fold(function.schema), draft.catalog.fold(function.name))
    overloads = draft.catalog.functions.get(key, ())
    kept = tuple([function if it.arguments == function.arguments else it for it in overloads])
    draft.catalog = replace(draft.catalog, functions=draft.catalog.functions.insert(key, kept))


def disown(draft: Draft, role: str) -> None:
    """DROP OWNED: what the role was granted is gone, and so are the objects that it owns."""
    catalog = draft.catalog
    for it in reversed([*catalog.grants]):
        if it.grantee == role and not it.revoke:
            catalog = replace(
                catalog,
                grants=catalog.grants.push_front(replace(it, revoke=True)),
                accesses=catalog.accesses + 1,
            )
    draft.catalog = catalog
