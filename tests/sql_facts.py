"""Facts of SQL as what a reader sees: only what is said, and places as the text that stands there."""

from typing import Any

import msgspec

from crowsfoot.facts.sql import Dialect, ObjectName, SqlFile, TypeName
from crowsfoot.frontends.sql import read
from crowsfoot.source import Range


def shown(value: Any, text: str) -> Any:
    """A fact as a dictionary of its fields that are not as they are by default, by the name of its type."""
    if isinstance(value, Range):
        return text[value.start : value.end]
    if isinstance(value, ObjectName | TypeName):
        return str(value)
    if isinstance(value, tuple):
        return [shown(it, text) for it in value]
    if not isinstance(value, msgspec.Struct):
        return value
    found: dict[str, Any] = {"": type(value).__name__}
    for field in msgspec.structs.fields(value):
        here = getattr(value, field.name)
        if field.required or here != field.default:
            found[field.name] = shown(here, text)
    return found


def clean(text: str, dialect: Dialect = "postgresql") -> SqlFile:
    """What the text says, all of which can be read."""
    file = read(text, dialect)
    assert file.problems == ()
    return file


def does(text: str) -> list[dict[str, Any]]:
    """What the statements of a text do, without the places of the whole."""
    found = []
    for statement in clean(text).statements:
        for operation in statement.does:
            it = shown(operation, text)
            del it["range"]
            found.append(it)
    return found


def one(text: str) -> dict[str, Any]:
    """What the only operation of a text does."""
    (operation,) = does(text)
    return operation
