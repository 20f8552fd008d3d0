"""A statement in a loop -> whether each pass sends it to another database: then no statement asks them all.

`for path in paths: with Store(path) as store: store.books()`, `for tenant in tenants: get_session(tenant)`.
"""

import re
from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import Class, Function, Instance
from crowsfoot.libraries.query import Query
from crowsfoot.link.code.frame import Frame
from crowsfoot.link.code.unchanging import Step, Way, arguments, is_fixed

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluate import Evaluator


def goes_elsewhere(out: "Evaluator", frame: Frame, way: Way, query: Query) -> bool:
    """Whether what sends the statement was opened in the loop, with what changes from pass to pass."""
    number = len(way.steps) - 1
    pending = _receivers(way.steps[number], way.steps[number].value)
    while pending and number >= 0:
        step = way.steps[number]
        roots = [root for it in pending for root in _roots(step, it)]
        for root in roots:
            it = step.scope.values[root]
            if isinstance(it, facts.Element) and it.over == step.loop and query.sql is not None:
                return True  # `for connection in connections: connection.execute(...)`
            if isinstance(it, facts.Call) and _is_opened_for(out, frame, way, step, it):
                return True
        number -= 1
        pending = _given_for(way.steps[number], step, roots) if number >= 0 else []
    return False


def _given_for(caller: Step, step: Step, roots: list[int]) -> list[int]:
    """What the caller gives for the parameters among them."""
    given = arguments(caller, step.scope) or ()
    values = step.scope.values
    indexes = [it.index for root in roots if isinstance(it := values[root], facts.Parameter)]
    return [arg for index in indexes if index < len(given) and (arg := given[index]) is not None]


def _receivers(step: Step, number: int) -> list[int]:
    it = step.scope.values[number]
    of = step.scope.values[it.of] if isinstance(it, facts.Call) else None
    return [of.of] if isinstance(of, facts.Attribute) else []


def _roots(step: Step, number: int) -> list[int]:
    """What a connection comes from, in the end: a parameter, what opens it, an element of a loop."""
    values = step.scope.values
    found: list[int] = []
    pending, seen = [number], {number}
    while pending:
        current = pending.pop()
        it = values[current]
        inner: tuple[int, ...] = ()
        if isinstance(it, (facts.Attribute, facts.Awaited, facts.Entered, facts.Part)):
            inner = (it.of,)
        elif isinstance(it, facts.Either):
            inner = it.options
        elif isinstance(it, facts.Call):
            of = values[it.of]
            found.append(current)
            inner = (of.of,) if isinstance(of, facts.Attribute) else ()
        else:
            found.append(current)
        pending += [each for each in inner if each not in seen]
        seen.update(inner)
    return found


def _is_opened_for(out: "Evaluator", frame: Frame, way: Way, step: Step, it: facts.Call) -> bool:
    """Whether the call opens a database that what it is given says, which changes from pass to pass."""
    of = step.scope.values[it.of]
    word = of.name if isinstance(of, (facts.Attribute, facts.Name, facts.Import)) else ""
    if _OPENS.search(word):
        named = [*it.args, *(value for _, value in it.keywords)]
    elif step.loop >= 0:
        named = _paths(out, frame, it)
    else:
        return False
    return any(not is_fixed(way, step, value) for value in named)


def _paths(out: "Evaluator", frame: Frame, it: facts.Call) -> list[int]:
    """Of what a class is made with, that which says where a database is, by the names of its parameters."""
    cls = frame.known(it.of)
    if not isinstance(cls, Class):
        return []
    init = out.member(cls, "__init__", Instance(cls), frame, it.of)
    if not isinstance(init, Function):
        return []
    params = out.program.scope(init.path, init.scope).params[1:]
    given = [(param.name, value) for param, value in zip(params, it.args, strict=False)]
    return [value for name, value in (*given, *it.keywords) if _PATH.search(name)]


# A function that gives a connection, by its name: get_session(tenant), get_database(name), connect(path).
_OPENS: Final = re.compile(
    r"(?:^|_)(?:session|session_scope|database|db|conn|connection|engine|connect)$|^connect_to_\w+$",
    re.IGNORECASE,
)
_PATH: Final = re.compile(
    r"(?:^|_)(?:path|file|filename|url|uri|dsn|database|dbname|db_name)$", re.IGNORECASE
)
