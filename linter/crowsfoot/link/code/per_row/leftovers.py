"""A query in a loop -> whether it asks for what one before the loop, which asked for all, has not found.

`books = Book.objects.in_bulk(keys)` before it, `books.get(key) or Book.objects.get(pk=key)` in it.
"""

from collections.abc import Sequence
from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import Table
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.loops import within


def is_left_over(frame: Frame, number: int, loop: int) -> bool:
    """Whether what the value gives stands in for what a dict of rows, made before that loop, lacks."""
    values = frame.scope.values
    for it in values[number + 1 :]:
        if type(it) is not facts.Either:
            continue
        options = [_unwrapped(values, option) for option in it.options]
        if number in options and any(_is_of_all(frame, option, loop) for option in options):
            return True
    return False


def _unwrapped(values: Sequence[facts.AnyValue], number: int) -> int:
    it = values[number]
    return it.of if type(it) is facts.Awaited else number


def _is_of_all(frame: Frame, number: int, loop: int) -> bool:
    """Whether it is looked up in a dict of rows that a query has given before the loop."""
    values = frame.scope.values
    it = values[number]
    if type(it) is facts.Call:
        method = values[it.of]
        of = method.of if type(method) is facts.Attribute and method.name in _LOOKS_UP else None
    else:
        of = it.of if type(it) is facts.Item else None
    if of is None or not isinstance(values[of], _MADE) or within(frame.scope.loops, values[of].loop, loop):
        return False
    known = frame.known(of)
    return isinstance(known, Table) and getattr(known.values, "model", None) is not None


_LOOKS_UP: Final = frozenset(("get", "pop"))
_MADE: Final = (facts.Comprehension, facts.Call, facts.Awaited)
