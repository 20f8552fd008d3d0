"""A name, an import or a module -> what it means in the program."""

from typing import TYPE_CHECKING, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.objects import UNKNOWN, Class, Constant, External, Instance, Many, Object
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.here import Module

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


def of_name(out: "Evaluator", frame: Frame, number: int, value: facts.Name) -> Object:
    around = frame.around
    if around is None:
        around = frame.around = out.program.around(frame.path, frame.number)
    for scope, names in around:
        found = names.get(value.name)
        if found is not None:
            return out.variable(frame.path, scope, value.name, found)
    meanings = out.meanings.get(frame.path)
    if meanings is not None and (known := meanings.get(value.name)) is not None:
        return known
    return out.of_file(frame.path, value.name)


def lookup(out: "Evaluator", path: str, number: int, name: str) -> Object:
    """What the name means in a scope that has no variable of it."""
    for scope, names in out.program.around(path, number):
        found = names.get(name)
        if found is not None:
            return out.variable(path, scope, name, found)
    return out.of_file(path, name)


def of_file(out: "Evaluator", path: str, name: str) -> Object:
    """What the name means in a module; it is looked up once, when the module has been gone through."""
    value = out.program.names(path, 0).get(name)
    if value is not None:
        found = out.variable(path, 0, name, value)
        frame = out.frame(path, 0)
        # What begins as None is what functions make of it, and that depends on who asks.
        if frame.done and (path, 0) not in out.active and frame.objects[value] != _NONE:
            out.meanings.setdefault(path, {})[name] = found
        return found
    stars = out.program.files[path].stars
    for module, level in stars:
        starred = out.star(module, level, path, name)
        if starred is not None:
            return starred
    known = out.external(f"builtins.{name}")
    if not stars:
        out.meanings.setdefault(path, {})[name] = known
    return known


def variable(out: "Evaluator", path: str, number: int, name: str, value: int) -> Object:
    """A variable as others see it: one that begins as None is given its value later, by somebody."""
    frame = out.frame(path, number)
    found = out.get(frame, value)
    if found == _NONE and frame.scope.kind != "function":
        annotation = dict(frame.scope.annotations).get(name)
        if annotation is not None:
            return out.annotated(out.get(frame, annotation))
        given = out.program.rebound(path, name) if number == 0 else ()
        return standard.join([out.get(out.frame(path, scope), value) for scope, value in given])
    if isinstance(found, Many) and found.items == () and frame.scope.kind == "class":
        # `members: list[Member] = []` of a model of pydantic: what an instance has is of that kind.
        annotation = dict(frame.scope.annotations).get(name)
        return found if annotation is None else out.annotated(out.get(frame, annotation))
    if number == 0 and isinstance(found, Instance) and frame.scope.annotations and _stands_in(out, found):
        annotation = dict(frame.scope.annotations).get(name)
        return found if annotation is None else out.annotated(out.get(frame, annotation))
    return found


def _stands_in(out: "Evaluator", of: Instance) -> bool:
    """Whether it hands on what it is asked for to another object: then an annotation says what that is.

    `if TYPE_CHECKING: app: App`, and else `app = Holder()`.
    """
    return isinstance(of.cls, Class) and any(out.find_holders(of.cls, "__getattr__", False))


def star(out: "Evaluator", module: str, level: int, path: str, name: str) -> Object | None:
    file, dotted = out.program.modules.imported_module(module, level, path)
    if file is not None and file != path:
        return out.of_module(file, name)
    if file is None and (library := out.library(dotted)) is not None:
        named = f"{dotted}.{name}"
        return library.instance(named) and External(named)
    return None


def of_import(out: "Evaluator", frame: Frame, number: int, value: facts.Import) -> Object:
    path, dotted, name = out.program.modules.imported(value, frame.path)
    if path is not None:
        if not name:
            return Module(path)
        return out.of_module(path, name) or UNKNOWN
    if value.level:
        inner = out.program.modules.in_folder(dotted.replace(".", "/"), name)
        return Module(inner) if inner else UNKNOWN
    if name and (inner := out.program.modules.file_of(f"{dotted}.{name}", frame.path)):
        return Module(inner)
    dotted = f"{dotted}.{name}" if name else dotted
    return Module("", dotted) if out.program.modules.is_folder(dotted) else out.external(dotted)


def of_module(out: "Evaluator", path: str, name: str) -> Object | None:
    place = out.program.place_of(path, name)
    if place is None:
        return None
    path, number = place
    return Module(path) if number < 0 else out.variable(path, 0, name, number)


def library(out: "Evaluator", name: str) -> Library | None:
    """The library that something of that dotted name is of."""
    try:
        return out.packages[name]
    except KeyError:
        found = out.packages[name] = out.by_package.get(name.partition(".")[0])
        return found


def external(out: "Evaluator", name: str) -> Object:
    """Something of a library, by its dotted name."""
    known = out.externals.get(name)
    if known is None:
        known = out.externals[name] = External(name)
    return known


_NONE: Final = Constant(None)
