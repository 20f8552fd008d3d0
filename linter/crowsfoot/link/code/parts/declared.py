"""The classes of a program -> which of them are models, and what the others derive from.

It is found out part by part, each from the same beginning, and kept like what comes of parts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec
from msgspec.structs import force_setattr

from crowsfoot.digests import digest
from crowsfoot.libraries.library import Library
from crowsfoot.libraries.models import Field, Model, Models
from crowsfoot.libraries.objects import Class
from crowsfoot.link.code.evaluation.evaluate import Evaluator
from crowsfoot.link.code.parts.keeping import Keeper
from crowsfoot.link.code.parts.sharing import shared
from crowsfoot.link.code.program.looked import Bases, Looked, Settled
from crowsfoot.link.project import Database

_T = TypeVar("_T")
ScopeKey = tuple[str, int]


def set_models(
    evaluator: Evaluator,
    libraries: Sequence[Library],
    databases: Sequence[Database],
    parts: Sequence[Sequence[str]],
    keeper: Keeper | None = None,
) -> None:
    """Have the evaluator know all models, after each has been told of those that lead to it."""
    found: list[Model] = []
    for library in libraries:
        found += library.models_of(databases)
    bases: dict[Class, Bases] = {}
    models: dict[Class, Model] = {}
    calls: set[tuple[ScopeKey, ScopeKey]] = set()
    for some in _found_in(evaluator, parts, keeper):
        bases.update(some.bases)
        models.update(some.models)
        calls.update(some.calls)
    order = {path: number for number, path in enumerate(evaluator.program.files.paths)}
    found += [models[it] for it in sorted(models, key=lambda it: (order[it.path], it.scope))]
    for library in libraries:
        found = library.connect(found)
    connected = {it.id: it for it in found}
    by_class = {cls: connected.get(it.id, it) for cls, it in models.items()}
    evaluator.calls_of_models = frozenset(calls)
    evaluator.settle(
        Settled(evaluator.program.files, bases, {it: by_class.get(it) for it in bases}, Models(found))
    )


class _Found(NamedTuple):
    """What the classes of some files are, and which functions were called to find out."""

    bases: list[tuple[Class, Bases]]
    models: list[tuple[Class, Model]]
    calls: list[tuple[ScopeKey, ScopeKey]]


def _found_in(
    evaluator: Evaluator, parts: Sequence[Sequence[str]], keeper: Keeper | None
) -> Iterator[_Found]:
    """What each part comes to, in any order."""
    parts = [[it for it in paths if it in evaluator.program.files] for paths in parts]
    names = [digest(*it) for it in parts]
    missing: list[int] = []
    for number, name in enumerate(names):
        kept = keeper.get("models", name, _Kept) if keeper is not None else None
        models = _models_of(kept.models) if kept is not None else None
        if kept is not None and models is not None:
            yield _Found(kept.bases, models, kept.calls)
        else:
            missing.append(number)

    def worked_out(number: int) -> tuple[_Kept | None, Looked]:
        return _kept(_found(evaluator, parts[number])), evaluator.looked()

    for number, (known, looked) in shared(missing, worked_out, tuple[_Kept | None, Looked]):
        models = _models_of(known.models) if known is not None else None
        if known is None or models is None:
            yield _found(evaluator, parts[number])
            continue
        yield _Found(known.bases, models, known.calls)
        if keeper is not None:
            keeper.put("models", names[number], looked, known)


def _found(evaluator: Evaluator, paths: Sequence[str]) -> _Found:
    evaluator.renew()
    classes = list(evaluator.classes(paths))
    return _Found(
        models=[(it, model) for it in classes if (model := evaluator.model_of(it)) is not None],
        bases=[(it, evaluator.bases(it)) for it in classes],
        calls=sorted(evaluator.calls),
    )


class _Field(msgspec.Struct, frozen=True, array_like=True):
    name: str
    kind: str
    said: msgspec.Raw


class _Declared(msgspec.Struct, frozen=True, array_like=True):
    """A model of a class; libraries have kinds of their own of models and of fields."""

    cls: Class
    kind: str
    said: msgspec.Raw
    fields: list[_Field]


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    bases: list[tuple[Class, Bases]]
    models: list[_Declared]
    calls: list[tuple[ScopeKey, ScopeKey]]


def _kept(found: _Found) -> _Kept | None:
    """The same as it can be kept; None where some model would not come back as it is."""
    declared = [known for it in found.models if (known := _declared(*it)) is not None]
    return _Kept(found.bases, declared, found.calls) if len(declared) == len(found.models) else None


def _declared(cls: Class, model: Model) -> _Declared | None:
    """What can be kept of it; None where it would not come back as it is."""
    encode = msgspec.msgpack.encode
    model.forget()
    try:
        bare = msgspec.structs.replace(model, cls=None, fields={})
        fields = [
            _Field(name, _kind_of(type(it)), msgspec.Raw(encode(it))) for name, it in model.fields.items()
        ]
        found = _Declared(cls, _kind_of(type(model)), msgspec.Raw(encode(bare)), fields)
        return found if model.cls == cls and repr(_models_of([found])) == repr([(cls, model)]) else None
    except (msgspec.MsgspecError, UnicodeError, OverflowError, RecursionError, TypeError):
        return None


def _models_of(kept: Iterable[_Declared]) -> list[tuple[Class, Model]] | None:
    """The same models again; None where one is of a kind that nobody knows."""
    models, fields = _kinds(Model), _kinds(Field)
    try:
        return [(it.cls, _model_of(it, models, fields)) for it in kept]
    except (msgspec.MsgspecError, UnicodeError, RecursionError, KeyError):
        return None


def _model_of(it: _Declared, models: Mapping[str, type[Model]], fields: Mapping[str, type[Field]]) -> Model:
    decode = msgspec.msgpack.decode
    model = decode(it.said, type=models[it.kind])
    force_setattr(model, "fields", {one.name: decode(one.said, type=fields[one.kind]) for one in it.fields})
    force_setattr(model, "cls", it.cls)
    return model


def _kind_of(it: type[object]) -> str:
    return f"{it.__module__}.{it.__qualname__}"


def _kinds(of: type[_T]) -> dict[str, type[_T]]:
    return {_kind_of(it): it for it in _all_kinds(of)}


def _all_kinds(of: type[_T]) -> Iterator[type[_T]]:
    yield of
    for it in of.__subclasses__():
        yield from _all_kinds(it)
