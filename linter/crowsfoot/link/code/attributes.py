"""of.name -> what is read."""

from typing import TYPE_CHECKING

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.objects import UNKNOWN, Built, Class, External, Instance, Object, OneOf
from crowsfoot.link.code.frame import Frame
from crowsfoot.link.code.here import Here, Module, Super
from crowsfoot.link.code.loops import walk_of

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluate import Evaluator


def of_attribute(out: "Evaluator", frame: Frame, number: int, value: facts.Attribute) -> Object:
    of = frame.objects[value.of] or out.get(frame, value.of)
    if of is UNKNOWN:
        return out.climbed(frame, number, value) or out.guess(frame, number, value)
    if type(of) is External:
        return out.external(f"{of.name}.{value.name}")
    return out.read(of, value.name, Here(out, frame, number))


def climbed(out: "Evaluator", frame: Frame, number: int, value: facts.Attribute) -> Object | None:
    """`while node.parent: node = node.parent`, where a model has such a relation to itself."""
    loop = walk_of(frame.scope, value)
    if loop is None:
        return None
    for model, field in out.models.with_relation(value.name):
        if field.kind == "one" and field.target == model.id:
            row = out.row(model)
            return row.attribute(value.name, Here(out, frame, number)) if row is not UNKNOWN else None
    return None


def read(out: "Evaluator", of: Object, name: str, at: Here) -> Object:
    """of.name"""
    if isinstance(of, Module):
        if of.folder:
            dotted = f"{of.folder}.{name}"
            inner = out.program.module(dotted, "")
            return Module(inner) if inner else Module("", dotted)
        return out.of_module(of.path, name) or UNKNOWN
    if isinstance(of, Class):
        return out.of_class(of, name, at)
    if isinstance(of, Instance):
        return out.of_instance(of, name, at)
    if isinstance(of, Super):
        return out.of_super(of, name, at)
    if isinstance(of, OneOf):
        return standard.join([out.read(it, name, at) for it in of.options])
    if isinstance(of, External):
        return out.external(f"{of.name}.{name}")
    if isinstance(of, Built):
        return out.external(f"{of.name}().{name}")
    return of.attribute(name, at)


def guess(out: "Evaluator", frame: Frame, number: int, value: facts.Attribute) -> Object:
    """A relation to many rows that only one model has, read from something that nobody knows."""
    if frame.marks and _of_any(frame.scope, value.of):
        for library in out.guessing:
            library.guess(value.name, Here(out, frame, number))
    relations = out.models.with_relation(value.name)
    if not relations:
        return UNKNOWN
    found = [
        it
        for it in relations
        if it[1].kind == "many" and getattr(out.by_name.get(it[0].library), "telling", True)
    ]
    if len(found) != 1:
        return UNKNOWN
    model = found[0][0]
    row = out.row(model)
    return row.attribute(value.name, Here(out, frame, number)) if row is not UNKNOWN else UNKNOWN


def _of_any(scope: facts.Scope, number: int) -> bool:
    """Whether that is an element of a parameter of which nothing is said."""
    it = scope.values[number]
    over = scope.loops[it.over].over if isinstance(it, facts.Element) else None
    held = scope.values[over] if over is not None else None
    return isinstance(held, facts.Parameter) and scope.params[held.index].annotation is None
