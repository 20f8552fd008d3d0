"""The names that PostgreSQL gives to constraints, indexes and sequences that have none.

Source: ChooseRelationName, ChooseConstraintName, ChooseIndexName and makeObjectName of
https://github.com/postgres/postgres/blob/REL_16_STABLE/src/backend/commands/indexcmds.c
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence

from crowsfoot.facts.sql import IndexKey
from crowsfoot.link.catalog.draft import Draft

LIMIT = 63  # bytes: NAMEDATALEN - 1

_CALL = re.compile(r'\(*"?([A-Za-z_][\w$]*)"?\s*\(')
_CAST = re.compile(r'::\s*"?([A-Za-z_][\w$]*)"?\s*\)*$')


def composed(first: str, second: str | None, label: str) -> str:
    """first_second_label, the longer of the first two cut until it fits."""
    one, two = first.encode(), (second or "").encode()
    room = LIMIT - len(label.encode()) - 1 - (1 if second is not None else 0)
    while len(one) + len(two) > max(room, 0):
        if len(one) > len(two):
            one = one[:-1]
        else:
            two = two[:-1]
    parts = [one.decode(errors="ignore")]
    if second is not None:
        parts.append(two.decode(errors="ignore"))
    return "_".join([*parts, label])


def relation_name(
    draft: Draft,
    schema: str,
    first: str,
    second: str | None,
    label: str,
    *,
    constraint: bool = False,
    taken: Container[str] = (),
) -> str:
    """A name that no table, index or sequence of the schema has, nor a constraint where that counts."""

    def is_free(name: str) -> bool:
        return (
            name not in taken
            and not draft.has_relation(schema, name)
            and not (constraint and (schema, name) in draft.catalog.constraint_names)
        )

    return first_free(first, second, label, is_free)


def constraint_name(
    draft: Draft, schema: str, first: str, second: str | None, label: str, taken: Container[str] = ()
) -> str:
    """A name that no constraint of the schema has."""

    def is_free(name: str) -> bool:
        return name not in taken and (schema, name) not in draft.catalog.constraint_names

    return first_free(first, second, label, is_free)


def first_free(first: str, second: str | None, label: str, is_free: Callable[[str], bool]) -> str:
    """The first of name, name1, name2, ... that is free."""

    def name(number: int) -> str:
        return composed(first, second, f"{label}{number}" if number else label)

    for number in range(_MOST_COUNTED):
        if is_free(name(number)):
            return name(number)
    # So many of one name have no gaps between them: go far, and halve the way back.
    taken, free = _MOST_COUNTED - 1, 2 * _MOST_COUNTED
    while not is_free(name(free)):
        taken, free = free, 2 * free
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (taken, middle) if is_free(name(middle)) else (middle, free)
    return name(free)


_MOST_COUNTED = 50


def index_name(
    draft: Draft,
    schema: str,
    table: str,
    keys: Sequence[IndexKey],
    include: Sequence[str],
    kind: str | None,
    taken: Container[str] = (),
) -> str:
    """The name of an index; kind is that of its constraint, if any."""
    if kind == "primary":
        return relation_name(draft, schema, table, None, "pkey", constraint=True, taken=taken)
    label = {"exclude": "excl", "unique": "key"}.get(kind or "", "idx")
    columns = joined(key_names(keys, include))
    return relation_name(draft, schema, table, columns, label, constraint=kind is not None, taken=taken)


def key_names(keys: Sequence[IndexKey], include: Sequence[str]) -> list[str]:
    """What the columns of the index are called, each name once."""
    found: list[str] = []
    for name in [*(key_name(key) for key in keys), *include]:
        unique, number = name, 0
        while unique in found:
            number += 1
            unique = name.encode()[: LIMIT - len(str(number))].decode(errors="ignore") + str(number)
        found.append(unique)
    return found


def key_name(key: IndexKey) -> str:
    """The column, or what FigureIndexColname makes of the expression: a function's or a type's name."""
    if key.column is not None:
        return key.column
    text = key.expression.text.strip() if key.expression is not None else ""
    called = _CALL.match(text)
    if called and closes(text, called.end() - 1):
        return called[1].lower()
    cast = _CAST.search(text)
    return cast[1] if cast else "expr"


def is_call(text: str) -> bool:
    """Whether the whole expression is one call, or one word such as CURRENT_TIMESTAMP."""
    called = _CALL.match(text)
    return text.replace("_", "").isalpha() if called is None else closes(text, called.end() - 1)


def closes(text: str, opening: int) -> bool:
    """Whether the parenthesis closes where the text ends, more parentheses aside."""
    depth = 0
    for place in range(opening, len(text)):
        if text[place] == "(":
            depth += 1
        elif text[place] == ")":
            depth -= 1
            if depth == 0:
                return not text[place + 1 :].strip(") \n\t")
    return False


def joined(names: Sequence[str]) -> str:
    """a_b_c, as far as it can count in a name."""
    text = ""
    for name in names:
        text = f"{text}_{name}" if text else name
        if len(text.encode()) > LIMIT:
            break
    return text
