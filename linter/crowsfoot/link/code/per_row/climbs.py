"""A statement in a `while` loop -> whether each pass asks for the parent of what the last one has found.

`while key: folder = get(key); key = folder.parent_id`
"""

from collections.abc import Iterator
from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.link.code.evaluation.usage import all_parts

_DEEPEST = 8


def climb_of(scope: facts.Scope, number: int) -> int | None:
    """The loop that climbs by what a call in it gives, where the call of that number asks by the same key."""
    values = scope.values
    it = values[number]
    loop = it.loop
    if loop < 0 or scope.loops[loop].kind != "while" or not isinstance(it, facts.Call):
        return None
    for key in _carried(values, number, loop):
        if any(_leads_up(values, option, key, loop) for option in _options(values, key)):
            return loop
    return None


def _carried(values: tuple[facts.AnyValue, ...], number: int, loop: int) -> set[int]:
    """What a call is made of that may be what the pass before has left."""
    return {it for it in _parts(values, number, loop) if isinstance(values[it], facts.Either)}


def _options(values: tuple[facts.AnyValue, ...], number: int, depth: int = 0) -> list[int]:
    it = values[number]
    if not isinstance(it, facts.Either) or depth > _DEEPEST:
        return [number]
    return [found for each in it.options if each != number for found in _options(values, each, depth + 1)]


def _leads_up(values: tuple[facts.AnyValue, ...], option: int, key: int, loop: int) -> bool:
    """Whether it is an attribute of what a call has found in this pass, by the key: `get(key).parent_id`."""
    it = values[option]
    if not isinstance(it, facts.Attribute) or it.loop != loop:
        return False
    of = values[it.of]
    while isinstance(of, facts.Awaited):
        of = values[of.of]
    return (
        isinstance(of, facts.Call)
        and of.loop == loop
        and any(
            key in _parts(values, arg, loop) for arg in (of.of, *of.args, *(each for _, each in of.keywords))
        )
    )


def _parts(values: tuple[facts.AnyValue, ...], number: int, loop: int) -> Iterator[int]:
    """All values of the body of the loop that a value is made of."""
    return all_parts(values, number, lambda it: it.loop == loop, lambda it: isinstance(it, _OPENED))


_OPENED: Final = (
    *(facts.Call, facts.Attribute, facts.Awaited),
    *(facts.Item, facts.Operation, facts.Display),
)
