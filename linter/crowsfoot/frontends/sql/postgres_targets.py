"""What is said of objects of every kind to operations: DROP, RENAME, SET SCHEMA, OWNER TO, COMMENT ON."""

from typing import Final, NamedTuple

from crowsfoot.facts.sql import (
    AlterOther,
    ChangeOwner,
    DropObject,
    Kind,
    MoveObject,
    ObjectName,
    Operation,
    RenameObject,
    SetComment,
)
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import (
    KINDS,
    named,
    named_role,
    object_name,
    qualified,
    role,
    strings,
)
from crowsfoot.frontends.sql.postgres_parser import Tree

_Operations = tuple[Operation, ...]


class Target(NamedTuple):
    """What a statement speaks of."""

    kind: Kind
    name: ObjectName
    table: ObjectName | None = None
    arguments: tuple[str, ...] | None = None


def drop(it: Tree, here: Here) -> _Operations:
    several = len(it["objects"]) > 1
    operations: list[Operation] = []
    for node in it["objects"]:
        target = _target(it["removeType"], node, here)
        operations.append(
            DropObject(
                target.name.range if several else here.range,
                target.kind,
                target.name,
                target.table,
                it.get("missing_ok", False),
                it["behavior"] == "DROP_CASCADE",
                it.get("concurrent", False),
                target.arguments,
                here.subject if target.kind == "other" else None,
            )
        )
    return tuple(operations)


def drop_roles(it: Tree, here: Here) -> _Operations:
    lenient = it.get("missing_ok", False)
    names = [named_role(each["RoleSpec"], here) for each in it["roles"]]
    return tuple([DropObject(here.range, "role", name, if_exists=lenient) for name in names])


def drop_owned(it: Tree, here: Here) -> _Operations:
    cascade = it["behavior"] == "DROP_CASCADE"
    names = [named_role(each["RoleSpec"], here) for each in it["roles"]]
    return tuple([DropObject(here.range, "other", name, cascade=cascade, text="owned") for name in names])


def drop_database(it: Tree, here: Here) -> _Operations:
    name = named(it["dbname"], here)
    return (DropObject(here.range, "database", name, if_exists=it.get("missing_ok", False)),)


def rename(it: Tree, here: Here) -> _Operations:
    kind = KINDS.get(it["renameType"], "other")
    new = it["newname"]
    lenient = it.get("missing_ok", False)
    if "relation" in it:
        relation = object_name(it["relation"], here)
        if "subname" in it:
            name = named(it["subname"], here, _after_table(it, here))
            return (RenameObject(here.range, kind, name, new, relation, lenient),)
        return (RenameObject(here.range, kind, relation, new, if_exists=lenient),)
    if it["renameType"] == "OBJECT_DOMCONSTRAINT":
        domain = qualified(it["object"]["List"]["items"], here)
        return (RenameObject(here.range, kind, named(it["subname"], here, 4), new, domain),)
    if "object" in it:
        target = _target(it["renameType"], it["object"], here)
        return (RenameObject(here.range, kind, target.name, new, if_exists=lenient),)
    return (RenameObject(here.range, kind, named(it["subname"], here), new, if_exists=lenient),)


def move(it: Tree, here: Here) -> _Operations:
    kind, name, *_ = _of(it, here)
    return (MoveObject(here.range, kind, name, it["newschema"], it.get("missing_ok", False)),)


def change_owner(it: Tree, here: Here) -> _Operations:
    target = _of(it, here)
    return (ChangeOwner(here.range, target.kind, target.name, role(it["newowner"]), target.arguments),)


def reassign_owned(it: Tree, here: Here) -> _Operations:
    names = [named_role(each["RoleSpec"], here) for each in it["roles"]]
    return tuple([ChangeOwner(here.range, "role", name, role(it["newrole"])) for name in names])


def depend(it: Tree, here: Here) -> _Operations:
    """DEPENDS ON EXTENSION."""
    kind, name, *_ = _of(it, here)
    return (AlterOther(here.range, kind, name),)


def comment(it: Tree, here: Here) -> _Operations:
    target = _target(it["objtype"], it["object"], here)
    return (SetComment(here.range, target.kind, target.name, target.table),)


def arguments_of(function: Tree, here: Here) -> tuple[str, ...] | None:
    """The types of the arguments of a function, None where they are not written."""
    if "args_unspecified" in function:
        return None
    return types.printed(
        [each["TypeName"] for each in function.get("objargs", ()) if "TypeName" in each], here.range
    )


# What belongs to a table and is named after it: [schema, table, name].
_ON_TABLES: Final = frozenset(
    (
        "OBJECT_TRIGGER",
        "OBJECT_POLICY",
        "OBJECT_RULE",
        "OBJECT_TABCONSTRAINT",
        "OBJECT_COLUMN",
    )
)


def _after_table(it: Tree, here: Here) -> int:
    """The index of the word from which on a name can stand that is renamed."""
    if it["renameType"] in ("OBJECT_TRIGGER", "OBJECT_POLICY", "OBJECT_RULE"):
        return 2  # ALTER TRIGGER name ON table
    words = here.words
    return words.name_end(words.index(here.at(it["relation"]["location"])))


def _of(it: Tree, here: Here) -> Target:
    if "object" in it:
        return _target(it["objectType"], it["object"], here)
    return Target(KINDS.get(it["objectType"], "other"), object_name(it["relation"], here))


def _target(object_type: str, node: Tree, here: Here) -> Target:
    kind = KINDS.get(object_type, "other")
    if "String" in node:
        return Target(kind, named(node["String"].get("sval", ""), here))
    if "TypeName" in node:
        type_name = node["TypeName"]
        names = strings(type_name["names"])
        schema = names[-2] if len(names) > 1 else None
        return Target(kind, ObjectName(names[-1], here.name(type_name["location"]), schema))
    if "ObjectWithArgs" in node:
        function = node["ObjectWithArgs"]
        arguments = arguments_of(function, here) if kind == "function" else None
        return Target(kind, qualified(function["objname"], here), arguments=arguments)
    parts: list[Tree] = node["List"]["items"] if "List" in node else []
    if object_type == "OBJECT_DOMCONSTRAINT":
        domain = _target("OBJECT_DOMAIN", parts[0], here)
        return Target(kind, named(parts[1]["String"]["sval"], here), domain.name)
    if not parts or not all("String" in each for each in parts):  # a cast, a transform
        return Target(kind, ObjectName("", here.range))
    if object_type in _ON_TABLES and len(parts) > 1:
        *table, name = strings(parts)
        schema = table[-2] if len(table) > 1 else None
        on = ObjectName(table[-1], here.find(table[-1], 2), schema)
        return Target(kind, ObjectName(name, here.find(name, 2)), on)
    return Target(kind, qualified(parts, here))
