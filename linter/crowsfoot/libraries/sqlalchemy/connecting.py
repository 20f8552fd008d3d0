"""All models of a project to the same with their relations joined: targets, far sides, directions.

A relation names its target by a string and its direction by nothing at all; only when all classes are known
can be said which foreign key it goes by. https://docs.sqlalchemy.org/en/20/orm/relationship_api.html
"""

from collections.abc import Iterable

import msgspec

from crowsfoot.libraries.dotted import last, shared
from crowsfoot.libraries.models import Field, Model, Models
from crowsfoot.libraries.sqlalchemy.fields import ColumnField, MappedModel, RelationField

LIBRARIES = ("sqlalchemy", "sqlmodel")


def connect(given: Iterable[Model]) -> list[Model]:
    """The same models with what one class alone cannot say; those of other libraries stay as they are."""
    everything = list(given)
    models = Models(everything)
    here = [it for it in models.by_id.values() if it.library in LIBRARIES]
    changed: dict[str, dict[str, Field]] = {}
    for model in here:
        changed[model.id] = {
            name: _targeted(it, model, models) if isinstance(it, RelationField) else it
            for name, it in model.fields.items()
        }
    _far_sides(here, changed, models)
    for model in here:
        fields = changed[model.id]
        for name, it in fields.items():
            if isinstance(it, RelationField):
                fields[name] = _directed(it, model, fields, changed, models)
    return [
        msgspec.structs.replace(it, fields=changed[it.id]) if it.id in changed else it for it in everything
    ]


def _targeted(it: RelationField, model: Model, models: Models) -> RelationField:
    found = resolve(it.wanted, model, models)
    return msgspec.structs.replace(it, target=found.id) if found is not None else it


def resolve(wanted: str | None, model: Model, models: Models) -> Model | None:
    """The model that a relation names; of several of one name, the nearest by its path."""
    if wanted is None:
        return None
    if wanted.startswith("#"):
        return models.get(wanted[1:])
    candidates = [it for it in models.named(last(wanted)) if it.library in LIBRARIES and not it.abstract]
    candidates = [it for it in candidates if it.name == last(wanted)]
    unique = list({it.id: it for it in candidates}.values())
    return max(unique, key=lambda it: shared(it.id, model.id)) if unique else None


def _far_sides(here: list[Model], changed: dict[str, dict[str, Field]], models: Models) -> None:
    """What backref= adds to the target, and back_populates says to one side only."""
    heirs: dict[str, list[str]] = {}
    for model in here:
        for parent in model.parents if isinstance(model, MappedModel) else ():
            heirs.setdefault(parent, []).append(model.id)
    for model in here:
        if model.abstract:
            continue
        for it in list(changed[model.id].values()):
            if not isinstance(it, RelationField) or it.target is None:
                continue
            if it.backref and it.backref not in changed[it.target]:
                far = RelationField(
                    it.backref,
                    "many",
                    target=model.id,
                    stored=False,
                    back=it.name,
                    loading=it.backref_loading,
                    through=it.through,
                    plural=True if it.through else it.backref_plural,
                    keys=it.keys,
                    remote=it.backref_remote,
                )
                for heir in (it.target, *heirs.get(it.target, ())):
                    changed[heir].setdefault(it.backref, far)
            if it.backref and it.back is None:
                changed[model.id][it.name] = msgspec.structs.replace(it, back=it.backref)


def _directed(
    it: RelationField,
    model: Model,
    fields: dict[str, Field],
    changed: dict[str, dict[str, Field]],
    models: Models,
) -> RelationField:
    """Whether it goes by a key of its own table, and to one or to many."""
    target = models.get(it.target)
    if target is None:
        return msgspec.structs.replace(it, kind="many" if it.plural else "one")
    if it.through:
        return msgspec.structs.replace(it, kind="one" if it.plural is False else "many")
    own, far = _keys(fields, target, it), _keys(changed[target.id], model, it)
    if it.own_keys:
        far = []  # foreign_keys= are columns of this side
    # To itself: the far side of a tree is that which is plural, and remote_side marks the one to the parent.
    outward = bool(own) and (not far or it.plural is False)
    if model.id == target.id and it.plural is not False:
        outward = it.remote
    if outward or (it.plural is False and not far):
        return msgspec.structs.replace(
            it,
            kind="one" if it.plural is not True else "many",
            stored=bool(own),
            columns=tuple(name for key in own for name in key.columns),
            key_attributes=tuple(key.name for key in own),
            nullable=all(key.nullable for key in own) if own else it.nullable,
        )
    plural = True if it.plural is None and (far or it.plural is not False) else bool(it.plural)
    return msgspec.structs.replace(it, kind="many" if plural else "one")


def _keys(fields: dict[str, Field], to: Model, relation: RelationField) -> list[ColumnField]:
    """The columns among fields that refer to the other model's table."""
    found = [
        it
        for it in fields.values()
        if isinstance(it, ColumnField) and it.references and _refers(it.references, to)
    ]
    named = [it for it in found if it.name in relation.keys or set(it.columns) & set(relation.keys)]
    return named or found[:1]


def _refers(reference: str, to: Model) -> bool:
    if reference.startswith("#"):
        return reference[1:].rpartition(".")[0] == to.id
    words = reference.split(".")
    return len(words) >= 2 and words[-2] == last(to.table)
