"""ALTER TABLE, and what else is altered by the same words, to operations: one for each action."""

from collections.abc import Callable
from typing import Final, Literal

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterConstraint,
    AlterOther,
    AlterTable,
    ChangeOwner,
    DropColumn,
    DropConstraint,
    Expression,
    Kind,
    ObjectName,
    Operation,
    ValidateConstraint,
)
from crowsfoot.frontends.sql.postgres_columns import column, constraint, type_of
from crowsfoot.frontends.sql.postgres_expressions import expression, in_brackets
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import KINDS, object_name, options, role
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_words import Words


def alter_table(it: Tree, here: Here) -> tuple[Operation, ...]:
    kind = KINDS.get(it["objtype"], "other")
    relation = it["relation"]
    table = object_name(relation, here)
    commands = it["cmds"]
    if len(commands) == 1:
        start = here.skip(here.dotted(relation["location"])[1])
        if here.text.startswith("*", start):
            start = here.skip(start + 1)
        places = [(start, here.end)]
    else:
        words = here.words
        first = words.name_end(words.index(here.at(relation["location"])))
        if words.words[first] == "*":
            first += 1
        places = [words.range(*each) for each in words.items(first, len(words.words))]
    operations: list[Operation] = []
    for command, (start, end) in zip(commands, places, strict=False):
        alter = command["AlterTableCmd"]
        if kind == "table":
            operations.append(_ACTIONS.get(alter["subtype"], _other)(alter, table, here, start, end))
        else:
            operations.append(_of_other(alter, table, here, start, end, kind))
    return tuple(operations)


# --- columns -----------------------------------------------------------------------------------------------


def _add_column(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    definition = column(it["def"]["ColumnDef"], here, end)
    return AddColumn(here.place(start, end), table, definition, it.get("missing_ok", False))


def _drop_column(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    where = here.place(start, end)
    return DropColumn(where, table, it["name"], it.get("missing_ok", False), _cascades(it))


def _column_default(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    where = here.place(start, end)
    if "def" not in it:
        return AlterColumn(where, table, it["name"], "drop default")
    words = Words(here.text, start, end)
    count = len(words.words)
    first = words.find("DEFAULT", 0, count) + 1
    read = expression(it["def"], here, *words.range(min(first, count - 1), count))
    return AlterColumn(where, table, it["name"], "set default", expression=read)


def _set_not_null(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return AlterColumn(here.place(start, end), table, it["name"], "set not null")


def _drop_not_null(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return AlterColumn(here.place(start, end), table, it["name"], "drop not null")


def _column_type(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    definition = it["def"]["ColumnDef"]
    limit = end
    read: Expression | None = None
    if "raw_default" in definition:
        words = Words(here.text, start, end)
        count = len(words.words)
        using = words.find("USING", 2, count - 1)
        limit = words.starts[using]
        read = expression(definition["raw_default"], here, *words.range(using + 1, count))
    collation: str | None = None
    if "collClause" in definition:
        limit = here.at(definition["collClause"]["location"])
        collation = definition["collClause"]["collname"][-1]["String"]["sval"]
    return AlterColumn(
        here.place(start, end),
        table,
        it["name"],
        "type",
        type_of(definition, here, limit),
        read,
        collation,
    )


def _set_expression(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    read = in_brackets(it["def"], here, start, end, "AS")
    return AlterColumn(here.place(start, end), table, it["name"], "set expression", expression=read)


def _drop_expression(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    lenient = it.get("missing_ok", False)
    return AlterColumn(here.place(start, end), table, it["name"], "drop expression", if_exists=lenient)


def _add_identity(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    text = "always" if it["def"]["Constraint"]["generated_when"] == "a" else "by default"
    return AlterColumn(here.place(start, end), table, it["name"], "add identity", text=text)


def _set_identity(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    text: str | None = None
    for each in it["def"]["List"]["items"]:
        option = each["DefElem"]
        if option["defname"] == "generated":
            text = "always" if option["arg"]["Integer"]["ival"] == ord("a") else "by default"
    return AlterColumn(here.place(start, end), table, it["name"], "set identity", text=text)


def _drop_identity(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    lenient = it.get("missing_ok", False)
    return AlterColumn(here.place(start, end), table, it["name"], "drop identity", if_exists=lenient)


def _column_setting(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    text: str | None = None
    for kind, given in it.get("def", {}).items():
        if kind == "Integer":
            text = str(given.get("ival", 0))
        elif kind == "String":
            text = given.get("sval", "")
        elif kind == "List":
            text = _listed(options(given["items"]))
    name = it.get("name") or str(it.get("num", 0))
    return AlterColumn(here.place(start, end), table, name, _COLUMN_SETTINGS[it["subtype"]], text=text)


# --- constraints -------------------------------------------------------------------------------------------


def _add_constraint(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return AddConstraint(here.place(start, end), table, constraint(it["def"]["Constraint"], here, end))


def _drop_constraint(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    lenient = it.get("missing_ok", False)
    return DropConstraint(
        here.place(start, end),
        table,
        it["name"],
        if_exists=lenient,
        cascade=_cascades(it),
    )


def _validate(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return ValidateConstraint(here.place(start, end), table, it["name"])


def _alter_constraint(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    change = it["def"]["ATAlterConstraint"]
    defers = "alterDeferrability" in change
    return AlterConstraint(
        here.place(start, end),
        table,
        change["conname"],
        deferrable=change.get("deferrable", False) if defers else None,
        deferred=change.get("initdeferred", False) if defers else None,
        enforced=change.get("is_enforced", False) if "alterEnforceability" in change else None,
    )


# --- the table itself --------------------------------------------------------------------------------------


def _owner(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return ChangeOwner(here.place(start, end), "table", table, role(it["newowner"]))


def _partition(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    command = it["def"]["PartitionCmd"]
    bound: str | None = None
    if "bound" in command:
        bound = here.compact(here.skip(here.dotted(command["name"]["location"])[1]), end)
    return AlterTable(
        here.place(start, end),
        table,
        _PARTITION_CHANGES[it["subtype"]],
        other=object_name(command["name"], here),
        text=bound,
        concurrently=command.get("concurrent", False),
        default_partition=command.get("bound", {}).get("is_default", False),
    )


def _inherit(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    other = object_name(it["def"]["RangeVar"], here)
    where = here.place(start, end)
    if it["subtype"] == "AT_AddInherit":
        return AlterTable(where, table, "inherit", other=other)
    return AlterTable(where, table, "no inherit", other=other)


def _replica_identity(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    identity = it["def"]["ReplicaIdentityStmt"]
    text = {"f": "full", "n": "nothing", "d": "default"}.get(identity["identity_type"]) or identity["name"]
    return AlterTable(here.place(start, end), table, "replica identity", text=text)


def _plain(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    text = _listed(_options(it)) if "def" in it else it.get("name")
    return AlterTable(here.place(start, end), table, _PLAIN[it["subtype"]], text=text)


def _other(it: Tree, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return AlterTable(here.place(start, end), table, "other", text=here.compact(start, end))


def _of_other(it: Tree, name: ObjectName, here: Here, start: int, end: int, kind: Kind) -> Operation:
    """An action on a view, an index, a sequence or a composite type."""
    where = here.place(start, end)
    subtype = it["subtype"]
    if subtype == "AT_ChangeOwner":
        return ChangeOwner(where, kind, name, role(it["newowner"]))
    table: ObjectName | None = None
    if subtype == "AT_AttachPartition":  # of an index
        table = object_name(it["def"]["PartitionCmd"]["name"], here)
    given = _options(it) if subtype in ("AT_SetRelOptions", "AT_ResetRelOptions") else ()
    if subtype == "AT_ResetRelOptions":
        given = tuple([("reset", key) for key, _ in given])
    return AlterOther(where, kind, name, table, here.compact(start, end), given)


def _cascades(it: Tree) -> bool:
    return bool(it.get("behavior") == "DROP_CASCADE")


def _options(it: Tree) -> tuple[tuple[str, str], ...]:
    return options(it["def"]["List"]["items"])


def _listed(given: tuple[tuple[str, str], ...]) -> str:
    return ", ".join([f"{key}={value}" if value else key for key, value in given])


_Action = Callable[[Tree, ObjectName, Here, int, int], Operation]
_COLUMN_SETTINGS: Final[
    dict[str, Literal["set statistics", "set storage", "set compression", "set options"]]
] = {
    "AT_SetStatistics": "set statistics",
    "AT_SetStorage": "set storage",
    "AT_SetCompression": "set compression",
    "AT_SetOptions": "set options",
    "AT_ResetOptions": "set options",
    "AT_AlterColumnGenericOptions": "set options",
}
_PARTITION_CHANGES: Final[
    dict[str, Literal["attach partition", "detach partition", "finalize partition"]]
] = {
    "AT_AttachPartition": "attach partition",
    "AT_DetachPartition": "detach partition",
    "AT_DetachPartitionFinalize": "finalize partition",
}
_PLAIN: Final[
    dict[
        str,
        Literal[
            "enable rls",
            "disable rls",
            "force rls",
            "no force rls",
            "enable trigger",
            "disable trigger",
            "set options",
            "reset options",
            "set logged",
            "set unlogged",
            "cluster on",
            "without cluster",
            "set tablespace",
            "set access method",
        ],
    ]
] = {
    "AT_EnableRowSecurity": "enable rls",
    "AT_DisableRowSecurity": "disable rls",
    "AT_ForceRowSecurity": "force rls",
    "AT_NoForceRowSecurity": "no force rls",
    "AT_EnableTrig": "enable trigger",
    "AT_EnableAlwaysTrig": "enable trigger",
    "AT_EnableReplicaTrig": "enable trigger",
    "AT_EnableTrigAll": "enable trigger",
    "AT_EnableTrigUser": "enable trigger",
    "AT_EnableRule": "enable trigger",
    "AT_EnableAlwaysRule": "enable trigger",
    "AT_EnableReplicaRule": "enable trigger",
    "AT_DisableTrig": "disable trigger",
    "AT_DisableTrigAll": "disable trigger",
    "AT_DisableTrigUser": "disable trigger",
    "AT_DisableRule": "disable trigger",
    "AT_SetRelOptions": "set options",
    "AT_ResetRelOptions": "reset options",
    "AT_SetLogged": "set logged",
    "AT_SetUnLogged": "set unlogged",
    "AT_ClusterOn": "cluster on",
    "AT_DropCluster": "without cluster",
    "AT_SetTableSpace": "set tablespace",
    "AT_SetAccessMethod": "set access method",
}
_ACTIONS: Final[dict[str, _Action]] = {
    "AT_AddColumn": _add_column,
    "AT_DropColumn": _drop_column,
    "AT_ColumnDefault": _column_default,
    "AT_SetNotNull": _set_not_null,
    "AT_DropNotNull": _drop_not_null,
    "AT_AlterColumnType": _column_type,
    "AT_SetExpression": _set_expression,
    "AT_DropExpression": _drop_expression,
    "AT_AddIdentity": _add_identity,
    "AT_SetIdentity": _set_identity,
    "AT_DropIdentity": _drop_identity,
    "AT_AddConstraint": _add_constraint,
    "AT_DropConstraint": _drop_constraint,
    "AT_ValidateConstraint": _validate,
    "AT_AlterConstraint": _alter_constraint,
    "AT_ChangeOwner": _owner,
    "AT_AttachPartition": _partition,
    "AT_DetachPartition": _partition,
    "AT_DetachPartitionFinalize": _partition,
    "AT_AddInherit": _inherit,
    "AT_DropInherit": _inherit,
    "AT_ReplicaIdentity": _replica_identity,
    **dict.fromkeys(_COLUMN_SETTINGS, _column_setting),
    **dict.fromkeys(_PLAIN, _plain),
}
