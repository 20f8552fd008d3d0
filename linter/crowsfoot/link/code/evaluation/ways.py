"""A call of a function -> the run through it: in general, or for what the call tells of its parameters."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.calls import is_put_together
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Built,
    Class,
    Constant,
    External,
    Function,
    Instance,
    Keywords,
    Many,
    Object,
    OneOf,
    Place,
    Table,
    Unknown,
)
from crowsfoot.link.code.evaluation.decided import deciders, settling, tells_whether_none
from crowsfoot.link.code.evaluation.frame import Frame

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


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
        out.sizes.setdefault((path, number, index), set()).add(_size_given(scope.params[index], bound[index]))
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
    # What a class inherits is another function for each class, or each model, that inherits it.
    first = params[0] if params else None
    owner = first if isinstance(first, Class) else getattr(first, "cls", getattr(first, "model", None))
    count = out.contexts.get((path, number, owner), 0)
    most = _MOST_DECLARED if declares else _MOST_CONTEXTS
    if count >= most:
        params = _essential(expected, params)
        known = expected if params == expected.params else out.called.get((path, number, params))
        if known is not None or count >= most + _room(expected, params):
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


def _size_given(param: facts.Param, it: Object) -> str:
    """How many elements a parameter is given. "none" are in a list that others may have put rows into."""
    if isinstance(it, Many) and it.items == () and param.kind != "args":
        return "none"
    return standard.size_of(it)


def _essential(expected: Frame, params: tuple[Object, ...]) -> tuple[Object, ...]:
    """What tells most of a call: whose method it is, whose rows it is given, and what decides on the rest.

    Where it is told which function to call, `*args` and `**kwargs` are what that is given.
    """
    is_handed_on = any(map(_is_function, params))
    completes = _completes(expected)
    return tuple(
        [
            it
            if not index
            or it.ROWS
            or _is_function(it)
            or (completes and (type(it) is Constant or is_put_together(it)))
            or _decides(expected, index, it)
            or (is_handed_on and param.kind in ("args", "kwargs"))
            else other
            for index, (it, other, param) in enumerate(
                zip(params, expected.params, expected.scope.params, strict=True)
            )
        ]
    )


def _room(expected: Frame, params: tuple[Object, ...]) -> int:
    """In how many more ways the function may be gone through, where there have been as many as usual."""
    if not expected.path.endswith(".py"):
        return _MOST_SHOWN
    decided = any(type(it) in _DECIDE and _decides(expected, index, it) for index, it in enumerate(params))
    if decided or _completes(expected) or any(_is_function(it) for it in params):
        return _most_handed(expected.scope)
    return _MOST_SHORT if len(expected.scope.values) <= _SHORT else _MOST_CONTEXTS


def _most_handed(scope: facts.Scope) -> int:
    """In how many ways a function may be gone through that is told what to send; fewer, if that is long."""
    return max(_MOST_CONTEXTS, min(_MOST_HANDED, _MOST_VALUES // (len(scope.values) + 1)))


def _is_function(it: Object) -> bool:
    """Whether it is a function of the program, or one of some: `work = fast if returning else plain`."""
    return type(it) is Function or (type(it) is OneOf and any(type(each) is Function for each in it.options))


def _decides(expected: Frame, index: int, it: Object) -> bool:
    """Whether what a parameter is given decides what the function does, or what those do that it calls."""
    work: Callable[[facts.Scope], frozenset[int]]
    if type(it) is Constant and isinstance(it.value, bool):
        work = settling
    elif tells_whether_none(it):
        work = deciders
    else:
        return False
    return index in expected.out.of_scope(work, expected.path, expected.number)


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
        case Constant() | Unknown() | Keywords():
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
    if outer is None or outer.general or not any(_is_function(it) for it in outer.params):
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
    if found is None and count < _most_handed(scope):
        out.contexts[path, number, None] = count + 1
        found = out.called[key] = Frame(out, path, number, scope, params, general=False, depth=depth)
    return found


_DECIDE: Final = frozenset((Constant, Keywords))
# What is the same wherever it comes to.
_STAYS: Final = frozenset((Constant, External, Class, Function, Instance, Keywords))
_MOST_CONTEXTS: Final = 8  # ways in which a function is gone through, or a method for each class that has it
_MOST_DECLARED: Final = 500  # the same of calls in the body of a class, or of a module
_MOST_HANDED: Final = 600  # the same where it is told what to send: a function to call, the name of a table
_MOST_VALUES: Final = 60_000  # as many values are gone through for that, all ways of one function together
_MOST_SHORT: Final = 60  # the same where going through costs little: `def page_of(request, rows): ...`
_SHORT: Final = 40  # so many values
_MOST_SHOWN: Final = 30  # the same of templates, of which a common one has a way for each view
_DEEPEST: Final = 10
