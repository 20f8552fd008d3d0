"""Needs of one table -> the fewest indexes that serve them all: keys of one are the start of the next.

Columns that are compared with `=` may stand in any order, so what a narrow search needs is the start of many
an index. Needs of which each is the start of the next are a chain, and a chain is one index. The fewest
chains over all are found as in "Automatic Index Selection for Large-Scale Datalog Computation".
Source: https://www.vldb.org/pvldb/vol12/p141-subotic.pdf
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from crowsfoot.advice.needs import Group, Need
from crowsfoot.databases.index_use import Part, part
from crowsfoot.databases.suggested_index import MOST_KEYS


class Candidate(msgspec.Struct, frozen=True):
    """One index: its keys, the columns that its predicate wants to be null, and what asks for it."""

    keys: tuple[Part, ...]
    null: tuple[str, ...]
    needs: tuple[Need, ...]


def candidates(needs: Sequence[Need], existing: Iterable[tuple[Part, ...]], provider: str) -> list[Candidate]:
    """The fewest indexes that serve the needs; existing are the keys of those that may be made longer."""
    held = sorted(existing, key=len, reverse=True)
    return [_candidate(it, held, provider) for it in _settled(_chains(needs))]


def begins(start: Sequence[Group], groups: Sequence[Group]) -> tuple[Group, ...] | None:
    """The groups, set in order so far that they begin with those of start; None where they cannot."""
    rest = list(groups)
    found: list[Group] = []
    for wanted in start:
        missing = wanted if isinstance(wanted, frozenset) else frozenset({wanted.column})
        while missing:
            if not rest:
                return None
            here = rest.pop(0)
            if isinstance(here, Part):
                if here.column not in missing or (isinstance(wanted, Part) and here != wanted):
                    return None
                found.append(here)
                missing -= {here.column}
                continue
            if isinstance(wanted, Part):
                if wanted.column not in here:
                    return None
                found.append(wanted)
                left = here - {wanted.column}
                missing = frozenset()
            elif missing <= here:
                found.append(frozenset(it for it in missing if it is not None))
                left = here - missing
                missing = frozenset()
            elif here <= missing:
                found.append(here)
                missing -= here
                continue
            else:
                return None
            if left:
                rest.insert(0, left)
    return (*found, *rest)


def _either_way(groups: Sequence[Group]) -> tuple[tuple[Group, ...], ...]:
    """As they are, and read backwards."""
    turned = tuple(it if isinstance(it, frozenset) else backwards(it) for it in groups)
    return (tuple(groups), turned)


def backwards(it: Part) -> Part:
    return Part(it.column, not it.descending, not it.nulls_first)


def _joined(start: Sequence[Group], groups: Sequence[Group]) -> tuple[Group, ...] | None:
    for way in _either_way(start):
        found = begins(way, groups)
        if found is not None:
            return found
    return None


def _chains(needs: Sequence[Need]) -> list[list[Need]]:
    """The fewest chains, each from the shortest to the longest: as many as needs, less a matching of them."""
    follows = [
        [
            number
            for number, it in enumerate(needs)
            if number != mine
            and _joined(need.groups, it.groups) is not None
            # Of two that need the same, one comes first.
            and (mine < number or _joined(it.groups, need.groups) is None)
        ]
        for mine, need in enumerate(needs)
    ]
    before: dict[int, int] = {}  # the number of a need -> that of the one that is its start

    def place(mine: int, seen: set[int]) -> bool:
        for number in follows[mine]:
            if number not in seen:
                seen.add(number)
                if number not in before or place(before[number], seen):
                    before[number] = mine
                    return True
        return False

    for mine in range(len(needs)):
        place(mine, set())
    after = {start: end for end, start in before.items()}
    chains = []
    for first in range(len(needs)):
        if first not in before:
            chain = [first]
            while chain[-1] in after:
                chain.append(after[chain[-1]])
            chains.append([needs[it] for it in chain])
    return chains


class _Settled(msgspec.Struct):
    """Needs, and groups that begin with what each of them asks; the last need asks for all of them."""

    needs: list[Need]
    groups: tuple[Group, ...]


def _settled(chains: Iterable[Sequence[Need]]) -> list[_Settled]:
    """The chains in an order that serves all of their needs.

    What is the start of the next need may not be one any more where a later one has fixed the order: an index
    serves a search by b and one by a and b, another one the latter and a search by a in the order of b, and
    none all three. Such a need goes where it fits.
    """
    found: list[_Settled] = []
    left: list[Need] = []
    for chain in chains:
        here = _Settled([chain[-1]], chain[-1].groups)
        left += [need for need in reversed(chain[:-1]) if not _taken_in(need, here)]
        found.append(here)
    for need in left:
        if not any(_taken_in(need, it) for it in found):
            found.append(_Settled([need], need.groups))
    return found


def _taken_in(need: Need, by: _Settled) -> bool:
    groups = _joined(need.groups, by.groups)
    if groups is not None:
        by.groups = groups
        by.needs.insert(0, need)
    return groups is not None


def _candidate(of: _Settled, existing: Iterable[tuple[Part, ...]], provider: str) -> Candidate:
    last, groups = of.needs[-1], of.groups
    for longer in existing:
        groups = _joined(longer, groups) or groups
    wished = [it.column for it in last.keys]
    keys: list[Part] = []
    for group in groups:
        if isinstance(group, Part):
            keys.append(group)
        else:
            keys += [part(it, provider) for it in sorted(group, key=wished.index)]
    if keys[0].descending and keys[0].column in last.free:  # as an index had it that is made longer
        keys = [backwards(it) for it in keys]
    null = tuple(it for it in last.null if all(it in need.null for need in of.needs))
    behind = [*last.tail, *(part(it, provider) for it in last.null if it not in null)]
    for it in behind:
        if len(keys) < MOST_KEYS and all(it.column != key.column for key in keys) and it.column not in null:
            keys.append(it)
    return Candidate(tuple(keys), null, tuple(of.needs))
