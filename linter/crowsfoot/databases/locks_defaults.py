"""A column that is added -> whether each row needs a value of its own, so that the table is written anew.

Since PostgreSQL 11 a default that is the same for all rows is stored once, whether it is a constant or now().
Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES, and measured.
"""

from typing import Final

from crowsfoot.databases.locks_types import has_checks
from crowsfoot.facts.sql import ColumnDef, Expression
from crowsfoot.link.catalog.model import Catalog, Domain, Function

SERIALS: Final = frozenset(["serial", "bigserial", "smallserial"])

# Functions whose every overload is volatile: those of pg_proc in PostgreSQL 10 to 18, without the many pg_...
# that tell of the server, and those of pgcrypto and uuid-ossp.
_VOLATILE: Final = frozenset(
    [
        "array_sample",
        "array_shuffle",
        "clock_timestamp",
        "current_query",
        "currval",
        "gen_random_bytes",
        "gen_random_uuid",
        "gen_salt",
        "lastval",
        "lo_create",
        "lo_from_bytea",
        "nextval",
        "pg_current_wal_insert_lsn",
        "pg_current_wal_lsn",
        "pg_read_file",
        "pg_relation_size",
        "pg_total_relation_size",
        "pgp_pub_encrypt",
        "pgp_sym_encrypt",
        "query_to_xml",
        "random",
        "random_normal",
        "set_config",
        "setval",
        "timeofday",
        "uuid_generate_v1",
        "uuid_generate_v1mc",
        "uuid_generate_v4",
        "uuidv4",
        "uuidv7",
    ]
)


def own_value(column: ColumnDef, catalog: Catalog, postgres: int) -> str | None:
    """Why ADD COLUMN writes every row anew, as a clause; None: it does not."""
    if column.type.name in SERIALS and column.type.schema is None:
        return "each row takes its own number from the sequence"
    if column.identity is not None:
        return "each row takes its own number from the identity column"
    if column.generated is not None:
        return "each row gets its own value of the stored expression" if column.stored else None
    if has_checks(column.type, catalog):
        return f"the domain {column.type.name} has constraints, which every row is checked for"
    default = default_of(column, catalog)
    if default is None or default.null:
        return None
    if column.default is None and postgres in (11, 12):
        return None  # those two take the default of a domain for a constant, measured
    function = volatile_function(default, catalog, postgres)
    if function is not None:
        return f"{function}() is volatile, so each row gets its own value"
    if postgres < 11:
        return "before PostgreSQL 11 a default is written into every row"
    return None


def default_of(column: ColumnDef, catalog: Catalog) -> Expression | None:
    """The default of the column, or else that of its domain."""
    if column.default is not None or column.type.dimensions:
        return column.default
    found = catalog.type(column.type.name, column.type.schema)
    return found.default if isinstance(found, Domain) else None


def volatile_function(default: Expression, catalog: Catalog, postgres: int) -> str | None:
    """A function in it that gives another value for each row."""
    for name in default.functions:
        if name in _VOLATILE or _volatile_here(name, catalog, postgres):
            return name
    return None


def _volatile_here(name: str, catalog: Catalog, postgres: int) -> bool:
    """Whether it is a function that the migrations define, and all of that name are volatile."""
    for schema in catalog.search_path:
        found = catalog.functions.get((schema, name))
        if found:
            inlines = postgres >= 12
            return all(it.volatility == "volatile" and not (inlines and _inlined(it)) for it in found)
    return False


def _inlined(function: Function) -> bool:
    """Whether PostgreSQL puts the body in place of the call and sees that it is not volatile after all."""
    return function.language == "sql" and not any(
        query.tables or not _VOLATILE.isdisjoint(query.functions) for query in function.body
    )
