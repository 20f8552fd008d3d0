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
)
from crowsfoot.libraries.sqlalchemy.annotations import Said, said
from crowsfoot.libraries.sqlalchemy.receiver import is_none
from crowsfoot.libraries.sqlalchemy.rows import Row

VALIDATES: Final = frozenset(("model_validate", "from_orm", "validate", "parse_obj"))
_ROUTES: Final = frozenset(("get", "post", "put", "patch", "delete", "api_route"))
_DEEPEST: Final = 4


class Validator(Object, frozen=True):
    """HeroOut.model_validate"""

    cls: Class

    def call(self, args: Args, at: At) -> Object:
        validate(self.cls, args.get(0, "obj"), at)
        return Instance(self.cls)


def class_member(cls: Class, name: str, at: At) -> Object | None:
    """What a class of the program that derives from one of pydantic's has by that name."""
    return Validator(cls) if name in VALIDATES and is_schema(cls, at) else None


def is_schema(cls: Class, at: At) -> bool:
    return any(
        isinstance(it, str) and it.partition(".")[0] in ("pydantic", "sqlmodel") for it in at.bases(cls)
    )


def validate(cls: Class, value: Object | None, at: At, depth: int = 0) -> None:
    """Reads all fields of the class from the value, and those of the classes within from what that gives."""
    if isinstance(value, OneOf):
        for option in value.options:
            validate(cls, option, at, depth)
        return
    if not isinstance(value, Row) or depth >= _DEEPEST:
        return
    # Of the bases, and of the class itself, which counts: an annotation may narrow what a base says.
    annotations: dict[str, Object] = {}
    defaults: dict[str, Object | None] = {}
    for it in reversed([cls, *(base for base in at.bases(cls) if isinstance(base, Class))]):
        own = at.annotations(it)
        annotations |= own
        assigned = at.attributes(it)
        defaults |= {name: assigned.get(name) for name in own}
    for name, annotation in annotations.items():
        read = _read_of(name, defaults[name])
        if name.startswith("_") or name == "model_config" or read is None:
            continue
        respond(said(annotation), value.attribute(read, at), at, f"{cls.name}.{name}", depth + 1)


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


def respond(expected: Said, value: Object, at: At, how: str, depth: int = 0) -> None:
    """Validates a value, or each of many, as what is expected."""
    schema = next((it for it in expected.classes if is_schema(it, at)), None)
    if schema is None:
        return
    if isinstance(value, Many):
        if value.of is not UNKNOWN and value.items != ():
            validate(schema, value.of, at.each(value, how), depth)
        return
    validate(schema, value, at, depth)


def review_function(
    decorators: tuple[Object, ...], returned: Object, annotation: Object | None, at: At
) -> None:
    """What FastAPI makes of what a handler returns: response_model=list[HeroOut], or its annotation."""
    route = next((it for it in decorators if _is_route(it)), None)
    if not isinstance(route, Built):
        return
    model = route.args.get(None, "response_model") or annotation
    if isinstance(model, Class | Subscripted | OneOf):
        respond(said(model), returned, at, "response_model")


def _is_route(it: Object) -> bool:
    return isinstance(it, Built) and it.name.startswith("fastapi.") and last(it.name) in _ROUTES
