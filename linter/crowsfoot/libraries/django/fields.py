"""What the body of a model assigns -> its fields, of which relations still name what they lead to."""

from __future__ import annotations

from typing import Final

import msgspec

from crowsfoot.libraries import dotted
from crowsfoot.libraries.django import names
from crowsfoot.libraries.models import Field
from crowsfoot.libraries.objects import UNKNOWN, Args, At, Built, Class, Constant, External, Instance, Object

ONE: Final = ("ForeignKey", "ParentalKey", "ForeignKeyDeferrable")
ONE_TO_ONE: Final = ("OneToOneField", "AutoOneToOneField")
MANY: Final = ("ManyToManyField", "ParentalManyToManyField")
# Managers that stand for rows of another model, which is made by their library.
MANAGERS: Final = ("TaggableManager", "HistoricalRecords", "TagField", "ClusterTaggableManager")
# The model of whoever declares it, and the project's model of users.
SELF, USER = "self", "user:"


class DjangoField(Field, frozen=True):
    """A field, and what Django makes of it on the other side."""

    related_name: str | None = None  # as it is written, "%(class)s" and all
    query_name: str | None = None  # what lookups call it, where that is not its name
    related_query_name: str | None = None
    generic: bool = False  # its target is any model: it can be prefetched, and never joined
    parent_link: bool = False
    symmetrical: bool = False
    auto_pk: bool = False
    primary: bool = False
    far_key: bool = False  # it is the far side of a key, so that its rows know whom they belong to


class ModelClass(Object, frozen=True):
    """A model that is no class of the program: one of Django's own, or whichever is the model of users."""

    model: str

    def attribute(self, name: str, at: At) -> Object:
        from crowsfoot.libraries.django import managers, related

        model = at.models.get(related.resolve(self.model, at.models))
        if model is None:
            return managers.Manager(None) if name in ("objects", "_default_manager") else UNKNOWN
        return managers.class_attribute(model, name, at) or UNKNOWN

    def call(self, args: Args, at: At) -> Object:
        from crowsfoot.libraries.django import related
        from crowsfoot.libraries.django.querysets import new_row

        return new_row(at.models.get(related.resolve(self.model, at.models)), args)


def field(name: str, value: Object, at: At) -> DjangoField | None:
    """The field that `name = value` in the body of a model makes; None where it makes none."""
    kind, args = called_as(value, at)
    if kind is None:
        return None
    last = dotted.last(kind)
    if last in MANAGERS:
        return DjangoField(name, "many", stored=False)
    if last == "GenericForeignKey":
        return _generic(name, args)
    if last.endswith("GenericRelation") or last == "AuditlogHistoryField":
        return _generic_relation(name, args, at)
    if last.endswith(ONE_TO_ONE):
        return _key(name, args, at, unique=True)
    if last.endswith(ONE):
        return _key(name, args, at, unique=names.truth(args.get(None, "unique")) is True)
    if last.endswith(MANY):
        return _many(name, args, at)
    if last.endswith(("Field", "FieldDescriptor")):
        return _column(name, last, args)
    return None


def makes_field(it: Object) -> bool:
    """Whether to call it makes a field of Django itself, which nothing but a model holds."""
    return isinstance(it, External) and names.is_of_models(it.name) and it.name.endswith((*ONE, "Field"))


def target_of(it: Object | None, at: At) -> str | None:
    """What a relation names: an id, SELF, USER, or "app.Model" as it is written."""
    if isinstance(it, Class):
        return names.id_of(it)
    if isinstance(it, ModelClass):
        return it.model
    if isinstance(it, Constant) and isinstance(it.value, str):
        return SELF if it.value == "self" else f"?{it.value}"
    if isinstance(it, External):
        return USER if it.name.endswith("AUTH_USER_MODEL") else it.name
    return None


def called_as(value: Object, at: At) -> tuple[str | None, Args]:
    """The class of a field by its dotted name, and its arguments; the program's are what they derive from."""
    if isinstance(value, Built):
        return value.name, value.args
    if isinstance(value, Instance) and isinstance(value.cls, str):
        return value.cls, Args()
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        kinds = (*ONE, *MANY, *MANAGERS, "Field")
        known = (it for it in names.outside(at.lineage(value.cls)) if it.endswith(kinds))
        return next(known, None), Args()
    return None, Args()


def _column(name: str, kind: str, args: Args) -> DjangoField:
    primary = names.truth(args.get(None, "primary_key")) is True
    return DjangoField(
        name,
        "column",
        columns=(names.text(args.get(None, "db_column")) or name,),
        unique=primary or names.truth(args.get(None, "unique")) is True,
        nullable=names.truth(args.get(None, "null")) is True,
        primary=primary,
        auto_pk="AutoField" in kind,
    )


def _key(name: str, args: Args, at: At, unique: bool) -> DjangoField:
    deletes = args.get(1, "on_delete")
    return DjangoField(
        name,
        "one",
        target=target_of(args.get(0, "to"), at),
        columns=(names.text(args.get(None, "db_column")) or f"{name}_id",),
        key_attributes=(f"{name}_id",),
        unique=unique,
        nullable=names.truth(args.get(None, "null")) is True,
        cascades=isinstance(deletes, External) and deletes.name.endswith(".CASCADE"),
        related_name=names.text(args.get(None, "related_name")),
        related_query_name=names.text(args.get(None, "related_query_name")),
        parent_link=names.truth(args.get(None, "parent_link")) is True,
        primary=names.truth(args.get(None, "primary_key")) is True,
    )


def _many(name: str, args: Args, at: At) -> DjangoField:
    target = target_of(args.get(0, "to"), at)
    symmetrical = names.truth(args.get(None, "symmetrical"))
    return DjangoField(
        name,
        "many",
        target=target,
        stored=False,
        through=target_of(args.get(None, "through"), at),
        related_name=names.text(args.get(None, "related_name")),
        related_query_name=names.text(args.get(None, "related_query_name")),
        symmetrical=symmetrical if symmetrical is not None else target == SELF,
    )


def _generic(name: str, args: Args) -> DjangoField:
    kind = names.text(args.get(0, "ct_field")) or "content_type"
    key = names.text(args.get(1, "fk_field")) or "object_id"
    return DjangoField(name, "one", columns=(kind, key), nullable=True, generic=True)


def _generic_relation(name: str, args: Args, at: At) -> DjangoField:
    target = target_of(args.get(0, "to"), at)
    return DjangoField(
        name,
        "many",
        target=target,
        stored=False,
        related_name="+",
        related_query_name=names.text(args.get(None, "related_query_name")),
        generic=True,
    )


def retargeted(it: DjangoField, target: str | None, through: str | None) -> DjangoField:
    return msgspec.structs.replace(it, target=target, through=through)
