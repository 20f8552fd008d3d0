"""Roles and privileges to operations."""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AlterOther,
    CreateRole,
    Grant,
    Kind,
    ObjectName,
    Operation,
)
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import (
    KINDS,
    named,
    named_role,
    object_name,
    qualified,
    role,
    roles,
    strings,
)
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_sessions import setting
from crowsfoot.frontends.sql.postgres_targets import arguments_of

_Operations = tuple[Operation, ...]


def create_role(it: Tree, here: Here) -> _Operations:
    given, above, below = _role_options(it.get("options", ()))
    # CREATE USER is CREATE ROLE with LOGIN.
    if it["stmt_type"] == "ROLESTMT_USER" and not {"login", "nologin"} & set(given):
        given = (*given, "login")
    created = CreateRole(here.range, it["role"], given, above)
    if not below:
        return (created,)
    return created, Grant(here.range, "role", (named(it["role"], here),), (), below)


def alter_role(it: Tree, here: Here) -> _Operations:
    given, _, below = _role_options(it.get("options", ()))
    if below:  # ALTER GROUP ... ADD USER
        group = named_role(it["role"], here)
        return (Grant(here.range, "role", (group,), (), below, revoke=it.get("action", 0) < 0),)
    return (CreateRole(here.range, role(it["role"]), given, alter=True),)


def alter_role_set(it: Tree, here: Here) -> _Operations:
    who = named_role(it["role"], here) if "role" in it else ObjectName("all", here.range)
    return (AlterOther(here.range, "role", who, options=_set(it["setstmt"])),)


def alter_database_set(it: Tree, here: Here) -> _Operations:
    return (
        AlterOther(
            here.range,
            "database",
            named(it["dbname"], here),
            options=_set(it["setstmt"]),
        ),
    )


def grant(it: Tree, here: Here) -> _Operations:
    names: list[ObjectName] = []
    arguments: list[tuple[str, ...] | None] = []
    first = here.words.find("ON", 0, len(here.words.words))
    for each in it.get("objects", ()):
        if "RangeVar" in each:
            names.append(object_name(each["RangeVar"], here))
        elif "ObjectWithArgs" in each:
            names.append(qualified(each["ObjectWithArgs"]["objname"], here, first))
            arguments.append(arguments_of(each["ObjectWithArgs"], here))
        elif "List" in each:
            names.append(qualified(each["List"]["items"], here, first))
        elif "String" in each:
            names.append(named(each["String"]["sval"], here, first))
    kind = KINDS.get(it["objtype"], "other")
    everything = it["targtype"] == "ACL_TARGET_ALL_IN_SCHEMA"
    given = _grant(it, here, kind, names, all_in_schema=everything)
    return (replace(given, arguments=tuple(arguments)) if arguments else given,)


def default_privileges(it: Tree, here: Here) -> _Operations:
    names: list[ObjectName] = []
    whose: tuple[str, ...] = ()
    for each in it.get("options", ()):
        option = each["DefElem"]
        if option["defname"] == "schemas":
            names += [named(schema, here) for schema in strings(option["arg"]["List"]["items"])]
        elif option["defname"] == "roles":
            whose = roles(option["arg"]["List"]["items"])
    action = it["action"]
    given = _grant(action, here, KINDS.get(action["objtype"], "other"), names, default=True)
    return (replace(given, for_roles=whose) if whose else given,)


def grant_role(it: Tree, here: Here) -> _Operations:
    names = [named(each["AccessPriv"]["priv_name"], here, 1) for each in it["granted_roles"]]
    admin = False
    options: list[str] = []
    for each in it.get("opt", ()):
        option = each["DefElem"]
        if option["defname"] == "admin":
            admin = True
        else:  # INHERIT and SET; behind REVOKE the option is all that goes
            on = "is_grant" in it and option["arg"]["Boolean"].get("boolval", False)
            options.append(option["defname"] if on else f"no{option['defname']}")
    return (
        Grant(
            here.range,
            "role",
            tuple(names),
            (),
            roles(it["grantee_roles"]),
            "is_grant" not in it,
            grant_option=admin,
            options=tuple(options),
        ),
    )


_ROLE_OPTIONS: Final = {
    "superuser": ("superuser", "nosuperuser"),
    "createdb": ("createdb", "nocreatedb"),
    "createrole": ("createrole", "nocreaterole"),
    "inherit": ("inherit", "noinherit"),
    "canlogin": ("login", "nologin"),
    "isreplication": ("replication", "noreplication"),
    "bypassrls": ("bypassrls", "nobypassrls"),
}


def _grant(
    it: Tree,
    here: Here,
    kind: Kind,
    names: Iterable[ObjectName],
    *,
    all_in_schema: bool = False,
    default: bool = False,
) -> Grant:
    privileges: list[str] = []
    columns: list[str] = []
    for each in it.get("privileges", ()):
        privilege = each["AccessPriv"]
        privileges.append(privilege.get("priv_name", "all"))
        columns += strings(privilege.get("cols", ()))
    return Grant(
        here.range,
        kind,
        tuple(names),
        () if privileges == ["all"] else tuple(privileges),
        roles(it.get("grantees", ())),
        revoke="is_grant" not in it,
        all_in_schema=all_in_schema,
        default=default,
        columns=tuple(dict.fromkeys(columns)),
        grant_option=it.get("grant_option", False),
    )


def _set(it: Tree) -> tuple[tuple[str, str], ...]:
    if "name" not in it:
        return ()
    return ((it["name"], ", ".join([setting(each) for each in it.get("args", ())])),)


def _role_options(elements: Iterable[Tree]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The options of a role, the roles that it becomes a member of, and those that become members of it."""
    given: list[str] = []
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    for element in elements:
        it = element["DefElem"]
        name = it["defname"]
        if words := _ROLE_OPTIONS.get(name):
            given.append(words[0] if it["arg"]["Boolean"].get("boolval") else words[1])
        elif name == "addroleto":
            above += roles(it["arg"]["List"]["items"])
        elif name in ("rolemembers", "adminmembers"):
            below += roles(it["arg"]["List"]["items"])
        else:
            given.append(name)
    return tuple(given), above, below
