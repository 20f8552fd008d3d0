"""What scopes have sent -> the statements that are sent once per row, each told once."""

from collections.abc import Iterable, Iterator, Mapping, Set

import msgspec

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.objects import Function, Many, Place
from crowsfoot.libraries.query import READS, Query
from crowsfoot.link.code import varying
from crowsfoot.link.code.access import Passed, Repeated
from crowsfoot.link.code.climbs import climb_of
from crowsfoot.link.code.databases import goes_elsewhere
from crowsfoot.link.code.evaluate import Evaluator
from crowsfoot.link.code.frame import Effect, Frame
from crowsfoot.link.code.leftovers import is_left_over
from crowsfoot.link.code.logs import is_logged
from crowsfoot.link.code.loops import row_loop, walk_of, within
from crowsfoot.link.code.mending import mended
from crowsfoot.link.code.own_transactions import is_by_itself
from crowsfoot.link.code.placeholders import sql_said_of
from crowsfoot.link.code.shown import shown
from crowsfoot.link.code.subjects import is_chosen_by
from crowsfoot.link.code.unchanging import behind, is_same, said_of, way_of
from crowsfoot.link.code.upgrades import is_upgrade
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
    scope = frame.scope
    number = row_loop(frame, effect.loop, effect.value)
    value = scope.values[effect.value]
    how, head = "", None
    parameter: tuple[str, int, int] | None = None
    if effect.each is not None and standard.size_of(effect.each.over) == "rows":
        loop = Span(frame.path, value.start, value.end)
        how, over = effect.each.how, shown(scope, effect.value)
    elif isinstance(value, facts.Attribute) and (climbed := walk_of(scope, value)) is not None:
        head = scope.loops[climbed]
        loop = Span(frame.path, head.start, head.end)
        how, over = "recursion", shown(scope, effect.value)
    elif number is None and not effect.query.many and (up := climb_of(scope, effect.value)) is not None:
        head = scope.loops[up]
        loop = Span(frame.path, head.start, head.end)
        how, over = "recursion", shown(scope, effect.value)
    elif number is not None:
        head = scope.loops[number]
        parameter = _parameter(frame, head)
        loop = Span(frame.path, head.start, head.end)
        over = shown(scope, head.over) if head.over is not None else ""
        how = _fanned(frame, effect.loop)
    elif frame.recursive and _asks_itself(frame, effect) and _feeds_recursion(frame, effect):
        loop = Span(frame.path, scope.name_range.start, scope.name_range.end)
        how, over = "recursion", scope.name
    else:
        return None
    query = effect.query
    by_calls = how == "recursion" and head is None
    if by_calls and query.likely and not _calls_itself(frame):
        query = msgspec.structs.replace(query, likely=False)
    direct = not effect.chain and query.likely and query.cause == "call"
    chooses = number is not None and direct and not _is_of_row(evaluator, frame, query, effect.value)
    if number is not None and chooses and is_chosen_by(frame, effect.value, number):
        query = msgspec.structs.replace(query, likely=False)
    reads = query.likely and query.operation in READS
    if number is not None and reads and is_left_over(frame, effect.value, number):
        query = msgspec.structs.replace(query, likely=False)
    writes = query.likely and query.operation == "flush"
    if number is not None and writes and is_by_itself(frame, number):
        query = msgspec.structs.replace(query, likely=False)
    if number is not None and not effect.chain:
        varies = varying.by_loop(scope, number)
        query = msgspec.structs.replace(query, instead=varying.instead(scope, query, effect.value, varies))
    way = None
    if number is not None and not how and query.cause == "call":
        way = way_of(evaluator, frame, effect, number)
    if way is not None:
        apart = query.likely and (
            is_logged(way) or goes_elsewhere(evaluator, frame, way, query) or is_upgrade(frame)
        )
        likely = query.likely and not apart
        query = behind(way, query) if effect.chain else query
        said = sql_said_of(way, query) if query.sql is not None else said_of(way, query)
        query = msgspec.structs.replace(query, instead=said, likely=likely)
    found = Repeated(
        query=query,
        span=Span(frame.path, value.start, value.end),
        code=shown(scope, effect.value),
        function=evaluator.program.qualified(frame.path, frame.number),
        way=tuple(_passed(evaluator, it) for it in effect.chain),
        loop=loop,
        over=over,
        how=how,
        role=roles(frame.path),
        nested=number is not None and row_loop(frame, scope.loops[number].parent, effect.value) is not None,
        same=number is not None
        and effect.query.operation in READS
        and not how
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
    return found, parameter


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


def _parameter(frame: Frame, loop: facts.Loop) -> tuple[str, int, int] | None:
    """The parameter that the loop goes over, if it does."""
    it = frame.scope.values[loop.over] if loop.over is not None else None
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


def _calls_itself(frame: Frame) -> bool:
    """Whether the scope goes on by itself: others that it calls may call it back for another reason."""
    values = frame.scope.values
    for number in frame.recursive:
        call = values[number] if number >= 0 else None
        of = frame.known(call.of) if isinstance(call, facts.Call) else None
        if not isinstance(of, Function) or (of.path, of.scope) == (frame.path, frame.number):
            return True
    return False


def _is_of_row(evaluator: Evaluator, frame: Frame, query: Query, number: int) -> bool:
    """Whether it is a method of what the loop goes over, and that is a row."""
    library = evaluator.by_name.get(query.library)
    if library is None or not library.OF_ROWS:
        return False
    values = frame.scope.values
    call = values[number]
    of = values[call.of] if isinstance(call, facts.Call) else None
    return isinstance(of, facts.Attribute) and isinstance(values[of.of], facts.Element)


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
# What a call of a relation to many rows sends is not kept either.
_ASKED = frozenset(("call", "relation"))
