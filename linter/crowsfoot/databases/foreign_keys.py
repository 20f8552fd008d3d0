"""What databases ask of the types of a foreign key's columns, and of the ways in which deletes spread.

Measured on PostgreSQL 16 with every pair of 24 types; the others from their documentation.
"""

from crowsfoot.databases.providers import REFUSES_CASCADE_PATHS
from crowsfoot.link.project import Column, Database, ForeignKey

# PostgreSQL takes a key when the two types have a common equality operator for an index.
# Source: https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARMS-REFERENCES
_POSTGRES_FAMILIES = {
    "Text": "text",
    "VarChar": "text",
    "Char": "text",
    "Citext": "text",
    "Uuid": "uuid",
    "Inet": "inet",
    "Bit": "bit",
    "VarBit": "bit",
    "Xml": "xml",
}

# CockroachDB wants the same type on both sides; strings of any length are one type.
# Source: https://www.cockroachlabs.com/docs/stable/foreign-key#rules-for-creating-foreign-keys
_COCKROACH_FAMILIES = {
    "String": "string",
    "Char": "string",
    "CatalogSingleChar": "string",
    "Uuid": "uuid",
    "Inet": "inet",
    "Bit": "bit",
    "VarBit": "bit",
}

# "The size and sign of fixed precision types such as INTEGER and DECIMAL must be the same. The length of
# string types need not be the same." Source: https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
_MYSQL_DEFAULTS = {"Int": "Int", "BigInt": "BigInt"}

# Error 1778 wants the same type, error 1753 the same length. Source:
# https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors-1000-to-1999
_SQL_SERVER_DEFAULTS = {"Int": "Int", "BigInt": "BigInt", "String": "NVarChar(1000)"}

_DEFAULTS = {"mysql": _MYSQL_DEFAULTS, "sqlserver": _SQL_SERVER_DEFAULTS}


def type_conflict(column: Column, target: Column) -> tuple[str, str] | None:
    """The two types, as a user would call them, when the database refuses a foreign key between them.

    None where it takes them, and where it is not known what it does.
    """
    provider = column.table.database.provider
    if column.type.startswith("Unsupported(") or target.type.startswith("Unsupported("):
        return None
    if column.table.library is not None and _takes(provider, column.type, target.type):
        return None
    if column.type != target.type:
        return column.type, target.type
    if provider in ("postgresql", "cockroachdb") and column.type == "String":
        families = _POSTGRES_FAMILIES if provider == "postgresql" else _COCKROACH_FAMILIES
        plain = "Text" if provider == "postgresql" else "String"
        names = [it.native.name if it.native else plain for it in (column, target)]
        found = [families.get(name) for name in names]
        if None not in found and found[0] != found[1]:
            return _written(column, plain), _written(target, plain)
    if provider in _DEFAULTS:
        default = _DEFAULTS[provider].get(column.type)
        names = [_native(it, provider) or default or "" for it in (column, target)]
        if all(names) and names[0] != names[1]:
            return names[0], names[1]
    if provider == "mongodb" and (column.native is None) != (target.native is None):
        # Prisma warns of this itself: the values are an ObjectId and a string, and never equal.
        return _written(column, column.type), _written(target, target.type)
    return None


def _takes(provider: str, one: str, other: str) -> bool:
    """Whether a database takes a key between columns of two types, which Prisma would never declare.

    SQLite asks for nothing. PostgreSQL compares numbers of every type with each other.
    """
    if provider in ("sqlite", "unknown"):
        return True
    return provider in ("postgresql", "cockroachdb") and {one, other} <= _NUMBERS and one != other


_NUMBERS = frozenset({"Int", "BigInt", "Float", "Decimal"})


def _native(column: Column, provider: str) -> str | None:
    """The native type with what counts of its arguments; None for types that are not compared."""
    native = column.native
    if native is None:
        return None
    if provider == "mysql" and column.type not in _MYSQL_DEFAULTS:
        return None
    if provider == "sqlserver" and column.type == "String" and native.args:
        return f"{native.name}({', '.join(native.args)})"
    return native.name


def _written(column: Column, plain: str) -> str:
    if column.native is None:
        return plain
    args = f"({', '.join(column.native.args)})" if column.native.args else ""
    return f"{column.native.name}{args}"


def refuses_cascade_cycles(database: Database) -> bool:
    """Whether a circle of keys that all pass changes on cannot be: SQL Server refuses to create it.

    Prisma refuses it where it emulates foreign keys itself, because it would never come to an end.
    Source: https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/referential-actions/special-rules-for-referential-actions
    """
    if database.provider == "unknown":
        return False
    return database.provider in REFUSES_CASCADE_PATHS or database.relation_mode == "prisma"


def refuses_cascade_paths(database: Database) -> bool:
    """Whether two ways for a change to reach one table cannot be (SQL Server, error 1785)."""
    return database.provider in REFUSES_CASCADE_PATHS and database.relation_mode == "foreignKeys"


def passes_changes_on(fk: ForeignKey) -> bool:
    """Whether a delete or an update of the target changes rows of the table."""
    return not fk.by_library and not {fk.on_delete, fk.on_update} <= {"NoAction", "Restrict"}
