"""A function -> what it works out once for all calls: `if key not in _known: _known[key] = find(key)`.

Or once for each object that it is given: `if self._rows is None: self._rows = find()`.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from crowsfoot.facts import code as facts
from crowsfoot.link.code.program import GROWS
from crowsfoot.link.code.usage import parts_of

Values: TypeAlias = tuple[facts.AnyValue, ...]


def kept(scope: facts.Scope) -> frozenset[int]:
    """The values that are kept beyond the call, by something that the scope has looked into before."""
    values = scope.values
    found: set[int] = set()
    for number, it in enumerate(values):
        if isinstance(it, (facts.Store, facts.StoreItem)):
            holder = values[it.of]
            if isinstance(holder, facts.Name) and _looks_into(values, holder.name, number, it.of):
                found |= _made(scope, it.value)
    for name, value in scope.rebinds:
        if _looks_into(values, name, value, -1):
            found |= _made(scope, value)
    return frozenset(found)


def held(scope: facts.Scope) -> Mapping[int, int]:
    """The values that are kept by a parameter which has been asked for them before, with its number."""
    found: dict[int, int] = {}
    for number, it in enumerate(scope.values):
        for of, name, value in _stored(scope.values, it):
            holder = scope.values[of]
            if isinstance(holder, facts.Parameter) and _asks_for(scope.values[:number], of, name):
                found |= dict.fromkeys(_made(scope, value), holder.index)
    return found


def _stored(values: Values, it: facts.AnyValue) -> Iterator[tuple[int, object, int]]:
    """What is given an attribute there, by which name, and what it is: setattr(of, name, value) as well."""
    if isinstance(it, facts.Store):
        yield it.of, it.name, it.value
        return
    args = _given(values, it, "setattr")
    if len(args) == 3:
        yield args[0], _name(values, args[1]), args[2]


def _asks_for(before: Values, of: int, name: object) -> bool:
    """Whether something is decided by the attribute that is given later: whether it is there, or None."""
    asked: set[int] = set()
    for number, it in enumerate(before):
        if isinstance(it, facts.Attribute):
            if (it.of, it.name) == (of, name):
                asked.add(number)
            continue
        for function in ("getattr", "hasattr"):
            args = _given(before, it, function)
            if len(args) > 1 and args[0] == of and _name(before, args[1]) == name:
                asked.add(number)
        if isinstance(it, facts.Tested) and it.of in asked:
            return True
        if isinstance(it, facts.Operation) and it.operator in _DECIDES and not asked.isdisjoint(it.operands):
            return True
    return False


def _given(values: Values, it: facts.AnyValue, function: str) -> tuple[int, ...]:
    """What is given to a function of Python's own, where that is what is called."""
    if not isinstance(it, facts.Call):
        return ()
    of = values[it.of]
    return it.args if isinstance(of, facts.Name) and of.name == function else ()


def _name(values: Values, number: int) -> object:
    """A name in quotes; of a variable, which variable."""
    it = values[number]
    return it.value if isinstance(it, facts.Const) else number


_DECIDES: Final = frozenset(("is", "is not", "not", "==", "!="))


def _looks_into(values: Values, name: str, before: int, but: int) -> bool:
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


def _made(scope: facts.Scope, number: int) -> set[int]:
    """All that the value is made of in the scope, and what loops there put into it."""
    values = scope.values
    found, pending = {number}, [number]
    put: Mapping[int, list[int]] | None = None
    while pending:
        current = pending.pop()
        it = values[current]
        parts = set(parts_of(it))
        if isinstance(it, facts.Display):
            put = _put_into(values) if put is None else put
            parts.update(put.get(current, ()))
        elif isinstance(it, facts.Element) and (over := scope.loops[it.over].over) is not None:
            parts.add(over)
        parts -= found
        found |= parts
        pending += parts
    return found


def _put_into(values: Values) -> Mapping[int, list[int]]:
    """`rows[key] = row`, `rows.append(row)`: what lists and dicts are given, by the display they begin as."""
    found: dict[int, list[int]] = {}
    for it in values:
        if isinstance(it, facts.StoreItem):
            found.setdefault(it.of, []).extend(parts_of(it))
        elif isinstance(it, facts.Call):
            method = values[it.of]
            if isinstance(method, facts.Attribute) and method.name in GROWS:
                found.setdefault(method.of, []).extend(it.args)
    return found
