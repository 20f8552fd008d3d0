"""A statement that is sent once per row -> what of it is the same in each pass: all of it, or some columns.

It is followed from the loop through the calls to where the statement is sent, by what each call gives.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import Place
from crowsfoot.libraries.query import READS, Query
from crowsfoot.libraries.raw.statements import read
from crowsfoot.link.code.evaluation.frame import Effect, Frame
from crowsfoot.link.code.evaluation.loops import within
from crowsfoot.link.code.evaluation.usage import all_parts, parts_of
from crowsfoot.link.code.per_row import varying

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


class Step(NamedTuple):
    """A scope on the way, the value that goes on from there, and what is the same in each pass.

    given says so of each parameter, in their order; loop is the one that is asked about, where it is here.
    around are the variables of functions around it, of which nobody knows here.
    """

    scope: facts.Scope
    value: int
    given: tuple[bool, ...] = ()
    loop: int = -1
    around: frozenset[str] = frozenset()


class Way(NamedTuple):
    """The steps from the loop to where the statement is sent; stored are the attributes that they change."""

    steps: tuple[Step, ...]
    stored: frozenset[str]


def way_of(out: "Evaluator", frame: Frame, effect: Effect, loop: int) -> Way | None:
    """The way from that loop to the statement; None where it goes through what a call was handed."""
    steps = [Step(frame.scope, effect.value, (), loop)]
    stored = out.of_scope(_stored, frame.path, frame.number)
    for place in effect.chain:
        scope = out.program.scope(place.path, place.scope)
        stored |= out.of_scope(_stored, place.path, place.scope)
        given = _given(Way(tuple(steps), stored), scope)
        if given is None:
            return None
        steps.append(Step(scope, place.value, given, around=_around(out, place)))
    return Way(tuple(steps), stored)


def _around(out: "Evaluator", place: Place) -> frozenset[str]:
    found = out.program.around(place.path, place.scope)
    return frozenset([name for scope, names in found if scope != place.scope for name in names])


def is_same(way: Way, frame: Frame, effect: Effect, loop: int) -> bool:
    """Whether a statement behind calls asks for the same in each pass, as far as anybody can tell."""
    if effect.query.operation not in READS or effect.query.cause != "call":
        return False
    if any(_moves_on(it.scope.values, it.scope.values[it.value]) for it in way.steps):
        return False
    if _lacks_values(way.steps[-1], effect.query):
        return False
    if any(_may_change(it, effect.query, frame, loop) for it in frame.effects):
        return False
    return is_fixed(way, way.steps[-1], way.steps[-1].value)


def _lacks_values(step: Step, query: Query) -> bool:
    """Whether SQL with placeholders is sent by a call without values: another branch gives them."""
    if query.sql is None or not read(query.sql).parameters:
        return False
    it = step.scope.values[step.value]
    return not isinstance(it, facts.Call) or len(it.args) + len(it.keywords) < 2


def behind(way: Way, query: Query) -> Query:
    """The query, with what to write instead by what of the calls changes for certain from pass to pass."""
    caller, *others = way.steps
    varies = varying.by_loop(caller.scope, caller.loop)
    for step in others:
        given = enumerate(arguments(caller, step.scope) or ())
        changing = {index for index, arg in given if arg is not None and varies(arg)}
        varies, caller = varying.by_parameters(step.scope, changing), step
    said = varying.instead(caller.scope, query, caller.value, varies)
    if "(" not in said:
        return query  # rows may have it all the same, whoever leads to them
    return msgspec.structs.replace(query, instead=said)


def said_of(way: Way, query: Query) -> str:
    """`instead` of the query, without the columns that are compared with the same in each pass."""
    for_all = query.for_all
    if for_all is None or query.library == "django":  # of query sets, varying has said it
        return query.instead
    told = dict.fromkeys([name.rpartition(".")[2] for name, _ in query.constants], True)
    for name, value in _compared(way.steps[-1]):
        told[name] = is_fixed(way, way.steps[-1], value) and told.get(name, True)
    rest = [it for it in for_all.keys if not told.get(it.rpartition(".")[2])]
    return for_all.said(rest) if len(rest) < len(for_all.keys) else query.instead


def _compared(step: Step) -> Iterator[tuple[str, int]]:
    """The columns that the statement compares, each with the value that it is compared with."""
    values = step.scope.values
    for number in all_parts(values, step.value, lambda _: True, _opens):
        it = values[number]
        if isinstance(it, facts.Operation) and it.operator == "==" and len(it.operands) == 2:
            column, value = it.operands
            of = values[column]
            if isinstance(of, facts.Attribute):
                yield of.name, value
        elif isinstance(it, facts.Call):
            method = values[it.of]
            field = (
                values[method.of] if isinstance(method, facts.Attribute) and method.name == "is_" else None
            )
            if isinstance(field, facts.Attribute) and it.args:
                yield field.name, it.args[0]
            yield from ((name, value) for name, value in it.keywords if name != "**")


def _given(way: Way, scope: facts.Scope) -> tuple[bool, ...] | None:
    """Of each parameter of the scope: whether the call of the last step gives it the same in each pass."""
    step = way.steps[-1]
    args = arguments(step, scope)
    if args is None:
        return None
    left_out = [param.kind not in ("args", "kwargs") for param in scope.params]
    if left_out and _is_of_super(step):  # the object that the caller is a method of
        left_out[0] = step.loop >= 0 or step.given[:1] == (True,)
    return tuple(
        left_out[index]
        if arg is None
        else is_fixed(way, step, arg) and not (index == 0 and _is_made_anew(step, arg))
        for index, arg in enumerate(args)
    )


def _is_of_super(step: Step) -> bool:
    """Whether it is a call of `super().name()`, of a method."""
    values = step.scope.values
    it = values[step.value]
    method = values[it.of] if isinstance(it, facts.Call) else None
    of = values[method.of] if isinstance(method, facts.Attribute) else None
    return isinstance(of, facts.Call) and not of.args and facts.word_of(values, of.of) == "super"


def _is_made_anew(step: Step, number: int) -> bool:
    """Whether each pass makes the object of which a method is called, and has told it other things before."""
    values = step.scope.values
    it = values[number]
    if not isinstance(it, facts.Call) or (
        step.loop >= 0 and not within(step.scope.loops, it.loop, step.loop)
    ):
        return False
    return sum(isinstance(each, facts.Attribute | facts.Store) and each.of == number for each in values) > 1


def arguments(step: Step, scope: facts.Scope) -> tuple[int | None, ...] | None:
    """The value that the call of the step gives for each parameter of the scope, None for its default.

    Fewer, where nobody knows the others; None where it is no call of that function, or of that property.
    """
    values = step.scope.values
    it = values[step.value]
    if isinstance(it, facts.Attribute):
        return (it.of,) if it.name == scope.name else None
    if not isinstance(it, facts.Call) or facts.word_of(values, it.of) != scope.name:
        return None
    keywords = dict(it.keywords)
    of = values[it.of]
    is_method = bool(scope.params) and scope.params[0].name in ("self", "cls")
    receiver = (
        (None if _is_of_super(step) else of.of,) if isinstance(of, facts.Attribute) and is_method else ()
    )
    if "**" in keywords or any(isinstance(values[arg], facts.Spread) for arg in it.args):
        return receiver  # nobody knows what the others are given
    args = (*receiver, *it.args)
    return tuple(
        args[index] if param.kind == "positional" and index < len(args) else keywords.get(param.name)
        for index, param in enumerate(scope.params)
    )


def is_fixed(way: Way, step: Step, number: int) -> bool:
    """Whether a value of that scope is the same in each pass."""
    values, loops = step.scope.values, step.scope.loops
    pending, seen = [number], {number}
    while pending:
        it = values[pending.pop()]
        if step.loop >= 0 and not within(loops, it.loop, step.loop):
            continue  # it is there before the loop
        kind = type(it)
        if kind is facts.Parameter:
            assert isinstance(it, facts.Parameter)
            if step.loop < 0 and not (it.index < len(step.given) and step.given[it.index]):
                return False
            continue
        if kind in _FIXED:
            if isinstance(it, facts.Name) and it.name in step.around:
                return False
            continue
        if kind is facts.Either and not all(step.given):
            return False  # what differs may decide which one it is
        inner = _PARTS.get(kind, _nothing)(step, it)
        if inner is None or (isinstance(it, facts.Attribute) and _changes(way, values, it)):
            return False
        if _moves_on(values, it):
            return False
        pending += [each for each in inner if each not in seen]
        seen.update(inner)
    return True


def _changes(way: Way, values: Sequence[facts.AnyValue], it: facts.Attribute) -> bool:
    """Whether the attribute is another one in the next pass, though it is one of the same thing."""
    of = values[it.of]
    named = isinstance(of, (facts.Name, facts.Import)) and of.name in _REQUESTS
    return it.name in way.stored or (named and it.name in _OF_REQUESTS)


def _element(step: Step, it: facts.AnyValue) -> Sequence[int] | None:
    """Of a loop further in, or in what is called, all elements are gone over in each pass."""
    if not isinstance(it, facts.Element) or it.over == step.loop:
        return None
    over = step.scope.loops[it.over].over
    return (over,) if over is not None else None


def _nothing(step: Step, it: facts.AnyValue) -> Sequence[int] | None:
    return None


def _all(step: Step, it: facts.AnyValue) -> Sequence[int] | None:
    return it.items if isinstance(it, facts.Display) and not it.keys else parts_of(it)


_PARTS: Final[dict[type, Callable[[Step, facts.AnyValue], Sequence[int] | None]]] = {
    facts.Element: _element,
    **dict.fromkeys(
        (
            *(facts.Attribute, facts.Awaited, facts.Entered, facts.Part, facts.Tested, facts.Item),
            *(facts.Operation, facts.Text, facts.Display, facts.Slice, facts.Call, facts.Either),
            facts.Comprehension,
        ),
        _all,
    ),
}
_FIXED: Final = frozenset((facts.Const, facts.Import, facts.Name, facts.Defined))


def _may_change(it: Effect, query: Query, frame: Frame, loop: int) -> bool:
    """Whether that changes, in the loop, what the query asks for."""
    if it.query.operation in READS or not within(frame.scope.loops, it.loop, loop):
        return False
    if it.query.operation == "flush" and query.equal and not query.order:
        return False  # who asks for what is equal to something takes no next one from a queue
    other = it.query.model or it.query.table
    return other is None or other in (query.model, query.table)


def _stored(scope: facts.Scope) -> frozenset[str]:
    return frozenset(it.name for it in scope.values if isinstance(it, facts.Store))


def _moves_on(values: Sequence[facts.AnyValue], it: facts.AnyValue) -> bool:
    """Whether it is a call that gives something else each time."""
    return isinstance(it, facts.Call) and _MOVES_ON.search(facts.word_of(values, it.of)) is not None


def _opens(it: facts.AnyValue) -> bool:
    return isinstance(
        it, (facts.Call, facts.Attribute, facts.Awaited, facts.Operation, facts.Either, facts.Tested)
    )


# What gives something else each time, though it is given the same.
_MOVES_ON: Final = re.compile(
    r"(?:^|_)(?:next|pop\w*|claim\w*|acquire\w*|take|lease\w*|dequeue\w*|poll\w*|receive|recv|lock|random\w*"
    r"|rand\w*|choices?|sample|shuffle|u?u?id[145]|now|utcnow|today|time|monotonic|token|generate\w*|new|make"
    r"|create\w*|read|input|refresh\w*|wait\w*)(?:_|$)"
    r"|(?:^|_)(?:newest|latest|last)_|_(?:newest|latest|last)$"  # last() is a method of query sets
)
# What a program puts into a request that it makes up: `request.view_args = {"id": book.id}`
_REQUESTS: Final = frozenset(("request", "g"))
_OF_REQUESTS: Final = frozenset(("view_args", "args", "form", "values", "json", "data", "params", "rh"))
