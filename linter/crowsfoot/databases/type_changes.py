"""Two column types of PostgreSQL -> what changing one to the other can do to the values."""

import re
from enum import IntEnum

from crowsfoot.facts.sql import TypeName
from crowsfoot.link.catalog.model import Catalog, Domain, Enum


class Risk(IntEnum):
    """What can happen to a value."""

    NONE = 0
    UNKNOWN = 1
    CHANGES = 2  # it is rounded, shortened or read in another way, without a word
    FAILS = 3  # a value that does not fit stops the migration


# Each type holds every value of those before it.
_WHOLE = ("smallint", "integer", "bigint")
_WHOLE_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}
_FLOATS = ("real", "double precision")
_TEXTS = frozenset(["text", "character varying", "citext"])


def risk(old: TypeName, new: TypeName, catalog: Catalog, *, converted: bool = False) -> Risk:
    """What a change of the type can do to values that are there.

    converted: USING says how, so that the change is meant; a cast there cuts texts instead of refusing them.
    Source: https://www.postgresql.org/docs/current/sql-altertable.html (USING), and the pages of the types.
    """
    if old.dimensions != new.dimensions:
        return Risk.UNKNOWN
    was, becomes = catalog.type(old.name, old.schema), catalog.type(new.name, new.schema)
    if isinstance(becomes, Enum):
        if isinstance(was, Enum):
            return Risk.NONE if set(was.values) <= set(becomes.values) else Risk.FAILS
        return Risk.FAILS
    if isinstance(was, Domain):
        return risk(was.type, new, catalog, converted=converted)
    if isinstance(becomes, Domain):
        return Risk.FAILS if becomes.checks else risk(old, becomes.type, catalog, converted=converted)
    return _between(old, new, converted=converted)


def _between(old: TypeName, new: TypeName, *, converted: bool) -> Risk:
    a, b = old.name, new.name
    if b in _TEXTS or b == "character":
        return _to_text(old, new, converted=converted)
    if a == b:
        return _same(old, new)
    if a in _WHOLE:
        return _from_whole(a, new)
    if a == "numeric":
        return _from_numeric(old, b)
    if a in _FLOATS:
        if b in _WHOLE:
            return Risk.FAILS
        wider = b in _FLOATS and _FLOATS.index(b) > _FLOATS.index(a)
        return Risk.NONE if wider else Risk.CHANGES
    if a in _TEXTS or a == "character":
        return Risk.FAILS
    return _TIMES.get((a, b), Risk.NONE if {a, b} == {"json", "jsonb"} else Risk.UNKNOWN)


# A date or time of another kind loses a part, or is read in the time zone of the session.
_TIMESTAMP, _TIMESTAMPTZ = "timestamp without time zone", "timestamp with time zone"
_TIMES = {
    (_TIMESTAMP, "date"): Risk.CHANGES,
    (_TIMESTAMPTZ, "date"): Risk.CHANGES,
    (_TIMESTAMP, "time without time zone"): Risk.CHANGES,
    (_TIMESTAMPTZ, "time without time zone"): Risk.CHANGES,
    ("date", _TIMESTAMP): Risk.NONE,
    (_TIMESTAMP, _TIMESTAMPTZ): Risk.UNKNOWN,
    (_TIMESTAMPTZ, _TIMESTAMP): Risk.UNKNOWN,
}


def _to_text(old: TypeName, new: TypeName, *, converted: bool) -> Risk:
    length = _length(new)
    if length is None:
        return Risk.NONE
    known = _length(old) if old.name in (*_TEXTS, "character") else _longest(old)
    if known is not None and known <= length:
        return Risk.NONE
    # An explicit cast to varchar(n) cuts without a word; without USING, what is too long is an error.
    # Source: https://www.postgresql.org/docs/current/datatype-character.html
    return Risk.CHANGES if converted else Risk.FAILS


# The longest text of a value: a sign, the digits, a point, an exponent; a year has up to six digits.
_LONGEST = {
    "smallint": 6,
    "integer": 11,
    "bigint": 20,
    "real": 15,
    "double precision": 24,
    "boolean": 5,
    "uuid": 36,
    "date": 13,
    "time without time zone": 15,
    _TIMESTAMP: 29,
    _TIMESTAMPTZ: 35,
}


def _longest(type: TypeName) -> int | None:
    if type.name == "numeric":
        return _precision(type)[0] + 3 if type.args else None
    return _LONGEST.get(type.name)


def _length(type: TypeName) -> int | None:
    """How many characters the type holds; None: any number."""
    if type.name == "character" and not type.args:
        return 1
    arg = type.args[0] if type.args else ""
    return (
        int(arg)
        if type.name in ("character varying", "character") and re.fullmatch(r"\d{1,9}", arg)
        else None
    )


def _same(old: TypeName, new: TypeName) -> Risk:
    if old.args == new.args or not new.args:
        return Risk.NONE
    if old.name == "numeric":
        if not old.args:
            return Risk.FAILS
        (p1, s1), (p2, s2) = _precision(old), _precision(new)
        if p2 - s2 < p1 - s1:
            return Risk.FAILS
        return Risk.CHANGES if s2 < s1 else Risk.NONE
    if old.name.startswith(("timestamp", "time", "interval")):
        finest = int(old.args[0]) if old.args and old.args[0].isdigit() else 6
        new_args = int(new.args[0]) if new.args[0].isdigit() else 6
        return Risk.CHANGES if new_args < finest else Risk.NONE
    return Risk.UNKNOWN


def _precision(type: TypeName) -> tuple[int, int]:
    numbers = [int(it) if re.fullmatch(r"-?\d{1,9}", it) else 0 for it in type.args]
    return numbers[0], numbers[1] if len(numbers) > 1 else 0


def _from_numeric(old: TypeName, new: str) -> Risk:
    precision, scale = _precision(old) if old.args else (1000, 1000)
    if new in _WHOLE:
        # Digits after the point are rounded away; a precision of n digits stays below the largest number.
        if precision - scale >= _WHOLE_DIGITS[new]:
            return Risk.FAILS
        return Risk.CHANGES if scale > 0 else Risk.NONE
    if new in _FLOATS:
        return Risk.NONE if precision <= _EXACT_DIGITS[new] else Risk.CHANGES
    return Risk.UNKNOWN


# Source: https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT
_EXACT_DIGITS = {"real": 6, "double precision": 15}


def _from_whole(old: str, new: TypeName) -> Risk:
    if new.name in _WHOLE:
        return Risk.NONE if _WHOLE.index(new.name) >= _WHOLE.index(old) else Risk.FAILS
    if new.name == "numeric":
        if not new.args:
            return Risk.NONE
        precision, scale = _precision(new)
        return Risk.NONE if precision - scale >= _WHOLE_DIGITS[old] else Risk.FAILS
    if new.name == "double precision":
        return Risk.CHANGES if old == "bigint" else Risk.NONE
    if new.name == "real":
        return Risk.NONE if old == "smallint" else Risk.CHANGES
    return Risk.UNKNOWN
