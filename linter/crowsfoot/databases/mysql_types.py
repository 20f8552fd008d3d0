"""The type that a column of MySQL has and the one that it gets -> what happens to values that do not fit.

In strict mode, which is the default from MySQL 5.7 and MariaDB 10.2.4 on, such a value stops the statement.
Source: https://dev.mysql.com/doc/refman/8.4/en/sql-mode.html#sql-mode-strict
Source: https://dev.mysql.com/doc/refman/8.4/en/data-types.html
"""

from typing import Final

from crowsfoot.databases.type_changes import Risk
from crowsfoot.facts.sql import TypeName

_INTEGERS: Final = ("tinyint", "smallint", "mediumint", "int", "bigint")
_TEXTS: Final = {"tinytext": 255, "text": 65_535, "mediumtext": 2**24 - 1, "longtext": 2**32 - 1}
_BLOBS: Final = {"tinyblob": 255, "blob": 65_535, "mediumblob": 2**24 - 1, "longblob": 2**32 - 1}


def risk_in_mysql(old: TypeName, new: TypeName) -> Risk:
    """What certainly happens to some value of the old type; NONE also where that is open."""
    if old.name in _INTEGERS and new.name in _INTEGERS:
        smaller = _INTEGERS.index(new.name) < _INTEGERS.index(old.name)
        other_sign = new.unsigned != old.unsigned and (new.unsigned or old.name == new.name)
        return Risk.FAILS if smaller or other_sign else Risk.NONE
    if {old.name, new.name} == {"decimal"}:
        (was, was_scale), (will, will_scale) = _digits(old), _digits(new)
        if will - will_scale < was - was_scale:
            return Risk.FAILS
        return Risk.CHANGES if will_scale < was_scale else Risk.NONE  # it is rounded
    for large, words in ((_TEXTS, ("varchar", "char")), (_BLOBS, ("varbinary", "binary"))):
        longest, room = _length(old, large, words), _length(new, large, words)
        if longest is not None and room is not None:
            return Risk.FAILS if room < longest else Risk.NONE
    return Risk.NONE


def _length(type: TypeName, large: dict[str, int], words: tuple[str, ...]) -> int | None:
    if type.name in large:
        return large[type.name]
    if type.name not in words:
        return None
    written = type.args[0] if type.args else "1"
    return int(written) if written.isdecimal() else None


def _digits(type: TypeName) -> tuple[int, int]:
    """All digits of a DECIMAL, and those behind the point."""
    digits = [int(it) for it in type.args if it.isdecimal()]
    return (digits[0] if digits else 10, digits[1] if len(digits) > 1 else 0)
