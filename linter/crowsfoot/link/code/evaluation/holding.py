"""What an instance was made with -> what it holds of that as self.name: a repository and its model.

Only what nothing but the call tells: a class, of which an annotation tells the base at most (`type[M]`), and
an object whose class the annotation does not name, as where that is a protocol. What an __init__ hands on to
that of a base is the same for all instances: `super().__init__(Book)`.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    Built,
    Class,
    External,
    Function,
    Instance,
    Object,
    Subscripted,
)

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator

_VARIABLES: Final = frozenset(("typing.TypeVar", "typing_extensions.TypeVar"))
_GENERIC: Final = frozenset(
    f"{module}.{name}" for module in ("typing", "typing_extensions") for name in ("Generic", "Protocol")
)
_DEEPEST: Final = 4


def held_of(
    out: "Evaluator", cls: Class, init: Function, args: Args, depth: int = 0
) -> Iterator[tuple[str, Object]]:
    """What a call of the __init__ leaves as self.name."""
    scope = out.program.scope(init.path, init.scope)
    owner = Class(init.path, scope.parent, out.program.scope(init.path, scope.parent).name)
    general, bound = out.frame(init.path, init.scope), out.bind(init, scope, args)
    for name, places in out.stores_of(owner).items():
        for number, store in places:
            it = scope.values[store.value] if number == init.scope else None
            if isinstance(it, facts.Parameter):
                given = bound[it.index]
                if _tells(given, general.params[it.index]):
                    yield name, given
    if depth == _DEEPEST:
        return
    for value in scope.values:
        if not isinstance(value, facts.Call) or not _is_base_init(scope, value):
            continue
        base = out.base_init(owner, init)
        if base is not None:

            def handed(number: int) -> Object:
                it = scope.values[number]
                told = bound[it.index] if isinstance(it, facts.Parameter) else UNKNOWN
                return told if told is not UNKNOWN else out.get(general, number)

            positional = tuple(handed(it) for it in value.args)
            named = tuple((name, handed(it)) for name, it in value.keywords if name and name[0] != "*")
            yield from held_of(out, cls, base, Args(positional, named), depth + 1)


def held_by_all(out: "Evaluator", cls: Class) -> tuple[tuple[str, Object], ...]:
    """What all instances of the class hold: an __init__ hands it on."""
    known = out.held_by_class.get(cls)
    if known is None:
        out.held_by_class[cls] = ()  # whoever asks for it meanwhile
        init = out.base_init(cls, None)
        known = out.held_by_class[cls] = () if init is None else tuple(held_of(out, cls, init, Args()))
    return known


def base_init(out: "Evaluator", cls: Class, init: Function | None) -> Function | None:
    """The __init__ of the class; or of what it derives from, where that one is its own."""
    of = Instance(cls)
    for it, kind, number in out.find_holders(cls, "__init__", init is not None):
        if kind == "value":
            found = out.variable(it.path, it.scope, "__init__", number)
            return Function(found.path, found.scope, found.name, of) if isinstance(found, Function) else None
    return None


def argument_of(out: "Evaluator", of: Instance, variable: Object) -> Object | None:
    """What the M of `class Repository(Generic[M])` is: `Repository[Book]` says it, or a derived class."""
    name = _variable(variable)
    if name is None or not isinstance(of.cls, Class):
        return None
    return dict(of.held).get(name) or _arguments(out, of.cls, {}, 0).get(name)


def told_by(out: "Evaluator", annotation: Subscripted) -> Iterator[tuple[str, Object]]:
    """What `Repository[Book]` says of the type variables of the class: they are held by their names."""
    if isinstance(annotation.of, Class) and any(isinstance(it, Class) for it in annotation.items):
        for name, item in zip(_parameters(out, annotation.of), annotation.items, strict=False):
            if isinstance(item, Class):
                yield name, item


def held_as_field(out: "Evaluator", cls: Class, args: Args) -> Iterator[tuple[str, Object]]:
    """What a class that declares its fields is made with: `@dataclass class Store: model: type`."""
    told: dict[str, Object] = {}
    for it in reversed(out.lineage(cls)):
        if isinstance(it, Class):
            told |= out.annotations(it)
    for (name, annotation), given in zip(told.items(), args.positional, strict=False):
        if _tells(given, out.annotated(annotation)):
            yield name, given
    for name, given in args.keywords:
        if name in told and _tells(given, out.annotated(told[name])):
            yield name, given


def _arguments(out: "Evaluator", cls: Class, told: dict[str, Object], depth: int) -> dict[str, Object]:
    scope = out.program.scope(cls.path, cls.scope)
    found = dict(told)
    if depth == _DEEPEST or not scope.bases:
        return found
    around = out.frame(cls.path, scope.parent)
    for number in scope.bases:
        base = out.get(around, number)
        if not isinstance(base, Subscripted) or not isinstance(base.of, Class) or base.of == cls:
            continue
        handed: dict[str, Object] = {}
        for name, item in zip(_parameters(out, base.of), base.items, strict=False):
            own = _variable(item)
            it = item if own is None else told.get(own)
            if it is not None:
                handed[name] = it
        for name, it in _arguments(out, base.of, handed, depth + 1).items():
            found.setdefault(name, it)
    return found


def _parameters(out: "Evaluator", cls: Class) -> list[str]:
    """The type variables of a generic class, in their order."""
    scope = out.program.scope(cls.path, cls.scope)
    around = out.frame(cls.path, scope.parent)
    names: dict[str, None] = {}
    for number in scope.bases:
        base = out.get(around, number)
        if isinstance(base, Subscripted):
            found = [name for it in base.items if (name := _variable(it)) is not None]
            if isinstance(base.of, External) and base.of.name in _GENERIC:
                return found
            names |= dict.fromkeys(found)
    return list(names)


def _variable(it: Object) -> str | None:
    if isinstance(it, Built) and it.name in _VARIABLES and it.args.positional:
        return str(getattr(it.args.positional[0], "value", "")) or None
    return None


def _tells(given: Object, expected: Object) -> bool:
    if isinstance(given, Class) or given.is_fetched:
        return given != expected
    # An annotation may name a protocol, or a base.
    return isinstance(given, Instance) and (
        expected is UNKNOWN or (isinstance(expected, Instance) and expected.cls != given.cls)
    )


def _is_base_init(scope: facts.Scope, call: facts.Call) -> bool:
    """super().__init__(...)"""
    function = scope.values[call.of]
    if not isinstance(function, facts.Attribute) or function.name != "__init__":
        return False
    of = scope.values[function.of]
    name = scope.values[of.of] if isinstance(of, facts.Call) else None
    return isinstance(name, facts.Name) and name.name == "super"
