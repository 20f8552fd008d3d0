"""PostgreSQL expressions and queries to facts."""

from crowsfoot.facts.sql import Constant, Expression, Query
from crowsfoot.frontends.sql import postgres_types as types
from crowsfoot.frontends.sql.postgres_here import Here
from crowsfoot.frontends.sql.postgres_names import constant
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.frontends.sql.postgres_results import VALUE_FUNCTIONS
from crowsfoot.frontends.sql.postgres_walk import Walk, once
from crowsfoot.frontends.sql.postgres_words import Words
from crowsfoot.source import Range


def expression(node: Tree, here: Here, start: int, end: int) -> Expression:
    """The expression that node is, which stands from start to end in the text of here."""
    where = here.place(start, end)
    text = here.compact(start, end)
    inner = node
    casts: tuple[str, ...] = ()
    cast_type: str | None = None
    while "TypeCast" in inner:
        cast = inner["TypeCast"]
        type_name = cast["typeName"]
        name = types.name(type_name)
        if not casts:
            cast_type = f"{name}[]" if "arrayBounds" in type_name else name
        casts += (name,)
        inner = cast["arg"]
    if "A_Const" in inner:
        const = inner["A_Const"]
        value = constant(const)
        literals: tuple[Constant, ...] = ()
        if "sval" in const:
            literals = (Constant(value or "", here.constant(const.get("location", 0)), cast_type),)
        return Expression(
            where,
            text,
            literals=literals,
            casts=casts,
            value=value,
            null=const.get("isnull", False),
        )
    if "FuncCall" in inner and not casts and "args" not in inner["FuncCall"]:
        return Expression(
            where,
            text,
            functions=(inner["FuncCall"]["funcname"][-1]["String"]["sval"].lower(),),
        )
    if "SQLValueFunction" in inner and not casts:
        return Expression(where, text, functions=(VALUE_FUNCTIONS[inner["SQLValueFunction"]["op"]],))
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
        tables=tuple(walk.tables),
    )


def in_brackets(node: Tree, here: Here, start: int, end: int, after: str) -> Expression:
    """The expression in the brackets that follow the word after, somewhere from start to end."""
    words = Words(here.text, start, end)
    index = words.find(after, 0, len(words.words)) + 1
    closing = words.closing.get(index, index)
    if closing > index + 1:
        start, end = words.range(index + 1, closing)
    return expression(node, here, start, end)


def query(select: Tree, here: Here, where: Range, targets: tuple[str, ...] = ()) -> Query:
    """What a SELECT reads; targets are the columns that its results are put into."""
    walk = Walk(here)
    walk.select(select, targets)
    return walk.result(where)
