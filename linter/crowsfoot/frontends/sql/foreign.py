"""Facts of SQL that could not be read -> the same facts with the reason: it is another database's SQL.

The word that the parser stumbles over tells whose it is, because only one dialect says it there.
"""

import re
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import Dialect, SqlFile


def explained(file: SqlFile, text: str) -> SqlFile:
    """The facts with one problem in place of all syntax errors, where the SQL is another dialect's."""
    for problem in file.problems:
        if problem.kind == "syntax":
            foreign = _foreign(problem, text, file.dialect)
            if foreign is not None:
                others = tuple([it for it in file.problems if it.kind != "syntax"])
                return replace(file, problems=tuple(sorted((foreign, *others), key=lambda it: it.range)))
    return file


_NAMES: Final[Mapping[Dialect, str]] = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "sqlite": "SQLite",
    "sqlserver": "SQL Server",
}
_WORDS: Final[tuple[tuple[Dialect, re.Pattern[str]], ...]] = tuple(
    (dialect, re.compile(pattern, re.IGNORECASE))
    for dialect, pattern in (
        ("mysql", r"`|(?:AUTO_INCREMENT|ENGINE|UNSIGNED)\b"),
        ("sqlite", r"(?:AUTOINCREMENT|PRAGMA)\b"),
        ("sqlserver", r"\[[a-z_]\w*\]|IDENTITY\s*\(|(?:TRAN|EXEC)\b"),
        ("postgresql", r"::|\$\$|(?:JSONB|BIGSERIAL|EXTENSION|CONCURRENTLY)\b"),
    )
)


def _foreign(problem: Problem, text: str, dialect: Dialect) -> Problem | None:
    for other, words in _WORDS:
        match = words.match(text, problem.range.start) if other != dialect else None
        if match:
            word = match[0].rstrip("( \t\r\n")
            message = f"{word} is {_NAMES[other]}'s, and these migrations are run by {_NAMES[dialect]}"
            return Problem(problem.range, message, problem.kind)
    return None
