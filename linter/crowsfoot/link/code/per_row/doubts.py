"""A statement that is sent once per row -> whether that is seldom worth a change, or hard to tell."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import Function
from crowsfoot.libraries.query import READS
from crowsfoot.link.code.evaluation.frame import Effect, Frame
from crowsfoot.link.code.per_row.databases import goes_elsewhere
from crowsfoot.link.code.per_row.leftovers import is_left_over
from crowsfoot.link.code.per_row.logs import is_logged
from crowsfoot.link.code.per_row.own_transactions import is_by_itself
from crowsfoot.link.code.per_row.repeats import Repeat
from crowsfoot.link.code.per_row.subjects import is_chosen_by
from crowsfoot.link.code.per_row.unchanging import Way
from crowsfoot.link.code.per_row.upgrades import is_upgrade

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


def is_doubtful(out: "Evaluator", frame: Frame, effect: Effect, repeat: Repeat, way: Way | None) -> bool:
    """Whether the finding is only "possible"; way leads to what a call sends, where it can be followed."""
    return any(_doubts(out, frame, effect, repeat, way))


def _doubts(
    out: "Evaluator", frame: Frame, effect: Effect, repeat: Repeat, way: Way | None
) -> Iterator[bool]:
    query, loop = effect.query, repeat.loop
    yield repeat.by_calls and not _calls_itself(frame)
    if loop is not None:
        direct = not effect.chain and query.cause == "call" and not _is_of_row(out, frame, effect)
        yield direct and is_chosen_by(frame, effect.value, loop)
        yield query.operation in READS and is_left_over(frame, effect.value, loop)
        yield query.operation == "flush" and is_by_itself(frame, loop)
    if way is not None:
        yield is_logged(way) or goes_elsewhere(out, frame, way, query) or is_upgrade(frame)


def _calls_itself(frame: Frame) -> bool:
    """Whether the scope goes on by itself: others that it calls may call it back for another reason."""
    values = frame.scope.values
    for number in frame.recursive:
        call = values[number] if number >= 0 else None
        of = frame.known(call.of) if isinstance(call, facts.Call) else None
        if not isinstance(of, Function) or (of.path, of.scope) == (frame.path, frame.number):
            return True
    return False


def _is_of_row(out: "Evaluator", frame: Frame, effect: Effect) -> bool:
    """Whether it is a method of what the loop goes over, and that is a row."""
    library = out.by_name.get(effect.query.library)
    if library is None or not library.OF_ROWS:
        return False
    values = frame.scope.values
    call = values[effect.value]
    of = values[call.of] if isinstance(call, facts.Call) else None
    return isinstance(of, facts.Attribute) and isinstance(values[of.of], facts.Element)
