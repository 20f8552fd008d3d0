"""What PostgreSQL's grammar could not read -> the same facts, with the reason: it is another database's SQL.

The word that the grammar stumbles over tells whose it is, because no SQL of PostgreSQL has it there.
"""

import re
from typing import Final

from msgspec.structs import replace

from crowsfoot.facts.common import Problem
from crowsfoot.facts.sql import SqlFile


def explained(file: SqlFile, text: str) -> SqlFile:
    """The facts with one problem in place of all syntax errors, where the SQL is another database's."""
    for problem in file.problems:
        foreign = _foreign(problem, text) if problem.kind == "syntax" else None
        if foreign is not None:
            others = [it for it in file.problems if it.kind != "syntax"]
            return replace(file, problems=tuple(sorted((foreign, *others), key=lambda it: it.range)))
    return file


# Patterns are text, which re compiles when it first needs them.
_WORDS: Final = (
    ("MySQL", r"(?i)`|(?:AUTO_INCREMENT|ENGINE|UNSIGNED)\b"),
    ("SQLite", r"(?i)(?:AUTOINCREMENT|PRAGMA)\b"),
    ("SQL Server", r"(?i)\[[a-z_]\w*\]|IDENTITY(?=\s*\()|(?:TRAN|EXEC)\b"),
)


def _foreign(problem: Problem, text: str) -> Problem | None:
    for database, words in _WORDS:
        match = re.compile(words).match(text, problem.range.start)
        if match:
            message = f"`{match[0]}` is {database}'s, and these migrations are run by PostgreSQL"
            return Problem(problem.range, message.replace("```", "a backtick"), problem.kind)
    return None
