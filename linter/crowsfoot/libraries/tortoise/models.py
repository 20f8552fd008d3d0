"""A class that derives from Tortoise's Model -> the model that it is; and all such models, joined."""

from collections.abc import Iterable
from typing import Final

import msgspec

from crowsfoot.libraries.calls import id_of, is_true, options, string
from crowsfoot.libraries.dotted import shared
from crowsfoot.libraries.models import Field, FieldKind, Model, Models
from crowsfoot.libraries.objects import (
    Args,
    At,
    Built,
    Class,
    Constant,
    External,
    Instance,
    Object,
    Subscripted,
)

LIBRARY_NAME: Final = "tortoise"
# dipdup's models derive from those of Tortoise.
PACKAGES: Final = (LIBRARY_NAME, "dipdup")
_MODELS: Final = frozenset(
    ("tortoise.models.Model", "tortoise.Model", "dipdup.models.Model", "dipdup.models.CachedModel")
)
_ONE: Final = ("ForeignKeyField", "OneToOneField", "ForeignKeyRelation", "ForeignKeyNullableRelation")
_ONE_TO_ONE: Final = ("OneToOneField", "OneToOneRelation", "OneToOneNullableRelation")
_MANY: Final = ("ManyToManyField", "ManyToManyRelation", "ReverseRelation")


class Relation(Field, frozen=True):
    """A relation as its class declares it; target is resolved once all models are known."""

    wanted: str = ""  # the model as it is named: "models.Author", or an id
    related_name: str | None = None  # of the far side; "" where there is none


def model_of(cls: Class, at: At) -> Model | None:
    """The model that the class is; None where it derives from no model."""
    bases = at.bases(cls)
    if not any(base in _MODELS for base in bases):
        return None
    fields: dict[str, Field] = {}
    for base in reversed((cls, *(it for it in bases if isinstance(it, Class)))):
        for name, value in at.attributes(base).items():
            if (field := _field(name, value)) is not None:
                fields[name] = field
        for name, annotation in at.annotations(base).items():
            if (field := _annotated(name, annotation)) is not None and name not in fields:
                fields[name] = field
    meta = _meta(cls, at)
    keys = tuple(name for name, it in fields.items() if isinstance(it, _Key))
    if not keys:
        fields = {"id": Field("id", "column", columns=("id",)), **fields}
    # The default is the class's name in lower case. Source: tortoise/apps.py of 1.1.9
    table = string(meta.get("table")) or cls.name.lower()
    return Model(
        id_of(cls),
        cls.name,
        LIBRARY_NAME,
        table,
        fields,
        cls,
        primary_key=keys or ("id",),
        ordered="ordering" in meta,
        abstract=is_true(meta.get("abstract")),
    )


class _Key(Field, frozen=True):
    """The primary key."""


def _meta(cls: Class, at: At) -> dict[str, Object]:
    inner = at.attributes(cls).get("Meta")
    return dict(at.attributes(inner)) if isinstance(inner, Class) else {}


def _name_of(it: Object) -> str:
    """The last word of what makes a field."""
    if isinstance(it, (Built, External)):
        return it.name.rpartition(".")[2]
    if isinstance(it, Class):
        return it.name
    if isinstance(it, Instance):
        return it.cls.name if isinstance(it.cls, Class) else it.cls.rpartition(".")[2]
    return ""


def _field(name: str, value: Object) -> Field | None:
    kind = _name_of(value)
    args = value.args if isinstance(value, Built) else Args()
    if kind in _ONE or kind in _ONE_TO_ONE:
        column = string(args.get(None, "source_field")) or f"{name}_id"
        nullable = is_true(args.get(None, "null"))
        return Relation(
            name,
            "one",
            columns=(column,),
            key_attributes=(f"{name}_id",),
            unique=kind in _ONE_TO_ONE,
            nullable=nullable,
            wanted=_wanted(args.get(0, "model_name") or args.get(0, "to")),
            related_name=_related_name(args.get(1, "related_name")),
        )
    if kind in _MANY:
        return Relation(
            name,
            "many",
            stored=False,
            wanted=_wanted(args.get(0, "model_name") or args.get(0, "to")),
            related_name=_related_name(args.get(None, "related_name")),
            through=string(args.get(1, "through")) or "",
        )
    if not kind.endswith("Field") and "EnumField" not in kind:
        return None
    column = string(args.get(None, "source_field")) or string(args.get(0, "source_field")) or name
    if is_true(args.get(None, "pk")) or is_true(args.get(None, "primary_key")):
        return _Key(name, "column", columns=(column,), unique=True)
    return Field(
        name,
        "column",
        columns=(column,),
        unique=is_true(args.get(None, "unique")),
        nullable=is_true(args.get(None, "null")),
    )


def _annotated(name: str, annotation: Object) -> Field | None:
    """`books: fields.ReverseRelation["Book"]`"""
    if not isinstance(annotation, Subscripted) or not annotation.items:
        return None
    kind = _name_of(annotation.of)
    if (
        kind not in _MANY
        and kind not in _ONE
        and kind not in _ONE_TO_ONE
        and kind != "BackwardOneToOneRelation"
    ):
        return None
    many = kind in _MANY
    return Relation(
        name,
        "many" if many else "one",
        stored=False,
        key_attributes=(f"{name}_id",) if kind in _ONE else (),
        wanted=_wanted(annotation.items[0]),
        related_name="",
    )


def _wanted(to: Object | None) -> str:
    for it in options(to):
        if isinstance(it, Class):
            return id_of(it)
        if isinstance(it, Constant) and isinstance(it.value, str):
            return it.value
    return ""


def _related_name(it: Object | None) -> str | None:
    if it == Constant(False):
        return ""
    return string(it)


def connect(found: Iterable[Model]) -> list[Model]:
    """The same models with the targets of their relations, and the far sides of them."""
    everything = list(found)
    models = Models(everything)
    own = [it for it in everything if it.library == LIBRARY_NAME]
    fields = {it.id: dict(it.fields) for it in own}
    for model in own:
        for name, field in model.fields.items():
            target = _target(field, model, models)
            if target is None or not isinstance(field, Relation):
                continue
            declared = field.related_name
            back = declared or f"{model.table}s"
            if declared != "" and not model.abstract:
                other = fields[target.id].get(back)
                if other is None or not other.stored:
                    far: FieldKind = "one" if field.unique else "many"
                    fields[target.id][back] = Field(
                        back, far, target=model.id, stored=False, back=name, through=field.through
                    )
            fields[model.id][name] = msgspec.structs.replace(
                field, target=target.id, back=(back if declared != "" else field.back)
            )
    return [msgspec.structs.replace(it, fields=fields[it.id]) if it.id in fields else it for it in everything]


def _target(field: Field, model: Model, models: Models) -> Model | None:
    if not isinstance(field, Relation) or not field.wanted:
        return None
    exact = models.get(field.wanted)
    if exact is not None:
        return exact
    named = [
        it
        for it in models.named(field.wanted.rpartition(".")[2])
        if it.library == LIBRARY_NAME and not it.abstract
    ]
    if len(named) > 1:
        # Two apps have one each: the nearer.
        module = model.id.rpartition(".")[0]
        named.sort(key=lambda it: (it.id.rpartition(".")[0] != module, -shared(it.id, model.id)))
    return named[0] if named else None
