"""Pydantic's models and FastAPI's responses: of a row that is validated, they read what they name.

https://docs.pydantic.dev/latest/concepts/models/#arbitrary-class-instances
"""

from typing import Final

from crowsfoot.libraries.calls import string
from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    Instance,
    Many,
    Object,
    OneOf,
    Subscripted,
    Table,
)
from crowsfoot.libraries.sqlalchemy.annotations import said
from crowsfoot.libraries.sqlalchemy.receiver import is_none
from crowsfoot.libraries.sqlalchemy.rows import Row

VALIDATES: Final = frozenset(("model_validate", "from_orm", "validate", "parse_obj"))
_ROUTES: Final = frozenset(("get", "post", "put", "patch", "delete", "api_route"))
_DEEPEST: Final = 4


class Validator(Object, frozen=True):
    """HeroOut.model_validate"""

    cls: Class

    def call(self, args: Args, at: At) -> Object:
        validate(self.cls, args.get(0, "obj") or UNKNOWN, at)
        return Instance(self.cls)


def class_member(cls: Class, name: str, at: At) -> Object | None:
    """What a class of the program that derives from one of pydantic's has by that name."""
    return Validator(cls) if name in VALIDATES and is_schema(cls, at) else None


def is_schema(cls: Class, at: At) -> bool:
    return any(
        isinstance(it, str) and it.partition(".")[0] in ("pydantic", "sqlmodel") for it in at.bases(cls)
    )


def constructed(cls: Class, args: Args, at: At) -> Object | None:
    """SongPage(items=songs): rows are read as the schemas of their fields say, if they say one.

    Those of a field that says none, as in a generic page, are held as they are.
    """
    given = tuple(it for it in args.keywords if it[1].is_fetched)
    if not given or not is_schema(cls, at):
        return None
    annotations, _ = _fields(cls, at)
    held: list[tuple[str, Object]] = []
    for name, value in given:
        annotation = annotations.get(name)
        if annotation is None:
            continue
        if _schema_of(annotation, at) is None:
            held.append((name, value))
        respond(annotation, value, at, f"{cls.name}.{name}")
    return Instance(cls, tuple(held)) if held else None


def validate(cls: Class, value: Object, at: At, depth: int = 0, told: Object | None = None) -> None:
    """Reads all fields of the class from the value, and those of the classes within from what that gives.

    The value is a row, or what holds some: a dict, or an object of another class. told is what the class has
    in brackets, `Page[SongOut]`.
    """
    if isinstance(value, OneOf):
        for option in value.options:
            validate(cls, option, at, depth, told)
        return
    if not isinstance(value, (Row, Table, Instance)) or depth >= _DEEPEST:
        return
    annotations, defaults = _fields(cls, at)
    for name, annotation in annotations.items():
        read = _read_of(name, defaults[name])
        if name.startswith("_") or name == "model_config" or read is None:
            continue
        found = _read(value, read, at)
        respond(annotation, found, at, f"{cls.name}.{name}", depth + 1, told)


def _fields(cls: Class, at: At) -> tuple[dict[str, Object], dict[str, Object | None]]:
    """What the class and its bases annotate, and what they assign to that.

    The class itself counts, where a base says something else: an annotation may narrow it.
    """
    annotations: dict[str, Object] = {}
    defaults: dict[str, Object | None] = {}
    for it in reversed([cls, *(base for base in at.bases(cls) if isinstance(base, Class))]):
        own = at.annotations(it)
        annotations |= own
        assigned = at.attributes(it)
        defaults |= {name: assigned.get(name) for name in own}
    return annotations, defaults


def _read(value: Row | Table | Instance, name: str, at: At) -> Object:
    if isinstance(value, Row):
        return value.attribute(name, at)
    return dict(value.named if isinstance(value, Table) else value.held).get(name, UNKNOWN)


def _read_of(name: str, default: Object | None) -> str | None:
    """The attribute that a field reads; None where that is one of several, or a path.

    https://docs.pydantic.dev/latest/concepts/fields/#field-aliases
    """
    if not isinstance(default, Built) or last(default.name) != "Field":
        return name
    alias = default.args.get(None, "validation_alias") or default.args.get(None, "alias")
    if alias is None or is_none(alias):
        return name
    return string(alias)


def respond(
    annotation: Object, value: Object, at: At, how: str, depth: int = 0, told: Object | None = None
) -> None:
    """Validates a value, or each of many, as the annotation says; told: what its type variable stands for."""
    if value is UNKNOWN or depth > _DEEPEST:
        return
    generic = _generic(annotation, at) if isinstance(value, (Table, Instance)) else None
    if generic is not None:
        validate(generic[0], value, at, depth, generic[1])
        return
    schema = _schema_of(annotation, at)
    if schema is None:
        if told is not None and _is_of_variable(annotation):
            respond(told, value, at, how, depth + 1)
        return
    if isinstance(value, Many):
        if value.of is not UNKNOWN and value.items != ():
            validate(schema, value.of, at.each(value, how), depth)
        return
    validate(schema, value, at, depth)


def _generic(annotation: Object, at: At) -> tuple[Class, Object] | None:
    """`Page[SongOut]`: the schema, and what it has in brackets."""
    if not isinstance(annotation, Subscripted) or not annotation.items:
        return None
    of = annotation.of
    return (of, annotation.items[0]) if isinstance(of, Class) and is_schema(of, at) else None


def _schema_of(annotation: Object, at: At) -> Class | None:
    return next((it for it in said(annotation).classes if is_schema(it, at)), None)


def _is_of_variable(annotation: Object) -> bool:
    """Whether it is a type variable, or a list of what that stands for."""
    return any(last(it.name) == "TypeVar" for it in said(annotation).built)


def review_function(
    decorators: tuple[Object, ...], returned: Object, annotation: Object | None, at: At
) -> None:
    """What FastAPI makes of what a handler returns: response_model=list[HeroOut], or its annotation."""
    route = next((it for it in decorators if _is_route(it)), None)
    if not isinstance(route, Built):
        return
    model = route.args.get(None, "response_model") or annotation
    if isinstance(model, Class | Subscripted | OneOf):
        respond(model, returned, at, "response_model")


def _is_route(it: Object) -> bool:
    return isinstance(it, Built) and it.name.startswith("fastapi.") and last(it.name) in _ROUTES
