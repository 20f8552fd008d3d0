"""Blocks and parsed attributes to facts."""

import re
from collections.abc import Iterable, Mapping
from math import isinf
from typing import Literal, cast

from crowsfoot.facts.common import Name, Problem
from crowsfoot.facts.prisma import (
    Arity,
    ConfigBlock,
    Default,
    Enum,
    EnumValue,
    Field,
    KeyAttribute,
    KeyPart,
    Model,
    NativeType,
    RelationAttribute,
    Scalar,
    Setting,
)
from crowsfoot.frontends.prisma import diagnose
from crowsfoot.frontends.prisma.attributes import Argument, Attribute, Broken, Parsed, Value
from crowsfoot.frontends.prisma.blocks import Block, Line
from crowsfoot.source import Range

_ARITY: dict[str | None, Arity] = {None: "required", "?": "optional", "[]": "list"}
_KEYS = {"id": "id", "unique": "unique", "index": "index", "fulltext": "fulltext"}

# What the engines put in the place of an absent argument, as their DMMF shows.
_DEFAULT_ARGS: dict[str, tuple[Scalar, ...]] = {"uuid": (4,), "cuid": (1,)}


class Reading:
    """One text, what its attribute texts say, and the problems found while building facts."""

    def __init__(self, text: str, parsed: Mapping[str, Parsed | Broken]) -> None:
        self.text = text
        self.parsed = parsed
        self.problems: list[Problem] = []


def texts(blocks: Iterable[Block]) -> list[str]:
    """Every text in blocks that attributes.parse has to read."""
    return [text for block in blocks for line in block.lines if (text := _rest(line))]


def config(block: Block, reading: Reading) -> ConfigBlock:
    settings = []
    for line in block.lines:
        match = line.match
        key = _name(match["name"], match.start("name"))
        at = match.start("rest")
        parsed = _parsed(line, reading)
        if parsed is None:
            if not match["rest"]:
                settings.append(Setting(key, None, Range(at, at)))
            continue
        value = parsed.value
        if value is None:
            _problem(line, "expected a value, not an attribute", reading)
            continue
        shift = at - parsed.base
        place = Range(value.start + shift, value.end + shift)
        settings.append(Setting(key, _setting(value, reading.text, shift), place, _env(value)))
    return ConfigBlock(
        kind=cast("Literal['datasource', 'generator']", block.keyword),
        name=_block_name(block),
        settings=tuple(settings),
        range=_block_range(block),
    )


def model(block: Block, reading: Reading) -> Model:
    fields: list[Field] = []
    keys: list[KeyAttribute] = []
    named: dict[str, str | None] = {}
    ignored = False
    for line in block.lines:
        if line.match["attribute"] is None:
            field = _field(line, reading)
            if field is not None:
                fields.append(field)
            continue
        attribute, shift = _block_attribute(line, reading)
        if attribute is None:
            continue
        if attribute.name in _KEYS:
            keys.append(
                _compound_key(attribute, reading.text, shift, _line_removal(reading.text, *line.match.span()))
            )
        elif attribute.name in ("map", "schema"):
            named.setdefault(
                attribute.name, _string(_argument(attribute, attribute.name, "name", first=True))
            )
        elif attribute.name == "ignore":
            ignored = True
    return Model(
        kind=cast("Literal['model', 'view', 'type']", block.keyword),
        name=_block_name(block),
        fields=tuple(fields),
        keys=tuple(keys),
        range=_block_range(block),
        append_at=block.append_at,
        append_after=cast("Literal['open', 'field', 'attribute']", block.append_after),
        map=named.get("map"),
        schema=named.get("schema"),
        ignored=ignored,
        doc=block.doc,
    )


def enum(block: Block, reading: Reading) -> Enum:
    values = []
    named: dict[str, str | None] = {}
    for line in block.lines:
        match = line.match
        if match["attribute"] is not None:
            attribute, _ = _block_attribute(line, reading)
            if attribute is not None and attribute.name in ("map", "schema"):
                named.setdefault(
                    attribute.name, _string(_argument(attribute, attribute.name, "name", first=True))
                )
            continue
        attributes, _ = _field_attributes(line, reading)
        map = next(
            (_string(_argument(it, "name", first=True)) for it in attributes if it.name == "map"), None
        )
        values.append(EnumValue(_name(match["name"], match.start("name")), map, line.doc))
    return Enum(
        name=_block_name(block),
        values=tuple(values),
        range=_block_range(block),
        map=named.get("map"),
        schema=named.get("schema"),
        doc=block.doc,
    )


def _field(line: Line, reading: Reading) -> Field | None:
    match = line.match
    name = _name(match["name"], match.start("name"))
    type = _name(match["type"], match.start("type"))
    arity = _ARITY[match["arity"]]
    end = match.end("type") if match["arity"] is None else match.end("arity")
    keys: list[KeyAttribute] = []
    default: Default | None = None
    native: NativeType | None = None
    relation: RelationAttribute | None = None
    map: str | None = None
    updated_at = ignored = False
    attributes, shift = _field_attributes(line, reading)
    for it in attributes:
        end = it.end + shift
        if it.name == "id" or it.name == "unique":
            keys.append(_field_key(it, name, reading.text, shift))
        elif it.name == "default":
            default = _default(it, type.text, reading.text, shift)
        elif it.name == "relation":
            relation = _relation(it, shift)
        elif it.name == "map":
            map = _string(_argument(it, "name", first=True))
        elif it.name == "updatedAt":
            updated_at = True
        elif it.name == "ignore":
            ignored = True
        elif "." in it.name:
            prefix, _, native_name = it.name.partition(".")
            args = tuple([_text(argument.value, reading.text, shift) for argument in it.arguments])
            native = NativeType(Range(it.start + shift, end), prefix, native_name, args)
    return Field(
        name,
        type,
        arity,
        Range(name.range.start, end),
        tuple(keys),
        default,
        native,
        relation,
        map,
        updated_at,
        ignored,
        line.doc,
    )


def _field_key(attribute: Attribute, field: Name, text: str, shift: int) -> KeyAttribute:
    part = _with_options(field, attribute.arguments)
    return KeyAttribute(
        kind="id" if attribute.name == "id" else "unique",
        range=Range(attribute.start + shift, attribute.end + shift),
        parts=(part,),
        on_field=True,
        map=_string(_argument(attribute, "map", first=True)),
        clustered=_boolean(_argument(attribute, "clustered")),
        removal=_attribute_removal(text, attribute.start + shift, attribute.end + shift),
    )


def _compound_key(attribute: Attribute, text: str, shift: int, removal: Range) -> KeyAttribute:
    fields = _argument(attribute, "fields", first=True)
    name = _string(_argument(attribute, "name"))
    map = _string(_argument(attribute, "map"))
    if attribute.name in ("index", "fulltext"):
        # There is no client name of an index; Prisma keeps name as an old word for map.
        map, name = map or name, None
    type = _argument(attribute, "type")
    where = _argument(attribute, "where")
    return KeyAttribute(
        kind=cast("Literal['id', 'unique', 'index', 'fulltext']", attribute.name),
        range=Range(attribute.start + shift, attribute.end + shift),
        parts=tuple([part for it in _items(fields) if (part := _part(it, text, shift))]),
        on_field=False,
        name=name,
        map=map,
        type=type.text if type is not None and type.kind == "constant" else None,
        clustered=_boolean(_argument(attribute, "clustered")),
        where=None if where is None else _raw(where, text, shift),
        removal=removal,
    )


def _line_removal(text: str, start: int, end: int) -> Range:
    """The line at start..end; the last one of a block takes the blank lines before it along.

    That is what prisma format would leave.
    """
    if _CLOSES.match(text, end):
        content = start
        while text[content - 1].isspace():
            content -= 1
        start = text.find("\n", content) + 1 or start
    return Range(start, end)


_CLOSES = re.compile(r"\s*\}")


def _attribute_removal(text: str, start: int, end: int) -> Range:
    """The attribute of a field at start..end, and the blanks that it would leave."""
    after = end
    while text[after : after + 1] in (" ", "\t"):
        after += 1
    if text.startswith("@", after):
        return Range(start, after)
    while text[start - 1] in " \t":
        start -= 1
    return Range(start, end)


def _part(value: Value, text: str, shift: int) -> KeyPart | None:
    if value.kind == "constant":
        return KeyPart(_value_name(value, shift))
    if value.kind == "call":
        return _with_options(_value_name(value, shift), value.arguments, text, shift)
    return None


def _with_options(name: Name, arguments: list[Argument], text: str = "", shift: int = 0) -> KeyPart:
    sort: str | None = None
    length: int | None = None
    ops: str | None = None
    for it in arguments:
        value = it.value
        if it.name == "sort" and value.kind == "constant":
            sort = value.text
        elif it.name == "length" and value.kind == "number":
            length = _integer(value.text)
        elif it.name == "ops":
            ops = _raw(value, text, shift)
    return KeyPart(name, sort, length, ops)


def _relation(attribute: Attribute, shift: int) -> RelationAttribute:
    on_delete, on_update = _argument(attribute, "onDelete"), _argument(attribute, "onUpdate")
    return RelationAttribute(
        range=Range(attribute.start + shift, attribute.end + shift),
        name=_string(_argument(attribute, "name", first=True)),
        fields=_names(_argument(attribute, "fields"), shift),
        references=_names(_argument(attribute, "references"), shift),
        on_delete=None if on_delete is None else on_delete.text,
        on_update=None if on_update is None else on_update.text,
        map=_string(_argument(attribute, "map")),
    )


def _default(attribute: Attribute, type: str, text: str, shift: int) -> Default | None:
    place = Range(attribute.start + shift, attribute.end + shift)
    value = _argument(attribute, "value", first=True)
    if value is None:
        return Default(place)
    if value.kind == "call":
        args = tuple([_scalar(it.value, "Int", text, shift) for it in value.arguments if it.name is None])
        return Default(place, None, value.text, args or _DEFAULT_ARGS.get(value.text, ()))
    if value.kind == "list":
        return Default(place, tuple([_scalar(it, type, text, shift) for it in value.items]))
    return Default(place, _scalar(value, type, text, shift))


def _scalar(value: Value, type: str, text: str, shift: int) -> Scalar:
    if value.kind == "number":
        return _number(value.text, type)
    if value.kind == "constant" and type == "Boolean" and value.text in ("true", "false"):
        return value.text == "true"
    return _text(value, text, shift)


def _number(text: str, type: str) -> Scalar:
    """An Int or a Float; the text where it is another type, or where the number would not be exact."""
    if type == "Float":
        number = float(text)
        return text if isinf(number) else number
    integer = _integer(text) if type == "Int" else None
    return text if integer is None else integer


def _setting(value: Value, text: str, shift: int) -> str | tuple[str, ...] | None:
    if value.kind == "call":
        return None
    if value.kind == "list":
        return tuple([_text(it, text, shift) for it in value.items])
    return _text(value, text, shift)


def _env(value: Value) -> str | None:
    if value.kind == "call" and value.text == "env" and value.arguments:
        return _string(value.arguments[0].value)
    return None


def _argument(attribute: Attribute, *names: str, first: bool = False) -> Value | None:
    """The argument of one of the names, or the first without a name."""
    for it in attribute.arguments:
        if it.name in names or (first and it.name is None):
            return it.value
    return None


def _items(value: Value | None) -> list[Value]:
    if value is None:
        return []
    return value.items if value.kind == "list" else [value]


def _names(value: Value | None, shift: int) -> tuple[Name, ...] | None:
    if value is None:
        return None
    return tuple([_value_name(it, shift) for it in _items(value) if it.kind == "constant"])


def _value_name(value: Value, shift: int) -> Name:
    start = value.start + shift
    return Name(value.text, Range(start, start + len(value.text)))


def _raw(value: Value, text: str, shift: int) -> str:
    """A value as written, or the string in raw("...")."""
    if value.kind == "call" and value.text == "raw" and value.arguments:
        return _text(value.arguments[0].value, text, shift)
    return text[value.start + shift : value.end + shift]


def _text(value: Value, text: str, shift: int) -> str:
    """A string's content; anything else as written."""
    if value.kind in ("string", "number", "constant"):
        return value.text
    return text[value.start + shift : value.end + shift]


def _string(value: Value | None) -> str | None:
    return value.text if value is not None and value.kind == "string" else None


def _boolean(value: Value | None) -> bool | None:
    if value is None or value.text not in ("true", "false"):
        return None
    return value.text == "true"


def _integer(text: str) -> int | None:
    """None for a fraction, and for what does not fit into 64 bits."""
    return int(text) if len(text) <= 18 and "." not in text else None


def _name(text: str, start: int) -> Name:
    return Name(text, Range(start, start + len(text)))


def _block_name(block: Block) -> Name:
    return _name(block.header["name"], block.header.start("name"))


def _block_range(block: Block) -> Range:
    return Range(block.header.start("keyword"), block.end)


def _rest(line: Line) -> str | None:
    return line.match["attribute"] or line.match["rest"]


def _parsed(line: Line, reading: Reading) -> Parsed | None:
    """What the attributes or the value of line say; a problem when they do not read."""
    text = _rest(line)
    if not text:
        return None
    parsed = reading.parsed[text]
    if isinstance(parsed, Parsed):
        return parsed
    _problem(line, diagnose.attributes(text, parsed.at, parsed.token, parsed.expected), reading)
    return None


def _field_attributes(line: Line, reading: Reading) -> tuple[list[Attribute], int]:
    parsed = _parsed(line, reading)
    if parsed is None:
        return [], 0
    return parsed.attributes, line.match.start("rest") - parsed.base


def _block_attribute(line: Line, reading: Reading) -> tuple[Attribute | None, int]:
    parsed = _parsed(line, reading)
    if parsed is None or not parsed.attributes:
        return None, 0
    return parsed.attributes[0], line.match.start("attribute") - parsed.base


def _problem(line: Line, message: str, reading: Reading) -> None:
    match = line.match
    group = "attribute" if match["attribute"] is not None else "rest"
    start = match.start("attribute") if group == "attribute" else match.start("name")
    reading.problems.append(Problem(Range(start, match.start(group) + len(match[group].rstrip())), message))
