"""INSERT, UPDATE, DELETE, MERGE, COPY, TRUNCATE and SELECT to operations."""

from collections.abc import Callable
from typing import Final, Literal

from msgspec.structs import replace

from crowsfoot.facts.sql import (
    Delete,
    Expression,
    Insert,
    Operation,
    Query,
    Select,
    Truncate,
    Unknown,
    Update,
)
from crowsfoot.frontends.sql import postgres_views as views
from crowsfoot.frontends.sql.postgres_expressions import expression
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import object_name, strings
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_terms import reading
from crowsfoot.frontends.sql.postgres_walk import NO_CTES, Walk
from crowsfoot.frontends.sql.postgres_words import Words

_Operations = tuple[Operation, ...]
_Ctes = frozenset[str]


def insert(it: Tree, here: Here, ctes: _Ctes = NO_CTES) -> _Operations:
    walk = Walk(here, ctes)
    walk.with_clause(it)
    relation = it["relation"]
    columns = tuple([each["ResTarget"]["name"] for each in it.get("cols", ())])
    source: Tree = it["selectStmt"]["SelectStmt"] if "selectStmt" in it else {}
    rows: int | None = None
    values: tuple[tuple[Expression, ...], ...] = ()
    if not source:
        rows = 1  # DEFAULT VALUES
    elif "valuesLists" in source and "withClause" not in source:
        lists = source["valuesLists"]
        rows = len(lists)
        told = min(rows, _MOST_ROWS, here.bodies.rows)
        here.bodies.rows -= told
        if told:
            values = _first_rows(lists[:told], here, relation["location"])
        if told == rows:
            walk.select(source, columns)
        elif told or here.holds("SELECT"):
            walk.select({"valuesLists": lists[: max(told, _MOST_ROWS)]}, columns)
    else:
        walk.select(source, columns)
    conflict: Tree = it.get("onConflictClause", {})
    if conflict:
        walk.table(relation)
        walk.sets(conflict.get("targetList", ()))
        walk.node(conflict.get("whereClause"))
    if "returningClause" in it:
        walk.node(it["returningClause"])
        walk.involved |= rows is None  # it names columns of another table than the SELECT does
    read: Query | None = None
    if rows is None or walk.has_query or walk.involved:
        read = views.with_outputs(walk.result(here.range), source, here)
    operation = Insert(
        here.range,
        object_name(relation, here),
        columns,
        rows,
        read,
        tuple(walk.literals),
        values,
        _CONFLICTS.get(conflict.get("action", ""), "none"),
    )
    return (*_modified(walk, here), operation)


def update(it: Tree, here: Here, ctes: _Ctes = NO_CTES) -> _Operations:
    walk = Walk(here, ctes)
    walk.with_clause(it)
    walk.table(it["relation"])
    walk.sets(it["targetList"])
    walk.nodes(it.get("fromClause", ()))
    walk.node(it.get("whereClause"))
    walk.node(it.get("returningClause"))
    walk.filtered = "whereClause" in it
    operation = Update(
        here.range,
        object_name(it["relation"], here),
        tuple([each["ResTarget"]["name"] for each in it["targetList"]]),
        walk.filtered,
        walk.result(here.range),
        _sets(it, here),
    )
    return (*_modified(walk, here), operation)


def delete(it: Tree, here: Here, ctes: _Ctes = NO_CTES) -> _Operations:
    walk = Walk(here, ctes)
    walk.with_clause(it)
    walk.table(it["relation"])
    walk.nodes(it.get("usingClause", ()))
    walk.node(it.get("whereClause"))
    walk.node(it.get("returningClause"))
    walk.filtered = "whereClause" in it
    table = object_name(it["relation"], here)
    operation = Delete(here.range, table, walk.filtered, walk.result(here.range))
    return (*_modified(walk, here), operation)


def merge(it: Tree, here: Here, ctes: _Ctes = NO_CTES) -> _Operations:
    """An INSERT, UPDATE or DELETE for each that MERGE can do."""
    walk = Walk(here, ctes)
    walk.with_clause(it)
    walk.table(it["relation"])
    walk.node(it["sourceRelation"])
    walk.node(it["joinCondition"])
    clauses = [each["MergeWhenClause"] for each in it["mergeWhenClauses"]]
    for clause in clauses:
        walk.node(clause.get("condition"))
        if clause["commandType"] == "CMD_UPDATE":
            walk.sets(clause["targetList"])
        walk.nodes(clause.get("values", ()))
    walk.filtered = True
    read = walk.result(here.range)
    table = object_name(it["relation"], here)
    operations: list[Operation] = []
    for clause in clauses:
        columns = tuple([each["ResTarget"]["name"] for each in clause.get("targetList", ())])
        if clause["commandType"] == "CMD_INSERT":
            operations.append(
                Insert(
                    here.range,
                    table,
                    columns,
                    None,
                    read,
                    read.literals,
                    source="merge",
                )
            )
        elif clause["commandType"] == "CMD_UPDATE":
            operations.append(Update(here.range, table, columns, True, read))
        elif clause["commandType"] == "CMD_DELETE":
            operations.append(Delete(here.range, table, True, read))
    return (*_modified(walk, here), *operations)


def copy(it: Tree, here: Here) -> _Operations:
    if "query" in it:
        return modifying(it["query"], here, NO_CTES) or (Unknown(here.range),)
    table = object_name(it["relation"], here)
    if "is_from" not in it:
        return (Select(here.range, Query(here.range, (table,), simple=True)),)
    return (Insert(here.range, table, strings(it.get("attlist", ())), source="copy"),)


def truncate(it: Tree, here: Here) -> _Operations:
    tables = tuple([object_name(each["RangeVar"], here) for each in it["relations"]])
    return (Truncate(here.range, tables, it["behavior"] == "DROP_CASCADE"),)


def select(it: Tree, here: Here, ctes: _Ctes = NO_CTES) -> _Operations:
    first = it
    while "larg" in first:
        first = first["larg"]
    if "intoClause" in first:
        return (views.select_into(first, here),)
    walk = Walk(here, ctes)
    walk.select(it)
    read = walk.result(here.range)
    if here.variables and here.bodies.terms:  # in a function: policies may ask what it returns
        read = replace(read, reading=reading(it, here))
    return (*_modified(walk, here), Select(here.range, read))


def modifying(node: Tree, here: Here, ctes: _Ctes) -> _Operations:
    """What a statement that stands inside of another does."""
    for kind, it in node.items():
        if (read := _STATEMENTS.get(kind)) is not None:
            return read(it, here, ctes)
    return ()


_MOST_ROWS: Final = 20
_MOST_TEXT: Final = 1 << 16  # of the first rows
_CONFLICTS: Final[dict[str, Literal["none", "nothing", "update"]]] = {
    "ONCONFLICT_NOTHING": "nothing",
    "ONCONFLICT_UPDATE": "update",
}
_STATEMENTS: Final[dict[str, Callable[[Tree, Here, _Ctes], _Operations]]] = {
    "InsertStmt": insert,
    "UpdateStmt": update,
    "DeleteStmt": delete,
    "MergeStmt": merge,
    "SelectStmt": select,
}


def _modified(walk: Walk, here: Here) -> _Operations:
    """What the CTEs of a statement change."""
    found: list[Operation] = []
    for node, ctes in walk.modifying:
        found += modifying(node, here, ctes)
    return tuple(found)


def _first_rows(lists: list[Tree], here: Here, relation: int) -> tuple[tuple[Expression, ...], ...]:
    """The values of the first rows, as far as they stand in the first part of the text."""
    start = here.after("VALUES", here.dotted(relation)[1])
    words = Words(here.text, start, min(here.end, start + _MOST_TEXT))
    count = len(words.words)
    rows: list[tuple[Expression, ...]] = []
    opening = 0
    for row in lists:
        closing = words.closing.get(opening, count)
        if closing >= count:
            break
        read: list[Expression] = []
        for value, place in zip(row["List"]["items"], words.items(opening + 1, closing), strict=False):
            read.append(expression(value, here, *words.range(*place)))
        rows.append(tuple(read))
        opening = closing + 2
    return tuple(rows)


def _sets(it: Tree, here: Here) -> tuple[tuple[str, Expression], ...]:
    """What UPDATE sets to what, where each column is set by itself."""
    targets = [each["ResTarget"] for each in it["targetList"]]
    words = here.words
    end = len(words.words)
    first = words.index(here.at(targets[0]["location"]))
    if "fromClause" in it:
        end = _from(words, first, end)
    elif "whereClause" in it:
        end = words.find("WHERE", first, end)
    elif "returningClause" in it:
        end = words.find("RETURNING", first, end)
    places = words.items(first, end)
    if len(places) != len(targets):
        return ()
    found: list[tuple[str, Expression]] = []
    for target, (start, after) in zip(targets, places, strict=True):
        equals = words.find("=", start, after)
        if "MultiAssignRef" in target["val"] or equals + 1 >= after:
            break
        found.append(
            (
                target["name"],
                expression(target["val"], here, *words.range(equals + 1, after)),
            )
        )
    return tuple(found)


def _from(words: Words, first: int, end: int) -> int:
    """The index of FROM, but not of the one in IS DISTINCT FROM."""
    index = words.find("FROM", first, end)
    while index < end and words.words[index - 1] == "DISTINCT":
        index = words.find("FROM", index + 1, end)
    return index
