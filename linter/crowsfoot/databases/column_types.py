"""Prisma's types to the column types of each database, and back.

Source: https://www.prisma.io/docs/orm/reference/prisma-schema-reference#model-field-scalar-types
"""

from collections.abc import Mapping, Sequence

# What a field without @db becomes. Names are those of facts.sql.TypeName.
_DEFAULTS: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "postgresql": {
        "String": ("text", ()),
        "Boolean": ("boolean", ()),
        "Int": ("integer", ()),
        "BigInt": ("bigint", ()),
        "Float": ("double precision", ()),
        "Decimal": ("numeric", ("65", "30")),
        "DateTime": ("timestamp without time zone", ("3",)),
        "Json": ("jsonb", ()),
        "Bytes": ("bytea", ()),
    },
    "mysql": {
        "String": ("varchar", ("191",)),
        "Boolean": ("boolean", ()),
        "Int": ("int", ()),
        "BigInt": ("bigint", ()),
        "Float": ("double", ()),
        "Decimal": ("decimal", ("65", "30")),
        "DateTime": ("datetime", ("3",)),
        "Json": ("json", ()),
        "Bytes": ("longblob", ()),
    },
    "sqlite": {
        "String": ("text", ()),
        "Boolean": ("boolean", ()),
        "Int": ("integer", ()),
        "BigInt": ("bigint", ()),
        "Float": ("real", ()),
        "Decimal": ("decimal", ()),
        "DateTime": ("datetime", ()),
        "Json": ("jsonb", ()),
        "Bytes": ("blob", ()),
    },
    "sqlserver": {
        "String": ("nvarchar", ("1000",)),
        "Boolean": ("bit", ()),
        "Int": ("int", ()),
        "BigInt": ("bigint", ()),
        "Float": ("float", ("53",)),
        "Decimal": ("decimal", ("32", "16")),
        "DateTime": ("datetime2", ()),
        "Json": ("nvarchar", ("max",)),
        "Bytes": ("varbinary", ("max",)),
    },
}

# PostgreSQL's own names for Prisma's @db types; the rest are the same word in lower case.
_POSTGRES_NATIVE = {
    "VarChar": "character varying",
    "Char": "character",
    "VarBit": "bit varying",
    "Integer": "integer",
    "Decimal": "numeric",
    "DoublePrecision": "double precision",
    "Timestamp": "timestamp without time zone",
    "Timestamptz": "timestamp with time zone",
    "Time": "time without time zone",
    "Timetz": "time with time zone",
    "JsonB": "jsonb",
    "ByteA": "bytea",
}
_MYSQL_NATIVE = {"UnsignedInt": "int", "UnsignedBigInt": "bigint", "UnsignedSmallInt": "smallint"}

# Types that PostgreSQL gives a length when none is written. Source:
# https://www.postgresql.org/docs/current/datatype-character.html
_IMPLIED_LENGTH = {"character": ("1",), "bit": ("1",)}


def declared_type(
    provider: str, scalar: str, native: tuple[str, Sequence[str]] | None
) -> tuple[str, tuple[str, ...]] | None:
    """The name and arguments of the column type that Prisma makes; None where it is not known."""
    provider = "postgresql" if provider == "cockroachdb" else provider
    if native is None:
        return _DEFAULTS.get(provider, {}).get(scalar)
    name, args = native
    if provider == "postgresql":
        plain = _POSTGRES_NATIVE.get(name, name.lower())
        return plain, tuple(args) or _IMPLIED_LENGTH.get(plain, ())
    if provider == "mysql":
        return _MYSQL_NATIVE.get(name, name.lower()), tuple(args)
    return name.lower(), tuple(it.lower() for it in args)


_SCALARS = {
    "Boolean": ("boolean", "bool", "bit"),
    "Int": ("integer", "int", "smallint", "mediumint", "tinyint", "serial", "smallserial", "oid", "year"),
    "BigInt": ("bigint", "bigserial"),
    "Float": ("double precision", "double", "float", "real"),
    "Decimal": ("numeric", "decimal", "money", "smallmoney"),
    "DateTime": (
        "timestamp without time zone",
        "timestamp with time zone",
        "timestamp",
        "datetime",
        "datetime2",
        "datetimeoffset",
        "smalldatetime",
        "date",
        "time",
        "time without time zone",
        "time with time zone",
    ),
    "Json": ("json", "jsonb"),
    "Bytes": (
        "bytea",
        "blob",
        "tinyblob",
        "mediumblob",
        "longblob",
        "binary",
        "varbinary",
        "image",
    ),
    "String": (
        "text",
        "character varying",
        "varchar",
        "character",
        "char",
        "nchar",
        "nvarchar",
        "ntext",
        "tinytext",
        "mediumtext",
        "longtext",
        "uuid",
        "uniqueidentifier",
        "citext",
        "inet",
        "xml",
        "bit varying",
        "enum",
        "set",
    ),
}
_SCALAR_OF = {name: scalar for scalar, names in _SCALARS.items() for name in names}


def scalar_of(type: str) -> str | None:
    """The Prisma type that a column of that SQL type would be read into; None where Prisma has none."""
    return _SCALAR_OF.get(type)


_NATIVE_OF = {name: native for native, name in _POSTGRES_NATIVE.items()} | {
    "varchar": "VarChar",
    "uuid": "Uuid",
    "text": "Text",
    "citext": "Citext",
    "smallint": "SmallInt",
    "json": "Json",
    "date": "Date",
    "real": "Real",
    "inet": "Inet",
    "nvarchar": "NVarChar",
    "char": "Char",
    "uniqueidentifier": "UniqueIdentifier",
}


def native_of(type: str) -> str | None:
    """The name of Prisma's @db type for that SQL type, without the "db."."""
    return _NATIVE_OF.get(type)
