"""Parsed values to what they stand for: words, numbers, names with their places.

shift is what turns an offset of a parsed value into an offset of the schema's text.
"""

from math import isinf

from crowsfoot.facts.common import Name
from crowsfoot.facts.prisma import Scalar
from crowsfoot.frontends.prisma.syntax import Attribute, Value
from crowsfoot.source import Range


def argument(attribute: Attribute, *names: str, first: bool = False) -> Value | None:
    """The first argument of one of the names; with first also one without a name."""
    for it in attribute.arguments:
        if it.name in names or (first and it.name is None):
            return it.value
    return None


def place(attribute: Attribute | Value, shift: int) -> Range:
    return Range(attribute.start + shift, attribute.end + shift)


def string(value: Value | None) -> str | None:
    """The content of a string; None for anything else."""
    return value.text if value is not None and value.kind == "string" else None


def constant(value: Value | None) -> str | None:
    """A bare word such as Cascade or BTree; None for anything else."""
    return value.text if value is not None and value.kind == "constant" else None


def boolean(value: Value | None) -> bool | None:
    return {"true": True, "false": False}.get(constant(value) or "")


def integer(value: Value) -> int | None:
    """A whole number that fits into 64 bits; None for anything else."""
    whole = value.kind == "number" and "." not in value.text and len(value.text) <= 18
    return int(value.text) if whole else None


def text(value: Value, source: str, shift: int) -> str:
    """The content of a string; anything else as written."""
    if value.kind in ("string", "number", "constant"):
        return value.text
    return source[value.start + shift : value.end + shift]


def raw(value: Value, source: str, shift: int) -> str:
    """A value as written; for raw("...") the string in it."""
    if value.kind == "call" and value.text == "raw" and value.arguments:
        return text(value.arguments[0].value, source, shift)
    return source[value.start + shift : value.end + shift]


def scalar(value: Value, type: str, source: str, shift: int) -> Scalar:
    """A literal as the type of its field means it; numbers that would not be exact keep their text."""
    if value.kind == "number" and type == "Int":
        number = integer(value)
        return value.text if number is None else number
    if value.kind == "number" and type == "Float":
        real = float(value.text)
        return value.text if isinf(real) else real
    truth = boolean(value) if type == "Boolean" else None
    return text(value, source, shift) if truth is None else truth


def items(value: Value | None) -> list[Value]:
    """The items of a list; a single value stands for a list of one."""
    if value is None:
        return []
    return value.items if value.kind == "list" else [value]


def name(value: Value, shift: int) -> Name:
    """A constant, or the function of a call, where it stands."""
    start = value.start + shift
    return Name(value.text, Range(start, start + len(value.text)))


def names(value: Value | None, shift: int) -> tuple[Name, ...] | None:
    """The constants of a list; None where there is no value."""
    if value is None:
        return None
    return tuple([name(it, shift) for it in items(value) if it.kind == "constant"])
