"""Classes -> the models that they are, and what an instance of one is."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from crowsfoot.facts import code as facts
from crowsfoot.libraries import standard
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.models import Model
from crowsfoot.libraries.objects import UNKNOWN, Class, Constant, External, Instance, Object, Subscripted
from crowsfoot.link.code.evaluation.frame import Frame
from crowsfoot.link.code.evaluation.here import Here
from crowsfoot.link.code.evaluation.holding import told_by

if TYPE_CHECKING:
    from crowsfoot.link.code.evaluation.evaluate import Evaluator

_T = TypeVar("_T")


def model_of(out: "Evaluator", cls: Object) -> Model | None:
    if isinstance(cls, Constant) and isinstance(cls.value, str):
        named = out.models.named(cls.value.rpartition(".")[2])
        return named[0] if len(named) == 1 else None
    if not isinstance(cls, Class):
        return None
    if cls not in out.models_by_class:
        out.models_by_class[cls] = None
        frame = out.frame(cls.path, cls.scope)
        for library in out.reaching(cls):
            model = library.model(cls, Here(out, frame, 0) if frame.scope.values else out.nowhere(frame))
            if model is not None:
                out.models_by_class[cls] = model
                break
    return out.models_by_class[cls]


def classes(out: "Evaluator", paths: Iterable[str] | None = None) -> Iterable[Class]:
    """All classes of the program, or of those files, that derive from something."""
    for path in out.program.files if paths is None else paths:
        for number, scope in enumerate(out.program.files[path].scopes):
            if scope.kind == "class" and (scope.bases or scope.decorators):
                yield Class(path, number, scope.name)


def derived(out: "Evaluator", packages: tuple[str, ...], paths: Iterable[str]) -> Iterable[Class]:
    """Those of the files that derive from a class of one of the packages, or are decorated by one."""
    for cls in out.classes(paths):
        decorators = (getattr(it, "name", None) for it in out.class_decorators(cls))
        names = (*out.bases(cls), *decorators)
        if any(isinstance(it, str) and it.partition(".")[0] in packages for it in names):
            yield cls


def review(out: "Evaluator", review: Callable[[Class, Here], _T], cls: Class) -> _T | None:
    """What comes of the review; of a class with nothing in it, it is done where that is defined."""
    frame = out.frame(cls.path, cls.scope)
    if frame.scope.values:
        return review(cls, Here(out, frame, 0))
    place = out.program.defined(cls)
    around = out.frame(place.path, place.scope)
    return review(cls, Here(out, around, place.value)) if around.scope.values else None


def review_function(out: "Evaluator", libraries: Iterable[Library], path: str, number: int) -> None:
    """What the libraries do with what a decorated function returns, which nothing of the program calls."""
    scope = out.program.scope(path, number)
    last = next((it for it in range(len(scope.values) - 1, -1, -1) if _returns(scope.values[it])), None)
    if not scope.decorators or last is None:
        return
    frame, around = out.frame(path, number), out.frame(path, scope.parent)
    decorators = tuple(out.get(around, it) for it in scope.decorators)
    returned = out.result(frame, scope, frozenset(), frame.place(last))
    if isinstance(returned, standard.Coroutine):
        returned = returned.of
    annotation = out.get(around, scope.returns) if scope.returns is not None else None
    for library in libraries:
        library.review_function(decorators, returned, annotation, Here(out, frame, last))


def nowhere(out: "Evaluator", frame: Frame) -> Here:
    return Here(out, frame, 0)


def row(out: "Evaluator", model: Model) -> Object:
    library = out.by_name.get(model.library)
    return library.row(model) if library is not None else UNKNOWN


def instance(out: "Evaluator", cls: Object) -> Object:
    """An instance of a class of the program or of a library, of which no more is known."""
    if isinstance(cls, Class):
        model = out.model_of(cls)
        if model is not None:
            return out.row(model)
        for library in out.reaching(cls):
            found = library.instance_of(cls, Here(out, out.frame(cls.path, cls.scope), 0))
            if found is not None:
                return found
        return Instance(cls)
    if isinstance(cls, External):
        library_ = out.library(cls.name)
        found = library_.instance(cls.name) if library_ is not None else None
        return found or (UNKNOWN if cls.name.startswith(("builtins.", "typing.")) else Instance(cls.name))
    if isinstance(cls, Subscripted):
        model = out.model_of(cls.items[0]) if cls.items else None
        found = out.instance(cls.of)
        if isinstance(found, Instance) and isinstance(cls.of, Class) and (told := tuple(told_by(out, cls))):
            return Instance(cls.of, told)
        return found if model is None else found.typed(model)
    return UNKNOWN


def annotated(out: "Evaluator", annotation: Object) -> Object:
    return standard.annotated(annotation, out.instance)


def _returns(value: facts.AnyValue) -> bool:
    return isinstance(value, facts.Returned) and value.of is not None
