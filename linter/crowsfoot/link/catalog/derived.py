"""A table before and after a change, to the maps that the catalog keeps beside its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from itertools import compress
from operator import is_not
from typing import TypeVar

from rpds import HashTrieMap, HashTrieSet

from crowsfoot.link.catalog.model import Catalog, Name, Table, Use

K = TypeVar("K")
V = TypeVar("V")


def placed(catalog: Catalog, old: Table | None, new: Table) -> dict[str, object]:
    """What changes in the maps with a table that is new, or has got another name or schema."""
    fold, number = catalog.fold, new.number
    names = catalog.names
    if old is not None:
        names = names.discard((fold(old.schema), fold(old.name)))
    return {
        "names": names.insert((fold(new.schema), fold(new.name)), number),
        "index_tables": rekeyed(
            catalog.index_tables, index_keys(catalog, old) if old else set(), index_keys(catalog, new), number
        ),
        "referrers": rereferred(catalog.referrers, number, targets(old) if old else set(), targets(new)),
        "readers": rereferred(catalog.readers, number, old.reads if old else set(), new.reads),
        "users": rereferred(catalog.users, number, uses(old) if old else set(), uses(new)),
        "partitions": reparented(catalog.partitions, number, parents(old) if old else (), parents(new)),
        "constraint_names": recounted(
            catalog.constraint_names, constraint_keys(old) if old else set(), constraint_keys(new)
        ),
    }


def altered(catalog: Catalog, old: Table, new: Table) -> dict[str, object]:
    """What changes in the maps with a table that keeps its name.

    Only the parts that differ are asked: most statements change one, and a table can have two thousand. What
    one of them no longer has or uses, another may.
    """
    changed: dict[str, object] = {}
    number = new.number
    named: list[str] = []  # those that are constraints, or can be
    if old.columns is not new.columns:
        gone, come = differing(old.columns, new.columns)
        used, using = uses(old, gone), uses(new, come)
        if used != using:
            using = using if used <= using else uses(new)
            changed["users"] = rereferred(catalog.users, number, used, using)
    if old.indexes is not new.indexes:
        gone, come = differing(old.indexes, new.indexes)
        named += [*gone, *come]
        before, after = index_keys(catalog, old, gone), index_keys(catalog, new, come)
        if not before <= after and catalog.dialect != "postgresql":
            before, after = index_keys(catalog, old), index_keys(catalog, new)  # in other letters, too
        if before != after:
            changed["index_tables"] = rekeyed(catalog.index_tables, before, after, number)
    if old.foreign_keys is not new.foreign_keys:
        gone, come = differing(old.foreign_keys, new.foreign_keys)
        named += [*gone, *come]
        referred, referring = targets(old, gone), targets(new, come)
        if referred != referring:
            referring = referring if referred <= referring else targets(new)
            changed["referrers"] = rereferred(catalog.referrers, number, referred, referring)
    if old.checks is not new.checks:
        gone, come = differing(old.checks, new.checks)
        named += [*gone, *come]
    if named:
        was, now = constraint_keys(old, named), constraint_keys(new, named)
        if was != now:
            changed["constraint_names"] = recounted(catalog.constraint_names, was, now)
    if old.reads is not new.reads:
        changed["readers"] = rereferred(catalog.readers, number, old.reads, new.reads)
    if old.partition_of != new.partition_of or old.inherits != new.inherits:
        changed["partitions"] = reparented(catalog.partitions, number, parents(old), parents(new))
    return changed


def differing(old: Mapping[str, V], new: Mapping[str, V]) -> tuple[list[str], list[str]]:
    """The names of the parts that only one of them has, or that stand for another part in the other."""
    return (
        [*compress(old, map(is_not, old.values(), map(new.get, old)))],
        [*compress(new, map(is_not, new.values(), map(old.get, new)))],
    )


def index_keys(catalog: Catalog, table: Table, names: Iterable[str] | None = None) -> set[Name]:
    """How the catalog calls those indexes, or all."""
    schema = catalog.fold(table.schema)
    return {(schema, catalog.fold(name)) for name in (table.indexes if names is None else names)}


def targets(table: Table, names: Iterable[str] | None = None) -> set[int]:
    """What those foreign keys refer to, or all."""
    keys = table.foreign_keys
    return {keys[name].target for name in (keys if names is None else names)}


def parents(table: Table) -> tuple[int, ...]:
    return table.inherits if table.partition_of is None else (table.partition_of, *table.inherits)


def uses(table: Table, names: Iterable[str] | None = None) -> set[Use]:
    """The user's types and the sequences that those columns name, or all."""
    found: set[Use] = set()
    columns = table.columns
    for name in columns if names is None else names:
        column = columns[name]
        if column.type.schema is not None:
            found.add(("type", column.type.schema, column.type.name))
        if column.sequence is not None:
            schema = table.schema if column.sequence_schema is None else column.sequence_schema
            found.add(("sequence", schema, column.sequence))
    return found


def constraint_keys(table: Table, among: Iterable[str] | None = None) -> set[Name]:
    """The names of the constraints of the table, or those among the names."""
    schema, indexes, foreign_keys, checks = table.schema, table.indexes, table.foreign_keys, table.checks
    return {
        (schema, name)
        for name in ((*indexes, *foreign_keys, *checks) if among is None else among)
        if name in foreign_keys or name in checks or (name in indexes and indexes[name].constraint)
    }


def rekeyed(
    mapping: HashTrieMap[Name, int], old: Set[Name], new: Set[Name], number: int
) -> HashTrieMap[Name, int]:
    for key in old - new:
        if mapping.get(key) == number:
            mapping = mapping.discard(key)
    for key in new - old:
        mapping = mapping.insert(key, number)
    return mapping


def rereferred(
    mapping: HashTrieMap[K, HashTrieSet[int]], number: int, old: Set[K], new: Set[K]
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


def recounted(mapping: HashTrieMap[Name, int], old: Set[Name], new: Set[Name]) -> HashTrieMap[Name, int]:
    for key in old - new:
        left = mapping.get(key, 0) - 1
        mapping = mapping.insert(key, left) if left > 0 else mapping.discard(key)
    for key in new - old:
        mapping = mapping.insert(key, mapping.get(key, 0) + 1)
    return mapping
