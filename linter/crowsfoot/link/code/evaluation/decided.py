"""A run through a function -> what of it is not come to, as parameters decide: commit=False, self.action."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from crowsfoot.facts.code import Asked, Attribute, Call, Const, Either, Parameter, Scope
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Class,
    Constant,
    External,
    Keywords,
    Many,
    Object,
    OneOf,
    Table,
)
from crowsfoot.link.code.evaluation.frame import Frame

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


def decide(frame: Frame) -> None:
    """Nothing is known of what the frame does not come to, and what it does come to counts for its names."""
    values = frame.scope.values
    rest = len(values)  # from here on it is all left out
    gone: set[int] = set()
    for is_gone, first, end in _stretches(frame):
        if first >= rest:
            continue
        if is_gone:
            gone.add(first)
            continue
        rest = first if end == len(values) else rest
        for number in range(first, end):
            # What a name may be stands where it is first read, and is made of what comes before that.
            if not isinstance(values[number], (Parameter, Either)):
                frame.objects[number] = UNKNOWN
    if gone:
        frame.replaced = {it: at for it, at in frame.scope.replacing if at in gone}


def deciders(scope: Scope) -> frozenset[int]:
    """The parameters of which a constant decides what the function comes to: commit=False."""
    found = [scope.values[it if it >= 0 else ~it] for it, _, _, _ in scope.decided]
    named = (_keyword(scope, it)[0] for it in found if isinstance(it, Call))
    return frozenset((*named, *(it.index for it in found if isinstance(it, Parameter))))


def deciding_keywords(scope: Scope) -> frozenset[str]:
    """What `**kw` are asked for that decides the same: `if kw.pop("commit", False)`."""
    found = (scope.values[it if it >= 0 else ~it] for it, _, _, _ in scope.decided)
    return frozenset(_keyword(scope, it)[1] for it in found if isinstance(it, Call))


def handed_on(scope: Scope) -> frozenset[int]:
    """The parameters that the function gives to others."""
    calls = [it for it in scope.values if isinstance(it, Call)]
    given = (scope.values[number] for it in calls for number in (*it.args, *(arg for _, arg in it.keywords)))
    return frozenset(it.index for it in given if isinstance(it, Parameter))


def settling(scope: Scope) -> frozenset[int]:
    """The parameters of which True or False decides something, here or where they are handed on."""
    return deciders(scope) | handed_on(scope)


def tells_whether_none(it: Object) -> bool:
    """Whether `it is None` is decided: by a constant, or by a list or dict that the program has made."""
    return isinstance(it, Constant | Keywords) or (
        isinstance(it, (Many, Table)) and not it.is_said and not it.is_guessed
    )


def remaining(frame: Frame, options: tuple[int, ...]) -> tuple[int, ...]:
    """The options of a name without those that a branch has replaced by another one of them."""
    below = max((frame.replaced.get(it, 0) for it in options), default=0)
    if not below:
        return options
    return tuple(it for it in options if it >= below and not _is_older(frame, it, below))


def _is_older(frame: Frame, number: int, below: int) -> bool:
    """Whether it is what a name was before the branch, though it is in the branch that it is first read."""
    it = frame.scope.values[number]
    if number in frame.replaced:
        return False
    return isinstance(it, Parameter) or (isinstance(it, Either) and all(of < below for of in it.options))


def _stretches(frame: Frame) -> Iterator[tuple[bool, int, int]]:
    """Those that the parameters decide about: whether it is gone through, and where it is."""
    for decider, asked, first, end in frame.scope.decided:
        so = _is_so(frame, decider if decider >= 0 else ~decider, asked)
        if so is not None:
            yield so is (decider >= 0), first, end
    for number, cls, first, end in frame.scope.narrowed:
        it = frame.scope.values[number]
        if isinstance(it, Parameter) and not _may_be_given(frame, it.index, cls):
            yield False, first, end


def _may_be_given(frame: Frame, index: int, cls: int) -> bool:
    """Whether the parameter may be an instance; what nobody knows is not asked for its class."""
    given = frame.params[index]
    return (
        given is UNKNOWN or isinstance(given, Constant) or may_be(frame.out, given, frame.out.get(frame, cls))
    )


def may_be(out: "Evaluator", it: Object, asked: Object) -> bool:
    """Whether it may be an instance of the class, or of one of several: of a model, only its rows are."""
    if isinstance(it, OneOf):
        return any(may_be(out, each, asked) for each in it.options)
    if isinstance(asked, Many | OneOf):
        some = asked.items if isinstance(asked, Many) else asked.options
        return some is None or any(may_be(out, it, each) for each in some)
    id = getattr(it, "model", None) if isinstance(asked, Class | External) else None
    model = out.models.get(id) if isinstance(id, str) else None
    if model is None or not isinstance(model.cls, Class):
        return True
    if not isinstance(asked, Class):
        return not (isinstance(asked, External) and asked.name.startswith("builtins."))
    other = out.model_of(asked)
    return other is None or asked in out.lineage(model.cls) or model.cls in out.lineage(asked)


def _is_so(frame: Frame, number: int, asked: Asked) -> bool | None:
    """Whether the value is what is asked for, as far as whoever calls the function has settled it."""
    values, it = frame.scope.values, frame.scope.values[number]
    if isinstance(it, Call):
        return _is_given(frame, it) if asked is True else None
    path: tuple[str, ...] = ()
    while isinstance(it, Attribute):
        path, it = (it.name, *path), values[it.of]
    if not isinstance(it, Parameter):
        return None
    given = frame.params[it.index]
    if isinstance(asked, tuple):
        word = given.says(path)
        return None if word is None else word in asked
    if asked is None:
        return given == _NONE if tells_whether_none(given) else None
    return bool(given.value) if isinstance(given, Constant) else None


def _is_given(frame: Frame, call: Call) -> bool | None:
    """Whether what the function asks its `**kw` for is true, where the call that enters it tells."""
    index, name = _keyword(frame.scope, call)
    given = frame.params[index]
    if not isinstance(given, Keywords):
        return None
    found = given.keyword(name)
    if found is None and len(call.args) > 1:
        default = frame.scope.values[call.args[1]]
        found = Constant(default.value) if isinstance(default, Const) else UNKNOWN
    found = Constant(None) if found is None else found
    return bool(found.value) if isinstance(found, Constant) else None


def _keyword(scope: Scope, call: Call) -> tuple[int, str]:
    """The number of the parameter that is `**kw`, and what it is asked for: `kw.get("commit")`."""
    method, name = scope.values[call.of], scope.values[call.args[0]]
    of = scope.values[method.of] if isinstance(method, Attribute) else None
    word = name.value if isinstance(name, Const) and isinstance(name.value, str) else ""
    return (of.index if isinstance(of, Parameter) else -1), word


_NONE: Final = Constant(None)
