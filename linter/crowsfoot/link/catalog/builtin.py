"""What PostgreSQL brings along: its types, which of them convert to which, and names that are taken.

Source: pg_type, pg_cast and pg_opclass of PostgreSQL 16.
"""

from __future__ import annotations

import json

from crowsfoot.facts.sql import TypeName
from crowsfoot.link.catalog.model import Catalog, Domain, Enum

# As format_type() prints them.
TYPES = frozenset(
    [
        "boolean",
        "bytea",
        "char",
        "bigint",
        "smallint",
        "integer",
        "regproc",
        "text",
        "oid",
        "tid",
        "xid",
        "cid",
        "json",
        "xml",
        "pg_node_tree",
        "pg_ndistinct",
        "pg_dependencies",
        "pg_mcv_list",
        "pg_ddl_command",
        "xid8",
        "path",
        "polygon",
        "real",
        "unknown",
        "circle",
        "money",
        "macaddr",
        "inet",
        "cidr",
        "macaddr8",
        "aclitem",
        "character",
        "date",
        "interval",
        "bit",
        "numeric",
        "refcursor",
        "regprocedure",
        "regoper",
        "regoperator",
        "regclass",
        "regcollation",
        "regtype",
        "regrole",
        "regnamespace",
        "uuid",
        "pg_lsn",
        "tsvector",
        "gtsvector",
        "tsquery",
        "regconfig",
        "regdictionary",
        "jsonb",
        "jsonpath",
        "txid_snapshot",
        "pg_snapshot",
        "int4range",
        "numrange",
        "tsrange",
        "tstzrange",
        "daterange",
        "int8range",
        "int4multirange",
        "nummultirange",
        "tsmultirange",
        "tstzmultirange",
        "datemultirange",
        "int8multirange",
        "record",
        "cstring",
        "any",
        "anyarray",
        "void",
        "trigger",
        "event_trigger",
        "language_handler",
        "internal",
        "anyelement",
        "anynonarray",
        "anyenum",
        "fdw_handler",
        "index_am_handler",
        "tsm_handler",
        "table_am_handler",
        "anyrange",
        "anycompatible",
        "anycompatiblearray",
        "anycompatiblenonarray",
        "anycompatiblerange",
        "anymultirange",
        "anycompatiblemultirange",
        "pg_brin_bloom_summary",
        "pg_brin_minmax_multi_summary",
        "box",
        "line",
        "lseg",
        "name",
        "point",
        "oidvector",
        "int2vector",
    ]
) | {
    '"char"',
    '"any"',
    "character varying",
    "bit varying",
    "double precision",
    "time without time zone",
    "time with time zone",
    "timestamp without time zone",
    "timestamp with time zone",
}
SERIALS = {"smallserial": "smallint", "serial": "integer", "bigserial": "bigint"}
SYSTEM_COLUMNS = frozenset({"tableoid", "cmax", "xmax", "cmin", "xmin", "ctid"})
TEXTS = frozenset({"text", "character varying", "character", "name", "citext"})
_NUMBERS = frozenset({"smallint", "integer", "bigint", "real", "double precision", "numeric"})
_WHOLE = frozenset({"smallint", "integer", "bigint"})
_MOMENTS = frozenset({"timestamp without time zone", "timestamp with time zone", "date"})

# Assignment and implicit casts between types of other families. Source: pg_cast where castcontext <> 'e'.
_CASTS = {
    "integer": {"money", "oid"},
    "bigint": {"money", "oid"},
    "smallint": {"oid"},
    "numeric": {"money"},
    "money": {"numeric"},
    "date": _MOMENTS,
    "timestamp without time zone": _MOMENTS | {"time without time zone"},
    "timestamp with time zone": _MOMENTS | {"time without time zone", "time with time zone"},
    "time without time zone": {"time with time zone", "interval"},
    "time with time zone": {"time without time zone"},
    "interval": {"time without time zone"},
    "bit": {"bit varying"},
    "bit varying": {"bit"},
    "json": {"jsonb"},
    "jsonb": {"json"},
    "inet": {"cidr"},
    "cidr": {"inet"},
    "macaddr": {"macaddr8"},
    "macaddr8": {"macaddr"},
}
# Those between which the rest is known. What is not here (citext, geometry, xml) is not judged.
_KNOWN = (
    _NUMBERS
    | _MOMENTS
    | {"time without time zone", "time with time zone", "interval", "bit", "bit varying", "json", "jsonb"}
    | {"inet", "cidr", "macaddr", "macaddr8", "uuid", "boolean", "bytea", "money", "tsvector"}
)
_STRINGS = frozenset({"text", "character varying", "character"})

# No default operator class for btree. Source: pg_opclass.
UNSORTABLE = frozenset(
    {"json", "xml", "point", "box", "line", "lseg", "path", "polygon", "circle", "aclitem"}
)


def is_known(type: TypeName) -> bool:
    """Whether PostgreSQL itself brings the type."""
    name = type.name
    return (
        name in TYPES
        or name in SERIALS
        or name.startswith(("_", "interval "))
        or name.endswith("%type")
        or not name
    )


def converts(catalog: Catalog, old: TypeName, new: TypeName) -> bool | None:
    """Whether values of one type are put into a column of the other without a cast; None: not known."""
    if old.dimensions and new.dimensions:
        return converts(catalog, element(old), element(new))
    a, b = kind_of(catalog, old), kind_of(catalog, new)
    if a is None or b is None:
        return None
    if not new.dimensions and b in _STRINGS:
        return True
    if old.dimensions != new.dimensions:
        return False
    if a == b or (a in _NUMBERS and b in _NUMBERS):
        return True
    return b in _CASTS.get(a, ())


def comparable(catalog: Catalog, one: TypeName, other: TypeName) -> bool | None:
    """Whether a foreign key may join a column of type one to a key of type other; None: not known."""
    if bool(one.dimensions) != bool(other.dimensions):
        return False
    a, b = kind_of(catalog, one), kind_of(catalog, other)
    if a is None or b is None:
        return None
    if a == b or (a in _STRINGS and b in _STRINGS) or (a in _MOMENTS and b in _MOMENTS):
        return True
    if a in _NUMBERS and b in _NUMBERS:
        # Across the kinds of numbers there are only the implicit casts: to what is wider.
        return _WIDTH[a] <= _WIDTH[b]
    return None if b in _CASTS.get(a, ()) else False


_WIDTH = {"smallint": 0, "integer": 0, "bigint": 0, "numeric": 1, "real": 2, "double precision": 2}
_TRUTHS = ("true", "false", "yes", "no", "on", "off", "1", "0")
_TIMES = frozenset({"now", "today", "tomorrow", "yesterday", "epoch", "infinity", "-infinity", "allballs"})
_NO_NUMBERS = frozenset({"nan", "infinity", "-infinity", "inf", "-inf", "+infinity", "+inf"})


def malformed(type: TypeName, value: str) -> tuple[str, str] | None:
    """Code and message for a string that is certainly no constant of the type; None for all else."""
    text = value.strip()
    if type.dimensions:
        if not text.startswith(("{", "[")):
            return "22P02", f'malformed array literal: "{value}"'
        return None
    name = type.name
    digits = any(it.isdecimal() for it in text)
    wrong = False
    code = "22P02"
    if name in _WHOLE:
        wrong = not digits
    elif name in _NUMBERS:
        wrong = not digits and text.lower() not in _NO_NUMBERS
    elif name == "boolean":
        wrong = not text or not any(it.startswith(text.lower()) for it in _TRUTHS)
    elif name == "uuid":
        wrong = sum(it in "0123456789abcdefABCDEF" for it in text) != 32
    elif name in ("json", "jsonb"):
        wrong = not text
        if text and len(text) < 1000:
            try:
                json.loads(text)
            except (ValueError, RecursionError):
                wrong = True
    elif name in _MOMENTS:
        # Marks are skipped: 'now()' is now.
        wrong = not digits and text.lower().strip("()") not in _TIMES
        code = "22007"
    if not wrong:
        return None
    word = {"timestamp without time zone": "timestamp"}.get(name, name)
    return code, f'invalid input syntax for type {"json" if name == "jsonb" else word}: "{value}"'


def element(type: TypeName) -> TypeName:
    return TypeName(type.name, type.range, type.args, type.schema)


def kind_of(catalog: Catalog, type: TypeName) -> str | None:
    """The type by a name that is only its own, None where too little is known of it."""
    if type.schema is None:
        return type.name if type.name in _KNOWN or type.name in _STRINGS else None
    found = catalog.type(type.name, type.schema)
    if isinstance(found, Enum):
        return f"enum {found.schema}.{found.name}"
    if isinstance(found, Domain) and not found.type.dimensions:
        return kind_of(catalog, found.type)
    return None


def printed(name: str) -> str:
    """The name of a type or object as format_type() and quote_identifier() print it."""
    plain = name[:1].isalpha() or name[:1] == "_"
    if plain and name == name.lower() and name.replace("_", "").isalnum() and name.isascii():
        return name
    return '"' + name.replace('"', '""') + '"'
