"""PostgreSQL names, roles, options and kinds of objects to those of the facts."""

from collections.abc import Iterable
from typing import Final

from postgast import pg_query_pb2 as pg

from crowsfoot.facts.sql import Kind, ObjectName, TypeName
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_words import Here
from crowsfoot.source import Range

KINDS: Final[dict[int, Kind]] = {
    pg.OBJECT_TABLE: "table",
    pg.OBJECT_FOREIGN_TABLE: "table",
    pg.OBJECT_VIEW: "view",
    pg.OBJECT_MATVIEW: "materialized view",
    pg.OBJECT_INDEX: "index",
    pg.OBJECT_SEQUENCE: "sequence",
    pg.OBJECT_TYPE: "type",
    pg.OBJECT_DOMAIN: "domain",
    pg.OBJECT_FUNCTION: "function",
    pg.OBJECT_PROCEDURE: "function",
    pg.OBJECT_ROUTINE: "function",
    pg.OBJECT_AGGREGATE: "function",
    pg.OBJECT_TRIGGER: "trigger",
    pg.OBJECT_POLICY: "policy",
    pg.OBJECT_RULE: "rule",
    pg.OBJECT_SCHEMA: "schema",
    pg.OBJECT_DATABASE: "database",
    pg.OBJECT_EXTENSION: "extension",
    pg.OBJECT_ROLE: "role",
    pg.OBJECT_PUBLICATION: "publication",
    pg.OBJECT_TABCONSTRAINT: "constraint",
    pg.OBJECT_DOMCONSTRAINT: "constraint",
    pg.OBJECT_COLUMN: "column",
    pg.OBJECT_ATTRIBUTE: "column",
    pg.OBJECT_STATISTIC_EXT: "statistics",
}
_ROLES: Final = {
    pg.ROLESPEC_CURRENT_ROLE: "current_role",
    pg.ROLESPEC_CURRENT_USER: "current_user",
    pg.ROLESPEC_SESSION_USER: "session_user",
    pg.ROLESPEC_PUBLIC: "public",
}


def role(it: pg.RoleSpec) -> str:
    """The name of a role; "current_user", "session_user" and "public" for these words."""
    return it.rolename or _ROLES.get(it.roletype, "")


def strings(nodes: Iterable[pg.Node]) -> tuple[str, ...]:
    return tuple([it.string.sval for it in nodes])


def qualified(parts: Iterable[pg.Node], here: Here, first: int = 2) -> ObjectName:
    """A name that the parser gives without its place; it stands at or after the word first."""
    names = strings(parts)
    if not names:
        return ObjectName("", here.range)
    return ObjectName(names[-1], here.find(names[-1], first), names[-2] if len(names) > 1 else None)


def named(name: str, here: Here, first: int = 2) -> ObjectName:
    """An unqualified name that the parser gives without its place."""
    return ObjectName(name, here.find(name, first))


def argument_types(names: Iterable[pg.TypeName], where: Range) -> tuple[str, ...]:
    """Types as they tell functions apart: without arguments."""
    found: list[str] = []
    for it in names:
        read = types.read(it, where)
        found.append(str(TypeName(read.name, where, (), read.schema, read.dimensions)))
    return tuple(found)


def options(elements: Iterable[pg.Node]) -> tuple[tuple[str, str], ...]:
    """Storage parameters and the like, by name; an option without a value has an empty one."""
    found: list[tuple[str, str]] = []
    for element in elements:
        it = element.def_elem
        name = f"{it.defnamespace}.{it.defname}" if it.defnamespace else it.defname
        found.append((name, value(it.arg)))
    return tuple(found)


def value(node: pg.Node) -> str:
    """What an option is set to, as text."""
    kind = node.WhichOneof("node")
    if kind == "list":
        return ", ".join([value(it) for it in node.list.items])
    if kind == "type_name":
        return ".".join(strings(node.type_name.names))
    if kind == "a_const":
        return constant(node.a_const) or ""
    if kind == "boolean":
        return "true" if node.boolean.boolval else "false"
    if kind == "integer":
        return str(node.integer.ival)
    return str(node.string.sval or node.float.fval)


def constant(const: pg.A_Const) -> str | None:
    """A constant without quotes; None for NULL."""
    kind = const.WhichOneof("val")
    if kind == "ival":
        return str(const.ival.ival)
    if kind == "boolval":
        return "true" if const.boolval.boolval else "false"
    if kind is None:
        return None
    return str(const.sval.sval or const.fval.fval or const.bsval.bsval)
