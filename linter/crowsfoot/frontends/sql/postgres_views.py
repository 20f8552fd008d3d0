"""Views and tables made from queries to operations."""

import re
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace
from postgast import pg_query_pb2 as pg

from crowsfoot.facts.sql import (
    ColumnDef,
    CreateTable,
    CreateView,
    Operation,
    Output,
    Query,
    RefreshView,
    TypeName,
)
from crowsfoot.frontends.sql import postgres_shapes as shapes
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_expressions import object_name, query
from crowsfoot.frontends.sql.postgres_names import constant, options, strings
from crowsfoot.frontends.sql.postgres_words import Here

_AFTER_QUERY: Final = re.compile(
    r"\s+WITH\s+(?:(?:CASCADED\s+|LOCAL\s+)?CHECK\s+OPTION|(?:NO\s+)?DATA)\s*\Z", re.IGNORECASE
)


def create_view(it: pg.ViewStmt, here: Here) -> tuple[Operation, ...]:
    select = it.query.select_stmt
    return (
        CreateView(
            here.range,
            object_name(it.view, here),
            _query(select, here, it.view.location),
            strings(it.aliases) or result_names(select),
            replace=it.replace,
            temporary=it.view.relpersistence == "t",
            options=options(it.options),
        ),
    )


def create_table_as(it: pg.CreateTableAsStmt, here: Here) -> tuple[Operation, ...]:
    into = it.into
    read: Query
    if it.query.HasField("select_stmt"):
        select = it.query.select_stmt
        read = _query(select, here, into.rel.location)
    else:  # EXECUTE of a prepared statement
        select = pg.SelectStmt()
        read = Query(here.range)
    aliases = strings(into.col_names)
    if it.objtype == pg.OBJECT_MATVIEW:
        return (
            CreateView(
                here.range,
                object_name(into.rel, here),
                read,
                aliases or result_names(select),
                materialized=True,
                if_not_exists=it.if_not_exists,
                with_data=not into.skip_data,
                options=options(into.options),
            ),
        )
    return (_table(into, select, read, here, aliases, it.if_not_exists),)


def select_into(select: pg.SelectStmt, here: Here) -> Operation:
    read = with_outputs(query(select, here, here.range), select, here)
    read = replace(read, result=shapes.result(select, here))
    return _table(select.into_clause, select, read, here, (), False)


def refresh(it: pg.RefreshMatViewStmt, here: Here) -> tuple[Operation, ...]:
    return (RefreshView(here.range, object_name(it.relation, here), it.concurrent, not it.skip_data),)


def result_names(select: pg.SelectStmt) -> tuple[str, ...]:
    """The names of the columns that a query gives; () where a star hides them.

    Source: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/backend/parser/parse_target.c
    """
    while select.HasField("larg"):
        select = select.larg
    if select.values_lists:
        return tuple([f"column{index + 1}" for index in range(len(select.values_lists[0].list.items))])
    found: list[str] = []
    for each in select.target_list:
        target = each.res_target
        if target.val.HasField("column_ref") and target.val.column_ref.fields[-1].HasField("a_star"):
            return ()
        found.append(target.name or _figured(target.val) or "?column?")
    return tuple(found)


def _table(
    into: pg.IntoClause, select: pg.SelectStmt, read: Query, here: Here, aliases: Sequence[str], lenient: bool
) -> CreateTable:
    columns: tuple[ColumnDef, ...] = ()
    if read.outputs:
        read = _renamed(read, aliases)
    else:  # UNION and VALUES: only the names are known
        names = [*aliases, *result_names(select)[len(aliases) :]]
        columns = tuple([ColumnDef(it, read.range, read.range, TypeName("", read.range)) for it in names])
    return CreateTable(
        here.range,
        object_name(into.rel, here),
        columns,
        if_not_exists=lenient,
        temporary=into.rel.relpersistence == "t",
        unlogged=into.rel.relpersistence == "u",
        query=read,
        options=options(into.options),
        on_commit_drop=into.on_commit == pg.ONCOMMIT_DROP,
    )


def _renamed(read: Query, aliases: Sequence[str]) -> Query:
    """The query with other names for what it gives, as far as no star stands before them."""
    if not aliases:
        return read
    outputs = list(read.outputs)
    for index, alias in enumerate(aliases[: len(outputs)]):
        if outputs[index].name == "*":
            break
        outputs[index] = replace(outputs[index], name=alias)
    return replace(read, outputs=tuple(outputs))


def _query(select: pg.SelectStmt, here: Here, relation: int) -> Query:
    start = here.after("AS", here.dotted(relation)[1])
    tail = _AFTER_QUERY.search(here.text, max(start, here.end - 80), here.end)
    end = here.until(start, tail.start()) if tail else here.end
    read = with_outputs(query(select, here, here.place(start, end)), select, here)
    return replace(read, result=shapes.result(select, here))


def with_outputs(read: Query, select: pg.SelectStmt, here: Here) -> Query:
    """The query, with what its outermost SELECT gives."""
    if select.HasField("larg") or select.values_lists:
        return read
    outputs: list[Output] = []
    for each in select.target_list:
        node = each.res_target.val
        cast: TypeName | None = None
        if node.HasField("type_cast"):
            type_name = node.type_cast.type_name
            cast = types.read(type_name, here.name(type_name.location))
            node = node.type_cast.arg
        name = each.res_target.name or _figured(each.res_target.val) or "?column?"
        if node.HasField("column_ref"):
            fields = node.column_ref.fields
            qualifier = fields[-2].string.sval if len(fields) > 1 else None
            if fields[-1].HasField("a_star"):
                outputs.append(Output(here.range, "*", table=qualifier))
            else:
                outputs.append(Output(here.range, name, fields[-1].string.sval, qualifier, cast))
        elif node.HasField("a_const"):
            const = node.a_const
            where = here.constant(const.location) if const.HasField("sval") else here.range
            outputs.append(Output(where, name, None, None, cast, constant(const), const.isnull))
        else:
            outputs.append(Output(here.range, name, type=cast))
    return replace(read, outputs=tuple(outputs), no_from=not select.from_clause)


def _figured(node: pg.Node) -> str:
    """The name that PostgreSQL gives to a result without one; "" where it finds none."""
    cast = ""
    while True:
        kind = node.WhichOneof("node")
        if kind == "type_cast":
            cast = cast or node.type_cast.type_name.names[-1].string.sval
            node = node.type_cast.arg
        elif kind == "collate_clause":
            node = node.collate_clause.arg
        elif kind == "a_indirection":
            for part in reversed(node.a_indirection.indirection):
                if part.HasField("string"):
                    return str(part.string.sval)
            node = node.a_indirection.arg
        elif kind == "case_expr":
            if not node.case_expr.HasField("defresult"):
                return "case"
            cast = cast or "case"
            node = node.case_expr.defresult
        elif kind == "sub_link":
            link = node.sub_link
            if link.sub_link_type != pg.EXPR_SUBLINK:
                return {pg.EXISTS_SUBLINK: "exists", pg.ARRAY_SUBLINK: "array"}.get(link.sub_link_type, cast)
            target = _first_target(link.subselect.select_stmt)
            if target is None or target.name:
                return cast if target is None else str(target.name)
            node = target.val
        else:
            return _own_name(node, kind) or cast


def _first_target(select: pg.SelectStmt) -> pg.ResTarget | None:
    """What a query gives first; None where that is a star, or a value without a name."""
    while select.HasField("larg"):
        select = select.larg
    if not select.target_list:
        return None
    target = select.target_list[0].res_target
    value = target.val
    if value.HasField("column_ref") and value.column_ref.fields[-1].HasField("a_star"):
        return None
    return target


def _own_name(node: pg.Node, kind: str | None) -> str:
    if kind == "column_ref":
        return str(node.column_ref.fields[-1].string.sval)
    if kind == "func_call":
        return str(node.func_call.funcname[-1].string.sval)
    if kind == "coalesce_expr":
        return "coalesce"
    if kind == "min_max_expr":
        return "greatest" if node.min_max_expr.op == pg.IS_GREATEST else "least"
    if kind == "a_array_expr":
        return "array"
    if kind == "row_expr":
        return "row"
    if kind == "a_expr" and node.a_expr.kind == pg.AEXPR_NULLIF:
        return "nullif"
    if kind == "grouping_func":
        return "grouping"
    if kind == "sqlvalue_function":
        name = pg.SQLValueFunctionOp.Name(node.sqlvalue_function.op)
        return str(name).removeprefix("SVFOP_").removesuffix("_N").lower()
    return ""
