"""CREATE TABLE, ALTER TABLE and CREATE INDEX to operations."""

from collections.abc import Callable
from typing import Final, Literal

from postgast import pg_query_pb2 as pg

from crowsfoot.facts.sql import (
    AddColumn,
    AddConstraint,
    AlterColumn,
    AlterConstraint,
    AlterOther,
    AlterTable,
    ChangeOwner,
    ColumnDef,
    Constraint,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropConstraint,
    Expression,
    Kind,
    ObjectName,
    Operation,
    ValidateConstraint,
)
from crowsfoot.frontends.sql.postgres_columns import column, constraint, in_brackets, index_key, type_of
from crowsfoot.frontends.sql.postgres_expressions import expression, object_name
from crowsfoot.frontends.sql.postgres_names import KINDS, options, role
from crowsfoot.frontends.sql.postgres_words import Here, Words
from crowsfoot.source import Range

_LIKE_OPTIONS: Final = (
    (1 << 0, "comments"),
    (1 << 1, "compression"),
    (1 << 2, "constraints"),
    (1 << 3, "defaults"),
    (1 << 4, "generated"),
    (1 << 5, "identity"),
    (1 << 6, "indexes"),
    (1 << 7, "statistics"),
    (1 << 8, "storage"),
)
_LIKE_ALL: Final = 0x7FFFFFFF
_STRATEGIES: Final = {
    pg.PARTITION_STRATEGY_LIST: "list",
    pg.PARTITION_STRATEGY_RANGE: "range",
    pg.PARTITION_STRATEGY_HASH: "hash",
}


def create_table(it: pg.CreateStmt, here: Here) -> tuple[Operation, ...]:
    return (_create_table(it, here),)


def create_foreign_table(it: pg.CreateForeignTableStmt, here: Here) -> tuple[Operation, ...]:
    return (_create_table(it.base_stmt, here, (("server", it.servername),)),)


def _create_table(
    it: pg.CreateStmt, here: Here, more_options: tuple[tuple[str, str], ...] = ()
) -> CreateTable:
    columns: list[ColumnDef] = []
    constraints: list[Constraint] = []
    like: list[tuple[ObjectName, tuple[str, ...]]] = []
    elements = it.table_elts
    starts: list[int] = []
    for element in elements:
        kind = element.WhichOneof("node")
        if kind == "table_like_clause":
            starts.append(here.at(element.table_like_clause.relation.location))
        else:
            starts.append(here.at(getattr(element, kind or "constraint").location))
    if starts:
        ends_here = here.text[here.end - 1] == ")" and not (
            it.options or it.inh_relations or it.HasField("partspec")
        )
        starts.append(here.end - 1 if ends_here else _list_end(here, starts[-1]))
    for index, element in enumerate(elements):
        kind = element.WhichOneof("node")
        if kind == "column_def":
            end = here.until(starts[index], starts[index + 1])
            columns.append(column(element.column_def, here, end))
        elif kind == "constraint":
            end = here.until(starts[index], starts[index + 1])
            constraints.append(constraint(element.constraint, here, end))
        else:
            source = element.table_like_clause
            like.append((object_name(source.relation, here), _like_options(source.options)))
    parents = tuple([object_name(each.range_var, here) for each in it.inh_relations])
    partition = it.HasField("partbound")
    partition_by: str | None = None
    partition_keys: tuple[str, ...] = ()
    if it.HasField("partspec"):
        partition_by = _STRATEGIES.get(it.partspec.strategy)
        partition_keys = tuple(
            [_partition_key(each.partition_elem, here) for each in it.partspec.part_params]
        )
    relation = it.relation
    return CreateTable(
        here.range,
        object_name(relation, here),
        tuple(columns),
        tuple(constraints),
        if_not_exists=it.if_not_exists,
        temporary=relation.relpersistence == "t",
        unlogged=relation.relpersistence == "u",
        partition_by=partition_by,
        partition_keys=partition_keys,
        partition_of=parents[0] if partition and parents else None,
        default_partition=partition and it.partbound.is_default,
        like=tuple(like),
        inherits=() if partition else parents,
        options=(*options(it.options), *more_options),
        on_commit_drop=it.oncommit == pg.ONCOMMIT_DROP,
    )


def alter_table(it: pg.AlterTableStmt, here: Here) -> tuple[Operation, ...]:
    kind = KINDS.get(it.objtype, "other")
    table = object_name(it.relation, here)
    commands = it.cmds
    if len(commands) == 1:
        start = here.skip(here.dotted(it.relation.location)[1])
        if here.text.startswith("*", start):
            start = here.skip(start + 1)
        places = [(start, here.end)]
    else:
        words = here.words
        first = words.index(here.at(it.relation.location))
        first = words.name_end(first)
        if words.words[first] == "*":
            first += 1
        places = [words.range(*each) for each in words.items(first, len(words.words))]
    operations: list[Operation] = []
    for command, (start, end) in zip(commands, places, strict=False):
        alter = command.alter_table_cmd
        if kind == "table":
            operations.append(_ACTIONS.get(alter.subtype, _other)(alter, table, here, start, end))
        else:
            operations.append(_of_other(alter, table, here, start, end, kind))
    return tuple(operations)


def create_index(it: pg.IndexStmt, here: Here) -> tuple[Operation, ...]:
    words = here.words
    count = len(words.words)
    relation = words.index(here.at(it.relation.location))
    opening = words.words.index("(", relation)
    closing = words.closing.get(opening, count)
    keys = tuple(
        [
            index_key(each.index_elem, here, words, first, end)
            for each, (first, end) in zip(it.index_params, words.items(opening + 1, closing), strict=False)
        ]
    )
    name_range: Range | None = None
    if it.idxname:
        on = words.find("ON", 0, relation)
        name_range = here.place(*words.range(on - 1, on))
    predicate: Expression | None = None
    if it.HasField("where_clause"):
        where = words.find("WHERE", closing, count)
        predicate = expression(it.where_clause, here, *words.range(min(where + 1, count - 1), count))
    return (
        CreateIndex(
            here.range,
            object_name(it.relation, here),
            keys,
            it.idxname or None,
            name_range,
            unique=it.unique,
            method=it.access_method or "btree",
            concurrently=it.concurrent,
            if_not_exists=it.if_not_exists,
            only=not it.relation.inh,
            include=tuple([each.index_elem.name for each in it.index_including_params]),
            predicate=predicate,
            nulls_distinct=not it.nulls_not_distinct,
        ),
    )


def _list_end(here: Here, last: int) -> int:
    """Where the bracket stands that closes the list whose last element begins at last."""
    words = Words(here.text, last, here.end)
    index = words.unmatched()
    return words.starts[index] if index < len(words.starts) else here.end


def _like_options(bits: int) -> tuple[str, ...]:
    if bits == _LIKE_ALL:
        return ("all",)
    return tuple([name for bit, name in _LIKE_OPTIONS if bits & bit])


def _partition_key(it: pg.PartitionElem, here: Here) -> str:
    if it.name:
        return str(it.name)
    start = here.at(it.location)
    words = Words(here.text, start, here.end)
    after = words.find(",", 0, words.unmatched())
    return here.compact(*words.range(0, after)) if after else ""


# --- actions of ALTER TABLE --------------------------------------------------------------------------------


def _add_column(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    definition = _definition(it)
    return AddColumn(here.place(start, end), table, column(definition.column_def, here, end), it.missing_ok)


def _drop_column(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    cascade = it.behavior == pg.DROP_CASCADE
    return DropColumn(here.place(start, end), table, it.name, it.missing_ok, cascade)


def _column_default(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    where = here.place(start, end)
    if not it.HasField("def"):
        return AlterColumn(where, table, it.name, "drop default")
    words = Words(here.text, start, end)
    first = words.words.index("DEFAULT") + 1
    read = expression(_definition(it), here, *words.range(first, len(words.words)))
    return AlterColumn(where, table, it.name, "set default", expression=read)


def _set_not_null(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return AlterColumn(here.place(start, end), table, it.name, "set not null")


def _drop_not_null(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return AlterColumn(here.place(start, end), table, it.name, "drop not null")


def _column_type(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    definition = _definition(it).column_def
    limit = end
    read: Expression | None = None
    if definition.HasField("raw_default"):
        words = Words(here.text, start, end)
        count = len(words.words)
        using = words.find("USING", 2, count)
        limit = words.starts[using]
        read = expression(definition.raw_default, here, *words.range(using + 1, count))
    collation: str | None = None
    if definition.HasField("coll_clause"):
        limit = here.at(definition.coll_clause.location)
        collation = definition.coll_clause.collname[-1].string.sval
    return AlterColumn(
        here.place(start, end),
        table,
        it.name,
        "type",
        type=type_of(definition, here, limit),
        expression=read,
        collation=collation,
    )


def _set_expression(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    read = in_brackets(_definition(it), here, start, end, "AS")
    return AlterColumn(here.place(start, end), table, it.name, "set expression", expression=read)


def _drop_expression(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return AlterColumn(here.place(start, end), table, it.name, "drop expression", if_exists=it.missing_ok)


def _add_identity(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    always = _definition(it).constraint.generated_when == "a"
    text = "always" if always else "by default"
    return AlterColumn(here.place(start, end), table, it.name, "add identity", text=text)


def _set_identity(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    text: str | None = None
    for each in _definition(it).list.items:
        if each.def_elem.defname == "generated":
            text = "always" if each.def_elem.arg.integer.ival == ord("a") else "by default"
    return AlterColumn(here.place(start, end), table, it.name, "set identity", text=text)


def _drop_identity(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return AlterColumn(here.place(start, end), table, it.name, "drop identity", if_exists=it.missing_ok)


def _column_setting(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    definition = _definition(it)
    kind = definition.WhichOneof("node")
    text: str | None = None
    if kind == "integer":
        text = str(definition.integer.ival)
    elif kind == "string":
        text = definition.string.sval
    elif kind == "list":
        text = ", ".join([f"{key}={value}" for key, value in options(definition.list.items)])
    name = it.name or str(it.num)
    return AlterColumn(here.place(start, end), table, name, _COLUMN_SETTINGS[it.subtype], text=text)


def _add_constraint(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return AddConstraint(here.place(start, end), table, constraint(_definition(it).constraint, here, end))


def _drop_constraint(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    cascade = it.behavior == pg.DROP_CASCADE
    return DropConstraint(here.place(start, end), table, it.name, if_exists=it.missing_ok, cascade=cascade)


def _validate(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return ValidateConstraint(here.place(start, end), table, it.name)


def _alter_constraint(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    change = _definition(it).atalter_constraint
    return AlterConstraint(
        here.place(start, end),
        table,
        change.conname,
        deferrable=change.deferrable if change.alter_deferrability else None,
        deferred=change.initdeferred if change.alter_deferrability else None,
        enforced=change.is_enforced if change.alter_enforceability else None,
    )


def _owner(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return ChangeOwner(here.place(start, end), "table", table, role(it.newowner))


def _partition(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    command = _definition(it).partition_cmd
    bound: str | None = None
    default = False
    if command.HasField("bound"):
        default = command.bound.is_default
        bound = here.compact(here.skip(here.dotted(command.name.location)[1]), end)
    return AlterTable(
        here.place(start, end),
        table,
        _PARTITION_CHANGES[it.subtype],
        other=object_name(command.name, here),
        text=bound,
        concurrently=command.concurrent,
        default_partition=default,
    )


def _inherit(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    other = object_name(_definition(it).range_var, here)
    where = here.place(start, end)
    if it.subtype == pg.AT_AddInherit:
        return AlterTable(where, table, "inherit", other=other)
    return AlterTable(where, table, "no inherit", other=other)


def _replica_identity(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    identity = _definition(it).replica_identity_stmt
    text = {"f": "full", "n": "nothing", "d": "default"}.get(identity.identity_type, identity.name)
    return AlterTable(here.place(start, end), table, "replica identity", text=text)


def _plain(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    text = it.name or None
    if it.HasField("def"):
        text = ", ".join([f"{key}={value}" if value else key for key, value in _options(it)])
    return AlterTable(here.place(start, end), table, _PLAIN[it.subtype], text=text)


def _other(it: pg.AlterTableCmd, table: ObjectName, here: Here, start: int, end: int) -> Operation:
    return AlterTable(here.place(start, end), table, "other", text=here.compact(start, end))


def _of_other(
    it: pg.AlterTableCmd, name: ObjectName, here: Here, start: int, end: int, kind: Kind
) -> Operation:
    """An action on a view, an index, a sequence or a composite type."""
    where = here.place(start, end)
    if it.subtype == pg.AT_ChangeOwner:
        return ChangeOwner(where, kind, name, role(it.newowner))
    table: ObjectName | None = None
    if it.subtype == pg.AT_AttachPartition:  # of an index
        table = object_name(_definition(it).partition_cmd.name, here)
    given = _options(it) if it.subtype in (pg.AT_SetRelOptions, pg.AT_ResetRelOptions) else ()
    return AlterOther(where, kind, name, table, here.compact(start, end), given)


def _options(it: pg.AlterTableCmd) -> tuple[tuple[str, str], ...]:
    return options(_definition(it).list.items)


def _definition(it: pg.AlterTableCmd) -> pg.Node:
    found: pg.Node = getattr(it, "def")  # a word of Python
    return found


_Action = Callable[[pg.AlterTableCmd, ObjectName, Here, int, int], Operation]
_COLUMN_SETTINGS: Final[
    dict[int, Literal["set statistics", "set storage", "set compression", "set options"]]
] = {
    pg.AT_SetStatistics: "set statistics",
    pg.AT_SetStorage: "set storage",
    pg.AT_SetCompression: "set compression",
    pg.AT_SetOptions: "set options",
    pg.AT_ResetOptions: "set options",
    pg.AT_AlterColumnGenericOptions: "set options",
}
_PARTITION_CHANGES: Final[
    dict[int, Literal["attach partition", "detach partition", "finalize partition"]]
] = {
    pg.AT_AttachPartition: "attach partition",
    pg.AT_DetachPartition: "detach partition",
    pg.AT_DetachPartitionFinalize: "finalize partition",
}
_PLAIN: Final[
    dict[
        int,
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
    pg.AT_EnableRowSecurity: "enable rls",
    pg.AT_DisableRowSecurity: "disable rls",
    pg.AT_ForceRowSecurity: "force rls",
    pg.AT_NoForceRowSecurity: "no force rls",
    pg.AT_EnableTrig: "enable trigger",
    pg.AT_EnableAlwaysTrig: "enable trigger",
    pg.AT_EnableReplicaTrig: "enable trigger",
    pg.AT_EnableTrigAll: "enable trigger",
    pg.AT_EnableTrigUser: "enable trigger",
    pg.AT_EnableRule: "enable trigger",
    pg.AT_EnableAlwaysRule: "enable trigger",
    pg.AT_EnableReplicaRule: "enable trigger",
    pg.AT_DisableTrig: "disable trigger",
    pg.AT_DisableTrigAll: "disable trigger",
    pg.AT_DisableTrigUser: "disable trigger",
    pg.AT_DisableRule: "disable trigger",
    pg.AT_SetRelOptions: "set options",
    pg.AT_ResetRelOptions: "reset options",
    pg.AT_SetLogged: "set logged",
    pg.AT_SetUnLogged: "set unlogged",
    pg.AT_ClusterOn: "cluster on",
    pg.AT_DropCluster: "without cluster",
    pg.AT_SetTableSpace: "set tablespace",
    pg.AT_SetAccessMethod: "set access method",
}
_ACTIONS: Final[dict[int, _Action]] = {
    pg.AT_AddColumn: _add_column,
    pg.AT_DropColumn: _drop_column,
    pg.AT_ColumnDefault: _column_default,
    pg.AT_SetNotNull: _set_not_null,
    pg.AT_DropNotNull: _drop_not_null,
    pg.AT_AlterColumnType: _column_type,
    pg.AT_SetExpression: _set_expression,
    pg.AT_DropExpression: _drop_expression,
    pg.AT_AddIdentity: _add_identity,
    pg.AT_SetIdentity: _set_identity,
    pg.AT_DropIdentity: _drop_identity,
    pg.AT_AddConstraint: _add_constraint,
    pg.AT_DropConstraint: _drop_constraint,
    pg.AT_ValidateConstraint: _validate,
    pg.AT_AlterConstraint: _alter_constraint,
    pg.AT_ChangeOwner: _owner,
    pg.AT_AttachPartition: _partition,
    pg.AT_DetachPartition: _partition,
    pg.AT_DetachPartitionFinalize: _partition,
    pg.AT_AddInherit: _inherit,
    pg.AT_DropInherit: _inherit,
    pg.AT_ReplicaIdentity: _replica_identity,
    **dict.fromkeys(_COLUMN_SETTINGS, _column_setting),
    **dict.fromkeys(_PLAIN, _plain),
}
