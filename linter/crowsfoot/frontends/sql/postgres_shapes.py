"""A SELECT to what it gives: the names of its columns, and what their types hang on."""

from collections.abc import Callable
from typing import Any, Final

from postgast import pg_query_pb2 as pg

from crowsfoot.facts.sql import Result, Shape, Source
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_expressions import object_name
from crowsfoot.frontends.sql.postgres_words import Here

# Beyond these nobody asks for the type of a column; a chain of a thousand operators is as deep.
_DEEPEST: Final = 40
_MOST_ROWS: Final = 5  # of VALUES

_UNKNOWN: Final = Shape("unknown")
_BOOLEAN: Final = Shape("constant", "boolean")
_CONSTANTS: Final = {"ival": "integer", "fval": "numeric", "boolval": "boolean", "bsval": "bit"}
_Maker = Callable[[Any, Here, int], Shape]


def result(select: pg.SelectStmt, here: Here, depth: int = 0) -> Result | None:
    """What the query gives; None where it is nested too deeply."""
    if depth > _DEEPEST:
        return None
    if select.HasField("larg"):
        left = result(select.larg, here, depth + 1)
        right = result(select.rarg, here, depth + 1)
        if left is None or right is None:
            return None
        sources = (*_with(select, here, depth), *left.sources)
        return Result(left.columns, sources, (*left.branches, right))
    sources = (*_with(select, here, depth), *_from(select, here, depth))
    if select.values_lists:
        rows = [
            Result(
                tuple(
                    (f"column{place + 1}", _shape(value, here, depth))
                    for place, value in enumerate(row.list.items)
                )
            )
            for row in select.values_lists[:_MOST_ROWS]
        ]
        return Result(rows[0].columns, sources, tuple(rows[1:]))
    columns = []
    for each in select.target_list:
        target = each.res_target
        shape = _shape(target.val, here, depth)
        if shape.kind == "star":
            if shape.table is None and any(_merges(it) for it in select.from_clause):
                return None  # columns of USING appear once
            columns.append(("*", shape))
        else:
            columns.append((target.name, shape))
    return Result(tuple(columns), sources)


def _with(select: pg.SelectStmt, here: Here, depth: int) -> tuple[Source, ...]:
    found: list[Source] = []
    for it in select.with_clause.ctes if select.HasField("with_clause") else ():
        cte = it.common_table_expr
        names = tuple(name.string.sval for name in cte.aliascolnames)
        inner = None
        if cte.ctequery.HasField("select_stmt"):
            inner = result(cte.ctequery.select_stmt, here, depth + 1)
        found.append(Source(cte.ctename, None, inner, names, True))
    return tuple(found)


def _from(select: pg.SelectStmt, here: Here, depth: int) -> tuple[Source, ...]:
    found: list[Source] = []
    waiting = list(select.from_clause)[::-1]
    while waiting:
        node = waiting.pop()
        kind = node.WhichOneof("node")
        if kind == "join_expr":
            waiting.append(node.join_expr.rarg)
            waiting.append(node.join_expr.larg)
        elif kind == "range_var":
            relation = node.range_var
            names = tuple(it.string.sval for it in relation.alias.colnames)
            called = relation.alias.aliasname or relation.relname
            found.append(Source(called, object_name(relation, here), None, names))
        elif kind == "range_subselect":
            inner = node.range_subselect
            names = tuple(it.string.sval for it in inner.alias.colnames)
            gives = result(inner.subquery.select_stmt, here, depth + 1)
            found.append(Source(inner.alias.aliasname, None, gives, names))
        else:
            it = getattr(node, kind) if kind else None
            found.append(Source(it.alias.aliasname if it is not None else ""))
    return tuple(found)


def _merges(node: pg.Node) -> bool:
    waiting = [node]
    while waiting:
        it = waiting.pop()
        if it.HasField("join_expr"):
            if it.join_expr.using_clause or it.join_expr.is_natural:
                return True
            waiting += [it.join_expr.larg, it.join_expr.rarg]
    return False


def _shape(node: pg.Node, here: Here, depth: int) -> Shape:
    kind = node.WhichOneof("node")
    if kind is None or depth > _DEEPEST:
        return _UNKNOWN
    maker = _MAKERS.get(kind)
    return maker(getattr(node, kind), here, depth + 1) if maker is not None else _UNKNOWN


def _shapes(nodes: Any, here: Here, depth: int) -> tuple[Shape, ...]:
    return tuple([_shape(it, here, depth) for it in nodes])


def _column(it: pg.ColumnRef, here: Here, depth: int) -> Shape:
    fields = it.fields
    table = fields[-2].string.sval if len(fields) > 1 else None
    if fields[-1].HasField("a_star"):
        return Shape("star", table=table)
    return Shape("column", fields[-1].string.sval, table)


def _constant(it: pg.A_Const, here: Here, depth: int) -> Shape:
    kind = it.WhichOneof("val") or ""
    name = _CONSTANTS.get(kind, "")
    if kind == "fval" and it.fval.fval.isdecimal():
        name = "bigint"
    return Shape("constant", name)


def _cast(it: pg.TypeCast, here: Here, depth: int) -> Shape:
    return Shape("cast", type=types.read(it.type_name, here.name(it.type_name.location)))


def _call(it: pg.FuncCall, here: Here, depth: int) -> Shape:
    return Shape("call", it.funcname[-1].string.sval.lower(), of=_shapes(it.args, here, depth))


def _operator(it: pg.A_Expr, here: Here, depth: int) -> Shape:
    if it.kind == pg.AEXPR_OP:
        operands = [_shape(side, here, depth) for side in (it.lexpr, it.rexpr) if side.WhichOneof("node")]
        return Shape("operator", it.name[-1].string.sval, of=tuple(operands))
    if it.kind == pg.AEXPR_NULLIF:
        return _shape(it.lexpr, here, depth)
    return _BOOLEAN


def _case(it: pg.CaseExpr, here: Here, depth: int) -> Shape:
    branches = [_shape(each.case_when.result, here, depth) for each in it.args]
    if it.HasField("defresult"):
        branches.append(_shape(it.defresult, here, depth))
    return Shape("either", of=tuple(branches))


def _either(it: Any, here: Here, depth: int) -> Shape:
    return Shape("either", of=_shapes(it.args, here, depth))


def _sub_link(it: pg.SubLink, here: Here, depth: int) -> Shape:
    if it.sub_link_type not in (pg.EXPR_SUBLINK, pg.ARRAY_SUBLINK):
        return _BOOLEAN
    inner = Shape("query", result=result(it.subselect.select_stmt, here, depth + 1))
    return inner if it.sub_link_type == pg.EXPR_SUBLINK else Shape("array", of=(inner,))


def _array(it: pg.A_ArrayExpr, here: Here, depth: int) -> Shape:
    return Shape("array", of=_shapes(it.elements, here, depth))


def _value_function(it: pg.SQLValueFunction, here: Here, depth: int) -> Shape:
    name = pg.SQLValueFunctionOp.Name(it.op).removeprefix("SVFOP_").removesuffix("_N").lower()
    return Shape("call", name)


def _inner(it: pg.CollateClause, here: Here, depth: int) -> Shape:
    return _shape(it.arg, here, depth)


def _truth(it: object, here: Here, depth: int) -> Shape:
    return _BOOLEAN


_MAKERS: Final[dict[str, _Maker]] = {
    "column_ref": _column,
    "a_const": _constant,
    "type_cast": _cast,
    "func_call": _call,
    "a_expr": _operator,
    "bool_expr": _truth,
    "null_test": _truth,
    "boolean_test": _truth,
    "case_expr": _case,
    "coalesce_expr": _either,
    "min_max_expr": _either,
    "sub_link": _sub_link,
    "a_array_expr": _array,
    "sqlvalue_function": _value_function,
    "collate_clause": _inner,
}
