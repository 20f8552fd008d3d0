"""A partial index and what a query asks -> whether every row that the query wants is in the index.

Measured on PostgreSQL 15: a query without the predicate of the index reads the whole table, 2,326 blocks; one
with it 22. The database proves less than a reader would, so only what it proves itself is taken for implied.
Source: https://www.postgresql.org/docs/current/indexes-partial.html
Source: https://www.sqlite.org/partialindex.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from crowsfoot.link.project import Column, Index, Table

if TYPE_CHECKING:
    from crowsfoot.link.wanted import Wanted


class Conjunct(msgspec.Struct, frozen=True):
    """One of the conditions of a predicate that all have to hold: value is SQL, "null" or "not null"."""

    column: Column
    value: str


def implied(index: Index, shape: Wanted) -> bool | None:
    """Whether the query says all that the index's predicate asks; None where that cannot be told.

    A value that comes with the query may be the one of the predicate, or another one.
    """
    if index.predicate is None:
        return True
    conjuncts = conjuncts_of(index)
    if conjuncts is None:
        return None
    proofs = [_proof(it, shape) for it in conjuncts]
    return False if False in proofs else None if None in proofs else True


def conjuncts_of(index: Index) -> tuple[Conjunct, ...] | None:
    """The conditions of the index's predicate; None where one of them is of another kind."""
    text = (index.predicate or "").strip()
    if text.startswith("{"):
        found = tuple(_of_object(text, index.table))
    else:
        found = tuple(_of_sql(part, index.table) for part in _parts(text))
    return None if None in found else tuple(it for it in found if it is not None)


def _proof(it: Conjunct, shape: Wanted) -> bool | None:
    asked, name = shape.asked, it.column.name
    if it.value == "null":
        return name in asked.null
    if it.value == "not null":
        # Every operator of a B-tree is strict: what it compares is not null. Others may be. That the column
        # is declared NOT NULL proves nothing (measured on PostgreSQL 16).
        compared = name in asked.equal | asked.among | asked.ranges | asked.prefixes
        return True if compared else None if name in shape.others else False
    if name not in asked.equal:
        return None if name in asked.among else False
    constants = [constant for column, constant in shape.constants if column == name]
    return _normal(constants[0]) == it.value if constants else None


_COLUMN: Final = r'[`"\[]?(?P<column>\w+)[`"\]]?'
_VALUE: Final = r"(?P<value>'(?:[^']|'')*'|-?[\d.]+|\w+)(?:::[\w ]+)?"

_SQL: Final = (
    (rf"{_COLUMN} is not null", "not null"),
    (rf"{_COLUMN} is null", "null"),
    (rf"{_COLUMN} ?= ?{_VALUE}", None),
    (rf"{_COLUMN} is (?P<value>true|false)", None),
    (rf"not {_COLUMN}", "false"),
    (_COLUMN, "true"),
)


def _parts(text: str) -> Iterator[str]:
    """What AND joins; a predicate of other words stays whole, and is none of those that are known."""
    text = _bare(" ".join(text.split()))
    if text.startswith("raw(") and text.endswith(")"):
        text = text[4:-1].strip().strip('"').replace('\\"', '"')
    return map(_bare, re.split(r" and ", text, flags=re.IGNORECASE))


def _bare(text: str) -> str:
    """Without brackets around all of it."""
    while text.startswith("(") and _closes(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closes(text: str) -> int:
    """Where the bracket closes that the text begins with; -1 where it does not."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return at
    return -1


def _of_sql(text: str, table: Table) -> Conjunct | None:
    for pattern, value in _SQL:
        found = re.fullmatch(pattern, text, re.IGNORECASE)
        column = _column(table, found["column"]) if found else None
        if found is not None and column is not None:
            return Conjunct(column, value if value is not None else _normal(found["value"]))
    return None


def _of_object(text: str, table: Table) -> Iterator[Conjunct | None]:
    """The object form of a Prisma schema: { deletedAt: null, kind: { not: null }, active: true }."""
    for part in re.split(r",(?![^{]*\})", text[1:-1]):
        found = re.fullmatch(r"\s*(\w+)\s*:\s*(.+?)\s*", part, re.DOTALL)
        column = _column(table, found[1]) if found else None
        if found is None or column is None:
            yield None
        elif re.fullmatch(r"\{\s*not\s*:\s*null\s*\}", found[2]):
            yield Conjunct(column, "not null")
        else:
            yield None if found[2].startswith("{") else Conjunct(column, _normal(found[2]))


def _column(table: Table, name: str) -> Column | None:
    own = table.columns.get(name)
    return own or next((it for it in table.columns.values() if it.name == name), None)


def _normal(value: str) -> str:
    """A constant so that equal ones are equal texts, whichever language has written it."""
    text = value.strip()
    if text[:1] in "\"'" and text[-1:] == text[:1] and len(text) > 1:
        return f"'{text[1:-1]}'"
    return {"1": "true", "0": "false"}.get(text, text.lower())
