"""A function -> what it works out once for all calls: `if key not in _known: _known[key] = find(key)`.

Or once for each object that it is given: `if self._rows is None: self._rows = find()`.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final, TypeAlias

from crowsfoot.facts import code as facts
from crowsfoot.link.code.evaluation.keyed import kept_by_key
from crowsfoot.link.code.evaluation.usage import parts_of
from crowsfoot.link.code.program.program import GROWS

Values: TypeAlias = tuple[facts.AnyValue, ...]


def kept(scope: facts.Scope) -> frozenset[int]:
    """The values that are kept beyond the call, by something that the scope has looked into before."""
    values = scope.values
    # What is given something, by its name; what gives it, and to which value; and what it is given.
    given: list[tuple[str, int, int, int]] = []
    filled: list[tuple[str, int, int, int]] = []
    for number, it in enumerate(values):
        if isinstance(it, facts.Store | facts.StoreItem):
            holder = values[it.of]
            if isinstance(holder, facts.Name):
                given.append((holder.name, number, it.of, it.value))
            elif isinstance(it, facts.StoreItem) and (dotted := _dotted(values, it.of)):
                given.append((dotted, number, it.of, it.value))  # `app.config["rows"] = rows`
        elif isinstance(it, facts.Call):
            method = values[it.of]
            if isinstance(method, facts.Attribute) and method.name in GROWS:
                holder = values[method.of]
                if isinstance(holder, facts.Name):
                    filled += [(holder.name, number, method.of, arg) for arg in it.args]
    if filled:  # `if not known: known.update(rows)`
        tested = _tested(values)
        given += [it for it in filled if tested.get(it[0], it[1]) < it[1]]
    given += [(name, value, -1, value) for name, value in scope.rebinds]
    put = _put(values)
    by_key, left = kept_by_key(scope)
    put += by_key
    others = _for_others(values).union(*left)
    if not given and not put:
        return others  # nothing, as in most functions
    readings = _readings(values) if given else {}
    kept_by = {value: name for name, number, of, value in given if _is_read(readings, name, number, of)}
    once = _done_once(values, kept_by, readings)
    return others.union(_made(scope, [*put, *kept_by]), _done_to(values, kept_by), once)


def _done_once(
    values: Values, kept_by: Mapping[int, str], readings: Mapping[str, list[tuple[int, int]]]
) -> Iterator[int]:
    """What is done until a variable says that it has been: `if not _ready: start(); _ready = True`."""
    for number, name in kept_by.items():
        if _is_flag(values[number]):
            yield from _between(values, readings[name][0][0], number)


def _for_others(values: Values) -> frozenset[int]:
    """What is worked out for all of a kind when the first of them lacks it, each of which then has it.

    `if not hasattr(row, "notes"): for it in row.shelf.rows: it.notes = known[it.pk]`
    """
    stores = [
        (number, it.name)
        for number, it in enumerate(values)
        if type(it) is facts.Store and type(values[it.of]) is facts.Element
    ]
    if not stores:
        return _NOTHING
    asked: dict[str, int] = {}
    for number, it in enumerate(values):
        args = _given(values, it, "getattr", "hasattr")
        name = _name(values, args[1]) if len(args) > 1 else None
        if isinstance(name, str) and type(values[args[0]]) is facts.Parameter:
            asked.setdefault(name, number)
    return frozenset(at for number, name in stores if name in asked for at in range(asked[name], number))


def _done_to(values: Values, kept_by: Mapping[int, str]) -> Iterator[int]:
    """The calls of methods of what is kept, which was made just before: `_known = Shop(); _known.save()`."""
    since: dict[str, int] = {}
    for number, name in kept_by.items():
        since[name] = min(number, since.get(name, number))
    for number, it in enumerate(values):
        method = values[it.of] if isinstance(it, facts.Call) else None
        if isinstance(method, facts.Attribute):
            holder = values[method.of]
            known = since.get(holder.name) if isinstance(holder, facts.Name) else None
            if method.of in kept_by or (known is not None and known < method.of):
                yield number


def _tested(values: Values) -> Mapping[str, int]:
    """By the name of something outside: where it is first asked whether it is empty, or is there."""
    found: dict[str, int] = {}
    for number, it in enumerate(values):
        if isinstance(it, facts.Tested) and isinstance(of := values[it.of], facts.Name):
            found.setdefault(of.name, number)
    return found


def _put(values: Values) -> list[int]:
    """What something outside keeps that is asked first: `found = known.get(key)`, `known.put(key, found)`."""
    puts: list[tuple[tuple[str, int], int]] = []
    for it in values:
        if type(it) is not facts.Call or len(it.args) < 2:
            continue
        method = values[it.of]
        if type(method) is not facts.Attribute or method.name not in _PUTS:
            continue
        name = _outside(values[method.of])
        if name:
            puts.append(((name, it.args[0]), it.args[1]))
    asked = _asked(values) if puts else frozenset()
    return [value for key, value in puts if key in asked]


def _asked(values: Values) -> Set[tuple[str, int]]:
    """The names of what is asked for what it has under a key, each with the key; what is there is returned as
    it is, or decides what else is done.
    """
    decides: set[int] = set()
    for it in values:
        if type(it) is facts.Returned or type(it) is facts.Tested:
            if it.of is not None:
                decides.add(it.of)
        elif type(it) is facts.Operation and it.operator in _IS_THERE:
            decides.update(it.operands)
    found: set[tuple[str, int]] = set()
    for number in decides:
        got = values[number]
        got = values[got.of] if type(got) is facts.Awaited else got
        if type(got) is not facts.Call or not got.args:
            continue
        method = values[got.of]
        if type(method) is facts.Attribute and method.name == "get":
            name = _outside(values[method.of])
            if name:
                found.add((name, got.args[0]))
    return found


def _outside(it: facts.AnyValue) -> str:
    """The name of what is there beyond the call, from another module perhaps."""
    return it.name if type(it) is facts.Name or type(it) is facts.Import else ""


_PUTS: Final = frozenset(("put", "set", "store"))


def held(scope: facts.Scope) -> Mapping[int, int]:
    """The values that are kept by a parameter which has been asked for them before, with its number.

    With `if not self.ready: self.start(); self.ready = True`, what is done until then.
    """
    values = scope.values
    if not any(_may_store(values, it) for it in values):
        return {}  # as in most functions
    asked: dict[int, tuple[int, object]] = {}
    decides: dict[tuple[int, object], int] = {}  # and the value that asks first
    roots: dict[int, list[int]] = {}
    once: dict[int, int] = {}
    for number, it in enumerate(values):
        attribute = _attribute(values, it)
        if attribute is not None:
            asked[number] = attribute
        elif isinstance(it, facts.Tested) and it.of in asked:
            decides.setdefault(asked[it.of], number)
        elif isinstance(it, facts.Operation) and it.operator in _DECIDES:
            for of in it.operands:
                if of in asked:
                    decides.setdefault(asked[of], number)
        else:
            for of, name, value in _stored(values, it):
                of, name = _within(values, of, name)
                holder, first = values[of], decides.get((of, name))
                if not isinstance(holder, facts.Parameter) or first is None:
                    continue
                roots.setdefault(holder.index, []).append(value)
                if _is_flag(values[value]):
                    once.update((it, holder.index) for it in _between(values, first, number))
    made = {made: index for index, some in roots.items() for made in _made(scope, some)}
    return {**once, **made}


def _between(values: Values, first: int, last: int) -> range:
    """Those of them that surely come to the last: what is returned before does not."""
    returned = (it for it in range(last - 1, first, -1) if isinstance(values[it], facts.Returned))
    return range(next(returned, first), last)


def _is_flag(it: facts.AnyValue) -> bool:
    """Whether it is True or False, which says that something has been done."""
    return isinstance(it, facts.Const) and isinstance(it.value, bool)


def looked_for(scope: facts.Scope) -> Mapping[str, int]:
    """What something is asked for that may not have it, each name with the value that asks first.

    `hasattr(row, "name")`, an AttributeError that is caught; of getattr(), what a parameter is asked for: of
    others, the default may do as well.
    """
    values = scope.values
    found: dict[str, int] = {}
    caught = next(
        (
            number
            for number, it in enumerate(values)
            if isinstance(it, facts.Name) and it.name == "AttributeError"
        ),
        None,
    )
    for number, it in enumerate(values):
        if caught is not None and isinstance(it, facts.Attribute):
            found.setdefault(it.name, max(number, caught))
            continue
        args = _given(values, it, "hasattr", "getattr")
        if len(args) > 1 and (
            isinstance(values[args[0]], facts.Parameter) or len(_given(values, it, "hasattr")) > 1
        ):
            name = _name(values, args[1])
            if isinstance(name, str):
                found.setdefault(name, number)
    return found


_NOTHING: Final[frozenset[int]] = frozenset()
_DECIDES: Final = frozenset(("is", "is not", "not", "==", "!="))
_IS_THERE: Final = frozenset(("is", "is not", "not"))


def _attribute(values: Values, it: facts.AnyValue) -> tuple[int, object] | None:
    """Whose attribute is read or looked for there, and its name."""
    if isinstance(it, facts.Attribute):
        return _within(values, it.of, it.name)
    args = _given(values, it, "getattr", "hasattr")
    return _within(values, args[0], _name(values, args[1])) if len(args) > 1 else None


def _within(values: Values, of: int, name: object) -> tuple[int, object]:
    """The same of what the attribute is read of in the end: `self` and "local.rows", of `self.local.rows`."""
    names = [name]
    number = of
    while isinstance(it := values[number], facts.Attribute):
        names.append(it.name)
        number = it.of
    if len(names) == 1 or not isinstance(it, facts.Parameter):
        return of, name
    return number, tuple(reversed(names))


def _may_store(values: Values, it: facts.AnyValue) -> bool:
    """Whether _stored may tell of it that a parameter is given an attribute; this is the quicker question."""
    if isinstance(it, facts.Store):
        return isinstance(values[it.of], facts.Parameter | facts.Attribute)
    if isinstance(it, facts.Call):
        of = values[it.of]
        return isinstance(of, facts.Name) and of.name == "setattr"
    return False


def _stored(values: Values, it: facts.AnyValue) -> Iterator[tuple[int, object, int]]:
    """What is given an attribute there, by which name, and what it is: setattr(of, name, value) as well."""
    if isinstance(it, facts.Store):
        yield it.of, it.name, it.value
        return
    args = _given(values, it, "setattr")
    if len(args) == 3:
        yield args[0], _name(values, args[1]), args[2]


def _given(values: Values, it: facts.AnyValue, *functions: str) -> tuple[int, ...]:
    """What is given to a function of Python's own, where that is what is called."""
    if not isinstance(it, facts.Call):
        return ()
    of = values[it.of]
    return it.args if isinstance(of, facts.Name) and of.name in functions else ()


def _name(values: Values, number: int) -> object:
    """A name in quotes; of a variable, which variable."""
    it = values[number]
    return it.value if isinstance(it, facts.Const) else number


def _readings(values: Values) -> Mapping[str, list[tuple[int, int]]]:
    """By the name of something outside: what reads it, other than to write to it, and as which value."""
    found: dict[str, list[tuple[int, int]]] = {}
    seen: set[int] = set()
    for number, it in enumerate(values):
        if isinstance(it, facts.Operation):
            parts: Iterable[int] = it.operands
        elif isinstance(it, facts.Call):
            parts = it.args
        elif isinstance(it, (facts.Attribute, facts.Item, facts.Tested)):
            parts = (it.of,)
        else:
            continue
        for of in parts:
            name = _dotted(values, of)
            if name and of not in seen:
                seen.add(of)
                found.setdefault(name, []).append((number, of))
    return found


def _dotted(values: Values, number: int) -> str:
    """The name of something outside, or of an attribute of it: "app.config"."""
    it = values[number]
    if isinstance(it, facts.Attribute):
        of = values[it.of]
        return f"{of.name}.{it.name}" if isinstance(of, facts.Name | facts.Import) and of.name else ""
    return it.name if isinstance(it, facts.Name) else ""


def _is_read(readings: Mapping[str, list[tuple[int, int]]], name: str, before: int, but: int) -> bool:
    # The first two tell, since only one value is left out.
    return any(reader < before and of != but for reader, of in readings.get(name, ())[:2])


def _made(scope: facts.Scope, roots: Iterable[int]) -> set[int]:
    """All that the values are made of in the scope, and what loops there put into them."""
    values = scope.values
    pending = list(roots)
    found = set(pending)
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
