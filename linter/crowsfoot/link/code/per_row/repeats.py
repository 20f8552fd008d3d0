"""A statement that a scope sends -> what sends it again and again: a loop over rows, a call, a recursion."""

from typing import NamedTuple

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.objects import Many
from crowsfoot.libraries.query import READS
from crowsfoot.link.code.evaluation.frame import Effect, Frame
from crowsfoot.link.code.evaluation.loops import row_loop, walk_of
from crowsfoot.link.code.evaluation.shown import shown
from crowsfoot.link.code.per_row.climbs import climb_of
from crowsfoot.source import Span


class Repeat(NamedTuple):
    """What sends it once per row: where that is, and over what it goes.

    how is "" for a loop as such; loop is the number of the one over rows, if there is one around it;
    parameter is what that goes over, if that is one. by_calls: the function leads back to itself.
    """

    span: Span
    over: str
    how: str
    loop: int | None
    parameter: tuple[str, int, int] | None = None
    by_calls: bool = False


def repeat_of(frame: Frame, effect: Effect) -> Repeat | None:
    """What sends the statement once per row; None where nothing does."""
    scope = frame.scope
    number = row_loop(frame, effect.loop, effect.value)
    value = scope.values[effect.value]
    if effect.each is not None and standard.size_of(effect.each.over) == "rows":
        return Repeat(
            Span(frame.path, value.start, value.end), shown(scope, effect.value), effect.each.how, number
        )
    if isinstance(value, facts.Attribute) and (climbed := walk_of(scope, value)) is not None:
        return Repeat(_head(frame, climbed), shown(scope, effect.value), "recursion", number)
    if number is not None:
        over = scope.loops[number].over
        shows = shown(scope, over) if over is not None else ""
        how, parameter = _fanned(frame, effect.loop), _parameter(frame, over)
        return Repeat(_head(frame, number), shows, how, number, parameter)
    if not effect.query.many and (up := climb_of(scope, effect.value)) is not None:
        return Repeat(_head(frame, up), shown(scope, effect.value), "recursion", number)
    if frame.recursive and _asks_itself(frame, effect) and _feeds_recursion(frame, effect):
        span = Span(frame.path, scope.name_range.start, scope.name_range.end)
        return Repeat(span, scope.name, "recursion", number, by_calls=True)
    return None


def _head(frame: Frame, number: int) -> Span:
    loop = frame.scope.loops[number]
    return Span(frame.path, loop.start, loop.end)


def _parameter(frame: Frame, over: int | None) -> tuple[str, int, int] | None:
    """The parameter that a loop goes over, if it does."""
    it = frame.scope.values[over] if over is not None else None
    return (frame.path, frame.number, it.index) if isinstance(it, facts.Parameter) else None


def _fanned(frame: Frame, number: int) -> str:
    while number >= 0:
        if number in frame.fanned:
            return f"{frame.fanned[number]}()"
        number = frame.scope.loops[number].parent
    return ""


def _asks_itself(frame: Frame, effect: Effect) -> bool:
    """Whether the scope sends the statement, or calls what reads several things for it."""
    if not effect.chain:
        return True
    if not isinstance(frame.scope.values[effect.value], facts.Call) or effect.query.operation not in READS:
        return False
    given = frame.known(effect.value)
    given = given.of if isinstance(given, standard.Coroutine) else given
    return given.ROWS or isinstance(given, Many)


def _feeds_recursion(frame: Frame, effect: Effect) -> bool:
    """Whether the scope calls itself with what the statement gives, or for each row of it."""
    values, loops = frame.scope.values, frame.scope.loops
    for number in frame.recursive:
        if number < 0:
            continue
        call = values[number]
        if not isinstance(call, facts.Call):
            continue  # a property that reads itself of another row
        sources = [*call.args, *(it for _, it in call.keywords)]
        if call.loop >= 0 and (over := loops[call.loop].over) is not None:
            sources.append(over)
        if any(_made_of(values, it, effect.value) for it in sources):
            return True
    return False


def _made_of(values: tuple[facts.AnyValue, ...], number: int, source: int, depth: int = 0) -> bool:
    """Whether a value comes from another one: by attributes, calls on it, elements."""
    if number == source:
        return True
    it = values[number]
    if depth > _DEEPEST:
        return False
    match it:
        case facts.Attribute() | facts.Item() | facts.Awaited() | facts.Spread() | facts.Part():
            return _made_of(values, it.of, source, depth + 1)
        case facts.Call():
            inner = (it.of, *it.args)
            return any(_made_of(values, each, source, depth + 1) for each in inner)
        case _:
            return False


_DEEPEST = 8
