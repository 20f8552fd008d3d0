"""Transactions, settings, locks and maintenance to operations."""

from collections.abc import Iterable
from typing import Final, Literal

from crowsfoot.facts.sql import (
    Block,
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
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import named, object_name, options, value
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_walk import NO_CTES, Walk

_Operations = tuple[Operation, ...]


def transaction(it: Tree, here: Here) -> _Operations:
    action = _TRANSACTIONS.get(it["kind"])
    if action is None:  # two-phase commit
        return (Unknown(here.range),)
    return (Transaction(here.range, action, it.get("savepoint_name")),)


def set_variable(it: Tree, here: Here) -> _Operations:
    name = it.get("name", "all").lower()
    local = it.get("is_local", False)
    args = it.get("args", ())
    if it["kind"] == "VAR_SET_MULTI":  # SET TRANSACTION, SET SESSION CHARACTERISTICS
        given = [each["DefElem"] for each in args if "DefElem" in each]
        local = name == "transaction"
        found = [SetVariable(here.range, each["defname"], value(each.get("arg")), local) for each in given]
        return tuple(found) or (SetVariable(here.range, name),)
    if it["kind"] == "VAR_SET_VALUE":
        return (SetVariable(here.range, name, ", ".join([setting(each) for each in args]), local),)
    return (SetVariable(here.range, name, None, local),)


def set_constraints(it: Tree, here: Here) -> _Operations:
    return (
        SetVariable(
            here.range,
            "constraints",
            "deferred" if "deferred" in it else "immediate",
            True,
        ),
    )


def discard(it: Tree, here: Here) -> _Operations:
    if it["target"] == "DISCARD_ALL":
        return (SetVariable(here.range, "all"),)
    return (Unknown(here.range),)


def lock(it: Tree, here: Here) -> _Operations:
    tables = tuple([object_name(each["RangeVar"], here) for each in it["relations"]])
    return (LockTable(here.range, tables, _LOCK_MODES[it["mode"]], it.get("nowait", False)),)


def vacuum(it: Tree, here: Here) -> _Operations:
    relations = [each["VacuumRelation"]["relation"] for each in it.get("rels", ())]
    names = tuple([object_name(each, here) for each in relations])
    if "is_vacuumcmd" not in it:
        return (Maintain(here.range, "analyze", names=names),)
    full = _given("full", it.get("options", ()))
    return (Maintain(here.range, "vacuum full" if full else "vacuum", names=names),)


def cluster(it: Tree, here: Here) -> _Operations:
    names = (object_name(it["relation"], here),) if "relation" in it else ()
    return (Maintain(here.range, "cluster", names=names),)


def reindex(it: Tree, here: Here) -> _Operations:
    names: tuple[ObjectName, ...] = ()
    if "relation" in it:
        names = (object_name(it["relation"], here),)
    elif "name" in it:
        names = (named(it["name"], here),)
    concurrently = _given("concurrently", it.get("params", ()))
    return (
        Maintain(
            here.range,
            "reindex",
            _REINDEXED.get(it["kind"], "database"),
            names,
            concurrently,
        ),
    )


def explain(it: Tree, here: Here) -> _Operations:
    """EXPLAIN ANALYZE runs what it explains."""
    if _given("analyze", it.get("options", ())):
        return rows.modifying(it["query"], here, NO_CTES)
    return (Select(here.range, Query(here.range)),)


def call(it: Tree, here: Here) -> _Operations:
    walk = Walk(here)
    walk.node({"FuncCall": it["funccall"]})
    return (Select(here.range, walk.result(here.range)),)


def import_tables(it: Tree, here: Here) -> _Operations:
    """IMPORT FOREIGN SCHEMA: the other server knows which tables it makes."""
    return (Block(here.range, dynamic=True),)


def setting(node: Tree) -> str:
    """A value of SET; SET TIME ZONE can have an interval."""
    return value(node["TypeCast"]["arg"] if "TypeCast" in node else node)


_TRANSACTIONS: Final[
    dict[
        str,
        Literal["begin", "commit", "rollback", "savepoint", "release", "rollback to"],
    ]
] = {
    "TRANS_STMT_BEGIN": "begin",
    "TRANS_STMT_START": "begin",
    "TRANS_STMT_COMMIT": "commit",
    "TRANS_STMT_ROLLBACK": "rollback",
    "TRANS_STMT_SAVEPOINT": "savepoint",
    "TRANS_STMT_RELEASE": "release",
    "TRANS_STMT_ROLLBACK_TO": "rollback to",
}
# By number.
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
_REINDEXED: Final[dict[str, Kind]] = {
    "REINDEX_OBJECT_INDEX": "index",
    "REINDEX_OBJECT_TABLE": "table",
    "REINDEX_OBJECT_SCHEMA": "schema",
}


def _given(name: str, elements: Iterable[Tree]) -> bool:
    """Whether an option is switched on."""
    return any(key == name and given not in ("false", "off", "0") for key, given in options(elements))
