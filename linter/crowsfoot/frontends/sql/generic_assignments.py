"""Parts that statements which write rows have in common, for the generic dialects."""

from __future__ import annotations

from crowsfoot.facts.sql import (
    Expression,
    Operation,
    Unknown,
)
from crowsfoot.frontends.sql import generic_expressions as expressions
from crowsfoot.frontends.sql.generic_cursor import Cursor


def assignment(part: Cursor) -> tuple[str, str, Expression] | None:
    """The qualifier, column and value of one assignment; None for that of a variable."""
    if part.peek().kind == "variable":
        return None
    if part.key == "(":  # SQLite: (a, b) = (SELECT ...)
        columns = part.parts()
        part.at += 1
        return "", columns[0].name("a column").text, expressions.expression(part)
    name = part.object_name("a column")
    if part.done:
        raise part.unexpected("`=`")
    sign = part.take()
    if sign.kind != "sign" or not sign.key.endswith("="):
        part.at -= 1
        raise part.unexpected("`=`")
    start = part.at
    value = expressions.expression(part)
    part.at = start
    return name.schema or "", name.name, value


def of_variable(cur: Cursor, first: int) -> list[Operation]:
    """SQL Server: what changes the rows of a variable, which ends with its batch."""
    cur.at = cur.stop
    return [Unknown(cur.range_from(first))]


def top(cur: Cursor) -> None:
    """SQL Server: TOP (10) PERCENT."""
    if cur.dialect == "sqlserver" and cur.accept("TOP"):
        cur.skip()
        cur.accept("PERCENT")


def hints(cur: Cursor) -> None:
    """SQL Server: WITH (TABLOCK)."""
    if cur.dialect == "sqlserver" and cur.sees("WITH", "("):
        cur.take()
        cur.skip()
