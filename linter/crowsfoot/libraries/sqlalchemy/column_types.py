"""Types of SQLAlchemy, and of Python where annotations stand for them -> the column types of each database.

Source: the type compilers of sqlalchemy/dialects/*/base.py, 2.0 and 2.1
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from crowsfoot.libraries.dotted import last
from crowsfoot.libraries.objects import (
    UNKNOWN,
    Args,
    At,
    Built,
    Class,
    Constant,
    External,
    Instance,
    Object,
    OneOf,
    Subscripted,
)
from crowsfoot.libraries.sqlalchemy.receiver import is_false, is_true, text


class ColumnType(msgspec.Struct, frozen=True):
    """type is None where it is not known; values are those of an enum, name what the database calls it."""

    type: str | None = None
    enum: str | None = None
    values: tuple[str, ...] = ()


NOTHING: Final = ColumnType()

# By the words of the types in small letters; %n is the length, %p precision and scale.
_POSTGRESQL: Final = {
    "integer": "integer",
    "int": "integer",
    "smallinteger": "smallint",
    "smallint": "smallint",
    "biginteger": "bigint",
    "bigint": "bigint",
    "string": "varchar%n",
    "unicode": "varchar%n",
    "varchar": "varchar%n",
    "nvarchar": "varchar%n",
    "autostring": "varchar%n",
    "char": "char%n",
    "nchar": "char%n",
    "text": "text",
    "unicodetext": "text",
    "clob": "text",
    "citext": "citext",
    "boolean": "boolean",
    "float": "double precision",
    "double": "double precision",
    "double_precision": "double precision",
    "real": "real",
    "numeric": "numeric%p",
    "decimal": "numeric%p",
    "money": "money",
    "datetime": "timestamp without time zone",
    "timestamp": "timestamp without time zone",
    "utcdatetime": "timestamp with time zone",
    "date": "date",
    "time": "time without time zone",
    "interval": "interval",
    "largebinary": "bytea",
    "binary": "bytea",
    "blob": "bytea",
    "bytea": "bytea",
    "pickletype": "bytea",
    "json": "json",
    "jsonb": "jsonb",
    "hstore": "hstore",
    "uuid": "uuid",
    "inet": "inet",
    "cidr": "cidr",
    "macaddr": "macaddr",
    "tsvector": "tsvector",
    "oid": "oid",
    "ltree": "ltree",
    "bit": "bit%n",
    "int4range": "int4range",
    "int8range": "int8range",
    "numrange": "numrange",
    "daterange": "daterange",
    "tsrange": "tsrange",
    "tstzrange": "tstzrange",
    "vector": "vector%n",
}
_SQLITE: Final = _POSTGRESQL | {
    "float": "float",
    "double": "double",
    "string": "varchar%n",
    "datetime": "datetime",
    "timestamp": "timestamp",
    "utcdatetime": "datetime",
    "time": "time",
    "interval": "datetime",
    "largebinary": "blob",
    "binary": "blob",
    "blob": "blob",
    "pickletype": "blob",
    "json": "json",
    "decimal": "decimal%p",
    "uuid": "char(32)",
}
_MYSQL: Final = _SQLITE | {
    "boolean": "bool",
    "numeric": "numeric%p",
    "double": "double",
    "text": "text",
    "longtext": "longtext",
    "mediumtext": "mediumtext",
    "tinytext": "tinytext",
    "tinyint": "tinyint",
    "mediumint": "mediumint",
    "year": "year",
    "double_precision": "double precision",
}
_TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    "postgresql": _POSTGRESQL,
    "cockroachdb": _POSTGRESQL,
    "sqlite": _SQLITE,
    "mysql": _MYSQL,
}

# What an annotation stands for. Source: _type_map of sqlalchemy/sql/sqltypes.py
_OF_PYTHON: Final = {
    "int": "integer",
    "str": "string",
    "bool": "boolean",
    "float": "double",
    "bytes": "largebinary",
    "datetime": "datetime",
    "date": "date",
    "time": "time",
    "timedelta": "interval",
    "Decimal": "numeric",
    "UUID": "uuid",
    # of Pydantic, as SQLModel takes them
    "EmailStr": "string",
    "Path": "string",
    "IPv4Address": "string",
    "IPv6Address": "string",
}
_DEEPEST: Final = 6


def type_of(it: Object | None, provider: str, at: At, depth: int = 0) -> ColumnType:
    """The column type of a type of SQLAlchemy: Integer, String(50), a TypeDecorator of the program."""
    if it is None or depth > _DEEPEST:
        return NOTHING
    if isinstance(it, OneOf):
        found = [type_of(one, provider, at, depth + 1) for one in it.options]
        return found[0] if found and all(one == found[0] for one in found) else NOTHING
    if isinstance(it, Instance):
        return (
            type_of(it.cls, provider, at, depth + 1)
            if isinstance(it.cls, Class)
            else _named(it.cls, Args(), provider, at, depth)
        )
    if isinstance(it, Class):
        return _decorator(it, provider, at, depth)
    if isinstance(it, External):
        return _named(it.name, Args(), provider, at, depth)
    if isinstance(it, Built):
        return _named(it.name, it.args, provider, at, depth)
    return NOTHING


def is_type(it: Object, at: At) -> bool:
    """Whether an argument of Column is its type, and no name, key or constraint."""
    if isinstance(it, Class | Instance):
        cls = it.cls if isinstance(it, Instance) else it
        return not isinstance(cls, Class) or any(
            isinstance(base, str)
            and last(base) in ("TypeDecorator", "UserDefinedType", "TypeEngine", *_WORDS)
            for base in at.bases(cls)
        )
    if isinstance(it, External | Built):
        return last(it.name) not in _OTHER_ARGUMENTS
    return False


def of_python(it: Object | None, provider: str, at: At, length: int | None = None) -> ColumnType:
    """The column type that a type of Python stands for, where no type_annotation_map says otherwise."""
    if isinstance(it, Class):
        return _of_enum_class(it, Args(), provider, at)
    if isinstance(it, External):
        word = _OF_PYTHON.get(last(it.name))
        return NOTHING if word is None else ColumnType(_written(word, length, None, provider))
    if isinstance(it, Subscripted) and isinstance(it.of, External) and last(it.of.name) == "Literal":
        values = tuple(found for one in it.items if (found := text(one)) is not None)
        return _varchar_of(values)
    return NOTHING


def _named(name: str, args: Args, provider: str, at: At, depth: int) -> ColumnType:
    # String(50).with_variant(...) is a call of an attribute of a call.
    base, _, method = name.partition("()")
    if method == ".with_variant":
        names = [found for one in args.positional[1:] if (found := text(one)) is not None]
        if provider in names:
            return type_of(args.get(0, "type_"), provider, at, depth + 1)
        return _named(base, Args(), provider, at, depth + 1)
    word = last(base)
    if word in ("Enum", "ENUM"):
        return _enum(args, provider, at)
    if word == "ARRAY":
        inner = type_of(args.get(0, "item_type"), provider, at, depth + 1)
        return ColumnType(f"{inner.type}[]") if inner.type else NOTHING
    if word in ("MutableDict", "MutableList") or method == ".as_mutable":
        return type_of(args.get(0), provider, at, depth + 1)
    length = _number(args.get(0, "length"))
    both = (_number(args.get(0, "precision")), _number(args.get(1, "scale")))
    made = _written(word, length, both, provider)
    if made is not None and is_true(args.get(0, "timezone")) and provider in ("postgresql", "cockroachdb"):
        made = made.replace("without", "with")
    return ColumnType(made)


def _written(
    word: str, length: int | None, both: tuple[int | None, int | None] | None, provider: str
) -> str | None:
    made = _TYPES.get(provider, _POSTGRESQL).get(word.lower())
    if made is None:
        return None
    made = made.replace("%n", "" if length is None else f"({length})")
    if "%p" not in made:
        return made
    precision, scale = both or (None, None)
    shown = "" if precision is None else f"({precision})" if scale is None else f"({precision}, {scale})"
    return made.replace("%p", shown)


def _decorator(cls: Class, provider: str, at: At, depth: int) -> ColumnType:
    """A TypeDecorator: what its impl says, its own or that of a base."""
    for it in (cls, *(base for base in at.bases(cls) if isinstance(base, Class))):
        impl = at.attributes(it).get("impl")
        if impl is not None:
            return type_of(impl, provider, at, depth + 1)
    return NOTHING


def _enum(args: Args, provider: str, at: At) -> ColumnType:
    first = args.get(0)
    if isinstance(first, Class):
        return _of_enum_class(first, args, provider, at)
    values = tuple(found for it in args.positional if (found := text(it)) is not None)
    if len(values) != len(args.positional) or not values:
        return NOTHING
    return _made_enum(text(args.get(None, "name")) or "", values, args, provider)


def _of_enum_class(cls: Class, args: Args, provider: str, at: At) -> ColumnType:
    """The members of an enum are kept by their names. https://docs.sqlalchemy.org/en/20/core/type_basics.html"""
    if not any(isinstance(it, str) and last(it) in _ENUMS for it in at.bases(cls)):
        return NOTHING
    members = {
        name: value
        for it in (*reversed([base for base in at.bases(cls) if isinstance(base, Class)]), cls)
        for name, value in at.attributes(it).items()
        if not name.startswith("_") and (isinstance(value, Constant | Built) or value is UNKNOWN)
    }
    values = tuple(members)
    if args.get(None, "values_callable") is not None:
        values = tuple(text(it) or name for name, it in members.items())
    return _made_enum(text(args.get(None, "name")) or cls.name.lower(), values, args, provider)


def _made_enum(name: str, values: tuple[str, ...], args: Args, provider: str) -> ColumnType:
    if is_false(args.get(None, "native_enum")) or provider == "sqlite":
        length = _number(args.get(None, "length"))
        made = _varchar_of(values)
        return ColumnType(f"varchar({length})", values=values) if length is not None else made
    if provider == "mysql":
        return ColumnType("enum", name or None, values)
    return ColumnType(name or None, name or None, values)


def _varchar_of(values: tuple[str, ...]) -> ColumnType:
    return ColumnType(f"varchar({max(map(len, values), default=1)})", None, values)


def _number(it: Object | None) -> int | None:
    return it.value if isinstance(it, Constant) and type(it.value) is int else None


_ENUMS: Final = frozenset(("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"))
_WORDS: Final = frozenset(("String", "Integer", "Text", "DateTime", "JSON", "Enum", "Uuid", "Numeric"))
# What Column takes besides its name and type.
_OTHER_ARGUMENTS: Final = frozenset(
    (
        *("ForeignKey", "Sequence", "Identity", "Computed", "CheckConstraint", "UniqueConstraint"),
        *("FetchedValue", "DefaultClause", "ColumnDefault", "PrimaryKeyConstraint", "mapped_column"),
    )
)
