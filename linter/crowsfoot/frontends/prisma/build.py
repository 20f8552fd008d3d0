"""Blocks and parsed attributes to facts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, cast

from crowsfoot.facts.common import Name, Problem
from crowsfoot.facts.prisma import (
    Arity,
    ConfigBlock,
    Default,
    Enum,
    EnumValue,
    Field,
    KeyAttribute,
    Model,
    NativeType,
    RelationAttribute,
    Scalar,
    Setting,
)
from crowsfoot.frontends.prisma import diagnose, keys, values
from crowsfoot.frontends.prisma.blocks import Block, Line
from crowsfoot.frontends.prisma.syntax import Attribute, Broken, Parsed, Value
from crowsfoot.source import Range

_ARITY: Final[dict[str | None, Arity]] = {None: "required", "?": "optional", "[]": "list"}

# What the engines put in the place of an absent argument.
# Source: the DMMF of Prisma 5.22, 6.19 and 7.10
_DEFAULT_ARGS: Final[dict[str, tuple[Scalar, ...]]] = {"uuid": (4,), "cuid": (1,)}


class Reading:
    """One text, what its attribute texts say, and the problems found while building facts."""

    def __init__(self, text: str, parsed: Mapping[str, Parsed | Broken]) -> None:
        self.text = text
        self.parsed = parsed
        self.problems: list[Problem] = []


def texts(blocks: Iterable[Block]) -> list[str]:
    """Every text in blocks that attributes.parse has to read."""
    return [text for block in blocks for line in block.lines if (text := _text(line))]


def config(block: Block, reading: Reading) -> ConfigBlock:
    """A datasource or generator block."""
    return ConfigBlock(
        kind=cast("Literal['datasource', 'generator']", block.keyword),
        name=_named(block.header),
        settings=tuple([it for line in block.lines if (it := _setting(line, reading))]),
        range=_range(block),
    )


def model(block: Block, reading: Reading) -> Model:
    """A model, view or type block."""
    fields: list[Field] = []
    found: list[KeyAttribute] = []
    attributes: list[Attribute] = []
    trailer_at: int | None = None
    for line in block.lines:
        if line.match["attribute"] is None:
            fields.append(_field(line, reading))
            trailer_at = None
            continue
        attribute, shift = _block_attribute(line, reading)
        if attribute is None:
            continue
        if attribute.name in keys.ON_BLOCKS:
            found.append(keys.of_block(attribute, Range(*line.match.span()), reading.text, shift))
        attributes.append(attribute)
        if attribute.name not in ("map", "schema", "ignore"):
            trailer_at = None
        elif trailer_at is None:
            trailer_at = attribute.start + shift
    return Model(
        kind=cast("Literal['model', 'view', 'type']", block.keyword),
        name=_named(block.header),
        fields=tuple(fields),
        keys=tuple(found),
        range=_range(block),
        append_at=block.append_at,
        append_after=block.append_after,
        map=_word(attributes, "map"),
        schema=_word(attributes, "schema"),
        ignored=any(it.name == "ignore" for it in attributes),
        doc=block.doc,
        trailer_at=trailer_at,
    )


def enum(block: Block, reading: Reading) -> Enum:
    """An enum block."""
    found: list[EnumValue] = []
    attributes: list[Attribute] = []
    for line in block.lines:
        if line.match["attribute"] is None:
            of_value, _ = _field_attributes(line, reading)
            found.append(EnumValue(_named(line.match), _word(of_value, "map"), line.doc))
            continue
        attribute, _ = _block_attribute(line, reading)
        if attribute is not None:
            attributes.append(attribute)
    return Enum(
        name=_named(block.header),
        values=tuple(found),
        range=_range(block),
        map=_word(attributes, "map"),
        schema=_word(attributes, "schema"),
        doc=block.doc,
    )


def _setting(line: Line, reading: Reading) -> Setting | None:
    key, at = _named(line.match), line.match.start("rest")
    if not line.match["rest"]:
        return Setting(key, None, Range(at, at))
    parsed = _parsed(line, reading)
    if parsed is None:
        return None
    if parsed.value is None:
        _problem(line, f"expected a value for `{key.text}`, not an attribute", reading)
        return None
    shift = at - parsed.base
    value = _setting_value(parsed.value, reading.text, shift)
    return Setting(key, value, values.place(parsed.value, shift), _env(parsed.value))


def _setting_value(value: Value, text: str, shift: int) -> str | tuple[str, ...] | None:
    if value.kind == "call":
        return None
    if value.kind == "list":
        return tuple([values.text(it, text, shift) for it in value.items])
    return values.text(value, text, shift)


def _env(value: Value) -> str | None:
    if value.kind == "call" and value.text == "env" and value.arguments:
        return values.string(value.arguments[0].value)
    return None


def _field(line: Line, reading: Reading) -> Field:
    match, text = line.match, reading.text
    name = _named(match)
    type = Name(match["type"], Range(*match.span("type")))
    end = match.end("type") if match["arity"] is None else match.end("arity")
    found: list[KeyAttribute] = []
    default: Default | None = None
    native: NativeType | None = None
    relation: RelationAttribute | None = None
    map: str | None = None
    updated_at = ignored = False
    attributes, shift = _field_attributes(line, reading)
    for it in attributes:
        end = it.end + shift
        if it.name in keys.ON_FIELDS:
            found.append(keys.of_field(it, name, text, shift))
        elif it.name == "default":
            default = _default(it, type.text, text, shift)
        elif it.name == "relation":
            relation = _relation(it, shift)
        elif it.name == "map":
            map = _word([it], "map")
        elif it.name == "updatedAt":
            updated_at = True
        elif it.name == "ignore":
            ignored = True
        elif "." in it.name:
            native = _native(it, text, shift)
    return Field(
        name=name,
        type=type,
        arity=_ARITY[match["arity"]],
        range=Range(name.range.start, end),
        keys=tuple(found),
        default=default,
        native=native,
        relation=relation,
        map=map,
        updated_at=updated_at,
        ignored=ignored,
        doc=line.doc,
    )


def _default(attribute: Attribute, type: str, text: str, shift: int) -> Default:
    where = values.place(attribute, shift)
    value = values.argument(attribute, "value", first=True)
    if value is None:
        return Default(where)
    if value.kind == "call":
        args = [values.scalar(it.value, "Int", text, shift) for it in value.arguments if it.name is None]
        return Default(where, None, value.text, tuple(args) or _DEFAULT_ARGS.get(value.text, ()))
    if value.kind == "list":
        return Default(where, tuple([values.scalar(it, type, text, shift) for it in value.items]))
    return Default(where, values.scalar(value, type, text, shift))


def _relation(attribute: Attribute, shift: int) -> RelationAttribute:
    return RelationAttribute(
        range=values.place(attribute, shift),
        name=values.string(values.argument(attribute, "name", first=True)),
        fields=values.names(values.argument(attribute, "fields"), shift),
        references=values.names(values.argument(attribute, "references"), shift),
        on_delete=values.constant(values.argument(attribute, "onDelete")),
        on_update=values.constant(values.argument(attribute, "onUpdate")),
        map=values.string(values.argument(attribute, "map")),
    )


def _native(attribute: Attribute, text: str, shift: int) -> NativeType:
    prefix, _, name = attribute.name.partition(".")
    args = tuple([values.text(it.value, text, shift) for it in attribute.arguments])
    return NativeType(values.place(attribute, shift), prefix, name, args)


def _word(attributes: Sequence[Attribute], name: str) -> str | None:
    """The string of the attribute of that name: @map("word"), @@map(name: "word"), @@schema("word")."""
    for it in attributes:
        if it.name == name:
            return values.string(values.argument(it, "name", "map", first=True))
    return None


def _named(match: re.Match[str]) -> Name:
    return Name(match["name"], Range(*match.span("name")))


def _range(block: Block) -> Range:
    return Range(block.header.start("keyword"), block.end)


def _field_attributes(line: Line, reading: Reading) -> tuple[list[Attribute], int]:
    """The attributes of a field or enum value, and their shift."""
    parsed = _parsed(line, reading)
    return (parsed.attributes, line.match.start("rest") - parsed.base) if parsed else ([], 0)


def _block_attribute(line: Line, reading: Reading) -> tuple[Attribute | None, int]:
    """The attribute of a block, and its shift."""
    parsed = _parsed(line, reading)
    return (parsed.attributes[0], line.match.start("attribute") - parsed.base) if parsed else (None, 0)


def _parsed(line: Line, reading: Reading) -> Parsed | None:
    """What the attributes or the value of line say; None where there are none, or a problem with them."""
    text = _text(line)
    parsed = reading.parsed[text] if text else None
    if isinstance(parsed, Broken):
        assert text is not None
        _problem(line, diagnose.attributes(text, parsed.at, parsed.token, parsed.expected), reading)
        return None
    return parsed


def _text(line: Line) -> str | None:
    return line.match["attribute"] or line.match["rest"]


def _problem(line: Line, message: str, reading: Reading) -> None:
    """Record that line does not read, from its first word to the end of its attributes."""
    match = line.match
    start = match.start("name") if match["attribute"] is None else match.start("attribute")
    group = "rest" if match["attribute"] is None else "attribute"
    reading.problems.append(Problem(Range(start, match.start(group) + len(match[group].rstrip())), message))
