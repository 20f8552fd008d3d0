"""What a class body says of one attribute: a column, a relation, or something computed of them.

https://docs.sqlalchemy.org/en/20/orm/relationship_api.html#sqlalchemy.orm.relationship
"""

from typing import Final

import msgspec

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.models import Field, Loading, Model
from crowsfoot.libraries.objects import Args, At, Built, Class, Constant, Function, Object
from crowsfoot.libraries.sqlalchemy.annotations import Said
from crowsfoot.libraries.sqlalchemy.expressions import ColumnRef
from crowsfoot.libraries.sqlalchemy.names import built
from crowsfoot.libraries.sqlalchemy.receiver import is_false, is_none, is_true, text

LAZY: Final[dict[object, Loading]] = {
    "select": "lazy",
    True: "lazy",
    "joined": "eager",
    False: "eager",
    "selectin": "eager",
    "subquery": "eager",
    "immediate": "each",
    "raise": "raises",
    "raise_on_sql": "raises",
    "noload": "none",
    None: "none",
    "dynamic": "dynamic",
    "write_only": "dynamic",
}


class MappedModel(Model, frozen=True, eq=False):
    """A model; parents are the ids of the models that it derives from, whose relations are its own."""

    parents: tuple[str, ...] = ()


class ColumnField(Field, frozen=True):
    """A column; references is what its ForeignKey says, "table.column" or the id of a model and a column."""

    references: str | None = None
    primary: bool = False
    nullable_said: bool = False
    indexed: bool = False


class RelationField(Field, frozen=True):
    """A relation, as the class body says it; connecting.py makes of it what other classes say as well."""

    wanted: str | None = None  # the name of its target, or the id of it with "#" before
    plural: bool | None = None  # None: the foreign keys decide
    backref: str | None = None
    backref_loading: Loading = "lazy"
    backref_plural: bool | None = None
    viewonly: bool = False
    keys: tuple[str, ...] = ()  # foreign_keys=: columns of either side
    write_only: bool = False
    remote: bool = False  # remote_side= is said: of a relation to its own table, the way to the parent
    backref_remote: bool = False
    own_keys: bool = False  # foreign_keys= are columns that stand beside it in the class


class ProxyField(Field, frozen=True):
    """association_proxy("via", "attribute"): reading it reads a relation, and an attribute of its rows."""

    via: str = ""
    attribute: str = ""


def field(name: str, value: Object | None, annotation: Said, at: At) -> Field | None:
    """The field that an attribute is, by its value, its annotation or both; None: it is no field."""
    if isinstance(value, Built) and built(value, "deferred", "column_property"):
        inner = value.args.get(0)
        whole = built(value, "deferred") or is_true(value.args.get(None, "deferred"))
        it = field(name, inner, annotation, at) if isinstance(inner, Built) else None
        if isinstance(it, ColumnField):
            return _changed(it, deferred=it.deferred or whole)
        return Field(name, "column", stored=False, deferred=whole)
    if isinstance(value, Built):
        kind = last(value.name)
        if kind in ("relationship", "relation", "dynamic_loader", "Relationship"):
            return relation(name, value, annotation, at)
        if kind in ("mapped_column", "Column", "MappedColumn"):
            return column(name, value.args, annotation)
        if kind == "Field" and value.name.startswith("sqlmodel"):
            return None  # sqlmodel.py reads them
        if kind == "association_proxy":
            return _proxy(name, value.args)
        if kind in ("synonym", "composite", "query_expression"):
            return Field(name, "column", stored=False)
        if annotation.mapped:
            return column(name, Args(), annotation)
        return None
    if annotation.mapped in ("Mapped", "InstrumentedAttribute"):
        if annotation.built:
            args = next(
                (it.args for it in annotation.built if last(it.name) in ("mapped_column", "Column")), Args()
            )
            return column(name, args, annotation)
        return column(name, Args(), annotation)
    return None


def column(name: str, args: Args, annotation: Said) -> ColumnField:
    """Column(...) or mapped_column(...)."""
    of_annotation = next(
        (it.args for it in annotation.built if last(it.name) in ("mapped_column", "Column")), Args()
    )
    given = [*args.positional, *of_annotation.positional]
    keywords = dict((*of_annotation.keywords, *args.keywords))
    named = text(keywords.get("name")) or (text(given[0]) if given else None) or name
    references = next((key for it in given if (key := _references(it))), None)
    primary = is_true(keywords.get("primary_key"))
    said = keywords.get("nullable")
    return ColumnField(
        name,
        "column",
        columns=(named,),
        unique=is_true(keywords.get("unique")),
        nullable=is_true(said)
        if said is not None
        else annotation.optional or (not annotation.mapped and not primary),
        deferred=is_true(keywords.get("deferred")),
        references=references,
        primary=primary,
        indexed=is_true(keywords.get("index")),
    )


def _references(it: Object) -> str | None:
    if not (isinstance(it, Built) and last(it.name) == "ForeignKey"):
        return None
    to = it.args.get(0, "column")
    if isinstance(to, ColumnRef):
        return f"#{to.model}.{to.name}"
    if isinstance(to, Built):
        return None
    return text(to)


def relation(name: str, value: Built, annotation: Said, at: At) -> RelationField:
    """relationship(...)."""
    args = value.args
    plural: bool | None = None
    uselist = args.get(None, "uselist")
    if is_false(uselist):
        plural = False
    elif is_true(uselist) or args.get(1, "secondary") is not None or last(value.name) == "dynamic_loader":
        plural = True
    if plural is None and (annotation.mapped or annotation.target is not None):
        plural = annotation.many
    raw = args.get(None, "lazy")
    lazy = raw.value if isinstance(raw, Constant) else "select"
    if last(value.name) == "dynamic_loader" or annotation.mapped in ("DynamicMapped", "AppenderMapped"):
        lazy = "dynamic"
    if annotation.mapped == "WriteOnlyMapped":
        lazy = "write_only"
    cascade = text(args.get(None, "cascade")) or ""
    parts = {it.strip() for it in cascade.split(",")}
    passive = args.get(None, "passive_deletes")
    said = args.get(0, "argument")
    backref = args.get(None, "backref")
    back_args = backref.args if isinstance(backref, Built) else Args()
    back_lazy = back_args.get(None, "lazy")
    back_list = back_args.get(None, "uselist")
    return RelationField(
        name,
        "many" if plural in (True, None) else "one",
        stored=False,
        back=text(args.get(None, "back_populates")),
        loading=LAZY.get(lazy, "lazy"),
        through=_through(args.get(1, "secondary")),
        cascades=bool(parts & {"all", "delete"}) and (passive is None or is_false(passive)),
        wanted=_wanted(said if said is not None and not is_none(said) else annotation.target, at),
        plural=plural,
        backref=text(back_args.get(0) if isinstance(backref, Built) else backref),
        backref_loading=LAZY.get(back_lazy.value, "lazy") if isinstance(back_lazy, Constant) else "lazy",
        backref_plural=None if not isinstance(back_list, Constant) else bool(back_list.value),
        viewonly=is_true(args.get(None, "viewonly")),
        keys=_keys(args.get(None, "foreign_keys")),
        remote=args.get(None, "remote_side") is not None,
        backref_remote=back_args.get(None, "remote_side") is not None,
        write_only=lazy == "write_only",
    )


def _wanted(target: "Object | str | None", at: At) -> str | None:
    """The target of a relation: "#" and the id of a class, or a name."""
    if isinstance(target, Function):
        target = at.call(target, Args())
    if isinstance(target, Class):
        return "#" + id_of(target)
    if isinstance(target, str):
        return target
    return text(target)


def _through(value: Object | None) -> str | None:
    if value is None:
        return None
    if isinstance(value, Built):
        return text(value.args.get(0)) or "?"
    name = getattr(value, "name", None)
    return text(value) or (name if isinstance(name, str) else "?")


def _keys(value: Object | None) -> tuple[str, ...]:
    """The names of columns that foreign_keys= holds, without their classes."""
    if value is None:
        return ()
    if isinstance(value, ColumnRef):
        return (value.name,)
    if (said := text(value)) is not None:
        return tuple(last(it.strip()) for it in said.strip("[]()").split(",") if it.strip())
    if isinstance(value, Built):
        return tuple(it for it in (text(value.args.get(0)),) if it)
    items = getattr(value, "items", None)
    return tuple(key for it in items for key in _keys(it)) if isinstance(items, tuple) else ()


def _proxy(name: str, args: Args) -> Field | None:
    via, attribute = text(args.get(0)), text(args.get(1))
    return (
        ProxyField(name, "column", stored=False, via=via, attribute=attribute) if via and attribute else None
    )


def _changed(it: ColumnField, *, deferred: bool) -> ColumnField:
    return msgspec.structs.replace(it, deferred=deferred)


def id_of(cls: Class) -> str:
    """The id of the model that a class is: "module.Class"."""
    stem = cls.path.removesuffix(".py").removesuffix("/__init__").removeprefix("src/")
    return f"{stem.replace('/', '.')}.{cls.name}"
