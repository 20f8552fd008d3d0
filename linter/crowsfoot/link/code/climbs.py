"""A statement in a `while` loop -> whether each pass asks for the parent of what the last one has found.

`while key: folder = get(key); key = folder.parent_id`
"""

from crowsfoot.facts import code as facts

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


def _parts(values: tuple[facts.AnyValue, ...], number: int, loop: int) -> set[int]:
    """All values of the body of the loop that a value is made of."""
    pending, seen = [number], {number}
    while pending:
        it = values[pending.pop()]
        match it:
            case facts.Call():
                inner = (it.of, *it.args, *(value for _, value in it.keywords))
            case facts.Attribute() | facts.Awaited():
                inner = (it.of,)
            case facts.Item():
                inner = (it.of, it.index)
            case facts.Operation():
                inner = it.operands
            case facts.Display():
                inner = it.items
            case _:
                inner = ()
        more = [each for each in inner if each not in seen and values[each].loop == loop]
        seen.update(more)
        pending += more
    return seen
