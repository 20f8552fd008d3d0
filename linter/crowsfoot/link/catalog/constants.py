"""Constants and defaults: refused where they can be no value of their type."""

from __future__ import annotations

from crowsfoot.facts.sql import Expression, TypeName
from crowsfoot.link.catalog import names
from crowsfoot.link.catalog.builtin import converts, malformed, printed
from crowsfoot.link.catalog.draft import Draft
from crowsfoot.link.catalog.model import Enum
from crowsfoot.source import Range


def check_default(draft: Draft, default: Expression, type: TypeName, column: str) -> None:
    """Refuses a default that cannot become a value of the column's type."""
    if default.columns and not default.has_query:
        draft.refuse("0A000", "cannot use column reference in DEFAULT expression", default.range)
    if default.has_query:
        draft.refuse("0A000", "cannot use subquery in DEFAULT expression", default.range)
    if default.value is not None and not default.casts and default.literals:
        check_value(draft, type, default.value, default.range)
    else:
        given = type_of(default)
        if given is not None and converts(draft.catalog, given, type) is False:
            draft.refuse(
                "42804",
                f'column "{column}" is of type {printed_type(draft, type)} but default expression is of type '
                f"{printed_type(draft, given)}",
                default.range,
                column,
            )
    check_casts(draft, default)


# What functions give that are common in defaults.
_GIVES = {
    "now": "timestamp with time zone",
    "current_timestamp": "timestamp with time zone",
    "clock_timestamp": "timestamp with time zone",
    "current_date": "date",
    "gen_random_uuid": "uuid",
    "uuid_generate_v4": "uuid",
    "nextval": "bigint",
    "random": "double precision",
}


def type_of(expression: Expression) -> TypeName | None:
    """The type of a constant or of a plain call, None where it is not known."""
    if expression.casts or expression.columns or expression.has_query or expression.null:
        return None
    name: str | None = None
    if expression.value is not None and not expression.literals:
        value = expression.value
        if value in ("true", "false"):
            name = "boolean"
        elif value.lstrip("-").isdecimal():
            name = "integer" if abs(int(value)) < 1 << 31 else "bigint"
        else:
            name = "numeric"
    elif len(expression.functions) == 1 and names.is_call(expression.text):
        name = _GIVES.get(expression.functions[0])
    return None if name is None else TypeName(name, expression.range)


def printed_type(draft: Draft, type: TypeName) -> str:
    """The type as messages print it."""
    if type.schema is None:
        return type.name + "[]" * bool(type.dimensions)
    schema = "" if type.schema in draft.catalog.search_path else f"{printed(type.schema)}."
    return schema + printed(type.name) + "[]" * bool(type.dimensions)


def check_casts(draft: Draft, expression: Expression) -> None:
    for constant in expression.literals:
        if constant.type is not None:
            found = draft.catalog.type(constant.type)
            if isinstance(found, Enum):
                check_label(draft, found, constant.text, constant.range)


def check_value(draft: Draft, type: TypeName, value: str, range: Range) -> None:
    """Refuses a string constant that cannot be of that type."""
    if type.schema is not None and not type.dimensions:
        found = draft.catalog.type(type.name, type.schema)
        if isinstance(found, Enum):
            check_label(draft, found, value, range)
        return
    refusal = malformed(type, value)
    if refusal is not None:
        draft.refuse(*refusal, range, value)


def check_label(draft: Draft, enum: Enum, value: str, range: Range) -> None:
    name = enum_name(draft, enum)
    if value not in enum.values:
        draft.refuse(
            "22P02",
            f'invalid input value for enum {name}: "{value}"',
            range,
            value,
            enum.name,
            others=(enum.span,),
        )
    if (enum.schema, enum.name, value) in draft.session.new_values:
        draft.refuse("55P04", f'unsafe use of new value "{value}" of enum type {name}', range, value)


def enum_name(draft: Draft, enum: Enum) -> str:
    schema = "" if enum.schema in draft.catalog.search_path else f"{printed(enum.schema)}."
    return schema + printed(enum.name)
