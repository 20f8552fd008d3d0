"""The text of a statement with holes -> whether one stands for a value, and not for a name or a list."""

import re
from typing import Final

from crowsfoot.libraries.raw.tokens import HOLE

_HOLE: Final = re.escape(HOLE)
# A placeholder that is put in after "IN (" or "VALUES (" is a row of question marks nearly always.
_VALUE: Final = re.compile(
    rf"'[^']*{_HOLE}[^']*'|(?:=|<>|!=|<=|>=|<|>|\b(?:I?LIKE|BETWEEN))\s*{_HOLE}", re.IGNORECASE
)


def has_value_hole(sql: str) -> bool:
    """`WHERE name = '{name}'`, and not `SELECT * FROM {table}`."""
    return HOLE in sql and _VALUE.search(sql) is not None
