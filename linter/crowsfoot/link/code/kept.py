"""A function -> what it works out once for all calls: `if key not in _known: _known[key] = find(key)`."""

from crowsfoot.facts import code as facts
from crowsfoot.link.code.usage import parts_of


def kept(scope: facts.Scope) -> frozenset[int]:
    """The values that are kept beyond the call, by something that the scope has looked into before."""
    values = scope.values
    found: set[int] = set()
    for number, it in enumerate(values):
        if isinstance(it, (facts.Store, facts.StoreItem)):
            holder = values[it.of]
            if isinstance(holder, facts.Name) and _looks_into(values, holder.name, number, it.of):
                found |= _made(values, it.value)
    for name, value in scope.rebinds:
        if _looks_into(values, name, value, -1):
            found |= _made(values, value)
    return frozenset(found)


def _looks_into(values: tuple[facts.AnyValue, ...], name: str, before: int, but: int) -> bool:
    """Whether the name of something outside is read there, other than to be written to."""
    readers = {
        of
        for it in values[:before]
        if isinstance(it, (facts.Attribute, facts.Item, facts.Tested, facts.Operation, facts.Call))
        for of in (
            it.operands
            if isinstance(it, facts.Operation)
            else it.args
            if isinstance(it, facts.Call)
            else (it.of,)
        )
    }
    return any(
        number != but and number in readers
        for number, it in enumerate(values[:before])
        if isinstance(it, facts.Name) and it.name == name
    )


def _made(values: tuple[facts.AnyValue, ...], number: int) -> set[int]:
    """All that the value is made of in the scope."""
    found, pending = {number}, [number]
    while pending:
        parts = set(parts_of(values[pending.pop()])) - found
        found |= parts
        pending += parts
    return found
