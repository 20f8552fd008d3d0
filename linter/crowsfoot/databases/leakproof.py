"""An index of PostgreSQL -> what keeps it from being searched under row-level security.

A condition of the user's may only be tried before the policies if it can tell nobody of a row that he may not
see, by an error message for example. What is not leakproof waits until the policies have let the row through,
so that no index is searched for it.
Source: https://www.postgresql.org/docs/current/rules-privileges.html
        pg_proc.proleakproof; measured on PostgreSQL 15, 16 and 18, which agree
"""

import re
from typing import Final

from crowsfoot.link.catalog.model import Catalog, Enum, Index, Table

# Types whose comparisons are leakproof; tests/security/test_costs.py asks PostgreSQL for each of both kinds.
LEAKPROOF: Final = frozenset(
    {"smallint", "integer", "bigint", "real", "double precision", "boolean", "money", "oid", "xid", "tid"}
    | {"text", "varchar", "character varying", "character", "bpchar", "char", "name", "bytea", "uuid"}
    | {"date", "timestamp", "timestamp without time zone", "timestamp with time zone", "timestamptz"}
    | {"time", "time without time zone", "time with time zone", "timetz", "interval"}
    | {"bit", "bit varying", "varbit", "inet", "cidr", "macaddr", "pg_lsn"}
)
NOT_LEAKPROOF: Final = frozenset(
    {"numeric", "decimal", "jsonb", "tsvector", "tsquery", "int4range", "int8range", "numrange", "tsrange"}
    | {"tstzrange", "daterange"}
)
# What expressions of indexes are made of; "->" and "->>" of JSON are not leakproof either.
LEAKY_FUNCTIONS: Final = frozenset(
    {"lower", "upper", "date_trunc", "to_tsvector", "btrim", "jsonb_extract_path_text", "substring"}
    | {"replace", "left", "right", "to_char", "jsonb_array_length", "similarity"}
)
# Kinds of index that are searched by operators of their own. Those for inet and SP-GiST's for text are the
# only ones that are leakproof. Indexes on vectors are not among them: they serve ORDER BY, which is no
# condition.
_SEARCHED_OTHERWISE: Final = frozenset({"gin", "gist", "spgist"})
_FINE: Final = frozenset({"inet", "cidr", "text", "varchar", "character varying"})
_JSON: Final = re.compile(r"->>?")


def not_searched(index: Index, table: Table, catalog: Catalog) -> str | None:
    """Why the index finds nothing for whom policies count: "comparing values of numeric is not leakproof"."""
    key = index.keys[0] if index.keys else None
    if key is None:
        return None
    if index.method in _SEARCHED_OTHERWISE:
        column = table.columns.get(key.column) if key.column else None
        if column is not None and column.type.name in _FINE and key.opclass is None and index.method != "gin":
            return None
        return f"no operator that {index.method} is searched by is leakproof"
    if key.expression is not None:
        leaky = [it for it in key.expression.functions if it in LEAKY_FUNCTIONS]
        if leaky:
            return f"{leaky[0]}() is not leakproof"
        return "the operators of JSON are not leakproof" if _JSON.search(key.expression.text) else None
    if key.opclass is not None and key.opclass.endswith("pattern_ops"):
        return "LIKE is not leakproof"
    column = table.columns.get(key.column) if key.column else None
    if column is None:
        return None
    type = column.type
    own = catalog.type(type.name, type.schema)
    if type.dimensions or isinstance(own, Enum) or (own is None and type.name in NOT_LEAKPROOF):
        return f"comparing values of {type} is not leakproof"
    return None
