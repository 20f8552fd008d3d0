"""A column of another name, wherever it is spoken of."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from crowsfoot.facts.sql import Expression, IndexKey
from crowsfoot.link.catalog.awaiting import rename_awaiting
from crowsfoot.link.catalog.draft import Draft, renamed
from crowsfoot.link.catalog.model import ForeignKey, Index, Table
from crowsfoot.link.catalog.policy_names import rename_column_in_policies


def column_renamed(draft: Draft, table: Table, old: str, new: str) -> Table:
    """The table with a column of another name; what speaks of it elsewhere is renamed in the draft."""
    number = table.number
    for referrer, _ in list(draft.catalog.referring(table)):
        if referrer.number != number:
            now = draft.catalog.tables[referrer.number]
            draft.put(replace(now, foreign_keys=retargeted(now, number, old, new)))
    for view in sorted(draft.catalog.readers.get(number, ())):
        reader = draft.catalog.tables[view]
        if (number, old) in reader.reads_columns:
            read = (reader.reads_columns - {(number, old)}) | {(number, new)}
            draft.put(replace(reader, reads_columns=read))
    for key in draft.catalog.owned.get(number, frozenset()):
        sequence = draft.catalog.sequences[key]
        if sequence.owned_by == (number, old):
            draft.put_sequence(replace(sequence, owned_by=(number, new)))
    if draft.catalog.awaited:
        rename_awaiting(draft, number, old, new)
    if draft.postgres:
        rename_column_in_policies(draft, number, old, new)
    table = draft.catalog.tables[number]
    change = partial(column_in, old=old, new=new)
    columns = renamed(table.columns, old, new, replace(table.columns[old], name=new))
    return replace(
        table,
        columns={
            name: replace(it, generated=change(it.generated)) if it.generated else it
            for name, it in columns.items()
        },
        indexes={name: index_changed(it, old, new, change) for name, it in table.indexes.items()},
        foreign_keys={
            name: replace(it, columns=substituted(it.columns, old, new))
            for name, it in retargeted(table, number, old, new).items()
        },
        checks={
            name: replace(it, expression=change(it.expression)) if old in it.expression.columns else it
            for name, it in table.checks.items()
        },
        triggers={
            name: replace(it, columns=substituted(it.columns, old, new))
            for name, it in table.triggers.items()
        },
        partition_keys=substituted(table.partition_keys, old, new),
    )


def retargeted(table: Table, target: int, old: str, new: str) -> dict[str, ForeignKey]:
    return {
        name: replace(it, target_columns=substituted(it.target_columns, old, new))
        if it.target == target
        else it
        for name, it in table.foreign_keys.items()
    }


def substituted(names: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    return tuple([new if it == old else it for it in names]) if old in names else names


def index_changed(index: Index, old: str, new: str, change: Callable[[Expression], Expression]) -> Index:
    keys = tuple([key_changed(key, old, new, change) for key in index.keys])
    predicate = index.predicate
    return replace(
        index,
        keys=keys,
        include=substituted(index.include, old, new),
        predicate=change(predicate) if predicate is not None else None,
    )


def key_changed(key: IndexKey, old: str, new: str, change: Callable[[Expression], Expression]) -> IndexKey:
    if key.column == old:
        return replace(key, column=new)
    if key.expression is not None and old in key.expression.columns:
        return replace(key, expression=change(key.expression))
    return key


def column_in(expression: Expression, old: str, new: str) -> Expression:
    """The expression with another name for the column."""
    if old not in expression.columns:
        return expression
    # Outside of string constants, as a whole word or quoted.
    pattern = re.compile(rf"""'(?:[^']|'')*'|"{re.escape(old)}"|(?<![\w$"]){re.escape(old)}(?![\w$"])""")
    quoted = f'"{new}"' if not re.fullmatch(r"[a-z_][a-z0-9_$]*", new) else new
    text = pattern.sub(lambda it: it[0] if it[0].startswith("'") else quoted, expression.text)
    return replace(expression, text=text, columns=substituted(expression.columns, old, new))
