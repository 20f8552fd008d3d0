"""What a Prisma schema file says, block by block.

Format: https://www.prisma.io/docs/orm/reference/prisma-schema-reference
"""

from typing import Literal

from crowsfoot.facts.common import Comment, Fact, Name, Problem
from crowsfoot.source import Range

Arity = Literal["required", "optional", "list"]
Scalar = str | int | float | bool


class Setting(Fact, frozen=True, array_like=True):
    """One line of a datasource or generator block: key = value.

    value is the string, the list's strings, or None when the value is a function call;
    env is the variable's name when it is env("NAME").
    """

    key: Name
    value: str | tuple[str, ...] | None
    range: Range  # of the value
    env: str | None = None


class ConfigBlock(Fact, frozen=True, array_like=True):
    """A datasource or generator block."""

    kind: Literal["datasource", "generator"]
    name: Name
    settings: tuple[Setting, ...]
    range: Range

    def get(self, key: str) -> Setting | None:
        """The first setting of that key."""
        return next((it for it in self.settings if it.key.text == key), None)


class Default(Fact, frozen=True, array_like=True):
    """@default(...): a literal, a list of literals, an enum value, or a function.

    value holds literals as the schema means them (escapes resolved); numbers of BigInt and
    Decimal fields keep their text. function is set for autoincrement(), now(), uuid(7), ...;
    args then holds its arguments as text.
    """

    range: Range
    value: Scalar | tuple[Scalar, ...] | None = None
    function: str | None = None
    args: tuple[Scalar, ...] = ()


class NativeType(Fact, frozen=True, array_like=True):
    """@db.VarChar(191): prefix "db", name "VarChar", args ("191",)."""

    range: Range
    prefix: str
    name: str
    args: tuple[str, ...] = ()


class RelationAttribute(Fact, frozen=True, array_like=True):
    """@relation(...); fields and references are None when the argument is absent."""

    range: Range
    name: str | None = None
    fields: tuple[Name, ...] | None = None
    references: tuple[Name, ...] | None = None
    on_delete: str | None = None
    on_update: str | None = None
    map: str | None = None


class KeyPart(Fact, frozen=True, array_like=True):
    """One entry of an index: a field, or a path into a composite type ("address.street")."""

    name: Name
    sort: str | None = None  # "Asc", "Desc"
    length: int | None = None  # MySQL prefix length, in characters
    ops: str | None = None  # operator class: the name as written, or the text of raw("...")


class KeyAttribute(Fact, frozen=True, array_like=True):
    """@id, @unique, @@id, @@unique, @@index or @@fulltext."""

    kind: Literal["id", "unique", "index", "fulltext"]
    range: Range
    parts: tuple[KeyPart, ...]
    on_field: bool
    name: str | None = None  # the client's name of a compound key
    map: str | None = None  # the database's name
    type: str | None = None  # "BTree", "Hash", "Gin", ...
    clustered: bool | None = None
    where: str | None = None  # predicate of a partial index, as written
    removal: Range | None = None  # what to delete with it: its whole line, or the blanks beside it


class Field(Fact, frozen=True, array_like=True):
    """One field of a model, view or composite type."""

    name: Name
    type: Name  # "Int", "Post", or 'Unsupported("circle")'
    arity: Arity
    range: Range  # from the name to the end of the last attribute
    keys: tuple[KeyAttribute, ...] = ()
    default: Default | None = None
    native: NativeType | None = None
    relation: RelationAttribute | None = None
    map: str | None = None
    updated_at: bool = False
    ignored: bool = False
    doc: str | None = None


class Model(Fact, frozen=True, array_like=True):
    """A model, view or composite type ("type") block."""

    kind: Literal["model", "view", "type"]
    name: Name
    fields: tuple[Field, ...]
    keys: tuple[KeyAttribute, ...]
    range: Range  # from the keyword to the closing brace
    append_at: int  # the end of the last line with content: where a new line can be inserted
    append_after: Literal["open", "field", "attribute"]  # what that line is
    map: str | None = None
    schema: str | None = None
    ignored: bool = False
    doc: str | None = None
    trailer_at: int | None = None  # the first of the @@map, @@schema and @@ignore that end it


class EnumValue(Fact, frozen=True, array_like=True):
    name: Name
    map: str | None = None
    doc: str | None = None


class Enum(Fact, frozen=True, array_like=True):
    name: Name
    values: tuple[EnumValue, ...]
    range: Range
    map: str | None = None
    schema: str | None = None
    doc: str | None = None


class PrismaFile(Fact, frozen=True, array_like=True, tag="prisma"):
    """All blocks of one .prisma file, each kind in the order of the text."""

    datasources: tuple[ConfigBlock, ...] = ()
    generators: tuple[ConfigBlock, ...] = ()
    models: tuple[Model, ...] = ()
    enums: tuple[Enum, ...] = ()
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
