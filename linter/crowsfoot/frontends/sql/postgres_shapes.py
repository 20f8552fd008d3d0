"""A SELECT to what it gives: the names of its columns, and what their types hang on."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from crowsfoot.facts.sql import Result, Shape, Source
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import object_name, strings
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_results import VALUE_FUNCTIONS
from crowsfoot.frontends.sql.postgres_walk import COMPARISONS

# Beyond these nobody asks for the type of a column; a chain of a thousand operators is as deep.
_DEEPEST: Final = 40
_MOST_ROWS: Final = 5  # of VALUES

_UNKNOWN: Final = Shape("unknown")
_BOOLEAN: Final = Shape("constant", "boolean")
_CONSTANTS: Final = {
    "ival": "integer",
    "fval": "numeric",
    "boolval": "boolean",
    "bsval": "bit",
}
_Maker = Callable[[Any, Here, int], Shape]


def result(select: Tree, here: Here, depth: int = 0) -> Result | None:
    """What the query gives; None where it is nested too deeply."""
    if depth > _DEEPEST:
        return None
    if "larg" in select:
        left = result(select["larg"], here, depth + 1)
        right = result(select["rarg"], here, depth + 1)
        if left is None or right is None:
            return None
        sources = (*_with(select, here, depth), *left.sources)
        return Result(left.columns, sources, (*left.branches, right))
    sources = (*_with(select, here, depth), *_from(select, here, depth))
    if "valuesLists" in select:
        rows = [
            Result(
                tuple(
                    (f"column{place + 1}", _shape(value, here, depth))
                    for place, value in enumerate(row["List"].get("items", ()))
                )
            )
            for row in select["valuesLists"][:_MOST_ROWS]
        ]
        return Result(rows[0].columns, sources, tuple(rows[1:]))
    columns = []
    for each in select.get("targetList", ()):
        target = each["ResTarget"]
        shape = _shape(target["val"], here, depth)
        if shape.kind == "star":
            if shape.table is None and any(_merges(it) for it in select.get("fromClause", ())):
                return None  # columns of USING appear once
            columns.append(("*", shape))
        else:
            columns.append((target.get("name", ""), shape))
    return Result(tuple(columns), sources)


def _with(select: Tree, here: Here, depth: int) -> tuple[Source, ...]:
    found: list[Source] = []
    for it in select.get("withClause", {}).get("ctes", ()):
        cte = it["CommonTableExpr"]
        inner = None
        if "SelectStmt" in cte["ctequery"]:
            inner = result(cte["ctequery"]["SelectStmt"], here, depth + 1)
        found.append(Source(cte["ctename"], None, inner, strings(cte.get("aliascolnames", ())), True))
    return tuple(found)


def _from(select: Tree, here: Here, depth: int) -> tuple[Source, ...]:
    found: list[Source] = []
    waiting = list(select.get("fromClause", ()))[::-1]
    while waiting:
        ((kind, it),) = waiting.pop().items()
        if kind == "JoinExpr":
            waiting += (it["rarg"], it["larg"])
            continue
        alias = it.get("alias", {})
        names = strings(alias.get("colnames", ()))
        if kind == "RangeVar":
            called = alias.get("aliasname", it["relname"])
            found.append(Source(called, object_name(it, here), None, names))
        elif kind == "RangeSubselect":
            gives = result(it["subquery"]["SelectStmt"], here, depth + 1)
            found.append(Source(alias.get("aliasname", ""), None, gives, names))
        else:
            found.append(Source(alias.get("aliasname", "")))
    return tuple(found)


def _merges(node: Tree) -> bool:
    waiting = [node]
    while waiting:
        join = waiting.pop().get("JoinExpr")
        if join is not None:
            if "usingClause" in join or "isNatural" in join:
                return True
            waiting += (join["larg"], join["rarg"])
    return False


def _shape(node: Tree, here: Here, depth: int) -> Shape:
    if depth <= _DEEPEST:
        for kind, it in node.items():
            maker = _MAKERS.get(kind)
            if maker is not None:
                return maker(it, here, depth + 1)
    return _UNKNOWN


def _shapes(nodes: Iterable[Tree], here: Here, depth: int) -> tuple[Shape, ...]:
    return tuple([_shape(it, here, depth) for it in nodes])


def _column(it: Tree, here: Here, depth: int) -> Shape:
    fields = it["fields"]
    table = fields[-2]["String"]["sval"] if len(fields) > 1 else None
    if "A_Star" in fields[-1]:
        return Shape("star", table=table)
    return Shape("column", fields[-1]["String"]["sval"], table)


def _constant(it: Tree, here: Here, depth: int) -> Shape:
    name = next((name for kind, name in _CONSTANTS.items() if kind in it), "")
    if name == "numeric" and it["fval"]["fval"].isdecimal():
        name = "bigint"
    return Shape("constant", name)


def _cast(it: Tree, here: Here, depth: int) -> Shape:
    return Shape("cast", type=types.read(it["typeName"], here.name(it["typeName"]["location"])))


def _call(it: Tree, here: Here, depth: int) -> Shape:
    name = it["funcname"][-1]["String"]["sval"].lower()
    return Shape("call", name, of=_shapes(it.get("args", ()), here, depth))


def _operator(it: Tree, here: Here, depth: int) -> Shape:
    if it["kind"] == "AEXPR_OP":
        name = it["name"][-1]["String"]["sval"]
        if name in COMPARISONS:
            return _BOOLEAN
        operands = [_shape(it[side], here, depth) for side in ("lexpr", "rexpr") if side in it]
        return Shape("operator", name, of=tuple(operands))
    if it["kind"] == "AEXPR_NULLIF":
        return _shape(it["lexpr"], here, depth)
    return _BOOLEAN


def _case(it: Tree, here: Here, depth: int) -> Shape:
    branches = [_shape(each["CaseWhen"]["result"], here, depth) for each in it["args"]]
    if "defresult" in it:
        branches.append(_shape(it["defresult"], here, depth))
    return Shape("either", of=tuple(branches))


def _either(it: Tree, here: Here, depth: int) -> Shape:
    return Shape("either", of=_shapes(it["args"], here, depth))


def _sub_link(it: Tree, here: Here, depth: int) -> Shape:
    if it["subLinkType"] not in ("EXPR_SUBLINK", "ARRAY_SUBLINK"):
        return _BOOLEAN
    inner = Shape("query", result=result(it["subselect"]["SelectStmt"], here, depth + 1))
    return inner if it["subLinkType"] == "EXPR_SUBLINK" else Shape("array", of=(inner,))


def _array(it: Tree, here: Here, depth: int) -> Shape:
    return Shape("array", of=_shapes(it.get("elements", ()), here, depth))


def _value_function(it: Tree, here: Here, depth: int) -> Shape:
    return Shape("call", VALUE_FUNCTIONS[it["op"]])


def _inner(it: Tree, here: Here, depth: int) -> Shape:
    return _shape(it["arg"], here, depth)


def _truth(it: object, here: Here, depth: int) -> Shape:
    return _BOOLEAN


_MAKERS: Final[dict[str, _Maker]] = {
    "ColumnRef": _column,
    "A_Const": _constant,
    "TypeCast": _cast,
    "FuncCall": _call,
    "A_Expr": _operator,
    "BoolExpr": _truth,
    "NullTest": _truth,
    "BooleanTest": _truth,
    "CaseExpr": _case,
    "CoalesceExpr": _either,
    "MinMaxExpr": _either,
    "SubLink": _sub_link,
    "A_ArrayExpr": _array,
    "SQLValueFunction": _value_function,
    "CollateClause": _inner,
}
