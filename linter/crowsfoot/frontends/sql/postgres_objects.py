"""Types, sequences, extensions, triggers, policies and the like to operations."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, Literal

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    AddEnumValue,
    AlterDomain,
    AlterOther,
    AlterPolicy,
    AlterSequence,
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
    Expression,
    ObjectName,
    Operation,
    RenameEnumValue,
    TypeName,
)
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_columns import constraint
from crowsfoot.frontends.sql.postgres_expressions import expression, in_brackets
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import (
    KINDS,
    named,
    object_name,
    options,
    qualified,
    role,
    roles,
    strings,
    value,
)
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_targets import arguments_of
from crowsfoot.frontends.sql.postgres_terms import term

_Operations = tuple[Operation, ...]

# --- types -------------------------------------------------------------------------------------------------


def create_enum(it: Tree, here: Here) -> _Operations:
    return (CreateEnum(here.range, qualified(it["typeName"], here), strings(it.get("vals", ()))),)


def alter_enum(it: Tree, here: Here) -> _Operations:
    name = qualified(it["typeName"], here)
    new = it.get("newVal", "")
    if "oldVal" in it:
        return (RenameEnumValue(here.range, name, it["oldVal"], new),)
    neighbor = it.get("newValNeighbor")
    after = it.get("newValIsAfter", False)
    return (
        AddEnumValue(
            here.range,
            name,
            new,
            before=None if after else neighbor,
            after=neighbor if after else None,
            if_not_exists=it.get("skipIfNewValExists", False),
        ),
    )


def create_domain(it: Tree, here: Here) -> _Operations:
    written = [each["Constraint"] for each in it.get("constraints", ())]
    stops = [here.at(each["location"]) for each in written]
    if "collClause" in it:
        stops.append(here.at(it["collClause"]["location"]))
    stops.sort()
    stops.append(here.end)
    not_null = False
    default: Expression | None = None
    checks: list[Constraint] = []
    for raw in written:
        start = here.at(raw["location"])
        end = here.until(start, stops[min(bisect_right(stops, start), len(stops) - 1)])
        if raw["contype"] == "CONSTR_NOTNULL":
            not_null = True
        elif raw["contype"] == "CONSTR_DEFAULT":
            default = expression(raw["raw_expr"], here, min(here.after("DEFAULT", start), end), end)
        elif raw["contype"] == "CONSTR_CHECK":
            checks.append(constraint(raw, here, end))
    start = here.at(it["typeName"]["location"])
    type_name = types.read(it["typeName"], here.place(start, here.until(start, stops[0])))
    name = qualified(it["domainname"], here)
    return (CreateDomain(here.range, name, type_name, not_null, default, tuple(checks)),)


def alter_domain(it: Tree, here: Here) -> _Operations:
    name = qualified(it["typeName"], here)
    change = _DOMAIN_CHANGES.get(it["subtype"])
    if change is None:
        return (AlterOther(here.range, "domain", name),)
    if change == "set default":
        if "def" not in it:
            return (AlterDomain(here.range, name, "drop default"),)
        start = min(here.after("DEFAULT", here.start), here.end)
        return (
            AlterDomain(
                here.range,
                name,
                change,
                expression=expression(it["def"], here, start, here.end),
            ),
        )
    if change == "add constraint":
        added = constraint(it["def"]["Constraint"], here, here.end)
        return (AlterDomain(here.range, name, change, added, added.name),)
    lenient = it.get("missing_ok", False)
    return (AlterDomain(here.range, name, change, text=it.get("name"), if_exists=lenient),)


def create_composite(it: Tree, here: Here) -> _Operations:
    attributes: list[tuple[str, TypeName]] = []
    for each in it.get("coldeflist", ()):
        column = each["ColumnDef"]
        type_name = column["typeName"]
        attributes.append((column["colname"], types.read(type_name, here.name(type_name["location"]))))
    return (CreateType(here.range, object_name(it["typevar"], here), tuple(attributes)),)


def create_range(it: Tree, here: Here) -> _Operations:
    return (CreateType(here.range, qualified(it["typeName"], here)),)


def define(it: Tree, here: Here) -> _Operations:
    """CREATE TYPE of a base type, AGGREGATE, OPERATOR, COLLATION, TEXT SEARCH ..."""
    name = qualified(it["defnames"], here)
    if it["kind"] == "OBJECT_TYPE":
        return (CreateType(here.range, name),)
    kind = KINDS.get(it["kind"], "other")
    return (
        CreateOther(
            here.range,
            kind,
            name,
            if_not_exists=it.get("if_not_exists", False),
            replace=it.get("replace", False),
            text=here.subject if kind == "other" else None,
        ),
    )


def alter_type(it: Tree, here: Here) -> _Operations:
    return (
        AlterOther(
            here.range,
            "type",
            qualified(it["typeName"], here),
            options=options(it["options"]),
        ),
    )


# --- sequences, extensions, schemas ------------------------------------------------------------------------


def create_sequence(it: Tree, here: Here) -> _Operations:
    owner, _ = _owned_by(it.get("options", ()), here)
    sequence = it["sequence"]
    return (
        CreateSequence(
            here.range,
            object_name(sequence, here),
            it.get("if_not_exists", False),
            owner,
            sequence["relpersistence"] == "t",
        ),
    )


def alter_sequence(it: Tree, here: Here) -> _Operations:
    owner, none = _owned_by(it.get("options", ()), here)
    lenient = it.get("missing_ok", False)
    return (AlterSequence(here.range, object_name(it["sequence"], here), owner, none, lenient),)


def create_extension(it: Tree, here: Here) -> _Operations:
    schema = next(
        (found for key, found in options(it.get("options", ())) if key == "schema"),
        None,
    )
    return (CreateExtension(here.range, it["extname"], it.get("if_not_exists", False), schema),)


def alter_extension(it: Tree, here: Here) -> _Operations:
    return (AlterOther(here.range, "extension", named(it["extname"], here)),)


def create_schema(it: Tree, here: Here) -> _Operations:
    name = it.get("schemaname") or role(it["authrole"])
    return (CreateSchema(here.range, name, it.get("if_not_exists", False)),)


def create_publication(it: Tree, here: Here) -> _Operations:
    name = named(it["pubname"], here)
    text = "for all tables" if it.get("for_all_tables") else None
    return (CreateOther(here.range, "publication", name, text=text), *_published(it, name, "add", here))


def alter_publication(it: Tree, here: Here) -> _Operations:
    """One operation for each table, whose text is "add", "drop" or "set"."""
    name = named(it["pubname"], here)
    found = _published(it, name, _PUBLISHED.get(it.get("action", ""), "add"), here)
    return found or (AlterOther(here.range, "publication", name),)


def _published(it: Tree, name: ObjectName, text: str, here: Here) -> tuple[AlterOther, ...]:
    tables = [
        object_name(each["PublicationObjSpec"]["pubtable"]["relation"], here)
        for each in it.get("pubobjects", ())
        if "pubtable" in each["PublicationObjSpec"]
    ]
    return tuple([AlterOther(here.range, "publication", name, table, text) for table in tables])


_PUBLISHED: Final = {"AP_AddObjects": "add", "AP_DropObjects": "drop", "AP_SetObjects": "set"}


def create_statistics(it: Tree, here: Here) -> _Operations:
    tables = [object_name(each["RangeVar"], here) for each in it["relations"] if "RangeVar" in each]
    # Without a name PostgreSQL finds one.
    name = qualified(it["defnames"], here) if "defnames" in it else ObjectName("", here.range)
    lenient = it.get("if_not_exists", False)
    return (CreateOther(here.range, "statistics", name, tables[0] if tables else None, lenient),)


def alter_statistics(it: Tree, here: Here) -> _Operations:
    lenient = it.get("missing_ok", False)
    return (AlterOther(here.range, "statistics", qualified(it["defnames"], here), if_exists=lenient),)


def create_database(it: Tree, here: Here) -> _Operations:
    return (CreateOther(here.range, "database", named(it["dbname"], here)),)


def alter_function(it: Tree, here: Here) -> _Operations:
    """Its options are what is altered: ("security", "true"), ("search_path", "a"), ("reset", "work_mem")."""
    given: list[tuple[str, str]] = []
    for each in it["actions"]:
        option = each["DefElem"]
        if option["defname"] == "set":
            variable = option["arg"]["VariableSetStmt"]
            name = variable.get("name", "all").lower()
            if variable["kind"] in ("VAR_RESET", "VAR_RESET_ALL", "VAR_SET_DEFAULT"):
                given.append(("reset", name))
            else:
                given.append((name, ", ".join([value(arg) for arg in variable.get("args", ())])))
        else:
            given.append((option["defname"], value(option.get("arg"))))
    function = it["func"]
    return (
        AlterOther(
            here.range,
            "function",
            qualified(function["objname"], here),
            options=tuple(given),
            arguments=arguments_of(function, here),
        ),
    )


# --- triggers, rules, policies -----------------------------------------------------------------------------


def create_trigger(it: Tree, here: Here) -> _Operations:
    bits = it.get("timing", 0)
    timing = "before" if bits & _BEFORE else "instead of" if bits & _INSTEAD else "after"
    words = here.words
    function = qualified(it["funcname"], here, words.find("EXECUTE", 0, len(words.words)))
    events = it.get("events", 0)
    return (
        CreateTrigger(
            here.range,
            it["trigname"],
            object_name(it["relation"], here),
            function,
            timing,
            tuple([event for bit, event in _EVENTS if events & bit]),
            replace=it.get("replace", False),
            constraint=it.get("isconstraint", False),
            references=object_name(it["constrrel"], here) if "constrrel" in it else None,
            columns=strings(it.get("columns", ())),
            for_each_row=it.get("row", False),
        ),
    )


def create_event_trigger(it: Tree, here: Here) -> _Operations:
    return (CreateOther(here.range, "other", named(it["trigname"], here, 3), text="event trigger"),)


def create_rule(it: Tree, here: Here) -> _Operations:
    table = object_name(it["relation"], here)
    name = named(it["rulename"], here)
    return (CreateOther(here.range, "rule", name, table, replace=it.get("replace", False)),)


def create_policy(it: Tree, here: Here) -> _Operations:
    using, check = _conditions(it, here)
    return (
        CreatePolicy(
            here.range,
            it["policy_name"],
            object_name(it["table"], here),
            _COMMANDS.get(it["cmd_name"], "all"),
            it.get("permissive", False),
            roles(it["roles"]),
            using,
            check,
        ),
    )


def alter_policy(it: Tree, here: Here) -> _Operations:
    using, check = _conditions(it, here)
    to = roles(it["roles"]) if "roles" in it else None
    return (
        AlterPolicy(
            here.range,
            it["policy_name"],
            object_name(it["table"], here),
            to,
            using,
            check,
        ),
    )


# Source: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/catalog/pg_trigger.h
_BEFORE: Final = 1 << 1
_INSTEAD: Final = 1 << 6
_EVENTS: Final = (
    (1 << 2, "insert"),
    (1 << 3, "delete"),
    (1 << 4, "update"),
    (1 << 5, "truncate"),
)
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


def _owned_by(given: Iterable[Tree], here: Here) -> tuple[tuple[ObjectName, str] | None, bool]:
    """The column that owns a sequence, and whether OWNED BY NONE is written."""
    for each in given:
        it = each["DefElem"]
        if it["defname"] != "owned_by":
            continue
        parts = strings(it["arg"]["List"]["items"])
        if len(parts) == 1:
            return None, parts[0] == "none"
        *table, column = parts
        by = here.words.find("BY", 0, len(here.words.words))
        where = here.find(table[-1], by + 1)
        return (
            ObjectName(table[-1], where, table[-2] if len(table) > 1 else None),
            column,
        ), False
    return None, False


def _conditions(it: Tree, here: Here) -> tuple[Expression | None, Expression | None]:
    """What USING and WITH CHECK say."""
    start, end = here.start, here.end
    using = check = None
    if "qual" in it:
        using = replace(in_brackets(it["qual"], here, start, end, "USING"), term=term(it["qual"], here))
    if "with_check" in it:
        told = term(it["with_check"], here)
        check = replace(in_brackets(it["with_check"], here, start, end, "CHECK"), term=told)
    return using, check
