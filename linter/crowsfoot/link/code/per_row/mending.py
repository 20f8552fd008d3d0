"""A relation that is read once per row -> the edit that loads it with the rows, where there is one."""

import re
from typing import Final

from crowsfoot.facts import code as facts
from crowsfoot.finding import Edit
from crowsfoot.libraries.query import Query
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.source import Span


def mended(frame: Frame, query: Query, number: int, loop: int) -> Edit | None:
    """`.select_related("author")` behind the query set that the loop goes over, and of whose rows it is read.

    Others need an import, or may read afterwards what the loop has changed.
    """
    scope = frame.scope
    over = scope.loops[loop].over
    if query.library != "django" or query.cause != "relation" or over is None:
        return None
    if not _ONE.fullmatch(query.instead) or not _is_plain(scope, over) or not _of_loop(scope, number, loop):
        return None
    end = scope.values[over].end
    return Edit(Span(frame.path, end, end), f".{query.instead}")


def _is_plain(scope: facts.Scope, number: int) -> bool:
    """`Book.objects.filter(...)`: a query set that a join changes nothing of but what comes with its rows."""
    it = scope.values[number]
    if not isinstance(it, facts.Call):
        return False
    while isinstance(it, facts.Call):
        method = scope.values[it.of]
        if not isinstance(method, facts.Attribute) or method.name not in _PLAIN:
            return False
        it = scope.values[method.of]
    return isinstance(it, facts.Attribute) and it.name == "objects"


def _of_loop(scope: facts.Scope, number: int, loop: int) -> bool:
    """Whether the attribute is one of an element of the loop, or of a row that this leads to."""
    it = scope.values[number]
    if not isinstance(it, facts.Attribute):
        return False
    while isinstance(it, facts.Attribute):
        it = scope.values[it.of]
    return isinstance(it, facts.Element) and it.over == loop


_ONE: Final = re.compile(r'select_related\("\w+"\)')
_PLAIN: Final = frozenset(
    ("all", "filter", "exclude", "order_by", "reverse", "select_related", "prefetch_related")
)
