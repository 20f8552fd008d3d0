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
    Keywords,
    Many,
    Object,
    Place,
)
from crowsfoot.link.code.evaluation.decided import deciders, deciding_keywords, handed_on
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.here import Here, Managed
from crowsfoot.link.code.evaluation.shown import last_word

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


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
            found = keywords.get(param.name)
            if found is None:
                left_out = param.default is not None and not args.spread and args.star is None
                found = _default(out, function, scope, param, len(given)) if left_out else UNKNOWN
            given.append(found)
        elif kind == "args" and args.star is None:
            given.append(standard.listed(positional[taken:]))
        elif kind == "kwargs" and not args.spread and args.star is None:
            given.append(_keywords(out, function, keywords))
        else:
            given.append(UNKNOWN)
    return tuple(given)


def _keywords(out: "Evaluator", function: Function, given: dict[str, Object]) -> Object:
    """What `**kw` are, where the function asks them for something that decides what it does."""
    asked = out.of_scope(deciding_keywords, function.path, function.scope)
    if not asked:
        return UNKNOWN
    known = {key: it if isinstance(it, Constant) else UNKNOWN for key, it in given.items() if key in asked}
    return Keywords(tuple(sorted(known.items())))


def _default(
    out: "Evaluator", function: Function, scope: facts.Scope, param: facts.Param, index: int
) -> Object:
    """What a parameter is that the call leaves out, where that decides what the function does.

    Or what functions do that it is handed on to. What an annotation says serves better than None, where
    nothing asks which of them it is; of True and False it says nothing.
    """
    said = out.program.scope(function.path, scope.parent).values[param.default or 0]
    if not isinstance(said, facts.Const):
        return UNKNOWN
    tells = index in out.of_scope(deciders, function.path, function.scope) or (
        (param.annotation is None or isinstance(said.value, bool))
        and index in out.of_scope(handed_on, function.path, function.scope)
    )
    return Constant(said.value) if tells else UNKNOWN


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
    if param.default is not None and (found is UNKNOWN or found in _CALLABLES):
        default = out.get(around, param.default)
        if isinstance(default, Built) and default.name.endswith((".Depends", ".Provide", ".Security")):
            found = out.provided(default, around, param.default)
        elif isinstance(default, (Function, Class)) or (
            isinstance(default, External) and default.name.startswith("builtins.")
        ):
            found = default  # `wrap=list`: what is called unless the caller says otherwise
    if found is UNKNOWN and param.kind == "positional":
        found = out.by_machinery(path, scope, param.name) or out.by_word(param.name)
    return found


def by_machinery(out: "Evaluator", path: str, scope: facts.Scope, param: str) -> Object | None:
    """What a library gives to functions that it calls itself: admin actions, receivers of a signal."""
    parent = out.program.scope(path, scope.parent)
    if not (scope.decorators or parent.kind == "class" or any(param in it.GIVES for it in out.libraries)):
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


_NO_KEYWORDS: Final[dict[str, Object]] = {}
# What an annotation says of something to call.
_CALLABLES: Final = (Instance("collections.abc.Callable"), Instance("typing.Callable"))
