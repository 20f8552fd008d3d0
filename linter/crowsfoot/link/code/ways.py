"""A call of a function -> the run through it: in general, or for what the call tells of its parameters."""

from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Built,
    Class,
    Constant,
    External,
    Function,
    Instance,
    Many,
    Object,
    OneOf,
    Place,
    Table,
    Unknown,
)
from crowsfoot.link.code.frame import Frame

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluate import Evaluator


def frame_for(
    out: "Evaluator",
    path: str,
    number: int,
    scope: facts.Scope,
    bound: tuple[Object, ...],
    depth: int,
    declares: bool = False,
) -> Frame | None:
    """The run through the function for what it is given; None too deep below others.

    It is the general one where the call tells no more, or where there is no room for another. declares: the
    call stands in the body of a class, or of a module.
    """
    expected = out.frame(path, number)
    for index in out.program.gone_over(path, number):
        out.sizes.setdefault((path, number, index), set()).add(standard.size_of(bound[index]))
    if depth > _DEEPEST:
        return None
    params = tuple(
        [
            expected.params[index]
            if it is UNKNOWN
            else it
            if type(it) in _STAYS
            else it.moved(Place(path, number, -1 - index))
            for index, it in enumerate(bound)
        ]
    )
    if around := _handed_around(out, path, scope):
        return _within(out, path, number, scope, params, around, depth) or expected
    if params == expected.params:
        return expected
    known = out.called.get((path, number, params)) or out.plain.get((path, number, params))
    if known is not None:
        return known
    # What a class inherits is another function for each class that inherits it.
    first = params[0] if params else None
    owner = first if isinstance(first, Class) else getattr(first, "cls", None)
    count = out.contexts.get((path, number, owner), 0)
    most = _MOST_DECLARED if declares else _MOST_CONTEXTS
    if count >= most and count >= (most := _room(expected, params, most)):
        # Whose method it is, or whose rows it is given first, tells most of it.
        params = (*params[:1], *expected.params[1:])
        known = expected if params == expected.params else out.called.get((path, number, params))
        if known is not None or count >= most + _MOST_CONTEXTS:
            return known or expected
    out.contexts[path, number, owner] = count + 1
    if _is_plain(out, expected, params):
        found = expected
        if not out.program.builds(path, number):
            found = Frame(out, path, number, scope, params, general=False, depth=depth)
            found.is_told_nothing = True
        out.plain[path, number, params] = found
    else:
        found = Frame(out, path, number, scope, params, general=False, depth=depth)
        out.called[path, number, params] = found
    return found


def _room(expected: Frame, params: tuple[Object, ...], most: int) -> int:
    """In how many ways the function may be gone through, where there have been as many as usual."""
    if not expected.path.endswith(".py"):
        return _MOST_SHOWN
    scope = expected.scope
    if any(type(it) is Function for it in params) or _decides(scope, params) or _completes(expected):
        return _MOST_HANDED
    return _MOST_SHORT if len(scope.values) <= _SHORT and not scope.loops else most


def _decides(scope: facts.Scope, params: tuple[Object, ...]) -> bool:
    """Whether a constant decides what the function comes to: commit=False."""
    deciders = (scope.values[it if it >= 0 else ~it] for it, _, _ in scope.decided)
    return any(isinstance(it, facts.Parameter) and isinstance(params[it.index], Constant) for it in deciders)


def _completes(expected: Frame) -> bool:
    """Whether what the function is given says what it sends: `f"DELETE FROM {table}"`, or all of it."""
    return any(
        it.query.operation == "execute" and not it.query.likely and not it.query.table
        for it in expected.effects
    )


def _is_plain(out: "Evaluator", expected: Frame, params: tuple[Object, ...]) -> bool:
    """Whether it makes no difference to what is sent: the function sends nothing, and is told nothing.

    What functions within it, or around it, see of variables, its parameters do not tell.
    """
    key = (expected.path, expected.number)
    alone = not out.program.inner(*key) and not out.program.around(*key)
    return alone and out.tells_nothing(params, expected.params) and out.sends_nothing(expected)


def tells_nothing(out: "Evaluator", params: tuple[Object, ...], expected: tuple[Object, ...]) -> bool:
    """Whether the parameters hold nothing that could be asked, beside what is expected of them anyway."""
    return all(
        it is other or _is_inert(out, it) or it == other for it, other in zip(params, expected, strict=True)
    )


def _is_inert(out: "Evaluator", it: Object) -> bool:
    """Whether it is made of constants and unknown things alone."""
    match it:
        case Constant() | Unknown():
            return True
        case Many():
            return _is_inert(out, it.of) and all(_is_inert(out, each) for each in it.items or ())
        case Table():
            named = (value for _, value in it.named)
            return all(_is_inert(out, each) for each in (it.keys, it.values, *named))
        case OneOf():
            return all(_is_inert(out, each) for each in it.options)
        case Built():
            return out.library(it.name) is None and all(_is_inert(out, each) for each in it.args.all)
        case External():
            return out.library(it.name) is None
        case _:
            return False


def sends_nothing(out: "Evaluator", expected: Frame) -> bool:
    """Whether a function sends nothing, as far as that can be told now."""
    if not expected.done:
        out.run_early(expected)
    is_over = expected.done and (expected.path, expected.number) not in out.active
    return is_over and not expected.effects and not expected.recursive


def _handed_around(out: "Evaluator", path: str, scope: facts.Scope) -> tuple[Object, ...]:
    """What the function around was called with just now, where there are functions among it."""
    outer = out.active.get((path, scope.parent)) if scope.parent > 0 else None
    if outer is None or outer.general or not any(type(it) is Function for it in outer.params):
        return ()
    return outer.params


def _within(
    out: "Evaluator",
    path: str,
    number: int,
    scope: facts.Scope,
    params: tuple[Object, ...],
    around: tuple[Object, ...],
    depth: int,
) -> Frame | None:
    """The frame of a function that sees what the one around it was handed: `def run(): return find(key)`."""
    key = (path, number, (*params, *around))
    found = out.called.get(key)
    count = out.contexts.get((path, number, None), 0)
    if found is None and count < _MOST_HANDED:
        out.contexts[path, number, None] = count + 1
        found = out.called[key] = Frame(out, path, number, scope, params, general=False, depth=depth)
    return found


# What is the same wherever it comes to.
_STAYS: Final = frozenset((Constant, External, Class, Function, Instance))
_MOST_CONTEXTS: Final = 8  # ways in which a function is gone through, or a method for each class that has it
_MOST_DECLARED: Final = 500  # the same of calls in the body of a class, or of a module
_MOST_HANDED: Final = 300  # the same where it is told what to send: a function to call, the name of a table
_MOST_SHORT: Final = 100  # the same where going through costs little: `def page_of(request, rows): ...`
_SHORT: Final = 30  # so many values
_MOST_SHOWN: Final = 30  # the same of templates, of which a common one has a way for each view
_DEEPEST: Final = 10
