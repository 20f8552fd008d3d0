"""A class of the program to the model that it is: declarative, with mixins and abstract bases, or none.

https://docs.sqlalchemy.org/en/20/orm/declarative_styles.html
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.objects import Args, At, Built, Class, Constant, Function, Object
from crowsfoot.libraries.sqlalchemy.annotations import Said, said
from crowsfoot.libraries.sqlalchemy.fields import ColumnField, MappedModel, RelationField, field, id_of
from crowsfoot.libraries.sqlalchemy.names import BASES, DECLARATIVE, built, ours
from crowsfoot.libraries.sqlalchemy.receiver import elements, is_true, text

LIBRARY_NAME: Final = "sqlalchemy"


class Declared(Object, frozen=True):
    """@declared_attr: what a function of the class gives."""

    of: Object


def model(cls: Class, at: At) -> Model | None:
    """The model that the class is; a base that declares models is one that is abstract."""
    bases = at.bases(cls)
    own = at.attributes(cls)
    libraries = _declarative(bases)
    if not libraries and not _declares(own):
        return None
    fields: dict[str, Field] = {}
    table = ""
    for base in reversed([cls, *(it for it in bases if isinstance(it, Class))]):
        attributes = own if base == cls else at.attributes(base)
        fields.update(read(attributes, at.annotations(base), at))
        if (named := table_name(attributes, cls, at)) is not None:
            table = named
    # A base of models is the first of its line that the library declares.
    is_base = any(last(it) in BASES for it in libraries) and not any(
        _declarative(at.bases(it)) for it in bases if isinstance(it, Class)
    )
    keyed = any(isinstance(it, ColumnField) and it.primary for it in fields.values())
    abstract = (
        is_true(own.get("__abstract__"))
        or (is_base and not (keyed and "__tablename__" in own))
        or _is_concrete_base(bases, at)
    )
    if not table and not abstract:
        if any(it.startswith("flask_sqlalchemy") for it in libraries):
            table = _snake(cls.name)
        elif "__table__" in own:
            value = own["__table__"]
            table = (
                text(value.args.get(0)) if isinstance(value, Built) else getattr(value, "name", "")
            ) or cls.name
        elif not libraries or not fields:
            return None
        else:
            table = _snake(cls.name)  # as a __tablename__ of the base's own would have it: nobody can tell
    return MappedModel(
        id_of(cls),
        cls.name,
        LIBRARY_NAME,
        table if not abstract else "",
        fields,
        cls,
        primary_key=tuple(key for key, it in fields.items() if isinstance(it, ColumnField) and it.primary)
        or ("id",),
        abstract=abstract,
        parents=tuple(id_of(it) for it in bases if isinstance(it, Class)),
    )


def _is_concrete_base(bases: Sequence[Class | str], at: At) -> bool:
    """Whether it stands for the tables of the classes that derive from it, and has none.

    Source: https://docs.sqlalchemy.org/en/20/orm/inheritance.html#abstract-concrete-base
    """

    def derives(it: Sequence[Class | str]) -> bool:
        return any(isinstance(base, str) and last(base) == "AbstractConcreteBase" for base in it)

    return derives(bases) and not any(derives(at.bases(it)) for it in bases if isinstance(it, Class))


def read(
    attributes: Mapping[str, Object], annotations: Mapping[str, Object], at: At
) -> Iterable[tuple[str, Field]]:
    """The fields that a class body brings, in its order."""
    for name in dict.fromkeys((*annotations, *attributes)):
        if name.startswith("__"):
            continue
        value = attributes.get(name)
        if is_declared(value, at):
            value = declared(value, at)
        annotated = said(annotations[name]) if name in annotations else Said()
        it = field(name, value, annotated, at)
        if isinstance(it, RelationField) and isinstance(value, Built):
            it = _with_own_keys(it, value, attributes, at)
        if it is not None:
            yield name, it


def _with_own_keys(it: RelationField, said: Built, attributes: Mapping[str, Object], at: At) -> RelationField:
    """The relation, of which foreign_keys= are columns of the same class: foreign_keys=[owner_id]."""
    columns = [one for one in elements(said.args.get(None, "foreign_keys"), at) if isinstance(one, Built)]
    if not columns:
        return it
    names = tuple(name for name in attributes if not name.startswith("__") and attributes[name] in columns)
    return msgspec.structs.replace(it, keys=names, own_keys=True) if names else it


def table_name(attributes: Mapping[str, Object], cls: Class, at: At) -> str | None:
    """What __tablename__ says; a function that cannot be computed gives the name in small letters."""
    value = attributes.get("__tablename__")
    if value is None:
        return None
    if isinstance(value, Declared | Function) or built(value, "declared_attr"):
        return text(declared(value, at)) or _snake(cls.name)
    return text(value) or _snake(cls.name)


def _declarative(bases: tuple[Class | str, ...]) -> list[str]:
    """Those of the library that declare models."""
    return [
        it
        for it in bases
        if isinstance(it, str)
        and ours(it)
        and (last(it) in DECLARATIVE or it.startswith("advanced_alchemy.base."))
    ]


def is_declared(value: Object | None, at: At) -> bool:
    if isinstance(value, Function):
        return "declared_attr" in at.decorators(value) or "directive" in at.decorators(value)
    return isinstance(value, Declared) or (value is not None and built(value, "declared_attr"))


def _declares(own: Mapping[str, Object]) -> bool:
    """A class whose base nobody knows, but which has a table and columns of this library."""
    if "__tablename__" not in own and "__table__" not in own:
        return False
    if built(own.get("__table__", _NOTHING), "Table"):
        return True
    return any(built(it, "Column", "mapped_column", "relationship") for it in own.values())


_NOTHING: Final = Constant(None)


def declared(value: Object | None, at: At) -> Object | None:
    """What a declared_attr gives for the class."""
    if isinstance(value, Built):
        value = value.args.get(0)
    if isinstance(value, Declared):
        value = value.of
    if isinstance(value, Function):
        return at.call(value, Args((_NOTHING,)))
    return value


def _snake(name: str) -> str:
    """https://flask-sqlalchemy.readthedocs.io/en/stable/models/#defining-models"""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
