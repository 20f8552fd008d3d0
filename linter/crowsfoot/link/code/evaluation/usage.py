"""Rows that a scope fetches -> what becomes of them there, as far as all of it is seen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from crowsfoot.facts import code as facts
from crowsfoot.libraries.models import Model
from crowsfoot.link.code.access import Usage

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.frame import Frame


class Twice(NamedTuple):
    """A query set that is asked something and then gone over: two statements. Both are values."""

    asked: int
    gone_over: int


Users = Mapping[int, list[int]]


def users_of(scope: facts.Scope) -> Users:
    """By value, those that are made of it; a loop that goes over it is -1 less its number."""
    found: dict[int, list[int]] = {}
    for number, it in enumerate(scope.values):
        for of in parts_of(it):
            found.setdefault(of, []).append(number)
    for number, loop in enumerate(scope.loops):
        if loop.over is not None:
            found.setdefault(loop.over, []).append(-1 - number)
    return found


def usage_of(frame: "Frame", number: int, model: Model | None, users: Users) -> Usage:
    """What becomes of the rows that the value at that number has fetched."""
    scope = frame.scope
    if scope.kind != "function":
        return _NOTHING_KNOWN  # whoever imports the module, or has the object, may use it
    escaping = {value for _, value in (*scope.names, *scope.rebinds)}
    while True:
        if number in escaping:
            return _NOTHING_KNOWN
        used = users.get(number, ())
        if len(used) != 1 or (passed := _passed_on(scope.values, used[0], users)) is None:
            break
        number = passed
    if not used:
        return _NOTHING_KNOWN
    asked = {_asks(scope.values, it) for it in used}
    if asked == {"len"} or asked == {"len", "bool"}:
        return Usage(counted=True)
    if asked == {"bool"}:
        return Usage(tested=True)
    if len(used) == 1 and used[0] < 0 and model is not None:
        return Usage(columns=_columns(frame, -1 - used[0], model, users))
    return _NOTHING_KNOWN


def sent_twice(frame: "Frame", users: Users) -> Iterator[Twice]:
    """`if rows.exists(): for row in rows`: the first statement is answered by the second as well."""
    values = frame.scope.values
    for number in range(len(values)):
        used = users.get(number, ())
        known = frame.known(number)
        if len(used) < 2 or getattr(known, "made", None) is None or getattr(known, "cached", False):
            continue
        loop = values[number].loop
        whole = [end for it in used if (end := _over(frame.scope, it, loop)) is not None]
        for it in used:
            method = values[it] if it >= 0 else None
            if not isinstance(method, facts.Attribute) or method.name not in _ASKS:
                continue
            later = [end for end in whole if end > it]
            called = [end for end in users.get(it, ()) if isinstance(values[end], facts.Call)]
            if called and later and values[called[0]].loop == loop:
                yield Twice(called[0], later[0])


def _over(scope: facts.Scope, user: int, around: int) -> int | None:
    """A value that stands where that user goes over all rows, right in the loop around."""
    if user < 0:
        number = -1 - user
        each = (
            it
            for it, value in enumerate(scope.values)
            if isinstance(value, facts.Element) and value.over == number
        )
        return next(each, None) if scope.loops[number].parent == around else None
    it = scope.values[user]
    if isinstance(it, facts.Call) and it.loop == around:
        function = scope.values[it.of]
        if isinstance(function, facts.Name) and function.name in ("list", "tuple", "set", "sorted"):
            return user
    return None


def _passed_on(values: tuple[facts.AnyValue, ...], user: int, users: Users) -> int | None:
    """The value that the rows are then, where the user only hands them on: await, all(), list()."""
    if user < 0:
        return None
    it = values[user]
    if isinstance(it, facts.Awaited):
        return user
    if isinstance(it, facts.Attribute) and it.name in _HAND_ON:
        (*rest, call) = users.get(user, ()) or (-1,)
        if not rest and call >= 0 and isinstance(made := values[call], facts.Call) and not made.args:
            return call
    if isinstance(it, facts.Call):
        function = values[it.of]
        if isinstance(function, facts.Name) and function.name in ("list", "tuple"):
            return user
    return None


def _asks(values: tuple[facts.AnyValue, ...], user: int) -> str:
    if user < 0:
        return ""
    it = values[user]
    if isinstance(it, facts.Tested) or (isinstance(it, facts.Operation) and it.operator == "not"):
        return "bool"
    if isinstance(it, facts.Call) and isinstance(function := values[it.of], facts.Name):
        return function.name if function.name in ("len", "bool") else ""
    return ""


def _columns(frame: "Frame", loop: int, model: Model, users: Users) -> tuple[str, ...]:
    scope = frame.scope
    read: set[str] = set()
    for number, it in enumerate(scope.values):
        if not isinstance(it, facts.Element) or it.over != loop:
            continue
        if getattr(frame.known(number), "model", None) is not model:
            return ()  # it is no row of the model, but a column of it
        for user in users.get(number, ()):
            attribute = scope.values[user] if user >= 0 else None
            if not isinstance(attribute, facts.Attribute) or attribute.of != number:
                return ()
            if any(_changes(scope.values, end, user, users) for end in users.get(user, ())):
                return ()
            read.add(attribute.name)
    columns = {name for name, field in model.fields.items() if field.kind == "column"}
    return tuple(sorted(read)) if read and read <= columns | model.key_attributes else ()


def _changes(values: tuple[facts.AnyValue, ...], user: int, number: int, users: Users) -> bool:
    """Whether the user calls the attribute, or writes into what it holds."""
    it = values[user] if user >= 0 else None
    if isinstance(it, facts.Attribute):
        return it.name in _WRITE and bool(users.get(user))
    return isinstance(it, (facts.Call, facts.StoreItem, facts.Store)) and it.of == number


def parts_of(it: facts.AnyValue) -> Sequence[int]:
    """The values that it is made of."""
    parts = _PARTS.get(type(it))
    return () if parts is None else parts(it)


def all_parts(
    values: Sequence[facts.AnyValue],
    number: int,
    counts: Callable[[facts.AnyValue], bool],
    opens: Callable[[facts.AnyValue], bool],
) -> Iterator[int]:
    """The value and all that it is made of, as far as they count; opens says what is gone into."""
    pending, seen = [number], {number}
    while pending:
        number = pending.pop()
        it = values[number]
        if not counts(it):
            continue
        yield number
        if opens(it):
            inner = it.items if isinstance(it, facts.Display) else parts_of(it)
            pending += [each for each in inner if each not in seen]
            seen.update(inner)


def _of_one(it: Any) -> Sequence[int]:
    return () if it.of is None else (it.of,)


def _of_store_item(it: facts.StoreItem) -> Sequence[int]:
    return (it.of, it.value) if it.index is None else (it.of, it.value, it.index)


_PARTS: Final[dict[type, Callable[[Any], Sequence[int]]]] = {
    facts.Call: lambda it: (it.of, *it.args, *[value for _, value in it.keywords]),
    facts.Item: lambda it: (it.of, it.index),
    facts.Slice: lambda it: [value for value in (it.low, it.high, it.step) if value is not None],
    facts.Text: lambda it: [value for value in it.parts if isinstance(value, int)],
    facts.Display: lambda it: (*it.items, *[value for value in it.keys if value >= 0]),
    facts.Comprehension: lambda it: (it.each,) if it.key is None else (it.each, it.key),
    facts.Either: lambda it: it.options,
    facts.Operation: lambda it: it.operands,
    facts.Store: lambda it: (it.of, it.value),
    facts.StoreItem: _of_store_item,
    **dict.fromkeys(
        (
            *(facts.Attribute, facts.Spread, facts.Part, facts.Awaited),
            *(facts.Entered, facts.Tested, facts.Given, facts.Returned),
        ),
        _of_one,
    ),
}
_NOTHING_KNOWN: Final = Usage()
_HAND_ON: Final = frozenset(("all", "scalars", "fetchall", "unique", "tuples", "mappings"))
_WRITE: Final = frozenset(("append", "add", "extend", "update", "pop", "remove", "setdefault", "clear"))
_ASKS: Final = frozenset(("exists", "count"))
