"""What a program gives a model of a package besides its class: `User.add_to_class("role", user_role)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crowsfoot.libraries.django import names
from crowsfoot.libraries.django.fields import ModelClass
from crowsfoot.libraries.django.related import resolve
from crowsfoot.libraries.objects import At, Class, External, Object

if TYPE_CHECKING:
    from crowsfoot.libraries.models import Model


def added(model: Model, name: str, of: Object, at: At) -> Object | None:
    """What an instance has by that name, as it gets it: a property is called."""
    if not at.speaks_of(_ADDS):
        return None
    for cls, value in at.added(_ADDS, name):
        if _is_for(cls, model, at):
            return at.bound(value, of)
    return None


def _is_for(cls: Object, model: Model, at: At) -> bool:
    if isinstance(cls, Class):
        return isinstance(model.cls, Class) and cls in names.classes(at.lineage(model.cls))
    named = cls.name if isinstance(cls, External) else cls.model if isinstance(cls, ModelClass) else None
    return named is not None and resolve(named, at.models) == model.id


_ADDS: Final = "add_to_class"
