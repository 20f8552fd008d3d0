"""A statement in a loop -> whether each pass sends it to another database: then no statement asks them all.

`for path in paths: with Store(path) as store: store.books()`, `for tenant in tenants: get_session(tenant)`.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import Class, Function, Instance
from crowsfoot.libraries.query import Query
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.per_row.unchanging import Step, Way, arguments, is_fixed

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


class Root(NamedTuple):
    """What a connection comes from, in the end; plain: it is that, and no attribute of it."""

    value: int
    plain: bool


def goes_elsewhere(out: "Evaluator", frame: Frame, way: Way, query: Query) -> bool:
    """Whether what sends the statement was opened in the loop, with what changes from pass to pass."""
    number = len(way.steps) - 1
    pending = _receivers(way.steps[number])
    while pending and number >= 0:
        step = way.steps[number]
        roots = [root for it in pending for root in _roots(step, it)]
        for root in roots:
            it = step.scope.values[root.value]
            if (
                isinstance(it, facts.Element)
                and it.over == step.loop
                and root.plain
                and query.sql is not None
            ):
                return True  # `for connection in connections: connection.execute(...)`
            if isinstance(it, facts.Call) and _is_opened_for(out, frame, way, step, it):
                return True
        number -= 1
        pending = _given_for(way.steps[number], step, roots) if number >= 0 else []
    return False


def _given_for(caller: Step, step: Step, roots: Sequence[Root]) -> list[Root]:
    """What the caller gives for the parameters among them."""
    given = arguments(caller, step.scope) or ()
    found: list[Root] = []
    for root in roots:
        it = step.scope.values[root.value]
        if isinstance(it, facts.Parameter) and it.index < len(given):
            arg = given[it.index]
            found += [Root(arg, root.plain)] if arg is not None else []
    return found


def _receivers(step: Step) -> list[Root]:
    it = step.scope.values[step.value]
    of = step.scope.values[it.of] if isinstance(it, facts.Call) else None
    return [Root(of.of, True)] if isinstance(of, facts.Attribute) else []


def _roots(step: Step, of: Root) -> list[Root]:
    """A parameter, what opens it, an element of a loop."""
    values = step.scope.values
    found: list[Root] = []
    pending, seen = [of], {of.value}
    while pending:
        current = pending.pop()
        it = values[current.value]
        inner: list[Root] = []
        if isinstance(it, (facts.Awaited, facts.Entered, facts.Part)):
            inner = [Root(it.of, current.plain)]
        elif isinstance(it, facts.Attribute):
            inner = [Root(it.of, False)]
        elif isinstance(it, facts.Either):
            inner = [Root(option, current.plain) for option in it.options]
        elif isinstance(it, facts.Call):
            found.append(current)
            method = values[it.of]
            inner = [Root(method.of, current.plain)] if isinstance(method, facts.Attribute) else []
        else:
            found.append(current)
        pending += [each for each in inner if each.value not in seen]
        seen.update(each.value for each in inner)
    return found


def _is_opened_for(out: "Evaluator", frame: Frame, way: Way, step: Step, it: facts.Call) -> bool:
    """Whether the call opens a database that what it is given says, which changes from pass to pass."""
    if _OPENS.search(facts.word_of(step.scope.values, it.of)):
        named = [*it.args, *(value for _, value in it.keywords)]
    elif step.loop >= 0:
        named = _paths(out, frame, it)
    else:
        return False
    return any(not _is_own(step, value) and not is_fixed(way, step, value) for value in named)


def _is_own(step: Step, number: int) -> bool:
    """`self.engine`: objects that differ from pass to pass have one database nearly always."""
    it = step.scope.values[number]
    while isinstance(it, facts.Attribute):
        it = step.scope.values[it.of]
    return isinstance(it, facts.Parameter) and step.scope.params[it.index].name in ("self", "cls")


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
