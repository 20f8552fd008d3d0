"""What scopes have sent -> each place of the code that sends a statement, once."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import Function, Place
from crowsfoot.link.code.access import Access, Usage
from crowsfoot.link.code.evaluation.evaluate import Evaluator
from crowsfoot.link.code.evaluation.frame import Effect, Frame
from crowsfoot.link.code.evaluation.usage import Users, sent_twice, usage_of, users_of
from crowsfoot.roles import Roles


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """A place that sends a statement, as one frame tells; general: nobody has called the function there."""

    access: Access
    place: Place
    general: bool


def accesses_of(asked: Iterable[Asked]) -> Iterator[Access]:
    """Each place once, for each thing that it may ask; whoever tells of it first is heard."""
    found: dict[tuple[Place, str], Access] = {}
    for it in asked:
        found.setdefault((it.place, it.access.query.api), it.access)
    yield from found.values()


def asked_in(evaluator: Evaluator, roles: Roles) -> Iterator[Asked]:
    """What the frames of the evaluator tell."""
    seen: set[tuple[Place, str]] = set()
    known: dict[tuple[str, int], Users] = {}
    for frame in evaluator.frames():
        fresh: list[Effect] = []
        for effect in frame.effects:
            key = (frame.place(effect.value), effect.query.api)
            if not effect.chain and key not in seen:
                seen.add(key)
                fresh.append(effect)
        users: Users = {}
        if any(it.query.operation in _READS for it in fresh):
            of = (frame.path, frame.number)
            users = known[of] if of in known else known.setdefault(of, users_of(frame.scope))
        again = {it.asked: it for it in sent_twice(frame, users)} if users else {}
        for effect in fresh:
            query, twice = effect.query, again.get(effect.value)
            # An attribute may hold the same query set for others as well.
            made_here = isinstance(frame.scope.values[effect.value], (facts.Call, facts.Awaited))
            fetches = (
                made_here
                and query.operation == "select"
                and query.cause == "call"
                and query.many
                and not query.limit
            ) and query.api.rpartition(".")[2] not in _NOT_ALL
            model = evaluator.models.get(query.model)
            access = Access(
                query,
                frame.span(effect.value),
                evaluator.program.qualified(frame.path, frame.number),
                roles(frame.path),
                of_rows=usage_of(frame, effect.value, model, users) if fetches else Usage(),
                serves=_serves(evaluator, frame),
                again=frame.span(twice.gone_over) if twice is not None else None,
            )
            yield Asked(access, frame.place(effect.value), frame.general)
        for query, value, shows in frame.answers:
            function = evaluator.program.qualified(frame.path, frame.number)
            access = Access(query, frame.span(value), function, roles(frame.path), serves=shows)
            yield Asked(access, frame.place(value), frame.general)


def _serves(evaluator: Evaluator, frame: Frame) -> bool:
    """Whether a router has it answer requests that read: `@app.get("/books")`."""
    function = Function(frame.path, frame.number, frame.scope.name)
    return bool(frame.scope.decorators) and not _ROUTES.isdisjoint(evaluator.decorators(function))


_READS: Final = frozenset(("select", "count", "exists"))
_NOT_ALL: Final = frozenset(
    (
        "first()",
        "one()",
        "one_or_none()",
        "scalar()",
        "scalar_one()",
        "scalar_one_or_none()",
        "get()",
        "raw()",
    )
)
_ROUTES: Final = frozenset(("get", "route", "api_view"))
