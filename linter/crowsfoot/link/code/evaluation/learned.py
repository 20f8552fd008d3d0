"""A relation that is read -> the rows, and the lists of rows, that have it from there on, for they keep it.

`for book in books: book.author` has asked for the author of each: the next loop over the same list, and the
next function that is given it, find them there. That holds where nothing leaves the reading out for some of
the rows: a branch, a `break`, a function that returns before it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.frame import Frame

Path = tuple[str, ...]


def origin(frame: "Frame", value: int) -> tuple[int, Path]:
    """The value that a row is reached from, by relations of which each leads to the same row each time."""
    names: list[str] = []
    values, models = frame.scope.values, frame.out.models
    it = values[value]
    while len(names) < _LONGEST and (
        isinstance(it, facts.Attribute) and frame.known(it.of).keeps_relation(it.name, models)
    ):
        names.append(it.name)
        value = it.of
        it = values[value]
    return value, tuple(reversed(names))


def learn(frame: "Frame", number: int, value: int, path: Path, *, all_of: bool = False) -> None:
    """The relation of a row has been read at the value of that number; all_of: that of each row of a list."""
    scope, models = frame.scope, frame.out.models
    values, loops = scope.values, scope.loops
    loop, crossed = values[number].loop, list[int]()
    frame.lessons += 1
    if frame.lessons > _MOST_LESSONS:
        return
    while len(path) <= _LONGEST:
        it = values[value]
        if it.loop != loop:
            return  # it is there before a loop which may have no pass
        if all_of:
            if not is_certain(scope, number, value, crossed):
                return
            frame.objects[value] = frame.known(value).with_read(path)
        if isinstance(it, facts.Parameter):
            known = (it.index, path, all_of)
            if known not in frame.learned and len(frame.learned) < _MOST and is_certain(scope, number, -1):
                frame.learned = (*frame.learned, known)
            return
        if isinstance(it, facts.Attribute) and frame.known(it.of).keeps_relation(it.name, models):
            path, value = (it.name, *path), it.of
        elif isinstance(it, facts.Element):
            over = loops[it.over].over
            if it.over != loop or over is None or not _comes_to_all(loops[loop]):
                return
            crossed.append(loop)
            loop, value, all_of = loops[loop].parent, over, True
        elif isinstance(it, facts.Part) and it.index == 1 and _numbered(scope, values[it.of]):
            value = it.of
        elif all_of and (given := _passed_on(values, it)) is not None:
            value = given
        else:
            return


def learn_from(callee: "Frame", index: int, frame: "Frame", number: int, given: int) -> None:
    """A call has given that value for the parameter of what it calls, which has read relations of it."""
    for of, path, all_of in callee.learned:
        if of == index:
            learn(frame, number, given, path, all_of=all_of)


def learn_each(callee: "Frame", frame: "Frame", number: int, over: int) -> None:
    """A call has called it on each row of that list: `sorted(books, key=lambda it: it.author.name)`."""
    paths = tuple([path for of, path, all_of in callee.learned if of == 0 and not all_of])
    values = frame.scope.values
    if _function(values, values[number]) == "sorted":
        frame.sorted_by = paths
    for path in paths:
        learn(frame, number, over, path, all_of=True)


def is_certain(scope: facts.Scope, number: int, since: int, crossed: Sequence[int] | None = None) -> bool:
    """Whether nothing leaves the value of that number out once the other one has been computed.

    With the loops between the two, that is asked for whoever comes after them in the same scope; else for
    whoever calls it.
    """
    if len(scope.perhaps) > _MOST_STRETCHES:
        return False
    if since >= 0 and isinstance(scope.values[since], facts.Parameter):
        since = -1
    for loop, first, end in scope.perhaps:
        if not first <= number < end or (first <= since and _is_made_there(scope, since, first)):
            continue
        if crossed is not None and loop != facts.BRANCH and loop not in crossed:
            continue  # what follows is left out as well
        if loop == facts.BRANCH and _is_gone_over(scope, end):
            continue
        return False
    return True


def _is_made_there(scope: facts.Scope, value: int, first: int) -> bool:
    """Whether a value of a stretch is made there: what ways have left to a name stands where it is read."""
    values = scope.values
    it = values[value]
    if not isinstance(it, facts.Either):
        return True
    stretch = (values[number] for number in range(first, len(values)))
    return it.start >= next((each for each in stretch if not isinstance(each, facts.Either)), it).start


def _comes_to_all(loop: facts.Loop) -> bool:
    return loop.again == "always" and not loop.is_async


def _is_gone_over(scope: facts.Scope, end: int) -> bool:
    """Whether the stretch is a generator that something goes over to its end: `sum(row.price for …)`."""
    values = scope.values
    made = values[end - 1]
    if not isinstance(made, facts.Comprehension) or made.kind != "generator" or end >= len(values):
        return False
    call = values[end]
    if not isinstance(call, facts.Call) or call.args[:1] != (end - 1,):
        return False
    of = values[call.of]
    if isinstance(of, facts.Attribute):
        return of.name in _METHODS_TO_THE_END
    return isinstance(of, facts.Name) and of.name in _TO_THE_END


def _numbered(scope: facts.Scope, it: facts.AnyValue) -> bool:
    """Whether it is what a loop over `enumerate(rows)` gives."""
    over = scope.loops[it.over].over if isinstance(it, facts.Element) else None
    return over is not None and _function(scope.values, scope.values[over]) == "enumerate"


def _passed_on(values: Sequence[facts.AnyValue], it: facts.AnyValue) -> int | None:
    """What has the same rows: `rows` of `sorted(rows)`."""
    return it.args[0] if isinstance(it, facts.Call) and _function(values, it) in _PASS_ON else None


def _function(values: Sequence[facts.AnyValue], it: facts.AnyValue) -> str:
    """The function of Python's own that is called with something."""
    of = values[it.of] if isinstance(it, facts.Call) and it.args else None
    return of.name if isinstance(of, facts.Name) else ""


_LONGEST: Final = 4
_MOST: Final = 50
# Nobody writes as much in one function: whoever generates it waits no longer for that.
_MOST_LESSONS: Final = 500
_MOST_STRETCHES: Final = 2_000
_PASS_ON: Final = frozenset(("list", "tuple", "set", "frozenset", "sorted", "reversed", "enumerate"))
_TO_THE_END: Final = frozenset(
    ("list", "tuple", "set", "frozenset", "sorted", "dict", "sum", "min", "max", "len")
)
_METHODS_TO_THE_END: Final = frozenset(("join", "extend", "update"))
