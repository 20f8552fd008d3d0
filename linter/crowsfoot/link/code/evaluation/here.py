"""Where something is done: what objects may ask and say there."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from crowsfoot.facts import code as facts
from crowsfoot.libraries.dotted import shared
from crowsfoot.libraries.models import Model, Models
from crowsfoot.libraries.objects import Args, Class, External, Function, Object, Place
from crowsfoot.libraries.query import Query
from crowsfoot.link.code.evaluation.frame import Answer, Each, Effect, Frame
from crowsfoot.link.code.evaluation.kept import looked_for
from crowsfoot.link.code.evaluation.lacking import lacking
from crowsfoot.link.code.evaluation.learned import learn
from crowsfoot.link.code.evaluation.templates import render
from crowsfoot.link.code.evaluation.usage import parts_of

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


class Module(Object, frozen=True):
    """A module of the program; path is that of its file, or of its folder where it has none."""

    path: str
    folder: str = ""


class Super(Object, frozen=True):
    """super() in a method of the class, on what it is a method of."""

    cls: Class
    of: Object


class Managed(Object, frozen=True):
    """What a function under @contextmanager returns: of is what it yields."""

    of: Object


class Holder(NamedTuple):
    """A class that has a name: by a value of its body, an annotation, or what its methods store in self."""

    cls: Class
    kind: Literal["value", "annotation", "stored"]
    number: int


class Here:
    """Where something is done: the At that objects are given."""

    __slots__ = ("_behind", "_each", "_frame", "_is_apart", "_out", "_value")

    def __init__(
        self,
        out: "Evaluator",
        frame: Frame,
        value: int,
        each: Each | None = None,
        *,
        is_apart: bool = False,
        behind: tuple[Place, ...] = (),
    ) -> None:
        # Whatever is read here is read by machinery, not by the value of the program.
        self._is_apart = is_apart
        self._behind = behind
        self._out = out
        self._frame = frame
        self._value = value
        self._each = each

    @property
    def place(self) -> Place:
        return self._frame.place(self._value)

    @property
    def models(self) -> Models:
        return self._out.models

    @property
    def is_async(self) -> bool:
        return self._frame.scope.is_async

    def runs(self, query: Query, made: Place | None = None, unless: Place | None = None) -> None:
        frame, value = self._frame, self._value
        it = frame.scope.values[value]
        loop = it.loop
        parameter: int | None = None
        path: tuple[str, ...] = ()
        if query.cause != "call" and isinstance(it, facts.Attribute):
            if query.cause == "relation":
                self._learns(query, it.of)
            # What has expired comes back whole.
            name = it.name if query.cause != "expired" else ""
            if not frame.reads(it.of, name):
                return
            # A row keeps what it has loaded.
            loop, (parameter, path) = frame.loop_of(it.of), frame.parameter_of(it.of)
            path = (*path, name)
        elif query.cause == "relation" and (of := self._awaited(it, query.relation)) is not None:
            self._learns(query, of)
            if not frame.reads(of, query.relation):
                return
            loop, (parameter, path) = frame.loop_of(of), frame.parameter_of(of)
            path = (*path, query.relation)
        elif query.cause == "relation" and frame.asks(it):
            of = it.args[0]
            self._learns(query, of)
            if not frame.reads(of, query.relation):
                return
            loop, (parameter, path) = frame.loop_of(of), frame.parameter_of(of)
            path = (*path, query.relation)
        elif query.cause == "kept" and isinstance(it, facts.Call):
            method = frame.scope.values[it.of]
            if isinstance(method, facts.Attribute):
                if not frame.reads(method.of, query.relation):
                    return
                loop, (parameter, path) = frame.loop_of(method.of), frame.parameter_of(method.of)
                path = (*path, query.relation)
        spared = frame.parameter_made_at(unless)
        frame.add(
            Effect(query, value, loop, self._behind, parameter, self._each, path=path, spared=spared), made
        )

    def _awaited(self, it: facts.AnyValue, relation: str) -> int | None:
        """The row of which a relation is awaited that it keeps: `await book.awaitable_attrs.author`."""
        frame = self._frame
        values = frame.scope.values
        read = values[it.of] if isinstance(it, facts.Awaited) else None
        through = values[read.of] if isinstance(read, facts.Attribute) and read.name == relation else None
        if not isinstance(through, facts.Attribute):
            return None
        return through.of if frame.known(through.of).keeps_relation(relation, self.models) else None

    def _learns(self, query: Query, of: int) -> None:
        if self._each is None and not query.fails and not self._behind:
            learn(self._frame, self._value, of, (query.relation,))

    def answers(self, query: Query, shows: bool = False) -> None:
        self._frame.answers.append(Answer(query, self._value, shows))

    def fetched(self, made: Place) -> bool:
        return self._frame.has_sent(made)

    def mark(self, word: str) -> None:
        self._frame.marks.append((word, self._value))

    def happened(self, word: str) -> bool:
        return any(name == word for name, _ in self._frame.marks)

    def marked(self, word: str) -> bool:
        return self._frame.marked(word, self._value)

    def gathered(self, index: int) -> bool:
        values = self._frame.scope.values
        call = values[self._value]
        if not isinstance(call, facts.Call) or index >= len(call.args):
            return False
        given = values[call.args[index]]
        return isinstance(given, _FROM_BEFORE) or given.loop != call.loop

    def loaded(self, rows: Object, paths: tuple[str, ...]) -> None:
        self._out.load(self._frame, self._value, rows, paths)

    def renders(self, template: str, given: Mapping[str, Object]) -> bool:
        return render(self._out, template, given, self._frame, self._value, self._each)

    def call(self, function: Object, args: Args) -> Object:
        return self._out.call(function, args, self._frame, self._value, self._each)

    def each(self, over: Object, how: str) -> "Here":
        return Here(self._out, self._frame, self._value, Each(over, how))

    def elsewhere(self, place: Place, behind: tuple[Place, ...] = ()) -> "Here":
        there = self._out.frame(place.path, place.scope)
        return Here(self._out, there, place.value, self._each, behind=behind)

    def apart(self) -> "Here":
        of = self._frame
        frame = Frame(self._out, of.path, of.number, of.scope, of.params, of.general, of.depth)
        return Here(self._out, frame, self._value, self._each, is_apart=True)

    @property
    def sent(self) -> tuple[tuple[Query, tuple[Place, ...]], ...]:
        return tuple((it.query, it.chain) for it in self._frame.effects)

    def written(self, cls: Class, name: str, index: int | None = None) -> Place | None:
        return self._out.program.written(cls, name, index)

    def assigned(self, of: Object, name: str) -> tuple[Object, ...]:
        get, frame = self._out.get, self._frame
        before = (it for it in frame.scope.values[: max(self._value, 0)] if type(it) is facts.Store)
        return tuple(get(frame, it.value) for it in before if it.name == name and get(frame, it.of) == of)

    def words(self, function: Object) -> frozenset[str]:
        if not isinstance(function, Function):
            return frozenset()
        return self._out.of_scope(_words, function.path, function.scope)

    def looked_for(self, function: Function, before: int | None = None) -> frozenset[str]:
        asked = self._out.of_scope(looked_for, function.path, function.scope)
        return frozenset(name for name, at in asked.items() if before is None or at < before)

    def lacking(self, place: Place) -> frozenset[tuple[str, str]]:
        found = self._out.of_scope(lacking, place.path, place.scope)
        return frozenset((it.attribute, it.key) for it in found if it.first <= place.value < it.end)

    def uses(self, function: Function, index: int) -> bool:
        program, path, number = self._out.program, function.path, function.scope
        name = program.scope(path, number).params[index].name
        return index in self._out.of_scope(_used, path, number) or any(
            isinstance(it, facts.Name) and it.name == name
            for inner in program.inner(path, number)
            for it in program.scope(path, inner).values
        )

    def defined(self, cls: Class) -> Place:
        return self._out.program.defined(cls)

    def note(self, cls: Class, word: str) -> None:
        self._out.noted.setdefault(cls, set()).add(word)

    def notes(self, cls: Class) -> frozenset[str]:
        return frozenset(self._out.noted.get(cls, ()))

    def is_named(self, cls: Class) -> bool:
        return self._out.program.is_named(cls)

    def speaks_of(self, name: str) -> bool:
        return self._out.program.speaks_of(name)

    def settings(self, name: str, words: tuple[str, ...]) -> Iterator[Object]:
        program, here = self._out.program, self._frame.path
        paths = dict.fromkeys(path for word in words for path in program.saying(word))
        for path in sorted(paths, key=lambda it: (-shared(it, here, "/"), it)):
            # Some write settings as a class, which django-configurations makes a module of.
            for at, scope in enumerate(program.files[path].scopes):
                number = program.names(path, at).get(name) if scope.kind in ("module", "class") else None
                if number is not None:
                    yield self._out.get(self._out.frame(path, at), number)

    def calls_on(self, cls: Class, method: str) -> Iterator[Args]:
        out = self._out
        for path in out.program.saying(method):
            for at, number in out.program.calls_of(path, method).get(cls.name, ()):
                frame = out.frame(path, at)
                call = frame.scope.values[number]
                assert isinstance(call, facts.Call)
                of = frame.scope.values[call.of]
                if isinstance(of, facts.Attribute) and out.get(frame, of.of) == cls:
                    keywords = tuple((name, out.get(frame, it)) for name, it in call.keywords)
                    yield Args(tuple(out.get(frame, it) for it in call.args), keywords)

    def added(self, method: str, name: str) -> Iterator[tuple[Object, Object]]:
        out = self._out
        for path in out.program.saying(method):
            for at, number in (it for some in out.program.calls_of(path, method).values() for it in some):
                frame = out.frame(path, at)
                values, call = frame.scope.values, frame.scope.values[number]
                assert isinstance(call, facts.Call)
                of = values[call.of]
                said = values[call.args[0]] if len(call.args) > 1 else None
                if isinstance(of, facts.Attribute) and isinstance(said, facts.Const) and said.value == name:
                    yield out.get(frame, of.of), out.get(frame, call.args[1])

    def bound(self, found: Object, of: Object) -> Object:
        return self._out.bound(found, of, self._frame, self._value, self._each)

    def imported(self, name: str) -> Object:
        module, _, last = name.rpartition(".")
        path = self._out.program.modules.file_of(module, self._frame.path)
        return (path and self._out.of_module(path, last)) or External(name)

    def member(self, cls: Class, name: str, of: Object, inherited: bool = False) -> Object | None:
        return self._out.member(cls, name, of, self._frame, self._value, self._each, inherited)

    def attributes(self, cls: Class) -> Mapping[str, Object]:
        return self._out.attributes(cls)

    def called_in(self, cls: Class) -> Iterator[Object]:
        return self._out.called_in(cls)

    def annotations(self, cls: Class) -> Mapping[str, Object]:
        return self._out.annotations(cls)

    def keywords(self, cls: Class) -> Mapping[str, Object]:
        return self._out.keywords(cls)

    def bases(self, cls: Class) -> tuple[Class | str, ...]:
        return self._out.bases(cls)

    def lineage(self, cls: Class) -> tuple[Class | str, ...]:
        return self._out.lineage(cls)

    def class_decorators(self, cls: Class) -> tuple[Object, ...]:
        return self._out.class_decorators(cls)

    def decorated(self, function: Function) -> tuple[Object, ...]:
        return self._out.class_decorators(Class(function.path, function.scope, function.name))

    def annotated(self, function: Function) -> Object | None:
        scope = self._out.program.scope(function.path, function.scope)
        around = self._out.frame(function.path, scope.parent)
        return self._out.get(around, scope.returns) if scope.returns is not None else None

    def returned(self, function: Object) -> Place | None:
        if not isinstance(function, Function):
            return None
        values = self._out.program.scope(function.path, function.scope).values
        found = (it.of for it in reversed(values) if isinstance(it, facts.Returned) and it.of is not None)
        number = next(found, None)
        if number is None:
            return None
        while isinstance(it := values[number], facts.Either):
            number = max(it.options)
        return Place(function.path, function.scope, number)

    def decorators(self, function: Function) -> frozenset[str]:
        return self._out.decorators(function)

    def model_of(self, cls: Object) -> Model | None:
        return self._out.model_of(cls)


_FROM_BEFORE: Final = (facts.Either, facts.Parameter, facts.Name, facts.Attribute)


def _used(scope: facts.Scope) -> frozenset[int]:
    """The parameters of which something is made, or over which a loop goes."""
    values = scope.values
    parts = {part for it in values for part in parts_of(it)}
    parts.update(it.over for it in scope.loops if it.over is not None)
    return frozenset(it.index for part in parts if isinstance(it := values[part], facts.Parameter))


def _words(scope: facts.Scope) -> frozenset[str]:
    return frozenset(it.name for it in scope.values if isinstance(it, facts.Attribute))
