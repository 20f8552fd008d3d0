"""Fields of Django, by the last word of their class, to the column types that each database has for them.

Source: data_types of django/db/backends/{postgresql,sqlite3,mysql}/base.py, 4.2 to 5.2
"""

from collections.abc import Mapping
from typing import Final

# %s is max_length, %d the digits and decimal places.
_POSTGRESQL: Final = {
    "AutoField": "integer",
    "BigAutoField": "bigint",
    "SmallAutoField": "smallint",
    "BinaryField": "bytea",
    "BooleanField": "boolean",
    "NullBooleanField": "boolean",
    "CharField": "varchar(%s)",
    "DateField": "date",
    "DateTimeField": "timestamp with time zone",
    "DecimalField": "numeric(%d)",
    "DurationField": "interval",
    "FileField": "varchar(%s)",
    "FilePathField": "varchar(%s)",
    "FloatField": "double precision",
    "IntegerField": "integer",
    "BigIntegerField": "bigint",
    "IPAddressField": "inet",
    "GenericIPAddressField": "inet",
    "JSONField": "jsonb",
    "PositiveBigIntegerField": "bigint",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "smallint",
    "SlugField": "varchar(%s)",
    "SmallIntegerField": "smallint",
    "TextField": "text",
    "TimeField": "time",
    "UUIDField": "uuid",
    "OrderWrt": "integer",
    # django.contrib.postgres.fields
    "HStoreField": "hstore",
    "CICharField": "citext",
    "CIEmailField": "citext",
    "CITextField": "citext",
    "SearchVectorField": "tsvector",
    "IntegerRangeField": "int4range",
    "BigIntegerRangeField": "int8range",
    "DecimalRangeField": "numrange",
    "DateTimeRangeField": "tstzrange",
    "DateRangeField": "daterange",
}
_SQLITE: Final = {
    "AutoField": "integer",
    "BigAutoField": "integer",
    "SmallAutoField": "integer",
    "BinaryField": "BLOB",
    "BooleanField": "bool",
    "NullBooleanField": "bool",
    "CharField": "varchar(%s)",
    "DateField": "date",
    "DateTimeField": "datetime",
    "DecimalField": "decimal",
    "DurationField": "bigint",
    "FileField": "varchar(%s)",
    "FilePathField": "varchar(%s)",
    "FloatField": "real",
    "IntegerField": "integer",
    "BigIntegerField": "bigint",
    "IPAddressField": "char(15)",
    "GenericIPAddressField": "char(39)",
    "JSONField": "text",
    "PositiveBigIntegerField": "bigint unsigned",
    "PositiveIntegerField": "integer unsigned",
    "PositiveSmallIntegerField": "smallint unsigned",
    "SlugField": "varchar(%s)",
    "SmallIntegerField": "smallint",
    "TextField": "text",
    "TimeField": "time",
    "UUIDField": "char(32)",
    "OrderWrt": "integer",
}
_MYSQL: Final = _SQLITE | {
    "BigAutoField": "bigint",
    "SmallAutoField": "smallint",
    "BinaryField": "longblob",
    "DateTimeField": "datetime(6)",
    "DecimalField": "numeric(%d)",
    "FloatField": "double precision",
    "JSONField": "json",
    "TextField": "longtext",
    "TimeField": "time(6)",
}
_TYPES: Final[Mapping[str, Mapping[str, str]]] = {
    "postgresql": _POSTGRESQL,
    "cockroachdb": _POSTGRESQL,
    "sqlite": _SQLITE,
    "mysql": _MYSQL,
}

# Fields that are one of the others with a length of their own.
# Source: https://docs.djangoproject.com/en/stable/ref/models/fields/#field-types
_LENGTHS: Final = {
    "SlugField": 50,
    "FileField": 100,
    "FilePathField": 100,
    "EmailField": 254,
    "URLField": 200,
    "ImageField": 100,
}
_SAME: Final = {
    "EmailField": "CharField",
    "URLField": "CharField",
    "CommaSeparatedIntegerField": "CharField",
    "ImageField": "FileField",
    "PositiveTinyIntegerField": "PositiveSmallIntegerField",
}


def type_of(
    kind: str, provider: str, length: int | None = None, digits: tuple[int, int] | None = None
) -> str | None:
    """The type of the column; None where the field is nobody's that is known here."""
    length = length if length is not None else _LENGTHS.get(kind)
    made = _TYPES.get(provider, _POSTGRESQL).get(_SAME.get(kind, kind))
    if made is None:
        return None
    # Without a length, PostgreSQL and SQLite have one without a limit.
    made = made.replace("(%s)", f"({length})" if length is not None else "")
    return made.replace("(%d)", f"({digits[0]}, {digits[1]})" if digits is not None else "")


def key_type(kind: str, provider: str) -> str | None:
    """The type of a foreign key to such a field, where that is not the same: rel_db_type() of the field."""
    if kind.startswith("Positive") and provider == "mysql":
        return None
    return type_of(_COUNTED[kind], provider) if kind in _COUNTED else None


_COUNTED: Final = {
    "AutoField": "IntegerField",
    "BigAutoField": "BigIntegerField",
    "SmallAutoField": "SmallIntegerField",
    "PositiveIntegerField": "IntegerField",
    "PositiveBigIntegerField": "BigIntegerField",
    "PositiveSmallIntegerField": "SmallIntegerField",
}
