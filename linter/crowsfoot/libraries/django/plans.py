"""How a row was fetched: which relations came with it, which columns were left out, what was added to it."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

import msgspec

It = TypeVar("It")


class Plan(msgspec.Struct, frozen=True, cache_hash=True):
    """What is there of a row without another query, and of the rows that it leads to."""

    loaded: tuple[tuple[str, Plan], ...] = ()  # relations by name, in order of their names
    listed: tuple[
        tuple[str, str, Plan], ...
    ] = ()  # to_attr of a Prefetch, its relation, the plan of its rows
    free: tuple[str, ...] = ()  # annotations
    only: tuple[str, ...] | None = None  # lookups that only() names; None for all
    deferred: tuple[str, ...] = ()
    follows: int = 0  # select_related() without names: it follows what cannot be NULL, that many steps
    anything: bool = False  # relations that nobody can tell came along
    ones: bool = False  # the same of relations to one row
    peers: bool = False  # fetch_mode(FETCH_PEERS): what is read of one row is fetched for all
    shared: bool = False  # of the row that others were reached by: they all lead back to that one
    ordered: bool = False  # rows of a Prefetch that its query set has put in order
    # The relations that came by a join: an argument None takes them back.
    selected: tuple[str, ...] = ()
    other: bool = False  # it is of rows that came otherwise than those that are known: nothing is told of it


PLAIN = Plan()
# A plan that holds where its row came from would grow with every step there and back.
_DEEPEST = 3


def of(plan: Plan, relation: str) -> Plan | None:
    """How the rows of a relation were fetched; None where they were not."""
    found = next((it for name, it in plan.loaded if name == relation), None)
    if found is None:
        return None
    return msgspec.structs.replace(
        found,
        only=found.only if found.only is not None else _below(plan.only, relation) or None,
        deferred=found.deferred or _below(plan.deferred, relation) or (),
        peers=found.peers or plan.peers,
        anything=found.anything or plan.anything,
    )


def unknown_of(plan: Plan) -> Plan:
    """How a row was fetched that is only read now: with the mode of the one that leads to it."""
    return Plan(peers=plan.peers)


def with_path(plan: Plan, path: tuple[str, ...], leaf: Plan = PLAIN, joined: bool = False) -> Plan:
    """The plan with the relations of the path loaded; leaf is how the last one's rows are fetched."""
    if not path:
        return plan if leaf == PLAIN else leaf if plan == PLAIN else merged(plan, leaf)
    first, rest = path[0], path[1:]
    below = with_path(next((it for name, it in plan.loaded if name == first), PLAIN), rest, leaf, joined)
    others = [(name, it) for name, it in plan.loaded if name != first]
    selected = (*plan.selected, first) if joined and first not in plan.selected else plan.selected
    return msgspec.structs.replace(
        plan, loaded=tuple(sorted([*others, (first, below)], key=_name)), selected=selected
    )


def with_list(plan: Plan, path: tuple[str, ...], attribute: str, relation: str, leaf: Plan) -> Plan:
    """The plan with a Prefetch of which the rows are kept under a name of their own."""
    if not path:
        others = tuple(it for it in plan.listed if it[0] != attribute)
        return msgspec.structs.replace(plan, listed=(*others, (attribute, relation, leaf)))
    first, rest = path[0], path[1:]
    for name, of_relation, rows in plan.listed:
        if name == first:  # a path may go on from the to_attr of an earlier Prefetch
            return with_list(plan, (), name, of_relation, with_list(rows, rest, attribute, relation, leaf))
    below = with_list(
        next((it for name, it in plan.loaded if name == first), PLAIN), rest, attribute, relation, leaf
    )
    others_ = [(name, it) for name, it in plan.loaded if name != first]
    return msgspec.structs.replace(plan, loaded=tuple(sorted([*others_, (first, below)], key=_name)))


def without_joins(plan: Plan) -> Plan:
    """select_related(None)."""
    kept = tuple(it for it in plan.loaded if it[0] not in plan.selected)
    return msgspec.structs.replace(plan, loaded=kept, selected=(), follows=0)


def without_prefetches(plan: Plan) -> Plan:
    """prefetch_related(None)."""
    kept = tuple(it for it in plan.loaded if it[0] in plan.selected)
    return msgspec.structs.replace(plan, loaded=kept, listed=())


def merged(one: Plan, other: Plan) -> Plan:
    """What may be either: whatever one of them has loaded counts as loaded, so that no guess is reported."""
    if one == other:
        return one
    loaded = dict(one.loaded)
    for name, it in other.loaded:
        loaded[name] = merged(loaded[name], it) if name in loaded else it
    return Plan(
        loaded=tuple(sorted(loaded.items(), key=_name)),
        listed=_distinct(one.listed, other.listed),
        free=_distinct(one.free, other.free),
        only=None if one.only is None or other.only is None else _distinct(one.only, other.only),
        deferred=tuple(it for it in one.deferred if it in other.deferred),
        follows=max(one.follows, other.follows),
        anything=one.anything or other.anything,
        ones=one.ones or other.ones,
        peers=one.peers or other.peers,
        shared=one.shared or other.shared,
        ordered=one.ordered or other.ordered,
        selected=_distinct(one.selected, other.selected),
        other=one.other or other.other,
    )


def cut(plan: Plan, depth: int = _DEEPEST) -> Plan:
    """The plan without what lies deeper than that: nobody knows what there is."""
    if not depth:
        return Plan(anything=True) if plan.loaded or plan.listed else plan
    if all(not it.loaded and not it.listed for _, it in plan.loaded) and not plan.listed:
        return plan
    return msgspec.structs.replace(
        plan,
        loaded=tuple((name, cut(it, depth - 1)) for name, it in plan.loaded),
        listed=tuple((name, relation, cut(it, depth - 1)) for name, relation, it in plan.listed),
    )


@lru_cache(maxsize=1024)
def paths(plan: Plan, most: int = 20) -> tuple[str, ...]:
    """What is loaded, as paths with dots."""
    found: list[str] = []
    for name, it in (*plan.loaded, *((relation, it) for _, relation, it in plan.listed)):
        found.append(name)
        found.extend(f"{name}.{path}" for path in paths(it, most))
    return tuple(dict.fromkeys(found[:most]))


def _below(names: tuple[str, ...] | None, relation: str) -> tuple[str, ...] | None:
    prefix = f"{relation}__"
    return tuple(it.removeprefix(prefix) for it in names or () if it.startswith(prefix)) if names else None


def _name(it: tuple[str, Plan]) -> str:
    return it[0]


def _distinct(one: tuple[It, ...], other: tuple[It, ...]) -> tuple[It, ...]:
    return tuple(dict.fromkeys((*one, *other)))
