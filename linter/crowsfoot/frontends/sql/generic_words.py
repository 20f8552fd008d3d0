"""The tokens of a query to what it names, without a parser: as far as words alone tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from crowsfoot.facts.sql import (
    ColumnUse,
    Constant,
    ObjectName,
    Query,
)
from crowsfoot.frontends.sql.generic_cursor import Cursor, words
from crowsfoot.frontends.sql.generic_tokens import Token
from crowsfoot.source import Range

NOT_CALLS: Final = words(
    "AND OR NOT IN IS BETWEEN LIKE EXISTS ANY ALL SOME CASE WHEN THEN ELSE VALUES FROM JOIN ON WHERE "
    "SELECT UNION INTERSECT EXCEPT AS BY USING OVER WITH INTO SET HAVING CAST CONVERT TRY_CAST"
)


NOT_COLUMNS: Final = NOT_CALLS | words(
    "NULL TRUE FALSE END DISTINCT ASC DESC LIMIT OFFSET GROUP ORDER INNER LEFT RIGHT FULL OUTER CROSS "
    "NATURAL INTERVAL DIV MOD REGEXP RLIKE GLOB MATCH ESCAPE COLLATE BINARY TOP PERCENT PARTITION ROWS "
    "RANGE UPDATE DELETE INSERT REPLACE IGNORE FOR RECURSIVE DAY HOUR MINUTE SECOND MONTH YEAR WEEK"
)


def scanned(part: Cursor, tokens: Sequence[Token], place: Range, locking: bool = False) -> Query:
    """What tokens alone can tell: names where tables stand, calls, constants, and qualified columns."""
    tables: list[ObjectName] = []
    columns: list[ColumnUse] = []
    functions: list[str] = []
    literals: list[Constant] = []
    ctes: set[str] = set()
    star = filtered = False
    read: set[int] = set()  # the tokens that a table's name takes
    count = len(tokens)
    for at, token in enumerate(tokens):
        before = tokens[at - 1].key if at else ""
        after = tokens[at + 1].key if at + 1 < count else ""
        if token.kind == "string":
            literals.append(Constant(token.text, Range(token.start, token.end)))
        elif token.key == "*" and before in ("SELECT", ".", "DISTINCT"):
            star = True
        elif token.key in ("WHERE", "LIMIT", "TOP"):
            filtered = True
        elif token.kind not in ("word", "name"):
            continue
        elif after == "AS" and at + 2 < count and tokens[at + 2].key == "(":
            ctes.add(token.text.lower())
        elif before in ("FROM", "JOIN", "INTO", "UPDATE") and token.key not in NOT_COLUMNS and after != "(":
            place_of_name = Cursor(part.text, part.dialect, tokens, at)
            named = place_of_name.object_name()
            read.update(range(at, place_of_name.at))
            if named.schema is not None or named.name.lower() not in ctes:
                tables.append(named)
        elif after == "(" and token.key not in NOT_CALLS:
            functions.append(token.text.lower())
        elif (
            before == "."
            and after != "."
            and at > 1
            and at not in read
            and tokens[at - 2].kind in ("word", "name")
        ):
            columns.append(ColumnUse(token.text, Range(token.start, token.end), tokens[at - 2].text))
    return Query(
        place,
        tuple(tables),
        tuple(columns),
        once(functions),
        tuple(literals),
        filtered=filtered,
        locking=locking,
        star=star,
    )


def once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
