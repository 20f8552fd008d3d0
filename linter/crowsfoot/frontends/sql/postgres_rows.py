"""INSERT, UPDATE, DELETE, MERGE, COPY, TRUNCATE and SELECT to operations."""

from typing import Final

from postgast import pg_query_pb2 as pg

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
from crowsfoot.frontends.sql.postgres_walk import NO_CTES, Walk, object_name
from crowsfoot.frontends.sql.postgres_words import Here, Words

_MOST_ROWS: Final = 20
_MOST_TEXT: Final = 1 << 16  # of the first rows
_Operations = tuple[Operation, ...]
_Ctes = frozenset[str]


def insert(it: pg.InsertStmt, here: Here, ctes: _Ctes = NO_CTES) -> _Operations:
    walk = Walk(here, ctes)
    if it.HasField("with_clause"):
        walk.with_clause(it.with_clause)
    table = object_name(it.relation, here)
    columns = tuple([each.res_target.name for each in it.cols])
    source = it.select_stmt.select_stmt
    rows: int | None = None
    values: tuple[tuple[Expression, ...], ...] = ()
    if not it.HasField("select_stmt"):
        rows = 1  # DEFAULT VALUES
    elif source.values_lists and not source.HasField("with_clause"):
        rows = len(source.values_lists)
        told = min(rows, _MOST_ROWS, here.bodies.rows)
        here.bodies.rows -= told
        if told:
            values = _first_rows(source, here, it.relation.location, told)
        if told == rows:
            walk.select(source, columns)
        elif told or here.holds("SELECT"):
            first = pg.SelectStmt()
            first.values_lists.extend(source.values_lists[: max(told, _MOST_ROWS)])
            walk.select(first, columns)
    else:
        walk.select(source, columns)
    conflict = it.on_conflict_clause
    if it.HasField("on_conflict_clause"):
        walk.table(it.relation)
        walk.sets(conflict.target_list)
        if conflict.HasField("where_clause"):
            walk.node(conflict.where_clause)
    if it.HasField("returning_clause"):
        walk.node(it.returning_clause)
    read: Query | None = None
    if rows is None or walk.has_query or walk.involved:
        read = views.with_outputs(walk.result(here.range), source, here)
    on_conflict = conflict.action if it.HasField("on_conflict_clause") else pg.ONCONFLICT_NONE
    operation = Insert(
        here.range,
        table,
        columns,
        rows,
        read,
        tuple(walk.literals),
        values,
        "nothing"
        if on_conflict == pg.ONCONFLICT_NOTHING
        else "update"
        if on_conflict == pg.ONCONFLICT_UPDATE
        else "none",
    )
    return (*_modified(walk, here), operation)


def update(it: pg.UpdateStmt, here: Here, ctes: _Ctes = NO_CTES) -> _Operations:
    walk = Walk(here, ctes)
    if it.HasField("with_clause"):
        walk.with_clause(it.with_clause)
    walk.table(it.relation)
    walk.sets(it.target_list)
    for each in it.from_clause:
        walk.node(each)
    filtered = it.HasField("where_clause")
    if filtered:
        walk.node(it.where_clause)
    if it.HasField("returning_clause"):
        walk.node(it.returning_clause)
    walk.filtered = filtered
    operation = Update(
        here.range,
        object_name(it.relation, here),
        tuple([each.res_target.name for each in it.target_list]),
        filtered,
        walk.result(here.range),
        _sets(it, here),
    )
    return (*_modified(walk, here), operation)


def delete(it: pg.DeleteStmt, here: Here, ctes: _Ctes = NO_CTES) -> _Operations:
    walk = Walk(here, ctes)
    if it.HasField("with_clause"):
        walk.with_clause(it.with_clause)
    walk.table(it.relation)
    for each in it.using_clause:
        walk.node(each)
    filtered = it.HasField("where_clause")
    if filtered:
        walk.node(it.where_clause)
    if it.HasField("returning_clause"):
        walk.node(it.returning_clause)
    walk.filtered = filtered
    operation = Delete(here.range, object_name(it.relation, here), filtered, walk.result(here.range))
    return (*_modified(walk, here), operation)


def merge(it: pg.MergeStmt, here: Here, ctes: _Ctes = NO_CTES) -> _Operations:
    """An INSERT, UPDATE or DELETE for each that MERGE can do."""
    walk = Walk(here, ctes)
    if it.HasField("with_clause"):
        walk.with_clause(it.with_clause)
    walk.table(it.relation)
    walk.node(it.source_relation)
    walk.node(it.join_condition)
    for each in it.merge_when_clauses:
        clause = each.merge_when_clause
        if clause.HasField("condition"):
            walk.node(clause.condition)
        walk.sets(clause.target_list)
        for value in clause.values:
            walk.node(value)
    walk.filtered = True
    read = walk.result(here.range)
    table = object_name(it.relation, here)
    operations: list[Operation] = []
    for each in it.merge_when_clauses:
        clause = each.merge_when_clause
        columns = tuple([target.res_target.name for target in clause.target_list])
        if clause.command_type == pg.CMD_INSERT:
            operations.append(Insert(here.range, table, columns, None, read, read.literals, source="merge"))
        elif clause.command_type == pg.CMD_UPDATE:
            operations.append(Update(here.range, table, columns, True, read))
        elif clause.command_type == pg.CMD_DELETE:
            operations.append(Delete(here.range, table, True, read))
    return (*_modified(walk, here), *operations)


def copy(it: pg.CopyStmt, here: Here) -> _Operations:
    if it.HasField("query"):
        return modifying(it.query, here, NO_CTES) or (Unknown(here.range),)
    table = object_name(it.relation, here)
    if not it.is_from:
        return (Select(here.range, Query(here.range, (table,), simple=True)),)
    columns = tuple([each.string.sval for each in it.attlist])
    return (Insert(here.range, table, columns, source="copy"),)


def truncate(it: pg.TruncateStmt, here: Here) -> _Operations:
    tables = tuple([object_name(each.range_var, here) for each in it.relations])
    return (Truncate(here.range, tables, it.behavior == pg.DROP_CASCADE),)


def select(it: pg.SelectStmt, here: Here, ctes: _Ctes = NO_CTES) -> _Operations:
    first = it
    while first.HasField("larg"):
        first = first.larg
    if first.HasField("into_clause"):
        return (views.select_into(first, here),)
    walk = Walk(here, ctes)
    walk.select(it)
    operations = _modified(walk, here)
    return (*operations, Select(here.range, walk.result(here.range)))


def modifying(node: pg.Node, here: Here, ctes: _Ctes) -> _Operations:
    """What a statement that stands inside of another does."""
    kind = node.WhichOneof("node")
    if kind == "insert_stmt":
        return insert(node.insert_stmt, here, ctes)
    if kind == "update_stmt":
        return update(node.update_stmt, here, ctes)
    if kind == "delete_stmt":
        return delete(node.delete_stmt, here, ctes)
    if kind == "merge_stmt":
        return merge(node.merge_stmt, here, ctes)
    if kind == "select_stmt":
        return select(node.select_stmt, here, ctes)
    return ()


def _modified(walk: Walk, here: Here) -> _Operations:
    """What the CTEs of a statement change."""
    found: list[Operation] = []
    for node, ctes in walk.modifying:
        found.extend(modifying(node, here, ctes))
    return tuple(found)


def _first_rows(
    source: pg.SelectStmt, here: Here, relation: int, most: int
) -> tuple[tuple[Expression, ...], ...]:
    """The values of the first rows, as far as they stand in the first part of the text."""
    start = here.after("VALUES", here.dotted(relation)[1])
    words = Words(here.text, start, min(here.end, start + _MOST_TEXT))
    count = len(words.words)
    rows: list[tuple[Expression, ...]] = []
    opening = 0
    for row in source.values_lists[:most]:
        closing = words.closing.get(opening, count)
        if closing >= count:
            break
        places = words.items(opening + 1, closing)
        rows.append(
            tuple(
                [
                    expression(value, here, *words.range(*place))
                    for value, place in zip(row.list.items, places, strict=False)
                ]
            )
        )
        opening = closing + 2
    return tuple(rows)


def _sets(it: pg.UpdateStmt, here: Here) -> tuple[tuple[str, Expression], ...]:
    """What UPDATE sets to what, where each column is set by itself."""
    words = here.words
    count = len(words.words)
    first = words.index(here.at(it.target_list[0].res_target.location))
    end = count
    if it.from_clause:
        end = _keyword("FROM", words, first, end)
    elif it.HasField("where_clause"):
        end = words.find("WHERE", first, end)
    elif it.HasField("returning_clause"):
        end = words.find("RETURNING", first, end)
    found: list[tuple[str, Expression]] = []
    places = words.items(first, end)
    if len(places) != len(it.target_list):
        return ()
    for each, (start, after) in zip(it.target_list, places, strict=True):
        target = each.res_target
        equals = words.find("=", start, after)
        if target.val.HasField("multi_assign_ref") or equals + 1 >= after:
            return tuple(found)
        found.append((target.name, expression(target.val, here, *words.range(equals + 1, after))))
    return tuple(found)


def _keyword(word: str, words: Words, first: int, end: int) -> int:
    """The index of FROM, but not of the one in IS DISTINCT FROM."""
    index = words.find(word, first, end)
    while index < end and words.words[index - 1] == "DISTINCT":
        index = words.find(word, index + 1, end)
    return index
