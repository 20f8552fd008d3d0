"""A call -> which of its values a parameter of the function is given, and which one that hands back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import External, Function

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.frame import Frame


def given(frame: "Frame", call: facts.Call, function: Function, parameter: int) -> int | None:
    """The value that a call of a function of the program gives for a parameter of it."""
    values = frame.scope.values
    name = frame.out.program.scope(function.path, function.scope).params[parameter].name
    if function.bound is not None:
        if parameter == 0:
            method = values[call.of]
            return method.of if isinstance(method, facts.Attribute) else None
        parameter -= 1
    if parameter < len(call.args):
        spread = any(isinstance(values[arg], facts.Spread) for arg in call.args[: parameter + 1])
        return None if spread else call.args[parameter]
    return dict(call.keywords).get(name)


def handed_back(frame: "Frame", call: facts.Call) -> int | None:
    """The value that what comes of the call belongs to, which is the same one each time for the same value.

    `requestor_of(context)`, where that gives `context.app or context.user`; `cast(User, context.user)`.
    """
    of = frame.known(call.of)
    if type(of) is External:
        return call.args[1] if of.name in _CASTS and len(call.args) > 1 else None
    if type(of) is not Function:
        return None
    parameter = frame.out.of_scope(leads_back, of.path, of.scope)
    return given(frame, call, of, parameter) if parameter is not None else None


def leads_back(scope: facts.Scope) -> int | None:
    """The parameter of a function that all it returns is, or is an attribute of."""
    values = scope.values
    pending = [it.of for it in values if type(it) is facts.Returned and it.of is not None]
    found: set[int] = set()
    seen = set(pending)
    while pending:
        it = values[pending.pop()]
        inner: tuple[int, ...] = ()
        match it:
            case facts.Parameter():
                found.add(it.index)
            case facts.Attribute():
                inner = (it.of,)
            case facts.Either():
                inner = it.options
            case facts.Const():
                pass  # None, where there is nothing
            case _:
                return None
        pending += [each for each in inner if each not in seen]
        seen.update(inner)
    return found.pop() if len(found) == 1 else None


def is_made(values: Sequence[facts.AnyValue], number: int) -> bool:
    """Whether it is a list or a dict that is made on the spot: `[]`, `[*rows]`, `defaultdict(set)`."""
    it = values[number]
    if isinstance(it, facts.Call):
        of = values[it.of]
        return isinstance(of, facts.Name | facts.Import) and of.name in _MAKERS
    return isinstance(it, facts.Display | facts.Comprehension)


def is_there(values: Sequence[facts.AnyValue], number: int) -> bool:
    """Whether it is not None: an element of a loop, or what is made on the spot."""
    return isinstance(values[number], facts.Element) or is_made(values, number)


_MAKERS: Final = frozenset(
    ("dict", "list", "set", "frozenset", "tuple", "defaultdict", "Counter", "OrderedDict", "deque")
)
_CASTS: Final = frozenset(("typing.cast", "typing_extensions.cast"))
