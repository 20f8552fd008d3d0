"""A change of a column's type -> whether PostgreSQL writes the table anew.

It does unless every value is stored alike under the new type, and PostgreSQL knows that: the types are binary
coercible, the new length is no less, or the domain checks nothing. What it knows is the same on all versions
but for the time zones. Measured on PostgreSQL 10, 12, 15 and 18 with every pair of types below.
Source: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
"""

import re
from collections.abc import Iterator
from typing import Final

from crowsfoot.facts.sql import Expression, TypeName
from crowsfoot.link.catalog.model import Catalog, Domain
from crowsfoot.source import Range

_TEXT, _VARCHAR, _CHAR = "text", "character varying", "character"
_TIMESTAMP, _TIMESTAMPTZ = "timestamp without time zone", "timestamp with time zone"
_REGISTERED: Final = "class collation config dictionary namespace oper operator proc procedure role type"
_OIDS: Final = frozenset(["oid", *[f"reg{it}" for it in _REGISTERED.split(" ")]])

# Types that are cast without a function; arrays of them are not. Source: pg_cast, castmethod "b".
_ALIKE: Final = frozenset(
    [
        (_TEXT, _VARCHAR),
        (_TEXT, _CHAR),
        (_TEXT, "citext"),
        (_VARCHAR, _TEXT),
        (_VARCHAR, _CHAR),
        (_VARCHAR, "citext"),
        ("citext", _TEXT),
        ("citext", _VARCHAR),
        ("citext", _CHAR),
        ("xml", _TEXT),
        ("xml", _VARCHAR),
        ("xml", _CHAR),
        ("cidr", "inet"),
        ("bit", "bit varying"),
        ("bit varying", "bit"),
        *[(one, other) for one in ("integer", *_OIDS) for other in ("integer", *_OIDS) if one != other],
    ]
)

# Types that one operator class sorts, so that an index survives the change from one to the other.
_OPERATORS: Final = {_VARCHAR: _TEXT, "cidr": "inet", **dict.fromkeys(_OIDS, "oid")}

_LENGTHS: Final = frozenset([_VARCHAR, "bit varying"])
_TIMES: Final = frozenset([_TIMESTAMP, _TIMESTAMPTZ, "time without time zone", "time with time zone"])
_FINEST_SECOND = 6
_FIELDS: Final = ("second", "minute", "hour", "day", "month", "year")  # finest first


def rewrites(
    old: TypeName,
    new: TypeName,
    using: Expression | None,
    column: str,
    catalog: Catalog,
    postgres: int,
    *,
    timezone_utc: bool,
) -> bool:
    """Whether ALTER COLUMN ... TYPE writes every row anew."""
    casts = _casts(using.text, column) if using is not None else []
    if casts is None:
        return True  # an expression, of whose values nothing is known
    at = old
    for each in (*casts, new):
        if _writes(at, each, catalog, postgres, timezone_utc=timezone_utc):
            return True
        at = each
    return False


def has_checks(type: TypeName, catalog: Catalog) -> bool:
    """Whether it is a domain that refuses some values, itself or one that it is made of."""
    return any(it.not_null or it.checks for it in _domains(type, catalog))


def same_operators(old: TypeName, new: TypeName, catalog: Catalog) -> bool:
    """Whether the two types are sorted by one operator class, each by its default one."""
    a, b = _base(old, catalog), _base(new, catalog)
    if a.dimensions or b.dimensions:
        return a.name == b.name
    return _same(a, b) or _OPERATORS.get(a.name, a.name) == _OPERATORS.get(b.name, b.name)


def _base(type: TypeName, catalog: Catalog) -> TypeName:
    """What a domain is made of, at the bottom."""
    for domain in _domains(type, catalog):
        type = domain.type
    return type


def _domains(type: TypeName, catalog: Catalog) -> Iterator[Domain]:
    """The domain, and those that it is made of, outermost first."""
    for _ in range(_DEEPEST):
        found = catalog.type(type.name, type.schema) if not type.dimensions else None
        if not isinstance(found, Domain):
            break
        yield found
        type = found.type


_DEEPEST: Final = 32  # a broken catalog might say that a domain is made of itself


def _writes(old: TypeName, new: TypeName, catalog: Catalog, postgres: int, *, timezone_utc: bool) -> bool:
    if _same(old, new):
        return _shortens(old, new)
    if has_checks(new, catalog):
        return True
    a, b = _base(old, catalog), _base(new, catalog)
    if a is not old:
        a = TypeName(a.name, a.range, (), a.schema, a.dimensions)  # a value of a domain has no length
    if _same(a, b):
        return _shortens(a, b)
    if a.dimensions or b.dimensions:
        return True
    if (a.name, b.name) in _ALIKE:
        # The length is checked after the cast, which forgets the one that was.
        return bool(b.args) and _shortens(TypeName(b.name, b.range), b)
    if timezone_utc and postgres >= 12 and {a.name, b.name} == {_TIMESTAMP, _TIMESTAMPTZ}:
        return bool(b.args) and _shortens(TypeName(b.name, b.range), b)
    return True


def _same(old: TypeName, new: TypeName) -> bool:
    if bool(old.dimensions) != bool(new.dimensions):
        return False
    if old.name != new.name:  # "interval day" and "interval" are one type
        return old.name.startswith("interval") and old.name.split()[0] == new.name.split()[0]
    return old.schema is None or new.schema is None or old.schema == new.schema


def _shortens(old: TypeName, new: TypeName) -> bool:
    """Whether the values have to be cut or padded to what stands in brackets; old is the same type."""
    name = new.name
    if old.args == new.args and old.name == name:
        return False
    if new.dimensions:
        return bool(new.args)  # an array is cast element by element
    if name.partition(" ")[0] == "interval":
        return _interval_shortens(old, new)
    if not new.args:
        return False
    if name in _LENGTHS:
        return not old.args or _number(old) > _number(new)
    if name == "numeric":
        if not old.args:
            return True
        (precision, scale), (new_precision, new_scale) = _numeric(old), _numeric(new)
        return scale != new_scale or new_precision < precision
    if name in _TIMES:
        return _number(new) < min(_FINEST_SECOND, _number(old, _FINEST_SECOND))
    return True


def _interval_shortens(old: TypeName, new: TypeName) -> bool:
    finest, new_finest = (_FIELDS.index(it.name.split()[-1]) if " " in it.name else 0 for it in (old, new))
    if new_finest > finest:
        return True
    return not finest and _number(new, _FINEST_SECOND) < min(_FINEST_SECOND, _number(old, _FINEST_SECOND))


def _number(type: TypeName, default: int = 0) -> int:
    return int(type.args[-1]) if type.args and type.args[-1].isdecimal() else default


def _numeric(type: TypeName) -> tuple[int, int]:
    numbers = [int(it) if it.lstrip("-").isdecimal() else 0 for it in type.args]
    return numbers[0], numbers[1] if len(numbers) > 1 else 0


# --- USING -------------------------------------------------------------------------------------------------

# A chain of casts is short; the patterns are not for more.
_LONGEST: Final = 400
_MOST_PARTS: Final = 12
_WORD = r'(?:"(?:[^"]|"")*"|[^\W\d][\w$]*)'
_TYPE = rf"(?P<type>(?:{_WORD}\s*\.\s*)?{_WORD}[^:()\"]*(?:\([\d\s,]*\))?[^:()\"]*)"
# Patterns are text, which re compiles when it first needs them.
_CASTS: Final = (
    rf"(?s)(?P<of>.*)::\s*{_TYPE}",
    rf"(?si)CAST\s*\((?P<of>.*)\sAS\s+{_TYPE}\)",
)
_AS: Final = r"(?i)\sAS\s"
_COLLATE: Final = rf"(?si)(?P<of>.*)\sCOLLATE\s+(?:{_WORD}\s*\.\s*)?{_WORD}"
_COLUMN: Final = rf"(?:{_WORD}\s*\.\s*)*({_WORD})"
_PARTS: Final = (
    rf"(?i)(?:({_WORD})\s*\.\s*)?({_WORD}(?:\s+(?:varying|precision))?)\s*(?:\(([\d\s,]*)\))?"
    r"\s*((?:with|without)\s+time\s+zone)?\s*((?:\[\s*\d*\s*\]\s*)*)"
)
_SHORT: Final = {
    "bool": "boolean",
    "bpchar": _CHAR,
    "char": _CHAR,
    "decimal": "numeric",
    "float": "double precision",
    "float4": "real",
    "float8": "double precision",
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "time": "time without time zone",
    "timestamp": _TIMESTAMP,
    "timestamptz": _TIMESTAMPTZ,
    "timetz": "time with time zone",
    "varbit": "bit varying",
    "varchar": _VARCHAR,
}


def _casts(text: str, column: str) -> list[TypeName] | None:
    """What the column is cast to, first one first; None where USING does anything else."""
    if len(text) > _LONGEST or text.count("::") + text.count("(") + len(re.findall(_AS, text)) > _MOST_PARTS:
        return None
    found: list[TypeName] = []
    while True:
        text = text.strip()
        if text.startswith("(") and text.endswith(")") and _closes(text):
            text = text[1:-1]
        elif match := re.fullmatch(_COLLATE, text):
            text = match["of"]
        elif match := re.fullmatch(_CASTS[0], text) or re.fullmatch(_CASTS[1], text):
            type = _type(match["type"])
            if type is None:
                return None
            found.append(type)
            text = match["of"]
        else:
            break
    match = re.fullmatch(_COLUMN, text)
    return found[::-1] if match and _stored(match[1]) == column else None


def _closes(text: str) -> bool:
    """Whether the first bracket is closed by the last one."""
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if not depth:
            return index == len(text) - 1
    return False


def _type(text: str) -> TypeName | None:
    match = re.fullmatch(_PARTS, text.strip())
    if match is None:
        return None
    schema, name, args, zone, brackets = match.groups()
    name = " ".join(_stored(name).split())
    if zone:
        name = f"{name} {' '.join(zone.lower().split())}"
    elif schema is None and not match[2].startswith('"'):
        name = _SHORT.get(name, name)
    given = tuple([it.strip() for it in args.split(",")]) if args else ()
    if name == _CHAR and not given and match[2].lower() != "bpchar":
        given = ("1",)
    schema = None if schema is None or _stored(schema) == "pg_catalog" else _stored(schema)
    return TypeName(name, _NOWHERE, given, schema, brackets.count("["))


def _stored(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


_NOWHERE: Final = Range(0, 0)
