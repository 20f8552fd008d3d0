"""What scopes have sent -> the statements that are sent once per row, each told once."""

from collections.abc import Iterable, Iterator, Mapping, Set

import msgspec

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import Place
from crowsfoot.libraries.query import READS, Query
from crowsfoot.link.code.access import Passed, Repeated
from crowsfoot.link.code.evaluation.evaluate import Evaluator
from crowsfoot.link.code.evaluation.frame import Effect, Frame
from crowsfoot.link.code.evaluation.loops import row_loop, within
from crowsfoot.link.code.evaluation.shown import shown
from crowsfoot.link.code.per_row import varying
from crowsfoot.link.code.per_row.doubts import is_doubtful
from crowsfoot.link.code.per_row.mending import mended
from crowsfoot.link.code.per_row.placeholders import sql_said_of
from crowsfoot.link.code.per_row.repeats import repeat_of
from crowsfoot.link.code.per_row.unchanging import Way, behind, is_same, said_of, way_of
from crowsfoot.roles import Roles
from crowsfoot.source import Span


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """A statement that is sent once per row, as one frame tells.

    general: nobody has called the function there. over: the parameter that the loop goes over, which counts
    if some caller gives it rows.
    """

    repeated: Repeated
    place: Place
    general: bool
    over: tuple[str, int, int] | None


def seen_in(evaluator: Evaluator, roles: Roles) -> Iterator[Seen]:
    """What the frames of the evaluator tell."""
    for frame in evaluator.frames():
        for effect in frame.effects:
            found = _repeated(evaluator, frame, effect, roles)
            if found is not None:
                repeated, over = found
                yield Seen(repeated, frame.place(effect.value), frame.general, over)


def repeated_of(
    seen: Iterable[Seen],
    called: Set[tuple[str, int]],
    told: Set[tuple[str, int]],
    sizes: Mapping[tuple[str, int, int], Set[str]],
) -> Iterator[Repeated]:
    """By place: what sends several statements, itself or below, is one.

    called are the functions that somebody calls, told those of them that somebody calls who knows what the
    rows have loaded, sizes what callers give for parameters.
    """
    found: dict[Place, list[Repeated]] = {}
    for it in seen:
        # Callers say more of what rows have loaded than names and annotations do.
        if it.general and it.repeated.query.cause != "call" and it.place[:2] in called:
            continue
        if it.repeated.query.guessed and it.place[:2] in told:
            continue
        # All callers give a constant number of elements.
        if it.over is not None and {*sizes.get(it.over, ())} - {"none"} in ({"fixed"}, {"chunks"}):
            continue
        found.setdefault(it.place, []).append(it.repeated)
    for group in found.values():
        # What is sent right there comes first, then what is surely sent, and says what it asks.
        first = min(
            group, key=lambda it: (bool(it.way), not it.query.likely, _says_little(it), _may_be_kept(it))
        )
        below = {it.way[-1].span for it in group if it.way} - {it.span for it in first.way[-1:]}
        yield Repeated(
            **{name: getattr(first, name) for name in Repeated.__struct_fields__ if name != "others"},
            others=len(below),
        )


def _may_be_kept(it: Repeated) -> bool:
    """Whether it is session.get() of SQLAlchemy, which asks nothing for a row that the session has.

    Source: https://docs.sqlalchemy.org/en/20/orm/session_basics.html#get-by-primary-key
    """
    return it.query.library == "sqlalchemy" and ".get(" in it.query.api


def _says_little(it: Repeated) -> bool:
    """Whether it sends what has gathered, such as session.commit(), or SQL that is not known."""
    return it.query.operation in ("flush", "execute", "refresh")


def _repeated(
    evaluator: Evaluator, frame: Frame, effect: Effect, roles: Roles
) -> tuple[Repeated, tuple[str, int, int] | None] | None:
    """The statement, if it is sent once per row; and the parameter that the loop goes over."""
    if effect.query.fails:
        return None  # nothing is sent: the library raises
    if effect.query.in_batch or (not effect.query.instead and effect.query.operation == "execute"):
        return None
    repeat = repeat_of(frame, effect)
    if repeat is None:
        return None
    scope, number = frame.scope, repeat.loop
    value = scope.values[effect.value]
    query, way = effect.query, None
    if number is not None and not repeat.how and query.cause == "call":
        way = way_of(evaluator, frame, effect, number)
    if query.likely and is_doubtful(evaluator, frame, effect, repeat, way):
        query = msgspec.structs.replace(query, likely=False)
    query = _advised(query, frame, effect, number, way)
    found = Repeated(
        query=query,
        span=Span(frame.path, value.start, value.end),
        code=shown(scope, effect.value),
        function=evaluator.program.qualified(frame.path, frame.number),
        way=tuple(_passed(evaluator, it) for it in effect.chain),
        loop=repeat.span,
        over=repeat.over,
        how=repeat.how,
        role=roles(frame.path),
        nested=number is not None and row_loop(frame, scope.loops[number].parent, effect.value) is not None,
        same=number is not None
        and effect.query.operation in READS
        and not repeat.how
        and (
            _is_same(frame, effect, number)
            or (way is not None and bool(effect.chain) and is_same(way, frame, effect, number))
        ),
        each=scope.loops[number].target if number is not None else "",
        mend=mended(frame, effect.query, effect.value, number)
        if number is not None and not effect.chain
        else None,
        asked=_passed(evaluator, asked) if (asked := _asked(frame, number)) is not None else None,
        shown_by=_passed(evaluator, shown_by)
        if asked is None and (shown_by := _shown_by(evaluator, frame)) is not None
        else None,
    )
    return found, repeat.parameter


def _advised(query: Query, frame: Frame, effect: Effect, number: int | None, way: Way | None) -> Query:
    """The query, with what to write instead by what of it changes from pass to pass."""
    if number is not None and not effect.chain:
        varies = varying.by_loop(frame.scope, number)
        instead = varying.instead(frame.scope, query, effect.value, varies)
        query = msgspec.structs.replace(query, instead=instead)
    if way is not None:
        query = behind(way, query) if effect.chain else query
        instead = sql_said_of(way, query) if query.sql is not None else said_of(way, query)
        query = msgspec.structs.replace(query, instead=instead)
    return query


def _shown_by(evaluator: Evaluator, frame: Frame) -> Place | None:
    """What shows the template with these parameters, or the first that shows it; None: it is no template."""
    if frame.path.endswith(".py"):
        return None
    return frame.shown_by or evaluator.templates.shown_by.get(frame.path)


def _is_same(frame: Frame, effect: Effect, number: int) -> bool:
    """Whether nothing that a statement is made of changes from one pass of the loop to the next."""
    values, loops = frame.scope.values, frame.scope.loops
    pending, seen = [effect.value], {effect.value}
    if not isinstance(values[effect.value], facts.Call) or effect.chain or effect.query.cause not in _ASKED:
        return False
    if not within(loops, values[effect.value].loop, number):
        return False  # what one loop has put together, another one sends
    while pending:
        current = pending.pop()
        it = values[current]
        if not within(loops, it.loop, number):
            continue  # it is there before the loop
        match it:
            case facts.Call():
                # What else is called may say something else each time.
                if current != effect.value and not _leads_to(
                    values, effect.value, current, effect.query.relation
                ):
                    return False
                inner = (it.of, *it.args, *(value for _, value in it.keywords))
            case facts.Attribute() | facts.Awaited():
                inner = (it.of,)
            case facts.Display(kind="list" | "tuple"):
                inner = it.items
            case facts.Name() | facts.Import() | facts.Const() | facts.Parameter():
                inner = ()
            case _:
                return False
        pending += [value for value in inner if value not in seen]
        seen.update(inner)
    return True


def _leads_to(values: tuple[facts.AnyValue, ...], last: int, number: int, relation: str) -> bool:
    """Whether it is one of the calls of the chain that ends there: `filter()` of `query.filter().first()`.

    What hands out the row that a relation is read of is none of them: `queue.pop().books.all()`.
    """
    while last != number:
        it = values[last]
        if not isinstance(it, (facts.Call, facts.Attribute, facts.Awaited)):
            return False
        if relation and isinstance(it, facts.Attribute) and it.name == relation:
            return False
        last = it.of
    return True


def _asked(frame: Frame, number: int | None) -> Place | None:
    """Where the program asks for the rows that a loop of a template, or one around it, goes over."""
    while number is not None and number >= 0:
        loop = frame.scope.loops[number]
        place: Place | None = (
            getattr(frame.known(loop.over), "asked", None) if loop.over is not None else None
        )
        if place is not None:
            return place
        number = loop.parent
    return None


def _passed(evaluator: Evaluator, place: Place) -> Passed:
    scope = evaluator.program.scope(place.path, place.scope)
    value = scope.values[place.value]
    return Passed(
        Span(place.path, value.start, value.end),
        shown(scope, place.value),
        evaluator.program.qualified(place.path, place.scope),
    )


# What a call of a relation to many rows sends is not kept either.
_ASKED = frozenset(("call", "relation"))
