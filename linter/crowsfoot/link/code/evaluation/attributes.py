"""of.name -> what is read."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Built, Class, External, Instance, Object, OneOf
from crowsfoot.link.code.evaluation import classes
from crowsfoot.link.code.evaluation.decided import may_be
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.handing import is_made
from crowsfoot.link.code.evaluation.here import Here, Module, Super
from crowsfoot.link.code.evaluation.loops import walk_of

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator


def of_attribute(out: "Evaluator", frame: Frame, number: int, value: facts.Attribute) -> Object:
    of = frame.objects[value.of] or out.get(frame, value.of)
    if frame.scope.narrowed:
        of = out.narrowed(frame, number, value.of, of)
    if of is UNKNOWN:
        holder = frame.scope.values[value.of]
        if type(holder) is facts.Attribute and holder.name in out.holding:
            for library in out.holding[holder.name]:
                held = library.held(holder.name, value.name, Here(out, frame, number))
                if held is not None:
                    return held
        if not frame.marks and not out.models.with_relation(value.name):
            return UNKNOWN
        return out.climbed(frame, number, value) or out.guess(frame, number, value)
    if type(of) is External:
        return out.external(f"{of.name}.{value.name}")
    return out.read(of, value.name, Here(out, frame, number))


def narrowed(out: "Evaluator", frame: Frame, number: int, of: int, known: Object) -> Object:
    """What the branch that the value stands in says of another one: `if isinstance(it, Shelf): it.owner()`.

    Of a row it says too little: nobody knows what has been loaded with it. What is known to be a row of
    another model does not come to it.
    """
    for it, cls, first, end in frame.scope.narrowed:
        if it == of and first <= number < end:
            asked = out.get(frame, cls)
            if known is UNKNOWN:
                found = out.annotated(asked)
                return found if isinstance(found, Instance) else UNKNOWN
            options = known.options if isinstance(known, OneOf) else (known,)
            known = standard.join([each for each in options if may_be(out, each, asked)])
    return known


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
    reader = _READERS.get(type(of))
    return of.attribute(name, at) if reader is None else reader(out, of, name, at)


def _of_module(out: "Evaluator", of: Module, name: str, at: Here) -> Object:
    if of.folder:
        dotted = f"{of.folder}.{name}"
        inner = out.program.modules.file_of(dotted, "")
        return Module(inner) if inner else Module("", dotted)
    return out.of_module(of.path, name) or UNKNOWN


def _of_any_of(out: "Evaluator", of: OneOf, name: str, at: Here) -> Object:
    return standard.join([out.read(it, name, at) for it in of.options])


def _of_external(out: "Evaluator", of: External, name: str, at: Here) -> Object:
    return out.external(f"{of.name}.{name}")


def _of_built(out: "Evaluator", of: Built, name: str, at: Here) -> Object:
    return out.external(f"{of.name}().{name}")


def guess(out: "Evaluator", frame: Frame, number: int, value: facts.Attribute) -> Object:
    """A relation to many rows that only one model has, read from something that nobody knows."""
    if frame.marks and _of_any(frame.scope, value.of):
        for library in out.libraries:
            library.guess(value.name, Here(out, frame, number))
    relations = out.models.with_relation(value.name)
    if not relations:
        return UNKNOWN
    found = [it for it in relations if it[1].kind == "many" and out.is_telling(it[0])]
    if len(found) != 1 or out.models.has_column(value.name):
        return UNKNOWN
    model = found[0][0]
    if out.is_of_others(value.name):
        return UNKNOWN
    row = out.row(model)
    return row.attribute(value.name, Here(out, frame, number)) if row is not UNKNOWN else UNKNOWN


def is_of_others(out: "Evaluator", name: str) -> bool:
    """Whether objects of the program that are no rows have a list of that name: `self.notes = []`."""
    known = out.of_others.get(name)
    if known is None:
        known = out.of_others[name] = any(
            _is_made_by(out, path, number, name)
            for path in out.program.saying(name)
            for number in range(len(out.program.files[path].scopes))
        )
    return known


def _is_made_by(out: "Evaluator", path: str, number: int, name: str) -> bool:
    """Whether that is the __init__() of a class without a table, which gives its objects such a list."""
    scope = out.program.files[path].scopes[number]
    if scope.name != "__init__" or scope.parent < 0:
        return False
    values = scope.values
    stores = (it for it in values if isinstance(it, facts.Store) and it.name == name)
    own = (it for it in stores if isinstance(of := values[it.of], facts.Parameter) and of.index == 0)
    if not any(is_made(values, it.value) for it in own):
        return False
    return out.model_of(Class(path, scope.parent, out.program.scope(path, scope.parent).name)) is None


def is_telling(out: "Evaluator", model: Model) -> bool:
    """Whether a relation of the model is named so that nothing else has an attribute of that name."""
    library = out.by_name.get(model.library)
    return library is None or library.TELLING


def _of_any(scope: facts.Scope, number: int) -> bool:
    """Whether that is an element of a parameter of which nothing is said."""
    it = scope.values[number]
    over = scope.loops[it.over].over if isinstance(it, facts.Element) else None
    held = scope.values[over] if over is not None else None
    return isinstance(held, facts.Parameter) and scope.params[held.index].annotation is None


_READERS: Final[dict[type[Object], Callable[["Evaluator", Any, str, Here], Object]]] = {
    Module: _of_module,
    Class: classes.of_class,
    Instance: classes.of_instance,
    Super: classes.of_super,
    OneOf: _of_any_of,
    External: _of_external,
    Built: _of_built,
}
