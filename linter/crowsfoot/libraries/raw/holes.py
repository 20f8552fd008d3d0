"""The text of a statement with holes -> whether one stands for a value, and not for a name or a list."""

import re
from typing import Final

from crowsfoot.libraries.raw.tokens import HOLE, ROW_VERBS, verb_of

_HOLE: Final = re.escape(HOLE)
_LITERAL: Final = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
# A placeholder that is put in after "IN (" or "VALUES (" is a row of question marks nearly always.
# Neither is what a placeholder is compared with: that is the name of a column, `? <= {column}`.
_VALUE: Final = re.compile(
    rf"(?<![<>!?])(?<!\? )(?<!%s)(?<!%s )(?:<>|!=|<=|>=|=|<|>|\b(?:I?LIKE|BETWEEN))\s*{_HOLE}", re.IGNORECASE
)
_SETTING: Final = re.compile(r"\bset_config\s*\((?:'(?:[^']|'')*'|[^()'])*\)", re.IGNORECASE)


def has_value_hole(sql: str) -> bool:
    """`WHERE name = '{name}'`, and not `SELECT * FROM {table}`."""
    # No driver sends values beside `SET statement_timeout = ...`, or DDL.
    if HOLE not in sql or verb_of(sql) not in ROW_VERBS:
        return False
    # Of what it sets, setting-built-from-strings tells more.
    sql = _SETTING.sub("", sql)
    if any(HOLE in it[0] and it[0].startswith("'") for it in _LITERAL.finditer(sql)):
        return True
    return _VALUE.search(_LITERAL.sub("''", sql)) is not None
