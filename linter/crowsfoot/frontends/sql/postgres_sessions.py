"""Transactions, settings, locks, maintenance, roles and privileges to operations."""

from collections.abc import Iterable
from typing import Final, Literal

from postgast import pg_query_pb2 as pg

from crowsfoot.facts.sql import (
    AlterOther,
    CreateRole,
    DropObject,
    Grant,
    Kind,
    LockTable,
    Maintain,
    ObjectName,
    Operation,
    Query,
    Select,
    SetVariable,
    Transaction,
    Unknown,
)
from crowsfoot.frontends.sql import postgres_rows as rows
from crowsfoot.frontends.sql.postgres_names import KINDS, named, options, qualified, role, value
from crowsfoot.frontends.sql.postgres_walk import Walk, object_name
from crowsfoot.frontends.sql.postgres_words import Here

_Operations = tuple[Operation, ...]
_TRANSACTIONS: Final[
    dict[int, Literal["begin", "commit", "rollback", "savepoint", "release", "rollback to"]]
] = {
    pg.TRANS_STMT_BEGIN: "begin",
    pg.TRANS_STMT_START: "begin",
    pg.TRANS_STMT_COMMIT: "commit",
    pg.TRANS_STMT_ROLLBACK: "rollback",
    pg.TRANS_STMT_SAVEPOINT: "savepoint",
    pg.TRANS_STMT_RELEASE: "release",
    pg.TRANS_STMT_ROLLBACK_TO: "rollback to",
}
# Source: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/storage/lockdefs.h
_LOCK_MODES: Final = (
    "",
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
_REINDEXED: Final[dict[int, Kind]] = {
    pg.REINDEX_OBJECT_INDEX: "index",
    pg.REINDEX_OBJECT_TABLE: "table",
    pg.REINDEX_OBJECT_SCHEMA: "schema",
    pg.REINDEX_OBJECT_SYSTEM: "database",
    pg.REINDEX_OBJECT_DATABASE: "database",
}
_ROLE_OPTIONS: Final = {
    "superuser": ("superuser", "nosuperuser"),
    "createdb": ("createdb", "nocreatedb"),
    "createrole": ("createrole", "nocreaterole"),
    "inherit": ("inherit", "noinherit"),
    "canlogin": ("login", "nologin"),
    "isreplication": ("replication", "noreplication"),
    "bypassrls": ("bypassrls", "nobypassrls"),
}


def transaction(it: pg.TransactionStmt, here: Here) -> _Operations:
    action = _TRANSACTIONS.get(it.kind)
    if action is None:  # two-phase commit
        return (Unknown(here.range),)
    return (Transaction(here.range, action, it.savepoint_name or None),)


def set_variable(it: pg.VariableSetStmt, here: Here) -> _Operations:
    name = it.name.lower()
    if it.kind == pg.VAR_RESET_ALL:
        return (SetVariable(here.range, "all"),)
    if it.kind == pg.VAR_SET_MULTI:  # SET TRANSACTION, SET SESSION CHARACTERISTICS
        return tuple(
            [
                SetVariable(
                    here.range, each.def_elem.defname, value(each.def_elem.arg), name == "transaction"
                )
                for each in it.args
                if each.HasField("def_elem")
            ]
        ) or (SetVariable(here.range, name),)
    if it.kind in (pg.VAR_SET_DEFAULT, pg.VAR_RESET):
        return (SetVariable(here.range, name, None, it.is_local),)
    given = ", ".join([_setting(each) for each in it.args])
    return (SetVariable(here.range, name, given, it.is_local),)


def set_constraints(it: pg.ConstraintsSetStmt, here: Here) -> _Operations:
    return (SetVariable(here.range, "constraints", "deferred" if it.deferred else "immediate", True),)


def discard(it: pg.DiscardStmt, here: Here) -> _Operations:
    return (SetVariable(here.range, "all"),) if it.target == pg.DISCARD_ALL else (Unknown(here.range),)


def lock(it: pg.LockStmt, here: Here) -> _Operations:
    tables = tuple([object_name(each.range_var, here) for each in it.relations])
    mode = _LOCK_MODES[it.mode] if 0 < it.mode < len(_LOCK_MODES) else "ACCESS EXCLUSIVE"
    return (LockTable(here.range, tables, mode, it.nowait),)


def vacuum(it: pg.VacuumStmt, here: Here) -> _Operations:
    names = tuple([object_name(each.vacuum_relation.relation, here) for each in it.rels])
    if not it.is_vacuumcmd:
        return (Maintain(here.range, "analyze", names=names),)
    return (Maintain(here.range, "vacuum full" if _given("full", it.options) else "vacuum", names=names),)


def cluster(it: pg.ClusterStmt, here: Here) -> _Operations:
    names = (object_name(it.relation, here),) if it.HasField("relation") else ()
    return (Maintain(here.range, "cluster", names=names),)


def reindex(it: pg.ReindexStmt, here: Here) -> _Operations:
    names: tuple[ObjectName, ...] = ()
    if it.HasField("relation"):
        names = (object_name(it.relation, here),)
    elif it.name:
        names = (named(it.name, here),)
    kind = _REINDEXED.get(it.kind, "database")
    return (Maintain(here.range, "reindex", kind, names, _given("concurrently", it.params)),)


def create_role(it: pg.CreateRoleStmt, here: Here) -> _Operations:
    given, members = _role_options(it.options)
    # CREATE USER is CREATE ROLE with LOGIN.
    if it.stmt_type == pg.ROLESTMT_USER and "nologin" not in given:
        given = (*given, "login") if "login" not in given else given
    return (CreateRole(here.range, it.role, given, members),)


def alter_role(it: pg.AlterRoleStmt, here: Here) -> _Operations:
    given, members = _role_options(it.options)
    if members:  # ALTER GROUP ... ADD USER
        group = ObjectName(role(it.role), here.name(it.role.location))
        return (Grant(here.range, "role", (group,), (), members, revoke=it.action < 0),)
    return (CreateRole(here.range, role(it.role), given, alter=True),)


def alter_role_set(it: pg.AlterRoleSetStmt, here: Here) -> _Operations:
    who = ObjectName(role(it.role), here.name(it.role.location)) if it.HasField("role") else None
    name = it.setstmt.name
    given = ((name, ", ".join([_setting(each) for each in it.setstmt.args])),) if name else ()
    return (AlterOther(here.range, "role", who or ObjectName("all", here.range), options=given),)


def alter_database_set(it: pg.AlterDatabaseSetStmt, here: Here) -> _Operations:
    name = it.setstmt.name
    given = ((name, ", ".join([_setting(each) for each in it.setstmt.args])),) if name else ()
    return (AlterOther(here.range, "database", named(it.dbname, here), options=given),)


def grant(it: pg.GrantStmt, here: Here) -> _Operations:
    kind = KINDS.get(it.objtype, "other")
    everything = it.targtype == pg.ACL_TARGET_ALL_IN_SCHEMA
    names: list[ObjectName] = []
    first = here.words.find("ON", 0, len(here.words.words))
    for each in it.objects:
        form = each.WhichOneof("node")
        if form == "range_var":
            names.append(object_name(each.range_var, here))
        elif form == "object_with_args":
            names.append(qualified(each.object_with_args.objname, here, first))
        elif form == "list":
            names.append(qualified(each.list.items, here, first))
        elif form == "string":
            names.append(named(each.string.sval, here, first))
    return (_grant(it, here, kind, tuple(names), all_in_schema=everything),)


def default_privileges(it: pg.AlterDefaultPrivilegesStmt, here: Here) -> _Operations:
    names: list[ObjectName] = []
    for each in it.options:
        if each.def_elem.defname == "schemas":
            names.extend([named(schema.string.sval, here) for schema in each.def_elem.arg.list.items])
    kind = KINDS.get(it.action.objtype, "other")
    return (_grant(it.action, here, kind, tuple(names), default=True),)


def grant_role(it: pg.GrantRoleStmt, here: Here) -> _Operations:
    names = tuple([named(each.access_priv.priv_name, here, 1) for each in it.granted_roles])
    grantees = tuple([role(each.role_spec) for each in it.grantee_roles])
    admin = any(each.def_elem.defname == "admin" for each in it.opt)
    return (Grant(here.range, "role", names, (), grantees, not it.is_grant, grant_option=admin),)


def drop_owned(it: pg.DropOwnedStmt, here: Here) -> _Operations:
    return tuple(
        [
            DropObject(
                here.range,
                "other",
                ObjectName(role(each.role_spec), here.name(each.role_spec.location)),
                cascade=it.behavior == pg.DROP_CASCADE,
                text="owned",
            )
            for each in it.roles
        ]
    )


def explain(it: pg.ExplainStmt, here: Here) -> _Operations:
    """EXPLAIN ANALYZE runs what it explains."""
    if _given("analyze", it.options):
        return rows.modifying(it.query, here, frozenset())
    return (Select(here.range, Query(here.range)),)


def call(it: pg.CallStmt, here: Here) -> _Operations:
    walk = Walk(here)
    walk.node(it.funccall)
    return (Select(here.range, walk.result(here.range)),)


def _grant(
    it: pg.GrantStmt,
    here: Here,
    kind: Kind,
    names: tuple[ObjectName, ...],
    *,
    all_in_schema: bool = False,
    default: bool = False,
) -> Grant:
    privileges: list[str] = []
    columns: list[str] = []
    for each in it.privileges:
        privilege = each.access_priv
        privileges.append(privilege.priv_name or "all")
        columns.extend([column.string.sval for column in privilege.cols])
    return Grant(
        here.range,
        kind,
        names,
        () if privileges == ["all"] else tuple(privileges),
        tuple([role(each.role_spec) for each in it.grantees]),
        revoke=not it.is_grant,
        all_in_schema=all_in_schema,
        default=default,
        columns=tuple(dict.fromkeys(columns)),
        grant_option=it.grant_option,
    )


def _setting(node: pg.Node) -> str:
    """A value of SET; SET TIME ZONE can have an interval."""
    return value(node.type_cast.arg) if node.HasField("type_cast") else value(node)


def _given(name: str, elements: Iterable[pg.Node]) -> bool:
    """Whether an option is switched on."""
    return any(key == name and given not in ("false", "off", "0") for key, given in options(elements))


def _role_options(elements: Iterable[pg.Node]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The options of a role, and the roles that its list of members names."""
    given: list[str] = []
    members: list[str] = []
    for element in elements:
        it = element.def_elem
        if words := _ROLE_OPTIONS.get(it.defname):
            given.append(words[0] if it.arg.boolean.boolval else words[1])
        elif it.defname in ("addroleto", "rolemembers"):
            members.extend([role(each.role_spec) for each in it.arg.list.items])
        else:
            given.append(it.defname)
    return tuple(given), tuple(members)
