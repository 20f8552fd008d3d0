"""SQLModel: SQLAlchemy's sessions and statements, with models that are pydantic's as well.

https://sqlmodel.tiangolo.com/
"""

from typing import Final

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.models import Field, Model
from crowsfoot.libraries.objects import Args, At, Built, Class, Object
from crowsfoot.libraries.sqlalchemy import Mapper
from crowsfoot.libraries.sqlalchemy.annotations import said
from crowsfoot.libraries.sqlalchemy.fields import ColumnField, column, field, id_of
from crowsfoot.libraries.sqlalchemy.receiver import is_none, is_true, text


class SqlModel(Mapper):
    """Its models; SQLAlchemy, which is always asked as well, connects them and knows its sessions."""

    PACKAGES = ("sqlmodel",)

    def model(self, cls: Class, at: At) -> Model | None:
        return model(cls, at)


def model(cls: Class, at: At) -> Model | None:
    """The model that a class with table=True is; of one without, None: it only says what data looks like."""
    bases = at.bases(cls)
    if not is_true(at.keywords(cls).get("table")):
        return None
    if not any(isinstance(it, str) and it.startswith("sqlmodel.") for it in bases):
        return None
    fields: dict[str, Field] = {}
    named = ""
    for base in reversed([cls, *(it for it in bases if isinstance(it, Class))]):
        attributes, annotations = at.attributes(base), at.annotations(base)
        for name in dict.fromkeys((*annotations, *attributes)):
            if name.startswith("__") or name in ("model_config", "metadata"):
                continue
            annotation = annotations.get(name)
            it = _field(name, attributes.get(name), annotation, at)
            if it is not None:
                fields[name] = it
        named = text(attributes.get("__tablename__")) or named
    return Model(
        id_of(cls),
        cls.name,
        "sqlmodel",
        named or cls.name.lower(),
        fields,
        cls,
        primary_key=tuple(key for key, it in fields.items() if isinstance(it, ColumnField) and it.primary)
        or ("id",),
    )


def _field(name: str, value: Object | None, annotation: Object | None, at: At) -> Field | None:
    known = said(annotation)
    if isinstance(value, Built):
        kind = last(value.name)
        if kind in ("Relationship", "relationship"):
            given = value.args.get(None, "sa_relationship_kwargs")
            more = getattr(given, "named", ())
            inner = value.args.get(None, "sa_relationship")
            args = value.args
            if isinstance(inner, Built):
                args = inner.args
            through = args.get(None, "link_model")
            keywords = (*args.keywords, *more)
            if through is not None and not is_none(through):
                keywords = (*keywords, ("secondary", through))
            return field(
                name, Built("sqlalchemy.orm.relationship", Args(args.positional, keywords)), known, at
            )
        if kind == "Field":
            return _column(name, value, annotation)
    if annotation is None:
        return None
    return ColumnField(name, "column", columns=(name,), nullable=known.optional)


def _column(name: str, value: Built, annotation: Object | None) -> ColumnField:
    args = value.args
    inner = args.get(None, "sa_column")
    if isinstance(inner, Built):
        return column(name, inner.args, said(annotation))
    return ColumnField(
        name,
        "column",
        columns=(name,),
        unique=is_true(args.get(None, "unique")),
        nullable=said(annotation).optional and not is_true(args.get(None, "primary_key")),
        references=text(args.get(None, "foreign_key")),
        primary=is_true(args.get(None, "primary_key")),
        indexed=is_true(args.get(None, "index")),
    )


LIBRARY: Final = SqlModel()
