"""A function -> what its parameters are: in a call, and where nobody is known to call it."""

from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
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
from crowsfoot.link.code.here import Here, Managed
from crowsfoot.link.code.shown import last_word

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluate import Evaluator


def bind(out: "Evaluator", function: Function, scope: facts.Scope, args: Args) -> tuple[Object, ...]:
    """An object for each parameter; UNKNOWN where the call does not say."""
    positional = args.positional if function.bound is None else (function.bound, *args.positional)
    count = len(positional) if args.star is None else args.star + len(positional) - len(args.positional)
    given: list[Object] = []
    taken = 0
    keywords = dict(args.keywords) if args.keywords else _NO_KEYWORDS
    for param in scope.params:
        kind = param.kind
        if kind == "positional" and taken < count:
            given.append(positional[taken])
            taken += 1
        elif kind in ("positional", "keyword"):
            given.append(keywords.get(param.name, UNKNOWN))
        elif kind == "args" and args.star is None:
            given.append(standard.listed(positional[taken:]))
        else:
            given.append(UNKNOWN)
    return tuple(given)


def frame_for(
    out: "Evaluator",
    path: str,
    number: int,
    scope: facts.Scope,
    bound: tuple[Object, ...],
    depth: int,
    declares: bool = False,
) -> Frame | None:
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
    around = _handed_around(out, path, scope)
    if params == expected.params and not around:
        return expected
    if around:
        return _within(out, path, number, scope, params, around, depth) or expected
    found = out.called.get((path, number, params)) or out.plain.get((path, number, params))
    if found is None:
        # What a class inherits is another function for each class that inherits it.
        first = params[0] if params else None
        owner = first if isinstance(first, Class) else getattr(first, "cls", None)
        count = out.contexts.get((path, number, owner), 0)
        most = _MOST_DECLARED if declares else _MOST_CONTEXTS
        if count >= most and (
            any(type(it) is Function for it in params) or _decides(scope, params) or _completes(expected)
        ):
            most = _MOST_HANDED
        if not path.endswith(".py"):
            most = _MOST_SHOWN
        if count >= most:
            # Whose method it is, or whose rows it is given first, tells most of it.
            params = (*params[:1], *expected.params[1:])
            known = expected if params == expected.params else out.called.get((path, number, params))
            if known is not None or count >= most + _MOST_CONTEXTS:
                return known or expected
        out.contexts[path, number, owner] = count + 1
        # What functions within it, or around it, see of variables, its parameters do not tell.
        alone = not out.program.inner(path, number) and not out.program.around(path, number)
        if alone and out.tells_nothing(params, expected.params) and out.sends_nothing(expected):
            found = expected
            if not out.program.builds(path, number):
                found = Frame(out, path, number, scope, params, general=False, depth=depth)
                found.is_told_nothing = True
            out.plain[path, number, params] = found
            return found
        found = Frame(out, path, number, scope, params, general=False, depth=depth)
        out.called[path, number, params] = found
    return found


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


def expected(out: "Evaluator", path: str, scope: facts.Scope, param: facts.Param, index: int) -> Object:
    """What a parameter is by its annotation, default or place."""
    parent = out.program.scope(path, scope.parent)
    if index == 0 and parent.kind == "class" and param.kind == "positional" and scope.kind == "function":
        cls = Class(path, scope.parent, parent.name)
        words = {last_word(parent.values, it) for it in scope.decorators}
        if "classmethod" in words or param.name == "cls":
            return cls
        if "staticmethod" not in words:
            return out.instance(cls).moved(Place(path, scope.parent, -1))
    around = out.frame(path, scope.parent)
    found = UNKNOWN
    if param.annotation is not None:
        found = out.annotated(out.get(around, param.annotation))
        if param.kind == "args":
            found = Many(found)
    if found is UNKNOWN and param.default is not None:
        default = out.get(around, param.default)
        if isinstance(default, Built) and default.name.endswith((".Depends", ".Provide", ".Security")):
            found = out.provided(default, around, param.default)
    if found is UNKNOWN and param.kind == "positional":
        found = out.by_machinery(path, scope, param.name) or out.by_word(param.name)
    return found


def by_machinery(out: "Evaluator", path: str, scope: facts.Scope, param: str) -> Object | None:
    """What a library gives to functions that it calls itself: admin actions, receivers of a signal."""
    parent = out.program.scope(path, scope.parent)
    if not scope.decorators and parent.kind != "class":
        return None
    around = out.frame(path, scope.parent)
    decorators = tuple(out.get(around, it) for it in scope.decorators)
    cls = Class(path, scope.parent, parent.name) if parent.kind == "class" else None
    for library in out.libraries if around.scope.values else ():
        found = library.expected(param, cls, decorators, Here(out, around, 0))
        if found is not None:
            return found
    return None


def provided(out: "Evaluator", default: Built, frame: Frame, number: int) -> Object:
    """What dependency injection calls."""
    function = default.args.get(0)
    if function is None:
        return UNKNOWN
    made = out.call(function, Args(), frame, number)
    if isinstance(made, standard.Coroutine):
        made = made.of
    return made.of if isinstance(made, (Many, Managed)) else made


def by_word(out: "Evaluator", name: str) -> Object:
    """A row, or rows, of the model that the parameter is called after: `book`, `books`."""
    for word, many in ((name, False), (name.removesuffix("s"), True), (name.removesuffix("es"), True)):
        if many and word == name:
            continue
        named = out.models.named(word.replace("_", ""))
        if len(named) == 1 and not named[0].abstract:
            row = out.row(named[0])
            return Many(row) if many and row is not UNKNOWN else row
    return UNKNOWN


# What is the same wherever it comes to.
_STAYS: Final = frozenset((Constant, External, Class, Function, Instance))
_NO_KEYWORDS: Final[dict[str, Object]] = {}
_MOST_CONTEXTS: Final = 8
_MOST_DECLARED: Final = 500  # the same of calls in the body of a class, or of a module
_MOST_HANDED: Final = 300  # the same where it is told what to send: a function to call, the name of a table
_MOST_SHOWN: Final = 30  # the same of templates, of which a common one has a way for each view
_DEEPEST: Final = 10
