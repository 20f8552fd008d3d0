"""A SELECT as a library really sends it -> what it asks of its first table, told from its syntax tree.

It is the other opinion on what we say of the code: nothing of ours is asked.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import sqlglot
from sqlglot import exp

from crowsfoot.libraries.query import Query

Columns = frozenset[str]
_RANGES = (exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between)


class Shape(NamedTuple):
    """Columns of other tables have theirs before a dot."""

    equal: Columns = frozenset()
    null: Columns = frozenset()
    among: Columns = frozenset()
    ranges: Columns = frozenset()
    others: Columns = frozenset()
    order: tuple[tuple[str, str, str | None], ...] = ()
    limit: bool = False


def said(query: Query) -> Shape:
    """The same of what we say."""
    nulls = dict(query.nulls)
    return Shape(
        frozenset(query.equal),
        frozenset(query.null),
        frozenset(query.among),
        frozenset(query.ranges),
        frozenset(query.others),
        tuple((it, way, nulls.get(it)) for it, way in query.order),
        bool(query.limit),
    )


def sent(sql: str, dialect: str) -> Shape:
    """What a SELECT asks."""
    tree = sqlglot.parse_one(sql, dialect=dialect)
    assert isinstance(tree, exp.Select), sql
    tables = [*tree.find_all(exp.Table)]
    own = tables[0].alias_or_name
    found: dict[str, set[str]] = {
        "equal": set(),
        "null": set(),
        "among": set(),
        "ranges": set(),
        "others": set(),
    }
    where = tree.args.get("where")
    asked = [where.this] if where is not None else []
    asked += (it.args["on"] for it in tree.args.get("joins") or () if "on" in it.args and not it.side)
    for it in asked:
        for condition in _conjuncts(it):
            kind, columns = _compared(condition)
            found[kind].update(_name(column, own) for column in columns)
    order = tree.args.get("order")
    return Shape(
        **{kind: frozenset(columns) for kind, columns in found.items()},
        order=tuple(_key(it, own, sql) for it in order.expressions) if order is not None else (),
        limit=tree.args.get("limit") is not None,
    )


def _conjuncts(it: exp.Expr) -> Iterator[exp.Expr]:
    it = it.unnest()
    if isinstance(it, exp.And):
        yield from _conjuncts(it.left)
        yield from _conjuncts(it.right)
    else:
        yield it


def _compared(it: exp.Expr) -> tuple[str, list[exp.Column]]:
    """How a condition compares its columns, as far as an index of theirs is concerned."""
    columns = [*it.find_all(exp.Column)]
    if it.args.get("negate"):
        return ("ranges" if isinstance(it, exp.Is) else "others"), columns
    bare = isinstance(it.args.get("this"), exp.Column) and len(columns) == 1
    match it:
        case exp.Column():
            return "equal", [it]
        case exp.Not(this=inner):
            inner = inner.unnest()
            if isinstance(inner, exp.Column) or (
                isinstance(inner, exp.Not) and bool(columns) and inner.this == columns[0]
            ):
                return "equal", columns
            if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
                return "ranges", columns
            return "others", columns
        case exp.Is(expression=exp.Null()) if bare:
            return "null", columns
        case exp.EQ() | exp.Is() if bare:
            return ("among" if it.find(exp.Any) else "equal"), columns
        case exp.EQ() if len(columns) == 2 and columns[0].table != columns[1].table:
            return "others", []  # a join
        case exp.EQ(expression=exp.Column()) if len(columns) == 1:
            return "equal", columns
        case exp.In() if bare:
            return "among", columns
        case exp.Like() | exp.Escape() if _is_prefix(it):
            return "others", columns
        case exp.Or() if len({(c.table, c.name) for c in columns}) == 1 and all(
            isinstance(one, (exp.EQ, exp.In)) and isinstance(one.this, exp.Column) for one in _branches(it)
        ):
            return "among", columns
        case _ if isinstance(it, _RANGES) and (bare or isinstance(it.this, exp.Tuple)):
            return "ranges", columns
    return "others", columns


def _branches(it: exp.Expr) -> Iterator[exp.Expr]:
    it = it.unnest()
    if isinstance(it, exp.Or):
        yield from _branches(it.left)
        yield from _branches(it.right)
    else:
        yield it


def _is_prefix(it: exp.Expr) -> bool:
    """The pattern of a LIKE, of which the first letters are known."""
    like = it.this if isinstance(it, exp.Escape) else it
    if not isinstance(like, exp.Like) or not isinstance(like.this, exp.Column):
        return False
    texts = [literal.this for literal in like.expression.find_all(exp.Literal)]
    return bool(texts) and not texts[0].startswith(("%", "_")) and texts[-1].endswith("%")


def _key(it: exp.Expr, own: str, sql: str) -> tuple[str, str, str | None]:
    assert isinstance(it, exp.Ordered)
    way = "desc" if it.args.get("desc") else "asc"
    if not isinstance(it.this, exp.Column):
        return "?", way, None
    written = re.search(rf'\b{it.this.name}"? +(?:ASC +|DESC +)?NULLS +(FIRST|LAST)', sql, re.IGNORECASE)
    return _name(it.this, own), way, written[1].lower() if written else None


def _name(it: exp.Column, own: str) -> str:
    return it.name if it.table in ("", own) else f"{it.table}.{it.name}"
