"""A call -> what comes of it, and what it sends: functions of the program are gone through."""

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.calls import options
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.objects import (
    RESOLVER,
    UNKNOWN,
    Args,
    Built,
    Class,
    External,
    Function,
    Instance,
    Many,
    Object,
    OneOf,
    Place,
    Subscripted,
    Table,
)
from crowsfoot.link.code.evaluation.frame import Each, Effect, Frame
from crowsfoot.link.code.evaluation.handing import given, is_there
from crowsfoot.link.code.evaluation.here import Here, Managed
from crowsfoot.link.code.evaluation.holding import held_as_field, held_of
from crowsfoot.link.code.evaluation.kept import looked_for
from crowsfoot.link.code.evaluation.learned import learn_each, learn_from
from crowsfoot.link.code.evaluation.nesting import limited

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


def of_call(out: "Evaluator", frame: Frame, number: int, value: facts.Call) -> Object:
    values, objects = frame.scope.values, frame.objects
    function = objects[value.of] or out.get(frame, value.of)
    if function is UNKNOWN and not out.receivers_of(values[value.of]):
        return UNKNOWN
    positional: list[Object] = []
    spread = False
    star: int | None = None
    for it in value.args:
        arg = objects[it] or out.get(frame, it)
        if type(values[it]) is facts.Spread:
            if isinstance(arg, Many) and arg.items is not None:
                positional += arg.items
                continue
            spread = True
            star = len(positional) if star is None else star
        positional.append(arg)
    keywords: list[tuple[str, Object]] = []
    for name, it in value.keywords:
        arg = out.get(frame, it)
        if name != "**":
            keywords.append((name, arg))
            continue
        spread = True
        if isinstance(arg, Table):
            keywords += [(key, given) for key, given in arg.named if key not in arg.later]
    args = Args(tuple(positional), tuple(keywords), spread, star)
    if function is UNKNOWN:
        return out.received(frame, number, value, args)
    kind = type(function)
    if kind is External:
        assert isinstance(function, External)
        if function.name in _FAN_OUT:
            out.fan_out(frame, value, function.name)
        if type(values[value.of]) is facts.Attribute and not out.library(function.name):
            # A method of something of which nothing is known but the module: request.db.query(Book)
            found = out.received(frame, number, value, args)
            if found is not UNKNOWN:
                return found
    elif kind is Function:
        assert isinstance(function, Function)
        if function.bound is not None:
            function = out.implementation(function)
        if out.is_declared_only(function):
            found = out.received(frame, number, value, args)
            if found is not UNKNOWN:
                return found
    if positional or keywords:
        out.grow(frame, number, value, args)
    found = out.call(function, args, frame, number)
    if isinstance(function, Function) and frame.params and function.bound is frame.params[0]:
        found = _overridden(out, frame, number, function, args, found)
    nobodys = found is UNKNOWN or (type(found) is Built and not out.library(found.name))
    if nobodys and kind is Function and out.receivers_of(values[value.of]):
        sent = out.wrapped(frame, number, value, args)
        if found is UNKNOWN or sent is not UNKNOWN:
            return sent
    for path in frame.sorted_by:
        found = found.with_read(path)
        frame.sorted_by = ()
    return found


def _overridden(
    out: "Evaluator", frame: Frame, number: int, function: Function, args: Args, found: Object
) -> Object:
    """What comes of a method that an object calls on itself, where other classes say what that does."""
    others = out.overriding(function, frame, number)
    if not others:
        return found
    told = [out.call(it, args, frame, number) for it in others]
    return standard.join(told) if found is UNKNOWN else found


def wrapped(out: "Evaluator", frame: Frame, number: int, value: facts.Call, args: Args) -> Object:
    """A method of the program that sends what it is given, though nobody sees how: that of its own cursor."""
    if any(it.value == number for it in frame.effects):
        return UNKNOWN
    words = _chain(frame.scope.values, value.of)
    for library in out.receivers_of(frame.scope.values[value.of]):
        if library.WRAPPED:
            found = library.received(words[:-1], words[-1], args, Here(out, frame, number))
            if found is not None:
                return found
    return UNKNOWN


def is_declared_only(out: "Evaluator", function: Function) -> bool:
    """Whether it is a method of a Protocol: it says what there is, and others do it."""
    parent = out.program.scope(function.path, function.scope).parent
    if parent < 0 or out.program.scope(function.path, parent).kind != "class":
        return False
    key = (function.path, parent)
    if key not in out.protocols:
        bases = out.bases(Class(*key, out.program.scope(*key).name))
        out.protocols[key] = any(isinstance(it, str) and it.endswith(".Protocol") for it in bases)
    return out.protocols[key]


def call(
    out: "Evaluator", function: Object, args: Args, frame: Frame, number: int, each: Each | None = None
) -> Object:
    if isinstance(function, Function):
        return out.enter(function, args, frame, number, each)
    if isinstance(function, OneOf):
        return standard.join([out.call(it, args, frame, number, each) for it in function.options])
    if isinstance(function, Class):
        return out.construct(function, args, frame, number, each)
    at = Here(out, frame, number, each)
    if isinstance(function, External):
        if function.name == "builtins.super":
            return out.super_of(frame, args)
        library = out.library(function.name)
        made = library.called(function.name, args, at) if library is not None else None
        if made is None and (other := out.others.get(function.name.partition(".")[0])) is not None:
            made = other.called(function.name, args, at)
        if made is None:
            made = standard.called(function.name, args, at)
        if made is None and library is not None:
            made = library.instance(function.name)
        return made if made is not None else Built(function.name, args)
    if isinstance(function, Subscripted):
        return out.call(function.of, args, frame, number, each)
    if isinstance(function, Instance) and isinstance(function.cls, Class):
        return out.call(at.member(function.cls, "__call__", function) or UNKNOWN, args, frame, number, each)
    return function.call(args, at)


def construct(
    out: "Evaluator", cls: Class, args: Args, frame: Frame, number: int, each: Each | None
) -> Object:
    model = out.model_of(cls)
    if model is not None:
        return out.by_name[model.library].new_row(model, args)
    made = out.constructed(cls, args, at=Here(out, frame, number, each)) or out.instance(cls)
    if isinstance(made, Instance):
        init = out.member(cls, "__init__", made, frame, number)
        if isinstance(init, Function):
            out.enter(init, args, frame, number, each)
            return (
                limited(Instance(cls, tuple(held_of(out, cls, init, args))), out.weights)
                if args.positional or args.keywords
                else made
            )
        if made.held == () and any(isinstance(it, Class | Instance) or it.is_fetched for it in args.all):
            return limited(Instance(cls, tuple(held_as_field(out, cls, args))), out.weights)
    return made


def constructed(out: "Evaluator", cls: Class, args: Args, at: Here) -> Object | None:
    """What a library makes of a call of a class that derives from one of its own: a field, a paginator."""
    for library in out.reaching(cls):
        made = library.constructed(cls, args, at)
        if made is not None:
            return made
    return None


def enter(
    out: "Evaluator", function: Function, args: Args, frame: Frame, number: int, each: Each | None
) -> Object:
    path, inner = function.path, function.scope
    scope = out.program.scope(path, inner)
    out.calls.add(((frame.path, frame.number), (path, inner)))
    if scope.kind == "lambda" and scope.params == () and not scope.values:
        return UNKNOWN
    bound = out.bind(function, scope, args)
    key = (path, inner)
    running = out.active.get(key)
    if running is not None:
        frame.recursive.append(number)
        if running is not frame:
            running.recursive.append(-1)
        return UNKNOWN
    # What helps to declare columns is called for each of them.
    declares = frame.scope.kind in ("class", "module")
    callee = out.frame_for(path, inner, scope, bound, frame.depth + 1, declares)
    if callee is None:
        return UNKNOWN
    kinds = out.decorators(function) if scope.decorators else frozenset()
    place = Place(frame.path, frame.number, number)
    if callee.is_told_nothing:
        found = out.result(callee, scope, kinds, place)
        if callee.effects:  # constants have told something after all
            out.called[path, inner, callee.params] = callee
            out.take_over(callee, function, bound, frame, number, each)
        return found
    out.run(callee)
    if not kinds & _CACHES:
        out.take_over(callee, function, bound, frame, number, each)
    return out.result(callee, scope, kinds, place)


def take_over(
    out: "Evaluator",
    callee: Frame,
    function: Function,
    bound: tuple[Object, ...],
    frame: Frame,
    number: int,
    each: Each | None,
) -> None:
    """What the callee sends is sent by the call."""
    if not callee.effects:
        return
    spared = _spared_from(callee, bound)
    loop = frame.scope.values[number].loop if number < len(frame.scope.values) else -1
    by_self = bool(callee.scope.decorators) and not _KEPT_BY_SELF.isdisjoint(out.decorators(function))
    seen: set[object] = set()
    raised = (*callee.scope.raised, *_left_out(frame, number, function, callee))
    instead = _for_others(frame, number, function, callee)
    for it in callee.effects:
        if it.value >= spared:
            continue
        if raised and any(first <= it.value < end for first, end in raised):
            continue  # the caller does not get to its next pass, or the callee does not get there
        hands_on = bool(it.chain) and _hands_on(callee, it.value)
        if len(it.chain) >= _LONGEST_CHAIN and not hands_on:
            continue
        chain = it.chain if hands_on else (callee.place(it.value), *it.chain)
        if chain[-1] in seen:
            continue
        seen.add(chain[-1])
        stands_in = any(first <= it.value < end for first, end in instead)
        if it.query.likely and (stands_in or it.value in callee.kept):
            # The next call finds it there, unless it asks for something else; or it is given what that is.
            it = it._replace(query=msgspec.structs.replace(it.query, likely=False))
        made: Place | None = None
        holder = it.parameter if it.held or it.query.cause != "call" else None
        if holder is None:
            holder = 0 if by_self else callee.held.get(it.value)
        if holder == 0 and each is not None and function.bound is not None and function.bound.ALIKE:
            continue  # the next row finds it there
        if holder is not None and holder > 0 and each is not None and each.how == RESOLVER:
            continue  # so does the next one in what a request brings with it
        if each is None:
            # It is kept by the row or object that is given: sent once for that, not once for each call.
            by = _given(frame, number, function, holder) if holder is not None else _around(frame, callee, it)
            if by is not None:
                path = it.path or (it.query.relation or it.query.api,)
                if not frame.reads(by, *path):
                    continue  # something before has made it load that
                row_loop, (parameter, names) = frame.loop_of(by), frame.parameter_of(by)
                shared: Place | None = getattr(frame.objects[by], "kept", None)
                if shared is not None:  # `shelf.books` all lead back to that one shelf
                    if (shared.path, shared.scope) != (frame.path, frame.number):
                        continue
                    row_loop = frame.made_in_loop(shared, by)
                path = (*names, *path)
                frame.add(Effect(it.query, number, row_loop, chain, parameter, held=True, path=path), None)
                continue
        if it.parameter is not None and it.parameter < len(bound):
            made = getattr(bound[it.parameter], "made", None)
        rows: Place | None = getattr(bound[it.spared], "made", None) if it.spared is not None else None
        if rows is not None and frame.has_sent(rows):
            continue
        by_rows = frame.parameter_made_at(rows)
        frame.add(Effect(it.query, number, loop, chain, None, each, spared=by_rows), made)
        if len(seen) >= _MOST_TAKEN:
            break
    if callee.learned:
        _learn(out, callee, function, frame, number, each)


def _around(frame: Frame, callee: Frame, it: Effect) -> int | None:
    """The variable of the frame of which a function within it has loaded a relation, or a column."""
    if (
        it.chain
        or it.query.cause == "call"
        or (callee.path, callee.scope.parent) != (frame.path, frame.number)
    ):
        return None
    of = callee.scope.values[it.value]
    while isinstance(of, facts.Attribute):
        of = callee.scope.values[of.of]
    return dict(frame.scope.names).get(of.name) if isinstance(of, facts.Name) else None


def _left_out(frame: Frame, number: int, function: Function, callee: Frame) -> list[tuple[int, int]]:
    """What the callee does where it is given None, if what it is given is surely something else."""
    return [
        (first, end)
        for decider, asked, first, end in callee.scope.decided
        if asked is None
        and decider >= 0
        and isinstance(parameter := callee.scope.values[decider], facts.Parameter)
        and (by := _given(frame, number, function, parameter.index)) is not None
        and is_there(frame.scope.values, by)
    ]


def _for_others(frame: Frame, number: int, function: Function, callee: Frame) -> list[tuple[int, int]]:
    """What the callee does for those who leave out a parameter that the call gives: `if page is None: …`."""
    values, params = frame.scope.values, callee.scope.params
    around = callee.out.program.scope(callee.path, callee.scope.parent).values
    found: list[tuple[int, int]] = []
    for decider, asked, first, end in callee.scope.decided:
        it = callee.scope.values[decider if decider >= 0 else ~decider]
        if (decider >= 0) is not (asked is None) or not isinstance(it, facts.Parameter):
            continue
        default = params[it.index].default
        if default is None or not isinstance(said := around[default], facts.Const) or said.value is not None:
            continue
        by = _given(frame, number, function, it.index)
        if by is not None and isinstance(values[by], _TELLS):
            found.append((first, end))
    return found


def _spared_from(callee: Frame, bound: tuple[Object, ...]) -> int:
    """`if hasattr(self, "n"): return self.n`, where the row has an annotation `n`: the rest is for others.

    The value from which on that holds: what is done before, is done for all.
    """
    everything = len(callee.scope.values)
    added = {name for it in bound for name in it.added}
    if not added:
        return everything
    asked = callee.out.of_scope(looked_for, callee.path, callee.number)
    return min((at for name, at in asked.items() if name in added), default=everything)


def _learn(
    out: "Evaluator", callee: Frame, function: Function, frame: Frame, number: int, each: Each | None
) -> None:
    """What the callee has read of what it was given is there."""
    if out.program.results(callee.path, callee.number).given:
        return  # a generator, which goes on only as far as somebody asks
    if each is not None:
        it = frame.scope.values[number]
        key = dict(it.keywords).get("key") if isinstance(it, facts.Call) else None
        if isinstance(it, facts.Call) and key is not None and isinstance(frame.known(key), Function):
            method = frame.scope.values[it.of]
            for of in (*it.args, method.of) if isinstance(method, facts.Attribute) else it.args:
                if frame.objects[of] is each.over:
                    learn_each(callee, frame, number, of)
        return
    for index in {index for index, _, _ in callee.learned}:
        by = _given(frame, number, function, index)
        if by is not None:
            learn_from(callee, index, frame, number, by)


def result(
    out: "Evaluator", callee: Frame, scope: facts.Scope, kinds: frozenset[str], place: Place
) -> Object:
    results = out.program.results(callee.path, callee.number)
    known = partial(out.get, callee) if callee.is_told_nothing else callee.known
    returned = [known(it) for it in results.returned]
    given = [
        standard.element_of(known(it), Here(out, callee, number)) if all else known(it)
        for number, it, all in results.given
    ]
    if kinds & _CONTEXT_MANAGERS:
        return Managed(standard.join(given).moved(place))
    found = Many(standard.join(given)) if given else standard.join(returned)
    if found is UNKNOWN and scope.returns is not None:
        found = out.annotated(out.get(out.frame(callee.path, scope.parent), scope.returns))
    found = found.moved(place)
    return standard.Coroutine(found) if scope.is_async and not given else found


def receivers_of(out: "Evaluator", of: facts.AnyValue) -> tuple[Library, ...]:
    """The libraries that may know a method of something unknown by its name."""
    if not isinstance(of, (facts.Attribute, facts.Name)):
        return ()
    found = out.receivers.get(of.name)
    if found is None:
        found = out.receivers[of.name] = tuple([it for it in out.receiving if it.receives(of.name)])
    return found


def received(out: "Evaluator", frame: Frame, number: int, value: facts.Call, args: Args) -> Object:
    """A method of something that nobody knows: a library may tell by its arguments."""
    values = frame.scope.values
    if libraries := out.receivers_of(values[value.of]):
        chain = _chain(values, value.of)
        at = Here(out, frame, number)
        for library in libraries:
            found = library.received(chain[:-1], chain[-1], args, at)
            if found is not None:
                return found
    return UNKNOWN


def fan_out(out: "Evaluator", frame: Frame, value: facts.Call, name: str) -> None:
    values = frame.scope.values
    for it in value.args:
        spread = values[it]
        of = values[spread.of] if isinstance(spread, facts.Spread) else spread
        if isinstance(of, facts.Comprehension):
            frame.fanned[values[of.each].loop] = name.rpartition(".")[2]


def _hands_on(callee: Frame, number: int) -> bool:
    """Whether the call calls, or gives another, a function that the callee was given: `run(find, key)`.

    What that sends is told of who gave it.
    """
    it = callee.scope.values[number]
    return isinstance(it, facts.Call) and any(
        isinstance(callee.scope.values[of], (facts.Parameter, facts.Name))
        and type(callee.objects[of]) is Function
        and _is_given(callee, of)
        for of in (it.of, *it.args)
    )


def _is_given(callee: Frame, number: int) -> bool:
    """Whether that is a parameter of the scope, or of a function around it."""
    it = callee.scope.values[number]
    if isinstance(it, facts.Parameter):
        return True
    assert isinstance(it, facts.Name)
    for scope, names in callee.around or ():
        if (found := names.get(it.name)) is not None:
            value = callee.out.program.scope(callee.path, scope).values[found]
            return isinstance(value, facts.Parameter)
    return False


def load(out: "Evaluator", frame: Frame, number: int, rows: Object, paths: tuple[str, ...]) -> None:
    call = frame.scope.values[number]
    if isinstance(call, facts.Call):
        method = frame.scope.values[call.of]
        held = (*call.args, method.of) if isinstance(method, facts.Attribute) else call.args
        for it in held:
            if frame.objects[it] is rows:
                frame.objects[it] = rows.with_loaded(paths)


def _given(frame: Frame, call: int, function: Function, parameter: int) -> int | None:
    """The value that a call, or the attribute that is a property, gives for a parameter of what it enters."""
    it = frame.scope.values[call]
    if isinstance(it, facts.Attribute):
        return it.of if parameter == 0 else None
    of = frame.known(it.of) if isinstance(it, facts.Call) else None
    called = [each for each in options(of) if isinstance(each, Function)]
    if not isinstance(it, facts.Call) or not called:
        return _written_out(frame, it, function) if parameter == 0 else None
    if not any((each.path, each.scope) == (function.path, function.scope) for each in called):
        return None
    return given(frame, it, function, parameter)


def _written_out(frame: Frame, it: facts.AnyValue, function: Function) -> int | None:
    """The row whose `__str__` is called by `str(row)` or by a text that it is put into."""
    if function.bound is None or function.name not in ("__str__", "__repr__"):
        return None
    if isinstance(it, facts.Text):
        given = [of for of in it.parts if isinstance(of, int)]
    elif isinstance(it, facts.Operation):  # "%s" % row, "%s by %s" % (row, name)
        items = (frame.scope.values[of] for of in it.operands)
        given = [
            *it.operands,
            *(of for each in items if isinstance(each, facts.Display) for of in each.items),
        ]
    else:
        given = [*it.args] if isinstance(it, facts.Call) else []
    found = {of for of in given if frame.objects[of] == function.bound}
    return found.pop() if len(found) == 1 else None  # of two rows nobody knows which one is meant


def _chain(values: tuple[facts.AnyValue, ...], number: int) -> tuple[str, ...]:
    """The words of `self.client.db.user.find_many`, from the first that has a name; else ()."""
    words: list[str] = []
    while True:
        it = values[number]
        if isinstance(it, facts.Attribute):
            words.append(it.name)
            number = it.of
            continue
        if isinstance(it, facts.Name):
            words.append(it.name)
        return tuple(reversed(words))


# What a call gives that is hardly None: whoever hands on a parameter, or a variable, may have none.
_TELLS: Final = (facts.Attribute, facts.Item, facts.Element, facts.Text, facts.Operation, facts.Display)
_CACHES: Final = frozenset(("lru_cache", "cache", "cached", "memoize", "memoized", "alru_cache"))
_KEPT_BY_SELF: Final = frozenset(("cached_property", "lazy_property"))
_CONTEXT_MANAGERS: Final = frozenset(("contextmanager", "asynccontextmanager"))
_FAN_OUT: Final = frozenset(("asyncio.gather", "asyncio.wait", "asyncio.as_completed"))
_MOST_TAKEN: Final = 40
_LONGEST_CHAIN: Final = 5
