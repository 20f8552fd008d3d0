"""All models of a project -> the same, knowing each other: names resolved, far sides of relations added."""

from collections.abc import Iterable
from typing import cast

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import builtin
from crowsfoot.libraries.django.fields import USER, DjangoField
from crowsfoot.libraries.django.models import LIBRARY_NAME, DjangoModel
from crowsfoot.libraries.models import Field, Model, Models


def connect(found: Iterable[Model]) -> list[Model]:
    """All models, once all are known. What Django brings itself is added."""
    models = Models(found)
    own = [it for it in models.by_id.values() if isinstance(it, DjangoModel)]
    for id, table, fields in builtin.concrete():
        if models.get(id) is None:
            app = id.split(".")[2]
            users = id == builtin.USER
            kind = dict[str, Field](fields)
            model = DjangoModel(id, dotted.last(id), LIBRARY_NAME, table, kind, app=app, users=users)
            models.add(model)
            own.append(model)
    for model in own:
        _resolve(model, models)
    for model in own:
        if not model.abstract and not model.proxy:
            _add_far_sides(model, models)
    # A child has all parents of its parents, and one more.
    for model in sorted(own, key=lambda it: len(it.parents)):
        _inherit(model, models)
    return list(models.by_id.values())


def resolve(target: str | None, models: Models) -> str | None:
    """The id of the model that a relation names."""
    if target is None:
        return None
    if target == USER:
        return _user(models)
    if target.startswith("?"):
        return _named(target[1:], models)
    if models.get(target) is not None:
        return target
    # Imported from where the package hands it on: "app.models.Book" for what "app.models.books.Book" defines.
    return _named(".".join(target.split(".")[-2:]), models) if "." in target else None


def _user(models: Models) -> str:
    """settings.AUTH_USER_MODEL, which is no constant of the program: the model that derives from Django's."""
    own = [it for it in models.of_users() if isinstance(it, DjangoModel) and not it.abstract and it.cls]
    own.sort(key=lambda it: ("user" not in it.name.lower(), len(it.name)))
    return own[0].id if own else builtin.USER


def _named(name: str, models: Models) -> str | None:
    app, _, last = name.rpartition(".")
    found = [it for it in models.named(last) if isinstance(it, DjangoModel) and not it.abstract]
    same = [it for it in found if it.app.lower() == app.lower()]
    if app == "auth" and last == "User" and not same:
        return _user(models)
    if same:
        return same[0].id
    own = [it for it in found if it.cls is not None]
    return own[0].id if len(own) == 1 else found[0].id if len(found) == 1 else None


def _resolve(model: DjangoModel, models: Models) -> None:
    for field in tuple(model.fields.values()):
        if isinstance(field, DjangoField) and (field.target or field.through):
            target, through = resolve(field.target, models), resolve(field.through, models)
            if (target, through) != (field.target, field.through):
                _put(model, msgspec.structs.replace(field, target=target, through=through))


def _add_far_sides(model: DjangoModel, models: Models) -> None:
    for field in tuple(model.fields.values()):
        if not isinstance(field, DjangoField) or field.kind == "column" or field.inherited:
            continue
        if field.back is not None:  # it is a far side itself
            continue
        target = models.get(field.target)
        if not isinstance(target, DjangoModel):
            continue
        if field.kind == "many" and (field.symmetrical or (not field.generic and field.target is None)):
            continue
        accessor = _accessor(model, field)
        if accessor is None:
            continue
        query = _formatted(field.related_query_name, model) or (
            accessor if field.related_name or model.default_related_name else model.name.lower()
        )
        _put(model, msgspec.structs.replace(field, back=accessor))
        far = DjangoField(
            accessor,
            "one" if field.kind == "one" and field.unique else "many",
            target=model.id,
            stored=False,
            back=field.name,
            nullable=True,
            unique=field.unique,
            through=field.through,
            query_name=query,
            far_key=field.kind == "one",
        )
        if accessor not in target.fields:
            _put(target, far)


def _accessor(model: DjangoModel, field: DjangoField) -> str | None:
    """What the target calls its rows; None where related_name says that it does not."""
    name = field.related_name or model.default_related_name
    if name is None:
        one = field.kind == "one" and field.unique
        return model.name.lower() if one else f"{model.name.lower()}_set"
    return None if name.endswith("+") else _formatted(name, model)


def _formatted(name: str | None, model: DjangoModel) -> str | None:
    if name is None:
        return None
    lower = model.name.lower()
    for key, value in (("%(class)s", lower), ("%(model_name)s", lower), ("%(app_label)s", model.app.lower())):
        name = name.replace(key, value)
    return name


def _inherit(model: DjangoModel, models: Models) -> None:
    """A child has what leads to its parents as well, and so has a proxy."""
    for id in model.parents:
        parent = models.get(id)
        if parent is None or parent is model:
            continue
        for field in _far_sides(parent):
            if field.name not in model.fields and field.target != model.id:
                _put(model, msgspec.structs.replace(field, inherited=True))


def _far_sides(model: Model) -> Iterable[DjangoField]:
    return [
        it
        for it in model.fields.values()
        if isinstance(it, DjangoField) and not it.stored and it.back is not None
    ]


def _put(model: Model, field: Field) -> None:
    # The mapping was made in models.py, and nobody has seen it yet.
    cast(dict[str, Field], model.fields)[field.name] = field
