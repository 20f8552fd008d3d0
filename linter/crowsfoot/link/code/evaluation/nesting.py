"""An object -> the same, or without what it holds, if that is so much that to compare it would take long.

`x = [x, x]`, a few dozen times, is small in memory and has more parts than anyone can visit.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    Built,
    Function,
    Instance,
    Many,
    Object,
    OneOf,
    Subscripted,
    Table,
)
from crowsfoot.libraries.standard import Coroutine, Method, Partial

# By its id, an object and how many it holds that hold others, itself among them.
Weights = dict[int, tuple[Object, int]]


def limited(it: Object, weights: Weights) -> Object:
    """Of a list that holds too much, how long it is remains; of what a library has built, its name.

    weights are those of objects that this was asked of before, which need not be looked into again.
    """
    if _HOLDING.isdisjoint(map(type, _HELD[type(it)](it))):
        return it  # as most are
    weight = 0
    pending = [it]
    while pending:
        holder = pending.pop()
        weight += 1
        if weight > _MOST_HELD:
            return _emptied(it)
        for part in _HELD[type(holder)](holder):
            if type(part) in _HELD:
                known = weights.get(id(part))
                if known is None:
                    pending.append(part)
                else:
                    weight += known[1]
    if weight > _MOST_HELD:
        return _emptied(it)
    if weight > _FEW:
        weights[id(it)] = (it, weight)
    return it


def _emptied(it: Object) -> Object:
    match it:
        case Many():
            return Many(UNKNOWN, None, it.size)
        case Table():
            return Table(UNKNOWN, UNKNOWN)
        case Instance():
            return Instance(it.cls)
        case Built():
            return Built(it.name, Args())
        case _:
            return UNKNOWN


def _given(args: Args) -> Iterable[Object]:
    return args.positional if not args.keywords else tuple(args.all)


# The types of objects that hold others, and what one holds.
_HELD: Final[dict[type[Object], Callable[[Any], Iterable[Object]]]] = {
    Many: lambda it: (it.of, *(it.items or ())),
    Table: lambda it: (it.keys, it.values, *(value for _, value in it.named)),
    OneOf: lambda it: it.options,
    Built: lambda it: _given(it.args),
    Function: lambda it: () if it.bound is None else (it.bound,),
    Subscripted: lambda it: (it.of, *it.items),
    Coroutine: lambda it: (it.of,),
    Method: lambda it: (it.of,),
    Instance: lambda it: tuple(value for _, value in it.held),
    Partial: lambda it: (it.of, *_given(it.args)),
}
_HOLDING: Final = frozenset(_HELD)
# Those that can hold the same thing twice.
NESTING: Final = frozenset((Many, Table, OneOf, Built, Subscripted, Partial))
_MOST_HELD: Final = 400
_FEW: Final = 3
