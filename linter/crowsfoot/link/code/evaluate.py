"""A program and its libraries -> what each scope sends to the database, where, and in which loop.

Each value of a scope becomes an object (libraries.objects) that says what comes of it. A function is gone
through once in general, and once for each way in which it is called, so far as that tells more: what a
caller's rows have loaded is known in what it calls. Nothing of the program is run.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard, texts
from crowsfoot.libraries.models import Model, Models
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    Built,
    Class,
    Constant,
    External,
    Function,
    Instance,
    Library,
    Many,
    Object,
    OneOf,
    Place,
    Sliced,
    Subscripted,
    Table,
)
from crowsfoot.libraries.query import Query
from crowsfoot.link.code.frame import Each, Effect, Frame
from crowsfoot.link.code.kept import kept
from crowsfoot.link.code.loops import grows, walk_of
from crowsfoot.link.code.program import Program


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
    """A class that has a name: by a value of its body, an annotation there, or what its methods store in self."""

    cls: Class
    kind: Literal["value", "annotation", "stored"]
    number: int


class Here:
    """Where something is done: the At that objects are given."""

    __slots__ = ("_each", "_frame", "_is_apart", "_out", "_value")

    def __init__(
        self, out: "Evaluator", frame: Frame, value: int, each: Each | None = None, is_apart: bool = False
    ) -> None:
        self._is_apart = (
            is_apart  # whatever is read here is read by machinery, not by the value of the program
        )
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

    def runs(self, query: Query, made: Place | None = None) -> None:
        frame, value = self._frame, self._value
        it = frame.scope.values[value]
        loop, parameter = it.loop, None
        if query.cause != "call" and isinstance(it, facts.Attribute):
            # What has expired comes back whole.
            if not frame.reads(it.of, it.name if query.cause != "expired" else ""):
                return
            loop, parameter = (
                frame.loop_of(it.of),
                frame.parameter_of(it.of),
            )  # a row keeps what it has loaded
        elif query.cause == "relation" and frame.asks(it) and not frame.reads(it.args[0], query.relation):
            return
        frame.add(Effect(query, value, loop, parameter=parameter, each=self._each), made)

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

    def call(self, function: Object, args: Args) -> Object:
        return self._out.call(function, args, self._frame, self._value, self._each)

    def each(self, over: Object, how: str) -> "Here":
        return Here(self._out, self._frame, self._value, Each(over, how))

    def elsewhere(self, place: Place) -> "Here":
        return Here(self._out, self._out.frame(place.path, place.scope), place.value, self._each)

    def apart(self) -> "Here":
        of = self._frame
        frame = Frame(of.path, of.number, of.scope, of.params, of.general, of.depth)
        return Here(self._out, frame, self._value, self._each, is_apart=True)

    @property
    def sent(self) -> tuple[tuple[Query, tuple[Place, ...]], ...]:
        return tuple((it.query, it.chain) for it in self._frame.effects)

    def written(self, cls: Class, name: str, index: int | None = None) -> Place | None:
        return self._out.program.written(cls, name, index)

    def words(self, function: Object) -> frozenset[str]:
        if not isinstance(function, Function):
            return frozenset()
        values = self._out.program.scope(function.path, function.scope).values
        return frozenset(it.name for it in values if isinstance(it, facts.Attribute))

    def defined(self, cls: Class) -> Place:
        return self._out.program.defined(cls)

    def note(self, cls: Class, word: str) -> None:
        self._out.noted.setdefault(cls, set()).add(word)

    def notes(self, cls: Class) -> frozenset[str]:
        return frozenset(self._out.noted.get(cls, ()))

    def is_named(self, cls: Class) -> bool:
        return self._out.program.is_named(cls)

    def member(self, cls: Class, name: str, of: Object, inherited: bool = False) -> Object | None:
        return self._out.member(cls, name, of, self._frame, self._value, self._each, inherited)

    def attributes(self, cls: Class) -> Mapping[str, Object]:
        return self._out.attributes(cls)

    def annotations(self, cls: Class) -> Mapping[str, Object]:
        return self._out.annotations(cls)

    def keywords(self, cls: Class) -> Mapping[str, Object]:
        return self._out.keywords(cls)

    def bases(self, cls: Class) -> tuple[Class | str, ...]:
        return self._out.bases(cls)

    def class_decorators(self, cls: Class) -> tuple[Object, ...]:
        return self._out.class_decorators(cls)

    def decorated(self, function: Function) -> tuple[Object, ...]:
        return self._out.class_decorators(Class(function.path, function.scope, function.name))

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


class Evaluator:
    """What is known of a program; frames are made as they are asked for."""

    def __init__(self, program: Program, libraries: Iterable[Library], models: Models) -> None:
        self.program = program
        self.models = models
        self._libraries = tuple(libraries)
        self._by_package = {package: it for it in self._libraries for package in it.PACKAGES}
        self._by_name = {it.PACKAGES[0]: it for it in self._libraries}
        self._general: dict[tuple[str, int], Frame] = {}
        self._called: dict[tuple[str, int, tuple[Object, ...]], Frame] = {}
        self._contexts: dict[tuple[str, int, Object | None], int] = {}
        self._active: dict[tuple[str, int], Frame] = {}
        self._models: dict[Class, Model | None] = {}
        self._bases: dict[Class, tuple[Class | str, ...]] = {}
        self._externals: dict[str, Object] = {}
        self._protocols: dict[tuple[str, int], bool] = {}
        self._stores: dict[tuple[str, int], dict[str, list[tuple[int, int]]]] = {}
        self._decorators: dict[tuple[str, int], frozenset[str]] = {}
        self._holders: dict[tuple[Class, str, bool], tuple[Holder, ...]] = {}
        self._guessing: list[Any] = [it for it in self._libraries if hasattr(it, "guess")]
        self._receiving: list[Any] = [it for it in self._libraries if hasattr(it, "received")]
        self.calls: set[tuple[tuple[str, int], tuple[str, int]]] = set()
        self.noted: dict[Class, set[str]] = {}
        self.sizes: dict[tuple[str, int, int], set[str]] = {}

    # Frames

    def frame(self, path: str, number: int) -> Frame:
        """The scope as it is in general, its values evaluated as they are asked for."""
        found = self._active.get((path, number)) or self._general.get((path, number))
        if found is None:
            scope = self.program.scope(path, number)
            found = Frame(path, number, scope, (), general=True, depth=0)
            self._general[path, number] = found
            if scope.params:
                found.params = tuple(
                    self._expected(path, scope, it, index) for index, it in enumerate(scope.params)
                )
        return found

    def general(self, path: str, number: int) -> Frame:
        """The same, all of it evaluated."""
        self._active.pop((path, number), None)
        frame = self.frame(path, number)
        self.run(frame)
        return frame

    def frames(self) -> Iterable[Frame]:
        """All that has been evaluated."""
        yield from self._general.values()
        yield from self._called.values()

    def run(self, frame: Frame) -> None:
        if frame.done:
            return
        frame.done = True
        key = (frame.path, frame.number)
        before = self._active.get(key)
        self._active[key] = frame
        objects, handlers = frame.objects, _HANDLERS
        for number, value in enumerate(frame.scope.values):
            if objects[number] is None:  # as in get(), which is called for what comes too early
                objects[number] = UNKNOWN
                objects[number] = handlers[type(value)](self, frame, number, value)
        if before is None:
            del self._active[key]
        else:
            self._active[key] = before

    def get(self, frame: Frame, number: int) -> Object:
        """What the value is."""
        found = frame.objects[number]
        if found is None:
            frame.objects[number] = UNKNOWN
            value = frame.scope.values[number]
            found = _HANDLERS[type(value)](self, frame, number, value)
            frame.objects[number] = found
        return found

    # Names

    def _name(self, frame: Frame, number: int, value: facts.Name) -> Object:
        return self.lookup(frame.path, frame.number, value.name)

    def lookup(self, path: str, number: int, name: str) -> Object:
        """What the name means in a scope that has no variable of it."""
        own = number
        while number >= 0:
            scope = self.program.scope(path, number)
            if number == own or scope.kind != "class":
                found = self.program.names(path, number).get(name)
                if found is not None:
                    return self._variable(path, number, name, found)
            number = scope.parent
        for module, level in self.program.files[path].stars:
            starred = self._star(module, level, path, name)
            if starred is not None:
                return starred
        return self.external(f"builtins.{name}")

    def _variable(self, path: str, number: int, name: str, value: int) -> Object:
        """A variable as others see it: one that begins as None is given its value later, by somebody."""
        frame = self.frame(path, number)
        found = self.get(frame, value)
        if found == _NONE and frame.scope.kind != "function":
            annotation = dict(frame.scope.annotations).get(name)
            return UNKNOWN if annotation is None else self.annotated(self.get(frame, annotation))
        if isinstance(found, Many) and found.items == () and frame.scope.kind == "class":
            # `members: list[Member] = []` of a model of pydantic: what an instance has is of that kind.
            annotation = dict(frame.scope.annotations).get(name)
            return found if annotation is None else self.annotated(self.get(frame, annotation))
        return found

    def _star(self, module: str, level: int, path: str, name: str) -> Object | None:
        file, dotted = self.program.imported_module(module, level, path)
        if file is not None and file != path:
            return self._of_module(file, name)
        if file is None and (library := self._library(dotted)) is not None:
            named = f"{dotted}.{name}"
            return library.instance(named) and External(named)
        return None

    def _import(self, frame: Frame, number: int, value: facts.Import) -> Object:
        path, dotted, name = self.program.imported(value, frame.path)
        if path is not None:
            if not name:
                return Module(path)
            return self._of_module(path, name) or UNKNOWN
        if value.level:
            inner = self.program.folder_module(dotted.replace(".", "/"), name)
            return Module(inner) if inner else UNKNOWN
        if name and (inner := self.program.module(f"{dotted}.{name}", frame.path)):
            return Module(inner)
        if not name and self.program.is_folder(dotted, frame.path):
            return Module("", dotted)
        return self.external(f"{dotted}.{name}" if name else dotted)

    def _of_module(self, path: str, name: str) -> Object | None:
        place = self.program.place_of(path, name)
        if place is None:
            return None
        path, number = place
        return Module(path) if number < 0 else self._variable(path, 0, name, number)

    def _library(self, name: str) -> Library | None:
        return self._by_package.get(name.partition(".")[0])

    def external(self, name: str) -> Object:
        """Something of a library, by its dotted name."""
        known = self._externals.get(name)
        if known is None:
            library = self._library(name)
            named: Callable[[str], Object | None] | None = getattr(library, "named", None)
            known = (named(name) if named is not None else None) or External(name)
            self._externals[name] = known
        return known

    # Attributes

    def _attribute(self, frame: Frame, number: int, value: facts.Attribute) -> Object:
        of = frame.objects[value.of] or self.get(frame, value.of)
        if of is UNKNOWN:
            return self._climbed(frame, number, value) or self._guess(frame, number, value)
        if type(of) is External:
            return self.external(f"{of.name}.{value.name}")
        return self.read(of, value.name, Here(self, frame, number))

    def _climbed(self, frame: Frame, number: int, value: facts.Attribute) -> Object | None:
        """`while node.parent: node = node.parent`, where a model has such a relation to itself."""
        loop = walk_of(frame.scope, value)
        if loop is None:
            return None
        for model, field in self.models.with_relation(value.name):
            if field.kind == "one" and field.target == model.id:
                row = self.row(model)
                return row.attribute(value.name, Here(self, frame, number)) if row is not UNKNOWN else None
        return None

    def read(self, of: Object, name: str, at: Here) -> Object:
        """of.name"""
        if isinstance(of, Module):
            if of.folder:
                dotted = f"{of.folder}.{name}"
                inner = self.program.module(dotted, "")
                return Module(inner) if inner else Module("", dotted)
            return self._of_module(of.path, name) or UNKNOWN
        if isinstance(of, Class):
            return self._of_class(of, name, at)
        if isinstance(of, Instance):
            return self._of_instance(of, name, at)
        if isinstance(of, Super):
            return self._of_super(of, name, at)
        if isinstance(of, OneOf):
            return standard.join([self.read(it, name, at) for it in of.options])
        if isinstance(of, External):
            return self.external(f"{of.name}.{name}")
        if isinstance(of, Built):
            return self.external(f"{of.name}().{name}")
        return of.attribute(name, at)

    def _guess(self, frame: Frame, number: int, value: facts.Attribute) -> Object:
        """A relation to many rows that only one model has, read from something that nobody knows."""
        if frame.marks and _of_any(frame.scope, value.of):
            for library in self._guessing:
                library.guess(value.name, Here(self, frame, number))
        relations = self.models.with_relation(value.name)
        if not relations:
            return UNKNOWN
        found = [
            it
            for it in relations
            if it[1].kind == "many" and getattr(self._by_name.get(it[0].library), "telling", True)
        ]
        if len(found) != 1:
            return UNKNOWN
        model = found[0][0]
        row = self.row(model)
        return row.attribute(value.name, Here(self, frame, number)) if row is not UNKNOWN else UNKNOWN

    # Classes

    def _of_class(self, cls: Class, name: str, at: Here) -> Object:
        model = self.model_of(cls)
        if model is not None:
            found = self._by_name[model.library].class_attribute(model, name, at)
            if found is not None:
                return found
        return at.member(cls, name, cls) or self._by_library(cls, name, at) or UNKNOWN

    def _by_library(self, cls: Class, name: str, at: Here) -> Object | None:
        """What a class that is no model has by the library that it derives from."""
        packages = {it.partition(".")[0] for it in self.bases(cls) if isinstance(it, str)}
        for library in dict.fromkeys(self._by_package[it] for it in packages if it in self._by_package):
            member: Callable[[Class, str, Here], Object | None] | None = getattr(
                library, "class_member", None
            )
            if member is not None and (found := member(cls, name, at)) is not None:
                return found
        return None

    def _of_instance(self, of: Instance, name: str, at: Here) -> Object:
        if isinstance(of.cls, str):
            return self.external(f"{of.cls}().{name}")
        found = at.member(of.cls, name, of)
        return found if found is not None else UNKNOWN

    def _of_super(self, of: Super, name: str, at: Here) -> Object:
        found = at.member(of.cls, name, of.of, inherited=True)
        if found is None:
            inherited: Callable[[str, Here], Object] | None = getattr(of.of, "inherited", None)
            found = inherited(name, at) if inherited is not None else None
        return found if found is not None else UNKNOWN

    def super_of(self, frame: Frame) -> Object:
        """What super() is in a method."""
        parent = frame.scope.parent
        if parent < 0 or not frame.params:
            return UNKNOWN
        around = self.program.scope(frame.path, parent)
        cls = Class(frame.path, parent, around.name)
        return Super(cls, frame.params[0]) if around.kind == "class" else UNKNOWN

    def member(
        self,
        cls: Class,
        name: str,
        of: Object,
        frame: Frame,
        value: int,
        each: Each | None = None,
        inherited: bool = False,
    ) -> Object | None:
        """inherited: without what the class itself has."""
        key = (cls, name, inherited)
        holders = self._holders.get(key)
        if holders is None:
            holders = self._holders[key] = tuple(self._find_holders(cls, name, inherited))
        for it, kind, number in holders:
            if kind == "value":
                found = self._variable(it.path, it.scope, name, number)
                if found is UNKNOWN and not isinstance(of, Class):
                    found = self._stored(it, name) or UNKNOWN
                return self._bound(found, of, frame, value, each)
            if kind == "annotation":
                return self.annotated(self.get(self.frame(it.path, it.scope), number))
            if not isinstance(of, Class):
                return self._stored(it, name)
        return None

    def _find_holders(self, cls: Class, name: str, inherited: bool) -> Iterator[Holder]:
        """The classes that have the name: nearest first, up to the one that has it for all."""
        for it in (*(() if inherited else (cls,)), *self.bases(cls)):
            if isinstance(it, str):
                continue
            number = self.program.names(it.path, it.scope).get(name)
            if number is not None:
                yield Holder(it, "value", number)
                return
            if name in self._stores_of(it):
                yield Holder(it, "stored", -1)
            annotation = dict(self.program.scope(it.path, it.scope).annotations).get(name)
            if annotation is not None:
                yield Holder(it, "annotation", annotation)
                return

    def _bound(self, found: Object, of: Object, frame: Frame, value: int, each: Each | None) -> Object:
        """What a class has, as an instance or the class itself gets it."""
        if not isinstance(found, Function) or found.bound is not None:
            return found
        kinds = self.decorators(found)
        if kinds & _PARTS_OF_PROPERTY:
            found = self._getter(found)
            kinds = self.decorators(found)
        if "staticmethod" in kinds:
            return found
        bound = Function(found.path, found.scope, found.name, of)
        if "classmethod" in kinds:
            return Function(found.path, found.scope, found.name, self._class_of(of))
        if isinstance(of, Class):
            return found
        if kinds & _PROPERTIES:
            return self.call(bound, Args(), frame, value, each)
        return bound

    def _getter(self, found: Function) -> Function:
        """The property that `@name.setter` and the like are added to: the first of that name."""
        scopes = self.program.files[found.path].scopes
        for number in self.program.inner(found.path, scopes[found.scope].parent):
            if scopes[number].name == found.name:
                return Function(found.path, number, found.name)
        return found

    def _class_of(self, of: Object) -> Object:
        if isinstance(of, Instance) and isinstance(of.cls, Class):
            return of.cls
        model = getattr(of, "model", None)
        return model.cls if isinstance(model, Model) and model.cls is not None else of

    def decorators(self, function: Function) -> frozenset[str]:
        """The last words of its decorators."""
        scope = self.program.scope(function.path, function.scope)
        if not scope.decorators:
            return frozenset()
        key = (function.path, function.scope)
        known = self._decorators.get(key)
        if known is None:
            values = self.program.scope(function.path, scope.parent).values
            known = frozenset(_last_word(values, it) for it in scope.decorators)
            self._decorators[key] = known
        return known

    def _stores_of(self, cls: Class) -> Mapping[str, Sequence[tuple[int, int]]]:
        """What methods of the class assign to attributes of self: each with the scope and the value in it."""
        key = (cls.path, cls.scope)
        if key not in self._stores:
            found: dict[str, list[tuple[int, int]]] = {}
            scopes = self.program.files[cls.path].scopes
            for number in self.program.inner(cls.path, cls.scope):
                for value in scopes[number].values:
                    if isinstance(value, facts.Store):
                        holder = scopes[number].values[value.of]
                        if isinstance(holder, facts.Parameter) and holder.index == 0:
                            found.setdefault(value.name, []).append((number, value.value))
            self._stores[key] = found
        return self._stores[key]

    def _stored(self, cls: Class, name: str) -> Object | None:
        """What methods of the class assign to self.name."""
        places = self._stores_of(cls).get(name)
        if places is None:
            return None
        found_ = []
        for number, value_ in places[:_MOST_STORES]:
            frame = self._general.get((cls.path, number)) or self.frame(cls.path, number)
            found_.append(self.get(frame, value_))
        return standard.join([it.moved(Place(cls.path, cls.scope, 0)) for it in found_])

    def attributes(self, cls: Class) -> Mapping[str, Object]:
        frame = self.frame(cls.path, cls.scope)
        return {name: self.get(frame, number) for name, number in frame.scope.names}

    def annotations(self, cls: Class) -> Mapping[str, Object]:
        frame = self.frame(cls.path, cls.scope)
        return {name: self.get(frame, number) for name, number in frame.scope.annotations}

    def class_decorators(self, cls: Class) -> tuple[Object, ...]:
        scope = self.program.scope(cls.path, cls.scope)
        around = self.frame(cls.path, scope.parent)
        return tuple(self.get(around, it) for it in scope.decorators)

    def keywords(self, cls: Class) -> Mapping[str, Object]:
        scope = self.program.scope(cls.path, cls.scope)
        if not scope.keywords:
            return {}
        around = self.frame(cls.path, scope.parent)
        return {name: self.get(around, number) for name, number in scope.keywords}

    def bases(self, cls: Class) -> tuple[Class | str, ...]:
        known = self._bases.get(cls)
        if known is None:
            found: list[Class | str] = []
            self._collect_bases(cls, found)
            known = self._bases[cls] = tuple(found)
        return known

    def _collect_bases(self, cls: Class, found: list[Class | str]) -> None:
        if len(found) > _MOST_BASES:
            return
        scope = self.program.scope(cls.path, cls.scope)
        parent = self.frame(cls.path, scope.parent) if scope.bases else None
        for number in scope.bases:
            assert parent is not None
            base = self.get(parent, number)
            if isinstance(base, Subscripted):
                base = base.of
            if isinstance(base, Class) and base != cls and base not in found:
                found.append(base)
                self._collect_bases(base, found)
            elif isinstance(base, (External, Built)):
                found.append(base.name)
            else:  # a class that a library has made of others
                for it in getattr(base, "bases", ()):
                    if it not in found:
                        found.append(it)
                        if isinstance(it, Class):
                            self._collect_bases(it, found)
        for number in scope.decorators:
            it = self.get(self.frame(cls.path, scope.parent), number)
            if isinstance(it, (External, Built)):
                decorators = getattr(self._library(it.name), "DECORATORS", ())
                if it.name.rpartition(".")[2] in decorators:
                    found.append(it.name)

    def model_of(self, cls: Object) -> Model | None:
        if isinstance(cls, Constant) and isinstance(cls.value, str):
            named = self.models.named(cls.value.rpartition(".")[2])
            return named[0] if len(named) == 1 else None
        if not isinstance(cls, Class):
            return None
        if cls not in self._models:
            self._models[cls] = None
            packages = {it.partition(".")[0] for it in self.bases(cls) if isinstance(it, str)}
            frame = self.frame(cls.path, cls.scope)
            for library in dict.fromkeys(self._by_package[it] for it in packages if it in self._by_package):
                model = library.model(
                    cls, Here(self, frame, 0) if frame.scope.values else self._nowhere(frame)
                )
                if model is not None:
                    self._models[cls] = model
                    break
        return self._models[cls]

    def replace_models(self, models: Models, by_class: Mapping[Class, Model]) -> None:
        """Start anew with models that know of each other; what was evaluated before did not."""
        self.models = models
        self._models.update(by_class)
        self._holders.clear()
        self._general.clear()
        self._called.clear()
        self._contexts.clear()
        self.sizes.clear()
        self.noted.clear()

    def classes(self) -> Iterable[Class]:
        """All classes of the program that derive from something."""
        for path, file in self.program.files.items():
            for number, scope in enumerate(file.scopes):
                if scope.kind == "class" and (scope.bases or scope.decorators):
                    yield Class(path, number, scope.name)

    def derived(self, packages: tuple[str, ...]) -> Iterable[Class]:
        """Those that derive from a class of one of the packages, or are decorated by one."""
        for cls in self.classes():
            decorators = (getattr(it, "name", None) for it in self.class_decorators(cls))
            names = (*self.bases(cls), *decorators)
            if any(isinstance(it, str) and it.partition(".")[0] in packages for it in names):
                yield cls

    def review(self, review: Callable[[Class, Here], None], cls: Class) -> None:
        frame = self.general(cls.path, cls.scope)
        if frame.scope.values:
            review(cls, Here(self, frame, 0))

    def review_function(self, library: Any, path: str, number: int) -> None:
        """What a library does with what a decorated function returns, which nothing of the program calls."""
        scope = self.program.scope(path, number)
        last = next((it for it in range(len(scope.values) - 1, -1, -1) if _returns(scope.values[it])), None)
        if not scope.decorators or last is None:
            return
        frame, around = self.frame(path, number), self.frame(path, scope.parent)
        decorators = tuple(self.get(around, it) for it in scope.decorators)
        returned = self._result(frame, scope, frozenset(), frame.place(last))
        if isinstance(returned, standard.Coroutine):
            returned = returned.of
        annotation = self.get(around, scope.returns) if scope.returns is not None else None
        library.review_function(decorators, returned, annotation, Here(self, frame, last))

    def _nowhere(self, frame: Frame) -> Here:
        return Here(self, frame, 0)

    def row(self, model: Model) -> Object:
        library = self._by_name.get(model.library)
        return library.row(model) if library is not None else UNKNOWN

    def instance(self, cls: Object) -> Object:
        """An instance of a class of the program or of a library, of which no more is known."""
        if isinstance(cls, Class):
            model = self.model_of(cls)
            if model is not None:
                return self.row(model)
            packages = {it.partition(".")[0] for it in self.bases(cls) if isinstance(it, str)}
            frame = self.frame(cls.path, cls.scope)
            for library in dict.fromkeys(self._by_package[it] for it in packages if it in self._by_package):
                found = library.instance_of(cls, Here(self, frame, 0))
                if found is not None:
                    return found
            return Instance(cls)
        if isinstance(cls, External):
            library_ = self._library(cls.name)
            found = library_.instance(cls.name) if library_ is not None else None
            return found or (UNKNOWN if cls.name.startswith(("builtins.", "typing.")) else Instance(cls.name))
        if isinstance(cls, Subscripted):
            return self.instance(cls.of)
        return UNKNOWN

    def annotated(self, annotation: Object) -> Object:
        return standard.annotated(annotation, self.instance)

    # Calls

    def _call(self, frame: Frame, number: int, value: facts.Call) -> Object:
        function = self.get(frame, value.of)
        positional: list[Object] = []
        spread = False
        for it in value.args:
            arg = self.get(frame, it)
            if isinstance(frame.scope.values[it], facts.Spread):
                if isinstance(arg, Many) and arg.items is not None:
                    positional += arg.items
                else:
                    spread = True
                    positional.append(arg)
            else:
                positional.append(arg)
        keywords = tuple((name, self.get(frame, it)) for name, it in value.keywords if name != "**")
        spread = spread or any(name == "**" for name, _ in value.keywords)
        args = Args(tuple(positional), keywords, spread)
        if isinstance(function, External) and function.name in _FAN_OUT:
            self._fan_out(frame, value, function.name)
        if function is UNKNOWN:
            return self._received(frame, number, value, args)
        if (
            isinstance(function, External)
            and isinstance(frame.scope.values[value.of], facts.Attribute)
            and not self._library(function.name)
        ):
            # A method of something of which nothing is known but the module: request.db.query(Book)
            found = self._received(frame, number, value, args)
            if found is not UNKNOWN:
                return found
        if isinstance(function, Function) and self._is_declared_only(function):
            found = self._received(frame, number, value, args)
            if found is not UNKNOWN:
                return found
        self._grow(frame, number, value, args)
        return self.call(function, args, frame, number)

    def _is_declared_only(self, function: Function) -> bool:
        """Whether it is a method of a Protocol: it says what there is, and others do it."""
        parent = self.program.scope(function.path, function.scope).parent
        if parent < 0 or self.program.scope(function.path, parent).kind != "class":
            return False
        key = (function.path, parent)
        if key not in self._protocols:
            bases = self.bases(Class(*key, self.program.scope(*key).name))
            self._protocols[key] = any(isinstance(it, str) and it.endswith(".Protocol") for it in bases)
        return self._protocols[key]

    def call(
        self, function: Object, args: Args, frame: Frame, number: int, each: Each | None = None
    ) -> Object:
        at = Here(self, frame, number, each)
        if isinstance(function, Function):
            return self._enter(function, args, frame, number, each)
        if isinstance(function, OneOf):
            return standard.join([self.call(it, args, frame, number, each) for it in function.options])
        if isinstance(function, Class):
            return self._construct(function, args, frame, number, each)
        if isinstance(function, External):
            if function.name == "builtins.super":
                return self.super_of(frame)
            library = self._library(function.name)
            made = library.called(function.name, args, at) if library is not None else None
            if made is None:
                made = standard.called(function.name, args, at)
            if made is None and library is not None:
                made = library.instance(function.name)
            return made if made is not None else Built(function.name, args)
        if isinstance(function, Subscripted):
            return self.call(function.of, args, frame, number, each)
        if isinstance(function, Instance) and isinstance(function.cls, Class):
            return self.call(
                at.member(function.cls, "__call__", function) or UNKNOWN, args, frame, number, each
            )
        return function.call(args, at)

    def _construct(self, cls: Class, args: Args, frame: Frame, number: int, each: Each | None) -> Object:
        model = self.model_of(cls)
        if model is not None:
            library = self._by_name[model.library]
            new: Callable[[Model, Args], Object] | None = getattr(library, "new_row", None)
            return new(model, args) if new is not None else self.row(model)
        made = self._constructed(cls, args, at=Here(self, frame, number, each)) or self.instance(cls)
        if isinstance(made, Instance):
            init = self.member(cls, "__init__", made, frame, number)
            if isinstance(init, Function):
                self._enter(init, args, frame, number, each)
        return made

    def _constructed(self, cls: Class, args: Args, at: Here) -> Object | None:
        """What a library makes of a call of a class that derives from one of its own: a field, a paginator."""
        packages = {it.partition(".")[0] for it in self.bases(cls) if isinstance(it, str)}
        for library in dict.fromkeys(self._by_package[it] for it in packages if it in self._by_package):
            made: Callable[[Class, Args, Here], Object | None] | None = getattr(library, "constructed", None)
            if made is not None and (found := made(cls, args, at)) is not None:
                return found
        return None

    def _enter(self, function: Function, args: Args, frame: Frame, number: int, each: Each | None) -> Object:
        path, inner = function.path, function.scope
        scope = self.program.scope(path, inner)
        self.calls.add(((frame.path, frame.number), (path, inner)))
        if scope.kind == "lambda" and scope.params == () and not scope.values:
            return UNKNOWN
        bound = self._bind(function, scope, args)
        key = (path, inner)
        running = self._active.get(key)
        if running is not None:
            frame.recursive.append(number)
            if running is not frame:
                running.recursive.append(-1)
            return UNKNOWN
        callee = self._frame_for(path, inner, scope, bound, frame.depth + 1)
        if callee is None:
            return UNKNOWN
        self.run(callee)
        kinds = self.decorators(function) if scope.decorators else frozenset()
        if not kinds & _CACHES:
            self._take_over(callee, function, bound, frame, number, each)
        return self._result(callee, scope, kinds, Place(frame.path, frame.number, number))

    def _bind(self, function: Function, scope: facts.Scope, args: Args) -> tuple[Object, ...]:
        """An object for each parameter; UNKNOWN where the call does not say."""
        positional = list(args.positional)
        if function.bound is not None:
            positional.insert(0, function.bound)
        given: list[Object] = []
        taken = 0
        keywords = dict(args.keywords)
        for param in scope.params:
            if (
                param.kind == "positional"
                and taken < len(positional)
                and not (args.spread and taken >= len(positional) - 1)
            ):
                given.append(positional[taken])
                taken += 1
            elif param.kind in ("positional", "keyword") and param.name in keywords:
                given.append(keywords[param.name])
            elif param.kind == "args":
                given.append(standard.listed(tuple(positional[taken:])) if not args.spread else UNKNOWN)
            else:
                given.append(UNKNOWN)
        return tuple(given)

    def _frame_for(
        self, path: str, number: int, scope: facts.Scope, bound: tuple[Object, ...], depth: int
    ) -> Frame | None:
        key = (path, number)
        expected = self.frame(path, number)
        for index, it in enumerate(bound):
            self.sizes.setdefault((path, number, index), set()).add(standard.size_of(it))
        if depth > _DEEPEST:
            return None
        params = tuple(
            expected.params[index] if it is UNKNOWN else it.moved(Place(path, number, -1 - index))
            for index, it in enumerate(bound)
        )
        if params == expected.params:
            return expected
        found = self._called.get((path, number, params))
        if found is None:
            # What a class inherits is another function for each class that inherits it.
            owner = params[0] if params and isinstance(params[0], (Class, Instance)) else None
            count = self._contexts.get((path, number, owner), 0)
            if count >= _MOST_CONTEXTS:
                return expected
            self._contexts[path, number, owner] = count + 1
            found = Frame(path, number, scope, params, general=False, depth=depth)
            self._called[path, number, params] = found
        return found

    def _take_over(
        self,
        callee: Frame,
        function: Function,
        bound: tuple[Object, ...],
        frame: Frame,
        number: int,
        each: Each | None,
    ) -> None:
        """What the callee sends is sent by the call."""
        loop = frame.scope.values[number].loop if number < len(frame.scope.values) else -1
        seen: set[object] = set()
        known = kept(callee.scope) if callee.effects else frozenset()
        for it in callee.effects:
            if it.value in known:
                continue  # the next call finds it there
            if len(it.chain) >= _LONGEST_CHAIN:
                continue
            chain = (callee.place(it.value), *it.chain)
            if chain[-1] in seen:
                continue
            seen.add(chain[-1])
            made: Place | None = None
            if it.parameter is not None and it.query.cause != "call" and each is None:
                # It is kept by the row that is given: sent once for that, not once for each call.
                given = _given(frame, number, function, callee.scope, it.parameter)
                if given is not None:
                    row_loop, parameter = frame.loop_of(given), frame.parameter_of(given)
                    frame.add(Effect(it.query, number, row_loop, chain, parameter), None)
                    continue
            if it.parameter is not None and it.parameter < len(bound):
                made = getattr(bound[it.parameter], "made", None)
            frame.add(Effect(it.query, number, loop, chain, None, each), made)
            if len(seen) >= _MOST_TAKEN:
                break

    def _result(self, callee: Frame, scope: facts.Scope, kinds: frozenset[str], place: Place) -> Object:
        results = self.program.results(callee.path, callee.number)
        returned = [callee.known(it) for it in results.returned]
        given = [
            standard.element_of(callee.known(it), Here(self, callee, number)) if all else callee.known(it)
            for number, it, all in results.given
        ]
        expected = UNKNOWN
        if scope.returns is not None:
            expected = self.annotated(self.get(self.frame(callee.path, scope.parent), scope.returns))
        if kinds & _CONTEXT_MANAGERS:
            return Managed(standard.join(given).moved(place))
        found = Many(standard.join(given)) if given else standard.join(returned)
        if found is UNKNOWN:
            found = expected
        found = found.moved(place)
        return standard.Coroutine(found) if scope.is_async and not given else found

    def _expected(self, path: str, scope: facts.Scope, param: facts.Param, index: int) -> Object:
        """What a parameter is by its annotation, default or place."""
        parent = self.program.scope(path, scope.parent)
        if index == 0 and parent.kind == "class" and param.kind == "positional" and scope.kind == "function":
            cls = Class(path, scope.parent, parent.name)
            words = {_last_word(parent.values, it) for it in scope.decorators}
            if "classmethod" in words or param.name == "cls":
                return cls
            if "staticmethod" not in words:
                return self.instance(cls).moved(Place(path, scope.parent, -1))
        around = self.frame(path, scope.parent)
        found = UNKNOWN
        if param.annotation is not None:
            found = self.annotated(self.get(around, param.annotation))
            if param.kind == "args":
                found = Many(found)
        if found is UNKNOWN and param.default is not None:
            default = self.get(around, param.default)
            if isinstance(default, Built) and default.name.endswith((".Depends", ".Provide", ".Security")):
                found = self._provided(default, around, param.default)
        if found is UNKNOWN and param.kind == "positional":
            found = self._by_machinery(path, scope, param.name) or self._by_word(param.name)
        return found

    def _by_machinery(self, path: str, scope: facts.Scope, param: str) -> Object | None:
        """What a library gives to functions that it calls itself: actions of an admin page, receivers of a signal."""
        parent = self.program.scope(path, scope.parent)
        if not scope.decorators and parent.kind != "class":
            return None
        around = self.frame(path, scope.parent)
        decorators = tuple(self.get(around, it) for it in scope.decorators)
        cls = Class(path, scope.parent, parent.name) if parent.kind == "class" else None
        for library in self._libraries:
            expected: Any = getattr(library, "expected", None)
            if expected is not None and around.scope.values:
                found: Object | None = expected(param, cls, decorators, Here(self, around, 0))
                if found is not None:
                    return found
        return None

    def _provided(self, default: Built, frame: Frame, number: int) -> Object:
        """What dependency injection calls."""
        function = default.args.get(0)
        if function is None:
            return UNKNOWN
        made = self.call(function, Args(), frame, number)
        if isinstance(made, standard.Coroutine):
            made = made.of
        return made.of if isinstance(made, (Many, Managed)) else made

    def _by_word(self, name: str) -> Object:
        """A row, or rows, of the model that the parameter is called after: `book`, `books`."""
        for word, many in ((name, False), (name.removesuffix("s"), True), (name.removesuffix("es"), True)):
            if many and word == name:
                continue
            named = self.models.named(word.replace("_", ""))
            if len(named) == 1 and not named[0].abstract:
                row = self.row(named[0])
                return Many(row) if many and row is not UNKNOWN else row
        return UNKNOWN

    def _received(self, frame: Frame, number: int, value: facts.Call, args: Args) -> Object:
        """A method of something that nobody knows: a library may tell by its arguments."""
        chain = _chain(frame.scope.values, value.of)
        if chain:
            at = Here(self, frame, number)
            for library in self._receiving:
                found: Object | None = library.received(chain[:-1], chain[-1], args, at)
                if found is not None:
                    return found
        return UNKNOWN

    def _fan_out(self, frame: Frame, value: facts.Call, name: str) -> None:
        values = frame.scope.values
        for it in value.args:
            spread = values[it]
            of = values[spread.of] if isinstance(spread, facts.Spread) else spread
            if isinstance(of, facts.Comprehension):
                frame.fanned[values[of.each].loop] = name.rpartition(".")[2]

    def _grow(self, frame: Frame, number: int, value: facts.Call, args: Args) -> None:
        """list.append(x): from here on the list has such elements."""
        values = frame.scope.values
        method = values[value.of]
        if not isinstance(method, facts.Attribute) or not args.positional:
            return
        holder = frame.known(method.of)
        if method.name == "setdefault" and isinstance(holder, Table):
            default = args.get(1) or UNKNOWN
            frame.objects[method.of] = Table(
                standard.join([holder.keys, args.positional[0]]),
                standard.join([holder.values, default]),
                holder.named,
            )
            return
        if method.name not in _GROWS:
            return
        if not isinstance(holder, Many):
            return
        added = args.positional[-1]
        if method.name in ("extend", "update"):
            added = standard.element_of(added, Here(self, frame, number))
        inside = value.loop != values[method.of].loop
        if holder.items is not None and not inside and method.name not in ("extend", "update"):
            frame.objects[method.of] = standard.listed((*holder.items, added))
        else:
            size = "rows" if inside or holder.size == "rows" else holder.size
            of = added if holder.items == () else standard.join([holder.of, added])
            frame.objects[method.of] = Many(of, None, size)

    def load(self, frame: Frame, number: int, rows: Object, paths: tuple[str, ...]) -> None:
        call = frame.scope.values[number]
        if isinstance(call, facts.Call):
            method = frame.scope.values[call.of]
            held = (*call.args, method.of) if isinstance(method, facts.Attribute) else call.args
            for it in held:
                if frame.objects[it] is rows:
                    change: Any = getattr(rows, "with_loaded", None)
                    if change is not None:
                        frame.objects[it] = change(paths)

    # The other values

    def _parameter(self, frame: Frame, number: int, value: facts.Parameter) -> Object:
        return frame.params[value.index] if value.index < len(frame.params) else UNKNOWN

    def _defined(self, frame: Frame, number: int, value: facts.Defined) -> Object:
        scope = self.program.scope(frame.path, value.scope)
        if scope.kind == "class":
            return Class(frame.path, value.scope, scope.name)
        return Function(frame.path, value.scope, scope.name)

    def _literal(self, frame: Frame, number: int, value: facts.Literal_) -> Object:
        return Constant(value.value)

    def _text(self, frame: Frame, number: int, value: facts.Text) -> Object:
        at = Here(self, frame, number)
        for part in value.parts:
            if isinstance(part, int):
                it = self.get(frame, part)
                for option in it.options if isinstance(it, OneOf) else (it,):
                    option.told(at)
        return self.texted(frame, value)

    def texted(self, frame: Frame, value: facts.Text) -> Object:
        """A text of which some parts are not known stands for itself as a call of str.join would."""
        parts = tuple(Constant(it) if isinstance(it, str) else frame.known(it) for it in value.parts)
        return Built("builtins.str", Args(parts))

    def _item(self, frame: Frame, number: int, value: facts.Item) -> Object:
        of, index = self.get(frame, value.of), self.get(frame, value.index)
        if isinstance(of, (Class, External, Subscripted)):
            items = index.items if isinstance(index, Many) and index.items is not None else (index,)
            return Subscripted(of, items)
        at = Here(self, frame, number)
        if isinstance(of, OneOf):
            return standard.join([it.item(index, at) for it in of.options])
        return of.item(index, at)

    def _slice(self, frame: Frame, number: int, value: facts.Slice) -> Object:
        low, high, step = (
            None if it is None else self.get(frame, it) for it in (value.low, value.high, value.step)
        )
        return Sliced(low, high, step)

    def _spread(self, frame: Frame, number: int, value: facts.Spread) -> Object:
        it = self.get(frame, value.of)
        if isinstance(it, Many) and it.items is not None:
            return it
        return standard.element_of(it, Here(self, frame, number))

    def _display(self, frame: Frame, number: int, value: facts.Display) -> Object:
        items = tuple(self.get(frame, it) for it in value.items)
        if value.kind == "dict":
            keys = tuple(UNKNOWN if it < 0 else self.get(frame, it) for it in value.keys)
            named = tuple(
                (key.value, item)
                for key, item in zip(keys, items, strict=True)
                if isinstance(key, Constant) and isinstance(key.value, str)
            )
            return Table(standard.join(list(keys)), standard.join(list(items)), named)
        if any(isinstance(frame.scope.values[it], facts.Spread) for it in value.items):
            return Many(standard.join(list(items)))
        return standard.listed(items)

    def _comprehension(self, frame: Frame, number: int, value: facts.Comprehension) -> Object:
        each = self.get(frame, value.each)
        over = (
            frame.scope.loops[frame.scope.values[value.each].loop]
            if frame.scope.values[value.each].loop >= 0
            else None
        )
        if value.kind == "dict":
            key = self.get(frame, value.key) if value.key is not None else UNKNOWN
            return Table(key, each)
        size = "rows"
        if over is not None and over.over is not None:
            size = standard.size_of(frame.known(over.over))
            if size == "rows" and not grows(frame, over.over):
                size = "fixed"
        return Many(each, None, size)

    def _element(self, frame: Frame, number: int, value: facts.Element) -> Object:
        loop = frame.scope.loops[value.over]
        if loop.over is None:
            return UNKNOWN
        of, at = self.get(frame, loop.over), Here(self, frame, loop.over)
        if loop.is_async:
            return standard.join([it.streamed(at) for it in (of.options if isinstance(of, OneOf) else (of,))])
        return standard.element_of(of, at)

    def _part(self, frame: Frame, number: int, value: facts.Part) -> Object:
        of = self.get(frame, value.of)
        options = of.options if isinstance(of, OneOf) else (of,)
        return standard.join([self._part_of(it, frame, number, value) for it in options])

    def _part_of(self, of: Object, frame: Frame, number: int, value: facts.Part) -> Object:
        if isinstance(of, Many) and of.items is not None and value.index is not None:
            return of.items[value.index] if value.index < len(of.items) else UNKNOWN
        it = standard.element_of(of, Here(self, frame, number))
        return Many(it) if value.index is None else it

    def _either(self, frame: Frame, number: int, value: facts.Either) -> Object:
        # What a loop carries round has not been evaluated yet.
        return standard.join(
            [self.get(frame, it) for it in value.options if it < number or frame.objects[it] is not None]
        )

    def _operation(self, frame: Frame, number: int, value: facts.Operation) -> Object:
        operands = tuple(self.get(frame, it) for it in value.operands)
        at = Here(self, frame, number)
        if value.operator in ("in", "not in"):
            _measured(operands[-1], at)
            return UNKNOWN
        if value.operator == "|" and all(isinstance(it, _TYPES) or it == Constant(None) for it in operands):
            return OneOf(tuple(it for it in operands if it != Constant(None))) if operands else UNKNOWN
        if (counted := _counted(value.operator, operands)) is not None:
            return counted
        if value.operator == "%" and isinstance(operands[0], (Constant, Built)):
            return texts.percent(operands)
        if value.operator in ("+", "+="):
            lists = [it for it in operands if isinstance(it, Many)]
            if len(lists) == len(operands) == 2:
                return standard.together(*lists)
            if any(_is_text(it) for it in operands):
                return texts.put_together(operands)
        for it in operands:
            for option in it.options if isinstance(it, OneOf) else (it,):
                if (found := option.operated(value.operator, operands, at)) is not UNKNOWN:
                    return found
        return UNKNOWN

    def _awaited(self, frame: Frame, number: int, value: facts.Awaited) -> Object:
        it, at = self.get(frame, value.of), Here(self, frame, number)
        if isinstance(it, OneOf):
            return standard.join([option.awaited(at) for option in it.options])
        return it.awaited(at)

    def _entered(self, frame: Frame, number: int, value: facts.Entered) -> Object:
        it, at = self.get(frame, value.of), Here(self, frame, number)
        if isinstance(it, Managed):
            return it.of
        if isinstance(it, Instance) and isinstance(it.cls, Class):
            enter = at.member(it.cls, "__aenter__" if value.is_async else "__enter__", it)
            made = at.call(enter, Args()) if enter is not None else UNKNOWN
            made = made.of if isinstance(made, standard.Coroutine) else made
            return it if made is UNKNOWN else made
        if isinstance(it, (Built, Instance)):
            return it
        return it.entered(at)

    def _given(self, frame: Frame, number: int, value: facts.Given) -> Object:
        return UNKNOWN

    def _store(self, frame: Frame, number: int, value: facts.Store) -> Object:
        of = self.get(frame, value.of)
        for it in of.options if isinstance(of, OneOf) else (of,):
            it.store(value.name, self.get(frame, value.value), Here(self, frame, number))
        frame.reads(value.of, value.name)  # what has been put there is there
        return UNKNOWN

    def _store_item(self, frame: Frame, number: int, value: facts.StoreItem) -> Object:
        of, stored = self.get(frame, value.of), self.get(frame, value.value)
        if isinstance(of, Table) and value.index is not None:
            key = self.get(frame, value.index)
            named = of.named
            if isinstance(key, Constant) and isinstance(key.value, str):
                named = (*(it for it in named if it[0] != key.value), (key.value, stored))
            frame.objects[value.of] = Table(
                standard.join([of.keys, key]), standard.join([of.values, stored]), named[:_MOST_NAMED]
            )
        return UNKNOWN

    def _nothing(self, frame: Frame, number: int, value: Any) -> Object:
        return UNKNOWN

    def _tested(self, frame: Frame, number: int, value: facts.Tested) -> Object:
        _measured(self.get(frame, value.of), Here(self, frame, number))
        return UNKNOWN


def _is_text(it: Object) -> bool:
    if isinstance(it, Constant):
        return isinstance(it.value, str)
    return isinstance(it, Built) and it.name == "builtins.str"


def _counted(operator: str, operands: tuple[Object, ...]) -> Object | None:
    """What two whole numbers of the program make: 60 * 60."""
    values = [it.value for it in operands if isinstance(it, Constant) and type(it.value) is int]
    if operator not in ("+", "-", "*") or len(operands) != 2 or len(values) != 2:
        return None
    one, other = values
    result = one + other if operator == "+" else one - other if operator == "-" else one * other
    return Constant(result) if abs(result) < 2**63 else None


def _measured(it: Object, at: Here) -> None:
    for option in it.options if isinstance(it, OneOf) else (it,):
        option.measured(at)


def _of_any(scope: facts.Scope, number: int) -> bool:
    """Whether that is an element of a parameter of which nothing is said."""
    it = scope.values[number]
    over = scope.loops[it.over].over if isinstance(it, facts.Element) else None
    held = scope.values[over] if over is not None else None
    return isinstance(held, facts.Parameter) and scope.params[held.index].annotation is None


def _returns(value: facts.AnyValue) -> bool:
    return isinstance(value, facts.Returned) and value.of is not None


def _given(frame: Frame, call: int, function: Function, scope: facts.Scope, parameter: int) -> int | None:
    """The value that a call, or the attribute that is a property, gives for a parameter of what it enters."""
    it = frame.scope.values[call]
    if isinstance(it, facts.Attribute):
        return it.of if parameter == 0 else None
    if not isinstance(it, facts.Call) or not isinstance(of := frame.known(it.of), Function):
        return None
    if (of.path, of.scope) != (function.path, function.scope):
        return None
    if function.bound is not None:
        if parameter == 0:
            method = frame.scope.values[it.of]
            return method.of if isinstance(method, facts.Attribute) else None
        parameter -= 1
        name = scope.params[parameter + 1].name
    else:
        name = scope.params[parameter].name
    if parameter < len(it.args):
        spread = any(isinstance(frame.scope.values[arg], facts.Spread) for arg in it.args[: parameter + 1])
        return None if spread else it.args[parameter]
    return dict(it.keywords).get(name)


def _last_word(values: tuple[facts.AnyValue, ...], number: int) -> str:
    """The last word of a decorator: "cached_property" of @functools.cached_property."""
    it = values[number]
    while isinstance(it, facts.Call):
        it = values[it.of]
    if isinstance(it, facts.Attribute):
        return it.name
    return (
        it.name
        if isinstance(it, facts.Name)
        else it.name or it.module
        if isinstance(it, facts.Import)
        else ""
    )


def _chain(values: tuple[facts.AnyValue, ...], number: int) -> tuple[str, ...]:
    """The words of `self.client.db.user.find_many`, from the first that has a name; () where there is "
    "none."""
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


_NONE: Final = Constant(None)
_FROM_BEFORE: Final = (facts.Either, facts.Parameter, facts.Name, facts.Attribute)
_TYPES: Final = (Class, External, Subscripted, OneOf)
_PARTS_OF_PROPERTY: Final = frozenset(
    ("setter", "deleter", "expression", "comparator", "update_expression", "inplace")
)
_PROPERTIES: Final = frozenset(
    ("property", "cached_property", "hybrid_property", "classproperty", "lazy_property")
)
_CACHES: Final = frozenset(("lru_cache", "cache", "cached", "memoize", "memoized", "alru_cache"))
_CONTEXT_MANAGERS: Final = frozenset(("contextmanager", "asynccontextmanager"))
_FAN_OUT: Final = frozenset(("asyncio.gather", "asyncio.wait", "asyncio.as_completed"))
_GROWS: Final = frozenset(("append", "add", "extend", "update", "insert", "appendleft"))
_MOST_STORES: Final = 4
_MOST_BASES: Final = 60
_MOST_CONTEXTS: Final = 8
_MOST_TAKEN: Final = 40
_MOST_NAMED: Final = 50
_DEEPEST: Final = 10
_LONGEST_CHAIN: Final = 5

_HANDLERS: Final[dict[type, Callable[[Evaluator, Frame, int, Any], Object]]] = {
    facts.Name: Evaluator._name,
    facts.Parameter: Evaluator._parameter,
    facts.Import: Evaluator._import,
    facts.Defined: Evaluator._defined,
    facts.Literal_: Evaluator._literal,
    facts.Text: Evaluator._text,
    facts.Attribute: Evaluator._attribute,
    facts.Item: Evaluator._item,
    facts.Slice: Evaluator._slice,
    facts.Call: Evaluator._call,
    facts.Spread: Evaluator._spread,
    facts.Display: Evaluator._display,
    facts.Comprehension: Evaluator._comprehension,
    facts.Element: Evaluator._element,
    facts.Part: Evaluator._part,
    facts.Either: Evaluator._either,
    facts.Operation: Evaluator._operation,
    facts.Awaited: Evaluator._awaited,
    facts.Entered: Evaluator._entered,
    facts.Given: Evaluator._given,
    facts.Store: Evaluator._store,
    facts.StoreItem: Evaluator._store_item,
    facts.Returned: Evaluator._nothing,
    facts.Tested: Evaluator._tested,
    facts.Unclear: Evaluator._nothing,
}
