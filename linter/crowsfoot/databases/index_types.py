"""Which kinds of index a database builds, and can use, on a column: an index to what is wrong with it.

Only what Prisma's own validation lets through. Measured on PostgreSQL 16 (errors, and plans that leave the
index aside); MySQL from its documentation.
"""

import re

from crowsfoot.link.project import Column, Index

# Types without a default operator class for B-tree and hash; Prisma writes most as Unsupported("...").
# Source: https://www.postgresql.org/docs/current/datatype-geometric.html
# Source: https://www.postgresql.org/docs/current/datatype-json.html#JSON-INDEXING
_NOT_COMPARABLE = frozenset({"json", "point", "line", "lseg", "box", "path", "polygon", "circle"})

# MySQL has full text for CHAR, VARCHAR and TEXT only (error 1283). MariaDB's JSON is a text.
# Source: https://dev.mysql.com/doc/refman/8.4/en/fulltext-search.html
_NO_TEXT = frozenset({"Int", "BigInt", "Float", "Decimal", "Boolean", "DateTime", "Bytes"})

_UNSUPPORTED = r'Unsupported\("(\w+)'


def misfit(index: Index) -> str | None:
    """Why the index cannot be built, or finds nothing that queries look for, and the way out."""
    provider = index.table.database.provider
    if provider == "postgresql":
        return _not_built_by_postgres(index) or _finds_whole_values_only(index)
    if provider == "cockroachdb":
        return _finds_whole_values_only(index)
    if provider == "mysql":
        return _not_built_by_mysql(index)
    return None


def _not_built_by_postgres(index: Index) -> str | None:
    if index.method == "hash" and len(index.keys) > 1:
        return (
            f"PostgreSQL has no hash index over several columns, so the migration fails; "
            f"leave out type: Hash in {index.declaration}"
        )
    if index.method in ("btree", "hash"):
        for key in index.keys:
            if key.column and not key.column.is_list and _database_type(key.column) in _NOT_COMPARABLE:
                name = _database_type(key.column)
                way_out = "use @db.JsonB" if name == "json" else "use type: Gist"
                if index.written is not None:
                    way_out = "use jsonb" if name == "json" else "make it a GiST index"
                return f"{name} values have no order, so creating the index on {key.column} fails; {way_out}"
    return None


def _finds_whole_values_only(index: Index) -> str | None:
    column = index.keys[0].column if index.keys else None
    # A unique key, and equality of whole values by an explicit operator class, are what they say.
    if column is None or index.unique or index.method != "btree" or index.keys[0].opclass:
        return None
    if not index.declared:
        way_out = "make one USING gin in a new migration"
    elif index.written is not None:
        way_out = "make it a GIN index"
    elif len(index.keys) == 1:
        way_out = "add type: Gin"
    else:
        way_out = "give it an index of its own with type: Gin"
    if column.is_list:
        return f"{index.declaration} finds whole lists, and no elements of {column} (has, hasSome); {way_out}"
    if column.type == "Json":
        return f"{index.declaration} finds whole documents, and nothing inside {column}; {way_out}"
    if _database_type(column) == "tsvector":
        return f"{index.declaration} finds no words in {column}; {way_out}"
    return None


def _not_built_by_mysql(index: Index) -> str | None:
    for column in index.columns:
        if index.method == "fulltext" and (column.type in _NO_TEXT or column.enum):
            return f"MySQL has full-text indexes for text only, so creating the index on {column} fails"
        if index.method == "btree" and column.type == "Json":
            return (
                f"MySQL cannot index the JSON column {column}, so the migration fails; "
                "index a generated column that extracts the value"
            )
    return None


def _database_type(column: Column) -> str:
    """The type's name in the database, as far as it decides what can index it."""
    unsupported = re.match(_UNSUPPORTED, column.type)
    if unsupported:
        return unsupported[1].lower()
    return column.native.name.lower() if column.native else column.type.lower().replace("json", "jsonb")
