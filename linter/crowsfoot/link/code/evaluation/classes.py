"""Classes of the program: what they and their instances have, by themselves and by what they derive from."""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.library import Library, answers
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    Built,
    Class,
    Constant,
    External,
    Function,
    Instance,
    Many,
    Object,
    OneOf,
    Place,
    Subscripted,
)
from crowsfoot.link.code.evaluation.frame import Each, Frame
from crowsfoot.link.code.evaluation.here import Here, Holder, Super
from crowsfoot.link.code.evaluation.holding import argument_of, held_by_all
from crowsfoot.link.code.evaluation.shown import last_word
from crowsfoot.roles import role_of

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


def of_class(out: "Evaluator", cls: Class, name: str, at: Here) -> Object:
    model = out.model_of(cls)
    if model is not None:
        found = out.by_name[model.library].class_attribute(model, name, at)
        if found is not None:
            return found
    return at.member(cls, name, cls) or out.by_library(cls, name, at) or UNKNOWN


def by_library(out: "Evaluator", cls: Class, name: str, at: Here) -> Object | None:
    """What a class that is no model has by the library that it derives from."""
    for library in out.reaching(cls):
        found = library.class_member(cls, name, at)
        if found is not None:
            return found
    return None


def of_instance(out: "Evaluator", of: Instance, name: str, at: Here) -> Object:
    if isinstance(of.cls, str):
        return out.external(f"{of.cls}().{name}")
    for held, it in of.held or held_by_all(out, of.cls):
        if held == name:
            return it
    found = at.member(of.cls, name, of)
    if isinstance(found, Built):
        return argument_of(out, of, found) or found
    return out.of_heirs(of.cls, name) if found is None or found is UNKNOWN else found


def of_super(out: "Evaluator", of: Super, name: str, at: Here) -> Object:
    left = of.of.as_left(at)
    found = at.member(of.cls, name, left, inherited=True)
    if found is None:
        found = _beside(out, of.cls, name, left, at)
    if found is None:
        inherited: Callable[[str, Here], Object] | None = getattr(left, "inherited", None)
        found = inherited(name, at) if inherited is not None else None
    return found if found is not None else UNKNOWN


def _beside(out: "Evaluator", cls: Class, name: str, of: Object, at: Here) -> Object | None:
    """What a class that cls knows nothing of has by that name, which of derives from besides.

    `class Books(Filtered, Table)`: super() in Filtered is a Table.
    """
    whole = of.cls if isinstance(of, Instance) else of
    if not isinstance(whole, Class) or whole == cls:
        return None
    order = out.lineage(whole)
    for it in order[order.index(cls) + 1 :] if cls in order else ():
        if isinstance(it, Class):
            found = at.member(it, name, of)
            if found is not None:
                return found
        elif not it.startswith(_TYPING):
            return None
    return None


def super_of(out: "Evaluator", frame: Frame, args: Args) -> Object:
    """What super() is in a method; super(Book, book) says it itself, anywhere."""
    if (
        len(args.positional) == 2
        and isinstance(args.positional[0], Class)
        and args.positional[1] is not UNKNOWN
    ):
        return Super(args.positional[0], args.positional[1])
    parent = frame.scope.parent
    if parent < 0 or not frame.params:
        return UNKNOWN
    around = out.program.scope(frame.path, parent)
    cls = Class(frame.path, parent, around.name)
    return Super(cls, frame.params[0]) if around.kind == "class" else UNKNOWN


def member(
    out: "Evaluator",
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
    holders = out.holders.get(key)
    if holders is None:
        holders = out.holders[key] = tuple(out.find_holders(cls, name, inherited))
    for it, kind, number in holders:
        if kind == "value":
            found = out.variable(it.path, it.scope, name, number)
            if found is UNKNOWN and not isinstance(of, Class):
                found = out.stored(it, name) or UNKNOWN
            return out.bound(found, of, frame, value, each)
        if kind == "annotation":
            return out.annotated(out.get(out.frame(it.path, it.scope), number))
        if not isinstance(of, Class):
            return out.stored(it, name)
    return None


def find_holders(out: "Evaluator", cls: Class, name: str, inherited: bool) -> Iterator[Holder]:
    """The classes that have the name: nearest first, up to the one that has it for all."""
    for it in (*(() if inherited else (cls,)), *out.bases(cls)):
        if isinstance(it, str):
            continue
        number = out.program.names(it.path, it.scope).get(name)
        if number is not None:
            yield Holder(it, "value", number)
            return
        if name in out.stores_of(it):
            yield Holder(it, "stored", -1)
        annotation = dict(out.program.scope(it.path, it.scope).annotations).get(name)
        if annotation is not None:
            yield Holder(it, "annotation", annotation)
            return


def bound(out: "Evaluator", found: Object, of: Object, frame: Frame, value: int, each: Each | None) -> Object:
    """What a class has, as an instance or the class itself gets it."""
    if not isinstance(found, Function) or found.bound is not None:
        return found
    kinds = out.decorators(found)
    if kinds & _PARTS_OF_PROPERTY:
        found = out.getter(found)
        kinds = out.decorators(found)
    if "staticmethod" in kinds:
        return found
    bound = Function(found.path, found.scope, found.name, of)
    if "classmethod" in kinds:
        return Function(found.path, found.scope, found.name, out.class_of(of))
    if isinstance(of, Class):
        return found
    if kinds & _PROPERTIES:
        return out.call(out.implementation(bound), Args(), frame, value, each)
    return bound


def getter(out: "Evaluator", found: Function) -> Function:
    """The property that `@name.setter` and the like are added to: the first of that name."""
    scopes = out.program.files[found.path].scopes
    for number in out.program.inner(found.path, scopes[found.scope].parent):
        if scopes[number].name == found.name:
            return Function(found.path, number, found.name)
    return found


def class_of(out: "Evaluator", of: Object) -> Object:
    if isinstance(of, Instance) and isinstance(of.cls, Class):
        return of.cls
    model = getattr(of, "model", None)
    return model.cls if isinstance(model, Model) and model.cls is not None else of


def decorators(out: "Evaluator", function: Function) -> frozenset[str]:
    """The last words of its decorators."""
    scope = out.program.scope(function.path, function.scope)
    if not scope.decorators:
        return frozenset()
    key = (function.path, function.scope)
    known = out.decorators_known.get(key)
    if known is None:
        values = out.program.scope(function.path, scope.parent).values
        known = frozenset(last_word(values, it) for it in scope.decorators)
        out.decorators_known[key] = known
    return known


def stores_of(out: "Evaluator", cls: Class) -> Mapping[str, Sequence[tuple[int, facts.Store]]]:
    """What methods of the class assign to attributes of self: each with its scope."""
    key = (cls.path, cls.scope)
    if key not in out.stores:
        found: dict[str, list[tuple[int, facts.Store]]] = {}
        scopes = out.program.files[cls.path].scopes
        for number in out.program.inner(cls.path, cls.scope):
            for value in scopes[number].values:
                if isinstance(value, facts.Store):
                    holder = scopes[number].values[value.of]
                    if isinstance(holder, facts.Parameter) and holder.index == 0:
                        found.setdefault(value.name, []).append((number, value))
        out.stores[key] = found
    return out.stores[key]


def stored(out: "Evaluator", cls: Class, name: str) -> Object | None:
    """What methods of the class assign to self.name."""
    places = out.stores_of(cls).get(name)
    if places is None:
        return None
    found_ = []
    for number, store in places[:_MOST_STORES]:
        frame = out.general_frames.get((cls.path, number)) or out.frame(cls.path, number)
        made = out.get(frame, store.value)
        if isinstance(made, Many) and made.items == ():
            made = Many(UNKNOWN)  # other methods put something into it
        if store.annotation is not None and (
            made is UNKNOWN or (isinstance(made, Many) and made.of is UNKNOWN)
        ):
            made = out.annotated(out.get(frame, store.annotation))
        found_.append(made)
    # Each attribute keeps rows of its own; no value of the body of the class has such a number.
    place = Place(cls.path, cls.scope, places[0][1].start)
    return standard.join([it.moved(place) for it in found_])


def of_heirs(out: "Evaluator", cls: Class, name: str) -> Object:
    """What the classes that derive from it say of a name that it leaves to them: `queryset = None`."""
    found: list[Object] = []
    for heir in out.heirs.of(cls):
        number = out.program.names(heir.path, heir.scope).get(name)
        if number is not None and len(found) < _MOST_HEIRS:
            said = out.variable(heir.path, heir.scope, name, number)
            if not isinstance(said, (Function, Constant)):
                found.append(said)
    return standard.join(found)


def implementation(out: "Evaluator", function: Function) -> Function:
    """What an abstract method is, where one class alone says it: `def send(mails: Mails): mails.unsent()`."""
    of = function.bound
    if not isinstance(of, Instance) or not isinstance(of.cls, Class) or not _is_abstract(out, function):
        return function
    found = [it for it in _overrides(out, function, of.cls) if not _is_abstract(out, it)]
    return found[0] if len(found) == 1 else function


def overriding(out: "Evaluator", function: Function, frame: Frame, number: int) -> tuple[Function, ...]:
    """What the few classes that derive from it make of a method that the class calls on itself.

    Of an abstract method that is all there is. Of another one it counts where the class itself goes over
    something, `for row in rows: self.write(row)`, for those that leave that to it.
    """
    of = function.bound
    cls = of.cls if isinstance(of, Instance) else of
    if not isinstance(cls, Class) or out.program.scope(frame.path, frame.scope.parent).kind != "class":
        return ()
    if not out.heirs.of(cls):
        return ()
    is_abstract = _is_abstract(out, function)
    if not is_abstract and (not frame.general or frame.scope.values[number].loop < 0):
        return ()
    found = [it for it in _overrides(out, function, cls) if not _is_abstract(out, it)]
    if len(found) > _MOST_HEIRS:
        return ()
    return tuple(found if is_abstract else [it for it in found if not _has(out, it, frame.scope.name)])


def _overrides(out: "Evaluator", function: Function, cls: Class) -> Iterator[Function]:
    """The methods of that name of the classes that derive from the class, but for those that stand in."""
    held = getattr(function.bound, "held", ())
    for heir in out.heirs.of(cls):
        if _STANDS_IN.search(heir.name) or role_of(heir.path) == "test":
            continue
        number = _method(out, heir, function.name)
        if number is not None:
            of = out.instance(heir)
            of = Instance(heir, held) if isinstance(of, Instance) else of
            bound = heir if isinstance(function.bound, Class) else of
            yield Function(heir.path, number, function.name, bound)


def _has(out: "Evaluator", method: Function, name: str) -> bool:
    """Whether the class that has the method has one of that name itself."""
    scopes = out.program.files[method.path].scopes
    owner = scopes[method.scope].parent
    return _method(out, Class(method.path, owner, scopes[owner].name), name) is not None


def _method(out: "Evaluator", cls: Class, name: str) -> int | None:
    """The number of what the body of the class defines by that name first."""
    scopes = out.program.files[cls.path].scopes
    return next((it for it in out.program.inner(cls.path, cls.scope) if scopes[it].name == name), None)


def _is_abstract(out: "Evaluator", function: Function) -> bool:
    """Whether it is for others to say what it does: `@abstractmethod`, or nothing but NotImplementedError."""
    scope = out.program.scope(function.path, function.scope)
    if scope.decorators and not _ABSTRACT.isdisjoint(out.decorators(function)):
        return True
    begins = len(scope.params)
    if (begins, len(scope.values)) not in scope.raised:
        return False
    it = scope.values[begins]
    return isinstance(it, facts.Name) and it.name == "NotImplementedError"


class Attributes(Mapping[str, Object]):
    """What the body of a class assigns; each is evaluated when it is asked for."""

    def __init__(self, out: "Evaluator", frame: Frame, numbers: Mapping[str, int]) -> None:
        self._out = out
        self._frame = frame
        self._numbers = numbers

    def __getitem__(self, name: str) -> Object:
        return self._out.get(self._frame, self._numbers[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    def __contains__(self, name: object) -> bool:
        return name in self._numbers


def attributes(out: "Evaluator", cls: Class) -> Mapping[str, Object]:
    return Attributes(out, out.frame(cls.path, cls.scope), out.program.names(cls.path, cls.scope))


def annotations(out: "Evaluator", cls: Class) -> Mapping[str, Object]:
    frame = out.frame(cls.path, cls.scope)
    return {name: out.get(frame, number) for name, number in frame.scope.annotations}


def class_decorators(out: "Evaluator", cls: Class) -> tuple[Object, ...]:
    scope = out.program.scope(cls.path, cls.scope)
    around = out.frame(cls.path, scope.parent)
    return tuple(out.get(around, it) for it in scope.decorators)


def keywords(out: "Evaluator", cls: Class) -> Mapping[str, Object]:
    scope = out.program.scope(cls.path, cls.scope)
    if not scope.keywords:
        return {}
    around = out.frame(cls.path, scope.parent)
    return {name: out.get(around, number) for name, number in scope.keywords}


def bases(out: "Evaluator", cls: Class) -> tuple[Class | str, ...]:
    known = out.bases_by_class.get(cls)
    if known is None:
        found: list[Class | str] = []
        out.collect_bases(cls, found)
        known = out.bases_by_class[cls] = tuple(found)
    return known


def reaching(out: "Evaluator", cls: Class) -> tuple[Library, ...]:
    """The libraries that a class derives from, of those that reach a database."""
    known = out.reached.get(cls)
    if known is None:
        packages = dict.fromkeys(it.partition(".")[0] for it in out.bases(cls) if isinstance(it, str))
        found = dict.fromkeys(out.by_package[it] for it in packages if it in out.by_package)
        if not found and any(it not in sys.stdlib_module_names for it in packages):
            # A package that nobody has heard of may hand on a class of a library: what the body calls tells.
            found = dict.fromkeys(
                it for it in out.libraries if _makes_fields(out, cls, it) or _is_extended(out, cls, it)
            )
        known = out.reached[cls] = tuple(found)
    return known


def _makes_fields(out: "Evaluator", cls: Class, library: Library) -> bool:
    if not answers(library, Library.makes_field):
        return False
    return any(
        isinstance(made, External) and out.library(made.name) is library and library.makes_field(made.name)
        for it in out.lineage(cls)
        if isinstance(it, Class)
        for made in out.called_in(it)
    )


def _is_extended(out: "Evaluator", cls: Class, library: Library) -> bool:
    if not answers(library, Library.is_extended_by):
        return False
    return any(isinstance(it, str) and library.is_extended_by(it) for it in out.bases(cls))


def called_in(out: "Evaluator", cls: Class) -> Iterator[Object]:
    """What the values that its body assigns are calls of, without what comes of the calls."""
    frame = out.frame(cls.path, cls.scope)
    for number in out.program.names(cls.path, cls.scope).values():
        value = frame.scope.values[number]
        if isinstance(value, facts.Call):
            yield out.get(frame, value.of)


def lineage(out: "Evaluator", cls: Class) -> tuple[Class | str, ...]:
    """The class itself, then all that it derives from, nearest first, each once."""
    known = out.lineages.get(cls)
    if known is None:
        found: dict[Class | str, None] = {cls: None}
        waiting = [cls]
        for of in waiting:
            for it in out.bases(of):
                if it not in found:
                    found[it] = None
                    if isinstance(it, Class):
                        waiting.append(it)
        known = out.lineages[cls] = tuple(found)
    return known


def collect_bases(out: "Evaluator", cls: Class, found: list[Class | str]) -> None:
    if len(found) > _MOST_BASES:
        return
    scope = out.program.scope(cls.path, cls.scope)
    parent = out.frame(cls.path, scope.parent) if scope.bases else None
    for number in scope.bases:
        assert parent is not None
        given = out.get(parent, number)
        for base in _alternatives(given):
            if isinstance(base, Subscripted):
                base = base.of
            if isinstance(base, Class) and base != cls and base not in found:
                found.append(base)
                out.collect_bases(base, found)
            elif isinstance(base, (External, Built)):
                found.append(base.name)
            else:  # a class that a library has made of others
                for it in getattr(base, "bases", ()):
                    if it not in found:
                        found.append(it)
                        if isinstance(it, Class):
                            out.collect_bases(it, found)
    for number in scope.decorators:
        it = out.get(out.frame(cls.path, scope.parent), number)
        if isinstance(it, (External, Built)):
            library = out.library(it.name)
            if library is not None and it.name.rpartition(".")[2] in library.DECORATORS:
                found.append(it.name)


def _alternatives(base: Object) -> Sequence[Object]:
    """What a base may be that a setting or an import picks, as far as the program names it."""
    if not isinstance(base, OneOf):
        return (base,)
    named = [it for it in base.options if isinstance(it, (Class, External))]
    return named or base.options


_PARTS_OF_PROPERTY: Final = frozenset(
    ("setter", "deleter", "expression", "comparator", "update_expression", "inplace")
)
_PROPERTIES: Final = frozenset(
    ("property", "cached_property", "hybrid_property", "classproperty", "lazy_property")
)
_MOST_STORES: Final = 4
_ABSTRACT: Final = frozenset(("abstractmethod", "abstractproperty"))
# What stands in for a class where nothing is asked of a database.
_STANDS_IN: Final = re.compile(r"^_?(?:Fake|Mock|Stub|Dummy|Test|InMemory|Null|NoOp)|(?:Mock|Stub|Fake)$")
_MOST_HEIRS: Final = 4
_MOST_BASES: Final = 60
# Bases that have nothing of their own.
_TYPING: Final = ("typing.", "typing_extensions.", "abc.", "builtins.object")
