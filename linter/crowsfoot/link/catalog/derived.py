"""A table before and after a change, to the maps that the catalog keeps beside its tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from rpds import HashTrieMap, HashTrieSet

from crowsfoot.link.catalog.model import Name, Table, Use

K = TypeVar("K")
V = TypeVar("V")


def targets(table: Table) -> frozenset[int]:
    return frozenset([it.target for it in table.foreign_keys.values()]) if table.foreign_keys else frozenset()


def parents(table: Table) -> tuple[int, ...]:
    return table.inherits if table.partition_of is None else (table.partition_of, *table.inherits)


def uses(table: Table) -> frozenset[Use]:
    """The user's types and the sequences that the columns name."""
    found: list[Use] = []
    for column in table.columns.values():
        if column.type.schema is not None:
            found.append(("type", column.type.schema, column.type.name))
        if column.sequence is not None:
            schema = table.schema if column.sequence_schema is None else column.sequence_schema
            found.append(("sequence", schema, column.sequence))
    return frozenset(found)


def constraint_keys(table: Table) -> set[Name]:
    schema = table.schema
    found = {(schema, name) for name, it in table.indexes.items() if it.constraint}
    for names in (table.foreign_keys, table.checks):
        if names:
            found.update([(schema, name) for name in names])
    return found


def rekeyed(
    mapping: HashTrieMap[Name, int], old: Iterable[Name], new: Iterable[Name], number: int
) -> HashTrieMap[Name, int]:
    before, after = set(old), set(new)
    for key in before - after:
        if mapping.get(key) == number:
            mapping = mapping.discard(key)
    for key in after - before:
        mapping = mapping.insert(key, number)
    return mapping


def rereferred(
    mapping: HashTrieMap[K, HashTrieSet[int]], number: int, old: frozenset[K], new: frozenset[K]
) -> HashTrieMap[K, HashTrieSet[int]]:
    for key in old - new:
        left = mapping.get(key, _NONE).discard(number)
        mapping = mapping.insert(key, left) if left else mapping.discard(key)
    for key in new - old:
        mapping = mapping.insert(key, mapping.get(key, _NONE).insert(number))
    return mapping


_NONE: HashTrieSet[int] = HashTrieSet()


def without(mapping: HashTrieMap[K, frozenset[V]], key: K, member: V) -> HashTrieMap[K, frozenset[V]]:
    left = mapping.get(key, frozenset()) - {member}
    return mapping.insert(key, left) if left else mapping.discard(key)


def reparented(
    mapping: HashTrieMap[int, tuple[int, ...]], number: int, old: tuple[int, ...], new: tuple[int, ...]
) -> HashTrieMap[int, tuple[int, ...]]:
    for parent in old:
        if parent not in new:
            left = tuple(it for it in mapping.get(parent, ()) if it != number)
            mapping = mapping.insert(parent, left) if left else mapping.discard(parent)
    for parent in new:
        if parent not in old:
            mapping = mapping.insert(parent, (*mapping.get(parent, ()), number))
    return mapping


def recounted(mapping: HashTrieMap[Name, int], old: set[Name], new: set[Name]) -> HashTrieMap[Name, int]:
    for key in old - new:
        left = mapping.get(key, 0) - 1
        mapping = mapping.insert(key, left) if left > 0 else mapping.discard(key)
    for key in new - old:
        mapping = mapping.insert(key, mapping.get(key, 0) + 1)
    return mapping
