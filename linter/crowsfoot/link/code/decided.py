"""A run through a function -> what of it is not come to, as parameters decide: commit=False, self.action."""

from collections.abc import Iterator
from typing import Final

from crowsfoot.facts.code import Asked, Attribute, Either, Parameter, Scope
from crowsfoot.libraries.objects import UNKNOWN, Constant, Many, Object, Table
from crowsfoot.link.code.frame import Frame


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
    found = (scope.values[it if it >= 0 else ~it] for it, _, _, _ in scope.decided)
    return frozenset(it.index for it in found if isinstance(it, Parameter))


def tells_whether_none(it: Object) -> bool:
    """Whether `it is None` is decided: by a constant, or by a list or dict that the program has made."""
    return isinstance(it, Constant) or (
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


def _is_so(frame: Frame, number: int, asked: Asked) -> bool | None:
    """Whether the value is what is asked for, as far as whoever calls the function has settled it."""
    values, it = frame.scope.values, frame.scope.values[number]
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


_NONE: Final = Constant(None)
