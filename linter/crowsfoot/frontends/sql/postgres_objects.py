"""Types, sequences, triggers, policies, extensions and what is said of any object, to operations."""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from postgast import pg_query_pb2 as pg

from crowsfoot.facts.sql import (
    AddEnumValue,
    AlterDomain,
    AlterOther,
    AlterPolicy,
    AlterSequence,
    ChangeOwner,
    Constraint,
    CreateDomain,
    CreateEnum,
    CreateExtension,
    CreateOther,
    CreatePolicy,
    CreateSchema,
    CreateSequence,
    CreateTrigger,
    CreateType,
    DropObject,
    Expression,
    Kind,
    MoveObject,
    ObjectName,
    Operation,
    RenameEnumValue,
    RenameObject,
    SetComment,
    TypeName,
)
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_columns import constraint, in_brackets
from crowsfoot.frontends.sql.postgres_expressions import expression, object_name
from crowsfoot.frontends.sql.postgres_names import (
    KINDS,
    argument_types,
    named,
    options,
    qualified,
    role,
    strings,
    value,
)
from crowsfoot.frontends.sql.postgres_words import Here

_Operations = tuple[Operation, ...]

# What belongs to a table and is named after it: [schema, table, name].
_ON_TABLES: Final = frozenset(
    (pg.OBJECT_TRIGGER, pg.OBJECT_POLICY, pg.OBJECT_RULE, pg.OBJECT_TABCONSTRAINT, pg.OBJECT_COLUMN)
)
# Source: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/catalog/pg_trigger.h
_BEFORE: Final = 1 << 1
_INSTEAD: Final = 1 << 6
_EVENTS: Final = ((1 << 2, "insert"), (1 << 3, "delete"), (1 << 4, "update"), (1 << 5, "truncate"))
_COMMANDS: Final[dict[str, Literal["all", "select", "insert", "update", "delete"]]] = {
    "all": "all",
    "select": "select",
    "insert": "insert",
    "update": "update",
    "delete": "delete",
}
_DOMAIN_CHANGES: Final[
    dict[
        str,
        Literal[
            "add constraint",
            "drop constraint",
            "validate constraint",
            "set not null",
            "drop not null",
            "set default",
        ],
    ]
] = {
    "T": "set default",
    "N": "drop not null",
    "O": "set not null",
    "C": "add constraint",
    "X": "drop constraint",
    "V": "validate constraint",
}


class Target(NamedTuple):
    """What a statement of any kind of object speaks of."""

    kind: Kind
    name: ObjectName
    table: ObjectName | None = None
    arguments: tuple[str, ...] | None = None


# --- types -------------------------------------------------------------------------------------------------


def create_enum(it: pg.CreateEnumStmt, here: Here) -> _Operations:
    return (CreateEnum(here.range, qualified(it.type_name, here), strings(it.vals)),)


def alter_enum(it: pg.AlterEnumStmt, here: Here) -> _Operations:
    name = qualified(it.type_name, here)
    if it.old_val:
        return (RenameEnumValue(here.range, name, it.old_val, it.new_val),)
    neighbor = it.new_val_neighbor or None
    return (
        AddEnumValue(
            here.range,
            name,
            it.new_val,
            before=None if it.new_val_is_after else neighbor,
            after=neighbor if it.new_val_is_after else None,
            if_not_exists=it.skip_if_new_val_exists,
        ),
    )


def create_domain(it: pg.CreateDomainStmt, here: Here) -> _Operations:
    starts = [here.at(each.constraint.location) for each in it.constraints]
    if it.HasField("coll_clause"):
        starts.append(here.at(it.coll_clause.location))
    starts.sort()
    starts.append(here.end)
    not_null = False
    default: Expression | None = None
    checks: list[Constraint] = []
    for each in it.constraints:
        raw = each.constraint
        start = here.at(raw.location)
        end = here.until(start, next((stop for stop in starts if stop > start), here.end))
        if raw.contype == pg.CONSTR_NOTNULL:
            not_null = True
        elif raw.contype == pg.CONSTR_DEFAULT:
            default = expression(raw.raw_expr, here, *_after(here, "DEFAULT", start, end))
        elif raw.contype == pg.CONSTR_CHECK:
            checks.append(constraint(raw, here, end))
    start = here.at(it.type_name.location)
    where = here.place(start, here.until(start, starts[0]))
    name = qualified(it.domainname, here)
    return (
        CreateDomain(here.range, name, types.read(it.type_name, where), not_null, default, tuple(checks)),
    )


def alter_domain(it: pg.AlterDomainStmt, here: Here) -> _Operations:
    name = qualified(it.type_name, here)
    change = _DOMAIN_CHANGES.get(it.subtype)
    definition: pg.Node = getattr(it, "def")  # a word of Python
    if change is None:
        return (AlterOther(here.range, "domain", name),)
    if change == "set default":
        if not it.HasField("def"):
            return (AlterDomain(here.range, name, "drop default"),)
        read = expression(definition, here, *_after(here, "DEFAULT", here.start, here.end))
        return (AlterDomain(here.range, name, change, expression=read),)
    if change == "add constraint":
        added = constraint(definition.constraint, here, here.end)
        return (AlterDomain(here.range, name, change, added, added.name),)
    return (AlterDomain(here.range, name, change, text=it.name or None, if_exists=it.missing_ok),)


def create_composite(it: pg.CompositeTypeStmt, here: Here) -> _Operations:
    attributes: list[tuple[str, TypeName]] = []
    for each in it.coldeflist:
        column = each.column_def
        attributes.append(
            (column.colname, types.read(column.type_name, here.name(column.type_name.location)))
        )
    return (CreateType(here.range, object_name(it.typevar, here), tuple(attributes)),)


def create_range(it: pg.CreateRangeStmt, here: Here) -> _Operations:
    return (CreateType(here.range, qualified(it.type_name, here)),)


def define(it: pg.DefineStmt, here: Here) -> _Operations:
    """CREATE TYPE of a base type, AGGREGATE, OPERATOR, COLLATION, TEXT SEARCH ..."""
    if it.kind == pg.OBJECT_TYPE:
        return (CreateType(here.range, qualified(it.defnames, here)),)
    kind = KINDS.get(it.kind, "other")
    name = qualified(it.defnames, here)
    text = None if kind != "other" else here.verb.partition(" ")[2].lower() or None
    return (
        CreateOther(here.range, kind, name, if_not_exists=it.if_not_exists, replace=it.replace, text=text),
    )


# --- sequences, extensions, schemas ------------------------------------------------------------------------


def create_sequence(it: pg.CreateSeqStmt, here: Here) -> _Operations:
    owner, _ = _owned_by(it.options, here)
    temporary = it.sequence.relpersistence == "t"
    return (CreateSequence(here.range, object_name(it.sequence, here), it.if_not_exists, owner, temporary),)


def alter_sequence(it: pg.AlterSeqStmt, here: Here) -> _Operations:
    owner, none = _owned_by(it.options, here)
    return (AlterSequence(here.range, object_name(it.sequence, here), owner, none, it.missing_ok),)


def create_extension(it: pg.CreateExtensionStmt, here: Here) -> _Operations:
    schema = next((found for key, found in options(it.options) if key == "schema"), None)
    return (CreateExtension(here.range, it.extname, it.if_not_exists, schema),)


def alter_extension(it: pg.AlterExtensionStmt, here: Here) -> _Operations:
    return (AlterOther(here.range, "extension", named(it.extname, here)),)


def create_schema(it: pg.CreateSchemaStmt, here: Here) -> _Operations:
    name = it.schemaname or role(it.authrole)
    return (CreateSchema(here.range, name, it.if_not_exists),)


def create_publication(it: pg.CreatePublicationStmt, here: Here) -> _Operations:
    return (CreateOther(here.range, "publication", named(it.pubname, here)),)


def alter_publication(it: pg.AlterPublicationStmt, here: Here) -> _Operations:
    return (AlterOther(here.range, "publication", named(it.pubname, here)),)


def create_statistics(it: pg.CreateStatsStmt, here: Here) -> _Operations:
    table = next(
        (object_name(each.range_var, here) for each in it.relations if each.HasField("range_var")), None
    )
    name = qualified(it.defnames, here)
    return (CreateOther(here.range, "statistics", name, table, it.if_not_exists),)


def create_event_trigger(it: pg.CreateEventTrigStmt, here: Here) -> _Operations:
    return (CreateOther(here.range, "other", named(it.trigname, here, 3), text="event trigger"),)


def create_database(it: pg.CreatedbStmt, here: Here) -> _Operations:
    return (CreateOther(here.range, "database", named(it.dbname, here)),)


# --- triggers, rules, policies -----------------------------------------------------------------------------


def create_trigger(it: pg.CreateTrigStmt, here: Here) -> _Operations:
    timing = "before" if it.timing & _BEFORE else "instead of" if it.timing & _INSTEAD else "after"
    function = qualified(it.funcname, here, here.words.find("EXECUTE", 0, len(here.words.words)))
    return (
        CreateTrigger(
            here.range,
            it.trigname,
            object_name(it.relation, here),
            function,
            timing,
            tuple([event for bit, event in _EVENTS if it.events & bit]),
            replace=it.replace,
            constraint=it.isconstraint,
            references=object_name(it.constrrel, here) if it.HasField("constrrel") else None,
            columns=strings(it.columns),
            for_each_row=it.row,
        ),
    )


def create_rule(it: pg.RuleStmt, here: Here) -> _Operations:
    table = object_name(it.relation, here)
    return (CreateOther(here.range, "rule", named(it.rulename, here), table, replace=it.replace),)


def create_policy(it: pg.CreatePolicyStmt, here: Here) -> _Operations:
    using, check = _conditions(it, here)
    return (
        CreatePolicy(
            here.range,
            it.policy_name,
            object_name(it.table, here),
            _COMMANDS.get(it.cmd_name, "all"),
            it.permissive,
            tuple([role(each.role_spec) for each in it.roles]),
            using,
            check,
        ),
    )


def alter_policy(it: pg.AlterPolicyStmt, here: Here) -> _Operations:
    using, check = _conditions(it, here)
    roles = tuple([role(each.role_spec) for each in it.roles]) or None
    return (AlterPolicy(here.range, it.policy_name, object_name(it.table, here), roles, using, check),)


# --- of every kind of object -------------------------------------------------------------------------------


def drop(it: pg.DropStmt, here: Here) -> _Operations:
    cascade = it.behavior == pg.DROP_CASCADE
    several = len(it.objects) > 1
    operations: list[Operation] = []
    for node in it.objects:
        target = _target(it.remove_type, node, here)
        operations.append(
            DropObject(
                target.name.range if several else here.range,
                target.kind,
                target.name,
                target.table,
                it.missing_ok,
                cascade,
                it.concurrent,
                target.arguments,
                None if target.kind != "other" else here.verb.partition(" ")[2].lower(),
            )
        )
    return tuple(operations)


def drop_roles(it: pg.DropRoleStmt, here: Here) -> _Operations:
    return tuple(
        [
            DropObject(
                here.range,
                "role",
                ObjectName(role(each.role_spec), here.name(each.role_spec.location)),
                if_exists=it.missing_ok,
            )
            for each in it.roles
        ]
    )


def drop_database(it: pg.DropdbStmt, here: Here) -> _Operations:
    return (DropObject(here.range, "database", named(it.dbname, here), if_exists=it.missing_ok),)


def rename(it: pg.RenameStmt, here: Here) -> _Operations:
    if it.HasField("relation"):
        relation = object_name(it.relation, here)
        kind = KINDS.get(it.rename_type, "other")
        if it.subname:
            name = named(it.subname, here, 2)
            return (RenameObject(here.range, kind, name, it.newname, relation, it.missing_ok),)
        return (RenameObject(here.range, kind, relation, it.newname, if_exists=it.missing_ok),)
    if it.HasField("object"):
        if it.rename_type == pg.OBJECT_DOMCONSTRAINT:
            domain = qualified(it.object.list.items, here)
            name = named(it.subname, here, 4)
            return (RenameObject(here.range, "constraint", name, it.newname, domain),)
        target = _target(it.rename_type, it.object, here)
        return (RenameObject(here.range, target.kind, target.name, it.newname, if_exists=it.missing_ok),)
    kind = KINDS.get(it.rename_type, "other")
    return (RenameObject(here.range, kind, named(it.subname, here), it.newname, if_exists=it.missing_ok),)


def move(it: pg.AlterObjectSchemaStmt, here: Here) -> _Operations:
    if it.HasField("relation"):
        kind, name = KINDS.get(it.object_type, "other"), object_name(it.relation, here)
    else:
        kind, name, *_ = _target(it.object_type, it.object, here)
    return (MoveObject(here.range, kind, name, it.newschema, it.missing_ok),)


def change_owner(it: pg.AlterOwnerStmt, here: Here) -> _Operations:
    if it.HasField("relation"):
        kind, name = KINDS.get(it.object_type, "other"), object_name(it.relation, here)
    else:
        kind, name, *_ = _target(it.object_type, it.object, here)
    return (ChangeOwner(here.range, kind, name, role(it.newowner)),)


def comment(it: pg.CommentStmt, here: Here) -> _Operations:
    target = _target(it.objtype, it.object, here)
    return (SetComment(here.range, target.kind, target.name, target.table),)


def alter_function(it: pg.AlterFunctionStmt, here: Here) -> _Operations:
    name = qualified(it.func.objname, here)
    given = [(each.def_elem.defname, value(each.def_elem.arg)) for each in it.actions]
    return (AlterOther(here.range, "function", name, options=tuple(given)),)


def alter_type(it: pg.AlterTypeStmt, here: Here) -> _Operations:
    return (AlterOther(here.range, "type", qualified(it.type_name, here), options=options(it.options)),)


def alter_statistics(it: pg.AlterStatsStmt, here: Here) -> _Operations:
    return (AlterOther(here.range, "statistics", qualified(it.defnames, here), if_exists=it.missing_ok),)


def depends(it: pg.AlterObjectDependsStmt, here: Here) -> _Operations:
    kind = KINDS.get(it.object_type, "other")
    name = (
        object_name(it.relation, here)
        if it.HasField("relation")
        else _target(it.object_type, it.object, here).name
    )
    return (AlterOther(here.range, kind, name),)


def _target(object_type: int, node: pg.Node, here: Here) -> Target:
    kind = KINDS.get(object_type, "other")
    form = node.WhichOneof("node")
    if form == "string":
        return Target(kind, named(node.string.sval, here))
    if form == "type_name":
        name = node.type_name.names
        schema = name[-2].string.sval if len(name) > 1 else None
        return Target(kind, ObjectName(name[-1].string.sval, here.name(node.type_name.location), schema))
    if form == "object_with_args":
        function = node.object_with_args
        arguments = None
        if not function.args_unspecified:
            arguments = argument_types([each.type_name for each in function.objargs], here.range)
        return Target(kind, qualified(function.objname, here), arguments=arguments)
    if form != "list":
        return Target(kind, ObjectName("", here.range))
    parts = node.list.items
    if object_type == pg.OBJECT_DOMCONSTRAINT:
        domain = _target(pg.OBJECT_DOMAIN, parts[0], here)
        return Target(kind, named(parts[1].string.sval, here), domain.name)
    if object_type in _ON_TABLES and len(parts) > 1:
        *table, name = strings(parts)
        where = here.find(name, 2)
        on = ObjectName(table[-1], here.find(table[-1], 2), table[-2] if len(table) > 1 else None)
        return Target(kind, ObjectName(name, where), on)
    if not all(each.HasField("string") for each in parts):
        return Target(kind, ObjectName("", here.range))
    return Target(kind, qualified(parts, here))


def _owned_by(given: Iterable[pg.Node], here: Here) -> tuple[tuple[ObjectName, str] | None, bool]:
    """The column that owns a sequence, and whether OWNED BY NONE is written."""
    for each in given:
        it = each.def_elem
        if it.defname != "owned_by":
            continue
        parts = strings(it.arg.list.items)
        if len(parts) == 1:
            return None, parts[0].lower() == "none"
        *table, column = parts
        by = here.words.find("BY", 0, len(here.words.words))
        where = here.find(table[-1], by + 1)
        return (ObjectName(table[-1], where, table[-2] if len(table) > 1 else None), column), False
    return None, False


def _conditions(
    it: pg.CreatePolicyStmt | pg.AlterPolicyStmt, here: Here
) -> tuple[Expression | None, Expression | None]:
    """What USING and WITH CHECK say."""
    using = in_brackets(it.qual, here, here.start, here.end, "USING") if it.HasField("qual") else None
    if not it.HasField("with_check"):
        return using, None
    return using, in_brackets(it.with_check, here, here.start, here.end, "CHECK")


def _after(here: Here, word: str, start: int, end: int) -> tuple[int, int]:
    """From behind a word between start and end to the end."""
    begin = here.after(word, start)
    return min(begin, end), end
