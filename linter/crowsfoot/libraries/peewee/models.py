"""A class that derives from Peewee's Model -> the model that it is; and all such models, joined."""

from collections.abc import Iterable
from typing import Final

import msgspec

from crowsfoot.libraries.calls import id_of, is_true, made_by, options, string
from crowsfoot.libraries.models import Field, Model, Models
from crowsfoot.libraries.objects import Args, At, Built, Class, Constant, Object

LIBRARY_NAME: Final = "peewee"
PACKAGES: Final = (LIBRARY_NAME, "playhouse", "peewee_async")
_SELF: Final = "self"


class ForeignKey(Field, frozen=True):
    """A foreign key as its class declares it; target is resolved once all models are known."""

    wanted: str = ""  # the id of the model, or its name where it is deferred; "self"
    backref: str = ""  # of the far side; "" where it is called after the model


def model_of(cls: Class, at: At) -> Model | None:
    """The model that the class is; None where it derives from no model."""
    bases = at.bases(cls)
    if not any(isinstance(base, str) and _is_model(base) for base in bases):
        return None
    fields: dict[str, Field] = {}
    keys: list[str] = []
    for base in reversed((cls, *(it for it in bases if isinstance(it, Class)))):
        for name, value in at.attributes(base).items():
            field = _field(name, value)
            if field is not None:
                fields[name] = field
                args = value.args if isinstance(value, Built) else Args()
                if is_true(args.get(None, "primary_key")) or made_by(value) in ("AutoField", "BigAutoField"):
                    keys.append(name)
    meta = _meta(cls, at)
    key = meta.get("primary_key")
    if isinstance(key, Built):
        keys = [each for it in key.args.positional if (each := string(it)) is not None]
    elif not keys and key != Constant(False):
        fields = {"id": Field("id", "column", columns=("id",)), **fields}
        keys = ["id"]
    # The default is the class's name in lower case. Source: Metadata.make_table_name() of 4.5.3
    table = string(meta.get("table_name")) or string(meta.get("db_table")) or cls.name.lower()
    return Model(id_of(cls), cls.name, LIBRARY_NAME, table, fields, cls, primary_key=tuple(keys))


def _is_model(name: str) -> bool:
    return name.partition(".")[0] in PACKAGES and name.rpartition(".")[2] in ("Model", "AioModel")


def _meta(cls: Class, at: At) -> dict[str, Object]:
    inner = at.attributes(cls).get("Meta")
    return dict(at.attributes(inner)) if isinstance(inner, Class) else {}


def _field(name: str, value: Object) -> Field | None:
    kind = made_by(value)
    if not kind.endswith("Field"):
        return None
    args = value.args if isinstance(value, Built) else Args()
    column = string(args.get(None, "column_name")) or string(args.get(None, "db_column"))
    nullable, unique = is_true(args.get(None, "null")), is_true(args.get(None, "unique"))
    if kind not in ("ForeignKeyField", "DeferredForeignKey"):
        return Field(name, "column", columns=(column or name,), nullable=nullable, unique=unique)
    column = column or (name if name.endswith("_id") else f"{name}_id")
    held = string(args.get(None, "object_id_name")) or column
    return ForeignKey(
        name,
        "one",
        columns=(column,),
        key_attributes=(f"{held}_id" if held == name else held,),
        nullable=nullable,
        unique=unique,
        loading="none" if args.get(None, "lazy_load") == Constant(False) else "lazy",
        wanted=_wanted(args.get(0, "model") or args.get(None, "rel_model")),
        backref=string(args.get(2, "backref") or args.get(None, "related_name")) or "",
    )


def _wanted(to: Object | None) -> str:
    for it in options(to):
        if isinstance(it, Class):
            return id_of(it)
        if isinstance(it, Constant) and isinstance(it.value, str):
            return it.value
    return ""


def connect(found: Iterable[Model]) -> list[Model]:
    """The same models with the targets of their foreign keys, and the far sides of them."""
    everything = list(found)
    models = Models(everything)
    own = [it for it in everything if it.library == LIBRARY_NAME]
    fields = {it.id: dict(it.fields) for it in own}
    for model in own:
        for name, field in model.fields.items():
            target = _target(field, model, models)
            if target is None or not isinstance(field, ForeignKey):
                continue
            back = field.backref or f"{model.name.lower()}_set"
            if back not in ("+", "!") and back not in target.fields:
                fields[target.id][back] = Field(back, "many", target=model.id, stored=False, back=name)
            fields[model.id][name] = msgspec.structs.replace(field, target=target.id, back=back)
    return [msgspec.structs.replace(it, fields=fields[it.id]) if it.id in fields else it for it in everything]


def _target(field: Field, model: Model, models: Models) -> Model | None:
    if not isinstance(field, ForeignKey) or not field.wanted:
        return None
    if field.wanted == _SELF:
        return model
    exact = models.get(field.wanted)
    named = [it for it in models.named(field.wanted) if it.library == LIBRARY_NAME]
    return exact or (named[0] if len(named) == 1 else None)
