"""PostgreSQL type names as the parser gives them to TypeNames as format_type() prints them.

Source: https://www.postgresql.org/docs/18/datatype.html
"""

from collections.abc import Iterable
from typing import Final

from crowsfoot.facts.sql import TypeName
from crowsfoot.frontends.sql.postgres_names import constant, strings
from crowsfoot.frontends.sql.postgres_parser import Tree
from crowsfoot.source import Range


def name(it: Tree) -> str:
    """The canonical name alone, without schema, arguments and dimensions."""
    names = it.get("names")
    last: str = names[-1]["String"].get("sval", "") if names else ""
    return _CANONICAL.get(last, last)


def read(it: Tree, where: Range, written: str = "") -> TypeName:
    """The type; written is its text, by which it is known when it comes again."""
    known = _KNOWN.get(written)
    if known is None:
        known = _read(it)
        if written and len(_KNOWN) < _MOST_KNOWN:
            _KNOWN[written] = known
    canonical, args, schema, dimensions = known
    return TypeName(canonical, where, args, schema, dimensions)


def printed(types: Iterable[Tree], where: Range) -> tuple[str, ...]:
    """Types as they tell functions apart: without arguments."""
    found: list[str] = []
    for it in types:
        type_name = read(it, where)
        found.append(str(TypeName(type_name.name, where, (), type_name.schema, type_name.dimensions)))
    return tuple(found)


# The names of pg_type that format_type() prints otherwise; the grammar turns the standard's words into them.
_CANONICAL: Final = {
    "bit": "bit",
    "bool": "boolean",
    "bpchar": "character",
    "char": '"char"',
    "float4": "real",
    "float8": "double precision",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "time": "time without time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
    "varbit": "bit varying",
    "varchar": "character varying",
    # These are words of the parser's transformation, no types.
    "serial2": "smallserial",
    "serial4": "serial",
    "serial8": "bigserial",
}
# Source: https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/utils/datetime.h
_FIELDS: Final = (
    (1 << 2, "year"),
    (1 << 1, "month"),
    (1 << 3, "day"),
    (1 << 10, "hour"),
    (1 << 11, "minute"),
    (1 << 12, "second"),
)
_ALL_FIELDS: Final = 0x7FFF
_FIELDS_OF_MOST: Final = len(("names", "typemod", "location"))
_MOST_KNOWN: Final = 1000
_KNOWN: Final[dict[str, tuple[str, tuple[str, ...], str | None, int]]] = {}


def _read(it: Tree) -> tuple[str, tuple[str, ...], str | None, int]:
    if "names" not in it:
        return "", (), None, 0
    names = strings(it["names"])
    last = names[-1]
    schema = names[-2] if len(names) > 1 else None
    if schema == "pg_catalog":
        schema = None
    canonical = _CANONICAL.get(last, last) if schema is None else last
    if len(it) <= _FIELDS_OF_MOST:
        return canonical, (), schema, 0
    args = tuple([_argument(each) for each in it.get("typmods", ())])
    if last == "interval" and args:
        canonical, args = _interval(args)
    if it.get("pct_type"):
        return ".".join(names) + "%type", args, None, 0
    return canonical, args, schema, len(it.get("arrayBounds", ()))


def _argument(node: Tree) -> str:
    if "ColumnRef" in node:  # geometry(Point, 4326)
        return ".".join(strings(node["ColumnRef"]["fields"]))
    return (constant(node["A_Const"]) if "A_Const" in node else None) or "?"


def _interval(args: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """interval's first argument is a set of fields: "interval day to second", ("3",)."""
    mask, *precision = args
    if not mask.isdecimal() or int(mask) == _ALL_FIELDS:
        return "interval", tuple(precision)
    fields = [field for bit, field in _FIELDS if int(mask) & bit]
    if not fields:
        return "interval", tuple(precision)
    words = fields[0] if len(fields) == 1 else f"{fields[0]} to {fields[-1]}"
    return f"interval {words}", tuple(precision)
