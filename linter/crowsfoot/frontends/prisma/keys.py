"""@id, @unique, @@id, @@unique, @@index and @@fulltext to the keys that they declare."""

import re
from collections.abc import Sequence
from typing import Final, Literal

from crowsfoot.facts.common import Name
from crowsfoot.facts.prisma import KeyAttribute, KeyPart
from crowsfoot.frontends.prisma import values
from crowsfoot.frontends.prisma.syntax import Argument, Attribute, Value
from crowsfoot.source import Range

Kind = Literal["id", "unique", "index", "fulltext"]

ON_FIELDS: Final[dict[str, Kind]] = {"id": "id", "unique": "unique"}
ON_BLOCKS: Final[dict[str, Kind]] = {**ON_FIELDS, "index": "index", "fulltext": "fulltext"}

_CLOSES: Final = re.compile(r"\s*\}")


def of_field(attribute: Attribute, field: Name, text: str, shift: int) -> KeyAttribute:
    """The key that attribute makes of one field."""
    where = values.place(attribute, shift)
    return KeyAttribute(
        kind=ON_FIELDS[attribute.name],
        range=where,
        parts=(_with_options(field, attribute.arguments, text, shift),),
        on_field=True,
        map=values.string(values.argument(attribute, "map", first=True)),
        clustered=values.boolean(values.argument(attribute, "clustered")),
        removal=_attribute_removal(text, where),
    )


def of_block(attribute: Attribute, line: Range, text: str, shift: int) -> KeyAttribute:
    """The key that attribute makes of the fields it lists; line is where it stands, line end included."""
    name = values.string(values.argument(attribute, "name"))
    map = values.string(values.argument(attribute, "map"))
    if attribute.name in ("index", "fulltext"):
        # The client knows no name of an index; there, name is an old word for map.
        map, name = map or name, None
    where = values.argument(attribute, "where")
    fields = values.items(values.argument(attribute, "fields", first=True))
    return KeyAttribute(
        kind=ON_BLOCKS[attribute.name],
        range=values.place(attribute, shift),
        parts=tuple([part for it in fields if (part := _part(it, text, shift))]),
        on_field=False,
        name=name,
        map=map,
        type=values.constant(values.argument(attribute, "type")),
        clustered=values.boolean(values.argument(attribute, "clustered")),
        where=None if where is None else values.raw(where, text, shift),
        removal=_line_removal(text, line, values.place(attribute, shift)),
    )


def _part(value: Value, text: str, shift: int) -> KeyPart | None:
    if value.kind == "constant":
        return KeyPart(values.name(value, shift))
    if value.kind == "call":
        return _with_options(values.name(value, shift), value.arguments, text, shift)
    return None


def _with_options(name: Name, arguments: Sequence[Argument], text: str, shift: int) -> KeyPart:
    sort = length = ops = None
    for it in arguments:
        if it.name == "sort":
            sort = values.constant(it.value)
        elif it.name == "length":
            length = values.integer(it.value)
        elif it.name == "ops":
            ops = values.raw(it.value, text, shift)
    return KeyPart(name, sort, length, ops)


def _attribute_removal(text: str, where: Range) -> Range:
    """The attribute of a field, and the blanks that it would leave."""
    start, after = where.start, where.end
    while text[after : after + 1] in (" ", "\t"):
        after += 1
    if text.startswith("@", after):
        return Range(start, after)
    while text[start - 1] in " \t":
        start -= 1
    return Range(start, where.end)


def _line_removal(text: str, line: Range, where: Range) -> Range:
    """The line; the last one of a block takes the blank lines before it along.

    That is what prisma format would leave. A /* */ on the line stays, as it may span others.
    """
    behind = text[where.end : line.end].strip()
    if text[line.start : where.start].strip() or (behind and not behind.startswith("//")):
        return where
    start = line.start
    if _CLOSES.match(text, line.end):
        content = start
        while text[content - 1].isspace():
            content -= 1
        start = text.find("\n", content) + 1 or start
    return Range(start, line.end)
