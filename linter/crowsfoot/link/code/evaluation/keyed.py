"""A function -> what it keeps for good under a key, once it has not found it there.

`if key in _known: return _known[key]`, `try: return cls.by_id[key] except KeyError: ...`. What an object
keeps for itself goes with it: where each run makes one, its first loop finds nothing there.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from crowsfoot.facts import code as facts

Values: TypeAlias = Sequence[facts.AnyValue]
Entry: TypeAlias = tuple[str, int]  # of what is there beyond the call, by its name, and the value of the key


def kept_by_key(scope: facts.Scope) -> tuple[list[int], list[range]]:
    """The values that are kept, and all that is only done where the function did not return what it had."""
    values = scope.values
    stores: list[tuple[int, facts.StoreItem]] = []
    returns: list[tuple[int, int]] = []
    catches = False
    for number, it in enumerate(values):
        kind = type(it)
        if kind is facts.StoreItem:
            assert isinstance(it, facts.StoreItem)
            stores.append((number, it))
        elif kind is facts.Returned:
            assert isinstance(it, facts.Returned)
            returns += [(number, it.of)] if it.of is not None else []
        elif kind is facts.Name:
            assert isinstance(it, facts.Name)
            catches = catches or it.name == "KeyError"
    if not stores and not (catches and returns):
        return [], []  # as in most functions
    of_class = bool(scope.params) and scope.params[0].name == "cls"
    looked = dict(_looked(values, of_class))
    kept = [
        (number, entry, it.value)
        for number, it in stores
        if (entry := _entry(values, it.of, it.index, of_class))
        and any(at < number and _is_same(values, entry, other) for at, other in looked.items())
    ]
    return [value for _, _, value in kept], list(_left(values, looked, kept, returns, catches))


def _left(
    values: Values,
    looked: Mapping[int, Entry],
    kept: Sequence[tuple[int, Entry, int]],
    returns: Sequence[tuple[int, int]],
    catches: bool,
) -> Iterator[range]:
    """What stands behind `return known[key]`, up to where that is filled, or where others do that."""
    for number, of in returns:
        it = values[of]
        entry = looked.get(it.of if isinstance(it, facts.Awaited) else of)
        if entry is None:
            continue
        filled = [at for at, other, _ in kept if at > number and _is_same(values, entry, other)]
        if filled:
            yield range(number, filled[-1])
        elif catches and entry[0].startswith("."):
            yield range(number, len(values))


def _looked(values: Values, of_class: bool) -> Iterator[tuple[int, Entry]]:
    """The values that say what is there under a key, or whether anything is."""
    for number, it in enumerate(values):
        entry: Entry | None = None
        if isinstance(it, facts.Item):
            entry = _entry(values, it.of, it.index, of_class)
        elif isinstance(it, facts.Operation) and it.operator in ("in", "not in") and len(it.operands) == 2:
            entry = _entry(values, it.operands[1], it.operands[0], of_class)
        elif isinstance(it, facts.Call) and it.args:
            method = values[it.of]
            if isinstance(method, facts.Attribute) and method.name == "get":
                entry = _entry(values, method.of, it.args[0], of_class)
        if entry is not None:
            yield number, entry


def _entry(values: Values, of: int, key: int | None, of_class: bool) -> Entry | None:
    """The entry, of a variable of the module, or of what the class has: "known", ".known"."""
    if key is None or isinstance(values[key], facts.Const):
        return None
    it = values[of]
    if isinstance(it, facts.Name):
        return it.name, key
    if not of_class or not isinstance(it, facts.Attribute):
        return None
    owner = values[it.of]
    return (f".{it.name}", key) if isinstance(owner, facts.Parameter) and owner.index == 0 else None


def _is_same(values: Values, one: Entry, other: Entry) -> bool:
    return one[0] == other[0] and _is_same_key(values, one[1], other[1])


def _is_same_key(values: Values, one: int, other: int, depth: int = 0) -> bool:
    if one == other:
        return True
    left, right = values[one], values[other]
    if isinstance(left, facts.Parameter) and isinstance(right, facts.Parameter):
        return left.index == right.index
    if isinstance(left, facts.Attribute) and isinstance(right, facts.Attribute) and depth < _DEEPEST:
        return left.name == right.name and _is_same_key(values, left.of, right.of, depth + 1)
    return False


_DEEPEST: Final = 5
