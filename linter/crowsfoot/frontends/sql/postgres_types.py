"""PostgreSQL type names as the parser gives them to TypeNames as format_type() prints them.

Source: https://www.postgresql.org/docs/18/datatype.html
"""

from typing import TYPE_CHECKING

from crowsfoot.facts.sql import TypeName
from crowsfoot.source import Range

if TYPE_CHECKING:
    from postgast import pg_query_pb2 as pg

# The names of pg_type that format_type() prints otherwise; the grammar turns the standard's words into them.
_CANONICAL = {
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
    # Words of the standard that only the grammar knows, where a quoted name or a cast brings them.
    "serial2": "smallserial",
    "serial4": "serial",
    "serial8": "bigserial",
}
_BITS = (
    (1 << 2, "year"),
    (1 << 1, "month"),
    (1 << 3, "day"),
    (1 << 10, "hour"),
    (1 << 11, "minute"),
    (1 << 12, "second"),
)
_ALL_FIELDS = 0x7FFF

_MOST_KNOWN = 1000
_KNOWN: dict[str, tuple[str, tuple[str, ...], str | None, int]] = {}


def name(type_name: "pg.TypeName") -> str:
    """The canonical name alone, without schema, arguments and dimensions."""
    names = type_name.names
    last = names[-1].string.sval if names else ""
    return _CANONICAL.get(last, last)


def read(type_name: "pg.TypeName", where: Range, written: str = "") -> TypeName:
    """The type; written is its text, by which it is known when it comes again."""
    known = _KNOWN.get(written)
    if known is None:
        known = _read(type_name)
        if written and len(_KNOWN) < _MOST_KNOWN:
            _KNOWN[written] = known
    name, args, schema, dimensions = known
    return TypeName(name, where, args, schema, dimensions)


def _read(type_name: "pg.TypeName") -> tuple[str, tuple[str, ...], str | None, int]:
    names = type_name.names
    if not names:
        return "", (), None, 0
    last: str = names[-1].string.sval
    schema = names[-2].string.sval if len(names) > 1 else None
    if schema == "pg_catalog":
        schema = None
    canonical = _CANONICAL.get(last, last) if schema is None else last
    args = tuple([_argument(it) for it in type_name.typmods])
    if last == "interval" and args:
        canonical, args = _interval(args)
    if type_name.pct_type:
        return ".".join([it.string.sval for it in names]) + "%type", args, None, 0
    return canonical, args, schema, len(type_name.array_bounds)


def _argument(node: "pg.Node") -> str:
    if node.HasField("a_const"):
        const = node.a_const
        kind = const.WhichOneof("val")
        if kind == "ival":
            return str(const.ival.ival)
        if kind in ("fval", "sval"):
            return str(const.fval.fval or const.sval.sval)
    if node.HasField("column_ref"):  # geometry(Point, 4326)
        return ".".join([it.string.sval for it in node.column_ref.fields])
    return "?"


def _interval(args: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """interval's first argument is a set of fields: "interval day to second", ("3",)."""
    mask, *precision = args
    if not mask.isdecimal() or int(mask) == _ALL_FIELDS:
        return "interval", tuple(precision)
    fields = [field for bit, field in _BITS if int(mask) & bit]
    if not fields:
        return "interval", tuple(precision)
    words = fields[0] if len(fields) == 1 else f"{fields[0]} to {fields[-1]}"
    return f"interval {words}", tuple(precision)
