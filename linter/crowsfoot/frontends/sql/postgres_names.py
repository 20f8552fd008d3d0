"""PostgreSQL names, roles, options and kinds of objects to those of the facts."""

from collections.abc import Iterable
from typing import Final

from crowsfoot.facts.sql import Kind, ObjectName
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_parser import Tree

KINDS: Final[dict[str, Kind]] = {
    "OBJECT_TABLE": "table",
    "OBJECT_FOREIGN_TABLE": "table",
    "OBJECT_VIEW": "view",
    "OBJECT_MATVIEW": "materialized view",
    "OBJECT_INDEX": "index",
    "OBJECT_SEQUENCE": "sequence",
    "OBJECT_TYPE": "type",
    "OBJECT_DOMAIN": "domain",
    "OBJECT_FUNCTION": "function",
    "OBJECT_PROCEDURE": "function",
    "OBJECT_ROUTINE": "function",
    "OBJECT_AGGREGATE": "function",
    "OBJECT_TRIGGER": "trigger",
    "OBJECT_POLICY": "policy",
    "OBJECT_RULE": "rule",
    "OBJECT_SCHEMA": "schema",
    "OBJECT_DATABASE": "database",
    "OBJECT_EXTENSION": "extension",
    "OBJECT_ROLE": "role",
    "OBJECT_PUBLICATION": "publication",
    "OBJECT_TABCONSTRAINT": "constraint",
    "OBJECT_DOMCONSTRAINT": "constraint",
    "OBJECT_COLUMN": "column",
    "OBJECT_ATTRIBUTE": "column",
    "OBJECT_STATISTIC_EXT": "statistics",
}
_ROLES: Final = {
    "ROLESPEC_CURRENT_ROLE": "current_role",
    "ROLESPEC_CURRENT_USER": "current_user",
    "ROLESPEC_SESSION_USER": "session_user",
    "ROLESPEC_PUBLIC": "public",
}


def object_name(relation: Tree, here: Here) -> ObjectName:
    return ObjectName(
        relation["relname"],
        here.name(relation.get("location", 0)),
        relation.get("schemaname"),
    )


def role(it: Tree) -> str:
    """The name of a role; "current_user", "session_user" and "public" for these words."""
    return it.get("rolename") or _ROLES.get(it["roletype"], "")


def roles(nodes: Iterable[Tree]) -> tuple[str, ...]:
    return tuple([role(it["RoleSpec"]) for it in nodes])


def named_role(it: Tree, here: Here) -> ObjectName:
    return ObjectName(role(it), here.name(it.get("location", 0)))


def strings(nodes: Iterable[Tree]) -> tuple[str, ...]:
    return tuple([it["String"].get("sval", "") for it in nodes])


def qualified(parts: Iterable[Tree], here: Here, first: int = 2) -> ObjectName:
    """A name that the parser gives without its place; it stands at or after the word first."""
    names = strings(parts)
    return ObjectName(names[-1], here.find(names[-1], first), names[-2] if len(names) > 1 else None)


def named(name: str, here: Here, first: int = 2) -> ObjectName:
    """An unqualified name that the parser gives without its place."""
    return ObjectName(name, here.find(name, first))


def options(elements: Iterable[Tree]) -> tuple[tuple[str, str], ...]:
    """Storage parameters and the like, by name; an option without a value has an empty one."""
    found: list[tuple[str, str]] = []
    for element in elements:
        it = element["DefElem"]
        name = it["defname"]
        space = it.get("defnamespace")
        found.append((f"{space}.{name}" if space else name, value(it.get("arg"))))
    return tuple(found)


def value(node: Tree | None) -> str:
    """What an option is set to, as text."""
    for kind, it in (node or {}).items():
        if kind == "String":
            return str(it.get("sval", ""))
        if kind == "Integer":
            return str(it.get("ival", 0))
        if kind == "Float":
            return str(it.get("fval", ""))
        if kind == "Boolean":
            return "true" if it.get("boolval") else "false"
        if kind == "A_Const":
            return constant(it) or ""
        if kind == "TypeName":
            return ".".join(strings(it["names"]))
        if kind == "List":
            return ", ".join([value(each) for each in it.get("items", ())])
    return ""


def constant(it: Tree) -> str | None:
    """A constant without quotes; None for NULL."""
    if "sval" in it:
        return str(it["sval"].get("sval", ""))
    if "ival" in it:
        return str(it["ival"].get("ival", 0))
    if "fval" in it:
        return str(it["fval"].get("fval", ""))
    if "boolval" in it:
        return "true" if it["boolval"].get("boolval") else "false"
    return str(it["bsval"].get("bsval", "")) if "bsval" in it else None
