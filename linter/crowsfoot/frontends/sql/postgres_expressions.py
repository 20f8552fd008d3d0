"""PostgreSQL expressions and queries to facts."""

from postgast import pg_query_pb2 as pg

from crowsfoot.facts.sql import Constant, Expression, Query
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_names import constant
from crowsfoot.frontends.sql.postgres_walk import VALUE_FUNCTIONS, Walk, object_name, once
from crowsfoot.frontends.sql.postgres_words import Here
from crowsfoot.source import Range

__all__ = ["expression", "object_name", "query"]


def expression(node: pg.Node, here: Here, start: int, end: int) -> Expression:
    """The expression that node is, which stands from start to end in the text of here."""
    where = here.place(start, end)
    text = here.compact(start, end)
    inner = node
    casts: tuple[str, ...] = ()
    cast_type: str | None = None
    while (kind := inner.WhichOneof("node")) == "type_cast":
        cast = inner.type_cast
        name = types.name(cast.type_name)
        if not casts:
            cast_type = f"{name}[]" if cast.type_name.array_bounds else name
        casts += (name,)
        inner = cast.arg
    if kind == "a_const":
        const = inner.a_const
        value = constant(const)
        literals: tuple[Constant, ...] = ()
        if const.HasField("sval"):
            literals = (Constant(const.sval.sval, here.constant(const.location), cast_type),)
        return Expression(where, text, literals=literals, casts=casts, value=value, null=const.isnull)
    if kind == "func_call" and not casts and not inner.func_call.args:
        return Expression(where, text, functions=(inner.func_call.funcname[-1].string.sval.lower(),))
    if kind == "sqlvalue_function" and not casts:
        return Expression(where, text, functions=(VALUE_FUNCTIONS[inner.sqlvalue_function.op],))
    walk = Walk(here)
    walk.node(node)
    return Expression(
        where,
        text,
        columns=tuple(dict.fromkeys([it.name for it in walk.columns])),
        functions=once(walk.functions),
        literals=tuple(walk.literals),
        casts=once(walk.casts),
        has_query=walk.has_query,
    )


def query(select: pg.SelectStmt, here: Here, where: Range, targets: tuple[str, ...] = ()) -> Query:
    """What a SELECT reads; targets are the columns that its results are put into."""
    walk = Walk(here)
    walk.select(select, targets)
    return walk.result(where)
