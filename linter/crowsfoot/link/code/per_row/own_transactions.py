"""A commit in a loop -> whether each pass is a transaction of its own, which may fail by itself.

`try: session.commit()`, `except ValueError: session.rollback()`: one commit for all would lose the others.
"""

from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.loops import within


def is_by_itself(frame: Frame, loop: int) -> bool:
    """Whether a pass of the loop takes back what it has done, and no more than that."""
    undone = frame.out.of_scope(_undone, frame.path, frame.number)
    return any(within(frame.scope.loops, it, loop) for it in undone)


def _undone(scope: facts.Scope) -> frozenset[int]:
    """The loops in which something is rolled back, or is done up to a savepoint."""
    calls = [it for it in scope.values if type(it) is facts.Call and it.loop >= 0]
    return frozenset(it.loop for it in calls if facts.word_of(scope.values, it.of) in _UNDOES)


_UNDOES: Final = frozenset(("rollback", "begin_nested"))
